//! The form by which files are sent.

use domain::evidence::MAX_PICTURE;
use domain::file::{FileType, MAX_FILE, size_label};
use domain::id::UploadId;
use serde::Serialize;

use super::SelectOption;
use crate::form::Form;
use crate::upload::MAX_UPLOAD;

/// The form by which files are sent.
#[derive(Debug, Serialize)]
pub struct UploadForm {
    form: Form,
    id: UploadId,
    action: String,
    /// Kinds to choose from; none for a new version.
    kinds: Vec<SelectOption>,
    /// Whether there is a choice of who sees it.
    choose: bool,
    several: bool,
    accept: String,
    max: i64,
    most: String,
    small: String,
}

impl UploadForm {
    /// Of one file of any type that is taken, to `action`.
    pub fn new(action: &str, form: Form, id: UploadId) -> Self {
        Self {
            form,
            id,
            action: action.to_owned(),
            kinds: Vec::new(),
            choose: false,
            several: false,
            accept: FileType::accepted(),
            max: MAX_FILE,
            most: size_label(MAX_FILE),
            small: size_label(i64::try_from(MAX_UPLOAD).unwrap_or(i64::MAX)),
        }
    }

    /// Of several files that are of one of these kinds.
    #[must_use]
    pub fn of_kinds(self, kinds: Vec<SelectOption>, choose: bool) -> Self {
        Self {
            kinds,
            choose,
            several: true,
            ..self
        }
    }

    /// Of several pictures, of which some may be the team's alone.
    #[must_use]
    pub fn of_pictures(self, choose: bool) -> Self {
        Self {
            choose,
            several: true,
            accept: FileType::accepted_images(),
            max: MAX_PICTURE,
            most: size_label(MAX_PICTURE),
            ..self
        }
    }
}
