//! Records: a module for each aggregate, with the reads and the changes of it that a scope
//! allows.

pub(crate) mod audit_log;
pub(crate) mod clients;
pub(crate) mod counters;
pub(crate) mod daily_jobs;
pub(crate) mod day_snapshots;
pub(crate) mod documents;
pub(crate) mod engagements;
pub(crate) mod evidence;
pub(crate) mod expected_objects;
pub(crate) mod feed;
pub(crate) mod findings;
pub(crate) mod imports;
pub(crate) mod inbox;
pub(crate) mod invite_redemption;
pub(crate) mod invites;
pub(crate) mod invoices;
pub(crate) mod messages;
pub(crate) mod notifications;
pub(crate) mod outbox;
pub(crate) mod payments;
pub(crate) mod people;
pub(crate) mod recount;
pub(crate) mod revision;
pub(crate) mod suppressions;
pub(crate) mod templates;
pub(crate) mod uploads;
pub(crate) mod workspaces;
