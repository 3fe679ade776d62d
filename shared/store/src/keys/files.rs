//! Files, and how much is used.

use domain::id::{DocumentId, EntryId, UploadId};
use domain::plan::PlanLimit;

use super::{Key, key};

/// `C#UP` / `<upload>`: a file on its way in.
pub(crate) fn upload(c: &str, upload: UploadId) -> Key {
    key(format!("{c}#UP"), upload.to_string())
}

/// `C#DOC` / `<document>`: a document with its current version.
pub(crate) fn document(c: &str, document: DocumentId) -> Key {
    key(format!("{c}#DOC"), document.to_string())
}

/// `C#DOC` / `<document>#V#<number>`: a version of a document.
pub(crate) fn revision(c: &str, document: DocumentId, number: i64) -> Key {
    let prefix = revision_prefix(document);
    key(format!("{c}#DOC"), format!("{prefix}{number:06}"))
}

/// Prefix of a document's versions.
pub(crate) fn revision_prefix(document: DocumentId) -> String {
    format!("{document}#V#")
}

/// `C#GOT` / `<document>#<entry>`: a download of a document. The team's to read.
pub(crate) fn receipt(c: &str, document: DocumentId, entry: EntryId) -> Key {
    let prefix = receipt_prefix(document);
    key(format!("{c}#GOT"), format!("{prefix}{entry}"))
}

/// Prefix of a document's downloads.
pub(crate) fn receipt_prefix(document: DocumentId) -> String {
    format!("{document}#")
}

/// `W#FILES` / `USED`: the bytes of all files of a workspace.
pub(crate) fn files_used(w: &str) -> Key {
    key(format!("{w}#FILES"), "USED")
}

/// `W#USE` / `<limit>`: how much a workspace uses of what its plan limits, but for files.
/// The team's alone.
pub(crate) fn used(w: &str, limit: PlanLimit) -> Key {
    key(uses(w), limit.name().to_owned())
}

/// The partition of what a workspace uses.
pub(crate) fn uses(w: &str) -> String {
    format!("{w}#USE")
}
