//! Who may do what with documents, and what becomes of them.

use jiff::Timestamp;

use super::{Document, DocumentKind, DocumentVersion, KEPT, MAX_VERSIONS, Visibility};
use crate::person::Actor;
use crate::role::{Action, Role};

/// Why something can't be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentRefusal {
    /// The role doesn't allow it.
    Role,
    /// The document isn't in a state for it.
    State,
}

/// Whether somebody of this role may send a document of this kind for these
/// readers: the team any, contacts proof of a fix, which both sides see.
pub fn may_upload(role: Role, kind: DocumentKind, visibility: Visibility) -> bool {
    role.may(Action::UploadDocuments)
        && (role.is_team() || (kind == DocumentKind::Evidence && visibility == Visibility::Client))
}

/// The kinds that somebody of this role may send, and whether there is a choice
/// of who sees them.
pub fn choices(role: Role) -> (Vec<DocumentKind>, bool) {
    let kinds = DocumentKind::ALL.into_iter();
    let kinds = kinds.filter(|kind| may_upload(role, *kind, Visibility::Client));
    (kinds.collect(), role.may(Action::ManageDocuments))
}

/// Whether somebody of this role may send a new version: the team of any,
/// contacts of what their side sent last.
pub fn may_supersede(role: Role, document: &Document) -> bool {
    document.deleted.is_none()
        && document.current.number < MAX_VERSIONS
        && may_upload(role, document.kind, document.visibility)
        && (role.is_team() || !document.current.by_team)
}

/// The document after a new version of it was checked.
pub fn supersede(
    document: &Document,
    revision: DocumentVersion,
) -> Result<Document, DocumentRefusal> {
    if document.deleted.is_some() || document.current.number >= MAX_VERSIONS {
        return Err(DocumentRefusal::State);
    }
    Ok(Document {
        bytes: document.bytes.saturating_add(revision.size),
        current: DocumentVersion {
            number: document.current.number + 1,
            ..revision
        },
        version: document.version + 1,
        ..document.clone()
    })
}

/// The document, deleted: it can be restored for a while.
pub fn delete(
    document: &Document,
    actor: &Actor,
    now: Timestamp,
) -> Result<Document, DocumentRefusal> {
    managed(actor)?;
    if document.deleted.is_some() {
        return Err(DocumentRefusal::State);
    }
    Ok(Document {
        deleted: Some(now),
        version: document.version + 1,
        ..document.clone()
    })
}

/// The document, as it was before it was deleted.
pub fn restore(
    document: &Document,
    actor: &Actor,
    now: Timestamp,
) -> Result<Document, DocumentRefusal> {
    managed(actor)?;
    if document.deleted.is_none() || is_due(document, now) {
        return Err(DocumentRefusal::State);
    }
    Ok(Document {
        deleted: None,
        version: document.version + 1,
        ..document.clone()
    })
}

/// The document, for other readers. What contacts sent stays theirs to see.
pub fn show(
    document: &Document,
    actor: &Actor,
    visibility: Visibility,
) -> Result<Document, DocumentRefusal> {
    managed(actor)?;
    if document.deleted.is_some() || !document.current.by_team {
        return Err(DocumentRefusal::State);
    }
    Ok(Document {
        visibility,
        version: document.version + 1,
        ..document.clone()
    })
}

/// Whether its files are to go: it has been deleted for long enough.
pub fn is_due(document: &Document, now: Timestamp) -> bool {
    document
        .deleted
        .is_some_and(|at| at.saturating_add(KEPT).is_ok_and(|end| end <= now))
}

fn managed(actor: &Actor) -> Result<(), DocumentRefusal> {
    if actor.role.may(Action::ManageDocuments) {
        Ok(())
    } else {
        Err(DocumentRefusal::Role)
    }
}
