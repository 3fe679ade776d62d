//! The ids in this group's addresses.

use domain::finding::Transition;
use domain::id::{ClientId, EngagementId, EvidenceId, FindingId, ImportId, TemplateId};
use serde::Deserialize;
use web::ClientAccess;
use web::links::{self, LinkBase};

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct EngagementPath {
    pub(crate) engagement: EngagementId,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct FindingPath {
    pub(crate) engagement: EngagementId,
    pub(crate) finding: FindingId,
}

/// A finding on one side, for the links below it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FindingRef {
    pub(crate) base: LinkBase,
    pub(crate) engagement: EngagementId,
    pub(crate) finding: FindingId,
}

impl FindingRef {
    pub(crate) fn new(access: &ClientAccess, path: FindingPath) -> Self {
        Self {
            base: access.base,
            engagement: path.engagement,
            finding: path.finding,
        }
    }

    /// The finding's page.
    pub(crate) fn href(self) -> String {
        links::finding(self.base, self.engagement, self.finding)
    }

    /// The address that the transition's form is sent to.
    pub(crate) fn transition_href(self, transition: Transition) -> String {
        links::finding_transition(self.base, self.engagement, self.finding, transition)
    }

    /// The list of the finding's evidence, which new evidence is sent to.
    pub(crate) fn evidence_href(self) -> String {
        links::evidence_list(self.base, self.engagement, self.finding)
    }

    /// For pages' samples.
    pub(crate) fn sample() -> Self {
        Self {
            base: LinkBase::Team(ClientId::new(1, 1)),
            engagement: EngagementId::new(1, 1),
            finding: FindingId::new(1, 1),
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct EvidencePath {
    pub(crate) engagement: EngagementId,
    pub(crate) finding: FindingId,
    pub(crate) evidence: EvidenceId,
}

impl From<EvidencePath> for FindingPath {
    fn from(at: EvidencePath) -> Self {
        Self {
            engagement: at.engagement,
            finding: at.finding,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct ImportPath {
    pub(crate) engagement: EngagementId,
    pub(crate) import: ImportId,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct TemplatePath {
    pub(crate) template: TemplateId,
}
