//! The state of an upload of any purpose, for scripts and for people, and the request that
//! completes it.

use domain::file::{FileFlaw, format_size};
use domain::upload::{Upload, UploadPurpose, UploadState};
use http::header;
use serde::Serialize;
use serde_json::json;
use web::links::{self, LinkBase};
use web::{ClientAccess, Crumb, EmptyForm, Ids, Page, PageError, ProtectedForm, Reply, see_other};

use crate::document_target::UploadPath;

#[derive(Debug, Serialize)]
pub(crate) struct UploadPage {
    name: String,
    size: String,
    state: &'static str,
    why: Option<&'static str>,
    here: String,
    back: String,
}

impl Page for UploadPage {
    const TEMPLATE: &'static str = "pages/documents/upload.html";

    fn title(&self) -> String {
        "A file on its way".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        Vec::new()
    }

    fn samples() -> Vec<Self> {
        let in_state = |state: UploadState| Self {
            state: state.name(),
            why: None,
            ..Self::sample()
        };
        vec![
            Self::sample(),
            in_state(UploadState::Checking),
            in_state(UploadState::Ready),
        ]
    }

    fn sample() -> Self {
        Self {
            name: "old <b>.png".to_owned(),
            size: "2 MB".to_owned(),
            state: UploadState::Refused.name(),
            why: Some(FileFlaw::Image.message()),
            here: "/uploads/u".to_owned(),
            back: "/documents".to_owned(),
        }
    }
}

/// The page that lists what the file was sent for.
fn list_href(upload: &Upload, base: LinkBase) -> String {
    match &upload.purpose {
        UploadPurpose::Document(new) => match new.engagement {
            Some(id) => links::engagement_documents(base, id),
            None => links::documents(base),
        },
        UploadPurpose::Evidence(new) => {
            let (engagement, finding) = (new.engagement, new.finding);
            format!("{}#evidence", links::finding(base, engagement, finding))
        }
        UploadPurpose::Import(id) => links::import(base, *id, upload.id.import_id()),
        UploadPurpose::Attachment(id) => format!("{}#end", links::thread(base, *id)),
    }
}

pub(crate) async fn get(
    access: ClientAccess,
    Ids(path): Ids<UploadPath>,
    headers: http::HeaderMap,
) -> Result<Reply, PageError> {
    let upload = access.store.get_upload(path.upload).await?;
    let upload = upload.ok_or(PageError::NotFound)?;
    let (state, why) = (upload.state.name(), upload.flaw.map(FileFlaw::message));
    let accept = headers.get(header::ACCEPT);
    let accept = accept.and_then(|accept| accept.to_str().ok());
    if accept.is_some_and(|accept| accept.starts_with("application/json")) {
        return Ok(Reply::json(&json!({ "state": state, "error": why })));
    }
    access.ctx.render(&UploadPage {
        size: format_size(upload.size),
        state,
        why,
        here: links::upload(access.base, upload.id),
        back: list_href(&upload, access.base),
        name: upload.name,
    })
}

pub(crate) async fn complete(
    access: ClientAccess,
    Ids(path): Ids<UploadPath>,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let upload = access.store.get_upload(path.upload).await?;
    let upload = upload.ok_or(PageError::NotFound)?;
    access.complete_upload(&upload).await?;
    Ok(see_other(&list_href(&upload, access.base)))
}
