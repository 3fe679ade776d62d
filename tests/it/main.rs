//! The product, tried from outside.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod cost;
mod functions;
mod golden;
mod guards;
mod invites;
mod isolation;
mod layers;
mod render;
mod sign_in;
