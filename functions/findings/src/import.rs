//! Importing a scan, first step: the file. A small one comes through here and is
//! looked at once already; a large one goes straight to the bucket. A job reads
//! either.

use axum::extract::{FromRequest as _, Request};
use domain::engagement::Engagement;
use domain::file::FileName;
use domain::id::{ImportId, marker};
use domain::import::job::Import;
use domain::import::{self, ColumnMapping, MAX_BYTES, ScanError};
use domain::input::FieldErrors;
use domain::upload::UploadPurpose;
use futures::future::try_join;
use http::header;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use web::{
    ClientAccess, Crumb, Form, Ids, MAX_UPLOAD, Page, PageError, ProtectedForm, ProtectedUpload,
    Reply, UploadRequest, see_other,
};

use crate::paths::EngagementPath;

/// The form.
#[derive(Debug, Serialize)]
pub(crate) struct ImportPage {
    id: ImportId,
    form: Form,
    action: String,
    cancel: String,
    /// Bytes at most, and how many of them come through here.
    max: usize,
    small: usize,
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
        let engagement = Link {
            title: "Web test".to_owned(),
            href: "/clients/c/engagements/e".to_owned(),
        };
        let form = Form::failed(&(), &FieldErrors::at("file", "Choose a file."));
        Self::new(ImportId::new(1, 1), form, engagement, Vec::new())
    }
}

impl ImportPage {
    fn new(id: ImportId, form: Form, engagement: Link, crumbs: Vec<Crumb>) -> Self {
        Self {
            id,
            form,
            action: format!("{}/import", engagement.href),
            cancel: engagement.href.clone(),
            max: MAX_BYTES,
            small: MAX_UPLOAD,
            engagement,
            crumbs,
        }
    }
}

/// The engagement that is imported into, and the way to it.
pub(crate) async fn around(
    inside: &ClientAccess,
    path: EngagementPath,
) -> Result<(Engagement, Link, Vec<Crumb>), PageError> {
    let read = try_join(
        inside.store.about(),
        inside.store.engagement(path.engagement),
    )
    .await?;
    let (Some(client), Some(engagement)) = read else {
        return Err(PageError::NotFound);
    };
    let href = format!("{}/engagements/{}", inside.base, engagement.id);
    let mut crumbs = inside.crumbs(&client.name);
    crumbs.push(Crumb::to(&engagement.title, &href));
    let link = Link {
        title: engagement.title.clone(),
        href,
    };
    Ok((engagement, link, crumbs))
}

/// What a script says of a file before it sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ScanAnnouncement {
    name: String,
    size: String,
}

/// The form, from where files may be sent to the bucket.
async fn shown(
    inside: &ClientAccess,
    page: &ImportPage,
    refused: bool,
) -> Result<Reply, PageError> {
    let origin = inside.ctx.app.services.files.origin().await?;
    let reply = if refused {
        inside.ctx.refused(page)?
    } else {
        inside.ctx.page(page)?
    };
    Ok(reply.with_files(&origin))
}

pub(crate) async fn get(
    inside: ClientAccess,
    Ids(path): Ids<EngagementPath>,
) -> Result<Reply, PageError> {
    let (_, link, crumbs) = around(&inside, path).await?;
    let page = ImportPage::new(inside.ctx.app.new_id(), Form::default(), link, crumbs);
    shown(&inside, &page, false).await
}

pub(crate) async fn post(
    inside: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    request: Request,
) -> Result<Reply, PageError> {
    let (_, link, crumbs) = around(&inside, path).await?;
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let upload = ProtectedUpload::from_request(request, &()).await?;
        whole(&inside, path, upload, (link, crumbs)).await
    } else {
        let form = ProtectedForm::from_request(request, &()).await?;
        announced(&inside, path, form).await
    }
}

/// A small file, which is kept if it can be read.
async fn whole(
    inside: &ClientAccess,
    path: EngagementPath,
    upload: ProtectedUpload,
    (link, crumbs): (Link, Vec<Crumb>),
) -> Result<Reply, PageError> {
    let id = upload.id.as_deref().and_then(|id| id.parse().ok());
    let page: ImportId = id.ok_or(PageError::BadRequest("the form has no id"))?;
    let bytes = match check(&upload.file_name, upload.bytes) {
        Ok(bytes) => bytes,
        Err(why) => {
            let form = Form::failed(&(), &FieldErrors::at("file", why));
            let page = ImportPage::new(page, form, link, crumbs);
            return shown(inside, &page, true).await;
        }
    };
    let id = of_file(page, &bytes);
    let file = (upload.file_name.as_str(), size(bytes.len()));
    let by = inside.actor.name.as_str();
    let import = Import::uploaded((id, path.engagement), file, by, inside.ctx.now);
    let key = inside.store.import_key(id);
    let files = inside.files();
    files.put(&key, bytes, "application/octet-stream").await?;
    inside.store.create_import(&import).await?;
    Ok(see_other(&format!("{}/imports/{id}", link.href)))
}

/// The import of a file from a form: the same file from the same form is the
/// same import, another file is another.
fn of_file(form: ImportId, bytes: &[u8]) -> ImportId {
    let hash = Sha256::digest(bytes);
    let first = hash.first_chunk().copied().unwrap_or_default();
    form.nth(u64::from_be_bytes(first))
}

/// The file, where it can be read; or why not, for the person.
fn check(file_name: &str, bytes: Option<Vec<u8>>) -> Result<Vec<u8>, String> {
    let Some(bytes) = bytes else {
        let most = MAX_UPLOAD / 1024 / 1024;
        return Err(format!(
            "The file is larger than {most} MB. Without scripts, that is as much as can be sent: export fewer hosts or only the issues you need."
        ));
    };
    if file_name.is_empty() && bytes.is_empty() {
        return Err("Choose a file.".to_owned());
    }
    let columns = import::columns(&bytes).map_err(|refused| refused.to_string())?;
    let mapping = columns.map(|columns| ColumnMapping::guess(&columns.names));
    match import::read(&bytes, &mapping.unwrap_or_default()) {
        // The next page asks for the title.
        Ok(_) | Err(ScanError::NoTitle) => Ok(bytes),
        Err(refused) => Err(refused.to_string()),
    }
}

/// Tells a script where to send a file. Told again, it is the same upload.
async fn announced(
    inside: &ClientAccess,
    path: EngagementPath,
    form: ProtectedForm<ScanAnnouncement>,
) -> Result<Reply, PageError> {
    let size = form.input.size.parse();
    let size: i64 = size.map_err(|_| PageError::BadRequest("the file has no size"))?;
    let (id, name) = (form.id::<marker::UploadMarker>()?, form.input.name.as_str());
    let purpose = UploadPurpose::Import(path.engagement);
    let said = UploadRequest { id, size, name };
    let begun = inside
        .announce(said, &FileName::scan(name), purpose)
        .await?;
    inside.offer(begun).await
}

fn size(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
