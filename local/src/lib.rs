//! The development server: the whole product on one machine, with a demo.
//!
//! The table is a stand-in within this process, and S3, SES and Cognito are a
//! child process; the portal's pages are the product's own, served as the
//! deployed functions serve them. Never deployed. What tests need of it, to
//! stand on the same ground, is public.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests may panic"
    )
)]

mod audit_file;
mod bucket;
mod data;
mod dead_letters;
mod demo;
mod development_pages;
mod found_workspace;
mod function_process;
pub mod http_fetch;
mod invoice_pdf;
mod mail_event;
mod mailbox;
mod problem;
mod provision;
mod reconcile;
mod recount;
mod run;
mod server;
mod settings;
mod stand_ins;
pub mod stripe;
mod table;

pub use audit_file::verify_export;
pub use dead_letters::{DeadLetterCommand, dead_letters};
pub use found_workspace::found;
pub use function_process::{FunctionProcess, function_environment};
pub use mail_event::mail_event;
pub use problem::Problem;
pub use provision::{NAME, Provisioned, provision};
pub use reconcile::{Reconciled, reconcile, reconcile_data};
pub use recount::recount;
pub use run::run;
pub use stand_ins::StandIns;
pub use table::Embedded;
