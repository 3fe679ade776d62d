//! The ids in this group's addresses.

use domain::id::{EngagementId, EvidenceId, FindingId, ImportId, TemplateId};
use serde::Deserialize;

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct InEngagement {
    pub(crate) engagement: EngagementId,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct AtFinding {
    pub(crate) engagement: EngagementId,
    pub(crate) finding: FindingId,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct AtEvidence {
    pub(crate) engagement: EngagementId,
    pub(crate) finding: FindingId,
    pub(crate) evidence: EvidenceId,
}

impl From<AtEvidence> for AtFinding {
    fn from(at: AtEvidence) -> Self {
        Self {
            engagement: at.engagement,
            finding: at.finding,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct AtImport {
    pub(crate) engagement: EngagementId,
    pub(crate) import: ImportId,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct AtTemplate {
    pub(crate) template: TemplateId,
}
