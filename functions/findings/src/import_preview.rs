//! The second step of importing a scan: the progress of reading, the preview of the findings,
//! and the progress of the import.

use domain::engagement::{Engagement, MAX_FINDINGS};
use domain::id::{EngagementId, ImportId};
use domain::import::{
    ColumnMapping, CsvColumns, ExistingFindingRow, Import, ImportPlan, ImportPreview, ImportStage,
    NewFindingRow,
};
use domain::plan::PlanLimit;
use domain::severity::Severity;
use domain::upload::{UploadPurpose, UploadState};
use futures::future::try_join;
use http::{HeaderValue, header};
use jiff::Timestamp;
use serde::Serialize;
use store::Session;
use web::links::{self, LinkBase};
use web::{ClientAccess, Crumb, EngagementContext, Form, Ids, Page, PageError, Reply, see_other};

use crate::columns_form::ColumnsForm;
use crate::import::Link;
use crate::paths::ImportPath;
use crate::planned_findings::PlannedFindings;

#[derive(Debug, Serialize)]
pub(crate) struct ImportPreviewPage {
    file_name: String,
    /// The step that is running.
    going: Option<ImportProgress>,
    /// Why the import failed.
    failed: Option<String>,
    made: Option<PlannedFindings>,
    columns: Option<ColumnsForm>,
    action: String,
    another: String,
    cancel: String,
    engagement: Link,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// The progress of a running step.
#[derive(Debug, Serialize)]
struct ImportProgress {
    title: &'static str,
    words: String,
    done: i64,
    of: i64,
}

impl Page for ImportPreviewPage {
    const TEMPLATE: &'static str = "pages/findings/import_preview.html";

    fn title(&self) -> String {
        "Import preview".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn samples() -> Vec<Self> {
        let context = EngagementContext::sample();
        let unchecked = Self::new_unchecked("scan.csv", None, LinkBase::Portal, &context);
        let refused = Self::new_unchecked(
            "scan.csv",
            Some("It is not what its name says.".to_owned()),
            LinkBase::Portal,
            &context,
        );
        vec![Self::sample(), unchecked, refused]
    }

    fn sample() -> Self {
        let context = EngagementContext::sample();
        let (id, engagement_id) = (ImportId::new(1, 1), EngagementId::new(1, 1));
        let now = Timestamp::UNIX_EPOCH;
        let import = Import::new(id, engagement_id, "scan.csv", 9, "Ada", now);
        let columns = CsvColumns {
            names: vec!["Name".to_owned(), "Risk <b>".to_owned()],
            examples: vec!["Old <b>TLS</b>".to_owned(), String::new()],
        };
        let plan = ImportPlan {
            scanner: "CSV".to_owned(),
            rows: 2,
            remarks: vec!["Left out: 1 × a row without a title.".to_owned()],
            new_by_severity: vec![0, 0, 0, 1, 0],
            unchanged: 2,
            reappeared: 1,
            missing: 30,
            missing_drafts: 1,
            ..ImportPlan::default()
        };
        let import = import
            .with_columns(columns, ColumnMapping::default())
            .with_plan(plan);
        let failed = domain::input::FieldErrors::of("title", "Say which column holds the title.");
        let form = Form::with_errors(&ColumnMapping::default(), &failed);
        let mut page = Self::new(
            &import,
            Some(&preview_sample()),
            Some(form),
            LinkBase::Portal,
            &context,
        );
        if let Some(made) = page.made.as_mut() {
            made.full = Some("No room.".to_owned());
        }
        page.failed = Some("The file is broken.".to_owned());
        page.going = Some(ImportProgress {
            title: "Reading the file",
            words: "4 of 9 bytes".to_owned(),
            done: 4,
            of: 9,
        });
        page
    }
}

fn preview_sample() -> ImportPreview {
    let (_, finding) = web::view::finding_samples();
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
        new: vec![fresh],
        reappeared: vec![known.clone()],
        missing: vec![known],
    }
}

impl ImportPreviewPage {
    fn new(
        import: &Import,
        preview: Option<&ImportPreview>,
        form: Option<Form>,
        base: LinkBase,
        context: &EngagementContext,
    ) -> Self {
        let engagement = Link::from(context);
        let action = links::import(base, context.engagement.id, import.id);
        let is_mappable = matches!(import.stage, ImportStage::Columns | ImportStage::Ready);
        let columns = import
            .columns
            .as_ref()
            .filter(|_| is_mappable)
            .map(|columns| {
                let mapping = import.mapping.clone().unwrap_or_default();
                let form = form.unwrap_or_else(|| Form::filled(&mapping));
                ColumnsForm::new(
                    columns,
                    form,
                    links::import_columns(base, context.engagement.id, import.id),
                )
            });
        let plan = import
            .plan
            .as_ref()
            .filter(|_| import.stage == ImportStage::Ready);
        let made = plan.zip(preview);
        Self {
            file_name: import.file_name.clone(),
            going: ImportProgress::of(import),
            failed: import.failure.clone(),
            made: made.map(|(plan, preview)| {
                PlannedFindings::new(plan, preview, base, context.engagement.id)
            }),
            columns,
            action,
            another: links::import_new(base, context.engagement.id),
            cancel: engagement.href.clone(),
            engagement,
            crumbs: context.crumbs.clone(),
        }
    }

    /// The page of a file that is still being checked.
    fn new_unchecked(
        file_name: &str,
        failed: Option<String>,
        base: LinkBase,
        context: &EngagementContext,
    ) -> Self {
        let engagement = Link::from(context);
        let going = ImportProgress {
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
            another: links::import_new(base, context.engagement.id),
            cancel: engagement.href.clone(),
            engagement,
            crumbs: context.crumbs.clone(),
        }
    }

    fn render(&self, access: &ClientAccess) -> Result<Reply, PageError> {
        let reply = access.ctx.render(self)?;
        Ok(match self.going {
            // The page reloads after this many seconds, with or without scripts.
            Some(_) => reply.header(header::REFRESH, HeaderValue::from_static("2")),
            None => reply,
        })
    }
}

impl ImportProgress {
    fn of(import: &Import) -> Option<Self> {
        let label = domain::file::format_size;
        match import.stage {
            ImportStage::Reading => Some(Self {
                title: "Reading the file",
                words: format!("{} of {}", label(import.bytes_read), label(import.size)),
                done: import.bytes_read,
                of: import.size.max(1),
            }),
            ImportStage::Importing => Some(Self {
                title: "Importing",
                words: format!(
                    "{} of {} findings",
                    import.processed,
                    import.total_findings()
                ),
                done: import.processed,
                of: import.total_findings().max(1),
            }),
            _ => None,
        }
    }
}

/// The message where `more` findings don't fit into the engagement or the plan.
pub(crate) async fn check_room(
    access: &ClientAccess,
    engagement: &Engagement,
    more: i64,
) -> Result<Option<String>, PageError> {
    let room = MAX_FINDINGS - engagement.counts.sum(|_, _| true);
    if more > room {
        return Ok(Some(format!(
            "The file would make {more} findings, but this engagement has room for {room} more."
        )));
    }
    let team = access.ctx.session.as_ref().and_then(Session::team_store);
    let team = team.ok_or(PageError::NotFound)?;
    let used = team.get_limit_usage(PlanLimit::Findings).await?;
    let full = access
        .ctx
        .plan()
        .check_limit(PlanLimit::Findings, used, more);
    Ok(full
        .err()
        .map(|full| format!("The file would make {more} findings. {full}")))
}

pub(crate) async fn get(
    access: ClientAccess,
    Ids(path): Ids<ImportPath>,
) -> Result<Reply, PageError> {
    let read = try_join(
        access.engagement(path.engagement),
        find_import(&access, path),
    );
    let (context, import) = read.await?;
    let Some(import) = import else {
        return render_upload(&access, path, &context).await;
    };
    if import.stage == ImportStage::Done {
        return Ok(match import.created {
            0 => see_other(&context.href).flash("rerun-imported"),
            made => see_other(&format!("{}?show=drafts", context.href))
                .flash(&format!("imported.{made}")),
        });
    }
    load_page(&access, &import, None, &context)
        .await?
        .render(&access)
}

/// The import; `None` while its file is still being checked.
pub(crate) async fn find_import(
    access: &ClientAccess,
    path: ImportPath,
) -> Result<Option<Import>, PageError> {
    Ok(access
        .store
        .get_import(path.engagement, path.import)
        .await?)
}

/// The page of a file that came straight to the bucket and is still being checked.
async fn render_upload(
    access: &ClientAccess,
    path: ImportPath,
    context: &EngagementContext,
) -> Result<Reply, PageError> {
    let upload = access.store.get_upload(path.import.upload_id()).await?;
    let purpose = UploadPurpose::Import(path.engagement);
    let upload = upload.filter(|upload| upload.purpose == purpose);
    let upload = upload.ok_or(PageError::NotFound)?;
    let failed = match upload.state {
        UploadState::Refused => upload.flaw.map(|flaw| flaw.message().to_owned()),
        _ => None,
    };
    ImportPreviewPage::new_unchecked(&upload.name, failed, access.base, context).render(access)
}

async fn load_page(
    access: &ClientAccess,
    import: &Import,
    form: Option<Form>,
    context: &EngagementContext,
) -> Result<ImportPreviewPage, PageError> {
    let plan = import.plan.as_ref();
    let plan = plan.filter(|_| import.stage == ImportStage::Ready);
    let (preview, full) = match plan {
        Some(plan) => {
            let preview = async { Ok(access.store.get_import_preview(import).await?) };
            try_join(
                preview,
                check_room(access, &context.engagement, plan.new_total()),
            )
            .await?
        }
        None => (None, None),
    };
    let mut page = ImportPreviewPage::new(import, preview.as_ref(), form, access.base, context);
    if let Some(made) = page.made.as_mut() {
        made.full = full;
    }
    Ok(page)
}

/// The page with the refused column mapping.
pub(crate) async fn render_refused(
    access: &ClientAccess,
    import: &Import,
    form: Option<Form>,
    context: &EngagementContext,
) -> Result<Reply, PageError> {
    let page = load_page(access, import, form, context).await?;
    access.ctx.render_refused(&page)
}
