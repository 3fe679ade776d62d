//! Findings: their pages, moves and text, and imports of scans.

mod bulk;
mod columns_form;
mod comment_panel;
mod comments;
mod edit_details;
mod evidence;
mod evidence_gallery;
mod evidence_page;
mod export;
mod finding;
mod finding_fields;
mod finding_form;
mod history_page;
mod history_views;
mod import;
mod import_columns;
mod import_preview;
mod import_run;
mod library;
mod list;
mod list_scope;
mod panels;
mod paths;
mod planned_findings;
mod preview;
mod remediation;
mod remediation_panel;
mod template_form;
mod transition;
mod transition_groups;

use axum::routing::{get, post};
use domain::finding::{Decision, RetestOutcome, Transition};
use domain::role::Action;
use web::Audience::{Both, Portal, Team};
use web::{Route, Sample, samples};

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
        || post(transition::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/withdraw",
        Team(Transition::Withdraw.action()),
        || post(transition::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/start",
        Team(Transition::Start.action()),
        || post(transition::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/resolve",
        Team(Transition::Resolve.action()),
        || post(transition::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/fixed",
        Team(Transition::Retest(RetestOutcome::Fixed).action()),
        || post(transition::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/partly-fixed",
        Team(Transition::Retest(RetestOutcome::PartlyFixed).action()),
        || post(transition::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/not-fixed",
        Team(Transition::Retest(RetestOutcome::NotFixed).action()),
        || post(transition::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/reopen",
        Team(Transition::Reopen.action()),
        || post(transition::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/accept-risk",
        Team(Transition::Decide(Decision::AcceptRisk).action()),
        || post(transition::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/false-positive",
        Team(Transition::Decide(Decision::FalsePositive).action()),
        || post(transition::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/approve",
        Team(Transition::Approve.action()),
        || post(transition::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/decline",
        Team(Transition::Decline.action()),
        || post(transition::apply),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/plan",
        Team(Action::AssignFindings),
        || post(remediation::post),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/history",
        Team(Action::ReadFindings),
        || get(history_page::history),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/comments",
        Team(Action::ReadFindings),
        || get(history_page::comments),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/comments",
        Team(Action::CommentFindings),
        || post(comments::post),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/history/{entry}",
        Team(Action::ReadFindings),
        || get(edit_details::get),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/evidence",
        Team(Action::UploadDocuments),
        || post(evidence::post),
    ),
    Route::get(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/evidence/{evidence}",
        Team(Action::ReadFindings),
        || get(evidence_page::get),
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
        || post(evidence_page::caption),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/evidence/{evidence}/remove",
        Team(Action::UploadDocuments),
        || post(evidence_page::delete),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/evidence/{evidence}/restore",
        Team(Action::ManageDocuments),
        || post(evidence_page::restore),
    ),
    Route::post(
        "/clients/{client}/engagements/{engagement}/findings/{finding}/preview",
        Team(Action::CommentFindings),
        || post(preview::finding_markdown),
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
        || post(transition::apply),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/resolve",
        Portal(Transition::Resolve.action()),
        || post(transition::apply),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/propose-risk",
        Portal(Transition::Propose(Decision::AcceptRisk).action()),
        || post(transition::apply),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/propose-false-positive",
        Portal(Transition::Propose(Decision::FalsePositive).action()),
        || post(transition::apply),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/plan",
        Portal(Action::AssignFindings),
        || post(remediation::post),
    ),
    Route::get(
        "/engagements/{engagement}/findings/{finding}/history",
        Portal(Action::ReadFindings),
        || get(history_page::history),
    ),
    Route::get(
        "/engagements/{engagement}/findings/{finding}/comments",
        Portal(Action::ReadFindings),
        || get(history_page::comments),
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
        || get(evidence_page::get),
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
        || post(evidence_page::caption),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/evidence/{evidence}/remove",
        Portal(Action::UploadDocuments),
        || post(evidence_page::delete),
    ),
    Route::post(
        "/engagements/{engagement}/findings/{finding}/preview",
        Portal(Action::CommentFindings),
        || post(preview::finding_markdown),
    ),
];

/// Samples of each page.
pub const SAMPLES: &[fn() -> Vec<Sample>] = &[
    samples::<list::FindingsPage>,
    samples::<bulk::BulkPage>,
    samples::<finding::FindingPage>,
    samples::<history_page::HistoryPage>,
    samples::<edit_details::EditDetailsPage>,
    samples::<finding_form::FindingFormPage>,
    samples::<evidence_page::EvidencePage>,
    samples::<import::ImportPage>,
    samples::<import_preview::ImportPreviewPage>,
    samples::<library::LibraryPage>,
    samples::<template_form::TemplateFormPage>,
];
