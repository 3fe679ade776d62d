//! Importing a scan, second step: what it would make, then making it.

use domain::finding::{Draft, Finding, create};
use domain::history::{Entry, Happening};
use domain::id::{EngagementId, FindingId};
use domain::import::{self, Scan};
use serde::Serialize;
use store::Import;
use web::view::Breakdown;
use web::{Crumb, Error, Ids, Inside, Nothing, Page, ProtectedForm, Reply, see_other};

use crate::import::{Link, around};
use crate::paths::{AtImport, InEngagement};

/// Rows that the preview lists.
const SHOWN: usize = 100;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct ImportPreview {
    scanner: &'static str,
    file_name: String,
    rows: usize,
    count: usize,
    done: i64,
    breakdown: Breakdown,
    findings: Vec<Row>,
    truncated: usize,
    action: String,
    cancel: String,
    engagement: Link,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Serialize)]
struct Row {
    title: String,
    severity: &'static str,
    score: Option<String>,
    cwe: Option<String>,
    assets: usize,
    asset: Option<String>,
}

impl Page for ImportPreview {
    const TEMPLATE: &'static str = "pages/findings/import_preview.html";

    fn title(&self) -> String {
        "Import preview".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let input = domain::finding::FindingInput {
            title: "Old <b>TLS</b>".to_owned(),
            severity: "low".to_owned(),
            assets: "a:443".to_owned(),
            ..Default::default()
        };
        let drafts = input.parse().into_iter().collect();
        let engagement = Link {
            title: "Web test".to_owned(),
            href: "/clients/c/engagements/e".to_owned(),
        };
        let import = Import {
            id: domain::id::ImportId::new(1, 1),
            file_name: "scan.nessus".to_owned(),
            by_name: "Ada".to_owned(),
            at: jiff::Timestamp::UNIX_EPOCH,
            total: 1,
            done: 0,
        };
        Self::new(
            &Scan {
                scanner: "Nessus",
                drafts,
                rows: 2,
            },
            import,
            engagement,
            Vec::new(),
        )
    }
}

impl ImportPreview {
    fn new(scan: &Scan, import: Import, engagement: Link, crumbs: Vec<Crumb>) -> Self {
        let of = |severity| {
            scan.drafts
                .iter()
                .filter(|draft| draft.severity == severity)
                .count()
        };
        Self {
            scanner: scan.scanner,
            file_name: import.file_name,
            rows: scan.rows,
            count: scan.drafts.len(),
            done: import.done,
            breakdown: Breakdown::by(|severity| i64::try_from(of(severity)).unwrap_or(i64::MAX)),
            findings: scan.drafts.iter().take(SHOWN).map(Row::from).collect(),
            truncated: scan.drafts.len().saturating_sub(SHOWN),
            action: format!("{}/imports/{}", engagement.href, import.id),
            cancel: engagement.href.clone(),
            engagement,
            crumbs,
        }
    }
}

impl From<&Draft> for Row {
    fn from(draft: &Draft) -> Self {
        Self {
            title: draft.title.clone(),
            severity: draft.severity.name(),
            score: draft
                .vector
                .as_ref()
                .map(|vector| vector.score().to_string()),
            cwe: draft.cwe.map(|number| format!("CWE-{number}")),
            assets: draft.assets.len(),
            asset: draft.assets.first().cloned(),
        }
    }
}

async fn upload(inside: &Inside, path: AtImport) -> Result<(Import, Scan), Error> {
    let import = inside
        .store
        .import(path.engagement, path.import)
        .await?
        .ok_or(Error::NotFound)?;
    let key = Import::file_key(&inside.store, import.id);
    let bytes = inside.files().get(&key).await?.ok_or(Error::NotFound)?;
    // It was read before it was kept: a failure now is ours.
    Ok((import, import::read(&bytes).map_err(Error::internal)?))
}

pub(crate) async fn get(inside: Inside, Ids(path): Ids<AtImport>) -> Result<Reply, Error> {
    let (_, link, crumbs) = around(
        &inside,
        InEngagement {
            engagement: path.engagement,
        },
    )
    .await?;
    let (import, scan) = upload(&inside, path).await?;
    if import.done >= import.total {
        return Ok(see_other(&drafts(&link.href)));
    }
    inside
        .ctx
        .page(&ImportPreview::new(&scan, import, link, crumbs))
}

pub(crate) async fn post(
    inside: Inside,
    Ids(path): Ids<AtImport>,
    _form: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
    let (_, link, _) = around(
        &inside,
        InEngagement {
            engagement: path.engagement,
        },
    )
    .await?;
    let (import, scan) = upload(&inside, path).await?;
    let total = import.total;
    match make(&inside, path.engagement, &import, scan).await {
        Err(Error::Changed) => {
            // The same confirmation, sent twice: the other one is at it, or done.
            let now = inside.store.import(path.engagement, path.import).await?;
            if now.is_none_or(|import| import.done == 0) {
                return Err(Error::Changed);
            }
        }
        result => result?,
    }
    Ok(see_other(&drafts(&link.href)).flash(&format!("imported.{total}")))
}

async fn make(
    inside: &Inside,
    engagement: EngagementId,
    import: &Import,
    scan: Scan,
) -> Result<(), Error> {
    let (actor, now) = (&inside.actor, inside.ctx.now);
    let how = Happening::Imported {
        scanner: scan.scanner.to_owned(),
    };
    let mut made: Vec<(Finding, Draft)> = Vec::with_capacity(scan.drafts.len());
    for (n, draft) in (0..).zip(scan.drafts) {
        let id: FindingId = import.id.finding(n);
        let change = create(id, &draft, actor, how.clone(), now).map_err(|_| Error::Forbidden)?;
        made.push((change.finding, draft));
    }
    let entry = Entry::new(actor, now, how, None);
    Ok(inside
        .store
        .run_import(engagement, import, &made, &entry)
        .await?)
}

fn drafts(engagement: &str) -> String {
    format!("{engagement}?show=drafts")
}
