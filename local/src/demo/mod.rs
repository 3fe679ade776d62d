//! The demo: two workspaces with people, clients, engagements, findings and
//! invoices.
//!
//! What it says stands in `local/demo/*.toml`, with times in days before the
//! data folder was made. Ids follow from names, so making it again makes
//! nothing twice, and making it can go on where it was interrupted.

mod bills;
mod draw;
mod files;
mod listing;
mod past;
mod script;
mod seed;
mod stage;

pub(crate) use listing::Listing;
pub(crate) use script::{asked_for, load};
pub(crate) use seed::seed;
