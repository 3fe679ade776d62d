//! The form that comments on a finding.

use domain::finding::CommentInput;
use domain::id::EntryId;
use serde::Serialize;
use web::{Form, links};

use crate::panels::RefusedForm;
use crate::paths::FindingRef;

/// The form of a comment.
#[derive(Debug, Serialize)]
pub(crate) struct CommentPanel {
    action: String,
    id: EntryId,
    form: Form,
    choose: bool,
    preview: String,
}

impl CommentPanel {
    /// `id` names the comment that the form creates; `choose` offers whether the client reads it.
    pub(crate) fn new(
        path: FindingRef,
        id: EntryId,
        choose: bool,
        refused: Option<&RefusedForm>,
    ) -> Self {
        let FindingRef {
            base,
            engagement,
            finding,
        } = path;
        Self {
            action: links::finding_comments(base, engagement, finding),
            id,
            form: match refused {
                Some(RefusedForm::Comment(input, invalid)) => Form::with_errors(input, invalid),
                _ => Form::filled(&CommentInput::default()),
            },
            choose,
            preview: links::finding_preview(base, engagement, finding),
        }
    }
}
