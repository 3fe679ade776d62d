//! Findings: their pages, moves and text, and imports of scans.

mod bulk;
mod comments;
mod earlier;
mod edit_page;
mod evidence;
mod export;
mod finding;
mod finding_form;
mod import;
mod import_columns;
mod import_preview;
mod import_run;
mod library;
mod list;
mod moves;
mod next;
mod past;
mod paths;
mod picture;
mod plan;
mod preview;
mod reach;
mod shots;
mod template_form;
mod typed;

use axum::routing::{get, post};
use domain::finding::{Decision, RetestOutcome, Transition};
use domain::role::Action;
use web::Audience::{Both, Portal, Team};
use web::{Route, Sample, sample};

/// The group's routes.
pub const ROUTES: &[Route] = &[
    Route::get("/findings", Both(Action::ReadFindings), || get(list::get)),
    Route::post("/findings/export", Both(Action::ReadFindings), || {
        post(export::post)
    }),
    Route::post("/findings/bulk", Both(Action::AssignFindings), || {
        post(bulk::post)
    }),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/new",
        Team(Action::WriteFindings),
        || get(finding_form::new),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings",
        Team(Action::WriteFindings),
        || post(finding_form::create),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/calculate",
        Team(Action::WriteFindings),
        || post(finding_form::calculate_new),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/calculate",
        Team(Action::WriteFindings),
        || post(finding_form::calculate_edit),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/{finding}",
        Team(Action::ReadFindings),
        || get(finding::get),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/edit",
        Team(Action::WriteFindings),
        || get(finding_form::edit),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/edit",
        Team(Action::WriteFindings),
        || post(finding_form::update),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/publish",
        Team(Transition::Publish.action()),
        || post(moves::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/withdraw",
        Team(Transition::Withdraw.action()),
        || post(moves::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/start",
        Team(Transition::Start.action()),
        || post(moves::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/resolve",
        Team(Transition::Resolve.action()),
        || post(moves::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/fixed",
        Team(Transition::Retest(RetestOutcome::Fixed).action()),
        || post(moves::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/partly-fixed",
        Team(Transition::Retest(RetestOutcome::Partly).action()),
        || post(moves::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/not-fixed",
        Team(Transition::Retest(RetestOutcome::NotFixed).action()),
        || post(moves::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/reopen",
        Team(Transition::Reopen.action()),
        || post(moves::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/accept-risk",
        Team(Transition::Decide(Decision::AcceptRisk).action()),
        || post(moves::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/false-positive",
        Team(Transition::Decide(Decision::FalsePositive).action()),
        || post(moves::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/approve",
        Team(Transition::Approve.action()),
        || post(moves::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/decline",
        Team(Transition::Decline.action()),
        || post(moves::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/plan",
        Team(Action::AssignFindings),
        || post(plan::post),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/history",
        Team(Action::ReadFindings),
        || get(earlier::history),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/comments",
        Team(Action::ReadFindings),
        || get(earlier::comments),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/comments",
        Team(Action::CommentFindings),
        || post(comments::post),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/history/{entry}",
        Team(Action::ReadFindings),
        || get(edit_page::get),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/evidence",
        Team(Action::UploadDocuments),
        || post(evidence::post),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/evidence/{evidence}",
        Team(Action::ReadFindings),
        || get(picture::get),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/evidence/{evidence}/image",
        Team(Action::ReadFindings),
        || get(evidence::image),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/evidence/{evidence}/thumb",
        Team(Action::ReadFindings),
        || get(evidence::thumbnail),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/evidence/{evidence}/caption",
        Team(Action::UploadDocuments),
        || post(picture::caption),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/evidence/{evidence}/remove",
        Team(Action::UploadDocuments),
        || post(picture::delete),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/evidence/{evidence}/restore",
        Team(Action::ManageDocuments),
        || post(picture::restore),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/preview",
        Team(Action::CommentFindings),
        || post(preview::of_finding),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/import",
        Team(Action::WriteFindings),
        || get(import::get),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/import",
        Team(Action::WriteFindings),
        || post(import::post),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/imports/{import}",
        Team(Action::WriteFindings),
        || get(import_preview::get),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/imports/{import}",
        Team(Action::WriteFindings),
        || post(import_run::post),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/imports/{import}/columns",
        Team(Action::WriteFindings),
        || post(import_columns::post),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/library",
        Team(Action::WriteFindings),
        || get(library::choose),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/template",
        Team(Action::WriteFindings),
        || get(template_form::new),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/template",
        Team(Action::WriteFindings),
        || post(template_form::create),
    ),
    Route::get("/templates", Team(Action::WriteFindings), || {
        get(library::own)
    }),
    Route::get(
        "/templates/{template}/edit",
        Team(Action::WriteFindings),
        || get(template_form::edit),
    ),
    Route::post(
        "/templates/{template}/edit",
        Team(Action::WriteFindings),
        || post(template_form::update),
    ),
    Route::post(
        "/templates/{template}/delete",
        Team(Action::WriteFindings),
        || post(template_form::delete),
    ),
    Route::get("/score", Team(Action::WriteFindings), || {
        get(preview::score)
    }),
    Route::post("/preview", Team(Action::WriteFindings), || {
        post(preview::markdown)
    }),
    Route::get(
        "/engagements/{engagement}/findings/{finding}",
        Portal(Action::ReadFindings),
        || get(finding::get),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/start",
        Portal(Transition::Start.action()),
        || post(moves::apply),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/resolve",
        Portal(Transition::Resolve.action()),
        || post(moves::apply),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/propose-risk",
        Portal(Transition::Propose(Decision::AcceptRisk).action()),
        || post(moves::apply),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/propose-false-positive",
        Portal(Transition::Propose(Decision::FalsePositive).action()),
        || post(moves::apply),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/plan",
        Portal(Action::AssignFindings),
        || post(plan::post),
    ),
    Route::get(
        "/engagements/{engagement}/findings/{finding}/history",
        Portal(Action::ReadFindings),
        || get(earlier::history),
    ),
    Route::get(
        "/engagements/{engagement}/findings/{finding}/comments",
        Portal(Action::ReadFindings),
        || get(earlier::comments),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/comments",
        Portal(Action::CommentFindings),
        || post(comments::post),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/evidence",
        Portal(Action::UploadDocuments),
        || post(evidence::post),
    ),
    Route::get(
        "/engagements/{engagement}/findings/{finding}/evidence/{evidence}",
        Portal(Action::ReadFindings),
        || get(picture::get),
    ),
    Route::get(
        "/engagements/{engagement}/findings/{finding}/evidence/{evidence}/image",
        Portal(Action::ReadFindings),
        || get(evidence::image),
    ),
    Route::get(
        "/engagements/{engagement}/findings/{finding}/evidence/{evidence}/thumb",
        Portal(Action::ReadFindings),
        || get(evidence::thumbnail),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/evidence/{evidence}/caption",
        Portal(Action::UploadDocuments),
        || post(picture::caption),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/evidence/{evidence}/remove",
        Portal(Action::UploadDocuments),
        || post(picture::delete),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/preview",
        Portal(Action::CommentFindings),
        || post(preview::of_finding),
    ),
];

/// A sample of each page.
pub const SAMPLES: &[fn() -> Sample] = &[
    sample::<list::FindingsPage>,
    sample::<bulk::BulkPage>,
    sample::<finding::FindingPage>,
    sample::<earlier::EarlierPage>,
    sample::<edit_page::EditPage>,
    sample::<finding_form::FindingFormPage>,
    sample::<picture::EvidencePage>,
    sample::<import::ImportPage>,
    sample::<import_preview::ImportPreviewPage>,
    sample::<library::LibraryPage>,
    sample::<template_form::TemplateFormPage>,
];
