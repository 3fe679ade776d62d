//! The page of a finding, for both sides: content, transitions, evidence, comments and history.

use domain::finding::{FindingContent, FindingStatus, Transition};
use domain::id::{EntryId, UploadId};
use domain::input::FieldErrors;
use domain::person::{Actor, Person};
use domain::role::Action;
use futures::future::try_join3;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::FindingDetail;
use web::links;
use web::{ClientAccess, Crumb, EngagementContext, Form, Ids, Page, PageError, Reply};

use crate::comment_panel::CommentPanel;
use crate::evidence_gallery::EvidenceGallery;
use crate::history_views::{CommentView, HistoryView, RetestView};
use crate::panels::{RefusedForm, TransitionForm};
use crate::paths::{FindingPath, FindingRef};
use crate::remediation_panel::RemediationPanel;
use crate::transition_groups::{TransitionGroup, list_groups};

#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of the template"
)]
pub(crate) struct FindingPage {
    pulse: String,
    title: String,
    severity: &'static str,
    severity_reason: Option<String>,
    score: Option<String>,
    vector: Option<String>,
    cwe: Option<ReferenceLink>,
    cves: Vec<ReferenceLink>,
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
    accepted: Option<AcceptedRiskView>,
    proposal: Option<ProposalView>,
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
    plan: Option<RemediationPanel>,
    talk: Option<CommentPanel>,
    edit: Option<String>,
    save_as: Option<String>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// A link to a public catalogue: CWE or CVE.
#[derive(Debug, Serialize)]
struct ReferenceLink {
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
struct AcceptedRiskView {
    until: Date,
    warning: Option<i64>,
}

#[derive(Debug, Serialize)]
struct ProposalView {
    decision: &'static str,
    until: Option<Date>,
    who: String,
    at: Timestamp,
}

/// What the page reads.
pub(crate) struct FindingData {
    context: EngagementContext,
    detail: FindingDetail,
    people: Vec<Person>,
}

/// The actor, the addresses and the new ids of the page.
struct ViewContext<'a> {
    actor: &'a Actor,
    finding: FindingRef,
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

    fn samples() -> Vec<Self> {
        let mut detail = crate::history_views::detail_sample();
        detail.finding.status = FindingStatus::Draft;
        detail.finding.assignee = None;
        detail.finding.due = None;
        detail.finding.proposal = None;
        detail.finding.tags = Vec::new();
        detail.content = FindingContent {
            severity_reason: None,
            vector: None,
            cwe: None,
            cves: Vec::new(),
            assets: Vec::new(),
            impact: String::new(),
            recommendation: String::new(),
            references: String::new(),
            ..detail.content
        };
        detail.history.rows.clear();
        detail.history.next = None;
        detail.comments.rows.clear();
        detail.comments.next = None;
        detail.retests.clear();
        detail.evidence.clear();
        let data = FindingData {
            context: EngagementContext::sample(),
            detail,
            people: Vec::new(),
        };
        let view = ViewContext {
            actor: &web::view::actor_sample(),
            finding: FindingRef::sample(),
            today: Date::constant(2026, 11, 24),
            comment: EntryId::new(1, 1),
            uploads: [UploadId::new(1, 1), UploadId::new(1, 2)],
        };
        let empty = Self::new(data, &view, Vec::new(), None);
        vec![Self::sample(), empty]
    }

    fn sample() -> Self {
        let (person, _) = web::view::people_samples();
        let data = FindingData {
            context: EngagementContext::sample(),
            detail: crate::history_views::detail_sample(),
            people: vec![person],
        };
        let view = ViewContext {
            actor: &web::view::actor_sample(),
            finding: FindingRef::sample(),
            today: Date::constant(2026, 11, 24),
            comment: EntryId::new(1, 1),
            uploads: [UploadId::new(1, 1), UploadId::new(1, 2)],
        };
        let refused = RefusedForm::Transition(
            Transition::Decline,
            TransitionForm::default(),
            FieldErrors::of("note", "Say why it is declined."),
        );
        Self::new(data, &view, Vec::new(), Some(&refused))
    }
}

impl FindingPage {
    #[expect(clippy::too_many_lines, reason = "one field a line")]
    fn new(
        data: FindingData,
        view: &ViewContext<'_>,
        crumbs: Vec<Crumb>,
        refused: Option<&RefusedForm>,
    ) -> Self {
        let FindingData {
            context,
            detail,
            people,
        } = data;
        let EngagementContext { engagement, .. } = context;
        let FindingDetail {
            finding,
            content,
            history,
            comments,
            retests,
            evidence,
        } = detail;
        let role = view.actor.role;
        let finding_ref = view.finding;
        let FindingRef {
            base,
            engagement: engagement_id,
            finding: finding_id,
        } = finding_ref;
        let rev = if role.is_team() {
            engagement.rev
        } else {
            engagement.shared_rev
        };
        let groups = list_groups(&finding, role, finding_ref, refused);
        let evidence_form = match refused {
            Some(RefusedForm::Evidence(input, invalid)) => Form::with_errors(input, invalid),
            _ => Form::default(),
        };
        Self {
            pulse: format!(
                "{}?seen={rev}",
                links::engagement_pulse(base, engagement_id)
            ),
            severity: finding.severity.name(),
            severity_reason: content.severity_reason,
            score: finding.score.map(|score| score.to_string()),
            vector: content.vector.map(String::from),
            cwe: content.cwe.map(ReferenceLink::cwe),
            cves: content.cves.into_iter().map(ReferenceLink::cve).collect(),
            status: finding.status.name(),
            assets: content.assets,
            description: content.description,
            impact: content.impact,
            recommendation: content.recommendation,
            references: content.references,
            team: role.is_team(),
            published: finding.status.is_published(),
            due: finding.due,
            overdue: finding.is_overdue(view.today),
            assignee: finding
                .assignee
                .as_ref()
                .map(|assignee| assignee.name.clone()),
            tags: finding.tags.clone(),
            accepted: finding
                .accepted_risk
                .as_ref()
                .map(|accepted| AcceptedRiskView {
                    until: accepted.until,
                    warning: accepted.days_left_to_warn(view.today),
                }),
            proposal: finding.proposal.as_ref().map(|proposal| ProposalView {
                decision: proposal.decision.target_status().name(),
                until: proposal.until,
                who: proposal.by_name.clone(),
                at: proposal.at,
            }),
            updated: finding.updated,
            engagement: Link {
                title: engagement.title,
                href: links::engagement(base, engagement_id),
            },
            older: history.next.map(|at| {
                format!(
                    "{}?before={at}",
                    links::finding_history(base, engagement_id, finding_id)
                )
            }),
            history: HistoryView::list(history.rows, finding_ref),
            rounds: retests.into_iter().map(RetestView::from).collect(),
            earlier: comments.next.map(|at| {
                let list = links::finding_comments(base, engagement_id, finding_id);
                format!("{list}?before={at}")
            }),
            comments: CommentView::list(comments.rows),
            evidence: EvidenceGallery::new(
                &evidence,
                finding_ref,
                role,
                view.uploads,
                evidence_form,
            ),
            waits: !role.is_team() && finding.status == FindingStatus::Resolved,
            groups,
            version: finding.version,
            plan: role.may(Action::AssignFindings).then(|| {
                RemediationPanel::new(&finding.remediation(), finding_ref, role, &people, refused)
            }),
            talk: role.may(Action::CommentFindings).then(|| {
                let choose = role.is_team() && finding.status.is_published();
                CommentPanel::new(finding_ref, view.comment, choose, refused)
            }),
            edit: role
                .may(Action::WriteFindings)
                .then(|| links::finding_edit(base, engagement_id, finding_id)),
            save_as: role
                .may(Action::WriteFindings)
                .then(|| links::finding_template(base, engagement_id, finding_id)),
            title: finding.title,
            crumbs,
        }
    }
}

impl ReferenceLink {
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

async fn load_finding(access: &ClientAccess, path: FindingPath) -> Result<FindingData, PageError> {
    let store = &access.store;
    let people = async {
        if access.may(Action::AssignFindings) {
            Ok(access.list_assignable_people().await?)
        } else {
            Ok(Vec::new())
        }
    };
    let detail = async {
        let detail = store.get_finding_detail(path.engagement, path.finding);
        detail.await?.ok_or(PageError::NotFound)
    };
    let (context, detail, people) =
        try_join3(access.engagement(path.engagement), detail, people).await?;
    Ok(FindingData {
        context,
        detail,
        people,
    })
}

pub(crate) async fn get(
    access: ClientAccess,
    Ids(path): Ids<FindingPath>,
) -> Result<Reply, PageError> {
    let data = load_finding(&access, path).await?;
    let origin = access.ctx.app.services.files.origin().await?;
    let reply = access.ctx.render(&build_page(&access, data, None))?;
    Ok(reply.with_images(&origin))
}

/// The page with a refused form.
pub(crate) async fn render_refused(
    access: &ClientAccess,
    path: FindingPath,
    refused: RefusedForm,
) -> Result<Reply, PageError> {
    let data = load_finding(access, path).await?;
    let origin = access.ctx.app.services.files.origin().await?;
    let reply = access
        .ctx
        .render_refused(&build_page(access, data, Some(&refused)))?;
    Ok(reply.with_images(&origin))
}

fn build_page(
    access: &ClientAccess,
    data: FindingData,
    refused: Option<&RefusedForm>,
) -> FindingPage {
    let crumbs = data.context.crumbs.clone();
    let ctx = &access.ctx;
    let view = ViewContext {
        actor: &access.actor,
        finding: FindingRef {
            base: access.base,
            engagement: data.context.engagement.id,
            finding: data.detail.finding.id,
        },
        today: ctx.workspace.today(ctx.now),
        comment: ctx.app.new_id(),
        uploads: [ctx.app.new_id(), ctx.app.new_id()],
    };
    FindingPage::new(data, &view, crumbs, refused)
}
