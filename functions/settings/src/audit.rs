//! The audit log: a page to look through, and a file to keep.

use domain::audit::{AuditChange, AuditGroup, AuditKind, AuditRecord, COLUMNS};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{ChainedEntry, RateLimit};
use web::{Crumb, Csv, Page, PageError, ProtectedForm, Query, Reply, TeamAccess, view};

/// Entries that one page reads, whatever it shows of them.
const READ: i32 = 200;
/// Entries that one page shows at most.
const SHOWN: usize = 50;
/// Entries of one file.
const FILE: i32 = 5_000;
const EXPORTS: RateLimit = RateLimit {
    rule: "audit-export",
    most: 20,
    window: SignedDuration::from_hours(1),
};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct AuditPage {
    rows: Vec<Row>,
    filter: AuditQuery,
    groups: Vec<(&'static str, &'static str)>,
    /// Where an older page begins.
    older: Option<String>,
    /// Until when entries were looked through, where more are left.
    searched: Option<Timestamp>,
    chained: i64,
    head: String,
    files: Vec<File>,
    /// For how long entries are kept.
    days: i64,
}

/// A file that can be had.
#[derive(Debug, Serialize)]
struct File {
    from: i64,
    to: i64,
}

/// What is looked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct AuditQuery {
    kind: String,
    who: String,
    until: String,
    before: String,
}

#[derive(Debug, Serialize)]
struct Row {
    at: Timestamp,
    who: String,
    role: &'static str,
    what: &'static str,
    about: String,
    changes: Vec<AuditChange>,
    address: String,
    device: String,
    seq: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct From {
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
            about: "Ada <b>".to_owned(),
            changes: vec![change],
            address: "192.0.2.7".to_owned(),
            agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0".to_owned(),
        };
        let entry = ChainedEntry {
            record,
            place: Some((7, String::new(), String::new())),
        };
        Self {
            rows: vec![Row::of(entry)],
            filter: AuditQuery::default(),
            groups: groups(),
            older: Some("/settings/audit?before=x".to_owned()),
            searched: Some(Timestamp::UNIX_EPOCH),
            chained: 7,
            head: "0".repeat(64),
            files: vec![File { from: 1, to: 7 }],
            days: 400,
        }
    }
}

fn groups() -> Vec<(&'static str, &'static str)> {
    let all = AuditGroup::ALL.into_iter();
    all.map(|(_, name, label)| (name, label)).collect()
}

impl Row {
    fn of(entry: ChainedEntry) -> Self {
        let record = entry.record;
        let by = record.by.as_ref();
        Self {
            at: record.at,
            who: by.map_or_else(|| "Somebody".to_owned(), |by| by.name.clone()),
            role: by.map_or("not signed in", |by| by.role.label()),
            what: record.kind.label(),
            about: record.about,
            changes: record.changes,
            address: record.address,
            device: view::device(&record.agent),
            seq: entry.place.map(|(seq, ..)| seq),
        }
    }
}

impl AuditQuery {
    fn holds(&self, record: &AuditRecord) -> bool {
        let kind =
            self.kind.is_empty() || AuditGroup::named(&self.kind) == Some(record.kind.group());
        let sought = self.who.trim().to_lowercase();
        let name = record.by.as_ref().map(|by| by.name.as_str());
        let mut places = [name.unwrap_or_default(), &record.about, &record.address].into_iter();
        kind && (sought.is_empty() || places.any(|text| text.to_lowercase().contains(&sought)))
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

    fn address(&self, before: &str) -> String {
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
        team.store.audit(start.as_deref(), READ),
        team.store.audit_head(),
        team.store.audit_first(),
    )
    .await?;
    let (mut rows, mut last, mut seen) = (Vec::new(), None, 0);
    let all = page.rows.len();
    for entry in page.rows {
        if rows.len() == SHOWN {
            break;
        }
        seen += 1;
        last = Some((entry.record.id.to_string(), entry.record.at));
        if filter.holds(&entry.record) {
            rows.push(Row::of(entry));
        }
    }
    let more = page.next.is_some() || seen < all;
    let last = last.filter(|_| more);
    team.ctx.page(&AuditPage {
        rows,
        groups: groups(),
        older: last.as_ref().map(|(id, _)| filter.address(id)),
        searched: last.map(|(_, at)| at),
        filter,
        chained: head.seq,
        head: head.hash,
        files: files(first.unwrap_or(head.seq + 1), head.seq),
        days: team.ctx.plan().log_kept().as_hours() / 24,
    })
}

/// The files that hold what is left of the chain, from number `first` on, the
/// newest first, of which the page offers some.
fn files(first: i64, last: i64) -> Vec<File> {
    let size = i64::from(FILE);
    let whole = (last - first + size) / size;
    let file = |n: i64| File {
        from: first + n * size,
        to: (first + (n + 1) * size - 1).min(last),
    };
    (0..whole).rev().take(12).map(file).collect()
}

/// A run of the chain as CSV, with what verifies it.
pub(crate) async fn export(
    team: TeamAccess,
    form: ProtectedForm<From>,
) -> Result<Reply, PageError> {
    team.ctx
        .limit(EXPORTS, &team.actor.user.to_string())
        .await?;
    let from = form.input.from.parse::<i64>();
    let from = from.map_err(|_| PageError::BadRequest("not a number of an entry"))?;
    let entries = team.store.audit_chain(from, FILE).await?;
    let numbers = || entries.iter().filter_map(|entry| entry.place.as_ref());
    let from = numbers().map(|(seq, ..)| *seq).min().unwrap_or(from);
    let last = numbers().map(|(seq, ..)| *seq).max().unwrap_or_default();
    let which = format!("entries {from} to {last}");
    team.store
        .exported(AuditKind::AuditExported, &which)
        .await?;
    let mut csv = Csv::new(
        ["number"]
            .into_iter()
            .chain(COLUMNS)
            .chain(["previous", "hash"]),
    );
    for ChainedEntry { record, place } in &entries {
        let Some((seq, previous, hash)) = place else {
            continue;
        };
        let (seq, columns) = (seq.to_string(), record.columns());
        let columns = columns.iter().map(String::as_str);
        let links = [previous.as_str(), hash.as_str()];
        csv.row([seq.as_str()].into_iter().chain(columns).chain(links));
    }
    let slug = team.ctx.workspace.slug.as_str();
    csv.into_reply(&format!("audit-{slug}-{from}-{last}.csv"))
}
