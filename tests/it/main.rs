//! The product, tried from outside.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests and start-up may panic"
)]

mod account;
mod attachments;
mod audit;
mod bounces;
mod branding;
mod concurrent_edits;
mod cost;
mod crash_recovery;
mod dashboards;
mod decisions;
mod dependency_rules;
mod digests;
mod docs;
mod document_retention;
mod document_upload;
mod documents;
mod edge;
mod evidence;
mod evidence_upload;
mod fault_injection;
mod finding_history;
mod finding_lists;
mod finding_templates;
mod findings;
mod form_ids;
mod forms;
mod functions;
mod golden;
mod guards;
mod iam_enforcement;
mod iam_policies;
mod iam_simulator;
mod imports;
mod invites;
mod invoice_lifecycle;
mod invoice_pdf;
mod invoices;
mod isolation;
mod kept_forms;
mod keys;
/// The store's keys, compiled once more to be tried against the policies.
#[expect(
    dead_code,
    unused_imports,
    reason = "compiled a second time for the tests"
)]
#[path = "../../shared/store/src/table/keys/mod.rs"]
mod keys_of_the_store;
mod language;
mod links;
mod matrix;
mod memberships;
mod messages;
mod modules;
mod notifications;
mod outbox;
mod page_samples;
mod passwords;
mod payments;
mod plan_limits;
mod policy_evaluation;
mod ratings;
mod reference;
mod revenue_property;
mod schema_compatibility;
mod sign_in;
mod signup;
mod source;
mod stack_template;
mod stripe_objects;
mod stripe_stand_in;
mod subscriptions;
mod team_and_contacts;
mod tenant_leakage;
mod totals_property;
mod two_factor;
mod two_sides;
mod undo;
mod webhooks;
mod workspace_address;
