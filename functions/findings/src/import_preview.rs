//! Importing a scan, second step: what it would make.

use domain::engagement::{Engagement, MAX_FINDINGS};
use domain::finding::{Draft, Finding};
use domain::import::{self, Columns, Comparison, Mapping, Refused, Scan, Scanned};
use futures::future::try_join;
use serde::Serialize;
use store::Import;
use web::view::Breakdown;
use web::{Crumb, Error, Form, Ids, Inside, Page, Reply, see_other};

use crate::import::{Link, around, count};
use crate::import_columns::ColumnsForm;
use crate::paths::{AtImport, InEngagement};

/// Rows that the preview lists, and of each other list.
const SHOWN: usize = 100;
const SHOWN_MOVES: usize = 25;
/// Findings that one confirmation moves, either way.
pub(crate) const MAX_MOVES: usize = 200;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct ImportPreview {
    file_name: String,
    made: Option<Made>,
    done: i64,
    columns: Option<ColumnsForm>,
    action: String,
    cancel: String,
    engagement: Link,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// What the file would make.
#[derive(Debug, Serialize)]
struct Made {
    scanner: String,
    rows: usize,
    count: usize,
    breakdown: Breakdown,
    findings: Vec<Row>,
    truncated: usize,
    remarks: Vec<String>,
    /// Where the engagement knows this scan already.
    rerun: Option<Rerun>,
    /// Where not all of it fits: what to say.
    full: Option<String>,
}

/// What a later run says of what is there.
#[derive(Debug, Serialize)]
struct Rerun {
    still: usize,
    back: Moves,
    gone: Moves,
    gone_drafts: usize,
}

/// Findings that would be moved.
#[derive(Debug, Serialize)]
struct Moves {
    count: usize,
    rows: Vec<Known>,
    more: usize,
    /// How many at once, where there are more.
    most: Option<usize>,
}

#[derive(Debug, Serialize)]
struct Known {
    href: String,
    title: String,
    severity: &'static str,
    score: Option<String>,
    status: &'static str,
}

/// An upload with its file, read again.
pub(crate) struct Upload {
    pub(crate) import: Import,
    pub(crate) bytes: Vec<u8>,
    /// Of a table.
    pub(crate) columns: Option<Columns>,
    /// `None` for a table whose title nobody has named.
    pub(crate) scan: Option<Scan>,
    /// The scan beside what the engagement knows.
    pub(crate) compared: Comparison,
    /// How many more findings the engagement may have.
    pub(crate) room: i64,
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
        let findings = input.parse().into_iter().map(|draft| Scanned {
            draft,
            fingerprint: import::Fingerprint::new("csv", "old tls"),
        });
        let engagement = Link {
            title: "Web test".to_owned(),
            href: "/clients/c/engagements/e".to_owned(),
        };
        let import = Import {
            id: domain::id::ImportId::new(1, 1),
            file_name: "scan.csv".to_owned(),
            by_name: "Ada".to_owned(),
            at: jiff::Timestamp::UNIX_EPOCH,
            total: 1,
            done: 0,
            mapping: None,
        };
        let scan = Scan {
            scanner: "CSV".to_owned(),
            findings: findings.collect(),
            rows: 2,
            remarks: vec!["Left out: 1 × a row without a title.".to_owned()],
        };
        let columns = Columns {
            names: vec!["Name".to_owned(), "Risk <b>".to_owned()],
            examples: vec!["Old <b>TLS</b>".to_owned(), String::new()],
        };
        let upload = Upload {
            import,
            bytes: Vec::new(),
            columns: Some(columns),
            compared: compared_sample(&scan),
            scan: Some(scan),
            room: 0,
        };
        let failed = domain::input::Invalid::at("title", "Say which column holds the title.");
        let form = Form::failed(&Mapping::default(), &failed);
        Self::new(upload, Some(form), engagement, Vec::new())
    }
}

impl ImportPreview {
    fn new(upload: Upload, form: Option<Form>, engagement: Link, crumbs: Vec<Crumb>) -> Self {
        let import = upload.import;
        let here = format!("{}/imports/{}", engagement.href, import.id);
        let columns = upload.columns.map(|columns| {
            let mapping = import.mapping.clone().unwrap_or_default();
            let form = form.unwrap_or_else(|| Form::filled(&mapping));
            ColumnsForm::new(&columns, form, &here)
        });
        Self {
            file_name: import.file_name,
            made: upload
                .scan
                .as_ref()
                .map(|scan| Made::new(scan, &upload.compared, upload.room, &engagement.href)),
            done: import.done,
            columns,
            action: here,
            cancel: engagement.href.clone(),
            engagement,
            crumbs,
        }
    }
}

impl Made {
    fn new(scan: &Scan, compared: &Comparison, room: i64, engagement: &str) -> Self {
        let new = scan.findings.iter().zip(&compared.new);
        let new: Vec<&Draft> = new
            .filter(|(_, new)| **new)
            .map(|(one, _)| &one.draft)
            .collect();
        let of = |severity| new.iter().filter(|d| d.severity == severity).count();
        Self {
            scanner: scan.scanner.clone(),
            rows: scan.rows,
            count: new.len(),
            breakdown: Breakdown::by(|severity| count(of(severity))),
            findings: new.iter().take(SHOWN).copied().map(Row::from).collect(),
            truncated: new.len().saturating_sub(SHOWN),
            remarks: scan.remarks.clone(),
            rerun: compared.is_rerun().then(|| Rerun {
                still: compared.still,
                back: Moves::new(&compared.back, engagement),
                gone: Moves::new(&compared.gone, engagement),
                gone_drafts: compared.gone_drafts,
            }),
            full: (count(new.len()) > room).then(|| {
                format!(
                    "The file would make {} findings, but this engagement has room for {room} more.",
                    new.len()
                )
            }),
        }
    }
}

impl Moves {
    fn new(findings: &[Finding], engagement: &str) -> Self {
        let row = |finding: &Finding| Known {
            href: format!("{engagement}/findings/{}", finding.id),
            title: finding.title.clone(),
            severity: finding.severity.name(),
            score: finding.score.map(|score| score.to_string()),
            status: finding.status.name(),
        };
        let count = findings.len();
        Self {
            count,
            rows: findings.iter().take(SHOWN_MOVES).map(row).collect(),
            more: count.saturating_sub(SHOWN_MOVES),
            most: (count > MAX_MOVES).then_some(MAX_MOVES),
        }
    }
}

fn compared_sample(scan: &Scan) -> Comparison {
    let (_, finding) = web::view::samples();
    Comparison {
        new: vec![true; scan.findings.len()],
        still: 2,
        back: vec![finding.clone()],
        gone: vec![finding],
        gone_drafts: 1,
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

impl Upload {
    /// The upload at `path`, as it stands, beside what the engagement knows.
    pub(crate) async fn read(
        inside: &Inside,
        path: AtImport,
        engagement: &Engagement,
    ) -> Result<Self, Error> {
        let (store, id) = (&inside.store, path.engagement);
        let read = try_join(store.import(id, path.import), store.scanned(id));
        let (found, known) = read.await?;
        let import = found.ok_or(Error::NotFound)?;
        let key = Import::file_key(&inside.store, import.id);
        let file = inside.files().get(&key).await?;
        let bytes = file.ok_or(Error::NotFound)?;
        // It was read before it was kept: any other failure now is ours.
        let columns = import::columns(&bytes).map_err(Error::internal)?;
        let mapping = import.mapping.clone().unwrap_or_default();
        let scan = match import::read(&bytes, &mapping) {
            Err(Refused::NoTitle) => None,
            scan => Some(scan.map_err(Error::internal)?),
        };
        let findings = scan.as_ref().map_or(&[][..], |scan| &scan.findings);
        Ok(Self {
            compared: import::compare(findings, &known),
            import,
            bytes,
            columns,
            scan,
            room: MAX_FINDINGS - engagement.counts.sum(|_, _| true),
        })
    }

    /// Whether all of it was confirmed and made.
    pub(crate) fn is_done(&self) -> bool {
        self.import.total > 0 && self.import.done >= self.import.total
    }
}

pub(crate) async fn get(inside: Inside, Ids(path): Ids<AtImport>) -> Result<Reply, Error> {
    let engagement = path.engagement;
    let (about, link, crumbs) = around(&inside, InEngagement { engagement }).await?;
    let upload = Upload::read(&inside, path, &about).await?;
    if upload.is_done() {
        return Ok(see_other(&drafts(&link.href)));
    }
    let page = ImportPreview::new(upload, None, link, crumbs);
    inside.ctx.page(&page)
}

/// The page again, with what was said of the columns and what is wrong with it.
pub(crate) fn again(
    inside: &Inside,
    upload: Upload,
    form: Option<Form>,
    link: Link,
    crumbs: Vec<Crumb>,
) -> Result<Reply, Error> {
    let page = ImportPreview::new(upload, form, link, crumbs);
    inside.ctx.refused(&page)
}

/// The list that the drafts stand in.
pub(crate) fn drafts(engagement: &str) -> String {
    format!("{engagement}?show=drafts")
}
