//! Documents: reports, deliverables, contracts and proof of fixes, in versions.
//!
//! A [`Document`] has a kind, a [`Visibility`] and a current version; the older versions stay. The team
//! uploads any kind, contacts upload evidence, which both sides see. A deleted document can be restored
//! for 30 days; then its files and rows are deleted for good. Every download is recorded.

mod changes;
#[expect(
    clippy::module_inception,
    reason = "the file holds the type `Document`"
)]
mod document;
mod input;
mod kind;
mod new_document;

pub use changes::{
    DocumentRefusal, add_version, change_visibility, delete_document, is_purgeable,
    may_add_version, may_upload, restore_document, upload_choices,
};
pub use document::{Document, DocumentVersion, MAX_VERSIONS, RETENTION};
pub use input::DocumentInput;
pub use kind::{DocumentKind, Visibility};
pub use new_document::NewDocument;

#[cfg(test)]
mod tests;
