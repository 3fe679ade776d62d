//! A finding's page, for both sides: what it is, what is next, what happened.

use domain::client::Client;
use domain::engagement::Engagement;
use domain::evidence::EvidenceInput;
use domain::finding::{CommentInput, Remediation, RemediationInput, Transition};
use domain::id::{EntryId, UploadId};
use domain::input::FieldErrors;
use domain::person::{Actor, Person};
use domain::role::Action;
use futures::future::try_join4;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::FindingDetail;
use web::{ClientAccess, Crumb, Form, Ids, Page, PageError, Reply};

use crate::moves::TransitionForm;
use crate::next::{TransitionGroup, groups};
use crate::past::{CommentView, HistoryView, RetestView};
use crate::paths::FindingPath;
use crate::plan::people;
use crate::shots::EvidenceGallery;

/// The page.
#[derive(Debug, Serialize)]
#[allow(clippy::struct_excessive_bools)] // what a template asks, one by one
pub(crate) struct FindingPage {
    pulse: String,
    title: String,
    severity: &'static str,
    severity_reason: Option<String>,
    score: Option<String>,
    vector: Option<String>,
    cwe: Option<Known>,
    cves: Vec<Known>,
    status: &'static str,
    assets: Vec<String>,
    description: String,
    impact: String,
    recommendation: String,
    references: String,
    team: bool,
    published: bool,
    due: Option<Date>,
    overdue: bool,
    assignee: Option<String>,
    tags: Vec<String>,
    accepted: Option<Carried>,
    proposal: Option<Asked>,
    updated: Timestamp,
    engagement: Link,
    history: Vec<HistoryView>,
    /// Where the history goes on.
    older: Option<String>,
    rounds: Vec<RetestView>,
    comments: Vec<CommentView>,
    /// Where comments before these are.
    earlier: Option<String>,
    evidence: EvidenceGallery,
    groups: Vec<TransitionGroup>,
    waits: bool,
    version: i64,
    plan: Option<Planning>,
    talk: Option<Talk>,
    edit: Option<String>,
    save_as: Option<String>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// Something that others know by a name.
#[derive(Debug, Serialize)]
struct Known {
    label: String,
    href: String,
}

#[derive(Debug, Serialize)]
struct Link {
    title: String,
    href: String,
}

/// An accepted risk.
#[derive(Debug, Serialize)]
struct Carried {
    until: Date,
    warning: Option<i64>,
}

/// What the client asks for.
#[derive(Debug, Serialize)]
struct Asked {
    decision: &'static str,
    until: Option<Date>,
    who: String,
    at: Timestamp,
}

/// The form of the plan.
#[derive(Debug, Serialize)]
struct Planning {
    action: String,
    form: Form,
    open: bool,
    everything: bool,
    people: Vec<Choice>,
}

#[derive(Debug, Serialize)]
struct Choice {
    value: String,
    label: String,
}

/// The form of a comment.
#[derive(Debug, Serialize)]
struct Talk {
    action: String,
    id: EntryId,
    form: Form,
    choose: bool,
    preview: String,
}

/// What the page is made of.
pub(crate) struct FindingData {
    client: Client,
    engagement: Engagement,
    dossier: FindingDetail,
    people: Vec<Person>,
}

/// A form of the page that can't be accepted.
pub(crate) enum RefusedForm {
    /// A move.
    Move(Transition, TransitionForm, FieldErrors),
    /// The plan.
    Plan(RemediationInput, FieldErrors),
    /// A comment.
    Comment(CommentInput, FieldErrors),
    /// A picture.
    Evidence(EvidenceInput, FieldErrors),
}

/// Where the page is shown, and to whom.
struct Frame<'a> {
    actor: &'a Actor,
    base: &'a str,
    today: Date,
    comment: EntryId,
    uploads: [UploadId; 2],
}

impl Page for FindingPage {
    const TEMPLATE: &'static str = "pages/findings/finding.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let (client, _) = web::view::samples();
        let (person, _) = web::view::people_samples();
        let parts = FindingData {
            client,
            engagement: web::view::engagement_sample(),
            dossier: crate::past::dossier_sample(),
            people: vec![person],
        };
        let frame = Frame {
            actor: &web::view::actor_sample(),
            base: "/clients/c",
            today: Date::constant(2026, 11, 24),
            comment: EntryId::new(1, 1),
            uploads: [UploadId::new(1, 1), UploadId::new(1, 2)],
        };
        let failed = RefusedForm::Move(
            Transition::Decline,
            TransitionForm::default(),
            FieldErrors::at("note", "Say why it is declined."),
        );
        Self::new(parts, &frame, Vec::new(), Some(&failed))
    }
}

impl FindingPage {
    fn new(
        parts: FindingData,
        frame: &Frame<'_>,
        crumbs: Vec<Crumb>,
        failed: Option<&RefusedForm>,
    ) -> Self {
        let FindingData {
            engagement,
            dossier,
            people,
            ..
        } = parts;
        let FindingDetail {
            finding,
            draft,
            history,
            comments,
            rounds,
            evidence,
        } = dossier;
        let role = frame.actor.role;
        let around = format!("{}/engagements/{}", frame.base, engagement.id);
        let here = format!("{around}/findings/{}", finding.id);
        let rev = if role.is_team() {
            engagement.rev
        } else {
            engagement.shared_rev
        };
        let groups = groups(&finding, role, &here, failed);
        let sent = match failed {
            Some(RefusedForm::Evidence(input, invalid)) => Form::failed(input, invalid),
            _ => Form::default(),
        };
        Self {
            pulse: format!("{around}/pulse?seen={rev}"),
            severity: finding.severity.name(),
            severity_reason: draft.severity_reason,
            score: finding.score.map(|score| score.to_string()),
            vector: draft.vector.map(String::from),
            cwe: draft.cwe.map(Known::cwe),
            cves: draft.cves.into_iter().map(Known::cve).collect(),
            status: finding.status.name(),
            assets: draft.assets,
            description: draft.description,
            impact: draft.impact,
            recommendation: draft.recommendation,
            references: draft.references,
            team: role.is_team(),
            published: finding.status.is_published(),
            due: finding.due,
            overdue: finding.is_overdue(frame.today),
            assignee: finding.assignee.as_ref().map(|one| one.name.clone()),
            tags: finding.tags.clone(),
            accepted: finding.accepted.as_ref().map(|accepted| Carried {
                until: accepted.until,
                warning: accepted.warning(frame.today),
            }),
            proposal: finding.proposal.as_ref().map(|proposal| Asked {
                decision: proposal.decision.leads_to().name(),
                until: proposal.until,
                who: proposal.by_name.clone(),
                at: proposal.at,
            }),
            updated: finding.updated,
            engagement: Link {
                title: engagement.title,
                href: around,
            },
            older: history.next.map(|at| format!("{here}/history?before={at}")),
            history: HistoryView::all(history.rows, &here),
            rounds: rounds.into_iter().map(RetestView::from).collect(),
            earlier: comments
                .next
                .map(|at| format!("{here}/comments?before={at}")),
            comments: CommentView::all(comments.rows),
            evidence: EvidenceGallery::new(&evidence, (&here, role), frame.uploads, sent),
            waits: groups.is_empty() && finding.status == domain::finding::FindingStatus::Resolved,
            groups,
            version: finding.version,
            plan: role
                .may(Action::AssignFindings)
                .then(|| Planning::new(&finding.plan(), frame, &people, &here, failed)),
            talk: role
                .may(Action::CommentFindings)
                .then(|| Talk::new(frame, finding.status.is_published(), &here, failed)),
            edit: role
                .may(Action::WriteFindings)
                .then(|| format!("{here}/edit")),
            save_as: role
                .may(Action::WriteFindings)
                .then(|| format!("{here}/template")),
            title: finding.title,
            crumbs,
        }
    }
}

impl Known {
    fn cwe(number: u32) -> Self {
        Self {
            label: format!("CWE-{number}"),
            href: format!("https://cwe.mitre.org/data/definitions/{number}.html"),
        }
    }

    fn cve(label: String) -> Self {
        Self {
            href: format!("https://www.cve.org/CVERecord?id={label}"),
            label,
        }
    }
}

impl Planning {
    fn new(
        plan: &Remediation,
        frame: &Frame<'_>,
        people: &[Person],
        here: &str,
        failed: Option<&RefusedForm>,
    ) -> Self {
        let (form, open) = match failed {
            Some(RefusedForm::Plan(input, invalid)) => (Form::failed(input, invalid), true),
            _ => (Form::filled(&RemediationInput::from(plan)), false),
        };
        let mut choices: Vec<Choice> = people.iter().map(Choice::from).collect();
        let known = |id: &str| people.iter().any(|one| one.id.to_string() == id);
        // Somebody of the other side, or who is gone, stays until another is chosen.
        let kept = plan
            .assignee
            .iter()
            .filter(|one| !known(&one.id.to_string()));
        choices.extend(kept.map(|one| Choice {
            value: one.id.to_string(),
            label: one.name.clone(),
        }));
        Self {
            action: format!("{here}/plan"),
            form,
            open,
            everything: frame.actor.role.may(Action::WriteFindings),
            people: choices,
        }
    }
}

impl From<&Person> for Choice {
    fn from(person: &Person) -> Self {
        let side = if person.role.is_team() {
            "team"
        } else {
            "client"
        };
        Self {
            value: person.id.to_string(),
            label: format!("{} ({side})", person.name),
        }
    }
}

impl Talk {
    fn new(frame: &Frame<'_>, published: bool, here: &str, failed: Option<&RefusedForm>) -> Self {
        Self {
            action: format!("{here}/comments"),
            id: frame.comment,
            form: match failed {
                Some(RefusedForm::Comment(input, invalid)) => Form::failed(input, invalid),
                _ => Form::filled(&CommentInput::default()),
            },
            choose: frame.actor.role.is_team() && published,
            preview: format!("{here}/preview"),
        }
    }
}

/// Reads what the page shows.
async fn read(inside: &ClientAccess, path: FindingPath) -> Result<FindingData, PageError> {
    let store = &inside.store;
    let read = try_join4(
        async { Ok(store.about().await?) },
        async { Ok(store.engagement(path.engagement).await?) },
        async { Ok(store.dossier(path.engagement, path.finding).await?) },
        async {
            if inside.may(Action::AssignFindings) {
                people(inside).await
            } else {
                Ok(Vec::new())
            }
        },
    );
    let (Some(client), Some(engagement), Some(dossier), people) = read.await? else {
        return Err(PageError::NotFound);
    };
    Ok(FindingData {
        client,
        engagement,
        dossier,
        people,
    })
}

pub(crate) async fn get(
    inside: ClientAccess,
    Ids(path): Ids<FindingPath>,
) -> Result<Reply, PageError> {
    let parts = read(&inside, path).await?;
    let origin = inside.ctx.app.services.files.origin().await?;
    let reply = inside.ctx.page(&page(&inside, parts, None))?;
    Ok(reply.with_pictures(&origin))
}

/// The page again, with what was typed and why a move failed.
pub(crate) async fn again(
    inside: &ClientAccess,
    path: FindingPath,
    event: Transition,
    said: TransitionForm,
    invalid: FieldErrors,
) -> Result<Reply, PageError> {
    refused(inside, path, RefusedForm::Move(event, said, invalid)).await
}

/// The page again, with what was typed and why it can't be accepted.
pub(crate) async fn refused(
    inside: &ClientAccess,
    path: FindingPath,
    failed: RefusedForm,
) -> Result<Reply, PageError> {
    let parts = read(inside, path).await?;
    let origin = inside.ctx.app.services.files.origin().await?;
    let reply = inside.ctx.refused(&page(inside, parts, Some(&failed)))?;
    Ok(reply.with_pictures(&origin))
}

fn page(inside: &ClientAccess, parts: FindingData, failed: Option<&RefusedForm>) -> FindingPage {
    let mut crumbs = inside.crumbs(&parts.client.name);
    let engagement = format!("{}/engagements/{}", inside.base, parts.engagement.id);
    crumbs.push(Crumb::to(&parts.engagement.title, engagement));
    let ctx = &inside.ctx;
    let frame = Frame {
        actor: &inside.actor,
        base: &inside.base,
        today: ctx.workspace.today(ctx.now),
        comment: ctx.app.new_id(),
        uploads: [ctx.app.new_id(), ctx.app.new_id()],
    };
    FindingPage::new(parts, &frame, crumbs, failed)
}
