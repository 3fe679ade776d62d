//! Who may upload, replace, hide, delete and restore documents.

use jiff::Timestamp;

use super::document::{Document, DocumentVersion, MAX_VERSIONS, RETENTION};
use super::kind::{DocumentKind, Visibility};
use crate::person::Actor;
use crate::role::{Action, Role};

/// Why a change is not permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentRefusal {
    /// The role may not.
    Role,
    /// The document's state doesn't allow it.
    State,
}

/// Whether a person of `role` may upload such a document: the team any, contacts evidence that both sides
/// see.
pub fn may_upload(role: Role, kind: DocumentKind, visibility: Visibility) -> bool {
    role.may(Action::UploadDocuments)
        && (role.is_team() || (kind == DocumentKind::Evidence && visibility == Visibility::Client))
}

/// The kinds that a person of `role` may upload, and whether they choose the visibility.
pub fn upload_choices(role: Role) -> (Vec<DocumentKind>, bool) {
    let kinds = DocumentKind::ALL.into_iter();
    let kinds = kinds.filter(|kind| may_upload(role, *kind, Visibility::Client));
    (kinds.collect(), role.may(Action::ManageDocuments))
}

/// Whether a person of `role` may upload a new version: the team of any document, contacts of one whose
/// current version is their side's.
pub fn may_add_version(role: Role, document: &Document) -> bool {
    document.deleted.is_none()
        && document.current.number < MAX_VERSIONS
        && may_upload(role, document.kind, document.visibility)
        && (role.is_team() || !document.current.by_team)
}

/// The document with a new version.
pub fn add_version(document: &Document, new: DocumentVersion) -> Result<Document, DocumentRefusal> {
    if document.deleted.is_some() || document.current.number >= MAX_VERSIONS {
        return Err(DocumentRefusal::State);
    }
    Ok(Document {
        bytes: document.bytes.saturating_add(new.size),
        current: DocumentVersion {
            number: document.current.number + 1,
            ..new
        },
        version: document.version + 1,
        ..document.clone()
    })
}

/// The document, deleted; it can be restored within [`RETENTION`].
pub fn delete_document(
    document: &Document,
    actor: &Actor,
    now: Timestamp,
) -> Result<Document, DocumentRefusal> {
    check_may_manage(actor)?;
    if document.deleted.is_some() {
        return Err(DocumentRefusal::State);
    }
    Ok(Document {
        deleted: Some(now),
        version: document.version + 1,
        ..document.clone()
    })
}

/// The document, restored.
pub fn restore_document(
    document: &Document,
    actor: &Actor,
    now: Timestamp,
) -> Result<Document, DocumentRefusal> {
    check_may_manage(actor)?;
    if document.deleted.is_none() || is_purgeable(document, now) {
        return Err(DocumentRefusal::State);
    }
    Ok(Document {
        deleted: None,
        version: document.version + 1,
        ..document.clone()
    })
}

/// The document with another visibility. Contacts' documents stay visible to them.
pub fn change_visibility(
    document: &Document,
    actor: &Actor,
    visibility: Visibility,
) -> Result<Document, DocumentRefusal> {
    check_may_manage(actor)?;
    if document.deleted.is_some() || !document.current.by_team {
        return Err(DocumentRefusal::State);
    }
    Ok(Document {
        visibility,
        version: document.version + 1,
        ..document.clone()
    })
}

/// Whether its files are to be deleted for good.
pub fn is_purgeable(document: &Document, now: Timestamp) -> bool {
    document
        .deleted
        .is_some_and(|at| at.saturating_add(RETENTION).is_ok_and(|end| end <= now))
}

fn check_may_manage(actor: &Actor) -> Result<(), DocumentRefusal> {
    if actor.role.may(Action::ManageDocuments) {
        Ok(())
    } else {
        Err(DocumentRefusal::Role)
    }
}
