//! A file on its way in, whatever it was sent for: said to be there, and how far it
//! is, for scripts and for people.

use domain::file::{FileFlaw, size_label};
use domain::upload::{Upload, UploadPurpose, UploadState};
use http::header;
use serde::Serialize;
use serde_json::json;
use web::{ClientAccess, Crumb, EmptyForm, Ids, Page, PageError, ProtectedForm, Reply, see_other};

use crate::target::UploadPath;

/// How far it is.
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

    fn sample() -> Self {
        Self {
            name: "old <b>.png".to_owned(),
            size: "2 MB".to_owned(),
            state: UploadState::Refused.name(),
            why: Some(FileFlaw::Image.words()),
            here: "/uploads/u".to_owned(),
            back: "/documents".to_owned(),
        }
    }
}

/// Where what it was sent for is.
fn back(upload: &Upload, base: &str) -> String {
    match &upload.purpose {
        UploadPurpose::Document(new) => match new.engagement {
            Some(id) => format!("{base}/engagements/{id}/documents"),
            None => format!("{base}/documents"),
        },
        UploadPurpose::Evidence(new) => {
            let (engagement, finding) = (new.engagement, new.finding);
            format!("{base}/engagements/{engagement}/findings/{finding}#evidence")
        }
        UploadPurpose::Import(id) => format!("{base}/engagements/{id}/imports/{}", upload.id),
        UploadPurpose::Attachment(id) => format!("{base}/engagements/{id}/messages#end"),
    }
}

pub(crate) async fn get(
    inside: ClientAccess,
    Ids(path): Ids<UploadPath>,
    headers: http::HeaderMap,
) -> Result<Reply, PageError> {
    let upload = inside.store.upload(path.upload).await?;
    let upload = upload.ok_or(PageError::NotFound)?;
    let (state, why) = (upload.state.name(), upload.flaw.map(FileFlaw::words));
    let wanted = headers.get(header::ACCEPT);
    let wanted = wanted.and_then(|wanted| wanted.to_str().ok());
    if wanted.is_some_and(|wanted| wanted.starts_with("application/json")) {
        return Ok(Reply::json(&json!({ "state": state, "error": why })));
    }
    inside.ctx.page(&UploadPage {
        size: size_label(upload.size),
        state,
        why,
        here: format!("{}/uploads/{}", inside.base, upload.id),
        back: back(&upload, &inside.base),
        name: upload.name,
    })
}

pub(crate) async fn complete(
    inside: ClientAccess,
    Ids(path): Ids<UploadPath>,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let upload = inside.store.upload(path.upload).await?;
    let upload = upload.ok_or(PageError::NotFound)?;
    inside.arrive(&upload).await?;
    Ok(see_other(&back(&upload, &inside.base)))
}
