//! The audit log: a page to search it, and its export as CSV.

use domain::audit::{AuditChange, AuditGroup, AuditKind, AuditRecord, EXPORT_COLUMNS};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{ChainedEntry, RateLimit};
use web::{Crumb, Csv, Page, PageError, ProtectedForm, Query, Reply, TeamAccess, view};

/// Entries that one page reads; it shows those that pass the filter.
const MAX_READ: i32 = 200;
/// Entries that one page shows at most.
const MAX_SHOWN: usize = 50;
/// Entries of one file.
const FILE_SIZE: i32 = 5_000;
const EXPORT_LIMIT: RateLimit = RateLimit {
    rule: "audit-export",
    most: 20,
    window: SignedDuration::from_hours(1),
};

#[derive(Debug, Serialize)]
pub(crate) struct AuditPage {
    rows: Vec<AuditRow>,
    filter: AuditQuery,
    groups: Vec<(&'static str, &'static str)>,
    /// Where an older page begins.
    older: Option<String>,
    /// The time of the last entry that was searched, where older ones are left.
    searched: Option<Timestamp>,
    chained: i64,
    head: String,
    files: Vec<AuditFile>,
    /// Days that entries are kept.
    days: i64,
}

/// A file to download, by the numbers of its entries.
#[derive(Debug, Serialize)]
struct AuditFile {
    from: i64,
    to: i64,
}

/// The filter of the page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct AuditQuery {
    kind: String,
    who: String,
    until: String,
    before: String,
}

#[derive(Debug, Serialize)]
struct AuditRow {
    at: Timestamp,
    who: String,
    role: &'static str,
    what: &'static str,
    about: String,
    /// What follows the thing's name.
    suffix: &'static str,
    changes: Vec<AuditChange>,
    address: String,
    device: String,
    seq: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditExportForm {
    from: String,
}

impl Page for AuditPage {
    const TEMPLATE: &'static str = "pages/settings/audit.html";

    fn title(&self) -> String {
        "Audit log".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Settings", "/settings")]
    }

    fn samples() -> Vec<Self> {
        let empty = Self {
            rows: Vec::new(),
            older: None,
            searched: None,
            chained: 0,
            files: Vec::new(),
            ..Self::sample()
        };
        let searching = Self {
            rows: Vec::new(),
            filter: AuditQuery {
                kind: "people".to_owned(),
                who: "<b>".to_owned(),
                until: "2026-01-01".to_owned(),
                before: String::new(),
            },
            ..Self::sample()
        };
        vec![Self::sample(), empty, searching]
    }

    fn sample() -> Self {
        let actor = view::actor_sample();
        let change = AuditChange {
            field: "role".to_owned(),
            before: "<b>".to_owned(),
            after: "</script>".to_owned(),
        };
        let record = AuditRecord {
            id: domain::id::EntryId::new(1, 1),
            at: Timestamp::UNIX_EPOCH,
            kind: domain::audit::AuditKind::RoleChanged,
            by: Some((&actor).into()),
            client: None,
            subject: "Ada <b>".to_owned(),
            changes: vec![change],
            address: "192.0.2.7".to_owned(),
            agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0".to_owned(),
        };
        let entry = ChainedEntry {
            record,
            place: Some((7, String::new(), String::new())),
        };
        Self {
            rows: vec![AuditRow::of(entry)],
            filter: AuditQuery::default(),
            groups: list_groups(),
            older: Some("/settings/audit?before=x".to_owned()),
            searched: Some(Timestamp::UNIX_EPOCH),
            chained: 7,
            head: "0".repeat(64),
            files: vec![AuditFile { from: 1, to: 7 }],
            days: 400,
        }
    }
}

fn list_groups() -> Vec<(&'static str, &'static str)> {
    let all = AuditGroup::ALL.into_iter();
    all.map(|(_, name, label)| (name, label)).collect()
}

impl AuditRow {
    fn of(entry: ChainedEntry) -> Self {
        let record = entry.record;
        let by = record.by.as_ref();
        // Without an actor it is time or a service, but for a sign-in that failed.
        let nobody = if record.kind == AuditKind::SignInFailed {
            ("Somebody", "not signed in")
        } else {
            ("System", "")
        };
        let is_overdue = record.kind == AuditKind::InvoiceOverdue;
        Self {
            at: record.at,
            who: by.map_or_else(|| nobody.0.to_owned(), |by| by.name.clone()),
            role: by.map_or(nobody.1, |by| by.role.label()),
            what: if is_overdue {
                "Invoice"
            } else {
                record.kind.label()
            },
            suffix: if is_overdue { "became overdue" } else { "" },
            about: record.subject,
            changes: record.changes,
            address: record.address,
            device: view::device_label(&record.agent),
            seq: entry.place.map(|(seq, ..)| seq),
        }
    }
}

impl AuditQuery {
    fn matches(&self, record: &AuditRecord) -> bool {
        let kind =
            self.kind.is_empty() || AuditGroup::from_name(&self.kind) == Some(record.kind.group());
        let who = self.who.trim().to_lowercase();
        let name = record.by.as_ref().map(|by| by.name.as_str());
        let mut texts = [name.unwrap_or_default(), &record.subject, &record.address].into_iter();
        kind && (who.is_empty() || texts.any(|text| text.to_lowercase().contains(&who)))
    }

    /// Where to begin: after an entry, or at the end of a day.
    fn start(&self) -> Option<String> {
        if !self.before.is_empty() {
            return Some(self.before.clone());
        }
        let day: Date = self.until.parse().ok()?;
        let next = day.tomorrow().ok()?;
        let midnight = next.in_tz("UTC").ok()?;
        let at = u64::try_from(midnight.timestamp().as_millisecond()).ok()?;
        Some(domain::id::EntryId::new(at, 0).to_string())
    }

    fn to_href(&self, before: &str) -> String {
        let pairs = [
            ("kind", self.kind.as_str()),
            ("who", self.who.as_str()),
            ("until", self.until.as_str()),
            ("before", before),
        ];
        let set = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        format!("/settings/audit?{}", web::query_string(set))
    }
}

pub(crate) async fn get(
    team: TeamAccess,
    Query(filter): Query<AuditQuery>,
) -> Result<Reply, PageError> {
    let start = filter.start();
    let (page, head, first) = futures::future::try_join3(
        team.store.list_audit(start.as_deref(), MAX_READ),
        team.store.get_chain_head(),
        team.store.find_first_chained(),
    )
    .await?;
    let (mut rows, mut last, mut seen) = (Vec::new(), None, 0);
    let all = page.rows.len();
    for entry in page.rows {
        if rows.len() == MAX_SHOWN {
            break;
        }
        seen += 1;
        last = Some((entry.record.id.to_string(), entry.record.at));
        if filter.matches(&entry.record) {
            rows.push(AuditRow::of(entry));
        }
    }
    let more = page.next.is_some() || seen < all;
    let last = last.filter(|_| more);
    team.ctx.render(&AuditPage {
        rows,
        groups: list_groups(),
        older: last.as_ref().map(|(id, _)| filter.to_href(id)),
        searched: last.map(|(_, at)| at),
        filter,
        chained: head.seq,
        head: head.hash,
        files: list_files(first.unwrap_or(head.seq + 1), head.seq),
        days: team.ctx.plan().audit_retention().as_hours() / 24,
    })
}

/// The newest 12 files of the chain that begins at number `first`, the newest first.
fn list_files(first: i64, last: i64) -> Vec<AuditFile> {
    let size = i64::from(FILE_SIZE);
    let count = (last - first + size) / size;
    let file = |n: i64| AuditFile {
        from: first + n * size,
        to: (first + (n + 1) * size - 1).min(last),
    };
    (0..count).rev().take(12).map(file).collect()
}

/// A range of the chain as CSV, with the hashes that verify it.
pub(crate) async fn export(
    team: TeamAccess,
    form: ProtectedForm<AuditExportForm>,
) -> Result<Reply, PageError> {
    team.ctx
        .limit_subject(EXPORT_LIMIT, &team.actor.user.to_string())
        .await?;
    let from = form.input.from.parse::<i64>();
    let from = from.map_err(|_| PageError::BadRequest("not a number of an entry"))?;
    let entries = team.store.list_chain(from, FILE_SIZE).await?;
    let positions = || entries.iter().filter_map(|entry| entry.place.as_ref());
    let from = positions().map(|(seq, ..)| *seq).min().unwrap_or(from);
    let last = positions().map(|(seq, ..)| *seq).max().unwrap_or_default();
    let range = format!("entries {from} to {last}");
    team.store
        .record_export(AuditKind::AuditExported, &range)
        .await?;
    let mut csv = Csv::new(
        ["number"]
            .into_iter()
            .chain(EXPORT_COLUMNS)
            .chain(["previous", "hash"]),
    );
    for ChainedEntry { record, place } in &entries {
        let Some((seq, previous, hash)) = place else {
            continue;
        };
        let (seq, columns) = (seq.to_string(), record.export_columns());
        let columns = columns.iter().map(String::as_str);
        let links = [previous.as_str(), hash.as_str()];
        csv.row([seq.as_str()].into_iter().chain(columns).chain(links));
    }
    let slug = team.ctx.workspace.slug.as_str();
    csv.into_reply(&format!("audit-{slug}-{from}-{last}.csv"))
}
