//! Everything that is kept, in one `DynamoDB` table.
//!
//! A [`Store`] is proof of what its holder may touch: it comes out of an
//! authenticated [`Session`](session::Session) or a redeemed invitation, and
//! each key it uses begins with its scope. The [`Directory`](directory::Directory)
//! holds what is needed before anybody is known: addresses, sessions, links.

mod account;
mod audit;
mod billing;
mod clients;
mod codec;
mod counters;
mod days;
pub mod directory;
mod documents;
mod engagements;
mod error;
mod evidence;
mod feed;
mod findings;
mod imports;
mod inbox;
mod invites;
mod invoices;
mod keys;
mod library;
mod limits;
mod membership;
mod messages;
mod meter;
mod mfa;
mod money;
mod nights;
mod opening;
pub mod outbox;
pub mod page;
mod payments;
mod people;
mod rate;
mod reconcile;
mod recount;
mod reset;
mod rounds;
pub mod schema;
mod scope;
pub mod session;
mod signup;
mod subscribers;
mod suppressions;
mod table;
mod telling;
mod till;
mod trace;
mod transact;
mod uploads;
mod workspace;

pub use account::EmailTaken;
pub use audit::{ChainHead, ChainedEntry};
pub use billing::IssueOutcome;
pub use documents::DownloadRecord;
pub use engagements::EngagementBrief;
pub use error::{StoreError, WriteOutcome};
pub use findings::{
    BulkChange, CommentItem, DueFindings, FilteredFindings, FindingDetail, HistoryItem, Listed,
    MAX_SCANNED,
};
pub use imports::{ImportJob, ImportSchedule};
pub use inbox::InboxItem;
pub use invites::{InviteLink, InviteRedemption};
pub use invoices::{InvoiceDetail, InvoiceHistoryItem, InvoiceList};
pub use library::TemplateSummary;
pub use limits::LimitUsage;
pub use membership::Account;
pub use messages::ThreadSlice;
pub use meter::{CapacityUsed, Meter, RequestTimings};
pub use money::{ClientBalance, CurrencyFigures};
pub use nights::DailyJob;
pub use opening::{NewSession, SignInStep};
pub use payments::{ConnectedAccount, EventRef, InvoicePayments, InvoiceWithPayments, PaymentLink};
pub use people::MembershipRefusal;
pub use rate::RateLimit;
pub use reconcile::ExpectedObjects;
pub use recount::{CountDrift, LimitDrift, Recount};
pub use reset::PasswordReset;
pub use rounds::ReconcileTurn;
pub use scope::{ClientScope, Scope, Store, WorkspaceScope};
pub use signup::{FoundingOutcome, NewWorkspace};
pub use subscribers::Subscriber;
pub use suppressions::InviteRef;
pub use table::{Table, TenantClients};
pub use telling::{DigestContent, Recipient};
pub use till::CheckoutState;
pub use trace::AuditContext;
pub use uploads::AnnounceOutcome;
pub use workspace::{SlugChangeOutcome, SlugLookup};
