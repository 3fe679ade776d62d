//! The product, tried from outside.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod audit;
mod books;
mod both;
mod cost;
mod crossing;
mod decisions;
mod filled;
mod findings;
mod forms;
mod functions;
mod golden;
mod guards;
mod imports;
mod invites;
mod isolation;
mod keys;
mod layers;
mod lists;
mod matrix;
mod passwords;
mod people;
mod render;
mod sign_in;
mod two_factor;
