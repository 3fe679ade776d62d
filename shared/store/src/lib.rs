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
pub mod schema;
mod scope;
pub mod session;
mod signup;
mod suppressions;
mod table;
mod telling;
mod trace;
mod transact;
mod uploads;
mod workspace;

pub use account::Taken;
pub use audit::{Chained, Head};
pub use billing::Numbered;
pub use documents::Receipt;
pub use engagements::Brief;
pub use error::{Error, Outcome};
pub use findings::{Dossier, Due, Found, LOOK, Listed, Many, Remark, Spoken};
pub use imports::{ImportJob, Then};
pub use inbox::Received;
pub use invites::{NewLink, Redeemable};
pub use invoices::{Billed, InvoiceEntry, Listing};
pub use library::TemplateRow;
pub use membership::Account;
pub use messages::Thread;
pub use meter::{Meter, Spent, Took};
pub use money::{Books, Owed};
pub use nights::Night;
pub use opening::{Opening, Step};
pub use payments::{Held, Payee, Payments, Sought, Told};
pub use people::Kept;
pub use rate::Limit;
pub use reconcile::Expected;
pub use recount::{Drift, Recount};
pub use reset::Reset;
pub use scope::{ClientScope, Scope, Store, WorkspaceScope};
pub use signup::{Founded, Founding};
pub use suppressions::Brought;
pub use table::{Narrow, Table};
pub use telling::{Gathered, Hearer};
pub use trace::Trace;
pub use uploads::Announced;
pub use workspace::{At, Moving};
