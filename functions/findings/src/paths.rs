//! The ids in this group's addresses.

use domain::id::{EngagementId, EvidenceId, FindingId, ImportId, TemplateId};
use serde::Deserialize;

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct EngagementPath {
    pub(crate) engagement: EngagementId,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct FindingPath {
    pub(crate) engagement: EngagementId,
    pub(crate) finding: FindingId,
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
