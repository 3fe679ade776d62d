//! Importing a scan, second step: how far the file is read, what it would make,
//! and how far that is done.

use domain::engagement::{Engagement, MAX_FINDINGS};
use domain::id::{EngagementId, ImportId};
use domain::import::job::{
    ExistingFindingRow, Import, ImportPlan, ImportPreview, ImportStage, NewFindingRow,
};
use domain::import::{ColumnMapping, CsvColumns};
use domain::plan::PlanLimit;
use domain::severity::Severity;
use domain::upload::{UploadPurpose, UploadState};
use futures::future::try_join;
use http::{HeaderValue, header};
use jiff::Timestamp;
use serde::Serialize;
use store::session::Session;
use web::view::Breakdown;
use web::{ClientAccess, Crumb, Form, Ids, Page, PageError, Reply, see_other};

use crate::import::{Link, around};
use crate::import_columns::ColumnsForm;
use crate::paths::{EngagementPath, ImportPath};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct ImportPreviewPage {
    file_name: String,
    /// What is going on, and how far it is.
    going: Option<Going>,
    /// Why it came to nothing.
    failed: Option<String>,
    made: Option<Made>,
    columns: Option<ColumnsForm>,
    action: String,
    another: String,
    cancel: String,
    engagement: Link,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// What is going on with an import.
#[derive(Debug, Serialize)]
struct Going {
    title: &'static str,
    words: String,
    done: i64,
    of: i64,
}

/// What the file would make.
#[derive(Debug, Serialize)]
struct Made {
    scanner: String,
    rows: i64,
    count: i64,
    breakdown: Breakdown,
    findings: Vec<Row>,
    truncated: i64,
    remarks: Vec<String>,
    /// Where the engagement knows this scan already.
    rerun: Option<Rerun>,
    /// Where not all of it fits: what to say.
    full: Option<String>,
}

/// What a later run says of what is there.
#[derive(Debug, Serialize)]
struct Rerun {
    still: i64,
    back: Moves,
    gone: Moves,
    gone_drafts: i64,
}

/// Findings that would be moved.
#[derive(Debug, Serialize)]
struct Moves {
    count: i64,
    rows: Vec<Known>,
    more: i64,
}

#[derive(Debug, Serialize)]
struct Known {
    href: String,
    title: String,
    severity: &'static str,
    score: Option<String>,
    status: String,
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

impl Page for ImportPreviewPage {
    const TEMPLATE: &'static str = "pages/findings/import_preview.html";

    fn title(&self) -> String {
        "Import preview".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let engagement = Link {
            title: "Web test".to_owned(),
            href: "/clients/c/engagements/e".to_owned(),
        };
        let ids = (ImportId::new(1, 1), EngagementId::new(1, 1));
        let import = Import::uploaded(ids, ("scan.csv", 9), "Ada", Timestamp::UNIX_EPOCH);
        let columns = CsvColumns {
            names: vec!["Name".to_owned(), "Risk <b>".to_owned()],
            examples: vec!["Old <b>TLS</b>".to_owned(), String::new()],
        };
        let plan = ImportPlan {
            scanner: "CSV".to_owned(),
            rows: 2,
            remarks: vec!["Left out: 1 × a row without a title.".to_owned()],
            fresh: vec![0, 0, 0, 1, 0],
            still: 2,
            back: 1,
            gone: 30,
            gone_drafts: 1,
            ..ImportPlan::default()
        };
        let import = import
            .table(columns, ColumnMapping::default())
            .planned(plan);
        let failed = domain::input::FieldErrors::at("title", "Say which column holds the title.");
        let form = Form::failed(&ColumnMapping::default(), &failed);
        let mut page = Self::new(
            &import,
            Some(&sample()),
            Some(form),
            (engagement, Vec::new()),
        );
        page.made = page.made.map(|made| Made {
            full: Some("No room.".to_owned()),
            ..made
        });
        page.failed = Some("The file is broken.".to_owned());
        page.going = Some(Going {
            title: "Reading the file",
            words: "4 of 9 bytes".to_owned(),
            done: 4,
            of: 9,
        });
        page
    }
}

fn sample() -> ImportPreview {
    let (_, finding) = web::view::samples();
    let known = ExistingFindingRow {
        id: finding.id,
        title: finding.title,
        severity: finding.severity,
        score: finding.score.map(|score| score.to_string()),
        status: finding.status.name().to_owned(),
    };
    let fresh = NewFindingRow {
        title: "Old <b>TLS</b>".to_owned(),
        severity: Severity::Low,
        score: Some("3.1".to_owned()),
        cwe: Some(326),
        asset: Some("a:443".to_owned()),
        assets: 3,
    };
    ImportPreview {
        fresh: vec![fresh],
        back: vec![known.clone()],
        gone: vec![known],
    }
}

impl ImportPreviewPage {
    fn new(
        import: &Import,
        shown: Option<&ImportPreview>,
        form: Option<Form>,
        (engagement, crumbs): (Link, Vec<Crumb>),
    ) -> Self {
        let action = here(&engagement, import.id);
        let asked = matches!(import.stage, ImportStage::Columns | ImportStage::Ready);
        let columns = import.columns.as_ref().filter(|_| asked).map(|columns| {
            let mapping = import.mapping.clone().unwrap_or_default();
            let form = form.unwrap_or_else(|| Form::filled(&mapping));
            ColumnsForm::new(columns, form, &action)
        });
        let plan = import
            .plan
            .as_ref()
            .filter(|_| import.stage == ImportStage::Ready);
        let made = plan.zip(shown);
        Self {
            file_name: import.file_name.clone(),
            going: Going::of(import),
            failed: import.why.clone(),
            made: made.map(|(plan, shown)| Made::new(plan, shown, &engagement.href)),
            columns,
            action,
            another: format!("{}/import", engagement.href),
            cancel: engagement.href.clone(),
            engagement,
            crumbs,
        }
    }

    /// Of a file that isn't an import yet.
    fn waiting(
        file_name: &str,
        failed: Option<String>,
        (engagement, crumbs): (Link, Vec<Crumb>),
    ) -> Self {
        let going = Going {
            title: "Checking the file",
            words: "It is read as soon as that is done.".to_owned(),
            done: 0,
            of: 1,
        };
        Self {
            file_name: file_name.to_owned(),
            going: failed.is_none().then_some(going),
            failed,
            made: None,
            columns: None,
            action: String::new(),
            another: format!("{}/import", engagement.href),
            cancel: engagement.href.clone(),
            engagement,
            crumbs,
        }
    }

    fn reply(&self, inside: &ClientAccess) -> Result<Reply, PageError> {
        let reply = inside.ctx.page(self)?;
        Ok(match self.going {
            // It looks again after so many seconds, with or without scripts.
            Some(_) => reply.header(header::REFRESH, HeaderValue::from_static("2")),
            None => reply,
        })
    }
}

impl Going {
    fn of(import: &Import) -> Option<Self> {
        let label = domain::file::size_label;
        match import.stage {
            ImportStage::Reading => Some(Self {
                title: "Reading the file",
                words: format!("{} of {}", label(import.read), label(import.size)),
                done: import.read,
                of: import.size.max(1),
            }),
            ImportStage::Importing => Some(Self {
                title: "Importing",
                words: format!("{} of {} findings", import.done, import.total()),
                done: import.done,
                of: import.total().max(1),
            }),
            _ => None,
        }
    }
}

impl Made {
    fn new(plan: &ImportPlan, shown: &ImportPreview, engagement: &str) -> Self {
        let of = |severity| {
            let place = Severity::ALL.iter().position(|one| *one == severity);
            place.and_then(|n| plan.fresh.get(n)).copied().unwrap_or(0)
        };
        let moves = |count, rows| Moves::new(count, rows, engagement);
        Self {
            scanner: plan.scanner.clone(),
            rows: plan.rows,
            count: plan.all_fresh(),
            breakdown: Breakdown::by(of),
            findings: shown.fresh.iter().map(Row::from).collect(),
            truncated: plan.all_fresh() - length(&shown.fresh),
            remarks: plan.remarks.clone(),
            rerun: plan.is_rerun().then(|| Rerun {
                still: plan.still,
                back: moves(plan.back, &shown.back),
                gone: moves(plan.gone, &shown.gone),
                gone_drafts: plan.gone_drafts,
            }),
            full: None,
        }
    }
}

impl Moves {
    fn new(count: i64, rows: &[ExistingFindingRow], engagement: &str) -> Self {
        let row = |known: &ExistingFindingRow| Known {
            href: format!("{engagement}/findings/{}", known.id),
            title: known.title.clone(),
            severity: known.severity.name(),
            score: known.score.clone(),
            status: known.status.clone(),
        };
        Self {
            count,
            rows: rows.iter().map(row).collect(),
            more: count - length(rows),
        }
    }
}

fn length<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}

impl From<&NewFindingRow> for Row {
    fn from(row: &NewFindingRow) -> Self {
        Self {
            title: row.title.clone(),
            severity: row.severity.name(),
            score: row.score.clone(),
            cwe: row.cwe.map(|number| format!("CWE-{number}")),
            assets: row.assets,
            asset: row.asset.clone(),
        }
    }
}

/// Why so many more findings don't fit, into the engagement or the plan, if they don't.
pub(crate) async fn lacking(
    inside: &ClientAccess,
    engagement: &Engagement,
    more: i64,
) -> Result<Option<String>, PageError> {
    let room = MAX_FINDINGS - engagement.counts.sum(|_, _| true);
    if more > room {
        return Ok(Some(format!(
            "The file would make {more} findings, but this engagement has room for {room} more."
        )));
    }
    let team = inside.ctx.session.as_ref().and_then(Session::team_store);
    let team = team.ok_or(PageError::NotFound)?;
    let used = team.used_of(PlanLimit::Findings).await?;
    let full = inside.ctx.plan().room(PlanLimit::Findings, used, more);
    Ok(full
        .err()
        .map(|full| format!("The file would make {more} findings. {full}")))
}

/// The address of an import.
pub(crate) fn here(engagement: &Link, import: ImportId) -> String {
    format!("{}/imports/{import}", engagement.href)
}

pub(crate) async fn get(
    inside: ClientAccess,
    Ids(path): Ids<ImportPath>,
) -> Result<Reply, PageError> {
    let engagement = path.engagement;
    let read = try_join(
        around(&inside, EngagementPath { engagement }),
        found(&inside, path),
    );
    let ((about, link, crumbs), import) = read.await?;
    let Some(import) = import else {
        return checked(&inside, path, (link, crumbs)).await;
    };
    if import.stage == ImportStage::Done {
        return Ok(match import.made {
            0 => see_other(&link.href).flash("rerun-imported"),
            made => {
                see_other(&format!("{}?show=drafts", link.href)).flash(&format!("imported.{made}"))
            }
        });
    }
    page(&inside, &about, &import, None, (link, crumbs))
        .await?
        .reply(&inside)
}

/// The import, if the file is one yet.
pub(crate) async fn found(
    inside: &ClientAccess,
    path: ImportPath,
) -> Result<Option<Import>, PageError> {
    Ok(inside.store.import(path.engagement, path.import).await?)
}

/// How far a file is that came straight to the bucket.
async fn checked(
    inside: &ClientAccess,
    path: ImportPath,
    around: (Link, Vec<Crumb>),
) -> Result<Reply, PageError> {
    let upload = inside.store.upload(path.import.upload()).await?;
    let purpose = UploadPurpose::Import(path.engagement);
    let upload = upload.filter(|upload| upload.purpose == purpose);
    let upload = upload.ok_or(PageError::NotFound)?;
    let failed = match upload.state {
        UploadState::Refused => upload.flaw.map(|flaw| flaw.words().to_owned()),
        _ => None,
    };
    ImportPreviewPage::waiting(&upload.name, failed, around).reply(inside)
}

async fn page(
    inside: &ClientAccess,
    about: &Engagement,
    import: &Import,
    form: Option<Form>,
    around: (Link, Vec<Crumb>),
) -> Result<ImportPreviewPage, PageError> {
    let plan = import.plan.as_ref();
    let plan = plan.filter(|_| import.stage == ImportStage::Ready);
    let (shown, full) = match plan {
        Some(plan) => {
            let shown = async { Ok(inside.store.preview(import).await?) };
            try_join(shown, lacking(inside, about, plan.all_fresh())).await?
        }
        None => (None, None),
    };
    let mut page = ImportPreviewPage::new(import, shown.as_ref(), form, around);
    if let Some(made) = page.made.as_mut() {
        made.full = full;
    }
    Ok(page)
}

/// The page again, with what was said of the columns and what is wrong with it.
pub(crate) async fn again(
    inside: &ClientAccess,
    about: &Engagement,
    import: &Import,
    form: Option<Form>,
    around: (Link, Vec<Crumb>),
) -> Result<Reply, PageError> {
    let page = page(inside, about, import, form, around).await?;
    inside.ctx.refused(&page)
}
