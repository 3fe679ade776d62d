//! The only place where a key of the table is spelled.
//!
//! `W` is `W#<workspace>`, `C` is `W#<workspace>#C#<client>` and `E` is
//! `W#<workspace>#C#<client>#E#<engagement>`. The ids are ULIDs: one width, so
//! no prefix can be mistaken for another, and no `#` in them.

use domain::document::{Document, Visibility};
use domain::engagement::Phase;
use domain::finding::{Filter, Finding, Order, Status};
use domain::id::{
    ClientId, DocumentId, EngagementId, EntryId, EvidenceId, FindingId, ImportId, InviteId,
    InvoiceId, MessageId, TemplateId, UploadId, UserId, WorkspaceId,
};
use domain::invoice::{Invoice, State};
use domain::plan::Limit;
use domain::score::Score;
use domain::severity::Severity;
use domain::slug::Slug;
use jiff::Timestamp;
use jiff::civil::Date;

/// The key of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

/// The secondary indexes; each is sparse. The first two project whole items, the
/// others what lists show of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Index {
    /// Lists of a workspace and of an engagement, and the outbox.
    Gsi1,
    /// The chain of the audit log.
    Gsi2,
    /// Findings of a workspace, worst first.
    Gsi3,
    /// Findings of a client, by when they are due.
    Gsi4,
    /// Findings of a workspace, by when they are due.
    Gsi5,
    /// Findings of a client, worst first.
    Gsi6,
}

/// A place in an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) index: Index,
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Index {
    /// Every index.
    pub(crate) const ALL: [Self; 6] = [
        Self::Gsi1,
        Self::Gsi2,
        Self::Gsi3,
        Self::Gsi4,
        Self::Gsi5,
        Self::Gsi6,
    ];

    /// Name, partition attribute, sort attribute.
    pub(crate) const fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Gsi1 => ("gsi1", "gsi1pk", "gsi1sk"),
            Self::Gsi2 => ("gsi2", "gsi2pk", "gsi2sk"),
            Self::Gsi3 => ("gsi3", "gsi3pk", "gsi3sk"),
            Self::Gsi4 => ("gsi4", "gsi4pk", "gsi4sk"),
            Self::Gsi5 => ("gsi5", "gsi5pk", "gsi5sk"),
            Self::Gsi6 => ("gsi6", "gsi6pk", "gsi6sk"),
        }
    }
}

fn key(pk: String, sk: impl Into<String>) -> Key {
    Key { pk, sk: sk.into() }
}

/// `W`: prefix of all that belongs to a workspace.
pub(crate) fn workspace(ws: WorkspaceId) -> String {
    format!("W#{ws}")
}

/// `C`: prefix of all that belongs to a client.
pub(crate) fn client(ws: WorkspaceId, client: ClientId) -> String {
    format!("W#{ws}#C#{client}")
}

/// Where a person belongs: a client, or the workspace for the team.
pub(crate) fn home(ws: WorkspaceId, in_client: Option<ClientId>) -> String {
    in_client.map_or_else(|| workspace(ws), |id| client(ws, id))
}

/// `E`: the partition of an engagement's findings, below the client's prefix.
pub(crate) fn engagement(client_prefix: &str, engagement: EngagementId) -> String {
    format!("{client_prefix}#E#{engagement}")
}

// The directory: outside every tenant.

/// `SLUG#<slug>` / `SLUG`: a workspace by its address; by one that it had, where
/// it is now. Never deleted.
pub(crate) fn slug(slug: &Slug) -> Key {
    key(format!("SLUG#{slug}"), "SLUG")
}

/// `LOGIN#<workspace>#<hash of the address>` / `LOGIN`: an account by its mail address.
pub(crate) fn login(ws: WorkspaceId, email_hash: &str) -> Key {
    key(format!("LOGIN#{ws}#{email_hash}"), "LOGIN")
}

/// `SES#<hash of the token>` / `SES`: a session.
pub(crate) fn session(hash: &str) -> Key {
    key(format!("SES#{hash}"), "SES")
}

/// `INV#<hash of the token>` / `INV`: a setup link that hasn't been used.
pub(crate) fn invite_link(hash: &str) -> Key {
    key(format!("INV#{hash}"), "INV")
}

/// `RST#<hash of the token>` / `RST`: a link to a new password that hasn't been used.
pub(crate) fn reset(hash: &str) -> Key {
    key(format!("RST#{hash}"), "RST")
}

/// `SUP#<hash of the address>` / `SUP`: a workspace that waits for its founder to confirm
/// the address; of several, the newest.
pub(crate) fn sign_up(email_hash: &str) -> Key {
    key(format!("SUP#{email_hash}"), "SUP")
}

/// `HND#<hash of the code>` / `HND`: a founder on the way from the front to the workspace.
pub(crate) fn handoff(hash: &str) -> Key {
    key(format!("HND#{hash}"), "HND")
}

/// `RL#<rule>#<hash of the subject>#<window>` / `RL`: a rate counter.
pub(crate) fn rate(rule: &str, subject_hash: &str, window: i64) -> Key {
    key(format!("RL#{rule}#{subject_hash}#{window}"), "RL")
}

/// `NIGHT#<workspace>` / `NIGHT`: when the day of a workspace is over.
pub(crate) fn night(ws: WorkspaceId) -> Key {
    key(format!("NIGHT#{ws}"), "NIGHT")
}

/// `STRIPE#<account>` / `ACCOUNT`: whose an account at Stripe is. The way from an event
/// to a workspace: there is no other.
pub(crate) fn stripe_account(account: &str) -> Key {
    key(format!("STRIPE#{account}"), "ACCOUNT")
}

/// `STRIPE#<customer>` / `CUSTOMER`: which workspace a customer of ours is. The way from
/// an event of its subscription to it: there is no other.
pub(crate) fn stripe_customer(customer: &str) -> Key {
    key(format!("STRIPE#{customer}"), "CUSTOMER")
}

/// `STRIPE#<account>` / `PI#<payment intent>`: of which invoice a payment is, or what
/// was told of it before that was known.
pub(crate) fn stripe_payment(account: &str, intent: &str) -> Key {
    key(format!("STRIPE#{account}"), format!("PI#{intent}"))
}

/// `STRIPE#<account>` / `EVT#<event>`: an event that did what it does.
pub(crate) fn stripe_event(account: &str, event: &str) -> Key {
    key(format!("STRIPE#{account}"), format!("EVT#{event}"))
}

// Rows of a scope.

/// `META` of a workspace or a client.
pub(crate) fn meta(prefix: &str) -> Key {
    key(prefix.to_owned(), "META")
}

/// `USER#<user>`: a person, at the workspace (team) or the client (contacts).
pub(crate) fn person(prefix: &str, user: UserId) -> Key {
    key(prefix.to_owned(), format!("USER#{user}"))
}

/// `W#STOP` / `<hash of the address>`: whether mail goes to an address.
pub(crate) fn suppression(ws: WorkspaceId, email_hash: &str) -> Key {
    key(format!("{}#STOP", workspace(ws)), email_hash)
}

/// `W` / `MFA#<user>`: the recovery codes of whoever signs in with a code, at
/// however many clients.
pub(crate) fn mfa(ws: WorkspaceId, user: UserId) -> Key {
    key(workspace(ws), format!("MFA#{user}"))
}

/// Prefix of the persons of a partition.
pub(crate) const PEOPLE: &str = "USER#";

/// `INVITE#<invite>`: an invitation of a client's contact.
pub(crate) fn invite(prefix: &str, invite: InviteId) -> Key {
    key(prefix.to_owned(), format!("INVITE#{invite}"))
}

/// Prefix of the invitations of a partition.
pub(crate) const INVITES: &str = "INVITE#";

/// `ENG#<engagement>`: an engagement with its counters.
pub(crate) fn engagement_row(prefix: &str, engagement: EngagementId) -> Key {
    key(prefix.to_owned(), format!("ENG#{engagement}"))
}

/// Prefix of the engagements of a client.
pub(crate) const ENGAGEMENTS: &str = "ENG#";

/// `W#LIB` / `CSV#<hash of the columns' names>`: which column holds what in
/// tables with these columns.
pub(crate) fn columns(w: &str, names_hash: &str) -> Key {
    key(library(w), format!("CSV#{names_hash}"))
}

/// `W#LIB` / `COUNT`: how many templates a workspace has.
pub(crate) fn template_count(w: &str) -> Key {
    key(library(w), "COUNT")
}

/// `W#LIB` / `T#<template>`: what the list needs of a workspace's own template.
pub(crate) fn template(w: &str, template: TemplateId) -> Key {
    key(library(w), format!("T#{template}"))
}

/// Prefix of the templates of a library.
pub(crate) const TEMPLATES: &str = "T#";

/// `W#LIB` / `B#<template>`: a template's text and rating.
pub(crate) fn template_body(w: &str, template: TemplateId) -> Key {
    key(library(w), format!("B#{template}"))
}

fn library(w: &str) -> String {
    format!("{w}#LIB")
}

/// `E` / `BRIEF`: an engagement's long text.
pub(crate) fn brief(e: &str) -> Key {
    key(e.to_owned(), "BRIEF")
}

/// `E` / `IMPORT#<import>`: an uploaded scan and how far it got.
pub(crate) fn import(e: &str, import: ImportId) -> Key {
    key(e.to_owned(), format!("IMPORT#{import}"))
}

/// `E` / `PLAN#<import>#<reading>#<number>`: what one step of an import does.
pub(crate) fn plan_step(e: &str, import: ImportId, reading: i64, n: i64) -> Key {
    key(e.to_owned(), format!("PLAN#{import}#{reading}#{n:05}"))
}

/// `E` / `PLAN#<import>#<reading>#SHOWN`: what is shown of an import's plan.
pub(crate) fn plan_preview(e: &str, import: ImportId, reading: i64) -> Key {
    key(e.to_owned(), format!("PLAN#{import}#{reading}#SHOWN"))
}

/// Prefix of the imports of an engagement.
pub(crate) const IMPORTS: &str = "IMPORT#";

/// `E` / `N#<entry>`: what happened to an engagement, for its feeds.
pub(crate) fn news(e: &str, entry: EntryId) -> Key {
    key(e.to_owned(), format!("N#{entry}"))
}

/// `DAYS#<yyyy-mm>` of a workspace or a client: where its findings stood when
/// each day of a month ended.
pub(crate) fn days(prefix: &str, month: Date) -> Key {
    key(prefix.to_owned(), format!("{DAYS}{}", month_name(month)))
}

/// Prefix of the months of a partition.
pub(crate) const DAYS: &str = "DAYS#";

fn month_name(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// Prefix of the findings of an engagement, with all that stands below them.
pub(crate) const FINDINGS: &str = "F#";

/// `E` / `F#<finding>`: what lists need of a finding.
pub(crate) fn finding(e: &str, finding: FindingId) -> Key {
    key(e.to_owned(), format!("F#{finding}"))
}

/// `E` / `F#<finding>#B`: the text of a finding. Sorts right after its row.
pub(crate) fn finding_body(e: &str, finding: FindingId) -> Key {
    key(e.to_owned(), format!("F#{finding}#B"))
}

/// `E` / `F#<finding>#H#<entry>` for what the client may read of the history,
/// `#I#` for what is the team's alone.
pub(crate) fn history(e: &str, finding: FindingId, shared: bool, entry: EntryId) -> Key {
    key(
        e.to_owned(),
        format!("{}{entry}", history_prefix(finding, shared)),
    )
}

/// Prefix of one half of a finding's history.
pub(crate) fn history_prefix(finding: FindingId, shared: bool) -> String {
    format!("F#{finding}#{}#", if shared { 'H' } else { 'I' })
}

/// `E` / `F#<finding>#C#<entry>`: a comment that both sides read, `#D#` for one
/// that is the team's alone.
pub(crate) fn comment(e: &str, finding: FindingId, shared: bool, entry: EntryId) -> Key {
    let prefix = comment_prefix(finding, shared);
    key(e.to_owned(), format!("{prefix}{entry}"))
}

/// Prefix of one half of a finding's comments.
pub(crate) fn comment_prefix(finding: FindingId, shared: bool) -> String {
    format!("F#{finding}#{}#", if shared { 'C' } else { 'D' })
}

/// `E` / `F#<finding>#E#<evidence>`: a picture; its row says who sees it.
pub(crate) fn evidence(e: &str, finding: FindingId, evidence: EvidenceId) -> Key {
    let prefix = evidence_prefix(finding);
    key(e.to_owned(), format!("{prefix}{evidence}"))
}

/// Prefix of a finding's pictures.
pub(crate) fn evidence_prefix(finding: FindingId) -> String {
    format!("F#{finding}#E#")
}

/// `E` / `F#<finding>#R#<number>`: a retest.
pub(crate) fn round(e: &str, finding: FindingId, number: i64) -> Key {
    let prefix = round_prefix(finding);
    key(e.to_owned(), format!("{prefix}{number:06}"))
}

/// Prefix of a finding's retests.
pub(crate) fn round_prefix(finding: FindingId) -> String {
    format!("F#{finding}#R#")
}

/// `E` / `F#<finding>#T#<entry>`: what an edit changed, in full, where its entry
/// in the history holds it cut. The team's alone.
pub(crate) fn edit_text(e: &str, finding: FindingId, entry: EntryId) -> Key {
    key(e.to_owned(), format!("F#{finding}#T#{entry}"))
}

/// `E#MSG`: the partition of an engagement's messages.
pub(crate) fn thread(e: &str) -> String {
    format!("{e}#MSG")
}

/// `E#MSG` / `M#<message>`: a message that both sides read, `N#` for one that is the
/// team's alone.
pub(crate) fn message(e: &str, shared: bool, message: MessageId) -> Key {
    key(thread(e), format!("{}{message}", message_prefix(shared)))
}

/// Prefix of one half of a thread.
pub(crate) fn message_prefix(shared: bool) -> &'static str {
    if shared { "M#" } else { "N#" }
}

/// `E#MSG` / `ONCE#<entry>`: which message was made of a form, so that it isn't
/// made twice.
pub(crate) fn message_once(e: &str, form: EntryId) -> Key {
    key(thread(e), format!("ONCE#{form}"))
}

/// `READ#<user>#<engagement>`: how much of an engagement's thread a person has read.
pub(crate) fn read_mark(prefix: &str, user: UserId, engagement: EngagementId) -> Key {
    key(
        prefix.to_owned(),
        format!("{}{engagement}", read_marks(user)),
    )
}

/// Prefix of what a person has read of a client's threads.
pub(crate) fn read_marks(user: UserId) -> String {
    format!("READ#{user}#")
}

/// The entry that a key ends with.
pub(crate) fn entry_of(sk: &str) -> Option<EntryId> {
    sk.rsplit('#').next()?.parse().ok()
}

/// `<scope>#OUT` / `<entry>`: an effect that waits to leave.
pub(crate) fn outbox(prefix: &str, entry: EntryId) -> Key {
    key(format!("{prefix}#OUT"), entry.to_string())
}

/// `<scope>#OUT` / `T#<thread>#<at>#<entry>`: an effect that leaves after those of its
/// thread that were put here before it.
pub(crate) fn outbox_in(prefix: &str, thread: &str, at: &str, entry: EntryId) -> Key {
    let thread = outbox_thread(thread);
    key(format!("{prefix}#OUT"), format!("{thread}{at}#{entry}"))
}

/// Prefix of the effects of a thread.
pub(crate) fn outbox_thread(thread: &str) -> String {
    format!("T#{thread}#")
}

/// `<scope>#OUT` / `DEAD#<entry>`: an effect that was given up, by the partition it was in.
pub(crate) fn outbox_dead(outbox: &str, name: &str) -> Key {
    key(outbox.to_owned(), format!("DEAD#{name}"))
}

/// `<scope>#AUDIT` / `<entry>`: an entry of the audit log.
pub(crate) fn audit(prefix: &str, entry: EntryId) -> Key {
    key(format!("{prefix}#AUDIT"), entry.to_string())
}

/// `W#AUDIT` / `HEAD`: the last entry's place in the chain. Sorts after every entry.
pub(crate) fn audit_head(ws: WorkspaceId) -> Key {
    key(format!("{}#AUDIT", workspace(ws)), "HEAD")
}

/// `<home>#INBOX#<user>`: the partition of what a person is told, at the workspace (team)
/// or at the client (contacts).
pub(crate) fn inbox(home: &str, user: UserId) -> String {
    format!("{home}#INBOX#{user}")
}

/// `<home>#INBOX#<user>` / `N#<notice>`: what happened, as the person is shown it.
pub(crate) fn notice(home: &str, user: UserId, notice: EntryId) -> Key {
    key(inbox(home, user), format!("{NOTICES}{notice}"))
}

/// Prefix of the notices of an inbox.
pub(crate) const NOTICES: &str = "N#";

/// `<home>#INBOX#<user>` / `BATCH#<cadence>`: the mail that is being gathered for a person.
pub(crate) fn batch(home: &str, user: UserId, cadence: &str) -> Key {
    key(inbox(home, user), format!("BATCH#{cadence}"))
}

/// `<home>#INBOX#<user>` / `M#<batch>#<notice>`: what such a mail will tell of.
pub(crate) fn batched(home: &str, user: UserId, batch: EntryId, notice: EntryId) -> Key {
    key(
        inbox(home, user),
        format!("{}{notice}", batched_prefix(batch)),
    )
}

/// Prefix of what one mail tells of.
pub(crate) fn batched_prefix(batch: EntryId) -> String {
    format!("M#{batch}#")
}

/// Whose effect it is, by its partition: a workspace's or a client's.
pub(crate) fn outbox_home(pk: &str) -> Option<(WorkspaceId, Option<ClientId>)> {
    let mut parts = pk.strip_suffix("#OUT")?.strip_prefix("W#")?.split('#');
    let ws = parts.next()?.parse().ok()?;
    match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => Some((ws, None)),
        (Some("C"), Some(client), None) => Some((ws, Some(client.parse().ok()?))),
        _ => None,
    }
}

/// `C#UP` / `<upload>`: a file on its way in.
pub(crate) fn upload(c: &str, upload: UploadId) -> Key {
    key(format!("{c}#UP"), upload.to_string())
}

/// `C#DOC` / `<document>`: a document with its current version.
pub(crate) fn document(c: &str, document: DocumentId) -> Key {
    key(format!("{c}#DOC"), document.to_string())
}

/// `C#DOC` / `<document>#V#<number>`: a version of a document.
pub(crate) fn revision(c: &str, document: DocumentId, number: i64) -> Key {
    let prefix = revision_prefix(document);
    key(format!("{c}#DOC"), format!("{prefix}{number:06}"))
}

/// Prefix of a document's versions.
pub(crate) fn revision_prefix(document: DocumentId) -> String {
    format!("{document}#V#")
}

/// `C#GOT` / `<document>#<entry>`: a download of a document. The team's to read.
pub(crate) fn receipt(c: &str, document: DocumentId, entry: EntryId) -> Key {
    let prefix = receipt_prefix(document);
    key(format!("{c}#GOT"), format!("{prefix}{entry}"))
}

/// Prefix of a document's downloads.
pub(crate) fn receipt_prefix(document: DocumentId) -> String {
    format!("{document}#")
}

/// `W#FILES` / `USED`: the bytes of all files of a workspace.
pub(crate) fn files_used(w: &str) -> Key {
    key(format!("{w}#FILES"), "USED")
}

/// `W#USE` / `<limit>`: how much a workspace uses of what its plan limits, but for files.
/// The team's alone.
pub(crate) fn used(w: &str, limit: Limit) -> Key {
    key(uses(w), limit.name().to_owned())
}

/// The partition of what a workspace uses.
pub(crate) fn uses(w: &str) -> String {
    format!("{w}#USE")
}

/// `C#INVD` / `<invoice>`: an invoice that is being written. The team's alone.
pub(crate) fn invoice_draft(c: &str, invoice: InvoiceId) -> Key {
    key(format!("{c}#INVD"), invoice.to_string())
}

/// `C#INVD` / `<invoice>#B`: what such an invoice says.
pub(crate) fn invoice_draft_bill(c: &str, invoice: InvoiceId) -> Key {
    key(format!("{c}#INVD"), format!("{invoice}#B"))
}

/// `C#INV` / `<invoice>`: an invoice that was sent, as lists need it.
pub(crate) fn invoice(c: &str, invoice: InvoiceId) -> Key {
    key(format!("{c}#INV"), invoice.to_string())
}

/// `C#INV` / `<invoice>#B`: what an invoice says.
pub(crate) fn invoice_bill(c: &str, invoice: InvoiceId) -> Key {
    key(format!("{c}#INV"), format!("{invoice}#B"))
}

/// `C#INV` / `<invoice>#H#<entry>`: what happened to an invoice.
pub(crate) fn invoice_entry(c: &str, invoice: InvoiceId, entry: EntryId) -> Key {
    let prefix = invoice_entry_prefix(invoice);
    key(format!("{c}#INV"), format!("{prefix}{entry}"))
}

/// Prefix of an invoice's history.
pub(crate) fn invoice_entry_prefix(invoice: InvoiceId) -> String {
    format!("{invoice}#H#")
}

/// `C#PAY` / `<invoice>`: what is known of an invoice's payments by Stripe.
pub(crate) fn invoice_payments(c: &str, invoice: InvoiceId) -> Key {
    key(format!("{c}#PAY"), invoice.to_string())
}

/// `C#INV` / `OWED`: what a client owes, by currency.
pub(crate) fn owed(c: &str) -> Key {
    key(format!("{c}#INV"), "OWED")
}

/// `C#INV` / `M#<yyyy-mm>`: what was billed to and paid by a client in a month.
pub(crate) fn money_month(c: &str, month: Date) -> Key {
    key(format!("{c}#INV"), format!("M#{}", month_name(month)))
}

/// `W#MONEY` / `OWED`: what all clients owe, by currency.
pub(crate) fn all_owed(w: &str) -> Key {
    key(format!("{w}#MONEY"), "OWED")
}

/// `W#MONEY` / `M#<yyyy-mm>`: what was billed and paid in a month.
pub(crate) fn all_month(w: &str, month: Date) -> Key {
    key(format!("{w}#MONEY"), format!("M#{}", month_name(month)))
}

/// `W#MONEY` / `SEQ`: the number of the last invoice that was sent.
pub(crate) fn invoice_count(w: &str) -> Key {
    key(format!("{w}#MONEY"), "SEQ")
}

/// `W#MONEY` / `WAYS`: how a workspace bills.
pub(crate) fn invoice_ways(w: &str) -> Key {
    key(format!("{w}#MONEY"), "WAYS")
}

/// `W#CONNECT` / `STRIPE`: the workspace's account at Stripe. By itself, so that what shows
/// a client whether it can be paid there reads nothing else of the workspace.
pub(crate) fn connection(w: &str) -> Key {
    key(format!("{w}#CONNECT"), "STRIPE")
}

/// `W#MONEY` / `SUB`: the workspace as a customer of ours, with its subscriptions.
pub(crate) fn subscription(w: &str) -> Key {
    key(format!("{w}#MONEY"), "SUB")
}

// Objects in the bucket: below their client, as rows are, so that a policy can
// hold them there.

/// Object `in/w/<workspace>/c/<client>/<upload>`: a file until it is checked.
pub(crate) fn incoming_object(ws: WorkspaceId, client: ClientId, upload: UploadId) -> String {
    format!("in/{}{upload}", objects(ws, Some(client)))
}

/// Object `w/<workspace>/c/<client>/documents/<upload>`: a version of a document.
pub(crate) fn document_object(ws: WorkspaceId, client: ClientId, upload: UploadId) -> String {
    format!("{}documents/{upload}", objects(ws, Some(client)))
}

/// Object `w/<workspace>/c/<client>/evidence/<evidence>`: a picture of a finding.
pub(crate) fn evidence_object(ws: WorkspaceId, client: ClientId, evidence: EvidenceId) -> String {
    format!("{}evidence/{evidence}", objects(ws, Some(client)))
}

/// Object `w/<workspace>/c/<client>/evidence/<evidence>.small`: the same, small.
pub(crate) fn thumbnail_object(ws: WorkspaceId, client: ClientId, evidence: EvidenceId) -> String {
    format!("{}.small", evidence_object(ws, client, evidence))
}

/// Object `w/<workspace>/c/<client>/attachments/<upload>`: what goes along with a
/// message.
pub(crate) fn attachment_object(ws: WorkspaceId, client: ClientId, upload: UploadId) -> String {
    format!("{}attachments/{upload}", objects(ws, Some(client)))
}

/// Object `w/<workspace>/c/<client>/imports/<import>`: an uploaded scan.
pub(crate) fn import_object(ws: WorkspaceId, client: ClientId, import: ImportId) -> String {
    format!("{}imports/{import}", objects(ws, Some(client)))
}

/// Object `w/<workspace>/brand/<logo>`: a logo, which everybody may see.
pub(crate) fn logo_object(ws: WorkspaceId, logo: EntryId) -> String {
    format!("{}brand/{logo}", objects(ws, None))
}

/// Prefix of a workspace's or a client's objects; of those that aren't checked,
/// below `in/`.
pub(crate) fn objects(ws: WorkspaceId, client: Option<ClientId>) -> String {
    let client = client.map_or_else(String::new, |client| format!("c/{client}/"));
    format!("w/{ws}/{client}")
}

// Places in the indexes.

/// gsi1 `C#UPT` (the team's) or `C#UPC` (contacts') / `<upload>`: files on their
/// way in, and those that were refused.
pub(crate) fn upload_place(c: &str, by_team: bool, upload: UploadId) -> Place {
    Place {
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
pub(crate) fn document_places(c: &str, document: &Document) -> Vec<Place> {
    let engagement = document.engagement.map(|id| engagement(c, id));
    let scopes = [(Index::Gsi1, Some(c.to_owned())), (Index::Gsi2, engagement)];
    let places = scopes.into_iter().filter_map(|(index, scope)| {
        let deleted = document.deleted.is_some();
        Some(Place {
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
        State::Draft => id.to_string(),
        State::Void => format!("c#{at:.3}#{id}"),
        _ if invoice.outstanding() > 0 => format!("a#{}#{id}", invoice.due),
        _ => format!("b#{at:.3}#{id}"),
    }
}

/// Where an invoice stands in the indexes.
pub(crate) fn invoice_places(w: &str, c: &str, invoice: &Invoice) -> [Place; 2] {
    let draft = invoice.state() == State::Draft;
    [(Index::Gsi1, w), (Index::Gsi2, c)].map(|(index, scope)| Place {
        index,
        pk: invoices(scope, draft),
        sk: invoice_rank(invoice),
    })
}

/// gsi1 `W#OWED` / `<client>`: what each client owes.
pub(crate) fn owed_place(w: &str, client: ClientId) -> Place {
    Place {
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
pub(crate) fn month_place(w: &str, month: Date, client: ClientId) -> Place {
    Place {
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
pub(crate) fn audit_place(w: &str, entry: EntryId) -> Place {
    Place {
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
pub(crate) fn audit_unchained(ws: WorkspaceId, entry: EntryId) -> Place {
    let last = ws.to_string().bytes().last().unwrap_or_default();
    Place {
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
pub(crate) fn audit_chained(ws: WorkspaceId, seq: i64) -> Place {
    Place {
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
pub(crate) fn outbox_place(shard: u8, due: &str, entry: EntryId) -> Place {
    Place {
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
pub(crate) fn outbox_dead_place(at: &str, name: &str) -> Place {
    Place {
        index: Index::Gsi1,
        pk: OUTBOX_DEAD.to_owned(),
        sk: format!("{at}#{name}"),
    }
}

/// Shards of the workspaces, by when their day is over.
pub(crate) const NIGHT_SHARDS: u8 = 4;

/// gsi1 `NIGHTS#<shard>` / `<due>#<workspace>`: every workspace, by when its day
/// is over.
pub(crate) fn night_place(due: &str, ws: WorkspaceId) -> Place {
    let last = ws.to_string().bytes().last().unwrap_or_default();
    Place {
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
pub(crate) fn account_place(due: &str, account: &str) -> Place {
    let last = account.bytes().last().unwrap_or_default();
    Place {
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
) -> Place {
    let ends_on = ends_on.map_or_else(|| NEVER.to_owned(), |day| day.to_string());
    Place {
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
) -> [Place; 3] {
    [
        (Index::Gsi5, feed(c, shared)),
        (Index::Gsi3, feed(w, true)),
        (Index::Gsi4, feed(e, shared)),
    ]
    .map(|(index, pk)| Place {
        index,
        pk,
        sk: format!("{at:.3}#{entry}"),
    })
}

/// gsi1 `W#CLIENTS` / `<folded name>#<client>`.
pub(crate) fn client_place(w: &str, name: &str, client: ClientId) -> Place {
    Place {
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
    score: Option<Score>,
    finding: FindingId,
) -> String {
    let part = finding_part(active);
    let below = 100 - score.map_or(0, Score::tenths).min(100);
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
    filter: &Filter,
    today: Date,
) -> (String, Option<String>) {
    let part = finding_part(active);
    match (filter.order, filter.severity) {
        (Order::Severity, Some(severity)) => (format!("{part}#{}#", severity.rank()), None),
        (Order::Due, _) if filter.overdue => (format!("{part}#"), Some(format!("{part}#{today}"))),
        _ => (format!("{part}#"), None),
    }
}

/// Sorts after every date.
const NEVER: &str = "9999-12-31";

/// Where a finding stands in the indexes.
pub(crate) fn finding_places(w: &str, c: &str, e: &str, finding: &Finding) -> Vec<Place> {
    let listed = finding.status.is_active() || finding.status == Status::Draft;
    let rank = finding_rank(listed, finding.severity, finding.score, finding.id);
    let due = finding_due(listed, finding.due, finding.severity, finding.id);
    [
        (Index::Gsi1, e, &rank),
        (Index::Gsi6, c, &rank),
        (Index::Gsi3, w, &rank),
        (Index::Gsi4, c, &due),
        (Index::Gsi5, w, &due),
    ]
    .map(|(index, scope, sk)| Place {
        index,
        pk: findings(scope, finding.status.is_published()),
        sk: sk.clone(),
    })
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fold_sorts_and_searches_alike_and_holds_no_separator() {
        assert_eq!(fold("  Ärzte #1\tGmbH "), "ärzte 1 gmbh");
    }

    #[test]
    fn a_finding_reads_before_its_text_and_both_before_its_history() {
        let id = FindingId::new(1, 1);
        let row = finding("E", id).sk;
        let body = finding_body("E", id).sk;
        let shared = history("E", id, true, EntryId::new(1, 1)).sk;
        let internal = history("E", id, false, EntryId::new(1, 1)).sk;
        assert!(row < body && body < shared && shared < internal);
        for other in [
            comment("E", id, true, EntryId::new(1, 1)).sk,
            comment("E", id, false, EntryId::new(1, 1)).sk,
            round("E", id, 1).sk,
            evidence("E", id, EvidenceId::new(1, 1)).sk,
            edit_text("E", id, EntryId::new(1, 1)).sk,
        ] {
            assert!(
                body < other && other < finding("E", id.nth(1)).sk,
                "{other}"
            );
        }
        assert!(internal < finding("E", id.nth(1)).sk);
    }

    #[test]
    fn an_effect_tells_whose_it_is() {
        let (ws, id) = (WorkspaceId::new(1, 1), ClientId::new(1, 2));
        let entry = EntryId::new(1, 3);
        let home = |prefix: &str| outbox_home(&outbox(prefix, entry).pk);
        assert_eq!(home(&client(ws, id)), Some((ws, Some(id))));
        assert_eq!(home(&workspace(ws)), Some((ws, None)));
        assert_eq!(home("W#x"), None);
        assert_eq!(outbox_home("OUTBOX#1"), None);
    }
}
