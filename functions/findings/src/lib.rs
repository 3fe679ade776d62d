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
use domain::role::Action::{
    AssignFindings, CommentFindings, ManageDocuments, ReadFindings, UploadDocuments, WriteFindings,
};
use web::Audience::{Both, Portal, Team};
use web::{BothSides, Route, Sample, links, routes, samples};

/// The group's routes.
pub const ROUTES: &[Route] = routes![
    Route::get("/findings", Both(ReadFindings), || get(list::get)),
    Route::post("/findings/export", Both(ReadFindings), || {
        post(export::post)
    }),
    Route::post("/findings/bulk", Both(AssignFindings), || post(bulk::post)),
    Route::get(links::FINDING_NEW.team, Team(WriteFindings), || {
        get(finding_form::new)
    }),
    Route::post(links::FINDINGS.team, Team(WriteFindings), || {
        post(finding_form::create)
    }),
    Route::post(
        links::FINDING_NEW_CALCULATE.team,
        Team(WriteFindings),
        || post(finding_form::calculate_new),
    ),
    Route::post(links::FINDING_CALCULATE.team, Team(WriteFindings), || {
        post(finding_form::calculate_edit)
    }),
    BothSides::get(links::FINDING, ReadFindings, || get(finding::get)),
    Route::get(links::FINDING_EDIT.team, Team(WriteFindings), || {
        get(finding_form::edit)
    }),
    Route::post(links::FINDING_EDIT.team, Team(WriteFindings), || {
        post(finding_form::update)
    }),
    transition_by_team(Transition::Publish),
    transition_by_team(Transition::Withdraw),
    transition_by_both(Transition::Start),
    transition_by_both(Transition::Resolve),
    transition_by_both(Transition::Unresolve),
    transition_by_team(Transition::Retest(RetestOutcome::Fixed)),
    transition_by_team(Transition::Retest(RetestOutcome::PartlyFixed)),
    transition_by_team(Transition::Retest(RetestOutcome::NotFixed)),
    transition_by_team(Transition::Reopen),
    transition_by_team(Transition::Decide(Decision::AcceptRisk)),
    transition_by_team(Transition::Decide(Decision::FalsePositive)),
    transition_by_contact(Transition::Propose(Decision::AcceptRisk)),
    transition_by_contact(Transition::Propose(Decision::FalsePositive)),
    transition_by_contact(Transition::WithdrawProposal),
    transition_by_team(Transition::Approve),
    transition_by_team(Transition::Decline),
    BothSides::post(links::FINDING_PLAN, AssignFindings, || {
        post(remediation::post)
    }),
    BothSides::get(links::FINDING_HISTORY, ReadFindings, || {
        get(history_page::history)
    }),
    BothSides::get(links::FINDING_COMMENTS, ReadFindings, || {
        get(history_page::comments)
    }),
    BothSides::post(links::FINDING_COMMENTS, CommentFindings, || {
        post(comments::post)
    }),
    Route::get(
        links::FINDING_HISTORY_ENTRY.team,
        Team(ReadFindings),
        || get(edit_details::get),
    ),
    BothSides::post(links::EVIDENCE_LIST, UploadDocuments, || {
        post(evidence::post)
    }),
    BothSides::get(links::EVIDENCE, ReadFindings, || get(evidence_page::get)),
    BothSides::get(links::EVIDENCE_IMAGE, ReadFindings, || get(evidence::image)),
    BothSides::get(links::EVIDENCE_THUMBNAIL, ReadFindings, || {
        get(evidence::thumbnail)
    }),
    BothSides::post(links::EVIDENCE_CAPTION, UploadDocuments, || {
        post(evidence_page::caption)
    }),
    BothSides::post(links::EVIDENCE_REMOVE, UploadDocuments, || {
        post(evidence_page::delete)
    }),
    Route::post(
        links::EVIDENCE_RESTORE.team,
        Team(ManageDocuments),
        || post(evidence_page::restore),
    ),
    BothSides::post(links::FINDING_PREVIEW, CommentFindings, || {
        post(preview::finding_markdown)
    }),
    Route::get(links::IMPORT_NEW.team, Team(WriteFindings), || {
        get(import::get)
    }),
    Route::post(links::IMPORT_NEW.team, Team(WriteFindings), || {
        post(import::post)
    }),
    Route::get(links::IMPORT.team, Team(WriteFindings), || {
        get(import_preview::get)
    }),
    Route::post(links::IMPORT.team, Team(WriteFindings), || {
        post(import_run::post)
    }),
    Route::post(links::IMPORT_COLUMNS.team, Team(WriteFindings), || {
        post(import_columns::post)
    }),
    Route::get(links::ENGAGEMENT_LIBRARY.team, Team(WriteFindings), || {
        get(library::choose)
    }),
    Route::get(links::FINDING_TEMPLATE.team, Team(WriteFindings), || {
        get(template_form::new)
    }),
    Route::post(links::FINDING_TEMPLATE.team, Team(WriteFindings), || {
        post(template_form::create)
    }),
    Route::get("/templates", Team(WriteFindings), || get(library::own)),
    Route::get(links::TEMPLATE_EDIT, Team(WriteFindings), || {
        get(template_form::edit)
    }),
    Route::post(links::TEMPLATE_EDIT, Team(WriteFindings), || {
        post(template_form::update)
    }),
    Route::post(links::TEMPLATE_DELETE, Team(WriteFindings), || {
        post(template_form::delete)
    }),
    Route::get("/score", Team(WriteFindings), || get(preview::score)),
    Route::post("/preview", Team(WriteFindings), || post(preview::markdown)),
];

/// The route of a transition that the team may make.
const fn transition_by_team(transition: Transition) -> Route {
    let path = links::transition_path(transition).team;
    Route::post(path, Team(transition.action()), || post(transition::apply))
}

/// The route of a transition that contacts may make.
const fn transition_by_contact(transition: Transition) -> Route {
    let path = links::transition_path(transition).portal;
    Route::post(path, Portal(transition.action()), || {
        post(transition::apply)
    })
}

/// The routes of a transition that both sides may make.
const fn transition_by_both(transition: Transition) -> BothSides {
    let path = links::transition_path(transition);
    BothSides::post(path, transition.action(), || post(transition::apply))
}

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
