//! Files, and how much is used.

use domain::id::{DocumentId, EntryId, UploadId};
use domain::plan::PlanLimit;

use super::key::{Key, key};

/// `C#UP` / `<upload>`: a file on its way in.
pub(crate) fn upload(c: &str, upload: UploadId) -> Key {
    key(format!("{c}#UP"), upload.to_string())
}

/// `C#DOC` / `<document>`: a document with its current version.
pub(crate) fn document(c: &str, document: DocumentId) -> Key {
    key(format!("{c}#DOC"), document.to_string())
}

/// `C#DOC` / `<document>#V#<number>`: a version of a document.
pub(crate) fn document_version(c: &str, document: DocumentId, number: i64) -> Key {
    let prefix = document_version_prefix(document);
    key(format!("{c}#DOC"), format!("{prefix}{number:06}"))
}

/// Prefix of a document's versions.
pub(crate) fn document_version_prefix(document: DocumentId) -> String {
    format!("{document}#V#")
}

/// `C#GOT` / `<document>#<entry>`: a download of a document. The team's to read.
pub(crate) fn download_record(c: &str, document: DocumentId, entry: EntryId) -> Key {
    let prefix = download_record_prefix(document);
    key(format!("{c}#GOT"), format!("{prefix}{entry}"))
}

/// Prefix of a document's downloads.
pub(crate) fn download_record_prefix(document: DocumentId) -> String {
    format!("{document}#")
}

/// `W#FILES` / `USED`: the bytes of all files of a workspace.
pub(crate) fn files_used(w: &str) -> Key {
    key(format!("{w}#FILES"), "USED")
}

/// `W#USE` / `<limit>`: how much of a plan limit the workspace uses; files
/// are counted apart. For the team alone.
pub(crate) fn limit_usage(w: &str, limit: PlanLimit) -> Key {
    key(limit_usages(w), limit.name().to_owned())
}

/// The partition of a workspace's limit usages.
pub(crate) fn limit_usages(w: &str) -> String {
    format!("{w}#USE")
}
