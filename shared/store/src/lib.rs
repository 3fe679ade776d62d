//! Everything that is kept, in one `DynamoDB` table.
//!
//! A [`Store`] is the proof of what its holder may touch. It comes out of an
//! authenticated [`Session`] or a redeemed invitation, and every key that it uses begins
//! with its scope: `Store<WorkspaceScope>` for the team, `Store<ClientScope>` for one
//! client. The [`Directory`] holds what is needed before a person is known: slugs,
//! logins, sessions, links.
//!
//! # Modules
//!
//! | folder | what it holds |
//! |---|---|
//! | `table/` | keys, items, queries, transactions, the meter: nothing of what an item is about |
//! | `tenancy/` | scopes, plan limits, and the audit context of a request |
//! | `directory/` | sessions, accounts, password resets, rate counters, new workspaces |
//! | `records/` | a module for each aggregate: its reads and its changes |
//!
//! Callers see no folders: every public name is re-exported here. Modules import from the
//! module that defines a name, so that none depends on itself by way of another.
//!
//! # How to define a record module
//!
//! 1. **Keys first.** A function in `table/keys/` spells the key of each item. A list has a
//!    function that names it and gives its `ListKey` (`client_list`), and one for the place
//!    of an item in it (`client_index_key`). No other file spells a key or names an index.
//! 2. **Scope next.** The methods stand in `impl Store<WorkspaceScope>`,
//!    `impl Store<ClientScope>`, or `impl<S: Scope> Store<S>` for both. `self.get`,
//!    `self.query` and `self.commit` refuse whatever lies outside the scope.
//! 3. **Verbs.** `get_x` reads one item by its id, `find_x` by something else, `list_x`
//!    reads a page ([`ListPage`]). `create_x` writes a new item, and the same again is
//!    [`WriteOutcome::Repeated`]. `update_x` and `delete_x` are conditional on the version
//!    that was read: a stale one is [`StoreError::Refused`]. `put_x` adds a write to a
//!    transaction of another change, `record` an entry of the audit log.
//! 4. **One change, one transaction**, with its counters, audit entry and effects.
//!
//! ```ignore
//! impl Store<WorkspaceScope> {
//!     /// Adds a note under an id of the caller's choice.
//!     pub async fn create_note(&self, note: &Note) -> Result<WriteOutcome, StoreError> {
//!         let key = keys::note(&self.prefix(), note.id);
//!         let mut item = to_item("note", &key, note)?;
//!         add_index_key(&mut item, keys::note_index_key(&self.prefix(), note));
//!         let mut transaction = self.transaction();
//!         transaction.put_new(item);
//!         self.record(&mut transaction, AuditNote::of(AuditKind::NoteAdded, &note.title))?;
//!         to_write_outcome(self.commit(transaction).await)
//!     }
//!
//!     /// One note.
//!     pub async fn get_note(&self, id: NoteId) -> Result<Option<Note>, StoreError> {
//!         let found = self.get(&keys::note(&self.prefix(), id)).await?;
//!         found.map(from_item).transpose()
//!     }
//! }
//! ```

mod directory;
mod error;
mod records;
mod retry;
mod table;
mod tenancy;

pub use directory::account::Account;
pub use directory::account_change::EmailChangeOutcome;
pub use directory::directory::Directory;
pub use directory::login::Login;
pub use directory::new_session::{NewSession, SignInStep};
pub use directory::new_workspace::{FoundingOutcome, NewWorkspace};
pub use directory::password_reset::PasswordReset;
pub use directory::rate_limit::{RateDecision, RateLimit};
pub use directory::session::{Session, SessionSummary};
pub use error::{StoreError, WriteOutcome};
pub use records::audit_log::{ChainHead, ChainedEntry};
pub use records::daily_jobs::DailyJob;
pub use records::documents::DownloadRecord;
pub use records::engagements::EngagementBrief;
pub use records::expected_objects::ExpectedObjects;
pub use records::findings::bulk_changes::BulkChange;
pub use records::findings::due_findings::DueFindings;
pub use records::findings::finding_contents::CONTENTS_PAGE;
pub use records::findings::finding_detail::{CommentItem, FindingDetail, HistoryItem};
pub use records::findings::finding_item::FindingSummary;
pub use records::findings::finding_list::{FilteredFindings, MAX_SCANNED};
pub use records::imports::ImportSchedule;
pub use records::inbox::InboxItem;
pub use records::invite_redemption::InviteRedemption;
pub use records::invites::InviteLink;
pub use records::invoices::balances::{ClientBalance, CurrencyFigures};
pub use records::invoices::invoice_changes::IssueOutcome;
pub use records::invoices::invoices::{InvoiceDetail, InvoiceHistoryItem, InvoiceList};
pub use records::messages::ThreadSlice;
pub use records::notifications::{DigestContent, Recipient};
pub use records::outbox::dead_letters::DeadLetter;
pub use records::outbox::effect::{
    Digest, Effect, EvidenceRef, ImportJob, InvoiceReceiptJob, InvoiceReminderJob, RiskDeadlineJob,
    RiskDeadlineStep,
};
pub use records::outbox::lease::{DueEffect, LeaseOutcome, LeasedEffect};
pub use records::payments::checkout_state::CheckoutState;
pub use records::payments::connected_account::{
    ConnectedAccount, EventRef, InvoicePayments, InvoiceWithPayments, PaymentLink,
};
pub use records::payments::reconcile_turns::ReconcileTurn;
pub use records::payments::subscribers::Subscriber;
pub use records::people::MembershipOutcome;
pub use records::recount::{CountDrift, LimitDrift, Recount};
pub use records::suppressions::InviteRef;
pub use records::templates::TemplateSummary;
pub use records::uploads::{AnnounceOutcome, ReleaseOutcome};
pub use records::workspaces::{SlugChangeOutcome, SlugLookup};
pub use retry::{MAX_TRIES, retry_on_conflict};
pub use table::hash::sha256_hex;
pub use table::list_page::{ListPage, PAGE_SIZE};
pub use table::meter::{CapacityUsed, Meter, RequestTimings};
pub use table::schema::create_table;
pub use table::table::{Table, TenantClients};
pub use tenancy::audit_context::{AuditContext, Device};
pub use tenancy::plan_limits::LimitUsage;
pub use tenancy::scope::{ClientScope, Scope, Store, WorkspaceScope};
