//! The first step of importing a scan: its file. A small one comes through the function and is
//! checked at once; a large one goes straight to the bucket. A job reads either.

use domain::file::FileName;
use domain::file::MAX_SCAN_BYTES;
use domain::id::ImportId;
use domain::import::{self, ColumnMapping, Import, ScanError};
use domain::input::FieldErrors;
use domain::upload::UploadPurpose;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use web::links;
use web::{
    ClientAccess, Crumb, EmptyForm, EngagementContext, Form, Ids, MAX_UPLOAD, NewObject, Page,
    PageError, ProtectedForm, ProtectedUpload, Reply, SentFile, UploadRequest, see_other,
};

use crate::paths::EngagementPath;

#[derive(Debug, Serialize)]
pub(crate) struct ImportPage {
    id: ImportId,
    form: Form,
    action: String,
    cancel: String,
    /// The most bytes, and the most that come through the function.
    max: usize,
    small: usize,
    /// The supported formats.
    formats: String,
    engagement: Link,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Link {
    pub(crate) title: String,
    pub(crate) href: String,
}

impl Page for ImportPage {
    const TEMPLATE: &'static str = "pages/findings/import.html";

    fn title(&self) -> String {
        "Import".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let engagement = Link::from(&EngagementContext::sample());
        let form = Form::with_errors(&(), &FieldErrors::of("file", "Choose a file."));
        Self::new(
            ImportId::new(1, 1),
            form,
            String::new(),
            engagement,
            Vec::new(),
        )
    }
}

impl ImportPage {
    fn new(id: ImportId, form: Form, action: String, engagement: Link, crumbs: Vec<Crumb>) -> Self {
        Self {
            id,
            form,
            action,
            cancel: engagement.href.clone(),
            max: MAX_SCAN_BYTES,
            small: MAX_UPLOAD,
            formats: import::format_hint(),
            engagement,
            crumbs,
        }
    }
}

impl From<&EngagementContext> for Link {
    fn from(context: &EngagementContext) -> Self {
        Self {
            title: context.engagement.title.clone(),
            href: context.href.clone(),
        }
    }
}

/// The announcement of a scan, by a script.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ScanAnnouncement {
    name: String,
    size: String,
}

/// The page, from which files may be sent to the bucket.
async fn render_page(
    access: &ClientAccess,
    page: &ImportPage,
    refused: bool,
) -> Result<Reply, PageError> {
    let origin = access.ctx.app.services.files.origin().await?;
    let reply = if refused {
        access.ctx.render_refused(page)?
    } else {
        access.ctx.render(page)?
    };
    Ok(reply.with_files(&origin))
}

pub(crate) async fn get(
    access: ClientAccess,
    Ids(path): Ids<EngagementPath>,
) -> Result<Reply, PageError> {
    let context = access.engagement(path.engagement).await?;
    let action = links::import_new(access.base, path.engagement);
    let link = Link::from(&context);
    let id = access.ctx.app.new_id();
    let page = ImportPage::new(id, Form::default(), action, link, context.crumbs);
    render_page(&access, &page, false).await
}

pub(crate) async fn post(
    access: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    sent: SentFile<ScanAnnouncement, EmptyForm>,
) -> Result<Reply, PageError> {
    let context = access.engagement(path.engagement).await?;
    match sent {
        SentFile::Announced(form) => announce(&access, path, form).await,
        SentFile::Whole(upload) => receive(&access, path, upload, context).await,
    }
}

/// Receives a small scan that came whole, and stores it where it can be read.
async fn receive(
    access: &ClientAccess,
    path: EngagementPath,
    upload: ProtectedUpload,
    context: EngagementContext,
) -> Result<Reply, PageError> {
    let form_id: ImportId = upload.id()?;
    let bytes = match check_scan(&upload.file_name, upload.bytes) {
        Ok(bytes) => bytes,
        Err(why) => {
            let form = Form::with_errors(&(), &FieldErrors::of("file", why));
            let page = ImportPage::new(
                form_id,
                form,
                links::import_new(access.base, path.engagement),
                Link::from(&context),
                context.crumbs,
            );
            return render_page(access, &page, true).await;
        }
    };
    let id = import_id(form_id, &bytes);
    let import = Import::new(
        id,
        path.engagement,
        &upload.file_name,
        to_i64(bytes.len()),
        &access.actor.name,
        access.ctx.now,
    );
    let key = access.store.import_object_key(id);
    let files = access.files();
    let kept = files.put_new(&key, bytes, "application/octet-stream");
    if kept.await? == NewObject::Other {
        return Err(PageError::Changed);
    }
    access.store.create_import(&import).await?;
    Ok(see_other(&links::import(access.base, path.engagement, id)))
}

/// The import of a file from a form: the same file from the same form is the
/// same import, another file is another.
fn import_id(form: ImportId, bytes: &[u8]) -> ImportId {
    let hash = Sha256::digest(bytes);
    let first = hash.first_chunk().copied().unwrap_or_default();
    form.nth(u64::from_be_bytes(first))
}

/// The bytes, if they are a scan that can be read; or the message for the person.
fn check_scan(file_name: &str, bytes: Option<Vec<u8>>) -> Result<Vec<u8>, String> {
    let Some(bytes) = bytes else {
        let most = MAX_UPLOAD / 1024 / 1024;
        return Err(format!(
            "The file is larger than {most} MB. Without scripts, that is as much as can be sent: export fewer hosts or only the issues you need."
        ));
    };
    if file_name.is_empty() && bytes.is_empty() {
        return Err("Choose a file.".to_owned());
    }
    let columns = import::parse_columns(&bytes).map_err(|error| error.to_string())?;
    let mapping = columns.map(|columns| ColumnMapping::guess(&columns.names));
    match import::parse_scan(&bytes, &mapping.unwrap_or_default()) {
        // The next page asks for the title.
        Ok(_) | Err(ScanError::NoTitle) => Ok(bytes),
        Err(error) => Err(error.to_string()),
    }
}

/// Announces a scan. The same form that announces it again gets the same upload.
async fn announce(
    access: &ClientAccess,
    path: EngagementPath,
    form: ProtectedForm<ScanAnnouncement>,
) -> Result<Reply, PageError> {
    let size = form.input.size.parse();
    let size: i64 = size.map_err(|_| PageError::BadRequest("the file has no size"))?;
    let (id, name) = (form.upload_id()?, form.input.name.as_str());
    let purpose = UploadPurpose::Import(path.engagement);
    let request = UploadRequest { id, size, name };
    let upload = access
        .create_upload(request, &FileName::of_scan(name), purpose)
        .await;
    access.presign_post(upload).await
}

fn to_i64(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
