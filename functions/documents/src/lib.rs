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
use web::Audience::{Portal, Team};
use web::{Route, Sample, samples};

/// The group's routes: the same for the team, which names the client, and for
/// contacts, whose client is implied.
pub const ROUTES: &[Route] = &[
    Route::get("/clients/{client}/documents", Team(ReadDocuments), || {
        get(list::get)
    }),
    Route::post("/clients/{client}/documents", Team(UploadDocuments), || {
        post(document_upload::post)
    }),
    Route::get(
        "/clients/{client}/engagements/{engagement}/documents",
        Team(ReadDocuments),
        || get(list::get),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/documents",
        Team(UploadDocuments),
        || post(document_upload::post),
    ),
    Route::get(
        "/clients/{client}/documents/{document}",
        Team(ReadDocuments),
        || get(document::get),
    ),
    Route::post(
        "/clients/{client}/documents/{document}",
        Team(UploadDocuments),
        || post(document_upload::post),
    ),
    Route::post(
        "/clients/{client}/documents/{document}/download",
        Team(ReadDocuments),
        || post(download::post),
    ),
    Route::post(
        "/clients/{client}/documents/{document}/delete",
        Team(ManageDocuments),
        || post(document_changes::delete),
    ),
    Route::post(
        "/clients/{client}/documents/{document}/restore",
        Team(ManageDocuments),
        || post(document_changes::restore),
    ),
    Route::post(
        "/clients/{client}/documents/{document}/readers",
        Team(ManageDocuments),
        || post(document_changes::change_visibility),
    ),
    Route::post(
        "/clients/{client}/uploads/{upload}/complete",
        Team(UploadDocuments),
        || post(upload_progress::complete),
    ),
    Route::get(
        "/clients/{client}/uploads/{upload}",
        Team(UploadDocuments),
        || get(upload_progress::get),
    ),
    Route::get("/documents", Portal(ReadDocuments), || get(list::get)),
    Route::post("/documents", Portal(UploadDocuments), || {
        post(document_upload::post)
    }),
    Route::get(
        "/engagements/{engagement}/documents",
        Portal(ReadDocuments),
        || get(list::get),
    ),
    Route::post(
        "/engagements/{engagement}/documents",
        Portal(UploadDocuments),
        || post(document_upload::post),
    ),
    Route::get("/documents/{document}", Portal(ReadDocuments), || {
        get(document::get)
    }),
    Route::post("/documents/{document}", Portal(UploadDocuments), || {
        post(document_upload::post)
    }),
    Route::post(
        "/documents/{document}/download",
        Portal(ReadDocuments),
        || post(download::post),
    ),
    Route::post(
        "/uploads/{upload}/complete",
        Portal(UploadDocuments),
        || post(upload_progress::complete),
    ),
    Route::get("/uploads/{upload}", Portal(UploadDocuments), || {
        get(upload_progress::get)
    }),
];

/// Samples of each page.
pub const SAMPLES: &[fn() -> Vec<Sample>] = &[
    samples::<list::DocumentsPage>,
    samples::<document::DocumentPage>,
    samples::<upload_progress::UploadPage>,
];
