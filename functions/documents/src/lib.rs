//! Documents of clients and engagements: sent by browsers straight to the bucket,
//! listed, and taken away by signed addresses.

mod document;
mod download;
mod list;
mod manage;
mod send;
mod target;
mod upload;

use axum::routing::{get, post};
use domain::role::Action::{ManageDocuments, ReadDocuments, UploadDocuments};
use web::Audience::{Portal, Team};
use web::{Route, Sample, sample};

/// The group's routes: the same for the team, which names the client, and for
/// contacts, whose client is implied.
pub const ROUTES: &[Route] = &[
    Route::get("/clients/{client}/documents", Team(ReadDocuments), || {
        get(list::get)
    }),
    Route::post("/clients/{client}/documents", Team(UploadDocuments), || {
        post(send::post)
    }),
    Route::get(
        "/clients/{client}/engagements/{engagement}/documents",
        Team(ReadDocuments),
        || get(list::get),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/documents",
        Team(UploadDocuments),
        || post(send::post),
    ),
    Route::get(
        "/clients/{client}/documents/{document}",
        Team(ReadDocuments),
        || get(document::get),
    ),
    Route::post(
        "/clients/{client}/documents/{document}",
        Team(UploadDocuments),
        || post(send::post),
    ),
    Route::post(
        "/clients/{client}/documents/{document}/download",
        Team(ReadDocuments),
        || post(download::post),
    ),
    Route::post(
        "/clients/{client}/documents/{document}/delete",
        Team(ManageDocuments),
        || post(manage::delete),
    ),
    Route::post(
        "/clients/{client}/documents/{document}/restore",
        Team(ManageDocuments),
        || post(manage::restore),
    ),
    Route::post(
        "/clients/{client}/documents/{document}/readers",
        Team(ManageDocuments),
        || post(manage::readers),
    ),
    Route::post(
        "/clients/{client}/uploads/{upload}/complete",
        Team(UploadDocuments),
        || post(upload::complete),
    ),
    Route::get(
        "/clients/{client}/uploads/{upload}",
        Team(UploadDocuments),
        || get(upload::get),
    ),
    Route::get("/documents", Portal(ReadDocuments), || get(list::get)),
    Route::post("/documents", Portal(UploadDocuments), || post(send::post)),
    Route::get(
        "/engagements/{engagement}/documents",
        Portal(ReadDocuments),
        || get(list::get),
    ),
    Route::post(
        "/engagements/{engagement}/documents",
        Portal(UploadDocuments),
        || post(send::post),
    ),
    Route::get("/documents/{document}", Portal(ReadDocuments), || {
        get(document::get)
    }),
    Route::post("/documents/{document}", Portal(UploadDocuments), || {
        post(send::post)
    }),
    Route::post(
        "/documents/{document}/download",
        Portal(ReadDocuments),
        || post(download::post),
    ),
    Route::post(
        "/uploads/{upload}/complete",
        Portal(UploadDocuments),
        || post(upload::complete),
    ),
    Route::get("/uploads/{upload}", Portal(UploadDocuments), || {
        get(upload::get)
    }),
];

/// A sample of each page.
pub const SAMPLES: &[fn() -> Sample] = &[
    sample::<list::DocumentsPage>,
    sample::<document::DocumentPage>,
    sample::<upload::UploadPage>,
];
