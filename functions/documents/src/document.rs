//! One document: its versions, who took it away, and what can be done with it.

use domain::document::{
    Document, DocumentKind, DocumentVersion, KEPT, NewDocument, Visibility, may_supersede,
};
use domain::file::{FileType, size_label};
use domain::id::{DocumentId, EntryId, UploadId, UserId};
use domain::input::FieldErrors;
use domain::role::Action;
use futures::future::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::DownloadRecord;
use store::page::ListPage;
use web::view::{Pager, UploadForm};
use web::{ClientAccess, Crumb, Form, Ids, Page, PageError, Query, Reply};

use crate::list::send_form;
use crate::target::{DocumentPath, DocumentTarget};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct DocumentPage {
    pulse: String,
    title: String,
    kind: &'static str,
    visibility: &'static str,
    team_only: bool,
    engagement: Option<String>,
    /// Until when it can be restored, where it is deleted.
    deleted: Option<Timestamp>,
    versions: Vec<Version>,
    download: Option<String>,
    receipts: Option<Receipts>,
    manage: Option<Manage>,
    send: Option<UploadForm>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Serialize)]
struct Version {
    number: i64,
    current: bool,
    name: String,
    file: &'static str,
    size: String,
    sha256: String,
    by: String,
    side: &'static str,
    at: Timestamp,
}

/// Who took it away: the team's to see.
#[derive(Debug, Serialize)]
struct Receipts {
    rows: Vec<Taken>,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct Taken {
    number: i64,
    by: String,
    side: &'static str,
    at: Timestamp,
}

#[derive(Debug, Serialize)]
struct Manage {
    version: i64,
    delete: Option<String>,
    restore: Option<String>,
    readers: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DocumentQuery {
    after: Option<String>,
}

fn side(by_team: bool) -> &'static str {
    if by_team { "team" } else { "client" }
}

impl From<(&DocumentVersion, i64)> for Version {
    fn from((revision, current): (&DocumentVersion, i64)) -> Self {
        Self {
            number: revision.number,
            current: revision.number == current,
            name: revision.name.clone(),
            file: revision.file_type.label(),
            size: size_label(revision.size),
            sha256: revision.sha256.clone(),
            by: revision.by_name.clone(),
            side: side(revision.by_team),
            at: revision.at,
        }
    }
}

impl Receipts {
    fn new(found: &ListPage<DownloadRecord>, here: &str, after: Option<&str>) -> Self {
        let row = |receipt: &DownloadRecord| Taken {
            number: receipt.number,
            by: receipt.by_name.clone(),
            side: side(receipt.by_team),
            at: receipt.at,
        };
        Self {
            rows: found.rows.iter().map(row).collect(),
            pager: Pager::new(found, here, after, None),
        }
    }
}

impl Manage {
    fn new(document: &Document, here: &str) -> Self {
        let (gone, ours) = (document.deleted.is_some(), document.current.by_team);
        Self {
            version: document.version,
            delete: (!gone).then(|| format!("{here}/delete")),
            restore: gone.then(|| format!("{here}/restore")),
            readers: (!gone && ours).then(|| format!("{here}/readers")),
        }
    }
}

impl Page for DocumentPage {
    const TEMPLATE: &'static str = "pages/documents/document.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let document = document_sample();
        let here = "/clients/c/documents/d";
        let receipt = DownloadRecord {
            id: EntryId::new(1, 1),
            number: 1,
            at: Timestamp::UNIX_EPOCH,
            by: UserId::new(1, 1),
            by_name: "Carl <b>".to_owned(),
            by_team: false,
        };
        let found = ListPage {
            rows: vec![receipt],
            next: Some("x".to_owned()),
        };
        let form = Form::failed(&(), &FieldErrors::at("file", "Choose a file."));
        let parts = Parts {
            versions: vec![document.current.clone()],
            receipts: Some(Receipts::new(&found, here, Some("y"))),
            manage: Some(Manage::new(&document, here)),
            send: Some(UploadForm::new(here, form, UploadId::new(1, 1))),
        };
        let links = ("/clients/c", "/clients/c/pulse?seen=1".to_owned());
        Self::new(&document, parts, links, Vec::new())
    }
}

struct Parts {
    versions: Vec<DocumentVersion>,
    receipts: Option<Receipts>,
    manage: Option<Manage>,
    send: Option<UploadForm>,
}

impl DocumentPage {
    fn new(
        document: &Document,
        parts: Parts,
        (base, pulse): (&str, String),
        crumbs: Vec<Crumb>,
    ) -> Self {
        let ends = document.deleted.and_then(|at| at.checked_add(KEPT).ok());
        let number = document.current.number;
        let download = document.deleted.is_none();
        Self {
            pulse,
            title: document.title.clone(),
            kind: document.kind.label(),
            visibility: document.visibility.label(),
            team_only: document.visibility == Visibility::Team,
            engagement: document
                .engagement
                .map(|id| format!("{base}/engagements/{id}")),
            deleted: ends,
            versions: parts
                .versions
                .iter()
                .map(|one| (one, number).into())
                .collect(),
            download: download.then(|| format!("{base}/documents/{}/download", document.id)),
            receipts: parts.receipts,
            manage: parts.manage,
            send: parts.send,
            crumbs,
        }
    }
}

/// A document, for pages' samples.
pub(crate) fn document_sample() -> Document {
    let new = NewDocument {
        engagement: Some(web::view::engagement_sample().id),
        kind: DocumentKind::Report,
        title: "Report <b>".to_owned(),
        visibility: Visibility::Team,
        replaces: None,
    };
    let revision = DocumentVersion {
        number: 1,
        upload: UploadId::new(1, 1),
        name: "report.pdf".to_owned(),
        file_type: FileType::Pdf,
        size: 1_600_000,
        sha256: "0".repeat(64),
        by: UserId::new(1, 1),
        by_name: "Ada <b>".to_owned(),
        by_team: true,
        at: Timestamp::UNIX_EPOCH,
    };
    Document::first(DocumentId::new(1, 1), &new, revision)
}

/// What the page shows beside the document.
type Found = (Vec<DocumentVersion>, ListPage<DownloadRecord>);

async fn find(
    inside: &ClientAccess,
    path: DocumentPath,
    after: Option<&str>,
) -> Result<Found, PageError> {
    let (store, id) = (&inside.store, path.document.ok_or(PageError::NotFound)?);
    let from: Option<EntryId> = after.and_then(|id| id.parse().ok());
    Ok(try_join(store.revisions(id), store.receipts(id, from)).await?)
}

fn page(
    inside: &ClientAccess,
    target: &DocumentTarget,
    (versions, receipts): Found,
    after: Option<&str>,
    form: Form,
) -> Result<DocumentPage, PageError> {
    let document = target.document.as_ref().ok_or(PageError::NotFound)?;
    let here = target.href(&inside.base);
    let parts = Parts {
        versions,
        receipts: inside
            .is_team()
            .then(|| Receipts::new(&receipts, &here, after)),
        manage: inside
            .may(Action::ManageDocuments)
            .then(|| Manage::new(document, &here)),
        send: may_supersede(inside.actor.role, document)
            .then(|| send_form(inside, &here, form, true)),
    };
    let links = (inside.base.as_str(), target.pulse(inside));
    let crumbs = target.crumbs(inside);
    Ok(DocumentPage::new(document, parts, links, crumbs))
}

pub(crate) async fn get(
    inside: ClientAccess,
    Ids(path): Ids<DocumentPath>,
    Query(wanted): Query<DocumentQuery>,
) -> Result<Reply, PageError> {
    let after = wanted.after.as_deref();
    let read = try_join(
        DocumentTarget::read(&inside, path),
        find(&inside, path, after),
    );
    let (target, found) = read.await?;
    let page = page(&inside, &target, found, after, Form::default())?;
    let origin = inside.ctx.app.services.files.origin().await?;
    Ok(inside.ctx.page(&page)?.with_files(&origin))
}

/// The page again, with what is wrong with the form.
pub(crate) async fn again(
    inside: &ClientAccess,
    target: DocumentTarget,
    form: Form,
) -> Result<Reply, PageError> {
    let path = DocumentPath {
        engagement: None,
        document: target.document.as_ref().map(|one| one.id),
    };
    let found = find(inside, path, None).await?;
    let page = page(inside, &target, found, None, form)?;
    let origin = inside.ctx.app.services.files.origin().await?;
    Ok(inside.ctx.refused(&page)?.with_files(&origin))
}
