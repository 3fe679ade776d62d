//! The rules of the portal, as plain values and functions.
//!
//! Nothing here reads a clock, draws a random number, speaks to a network or
//! knows how anything is stored or shown. A caller hands in the state, the
//! actor and the time; what comes back is a decision that it can execute.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

pub mod activity;
pub mod audit;
pub mod brand;
pub mod client;
pub mod counts;
pub mod document;
pub mod due;
pub mod email;
pub mod engagement;
pub mod evidence;
pub mod file;
pub mod finding;
pub mod history;
pub mod id;
pub mod import;
pub mod input;
pub mod invite;
pub mod invoice;
pub mod library;
pub mod mail;
pub mod message;
pub mod money;
pub mod notification;
pub mod password;
pub mod person;
pub mod plan;
pub mod recovery;
pub mod role;
pub mod score;
pub mod session;
pub mod severity;
pub mod signup;
pub mod slug;
pub mod spreadsheet;
pub mod stripe;
pub mod subscription;
pub mod suppression;
pub mod trend;
pub mod upload;
pub mod workspace;

#[cfg(test)]
mod testing;
