//! What a list shows, as a file: CSV for spreadsheets, JSON for programs.

use domain::finding::Finding;
use http::{HeaderValue, header};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{Listed, RateLimit};
use web::{Csv, EitherSide, EmptyForm, PageError, ProtectedForm, Query, Reply};

use crate::list::FindingsQuery;
use crate::reach::{ListScope, ScopeNames};

/// Findings that one file holds at most.
pub(crate) const MOST: usize = 5_000;
/// Rows that are looked at for them at most.
const LOOK: usize = 20_000;
/// Files that one person takes at most.
const LIMIT: RateLimit = RateLimit {
    rule: "export",
    most: 30,
    window: jiff::SignedDuration::from_hours(1),
};

#[derive(Debug, Deserialize)]
pub(crate) struct ExportFormat {
    #[serde(default)]
    format: String,
}

/// A finding in a file: what a list shows of it.
#[derive(Debug, Serialize)]
struct Line<'a> {
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

/// The whole of a JSON file.
#[derive(Debug, Serialize)]
struct File<'a> {
    findings: &'a [Line<'a>],
    /// Whether there are more than the file holds.
    truncated: bool,
    most: usize,
}

impl<'a> Line<'a> {
    fn new(one: &'a Listed, places: &'a ScopeNames, today: Date, home: &str, team: bool) -> Self {
        let Finding { id, .. } = one.finding;
        let below = format!("/engagements/{}/findings/{id}", one.engagement);
        let link = if team {
            format!("{home}/clients/{}{below}", one.client)
        } else {
            format!("{home}{below}")
        };
        let finding = &one.finding;
        Self {
            client: places.client(one).unwrap_or_default(),
            engagement: places.engagement(one).unwrap_or_default(),
            title: &finding.title,
            severity: finding.severity.name(),
            score: finding.score.map(|score| score.to_string()),
            status: finding.status.name(),
            due: finding.due,
            overdue: finding.is_overdue(today),
            assignee: finding.assignee.as_ref().map(|one| one.name.as_str()),
            tags: finding.tags.join(", "),
            cwe: finding.cwe.map(|number| format!("CWE-{number}")),
            asset: finding.asset.as_deref(),
            assets: finding.assets,
            retests: finding.rounds,
            updated: finding.updated,
            link,
        }
    }

    /// The cells, in the order of [`HEAD`].
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

const HEAD: [&str; 16] = [
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

/// A change by its method, since the audit log tells of it.
pub(crate) async fn post(
    side: EitherSide,
    Query(ExportFormat { format }): Query<ExportFormat>,
    Query(wanted): Query<FindingsQuery>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let reach = ListScope::of(side, &wanted.narrow)?;
    let ctx = reach.ctx.clone();
    let around = reach.around().await?;
    ctx.limit(LIMIT, &reach.actor.user.to_string()).await?;
    let filter = wanted.filter.parse(reach.actor.user);
    let today = ctx.workspace.today(ctx.now);
    let (mut rows, mut places) = (Vec::new(), ScopeNames::default());
    let (mut looked, mut after) = (0, None);
    loop {
        let found = reach.list(&filter, today, after.as_deref()).await?;
        reach.find(&found.rows, &around, &mut places).await?;
        rows.extend(found.rows);
        looked += found.looked;
        after = found.next;
        if after.is_none() || rows.len() >= MOST || looked >= LOOK {
            break;
        }
    }
    rows.truncate(MOST);
    let kind = if format == "json" { "JSON" } else { "CSV" };
    reach
        .exported(&format!("{kind}, {} findings", rows.len()))
        .await?;
    let home = ctx.app.config.address(&ctx.workspace.slug);
    let team = reach.actor.role.is_team();
    let line = |one| Line::new(one, &places, today, &home, team);
    let lines: Vec<Line<'_>> = rows.iter().map(line).collect();
    let cut = after.is_some();
    let whole = if cut { "-incomplete" } else { "" };
    let name = format!("findings-{today}{whole}");
    if format == "json" {
        let file = File {
            findings: &lines,
            truncated: cut,
            most: MOST,
        };
        let json = serde_json::to_vec_pretty(&file).map_err(PageError::internal)?;
        let name = format!("attachment; filename=\"{name}.json\"");
        let name = HeaderValue::from_str(&name).map_err(PageError::internal)?;
        let kind = HeaderValue::from_static("application/json");
        return Ok(Reply::file(json, kind).header(header::CONTENT_DISPOSITION, name));
    }
    sheet(&lines, cut).into_reply(&format!("{name}.csv"))
}

/// A row for each finding, and a last one that says where there are more.
fn sheet(lines: &[Line<'_>], cut: bool) -> Csv {
    let mut csv = Csv::new(HEAD);
    for line in lines {
        csv.row(line.cells().iter().map(String::as_str));
    }
    if cut {
        let said = format!("There are more. This file holds the first {}.", lines.len());
        let nothing = std::iter::repeat_n("", HEAD.len() - 1);
        csv.row(std::iter::once(said.as_str()).chain(nothing));
    }
    csv
}
