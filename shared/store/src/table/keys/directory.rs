//! The directory: outside every tenant.

use domain::id::WorkspaceId;
use domain::slug::Slug;

use super::key::{Key, key};

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
pub(crate) fn password_reset(hash: &str) -> Key {
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
pub(crate) fn rate_counter(rule: &str, subject_hash: &str, window: i64) -> Key {
    key(format!("RL#{rule}#{subject_hash}#{window}"), "RL")
}

/// `NIGHT#<workspace>` / `NIGHT`: when the day of a workspace is over.
pub(crate) fn daily_job(ws: WorkspaceId) -> Key {
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
