//! Sending a document: announced by a script, or whole from a browser without scripts.

use domain::document::{DocumentInput, NewDocument, may_add_version};
use domain::file::FileName;
use domain::upload::{Upload, UploadPurpose};
use serde::Deserialize;
use web::{
    AnnouncedFile, ClientAccess, Form, FormError, Ids, PageError, ProtectedForm, ProtectedUpload,
    Reply, SentFile, UploadRequest, see_other,
};

use crate::document_target::{DocumentPath, DocumentTarget};
use crate::{document, list};

/// The announcement of a document, by a script.
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

    fn file(&self) -> AnnouncedFile<'_> {
        AnnouncedFile {
            name: &self.name,
            size: &self.size,
            n: &self.n,
        }
    }
}

pub(crate) async fn post(
    access: ClientAccess,
    Ids(path): Ids<DocumentPath>,
    sent: SentFile<DocumentAnnouncement, DocumentInput>,
) -> Result<Reply, PageError> {
    let target = DocumentTarget::load(&access, path).await?;
    match sent {
        SentFile::Announced(form) => announce(&access, &target, form).await,
        SentFile::Whole(upload) => receive(&access, target, upload).await,
    }
}

/// The document that a file becomes, by its form.
fn decide_purpose(
    access: &ClientAccess,
    target: &DocumentTarget,
    file: &FileName,
    input: &DocumentInput,
) -> Result<UploadPurpose, FormError> {
    let role = access.actor.role;
    let Some(document) = &target.document else {
        let engagement = target.engagement.as_ref().map(|engagement| engagement.id);
        let new = input.parse(role, engagement, file)?;
        return Ok(UploadPurpose::Document(new));
    };
    if !may_add_version(role, document) {
        return Err(PageError::Forbidden.into());
    }
    Ok(UploadPurpose::Document(NewDocument {
        engagement: document.engagement,
        kind: document.kind,
        title: document.title.clone(),
        visibility: document.visibility,
        replaces: Some(document.id),
    }))
}

async fn create_upload(
    access: &ClientAccess,
    target: &DocumentTarget,
    request: UploadRequest<'_>,
    input: &DocumentInput,
) -> Result<Upload, FormError> {
    let file = request.file_name()?;
    let purpose = decide_purpose(access, target, &file, input)?;
    access.create_upload(request, &file, purpose).await
}

async fn announce(
    access: &ClientAccess,
    target: &DocumentTarget,
    form: ProtectedForm<DocumentAnnouncement>,
) -> Result<Reply, PageError> {
    let request = UploadRequest::from_announcement(form.upload_id()?, form.input.file())?;
    let upload = create_upload(access, target, request, &form.input.document()).await;
    access.presign_post(upload).await
}

/// Receives a document that came whole.
async fn receive(
    access: &ClientAccess,
    target: DocumentTarget,
    mut sent: ProtectedUpload<DocumentInput>,
) -> Result<Reply, PageError> {
    let input = sent.input.clone();
    let stored = async {
        let file = UploadRequest::from_multipart(&mut sent)?;
        let upload = create_upload(access, &target, file.request, &input).await?;
        access.store_bytes(&upload, file.bytes).await?;
        Ok::<_, FormError>(())
    };
    match stored.await {
        Ok(()) => Ok(see_other(&target.href(access.base)).flash("file-sent")),
        Err(error) => {
            let form = Form::with_errors(&input, &error.fields()?);
            match target.document {
                Some(_) => document::render_refused(access, target, form).await,
                None => list::render_refused(access, target, form).await,
            }
        }
    }
}
