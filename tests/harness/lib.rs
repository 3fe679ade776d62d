//! What tests stand on: a world with a table in memory, the services' stand-ins,
//! a clock and an rng of its own, people in two workspaces, and browsers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc
)]

pub mod bills;
mod browser;
pub mod bucket;
mod cast;
mod filled;
pub mod function;
mod log;
mod papers;
mod played;
mod shots;
mod stand_ins;
pub mod stripe;
mod world;

pub use browser::{Answer, Browser};
pub use cast::{Cast, Client, Tenant, draft, home};
pub use filled::{everywhere, filled};
pub use log::logged;
pub use papers::{CONTENT, Papers, actor, announced};
pub use shots::{Shots, attachment, evidence};
pub use world::{START, World};
