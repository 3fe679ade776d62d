//! The thread of an engagement: its messages and their attachments.

mod attachments;
mod edit;
mod paths;
mod post;
mod preview;
mod read;
mod thread;

use axum::routing::{get, post as by_post};
use domain::role::Action;
use web::{BothSides, Route, Sample, links, routes, samples};

/// The group's routes.
pub const ROUTES: &[Route] = routes![
    BothSides::get(links::THREAD, Action::ReadMessages, || get(thread::get)),
    BothSides::post(links::THREAD, Action::PostMessages, || by_post(post::post)),
    BothSides::post(links::THREAD_READ, Action::ReadMessages, || {
        by_post(read::post)
    }),
    BothSides::post(links::THREAD_PREVIEW, Action::PostMessages, || {
        by_post(preview::post)
    }),
    BothSides::get(links::MESSAGE_EDIT, Action::PostMessages, || get(edit::get)),
    BothSides::post(links::MESSAGE_EDIT, Action::PostMessages, || {
        by_post(edit::post)
    }),
    BothSides::post(links::THREAD_ATTACHMENTS, Action::PostMessages, || {
        by_post(attachments::announce)
    }),
    BothSides::post(links::MESSAGE_FILE, Action::ReadMessages, || {
        by_post(attachments::download)
    }),
];

/// Samples of each page.
pub const SAMPLES: &[fn() -> Vec<Sample>] = &[
    samples::<thread::ThreadPage>,
    samples::<edit::EditMessagePage>,
];
