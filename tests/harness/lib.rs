//! What tests stand on: a world with a table in memory, the services' stand-ins,
//! a clock and an rng of its own, people in two workspaces, and browsers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "tests and start-up may panic"
)]

mod browser;
pub mod bucket;
mod bulk_findings;
mod document_fixture;
mod evidence_fixture;
mod fixture;
mod fixture_snapshot;
pub mod function;
pub mod invoice_fixture;
mod log;
mod route_groups;
mod stand_ins;
pub mod stripe_fixture;
mod world;

pub use browser::{Answer, Browser};
pub use bulk_findings::{create_findings, create_findings_in_engagements};
pub use document_fixture::{CONTENT, DocumentFixture, actor, announced_upload};
pub use evidence_fixture::{EvidenceFixture, attachment, evidence};
pub use fixture::{Client, Fixture, Tenant, content, workspace};
pub use log::log_lines;
pub use route_groups::{function_routes, route_groups};
pub use world::{START, World};
