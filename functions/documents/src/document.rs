//! A document: its versions, its downloads, and what can be done with it.

use domain::document::{
    Document, DocumentKind, DocumentVersion, NewDocument, RETENTION, Visibility, may_add_version,
};
use domain::file::{FileType, format_size};
use domain::id::{DocumentId, EntryId, UploadId, UserId};
use domain::input::FieldErrors;
use domain::role::Action;
use futures::future::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{DownloadRecord, ListPage};
use web::links::{self, LinkBase};
use web::view::{Pager, UploadForm};
use web::{ClientAccess, Crumb, Form, Ids, Page, PageError, Query, Reply};

use crate::document_target::{DocumentPath, DocumentTarget};
use crate::upload_form::new_version_form;

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
    versions: Vec<VersionRow>,
    download: Option<String>,
    receipts: Option<DownloadLog>,
    manage: Option<DocumentActions>,
    send: Option<UploadForm>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Serialize)]
struct VersionRow {
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

/// The downloads, for the team.
#[derive(Debug, Serialize)]
struct DownloadLog {
    rows: Vec<DownloadRow>,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct DownloadRow {
    number: i64,
    by: String,
    side: &'static str,
    at: Timestamp,
}

#[derive(Debug, Serialize)]
struct DocumentActions {
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

fn side_name(by_team: bool) -> &'static str {
    if by_team { "team" } else { "client" }
}

impl VersionRow {
    fn new(version: &DocumentVersion, current: i64) -> Self {
        Self {
            number: version.number,
            current: version.number == current,
            name: version.name.clone(),
            file: version.file_type.label(),
            size: format_size(version.size),
            sha256: version.sha256.clone(),
            by: version.by_name.clone(),
            side: side_name(version.by_team),
            at: version.at,
        }
    }
}

impl DownloadLog {
    fn new(downloads: &ListPage<DownloadRecord>, path: &str, after: Option<&str>) -> Self {
        let row = |download: &DownloadRecord| DownloadRow {
            number: download.number,
            by: download.by_name.clone(),
            side: side_name(download.by_team),
            at: download.at,
        };
        Self {
            rows: downloads.rows.iter().map(row).collect(),
            pager: Pager::new(downloads, path, after, None),
        }
    }
}

impl DocumentActions {
    fn new(document: &Document, base: LinkBase) -> Self {
        let (is_deleted, is_ours) = (document.deleted.is_some(), document.current.by_team);
        Self {
            version: document.version,
            delete: (!is_deleted).then(|| links::document_delete(base, document.id)),
            restore: is_deleted.then(|| links::document_restore(base, document.id)),
            readers: (!is_deleted && is_ours)
                .then(|| links::document_visibility(base, document.id)),
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

    fn samples() -> Vec<Self> {
        let mut deleted = document_sample();
        deleted.deleted = Some(Timestamp::UNIX_EPOCH);
        deleted.engagement = None;
        let no_downloads = ListPage {
            rows: Vec::new(),
            next: None,
        };
        let context = DocumentContext {
            versions: vec![deleted.current.clone()],
            receipts: Some(DownloadLog::new(&no_downloads, "/documents/d", None)),
            manage: None,
            send: None,
        };
        let pulse = "/clients/c/pulse?seen=1".to_owned();
        let bare = Self::new(&deleted, context, LinkBase::Portal, pulse, Vec::new());
        vec![Self::sample(), bare]
    }

    fn sample() -> Self {
        let document = document_sample();
        let (base, path) = (LinkBase::Portal, "/documents/d");
        let download = DownloadRecord {
            id: EntryId::new(1, 1),
            number: 1,
            at: Timestamp::UNIX_EPOCH,
            by: UserId::new(1, 1),
            by_name: "Carl <b>".to_owned(),
            by_team: false,
        };
        let downloads = ListPage {
            rows: vec![download],
            next: Some("x".to_owned()),
        };
        let form = Form::with_errors(&(), &FieldErrors::of("file", "Choose a file."));
        let context = DocumentContext {
            versions: vec![document.current.clone()],
            receipts: Some(DownloadLog::new(&downloads, path, Some("y"))),
            manage: Some(DocumentActions::new(&document, base)),
            send: Some(UploadForm::new(path, form, UploadId::new(1, 1))),
        };
        let pulse = "/clients/c/pulse?seen=1".to_owned();
        Self::new(&document, context, base, pulse, Vec::new())
    }
}

/// What the page shows beside the document.
struct DocumentContext {
    versions: Vec<DocumentVersion>,
    receipts: Option<DownloadLog>,
    manage: Option<DocumentActions>,
    send: Option<UploadForm>,
}

impl DocumentPage {
    fn new(
        document: &Document,
        context: DocumentContext,
        base: LinkBase,
        pulse: String,
        crumbs: Vec<Crumb>,
    ) -> Self {
        let restorable_until = document
            .deleted
            .and_then(|at| at.checked_add(RETENTION).ok());
        let current = document.current.number;
        let is_downloadable = document.deleted.is_none();
        Self {
            pulse,
            title: document.title.clone(),
            kind: document.kind.label(),
            visibility: document.visibility.label(),
            team_only: document.visibility == Visibility::Team,
            engagement: document
                .engagement
                .map(|engagement| links::engagement(base, engagement)),
            deleted: restorable_until,
            versions: context
                .versions
                .iter()
                .map(|version| VersionRow::new(version, current))
                .collect(),
            download: is_downloadable.then(|| links::document_download(base, document.id)),
            receipts: context.receipts,
            manage: context.manage,
            send: context.send,
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
    let version = DocumentVersion {
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
    Document::new(DocumentId::new(1, 1), &new, version)
}

/// What the page reads beside the document.
struct DocumentData {
    versions: Vec<DocumentVersion>,
    downloads: ListPage<DownloadRecord>,
}

impl DocumentData {
    async fn load(
        access: &ClientAccess,
        path: DocumentPath,
        after: Option<&str>,
    ) -> Result<Self, PageError> {
        let (store, id) = (&access.store, path.document.ok_or(PageError::NotFound)?);
        let from: Option<EntryId> = after.and_then(|id| id.parse().ok());
        let read = try_join(
            store.list_document_versions(id),
            store.list_downloads(id, from),
        );
        let (versions, downloads) = read.await?;
        Ok(Self {
            versions,
            downloads,
        })
    }

    fn into_page(
        self,
        access: &ClientAccess,
        target: &DocumentTarget,
        after: Option<&str>,
        form: Form,
    ) -> Result<DocumentPage, PageError> {
        let document = target.document.as_ref().ok_or(PageError::NotFound)?;
        let path = target.href(access.base);
        let context = DocumentContext {
            versions: self.versions,
            receipts: access
                .is_team()
                .then(|| DownloadLog::new(&self.downloads, &path, after)),
            manage: access
                .may(Action::ManageDocuments)
                .then(|| DocumentActions::new(document, access.base)),
            send: may_add_version(access.actor.role, document)
                .then(|| new_version_form(access, &path, form)),
        };
        let (pulse, crumbs) = (target.pulse(access), target.crumbs(access));
        Ok(DocumentPage::new(
            document,
            context,
            access.base,
            pulse,
            crumbs,
        ))
    }
}

pub(crate) async fn get(
    access: ClientAccess,
    Ids(path): Ids<DocumentPath>,
    Query(query): Query<DocumentQuery>,
) -> Result<Reply, PageError> {
    let after = query.after.as_deref();
    let read = try_join(
        DocumentTarget::load(&access, path),
        DocumentData::load(&access, path, after),
    );
    let (target, data) = read.await?;
    let page = data.into_page(&access, &target, after, Form::default())?;
    let origin = access.ctx.app.services.files.origin().await?;
    Ok(access.ctx.render(&page)?.with_files(&origin))
}

/// The page with the errors of its form.
pub(crate) async fn render_refused(
    access: &ClientAccess,
    target: DocumentTarget,
    form: Form,
) -> Result<Reply, PageError> {
    let path = DocumentPath {
        engagement: None,
        document: target.document.as_ref().map(|document| document.id),
    };
    let data = DocumentData::load(access, path, None).await?;
    let page = data.into_page(access, &target, None, form)?;
    let origin = access.ctx.app.services.files.origin().await?;
    Ok(access.ctx.render_refused(&page)?.with_files(&origin))
}
