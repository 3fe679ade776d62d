//! Importing a scan, first step: the file.

use domain::engagement::Engagement;
use domain::id::ImportId;
use domain::import::{self, Mapping, Refused};
use domain::input::Invalid;
use futures::future::try_join;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use store::Import;
use web::{
    Crumb, Error, Form, Ids, Inside, MAX_UPLOAD, Page, ProtectedUpload, Reply, Team, see_other,
};

use crate::paths::InEngagement;

/// The form.
#[derive(Debug, Serialize)]
pub(crate) struct ImportPage {
    id: ImportId,
    form: Form,
    action: String,
    cancel: String,
    max: String,
    max_bytes: usize,
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
        let form = Form::failed(&(), &Invalid::at("file", "Choose a file."));
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
            max: format!("{} MB", MAX_UPLOAD / 1024 / 1024),
            max_bytes: MAX_UPLOAD,
            engagement,
            crumbs,
        }
    }
}

/// The engagement that is imported into, and the way to it.
pub(crate) async fn around(
    inside: &Inside,
    path: InEngagement,
) -> Result<(Engagement, Link, Vec<Crumb>), Error> {
    let read = try_join(
        inside.store.about(),
        inside.store.engagement(path.engagement),
    )
    .await?;
    let (Some(client), Some(engagement)) = read else {
        return Err(Error::NotFound);
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

pub(crate) async fn get(inside: Inside, Ids(path): Ids<InEngagement>) -> Result<Reply, Error> {
    let (_, link, crumbs) = around(&inside, path).await?;
    inside.ctx.page(&ImportPage::new(
        inside.ctx.app.new_id(),
        Form::default(),
        link,
        crumbs,
    ))
}

pub(crate) async fn post(
    inside: Inside,
    team: Team,
    Ids(path): Ids<InEngagement>,
    upload: ProtectedUpload,
) -> Result<Reply, Error> {
    let (_, link, crumbs) = around(&inside, path).await?;
    let id = upload.id.as_deref().and_then(|id| id.parse().ok());
    let page: ImportId = id.ok_or(Error::BadRequest("the form has no id"))?;
    let (bytes, total, mapping) = match read(&team, &upload.file_name, upload.bytes).await? {
        Ok(read) => read,
        Err(why) => {
            let form = Form::failed(&(), &Invalid::at("file", why));
            return inside
                .ctx
                .refused(&ImportPage::new(page, form, link, crumbs));
        }
    };
    let id = of_file(page, &bytes);
    let import = Import {
        id,
        file_name: upload.file_name,
        by_name: inside.actor.name.clone(),
        at: inside.ctx.now,
        total,
        done: 0,
        mapping,
    };
    let key = Import::file_key(&inside.store, id);
    inside
        .files()
        .put(&key, bytes, "application/octet-stream")
        .await?;
    inside.store.create_import(path.engagement, &import).await?;
    Ok(see_other(&format!("{}/imports/{id}", link.href)))
}

/// The import of a file from a form: the same file from the same form is the
/// same import, another file is another.
fn of_file(form: ImportId, bytes: &[u8]) -> ImportId {
    let hash = Sha256::digest(bytes);
    let first = hash.first_chunk().copied().unwrap_or_default();
    form.nth(u64::from_be_bytes(first))
}

/// The file, how many findings it holds, and of a table which column holds
/// what, as was said last or as its columns are called; or why nothing, for the
/// person.
async fn read(
    team: &Team,
    file_name: &str,
    bytes: Option<Vec<u8>>,
) -> Result<Result<(Vec<u8>, i64, Option<Mapping>), String>, Error> {
    let Some(bytes) = bytes else {
        let most = MAX_UPLOAD / 1024 / 1024;
        return Ok(Err(format!(
            "The file is larger than {most} MB. Export fewer hosts or only the issues you need, and try again."
        )));
    };
    if file_name.is_empty() && bytes.is_empty() {
        return Ok(Err("Choose a file.".to_owned()));
    }
    let mapping = match import::columns(&bytes) {
        Ok(Some(columns)) => {
            let said = team.store.mapping(&columns).await?;
            Some(said.unwrap_or_else(|| Mapping::guess(&columns.names)))
        }
        Ok(None) => None,
        Err(refused) => return Ok(Err(refused.to_string())),
    };
    let scan = import::read(&bytes, &mapping.clone().unwrap_or_default());
    Ok(match scan {
        Ok(scan) => Ok((bytes, count(scan.findings.len()), mapping)),
        // The next page asks for it.
        Err(Refused::NoTitle) => Ok((bytes, 0, mapping)),
        Err(refused) => Err(refused.to_string()),
    })
}

/// A number of findings, as it is kept.
pub(crate) fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
