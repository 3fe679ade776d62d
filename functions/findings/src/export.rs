//! The export of a list of findings, as CSV or JSON.

use domain::cvss::CvssVector;
use domain::finding::{Finding, FindingContent};
use http::{HeaderValue, header};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{CONTENTS_PAGE, FindingSummary, RateLimit};
use web::links::{self, LinkBase};
use web::{Csv, EitherSide, EmptyForm, PageError, ProtectedForm, Query, Reply};

use crate::list::FindingsQuery;
use crate::list_scope::{ListScope, ScopeNames};

/// The most findings of one file.
pub(crate) const MAX_FINDINGS: usize = 5_000;
/// The most bytes of their texts: a function answers with 6 MB at most, in base64.
const MAX_BYTES: usize = 3_500_000;
/// Bytes of a finding beside its texts, roughly.
const ROW_BYTES: usize = 600;
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
    severity_reason: Option<&'a str>,
    score: Option<String>,
    vector: Option<&'a str>,
    status: &'static str,
    due: Option<Date>,
    overdue: bool,
    assignee: Option<&'a str>,
    tags: String,
    cwe: Option<String>,
    cves: &'a [String],
    asset: Option<&'a str>,
    assets: i64,
    all_assets: &'a [String],
    description: &'a str,
    impact: &'a str,
    recommendation: &'a str,
    references: &'a str,
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
        content: Option<&'a FindingContent>,
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
        let text = |field: fn(&FindingContent) -> &String| {
            content.map_or("", |content| field(content).as_str())
        };
        let vector = content.and_then(|content| content.vector.as_ref());
        Self {
            severity_reason: content.and_then(|content| content.severity_reason.as_deref()),
            vector: vector.map(CvssVector::as_str),
            cves: content.map_or(&[], |content| &content.cves),
            all_assets: content.map_or(&[], |content| &content.assets),
            description: text(|content| &content.description),
            impact: text(|content| &content.impact),
            recommendation: text(|content| &content.recommendation),
            references: text(|content| &content.references),
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
    fn cells(&self) -> [String; 24] {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        [
            self.client.to_owned(),
            self.engagement.to_owned(),
            self.title.to_owned(),
            self.severity.to_owned(),
            text(self.severity_reason),
            self.score.clone().unwrap_or_default(),
            text(self.vector),
            self.status.to_owned(),
            self.due.map_or_else(String::new, |due| due.to_string()),
            if self.overdue { "yes" } else { "" }.to_owned(),
            text(self.assignee),
            self.tags.clone(),
            self.cwe.clone().unwrap_or_default(),
            self.cves.join(", "),
            text(self.asset),
            self.assets.to_string(),
            self.all_assets.join("\n"),
            self.description.to_owned(),
            self.impact.to_owned(),
            self.recommendation.to_owned(),
            self.references.to_owned(),
            self.retests.to_string(),
            self.updated.to_string(),
            self.link.clone(),
        ]
    }
}

const COLUMNS: [&str; 24] = [
    "Client",
    "Engagement",
    "Title",
    "Severity",
    "Reason for the severity",
    "CVSS score",
    "CVSS vector",
    "Status",
    "Due",
    "Overdue",
    "Assigned to",
    "Tags",
    "CWE",
    "CVE",
    "Asset",
    "Assets",
    "All assets",
    "Description",
    "Impact",
    "Recommendation",
    "References",
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
    let contents = load_contents(&scope, &rows).await?;
    let is_cut = after.is_some() || contents.len() < rows.len();
    rows.truncate(contents.len());
    let kind = if format == "json" { "JSON" } else { "CSV" };
    scope
        .record_export(&format!("{kind}, {} findings", rows.len()))
        .await?;
    let home = ctx.app.config.workspace_url(&ctx.workspace.slug);
    let team = scope.actor.role.is_team();
    let contents = contents.iter().map(Option::as_ref);
    let records: Vec<FindingRecord<'_>> = rows
        .iter()
        .zip(contents)
        .map(|(summary, content)| FindingRecord::new(summary, content, &names, today, &home, team))
        .collect();
    let suffix = if is_cut { "-incomplete" } else { "" };
    let name = format!("findings-{today}{suffix}");
    if format == "json" {
        let file = ExportFile {
            findings: &records,
            truncated: is_cut,
            most: MAX_FINDINGS,
        };
        let json = serde_json::to_vec_pretty(&file).map_err(PageError::internal)?;
        let name = format!("attachment; filename=\"{name}.json\"");
        let name = HeaderValue::from_str(&name).map_err(PageError::internal)?;
        let kind = HeaderValue::from_static("application/json");
        return Ok(Reply::file(json, kind).header(header::CONTENT_DISPOSITION, name));
    }
    render_csv(&records, is_cut).into_reply(&format!("{name}.csv"))
}

/// The contents of the first rows: of all, or of as many as fit into a file.
async fn load_contents(
    scope: &ListScope,
    rows: &[FindingSummary],
) -> Result<Vec<Option<FindingContent>>, PageError> {
    let (mut contents, mut bytes) = (Vec::with_capacity(rows.len()), 0);
    for page in rows.chunks(CONTENTS_PAGE) {
        for content in scope.list_contents(page).await? {
            bytes += ROW_BYTES + content.as_ref().map_or(0, FindingContent::bytes);
            if bytes > MAX_BYTES {
                return Ok(contents);
            }
            contents.push(content);
        }
    }
    Ok(contents)
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
