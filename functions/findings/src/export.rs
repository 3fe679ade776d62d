//! The export of a list of findings, as CSV or JSON.

use domain::finding::Finding;
use http::{HeaderValue, header};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{FindingSummary, RateLimit};
use web::links::{self, LinkBase};
use web::{Csv, EitherSide, EmptyForm, PageError, ProtectedForm, Query, Reply};

use crate::list::FindingsQuery;
use crate::list_scope::{ListScope, ScopeNames};

/// The most findings of one file.
pub(crate) const MAX_FINDINGS: usize = 5_000;
/// The most rows that are scanned for them.
const MAX_SCANNED: usize = 20_000;
/// The most files that one person exports.
const EXPORT_LIMIT: RateLimit = RateLimit {
    rule: "export",
    most: 30,
    window: jiff::SignedDuration::from_hours(1),
};

#[derive(Debug, Deserialize)]
pub(crate) struct ExportFormat {
    #[serde(default)]
    format: String,
}

/// A finding in the file.
#[derive(Debug, Serialize)]
struct FindingRecord<'a> {
    client: &'a str,
    engagement: &'a str,
    title: &'a str,
    severity: &'static str,
    score: Option<String>,
    status: &'static str,
    due: Option<Date>,
    overdue: bool,
    assignee: Option<&'a str>,
    tags: String,
    cwe: Option<String>,
    asset: Option<&'a str>,
    assets: i64,
    retests: i64,
    updated: jiff::Timestamp,
    link: String,
}

/// The JSON file.
#[derive(Debug, Serialize)]
struct ExportFile<'a> {
    findings: &'a [FindingRecord<'a>],
    /// Whether there are more than the file holds.
    truncated: bool,
    most: usize,
}

impl<'a> FindingRecord<'a> {
    fn new(
        summary: &'a FindingSummary,
        names: &'a ScopeNames,
        today: Date,
        home: &str,
        team: bool,
    ) -> Self {
        let Finding { id, .. } = summary.finding;
        let base = if team {
            LinkBase::Team(summary.client)
        } else {
            LinkBase::Portal
        };
        let link = format!("{home}{}", links::finding(base, summary.engagement, id));
        let finding = &summary.finding;
        Self {
            client: names.client(summary).unwrap_or_default(),
            engagement: names.engagement(summary).unwrap_or_default(),
            title: &finding.title,
            severity: finding.severity.name(),
            score: finding.score.map(|score| score.to_string()),
            status: finding.status.name(),
            due: finding.due,
            overdue: finding.is_overdue(today),
            assignee: finding
                .assignee
                .as_ref()
                .map(|assignee| assignee.name.as_str()),
            tags: finding.tags.join(", "),
            cwe: finding.cwe.map(|number| format!("CWE-{number}")),
            asset: finding.asset.as_deref(),
            assets: finding.asset_count,
            retests: finding.retests,
            updated: finding.updated,
            link,
        }
    }

    /// The cells, in the order of [`COLUMNS`].
    fn cells(&self) -> [String; 16] {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        [
            self.client.to_owned(),
            self.engagement.to_owned(),
            self.title.to_owned(),
            self.severity.to_owned(),
            self.score.clone().unwrap_or_default(),
            self.status.to_owned(),
            self.due.map_or_else(String::new, |due| due.to_string()),
            if self.overdue { "yes" } else { "" }.to_owned(),
            text(self.assignee),
            self.tags.clone(),
            self.cwe.clone().unwrap_or_default(),
            text(self.asset),
            self.assets.to_string(),
            self.retests.to_string(),
            self.updated.to_string(),
            self.link.clone(),
        ]
    }
}

const COLUMNS: [&str; 16] = [
    "Client",
    "Engagement",
    "Title",
    "Severity",
    "CVSS score",
    "Status",
    "Due",
    "Overdue",
    "Assigned to",
    "Tags",
    "CWE",
    "Asset",
    "Assets",
    "Retests",
    "Last change",
    "Link",
];

/// A POST, since the audit log records the export.
pub(crate) async fn post(
    side: EitherSide,
    Query(ExportFormat { format }): Query<ExportFormat>,
    Query(query): Query<FindingsQuery>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let scope = ListScope::of(side, &query.scope)?;
    let ctx = scope.ctx.clone();
    let context = scope.load_context().await?;
    ctx.limit_subject(EXPORT_LIMIT, &scope.actor.user.to_string())
        .await?;
    let filter = query.filter.parse(scope.actor.user);
    let today = ctx.workspace.today(ctx.now);
    let (mut rows, mut names) = (Vec::new(), ScopeNames::default());
    let (mut scanned, mut after) = (0, None);
    loop {
        let page = scope.list(&filter, today, after.as_deref()).await?;
        scope.add_names(&page.rows, &context, &mut names).await?;
        rows.extend(page.rows);
        scanned += page.scanned;
        after = page.next;
        if after.is_none() || rows.len() >= MAX_FINDINGS || scanned >= MAX_SCANNED {
            break;
        }
    }
    rows.truncate(MAX_FINDINGS);
    let kind = if format == "json" { "JSON" } else { "CSV" };
    scope
        .record_export(&format!("{kind}, {} findings", rows.len()))
        .await?;
    let home = ctx.app.config.workspace_url(&ctx.workspace.slug);
    let team = scope.actor.role.is_team();
    let record = |summary| FindingRecord::new(summary, &names, today, &home, team);
    let records: Vec<FindingRecord<'_>> = rows.iter().map(record).collect();
    let cut = after.is_some();
    let suffix = if cut { "-incomplete" } else { "" };
    let name = format!("findings-{today}{suffix}");
    if format == "json" {
        let file = ExportFile {
            findings: &records,
            truncated: cut,
            most: MAX_FINDINGS,
        };
        let json = serde_json::to_vec_pretty(&file).map_err(PageError::internal)?;
        let name = format!("attachment; filename=\"{name}.json\"");
        let name = HeaderValue::from_str(&name).map_err(PageError::internal)?;
        let kind = HeaderValue::from_static("application/json");
        return Ok(Reply::file(json, kind).header(header::CONTENT_DISPOSITION, name));
    }
    render_csv(&records, cut).into_reply(&format!("{name}.csv"))
}

/// A row for each finding, and a last one where findings are left out.
fn render_csv(records: &[FindingRecord<'_>], cut: bool) -> Csv {
    let mut csv = Csv::new(COLUMNS);
    for record in records {
        csv.row(record.cells().iter().map(String::as_str));
    }
    if cut {
        let notice = format!(
            "There are more. This file holds the first {}.",
            records.len()
        );
        let nothing = std::iter::repeat_n("", COLUMNS.len() - 1);
        csv.row(std::iter::once(notice.as_str()).chain(nothing));
    }
    csv
}
