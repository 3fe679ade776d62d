//! Documents of clients and engagements: sent by browsers straight to the bucket,
//! listed, and taken away by signed addresses.

mod document;
mod document_changes;
mod document_target;
mod document_upload;
mod download;
mod list;
mod upload_form;
mod upload_progress;

use axum::routing::{get, post};
use domain::role::Action::{ManageDocuments, ReadDocuments, UploadDocuments};
use web::Audience::Team;
use web::{BothSides, Route, Sample, links, routes, samples};

/// The group's routes.
pub const ROUTES: &[Route] = routes![
    BothSides::get(links::DOCUMENTS, ReadDocuments, || get(list::get)),
    BothSides::post(links::DOCUMENTS, UploadDocuments, || {
        post(document_upload::post)
    }),
    BothSides::get(links::ENGAGEMENT_DOCUMENTS, ReadDocuments, || {
        get(list::get)
    }),
    BothSides::post(links::ENGAGEMENT_DOCUMENTS, UploadDocuments, || {
        post(document_upload::post)
    }),
    BothSides::get(links::DOCUMENT, ReadDocuments, || get(document::get)),
    BothSides::post(links::DOCUMENT, UploadDocuments, || {
        post(document_upload::post)
    }),
    BothSides::post(links::DOCUMENT_DOWNLOAD, ReadDocuments, || {
        post(download::post)
    }),
    Route::post(links::DOCUMENT_DELETE.team, Team(ManageDocuments), || {
        post(document_changes::delete)
    }),
    Route::post(
        links::DOCUMENT_RESTORE.team,
        Team(ManageDocuments),
        || post(document_changes::restore),
    ),
    Route::post(
        links::DOCUMENT_VISIBILITY.team,
        Team(ManageDocuments),
        || post(document_changes::change_visibility),
    ),
    BothSides::post(links::UPLOAD_COMPLETE, UploadDocuments, || {
        post(upload_progress::complete)
    }),
    BothSides::get(links::UPLOAD, UploadDocuments, || get(upload_progress::get)),
];

/// Samples of each page.
pub const SAMPLES: &[fn() -> Vec<Sample>] = &[
    samples::<list::DocumentsPage>,
    samples::<document::DocumentPage>,
    samples::<upload_progress::UploadPage>,
];
