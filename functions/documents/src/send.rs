//! Sending a document: what a script says of it before it sends it, or the file
//! itself, from a browser without scripts.

use axum::extract::{FromRequest as _, Request};
use domain::document::{DocumentInput, NewDocument, may_supersede};
use domain::file::FileName;
use domain::input::FieldErrors;
use domain::upload::{Upload, UploadPurpose};
use http::header;
use serde::Deserialize;
use web::{
    ClientAccess, Form, Ids, PageError, ProtectedForm, ProtectedUpload, Reply, UploadRequest,
    see_other,
};

use crate::target::{DocumentPath, DocumentTarget};
use crate::{document, list};

/// What a script says of a file before it sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DocumentAnnouncement {
    name: String,
    size: String,
    n: String,
    kind: String,
    title: String,
    visibility: String,
}

impl DocumentAnnouncement {
    fn document(&self) -> DocumentInput {
        DocumentInput {
            kind: self.kind.clone(),
            title: self.title.clone(),
            visibility: self.visibility.clone(),
        }
    }
}

pub(crate) async fn post(
    inside: ClientAccess,
    Ids(path): Ids<DocumentPath>,
    request: Request,
) -> Result<Reply, PageError> {
    let target = DocumentTarget::read(&inside, path).await?;
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let upload = ProtectedUpload::from_request(request, &()).await?;
        whole(&inside, target, upload).await
    } else {
        let form = ProtectedForm::from_request(request, &()).await?;
        announced(&inside, &target, form).await
    }
}

/// What a file is to become, by what was said of it.
fn purpose(
    inside: &ClientAccess,
    target: &DocumentTarget,
    file: &FileName,
    input: &DocumentInput,
) -> Result<Result<UploadPurpose, FieldErrors>, PageError> {
    let role = inside.actor.role;
    let Some(document) = &target.document else {
        let engagement = target.engagement.as_ref().map(|one| one.id);
        let new = input.parse(role, engagement, file);
        return Ok(new.map(UploadPurpose::Document));
    };
    if !may_supersede(role, document) {
        return Err(PageError::Forbidden);
    }
    Ok(Ok(UploadPurpose::Document(NewDocument {
        engagement: document.engagement,
        kind: document.kind,
        title: document.title.clone(),
        visibility: document.visibility,
        replaces: Some(document.id),
    })))
}

/// Announces a file, if what was said of it can be accepted.
async fn begin(
    inside: &ClientAccess,
    target: &DocumentTarget,
    said: UploadRequest<'_>,
    input: &DocumentInput,
) -> Result<Result<Upload, FieldErrors>, PageError> {
    let file = match said.file() {
        Ok(file) => file,
        Err(invalid) => return Ok(Err(invalid)),
    };
    match purpose(inside, target, &file, input)? {
        Ok(purpose) => inside.announce(said, &file, purpose).await,
        Err(invalid) => Ok(Err(invalid)),
    }
}

async fn announced(
    inside: &ClientAccess,
    target: &DocumentTarget,
    form: ProtectedForm<DocumentAnnouncement>,
) -> Result<Reply, PageError> {
    let DocumentAnnouncement { name, size, n, .. } = &form.input;
    let said = UploadRequest::by_script(&form, (name, size, n))?;
    let begun = begin(inside, target, said, &form.input.document()).await?;
    inside.offer(begun).await
}

async fn whole(
    inside: &ClientAccess,
    target: DocumentTarget,
    mut sent: ProtectedUpload<DocumentInput>,
) -> Result<Reply, PageError> {
    let input = sent.input.clone();
    let begun = match UploadRequest::by_form(&mut sent)? {
        Ok((said, bytes)) => {
            let begun = begin(inside, &target, said, &input).await?;
            begun.map(|upload| (upload, bytes))
        }
        Err(invalid) => Err(invalid),
    };
    match begun {
        Ok((upload, bytes)) => {
            inside.keep(&upload, bytes).await?;
            Ok(see_other(&target.href(&inside.base)).flash("file-sent"))
        }
        Err(invalid) => {
            let form = Form::failed(&input, &invalid);
            match target.document {
                Some(_) => document::again(inside, target, form).await,
                None => list::again(inside, target, form).await,
            }
        }
    }
}
