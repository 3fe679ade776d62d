//! Objects in the bucket: below their client, as rows are, so that a policy can
//! hold them there.

use domain::id::{ClientId, EntryId, EvidenceId, ImportId, UploadId, WorkspaceId};

/// Object `in/w/<workspace>/c/<client>/<upload>`: a file until it is checked.
pub(crate) fn incoming_object(ws: WorkspaceId, client: ClientId, upload: UploadId) -> String {
    format!("in/{}{upload}", objects(ws, Some(client)))
}

/// Object `w/<workspace>/c/<client>/documents/<upload>`: a version of a document.
pub(crate) fn document_object(ws: WorkspaceId, client: ClientId, upload: UploadId) -> String {
    format!("{}documents/{upload}", objects(ws, Some(client)))
}

/// Object `w/<workspace>/c/<client>/evidence/<evidence>`: a picture of a finding.
pub(crate) fn evidence_object(ws: WorkspaceId, client: ClientId, evidence: EvidenceId) -> String {
    format!("{}evidence/{evidence}", objects(ws, Some(client)))
}

/// Object `w/<workspace>/c/<client>/evidence/<evidence>.small`: the same, small.
pub(crate) fn thumbnail_object(ws: WorkspaceId, client: ClientId, evidence: EvidenceId) -> String {
    format!("{}.small", evidence_object(ws, client, evidence))
}

/// Object `w/<workspace>/c/<client>/attachments/<upload>`: what goes along with a
/// message.
pub(crate) fn attachment_object(ws: WorkspaceId, client: ClientId, upload: UploadId) -> String {
    format!("{}attachments/{upload}", objects(ws, Some(client)))
}

/// Object `w/<workspace>/c/<client>/imports/<import>`: an uploaded scan.
pub(crate) fn import_object(ws: WorkspaceId, client: ClientId, import: ImportId) -> String {
    format!("{}imports/{import}", objects(ws, Some(client)))
}

/// Object `w/<workspace>/brand/<logo>`: a logo, which everybody may see.
pub(crate) fn logo_object(ws: WorkspaceId, logo: EntryId) -> String {
    format!("{}brand/{logo}", objects(ws, None))
}

/// Prefix of a workspace's or a client's objects; of those that aren't checked,
/// below `in/`.
pub(crate) fn objects(ws: WorkspaceId, client: Option<ClientId>) -> String {
    let client = client.map_or_else(String::new, |client| format!("c/{client}/"));
    format!("w/{ws}/{client}")
}
