//! The form by which files are sent.

use domain::evidence::MAX_IMAGE_BYTES;
use domain::file::{FileType, MAX_FILE, format_size};
use domain::id::UploadId;
use serde::Serialize;

use super::select_option::SelectOption;
use crate::form::Form;
use crate::protected_upload::MAX_UPLOAD;

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
            accept: FileType::accepted_extensions(),
            max: MAX_FILE,
            most: format_size(MAX_FILE),
            small: format_size(i64::try_from(MAX_UPLOAD).unwrap_or(i64::MAX)),
        }
    }

    /// Of several files that are of one of these kinds.
    #[must_use]
    pub fn with_kinds(self, kinds: Vec<SelectOption>, choose: bool) -> Self {
        Self {
            kinds,
            choose,
            several: true,
            ..self
        }
    }

    /// Of several pictures, of which some may be the team's alone.
    #[must_use]
    pub fn for_images(self, choose: bool) -> Self {
        Self {
            choose,
            several: true,
            accept: FileType::accepted_image_extensions(),
            max: MAX_IMAGE_BYTES,
            most: format_size(MAX_IMAGE_BYTES),
            ..self
        }
    }
}
