//! The forms of a finding's page, as they are sent and as they are shown again when refused.

use domain::evidence::EvidenceInput;
use domain::finding::{CommentInput, RemediationInput, Transition};
use domain::input::FieldErrors;
use serde::{Deserialize, Serialize};

/// The fields of a transition.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TransitionForm {
    pub(crate) note: String,
    pub(crate) until: String,
    /// `list` goes back to the list that the button stood in.
    #[serde(skip_serializing)]
    pub(crate) back: String,
}

/// A form of the page that was refused, with its errors.
pub(crate) enum RefusedForm {
    Transition(Transition, TransitionForm, FieldErrors),
    Remediation(RemediationInput, FieldErrors),
    Comment(CommentInput, FieldErrors),
    Evidence(EvidenceInput, FieldErrors),
}
