//! The documents of a client or an engagement, for both sides.

use domain::document::{Document, Visibility, choices};
use domain::file::{FileFlaw, size_label};
use domain::id::{DocumentId, UploadId};
use domain::input::FieldErrors;
use domain::message::MessageCounts;
use domain::role::Action;
use domain::upload::{Upload, UploadPurpose, UploadState};
use futures::future::{try_join, try_join3};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::page::ListPage;
use web::view::{EngagementTabs, Pager, SelectOption, UploadForm};
use web::{ClientAccess, Crumb, Form, Ids, Page, PageError, Query, Reply};

use crate::target::{DocumentPath, DocumentTarget};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct DocumentsPage {
    /// Where they are an engagement's.
    tabs: Option<EngagementTabs>,
    pulse: String,
    here: String,
    rows: Vec<Row>,
    pager: Pager,
    uploads: Vec<Coming>,
    /// Whether those are shown that are deleted.
    deleted: bool,
    team: bool,
    send: Option<UploadForm>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// A document in the list.
#[derive(Debug, Serialize)]
struct Row {
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

/// A file that isn't a document yet.
#[derive(Debug, Serialize)]
struct Coming {
    name: String,
    size: String,
    state: &'static str,
    why: Option<&'static str>,
    by: String,
    at: Timestamp,
}

/// The form of files that become documents at `action`, or a new version of one.
pub(crate) fn send_form(
    inside: &ClientAccess,
    action: &str,
    form: Form,
    version: bool,
) -> UploadForm {
    let send = UploadForm::new(action, form, inside.ctx.app.new_id());
    if version {
        return send;
    }
    let (kinds, choose) = choices(inside.actor.role);
    let kinds = kinds.into_iter().map(|kind| SelectOption {
        value: kind.name(),
        label: kind.label(),
    });
    send.of_kinds(kinds.collect(), choose)
}

impl Row {
    fn new(document: &Document, base: &str) -> Self {
        let (href, current) = (
            format!("{base}/documents/{}", document.id),
            &document.current,
        );
        let download = document.deleted.is_none();
        Self {
            download: download.then(|| format!("{href}/download")),
            href,
            title: document.title.clone(),
            kind: document.kind.label(),
            team_only: document.visibility == Visibility::Team,
            number: current.number,
            file: current.file_type.label(),
            size: size_label(current.size),
            by: current.by_name.clone(),
            at: current.at,
        }
    }
}

impl From<&Upload> for Coming {
    fn from(upload: &Upload) -> Self {
        Self {
            name: upload.name.clone(),
            size: size_label(upload.size),
            state: upload.state.name(),
            why: upload.flaw.map(FileFlaw::words),
            by: upload.by_name.clone(),
            at: upload.at,
        }
    }
}

/// Which part of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DocumentsQuery {
    after: Option<String>,
    show: String,
}

impl DocumentsQuery {
    /// Whether those are asked for that are deleted, by one who may.
    fn is_deleted(&self, inside: &ClientAccess) -> bool {
        inside.is_team() && self.show == "deleted"
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

    fn sample() -> Self {
        let document = crate::document::document_sample();
        let page = ListPage {
            rows: vec![Row::new(&document, "/clients/c")],
            next: Some(document.id.to_string()),
        };
        let coming = |state: UploadState, why| Coming {
            name: "old <b>.pdf".to_owned(),
            size: "2 MB".to_owned(),
            state: state.name(),
            why,
            by: "Ada".to_owned(),
            at: Timestamp::UNIX_EPOCH,
        };
        let lies = FileFlaw::Lies.words();
        let form = Form::failed(&(), &FieldErrors::at("file", "Choose a file."));
        let kinds = vec![SelectOption {
            value: "report",
            label: "Report",
        }];
        let send = UploadForm::new("/clients/c/documents", form, UploadId::new(1, 1));
        Self {
            tabs: Some(EngagementTabs::new(
                "/clients/c/engagements/e",
                "documents",
                2,
            )),
            pulse: "/clients/c/pulse?seen=1".to_owned(),
            here: "/clients/c/documents".to_owned(),
            pager: Pager::new(&page, "/clients/c/documents", Some("x"), None),
            rows: page.rows,
            uploads: vec![
                coming(UploadState::Checking, None),
                coming(UploadState::Refused, Some(lies)),
            ],
            deleted: false,
            team: true,
            send: Some(send.of_kinds(kinds, true)),
            crumbs: Vec::new(),
        }
    }
}

/// What a page lists, and what of the engagement's messages the reader has seen.
type Found = (ListPage<Document>, Vec<Upload>, MessageCounts);

async fn find(
    inside: &ClientAccess,
    path: DocumentPath,
    wanted: &DocumentsQuery,
) -> Result<Found, PageError> {
    let from: Option<DocumentId> = wanted.after.as_deref().and_then(|id| id.parse().ok());
    let (store, now) = (&inside.store, inside.ctx.now);
    let seen = async {
        match path.engagement {
            Some(id) => store.read_mark(inside.actor.user, id).await,
            None => Ok(MessageCounts::default()),
        }
    };
    let found = try_join3(
        store.documents(path.engagement, wanted.is_deleted(inside), from),
        store.uploads(now),
        seen,
    );
    Ok(found.await?)
}

fn page(
    inside: &ClientAccess,
    target: &DocumentTarget,
    (found, uploads, seen): &Found,
    wanted: &DocumentsQuery,
    form: Form,
) -> DocumentsPage {
    let deleted = wanted.is_deleted(inside);
    let engagement = target.engagement.as_ref().map(|one| one.id);
    let here = target.href(&inside.base);
    let uploads = uploads.iter().filter(|upload| {
        let document = matches!(upload.purpose, UploadPurpose::Document(_));
        document && engagement.is_none_or(|id| upload.purpose.engagement() == Some(id))
    });
    let path = if deleted {
        format!("{here}?show=deleted")
    } else {
        here.clone()
    };
    let send = !deleted && inside.may(Action::UploadDocuments);
    let tabs = target.engagement.as_ref().map(|one| {
        let around = format!("{}/engagements/{}", inside.base, one.id);
        EngagementTabs::new(&around, "documents", one.messages.unread(*seen).total())
    });
    DocumentsPage {
        tabs,
        pulse: target.pulse(inside),
        rows: found
            .rows
            .iter()
            .map(|one| Row::new(one, &inside.base))
            .collect(),
        pager: Pager::new(found, &path, wanted.after.as_deref(), None),
        uploads: uploads.map(Coming::from).collect(),
        deleted,
        team: inside.is_team(),
        send: send.then(|| send_form(inside, &here, form, false)),
        here,
        crumbs: target.crumbs(inside),
    }
}

pub(crate) async fn get(
    inside: ClientAccess,
    Ids(path): Ids<DocumentPath>,
    Query(wanted): Query<DocumentsQuery>,
) -> Result<Reply, PageError> {
    let read = try_join(
        DocumentTarget::read(&inside, path),
        find(&inside, path, &wanted),
    );
    let (target, found) = read.await?;
    let page = page(&inside, &target, &found, &wanted, Form::default());
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
        engagement: target.engagement.as_ref().map(|one| one.id),
        document: None,
    };
    let wanted = DocumentsQuery::default();
    let found = find(inside, path, &wanted).await?;
    let page = page(inside, &target, &found, &wanted, form);
    let origin = inside.ctx.app.services.files.origin().await?;
    Ok(inside.ctx.refused(&page)?.with_files(&origin))
}
