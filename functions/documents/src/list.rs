//! The documents of a client or an engagement, for both sides.

use domain::document::{Document, Visibility};
use domain::file::{FileFlaw, format_size};
use domain::id::{DocumentId, UploadId};
use domain::input::FieldErrors;
use domain::message::MessageCounts;
use domain::role::Action;
use domain::upload::{Upload, UploadPurpose, UploadState};
use futures::future::{try_join, try_join3};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::ListPage;
use web::links::{self, LinkBase};
use web::view::{EngagementTabs, Pager, SelectOption, UploadForm};
use web::{ClientAccess, Crumb, Form, Ids, Page, PageError, Query, Reply};

use crate::document::document_sample;
use crate::document_target::{DocumentPath, DocumentTarget};
use crate::upload_form::new_document_form;

#[derive(Debug, Serialize)]
pub(crate) struct DocumentsPage {
    /// For the documents of an engagement.
    tabs: Option<EngagementTabs>,
    pulse: String,
    here: String,
    rows: Vec<DocumentRow>,
    pager: Pager,
    uploads: Vec<UploadRow>,
    /// Whether deleted documents are shown.
    deleted: bool,
    team: bool,
    send: Option<UploadForm>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// A document in the list.
#[derive(Debug, Serialize)]
struct DocumentRow {
    href: String,
    title: String,
    kind: &'static str,
    team_only: bool,
    number: i64,
    file: &'static str,
    size: String,
    by: String,
    at: Timestamp,
    download: Option<String>,
}

/// A file that is on its way to a document.
#[derive(Debug, Serialize)]
struct UploadRow {
    name: String,
    size: String,
    state: &'static str,
    why: Option<&'static str>,
    by: String,
    at: Timestamp,
}

impl DocumentRow {
    fn new(document: &Document, base: LinkBase) -> Self {
        let (href, current) = (links::document(base, document.id), &document.current);
        let is_downloadable = document.deleted.is_none();
        Self {
            download: is_downloadable.then(|| links::document_download(base, document.id)),
            href,
            title: document.title.clone(),
            kind: document.kind.label(),
            team_only: document.visibility == Visibility::Team,
            number: current.number,
            file: current.file_type.label(),
            size: format_size(current.size),
            by: current.by_name.clone(),
            at: current.at,
        }
    }
}

impl From<&Upload> for UploadRow {
    fn from(upload: &Upload) -> Self {
        Self {
            name: upload.name.clone(),
            size: format_size(upload.size),
            state: upload.state.name(),
            why: upload.flaw.map(FileFlaw::message),
            by: upload.by_name.clone(),
            at: upload.at,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DocumentsQuery {
    after: Option<String>,
    show: String,
}

impl DocumentsQuery {
    /// Whether a member asks for the deleted documents.
    fn shows_deleted(&self, access: &ClientAccess) -> bool {
        access.is_team() && self.show == "deleted"
    }
}

impl Page for DocumentsPage {
    const TEMPLATE: &'static str = "pages/documents/documents.html";

    fn title(&self) -> String {
        "Documents".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn samples() -> Vec<Self> {
        let empty = |deleted| Self {
            tabs: None,
            rows: Vec::new(),
            pager: Pager::default(),
            uploads: Vec::new(),
            deleted,
            team: deleted,
            send: None,
            ..Self::sample()
        };
        vec![Self::sample(), empty(false), empty(true)]
    }

    fn sample() -> Self {
        let document = document_sample();
        let page = ListPage {
            rows: vec![DocumentRow::new(&document, LinkBase::Portal)],
            next: Some(document.id.to_string()),
        };
        let upload = |state: UploadState, why| UploadRow {
            name: "old <b>.pdf".to_owned(),
            size: "2 MB".to_owned(),
            state: state.name(),
            why,
            by: "Ada".to_owned(),
            at: Timestamp::UNIX_EPOCH,
        };
        let mismatch = FileFlaw::TypeMismatch.message();
        let form = Form::with_errors(&(), &FieldErrors::of("file", "Choose a file."));
        let kinds = vec![SelectOption {
            value: "report",
            label: "Report",
        }];
        let send = UploadForm::new("/clients/c/documents", form, UploadId::new(1, 1));
        Self {
            tabs: Some(EngagementTabs::new(
                LinkBase::Portal,
                web::view::engagement_sample().id,
                "documents",
                2,
            )),
            pulse: "/clients/c/pulse?seen=1".to_owned(),
            here: "/clients/c/documents".to_owned(),
            pager: Pager::new(&page, "/clients/c/documents", Some("x"), None),
            rows: page.rows,
            uploads: vec![
                upload(UploadState::Checking, None),
                upload(UploadState::Refused, Some(mismatch)),
            ],
            deleted: false,
            team: true,
            send: Some(send.with_kinds(kinds, true)),
            crumbs: Vec::new(),
        }
    }
}

/// What the page reads beside its target.
struct DocumentsData {
    documents: ListPage<Document>,
    uploads: Vec<Upload>,
    /// What the actor has read of the engagement's messages.
    read: MessageCounts,
}

impl DocumentsData {
    async fn load(
        access: &ClientAccess,
        path: DocumentPath,
        query: &DocumentsQuery,
    ) -> Result<Self, PageError> {
        let from: Option<DocumentId> = query.after.as_deref().and_then(|id| id.parse().ok());
        let (store, now) = (&access.store, access.ctx.now);
        let read = async {
            match path.engagement {
                Some(id) => store.get_read_mark(access.actor.user, id).await,
                None => Ok(MessageCounts::default()),
            }
        };
        let joined = try_join3(
            store.list_documents(path.engagement, query.shows_deleted(access), from),
            store.list_uploads(now),
            read,
        );
        let (documents, uploads, read) = joined.await?;
        Ok(Self {
            documents,
            uploads,
            read,
        })
    }

    fn to_page(
        &self,
        access: &ClientAccess,
        target: &DocumentTarget,
        query: &DocumentsQuery,
        form: Form,
    ) -> DocumentsPage {
        let deleted = query.shows_deleted(access);
        let engagement = target.engagement.as_ref().map(|engagement| engagement.id);
        let here = target.href(access.base);
        let uploads = self.uploads.iter().filter(|upload| {
            let is_document = matches!(upload.purpose, UploadPurpose::Document(_));
            is_document && engagement.is_none_or(|id| upload.purpose.engagement() == Some(id))
        });
        let path = if deleted {
            format!("{here}?show=deleted")
        } else {
            here.clone()
        };
        let may_send = !deleted && access.may(Action::UploadDocuments);
        let tabs = target.engagement.as_ref().map(|engagement| {
            let unread = engagement.messages.unread(self.read).total();
            EngagementTabs::new(access.base, engagement.id, "documents", unread)
        });
        let rows = self.documents.rows.iter();
        DocumentsPage {
            tabs,
            pulse: target.pulse(access),
            rows: rows
                .map(|document| DocumentRow::new(document, access.base))
                .collect(),
            pager: Pager::new(&self.documents, &path, query.after.as_deref(), None),
            uploads: uploads.map(UploadRow::from).collect(),
            deleted,
            team: access.is_team(),
            send: may_send.then(|| new_document_form(access, &here, form)),
            here,
            crumbs: target.crumbs(access),
        }
    }
}

pub(crate) async fn get(
    access: ClientAccess,
    Ids(path): Ids<DocumentPath>,
    Query(query): Query<DocumentsQuery>,
) -> Result<Reply, PageError> {
    let read = try_join(
        DocumentTarget::load(&access, path),
        DocumentsData::load(&access, path, &query),
    );
    let (target, data) = read.await?;
    let page = data.to_page(&access, &target, &query, Form::default());
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
        engagement: target.engagement.as_ref().map(|engagement| engagement.id),
        document: None,
    };
    let query = DocumentsQuery::default();
    let data = DocumentsData::load(access, path, &query).await?;
    let page = data.to_page(access, &target, &query, form);
    let origin = access.ctx.app.services.files.origin().await?;
    Ok(access.ctx.render_refused(&page)?.with_files(&origin))
}
