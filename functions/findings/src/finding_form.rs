//! Writing a finding: by hand, and changing it later.

use domain::client::Client;
use domain::engagement::Engagement;
use domain::finding::{
    Finding, FindingContent, FindingInput, TransitionRefusal, create as new_finding,
    edit as changed,
};
use domain::history::FindingEvent;
use domain::id::{FindingId, TemplateId};
use domain::input::FieldErrors;
use domain::library::starter;
use domain::score::CvssVector;
use domain::severity::Severity;
use futures::future::{try_join, try_join3};
use serde::{Deserialize, Serialize};
use store::WriteOutcome;
use web::view::SelectOption;
use web::{
    ClientAccess, Crumb, Form, Ids, Page, PageError, ProtectedForm, Query, Reply, SAVED_BEFORE,
    TeamAccess, see_other,
};

use crate::paths::{EngagementPath, FindingPath};
use crate::shots::{PasteTarget, base};
use crate::typed::{CalculatorForm, CvssCalculator, FindingFields};

/// The form.
#[derive(Debug, Serialize)]
pub(crate) struct FindingFormPage {
    id: Option<FindingId>,
    version: Option<i64>,
    form: Form,
    severities: Vec<SelectOption>,
    score: Option<Scored>,
    calculators: Vec<CvssCalculator>,
    calculate: String,
    action: String,
    submit: &'static str,
    cancel: String,
    library: Option<String>,
    heading: &'static str,
    preview_url: String,
    /// Where pasted pictures go: to a finding that is there.
    paste: Option<PasteTarget>,
    score_url: &'static str,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Serialize)]
struct Scored {
    score: String,
    severity: &'static str,
}

pub(crate) const SEVERITIES: [SelectOption; 6] = [
    SelectOption {
        value: "",
        label: "From the CVSS vector",
    },
    SelectOption {
        value: "critical",
        label: "Critical",
    },
    SelectOption {
        value: "high",
        label: "High",
    },
    SelectOption {
        value: "medium",
        label: "Medium",
    },
    SelectOption {
        value: "low",
        label: "Low",
    },
    SelectOption {
        value: "info",
        label: "Info",
    },
];

impl Page for FindingFormPage {
    const TEMPLATE: &'static str = "pages/findings/finding_form.html";

    fn title(&self) -> String {
        self.heading.to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned();
        let input = FindingInput {
            vector,
            severity: Severity::High.name().to_owned(),
            ..FindingInput::default()
        };
        let failed = FieldErrors::at("title", "Fill this in.");
        Self::adding(
            &input.into(),
            Some(&failed),
            FindingId::new(1, 1),
            "/clients/c/engagements/e",
            Vec::new(),
        )
    }
}

impl FindingFormPage {
    fn adding(
        typed: &FindingFields,
        failed: Option<&FieldErrors>,
        id: FindingId,
        around: &str,
        crumbs: Vec<Crumb>,
    ) -> Self {
        let input = &typed.input;
        let scored = input
            .vector
            .parse::<CvssVector>()
            .ok()
            .map(|vector| vector.score());
        Self {
            id: Some(id),
            version: None,
            form: failed.map_or_else(
                || Form::filled(input),
                |invalid| Form::failed(input, invalid),
            ),
            severities: SEVERITIES.to_vec(),
            score: scored.map(|score| Scored {
                score: score.to_string(),
                severity: score.severity().name(),
            }),
            calculators: typed.calculators(),
            calculate: format!("{around}/findings/calculate"),
            action: format!("{around}/findings"),
            submit: "Add finding",
            cancel: around.to_owned(),
            library: Some(format!("{around}/library")),
            heading: "Add finding",
            preview_url: "/preview".to_owned(),
            paste: None,
            score_url: "/score",
            crumbs,
        }
    }

    fn changing(
        typed: &FindingFields,
        failed: Option<&FieldErrors>,
        (id, version): (FindingId, i64),
        around: &str,
        crumbs: Vec<Crumb>,
    ) -> Self {
        let here = format!("{around}/findings/{id}");
        Self {
            id: None,
            version: Some(version),
            calculate: format!("{here}/calculate"),
            action: format!("{here}/edit"),
            preview_url: format!("{here}/preview"),
            submit: "Save",
            cancel: here,
            library: None,
            heading: "Edit finding",
            ..Self::adding(typed, failed, id, around, crumbs)
        }
    }

    /// The form of a finding that is there, as an answer.
    async fn shown(self, inside: &ClientAccess, refused: bool) -> Result<Reply, PageError> {
        let page = Self {
            paste: Some(PasteTarget::new(
                &base(&self.cancel),
                inside.ctx.app.new_id(),
            )),
            ..self
        };
        let origin = inside.ctx.app.services.files.origin().await?;
        let reply = if refused {
            inside.ctx.refused(&page)
        } else {
            inside.ctx.page(&page)
        };
        Ok(reply?.with_pictures(&origin))
    }
}

/// The engagement that the form stands in.
struct Around {
    href: String,
    crumbs: Vec<Crumb>,
}

impl Around {
    fn new(inside: &ClientAccess, client: &Client, engagement: &Engagement) -> Self {
        let href = format!("{}/engagements/{}", inside.base, engagement.id);
        let mut crumbs = inside.crumbs(&client.name);
        crumbs.push(Crumb::to(&engagement.title, &href));
        Self { href, crumbs }
    }

    async fn read(inside: &ClientAccess, path: EngagementPath) -> Result<Self, PageError> {
        let read = try_join(
            inside.store.about(),
            inside.store.engagement(path.engagement),
        )
        .await?;
        let (Some(client), Some(engagement)) = read else {
            return Err(PageError::NotFound);
        };
        Ok(Self::new(inside, &client, &engagement))
    }

    async fn read_with(
        inside: &ClientAccess,
        path: FindingPath,
    ) -> Result<(Self, Finding, FindingContent), PageError> {
        let store = &inside.store;
        let text = store.finding_with_text(path.engagement, path.finding);
        let read = try_join3(store.about(), store.engagement(path.engagement), text).await?;
        let (Some(client), Some(engagement), Some((finding, draft))) = read else {
            return Err(PageError::NotFound);
        };
        Ok((Self::new(inside, &client, &engagement), finding, draft))
    }
}

/// The template that the form begins with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FormTemplate {
    starter: Option<String>,
    template: Option<TemplateId>,
}

impl FormTemplate {
    /// What the form is filled with; a template that isn't there is a page that
    /// isn't there.
    async fn read(self, team: &TeamAccess) -> Result<FindingInput, PageError> {
        let draft = match (self.template, self.starter) {
            (Some(id), _) => team.store.template(id).await?.map(|(_, own)| own.draft),
            (None, Some(id)) => starter(&id).map(|starter| starter.draft.clone()),
            (None, None) => return Ok(FindingInput::default()),
        };
        draft
            .as_ref()
            .map(FindingInput::from)
            .ok_or(PageError::NotFound)
    }
}

pub(crate) async fn new(
    inside: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<EngagementPath>,
    Query(from): Query<FormTemplate>,
) -> Result<Reply, PageError> {
    let (around, input) = try_join(Around::read(&inside, path), from.read(&team)).await?;
    let id = inside.ctx.app.new_id();
    inside.ctx.page(&FindingFormPage::adding(
        &input.into(),
        None,
        id,
        &around.href,
        around.crumbs,
    ))
}

/// The form again, with the vector that the calculator's button chose.
pub(crate) async fn calculate_new(
    inside: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    form: ProtectedForm<CalculatorForm>,
) -> Result<Reply, PageError> {
    let around = Around::read(&inside, path).await?;
    let id = form.id()?;
    let (typed, invalid) = form.input.vector();
    inside.ctx.page(&FindingFormPage::adding(
        &typed,
        invalid.as_ref(),
        id,
        &around.href,
        around.crumbs,
    ))
}

/// As above, while a finding is changed.
pub(crate) async fn calculate_edit(
    inside: ClientAccess,
    Ids(path): Ids<FindingPath>,
    form: ProtectedForm<CalculatorForm>,
) -> Result<Reply, PageError> {
    let (around, finding, _) = Around::read_with(&inside, path).await?;
    let version = form.version.unwrap_or(finding.version);
    let (typed, invalid) = form.input.vector();
    let at = (finding.id, version);
    FindingFormPage::changing(&typed, invalid.as_ref(), at, &around.href, around.crumbs)
        .shown(&inside, false)
        .await
}

pub(crate) async fn create(
    inside: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    form: ProtectedForm<FindingFields>,
) -> Result<Reply, PageError> {
    let around = Around::read(&inside, path).await?;
    let id = form.id()?;
    let typed = form.input.filled();
    let (id, invalid) = match typed.input.parse() {
        Ok(draft) => match add(&inside, path, id, &draft).await? {
            Ok(()) => {
                let there = format!("{}/findings/{id}", around.href);
                return Ok(see_other(&there).flash("finding-added"));
            }
            Err(why) => (inside.ctx.app.new_id(), FieldErrors::at("form", why)),
        },
        Err(invalid) => (id, invalid),
    };
    let Around { href, crumbs } = around;
    let page = FindingFormPage::adding(&typed, Some(&invalid), id, &href, crumbs);
    inside.ctx.refused(&page)
}

/// Adds a draft; or says why not, for the person.
async fn add(
    inside: &ClientAccess,
    path: EngagementPath,
    id: FindingId,
    draft: &FindingContent,
) -> Result<Result<(), String>, PageError> {
    let (store, ctx, around) = (&inside.store, &inside.ctx, path.engagement);
    let new = new_finding(id, draft, &inside.actor, FindingEvent::Created, ctx.now);
    let change = new.map_err(refused)?;
    let made = store.create_finding(around, &change, (draft, ctx.plan()), ctx.app.new_id());
    match made.await {
        Ok(WriteOutcome::Done) => Ok(Ok(())),
        Ok(WriteOutcome::Repeated) => {
            let saved = store.finding_with_text(around, id).await?;
            let same = saved.is_some_and(|(_, saved)| saved == *draft);
            Ok(if same {
                Ok(())
            } else {
                Err(SAVED_BEFORE.to_owned())
            })
        }
        Err(store::StoreError::Full(full)) => Ok(Err(full.to_string())),
        // The engagement was read just now: it is there, so it is full.
        Err(store::StoreError::Refused(_)) => Ok(Err(
            "This engagement holds as many findings as it can. Add another engagement.".to_owned(),
        )),
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn edit(
    inside: ClientAccess,
    Ids(path): Ids<FindingPath>,
) -> Result<Reply, PageError> {
    let (around, finding, draft) = Around::read_with(&inside, path).await?;
    let at = (finding.id, finding.version);
    let typed = FindingInput::from(&draft).into();
    FindingFormPage::changing(&typed, None, at, &around.href, around.crumbs)
        .shown(&inside, false)
        .await
}

pub(crate) async fn update(
    inside: ClientAccess,
    Ids(path): Ids<FindingPath>,
    form: ProtectedForm<FindingFields>,
) -> Result<Reply, PageError> {
    let (around, finding, before) = Around::read_with(&inside, path).await?;
    let typed = form.input.filled();
    let parsed = if form.version == Some(finding.version) {
        typed.input.parse()
    } else {
        Err(FieldErrors::at(
            "form",
            "Somebody else changed this finding meanwhile. Compare with it, then save again.",
        ))
    };
    let after = match parsed {
        Ok(after) => after,
        Err(invalid) => {
            let at = (finding.id, finding.version);
            let page =
                FindingFormPage::changing(&typed, Some(&invalid), at, &around.href, around.crumbs);
            return page.shown(&inside, true).await;
        }
    };
    let there = see_other(&format!("{}/findings/{}", around.href, finding.id));
    let change =
        changed(&finding, &before, &after, &inside.actor, inside.ctx.now).map_err(refused)?;
    let Some(change) = change else {
        return Ok(there);
    };
    inside
        .store
        .edit_finding(path.engagement, &change, &after, inside.ctx.app.new_id())
        .await?;
    Ok(there.flash("finding-saved"))
}

/// Writing is refused for one reason only: the role.
fn refused(_: TransitionRefusal) -> PageError {
    PageError::Forbidden
}
