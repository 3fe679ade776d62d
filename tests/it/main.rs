//! The product, tried from outside.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod account;
mod addresses;
mod attachments;
mod audit;
mod books;
mod both;
mod bounces;
mod branding;
mod cost;
mod crossing;
mod dashboards;
mod decisions;
mod digests;
mod documents;
mod documents_kept;
mod documents_sent;
mod earlier;
mod edge;
mod evidence;
mod evidence_sent;
mod fate;
mod fence;
mod fenced;
mod findings;
mod forms;
mod functions;
mod golden;
mod guards;
mod iam;
mod imports;
mod invites;
mod invoices;
mod invoices_later;
mod isolation;
mod keys;
/// The store's keys, compiled once more to be tried against the policies.
#[allow(dead_code, unused_imports)]
#[path = "../../shared/store/src/keys/mod.rs"]
mod keys_of_the_store;
mod kills;
mod layers;
mod library;
mod limits;
mod lists;
mod long_history;
mod matrix;
mod memberships;
mod messages;
mod money;
mod notifications;
mod outbox;
mod papers;
mod passwords;
mod payments;
mod people;
mod policies;
mod render;
mod sign_in;
mod signup;
mod stripe_objects;
mod stripe_stand_in;
mod subscriptions;
mod template;
mod two_factor;
mod webhooks;
