//! Places in the indexes.

use domain::document::{Document, Visibility};
use domain::engagement::Phase;
use domain::finding::{Finding, FindingFilter, FindingOrder, FindingStatus};
use domain::id::{ClientId, EngagementId, EntryId, FindingId, UploadId, WorkspaceId};
use domain::invoice::{Invoice, InvoiceState};
use domain::score::CvssScore;
use domain::severity::Severity;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Index, IndexKey, engagement, month_name, workspace};

/// gsi1 `C#UPT` (the team's) or `C#UPC` (contacts') / `<upload>`: files on their
/// way in, and those that were refused.
pub(crate) fn upload_place(c: &str, by_team: bool, upload: UploadId) -> IndexKey {
    IndexKey {
        index: Index::Gsi1,
        pk: uploads(c, by_team),
        sk: upload.to_string(),
    }
}

/// The list of one side's uploads.
pub(crate) fn uploads(c: &str, by_team: bool) -> String {
    format!("{c}#UP{}", if by_team { 'T' } else { 'C' })
}

/// The list of a client's (gsi1) or an engagement's (gsi2) documents: `<scope>#DOCS`
/// for what the client may see, `<scope>#DOCSI` for what is the team's alone,
/// `<scope>#DOCSX` for what is deleted.
pub(crate) fn documents(scope: &str, visible: Visibility, deleted: bool) -> String {
    let shelf = match (deleted, visible) {
        (true, _) => "X",
        (false, Visibility::Team) => "I",
        (false, Visibility::Client) => "",
    };
    format!("{scope}#DOCS{shelf}")
}

/// Where a document stands in its lists.
pub(crate) fn document_places(c: &str, document: &Document) -> Vec<IndexKey> {
    let engagement = document.engagement.map(|id| engagement(c, id));
    let scopes = [(Index::Gsi1, Some(c.to_owned())), (Index::Gsi2, engagement)];
    let places = scopes.into_iter().filter_map(|(index, scope)| {
        let deleted = document.deleted.is_some();
        Some(IndexKey {
            index,
            pk: documents(&scope?, document.visibility, deleted),
            sk: document.id.to_string(),
        })
    });
    places.collect()
}

/// The lists of invoices of a workspace (gsi1) or a client (gsi2): `<scope>#INVS` for
/// those that were sent, `<scope>#INVDS` for those that are being written.
pub(crate) fn invoices(scope: &str, draft: bool) -> String {
    format!("{scope}#INV{}S", if draft { "D" } else { "" })
}

/// Where an invoice stands in its lists: `a` to be paid, by its day, `b` paid, or
/// `c` void, by when it changed last; one that is being written by its id alone.
pub(crate) fn invoice_rank(invoice: &Invoice) -> String {
    let (id, at) = (invoice.id, invoice.updated);
    match invoice.state() {
        InvoiceState::Draft => id.to_string(),
        InvoiceState::Void => format!("c#{at:.3}#{id}"),
        _ if invoice.outstanding() > 0 => format!("a#{}#{id}", invoice.due),
        _ => format!("b#{at:.3}#{id}"),
    }
}

/// Where an invoice stands in the indexes.
pub(crate) fn invoice_places(w: &str, c: &str, invoice: &Invoice) -> [IndexKey; 2] {
    let draft = invoice.state() == InvoiceState::Draft;
    [(Index::Gsi1, w), (Index::Gsi2, c)].map(|(index, scope)| IndexKey {
        index,
        pk: invoices(scope, draft),
        sk: invoice_rank(invoice),
    })
}

/// gsi1 `W#OWED` / `<client>`: what each client owes.
pub(crate) fn owed_place(w: &str, client: ClientId) -> IndexKey {
    IndexKey {
        index: Index::Gsi1,
        pk: owed_list(w),
        sk: client.to_string(),
    }
}

/// The list of what clients owe.
pub(crate) fn owed_list(w: &str) -> String {
    format!("{w}#OWED")
}

/// gsi1 `W#MONTHS` / `<yyyy-mm>#<client>`: what each client was billed and paid in a
/// month.
pub(crate) fn month_place(w: &str, month: Date, client: ClientId) -> IndexKey {
    IndexKey {
        index: Index::Gsi1,
        pk: month_list(w),
        sk: format!("{}#{client}", month_name(month)),
    }
}

/// The list of clients' months.
pub(crate) fn month_list(w: &str) -> String {
    format!("{w}#MONTHS")
}

/// gsi1 `W#AUDIT` / `<entry>`: a workspace's audit log, whoever's part it happened in.
pub(crate) fn audit_place(w: &str, entry: EntryId) -> IndexKey {
    IndexKey {
        index: Index::Gsi1,
        pk: audit_list(w),
        sk: entry.to_string(),
    }
}

/// The partition of a workspace's audit log.
pub(crate) fn audit_list(w: &str) -> String {
    format!("{w}#AUDIT")
}

/// Shards of what waits to be chained.
pub(crate) const AUDIT_SHARDS: u8 = 4;

/// gsi2 `UNCHAINED#<shard>` / `<workspace>#<entry>`: until the entry has its place in the chain.
pub(crate) fn audit_unchained(ws: WorkspaceId, entry: EntryId) -> IndexKey {
    let last = ws.to_string().bytes().last().unwrap_or_default();
    IndexKey {
        index: Index::Gsi2,
        pk: unchained_shard(last % AUDIT_SHARDS),
        sk: format!("{ws}#{entry}"),
    }
}

/// The partition of one shard of what waits to be chained.
pub(crate) fn unchained_shard(shard: u8) -> String {
    format!("UNCHAINED#{shard}")
}

/// gsi2 `W#CHAIN` / `<number>`: the audit log in the order of its chain.
pub(crate) fn audit_chained(ws: WorkspaceId, seq: i64) -> IndexKey {
    IndexKey {
        index: Index::Gsi2,
        pk: chain(&workspace(ws)),
        sk: chain_rank(seq),
    }
}

/// The partition of a workspace's chain.
pub(crate) fn chain(w: &str) -> String {
    format!("{w}#CHAIN")
}

/// The number of an entry, in a fixed width.
pub(crate) fn chain_rank(seq: i64) -> String {
    format!("{seq:012}")
}

/// Shards of the outbox, so that no partition of the index is hot.
pub(crate) const OUTBOX_SHARDS: u8 = 4;

/// gsi1 `OUTBOX#<shard>` / `<due>#<entry>`: while the effect waits.
pub(crate) fn outbox_place(shard: u8, due: &str, entry: EntryId) -> IndexKey {
    IndexKey {
        index: Index::Gsi1,
        pk: outbox_shard(shard),
        sk: format!("{due}#{entry}"),
    }
}

/// The partition of one shard of the outbox.
pub(crate) fn outbox_shard(shard: u8) -> String {
    format!("OUTBOX#{shard}")
}

/// Whether a partition of an index is nobody's: what waits there is everybody's.
pub(crate) fn is_workers(pk: &str) -> bool {
    pk.starts_with("OUTBOX#") || pk.starts_with("UNCHAINED#") || pk.starts_with("ACCOUNTS#")
}

/// Where effects go that failed too often.
pub(crate) const OUTBOX_DEAD: &str = "OUTBOX#DEAD";

/// gsi1 `OUTBOX#DEAD` / `<at>#<entry>`: effects that were given up, by when.
pub(crate) fn outbox_dead_place(at: &str, name: &str) -> IndexKey {
    IndexKey {
        index: Index::Gsi1,
        pk: OUTBOX_DEAD.to_owned(),
        sk: format!("{at}#{name}"),
    }
}

/// Shards of the workspaces, by when their day is over.
pub(crate) const NIGHT_SHARDS: u8 = 4;

/// gsi1 `NIGHTS#<shard>` / `<due>#<workspace>`: every workspace, by when its day
/// is over.
pub(crate) fn night_place(due: &str, ws: WorkspaceId) -> IndexKey {
    let last = ws.to_string().bytes().last().unwrap_or_default();
    IndexKey {
        index: Index::Gsi1,
        pk: night_shard(last % NIGHT_SHARDS),
        sk: format!("{due}#{ws}"),
    }
}

/// The partition of one shard of the workspaces.
pub(crate) fn night_shard(shard: u8) -> String {
    format!("NIGHTS#{shard}")
}

/// Shards of the accounts at Stripe, by when they are compared with it again.
pub(crate) const ACCOUNT_SHARDS: u8 = 4;

/// gsi1 `ACCOUNTS#<shard>` / `<due>#<account>`: every account at Stripe, by when it is
/// compared with what Stripe says again.
pub(crate) fn account_place(due: &str, account: &str) -> IndexKey {
    let last = account.bytes().last().unwrap_or_default();
    IndexKey {
        index: Index::Gsi1,
        pk: account_shard(last % ACCOUNT_SHARDS),
        sk: format!("{due}#{account}"),
    }
}

/// The partition of one shard of the accounts.
pub(crate) fn account_shard(shard: u8) -> String {
    format!("ACCOUNTS#{shard}")
}

/// gsi1 `W#ENGS` / `<phase>#<last day>#<engagement>`: the engagements of a workspace.
pub(crate) fn engagement_place(
    w: &str,
    phase: Phase,
    ends_on: Option<Date>,
    engagement: EngagementId,
) -> IndexKey {
    let ends_on = ends_on.map_or_else(|| NEVER.to_owned(), |day| day.to_string());
    IndexKey {
        index: Index::Gsi1,
        pk: engagements(w),
        sk: format!("{}{ends_on}#{engagement}", engagement_phase(phase)),
    }
}

/// The list of a workspace's engagements.
pub(crate) fn engagements(w: &str) -> String {
    format!("{w}#ENGS")
}

/// Prefix of the engagements in one phase.
pub(crate) fn engagement_phase(phase: Phase) -> String {
    format!("{}#", phase.name())
}

/// What happened lately, by time: in an engagement (gsi4) or at a client (gsi5)
/// `<scope>#FEED` holds what the client may read and `<scope>#FEEDI` what is the
/// team's alone; `W#FEED` (gsi3) holds both.
pub(crate) fn feed(scope: &str, shared: bool) -> String {
    format!("{scope}#{}", if shared { "FEED" } else { "FEEDI" })
}

/// Where an entry stands in the feeds: `<at>#<entry>`.
pub(crate) fn feed_places(
    (w, c, e): (&str, &str, &str),
    shared: bool,
    at: Timestamp,
    entry: EntryId,
) -> [IndexKey; 3] {
    [
        (Index::Gsi5, feed(c, shared)),
        (Index::Gsi3, feed(w, true)),
        (Index::Gsi4, feed(e, shared)),
    ]
    .map(|(index, pk)| IndexKey {
        index,
        pk,
        sk: format!("{at:.3}#{entry}"),
    })
}

/// gsi1 `W#CLIENTS` / `<folded name>#<client>`.
pub(crate) fn client_place(w: &str, name: &str, client: ClientId) -> IndexKey {
    IndexKey {
        index: Index::Gsi1,
        pk: clients(w),
        sk: format!("{}#{client}", fold(name)),
    }
}

/// The list of a workspace's clients.
pub(crate) fn clients(w: &str) -> String {
    format!("{w}#CLIENTS")
}

/// A name as it is sorted and searched: lower case, without `#`.
pub(crate) fn fold(name: &str) -> String {
    name.to_lowercase()
        .replace('#', " ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The lists of findings of an engagement (gsi1), a client (gsi6, gsi4) or a
/// workspace (gsi3, gsi5): `<scope>#P` published, `<scope>#D` drafts.
pub(crate) fn findings(scope: &str, published: bool) -> String {
    format!("{scope}#{}", if published { 'P' } else { 'D' })
}

/// Where a finding stands in lists: `a` still to do or `b` closed.
pub(crate) fn finding_part(listed_first: bool) -> char {
    if listed_first { 'a' } else { 'b' }
}

/// Sort key of the lists of findings by severity: its part, the severity's rank
/// and how far the score is from 10.0, so the worst first.
pub(crate) fn finding_rank(
    active: bool,
    severity: Severity,
    score: Option<CvssScore>,
    finding: FindingId,
) -> String {
    let part = finding_part(active);
    let below = 100 - score.map_or(0, CvssScore::tenths).min(100);
    format!("{part}#{}#{below:03}#{finding}", severity.rank())
}

/// Sort key of the lists of findings by date: its part, when it is due, the
/// severity's rank. What has no date comes last.
pub(crate) fn finding_due(
    active: bool,
    due: Option<Date>,
    severity: Severity,
    finding: FindingId,
) -> String {
    let part = finding_part(active);
    let due = due.map_or_else(|| NEVER.to_owned(), |due| due.to_string());
    format!("{part}#{due}#{}#{finding}", severity.rank())
}

/// The stretch of a list in which a filter's findings stand, as what their sort
/// keys begin with: those of one severity; or, with a second value, those between
/// the two: what was due before a day.
pub(crate) fn finding_stretch(
    active: bool,
    filter: &FindingFilter,
    today: Date,
) -> (String, Option<String>) {
    let part = finding_part(active);
    match (filter.order, filter.severity) {
        (FindingOrder::Severity, Some(severity)) => (format!("{part}#{}#", severity.rank()), None),
        (FindingOrder::Due, _) if filter.overdue => {
            (format!("{part}#"), Some(format!("{part}#{today}")))
        }
        _ => (format!("{part}#"), None),
    }
}

/// Sorts after every date.
const NEVER: &str = "9999-12-31";

/// Where a finding stands in the indexes.
pub(crate) fn finding_places(w: &str, c: &str, e: &str, finding: &Finding) -> Vec<IndexKey> {
    let listed = finding.status.is_active() || finding.status == FindingStatus::Draft;
    let rank = finding_rank(listed, finding.severity, finding.score, finding.id);
    let due = finding_due(listed, finding.due, finding.severity, finding.id);
    [
        (Index::Gsi1, e, &rank),
        (Index::Gsi6, c, &rank),
        (Index::Gsi3, w, &rank),
        (Index::Gsi4, c, &due),
        (Index::Gsi5, w, &due),
    ]
    .map(|(index, scope, sk)| IndexKey {
        index,
        pk: findings(scope, finding.status.is_published()),
        sk: sk.clone(),
    })
    .into()
}
