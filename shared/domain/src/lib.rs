//! The rules of the portal as pure functions.
//!
//! No function here reads a clock, draws random numbers, uses a network or knows about storage and
//! pages. The caller passes the state, the actor and the time, and stores the decision that is
//! returned. The modules depend on each other without cycles.

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

pub mod activity;
pub mod audit;
pub mod brand;
pub mod client;
pub mod cvss;
pub mod document;
pub mod due;
pub mod email;
pub mod engagement;
pub mod evidence;
pub mod file;
pub mod finding;
pub mod id;
pub mod import;
pub mod input;
pub mod invite;
pub mod invoice;
pub mod library;
pub mod mail;
pub mod message;
pub mod money;
pub mod name;
pub mod notification;
pub mod password;
pub mod person;
pub mod plan;
pub mod preference;
pub mod recovery;
pub mod role;
pub mod session;
pub mod severity;
pub mod signup;
pub mod slug;
pub mod spreadsheet;
pub mod stripe;
pub mod subscription;
pub mod suppression;
mod tags;
pub mod trend;
pub mod upload;
pub mod workspace;

#[cfg(test)]
mod testing;
