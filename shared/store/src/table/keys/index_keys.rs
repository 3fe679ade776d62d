//! Lists in the indexes, and the places of items in them.

use domain::cvss::CvssScore;
use domain::document::{Document, Visibility};
use domain::engagement::Phase;
use domain::finding::{Finding, FindingFilter, FindingOrder, FindingStatus};
use domain::id::{ClientId, EngagementId, EntryId, FindingId, UploadId, WorkspaceId};
use domain::invoice::{Invoice, InvoiceState};
use domain::severity::Severity;
use jiff::Timestamp;
use jiff::civil::Date;

use super::index::{Index, IndexKey, ListKey};
use super::prefixes::{engagement, month_name, workspace};

impl Index {
    /// The index of the lists of the outbox.
    pub(crate) const OUTBOX: Self = Self::Gsi1;
    /// The index of the lists of daily jobs.
    pub(crate) const DAILY_JOBS: Self = Self::Gsi1;
    /// The index of the lists of accounts to reconcile.
    pub(crate) const ACCOUNTS: Self = Self::Gsi1;
}

fn list(index: Index, pk: String) -> ListKey {
    ListKey { index, pk }
}

/// gsi1 `C#UPT` (the team's) or `C#UPC` (contacts'): files on their way in, and those
/// that were refused.
pub(crate) fn upload_list(c: &str, by_team: bool) -> ListKey {
    list(
        Index::Gsi1,
        format!("{c}#UP{}", if by_team { 'T' } else { 'C' }),
    )
}

/// `<upload>` in the list of one side's uploads.
pub(crate) fn upload_index_key(c: &str, by_team: bool, upload: UploadId) -> IndexKey {
    upload_list(c, by_team).at(upload.to_string())
}

/// gsi1 `C#DOCS`: a client's documents; as for an engagement's.
pub(crate) fn client_document_list(c: &str, visible: Visibility, deleted: bool) -> ListKey {
    list(Index::Gsi1, document_partition(c, visible, deleted))
}

/// gsi2 `E#DOCS`: an engagement's documents that the client may see, `E#DOCSI` for what
/// is the team's alone, `E#DOCSX` for what is deleted.
pub(crate) fn engagement_document_list(e: &str, visible: Visibility, deleted: bool) -> ListKey {
    list(Index::Gsi2, document_partition(e, visible, deleted))
}

fn document_partition(scope: &str, visible: Visibility, deleted: bool) -> String {
    let suffix = match (deleted, visible) {
        (true, _) => "X",
        (false, Visibility::Team) => "I",
        (false, Visibility::Client) => "",
    };
    format!("{scope}#DOCS{suffix}")
}

/// `<document>` in the lists of its client and its engagement.
pub(crate) fn document_index_keys(c: &str, document: &Document) -> Vec<IndexKey> {
    let (visible, deleted) = (document.visibility, document.deleted.is_some());
    let of_client = client_document_list(c, visible, deleted);
    let of_engagement = document
        .engagement
        .map(|id| engagement_document_list(&engagement(c, id), visible, deleted));
    let lists = [Some(of_client), of_engagement].into_iter().flatten();
    lists.map(|list| list.at(document.id.to_string())).collect()
}

/// gsi1 `W#INVS`: the invoices of a workspace that were sent, `W#INVDS` for its drafts.
pub(crate) fn workspace_invoice_list(w: &str, draft: bool) -> ListKey {
    list(Index::Gsi1, invoice_partition(w, draft))
}

/// gsi2 `C#INVS`: the invoices of a client that were sent, `C#INVDS` for drafts.
pub(crate) fn client_invoice_list(c: &str, draft: bool) -> ListKey {
    list(Index::Gsi2, invoice_partition(c, draft))
}

fn invoice_partition(scope: &str, draft: bool) -> String {
    format!("{scope}#INV{}S", if draft { "D" } else { "" })
}

/// Sort key of an invoice: `a` to be paid, by its due date, `b` paid, or `c` void, by
/// when it changed last; of a draft its id alone.
pub(crate) fn invoice_sk(invoice: &Invoice) -> String {
    let (id, at) = (invoice.id, invoice.updated);
    match invoice.state() {
        InvoiceState::Draft => id.to_string(),
        InvoiceState::Void => format!("c#{at:.3}#{id}"),
        _ if invoice.outstanding() > 0 => format!("a#{}#{id}", invoice.due),
        _ => format!("b#{at:.3}#{id}"),
    }
}

/// Where an invoice stands in the lists of its workspace and its client.
pub(crate) fn invoice_index_keys(w: &str, c: &str, invoice: &Invoice) -> [IndexKey; 2] {
    let draft = invoice.state() == InvoiceState::Draft;
    [
        workspace_invoice_list(w, draft),
        client_invoice_list(c, draft),
    ]
    .map(|list| list.at(invoice_sk(invoice)))
}

/// gsi1 `W#OWED`: what each client owes.
pub(crate) fn balance_list(w: &str) -> ListKey {
    list(Index::Gsi1, format!("{w}#OWED"))
}

/// `<client>` in the list of what each client owes.
pub(crate) fn balance_index_key(w: &str, client: ClientId) -> IndexKey {
    balance_list(w).at(client.to_string())
}

/// gsi1 `W#MONTHS`: what each client was billed and paid in each month.
pub(crate) fn month_list(w: &str) -> ListKey {
    list(Index::Gsi1, format!("{w}#MONTHS"))
}

/// `<yyyy-mm>#<client>` in the list of clients' months.
pub(crate) fn month_index_key(w: &str, month: Date, client: ClientId) -> IndexKey {
    month_list(w).at(format!("{}#{client}", month_name(month)))
}

/// gsi1 `W#AUDIT`: a workspace's audit log, those of its clients included.
pub(crate) fn audit_list(w: &str) -> ListKey {
    list(Index::Gsi1, format!("{w}#AUDIT"))
}

/// `<entry>` in a workspace's audit log.
pub(crate) fn audit_index_key(w: &str, entry: EntryId) -> IndexKey {
    audit_list(w).at(entry.to_string())
}

/// Shards of what waits to be chained.
pub(crate) const AUDIT_SHARDS: u8 = 4;

/// gsi2 `UNCHAINED#<shard>`: one shard of what waits to be chained.
pub(crate) fn unchained_list(shard: u8) -> ListKey {
    list(Index::Gsi2, format!("UNCHAINED#{shard}"))
}

/// `<workspace>#<entry>` among what waits, until the entry has its place in the chain.
pub(crate) fn unchained_index_key(ws: WorkspaceId, entry: EntryId) -> IndexKey {
    let last = ws.to_string().bytes().last().unwrap_or_default();
    unchained_list(last % AUDIT_SHARDS).at(format!("{ws}#{entry}"))
}

/// gsi2 `W#CHAIN`: the audit log in the order of its chain.
pub(crate) fn chain_list(w: &str) -> ListKey {
    list(Index::Gsi2, format!("{w}#CHAIN"))
}

/// `<number>` in the chain of a workspace.
pub(crate) fn chain_index_key(ws: WorkspaceId, seq: i64) -> IndexKey {
    chain_list(&workspace(ws)).at(chain_sk(seq))
}

/// Sort key of an entry in the chain: its number, in a fixed width.
pub(crate) fn chain_sk(seq: i64) -> String {
    format!("{seq:012}")
}

/// Shards of the outbox, so that no partition of the index is hot.
pub(crate) const OUTBOX_SHARDS: u8 = 4;

/// gsi1 `OUTBOX#<shard>`: one shard of the effects that wait.
pub(crate) fn outbox_list(shard: u8) -> ListKey {
    list(Index::OUTBOX, format!("OUTBOX#{shard}"))
}

/// `<due>#<entry>` in a shard of the outbox, while the effect waits.
pub(crate) fn outbox_index_key(shard: u8, due: &str, entry: EntryId) -> IndexKey {
    outbox_list(shard).at(format!("{due}#{entry}"))
}

/// Whether a partition of an index belongs to no workspace: what waits there is the
/// worker's, of all workspaces.
pub(crate) fn is_workers(pk: &str) -> bool {
    pk.starts_with("OUTBOX#") || pk.starts_with("UNCHAINED#") || pk.starts_with("ACCOUNTS#")
}

/// gsi1 `OUTBOX#DEAD`: effects that failed too often.
pub(crate) fn dead_letter_list() -> ListKey {
    list(Index::OUTBOX, "OUTBOX#DEAD".to_owned())
}

/// `<at>#<entry>` among the effects that failed too often, by when they were given up.
pub(crate) fn dead_letter_index_key(at: &str, name: &str) -> IndexKey {
    dead_letter_list().at(format!("{at}#{name}"))
}

/// Shards of the workspaces, by when their day is over.
pub(crate) const DAILY_JOB_SHARDS: u8 = 4;

/// gsi1 `NIGHTS#<shard>`: one shard of the workspaces, by when their day is over.
pub(crate) fn daily_job_list(shard: u8) -> ListKey {
    list(Index::DAILY_JOBS, format!("NIGHTS#{shard}"))
}

/// `<due>#<workspace>` in a shard of the workspaces.
pub(crate) fn daily_job_index_key(due: &str, ws: WorkspaceId) -> IndexKey {
    let last = ws.to_string().bytes().last().unwrap_or_default();
    daily_job_list(last % DAILY_JOB_SHARDS).at(format!("{due}#{ws}"))
}

/// Shards of the accounts at Stripe, by when they are compared with it again.
pub(crate) const ACCOUNT_SHARDS: u8 = 4;

/// gsi1 `ACCOUNTS#<shard>`: one shard of the accounts at Stripe, by when each is compared
/// with what Stripe says again.
pub(crate) fn account_list(shard: u8) -> ListKey {
    list(Index::ACCOUNTS, format!("ACCOUNTS#{shard}"))
}

/// `<due>#<account>` in a shard of the accounts.
pub(crate) fn account_index_key(due: &str, account: &str) -> IndexKey {
    let last = account.bytes().last().unwrap_or_default();
    account_list(last % ACCOUNT_SHARDS).at(format!("{due}#{account}"))
}

/// gsi1 `W#ENGS`: the engagements of a workspace, by phase and last day.
pub(crate) fn engagement_list(w: &str) -> ListKey {
    list(Index::Gsi1, format!("{w}#ENGS"))
}

/// `<phase>#<last day>#<engagement>` in the list of a workspace's engagements.
pub(crate) fn engagement_index_key(
    w: &str,
    phase: Phase,
    ends_on: Option<Date>,
    engagement: EngagementId,
) -> IndexKey {
    let ends_on = ends_on.map_or_else(|| NEVER.to_owned(), |day| day.to_string());
    let phase = engagement_phase(phase);
    engagement_list(w).at(format!("{phase}{ends_on}#{engagement}"))
}

/// Prefix of the engagements in one phase.
pub(crate) fn engagement_phase(phase: Phase) -> String {
    format!("{}#", phase.name())
}

/// gsi3 `W#FEED`: what happened lately in a workspace, by time.
pub(crate) fn workspace_feed(w: &str) -> ListKey {
    list(Index::Gsi3, feed_partition(w, true))
}

/// gsi5 `C#FEED`: what happened lately at a client and it may read, `C#FEEDI` for what
/// is the team's alone.
pub(crate) fn client_feed(c: &str, shared: bool) -> ListKey {
    list(Index::Gsi5, feed_partition(c, shared))
}

/// gsi4 `E#FEED`: what happened lately in an engagement and its client may read,
/// `E#FEEDI` for what is the team's alone.
pub(crate) fn engagement_feed(e: &str, shared: bool) -> ListKey {
    list(Index::Gsi4, feed_partition(e, shared))
}

fn feed_partition(scope: &str, shared: bool) -> String {
    format!("{scope}#{}", if shared { "FEED" } else { "FEEDI" })
}

/// Sort key of an entry in the feeds: `<at>#<entry>`.
pub(crate) fn feed_sk(at: Timestamp, entry: EntryId) -> String {
    format!("{at:.3}#{entry}")
}

/// gsi1 `W#CLIENTS`: the clients of a workspace, by name.
pub(crate) fn client_list(w: &str) -> ListKey {
    list(Index::Gsi1, format!("{w}#CLIENTS"))
}

/// `<folded name>#<client>` in the list of a workspace's clients.
pub(crate) fn client_index_key(w: &str, name: &str, client: ClientId) -> IndexKey {
    client_list(w).at(format!("{}#{client}", fold(name)))
}

/// A name as it is sorted and searched: lower case, without `#`.
pub(crate) fn fold(name: &str) -> String {
    name.to_lowercase()
        .replace('#', " ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// gsi1 `E#P`: an engagement's published findings by severity, `E#D` for its drafts.
pub(crate) fn engagement_findings(e: &str, published: bool) -> ListKey {
    list(Index::Gsi1, finding_partition(e, published))
}

/// gsi6 `C#P`: a client's published findings by severity, `C#D` for its drafts.
pub(crate) fn client_findings_by_severity(c: &str, published: bool) -> ListKey {
    list(Index::Gsi6, finding_partition(c, published))
}

/// gsi4 `C#P`: a client's published findings by due date, `C#D` for its drafts.
pub(crate) fn client_findings_by_due(c: &str, published: bool) -> ListKey {
    list(Index::Gsi4, finding_partition(c, published))
}

/// gsi3 `W#P`: a workspace's published findings by severity, `W#D` for its drafts.
pub(crate) fn workspace_findings_by_severity(w: &str, published: bool) -> ListKey {
    list(Index::Gsi3, finding_partition(w, published))
}

/// gsi5 `W#P`: a workspace's published findings by due date, `W#D` for its drafts.
pub(crate) fn workspace_findings_by_due(w: &str, published: bool) -> ListKey {
    list(Index::Gsi5, finding_partition(w, published))
}

fn finding_partition(scope: &str, published: bool) -> String {
    format!("{scope}#{}", if published { 'P' } else { 'D' })
}

/// The part of a list in which a finding stands: `a` still to do, or `b` closed.
pub(crate) fn finding_part(active: bool) -> char {
    if active { 'a' } else { 'b' }
}

/// Sort key of a finding by severity: its part, the severity's rank and how far the
/// score is from 10.0, so the worst first.
pub(crate) fn finding_severity_sk(
    active: bool,
    severity: Severity,
    score: Option<CvssScore>,
    finding: FindingId,
) -> String {
    let part = finding_part(active);
    let below = 100 - score.map_or(0, CvssScore::tenths).min(100);
    format!("{part}#{}#{below:03}#{finding}", severity.rank())
}

/// Sort key of a finding by due date: its part, when it is due, the severity's rank.
/// What has no date comes last.
pub(crate) fn finding_due_sk(
    active: bool,
    due: Option<Date>,
    severity: Severity,
    finding: FindingId,
) -> String {
    let part = finding_part(active);
    let due = due.map_or_else(|| NEVER.to_owned(), |due| due.to_string());
    format!("{part}#{due}#{}#{finding}", severity.rank())
}

/// The segment of a list in which a filter's findings stand, as what their sort keys
/// begin with: those of one severity; or, with a second value, those between the two:
/// what was due before a day.
pub(crate) fn finding_segment(
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

/// Where a finding stands in the lists of its engagement, client and workspace.
pub(crate) fn finding_index_keys(w: &str, c: &str, e: &str, finding: &Finding) -> [IndexKey; 5] {
    let active = finding.status.is_active() || finding.status == FindingStatus::Draft;
    let published = finding.status.is_published();
    let by_severity = finding_severity_sk(active, finding.severity, finding.score, finding.id);
    let by_due = finding_due_sk(active, finding.due, finding.severity, finding.id);
    [
        engagement_findings(e, published).at(&by_severity),
        client_findings_by_severity(c, published).at(&by_severity),
        workspace_findings_by_severity(w, published).at(&by_severity),
        client_findings_by_due(c, published).at(&by_due),
        workspace_findings_by_due(w, published).at(&by_due),
    ]
}
