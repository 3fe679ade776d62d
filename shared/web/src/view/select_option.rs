//! An option of a select field.

use serde::Serialize;

/// A choice of a form.
#[derive(Debug, Clone, Serialize)]
pub struct SelectOption {
    /// What is sent.
    pub value: &'static str,
    /// What is read.
    pub label: &'static str,
}
