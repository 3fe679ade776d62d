//! Adding and changing an engagement.

use domain::client::Client;
use domain::engagement::{Engagement, EngagementInput, EngagementKind, NewEngagement, Phase};
use domain::finding::Assignee;
use domain::id::{EngagementId, UserId};
use domain::input::FieldErrors;
use domain::person::Person;
use futures::future::{try_join, try_join3, try_join4};
use jiff::civil::Date;
use serde::Serialize;
use store::WriteOutcome;
use web::view::SelectOption;
use web::{
    ClientAccess, Crumb, Form, Ids, Page, PageError, ProtectedForm, Reply, SAVED_BEFORE, see_other,
};

use crate::paths::EngagementPath;

/// The form.
#[derive(Debug, Serialize)]
pub(crate) struct EngagementFormPage {
    id: Option<EngagementId>,
    version: Option<i64>,
    form: Form,
    kinds: Vec<SelectOption>,
    phases: Vec<SelectOption>,
    people: Vec<Member>,
    action: String,
    submit: &'static str,
    cancel: String,
    heading: &'static str,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// Somebody who may work on it.
#[derive(Debug, Serialize)]
struct Member {
    id: String,
    name: String,
    chosen: bool,
}

impl Page for EngagementFormPage {
    const TEMPLATE: &'static str = "pages/engagements/engagement_form.html";

    fn title(&self) -> String {
        self.heading.to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let form = Form::failed(
            &EngagementInput::default(),
            &FieldErrors::at("title", "Fill this in."),
        );
        let id = EngagementId::new(1, 1);
        let (person, _) = web::view::people_samples();
        let chosen = [person.id.to_string()];
        Self::adding(form, id, "/clients/c", Vec::new()).offering(&[person], &[], &chosen)
    }
}

impl EngagementFormPage {
    fn adding(form: Form, id: EngagementId, base: &str, crumbs: Vec<Crumb>) -> Self {
        Self {
            id: Some(id),
            version: None,
            form,
            kinds: EngagementKind::ALL
                .map(|(_, value, label)| SelectOption { value, label })
                .to_vec(),
            phases: Phase::ALL
                .map(|(_, value, label)| SelectOption { value, label })
                .to_vec(),
            people: Vec::new(),
            action: format!("{base}/engagements"),
            submit: "Add engagement",
            cancel: base.to_owned(),
            heading: "Add engagement",
            crumbs,
        }
    }

    fn changing(
        form: Form,
        id: EngagementId,
        version: i64,
        base: &str,
        crumbs: Vec<Crumb>,
    ) -> Self {
        let here = format!("{base}/engagements/{id}");
        Self {
            id: None,
            version: Some(version),
            action: format!("{here}/edit"),
            submit: "Save",
            cancel: here,
            heading: "Edit engagement",
            ..Self::adding(form, id, base, crumbs)
        }
    }
}

impl EngagementFormPage {
    /// The form with the people to choose from: the `team`, and whoever worked on
    /// it `before`.
    fn offering(mut self, team: &[Person], before: &[Assignee], chosen: &[String]) -> Self {
        let gone = |one: &&Assignee| team.iter().all(|person| person.id != one.id);
        let gone = before.iter().filter(gone).map(|one| (one.id, &one.name));
        let people = team.iter().map(|person| (person.id, &person.name));
        let member = |(id, name): (UserId, &String)| Member {
            chosen: chosen.contains(&id.to_string()),
            id: id.to_string(),
            name: name.clone(),
        };
        self.people = people.chain(gone).map(member).collect();
        self
    }
}

/// The people of the consultancy.
async fn team_of(inside: &ClientAccess) -> Result<Vec<Person>, store::StoreError> {
    let session = inside.ctx.session.as_ref();
    match session.and_then(store::session::Session::team_store) {
        Some(team) => team.people().await,
        None => Ok(Vec::new()),
    }
}

async fn about(inside: &ClientAccess) -> Result<Client, PageError> {
    inside.store.about().await?.ok_or(PageError::NotFound)
}

pub(crate) async fn new(inside: ClientAccess) -> Result<Reply, PageError> {
    let (client, team) = try_join(about(&inside), async { Ok(team_of(&inside).await?) }).await?;
    let input = EngagementInput {
        phase: Phase::Active.name().to_owned(),
        ..EngagementInput::default()
    };
    let (id, crumbs) = (inside.ctx.app.new_id(), inside.crumbs(&client.name));
    let page = EngagementFormPage::adding(Form::filled(&input), id, &inside.base, crumbs);
    inside.ctx.page(&page.offering(&team, &[], &[]))
}

pub(crate) async fn create(
    inside: ClientAccess,
    form: ProtectedForm<EngagementInput>,
) -> Result<Reply, PageError> {
    let (client, team) = try_join(about(&inside), async { Ok(team_of(&inside).await?) }).await?;
    let (store, now) = (&inside.store, inside.ctx.now);
    let id = form.id()?;
    let (id, invalid) = match form.input.parse_with(&team, &[]) {
        Ok(new) => {
            let plan = inside.ctx.plan();
            match store.create_engagement(id, &new, plan, now).await {
                Err(store::StoreError::Full(full)) => {
                    (id, FieldErrors::at("phase", full.to_string()))
                }
                made => {
                    if made? == WriteOutcome::Done || is_saved(&inside, id, &new).await? {
                        let there = format!("{}/engagements/{id}", inside.base);
                        return Ok(see_other(&there).flash("engagement-added"));
                    }
                    let id = inside.ctx.app.new_id();
                    (id, FieldErrors::at("form", SAVED_BEFORE))
                }
            }
        }
        Err(invalid) => (id, invalid),
    };
    let failed = Form::failed(&form.input, &invalid);
    let crumbs = inside.crumbs(&client.name);
    let page = EngagementFormPage::adding(failed, id, &inside.base, crumbs);
    let page = page.offering(&team, &[], &form.input.team);
    inside.ctx.refused(&page)
}

/// Whether what stands under the id is what was typed now.
async fn is_saved(
    inside: &ClientAccess,
    id: EngagementId,
    new: &NewEngagement,
) -> Result<bool, PageError> {
    let store = &inside.store;
    let (engagement, brief) = try_join(store.engagement(id), store.brief(id)).await?;
    let saved = engagement.map(|engagement| {
        let input = typed(&engagement, brief.scope);
        input.parse_with(&[], &engagement.team)
    });
    Ok(saved.is_some_and(|saved| saved.is_ok_and(|saved| saved == *new)))
}

pub(crate) async fn edit(
    inside: ClientAccess,
    Ids(path): Ids<EngagementPath>,
) -> Result<Reply, PageError> {
    let id = path.engagement;
    let read = try_join4(
        inside.store.about(),
        inside.store.engagement(id),
        inside.store.brief(id),
        team_of(&inside),
    );
    let (Some(client), Some(engagement), brief, team) = read.await? else {
        return Err(PageError::NotFound);
    };
    let input = typed(&engagement, brief.scope);
    let (form, crumbs) = (Form::filled(&input), inside.crumbs(&client.name));
    let page = EngagementFormPage::changing(form, id, engagement.version, &inside.base, crumbs);
    let page = page.offering(&team, &engagement.team, &input.team);
    inside.ctx.page(&page)
}

pub(crate) async fn update(
    inside: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    form: ProtectedForm<EngagementInput>,
) -> Result<Reply, PageError> {
    let id = path.engagement;
    let read = try_join3(
        inside.store.about(),
        inside.store.engagement(id),
        team_of(&inside),
    );
    let (Some(client), Some(engagement), team) = read.await? else {
        return Err(PageError::NotFound);
    };
    let seen = form.version.unwrap_or(engagement.version);
    let parsed = if seen == engagement.version {
        form.input.parse_with(&team, &engagement.team)
    } else {
        Err(FieldErrors::at(
            "form",
            "Somebody else changed this engagement meanwhile. Look at it again, then save.",
        ))
    };
    let plan = inside.ctx.plan();
    let saved = match parsed {
        Ok(new) => match inside
            .store
            .update_engagement(&engagement, &new, plan)
            .await
        {
            Err(store::StoreError::Full(full)) => Err(FieldErrors::at("phase", full.to_string())),
            saved => Ok(saved?),
        },
        Err(invalid) => Err(invalid),
    };
    match saved {
        Ok(()) => {
            Ok(see_other(&format!("{}/engagements/{id}", inside.base)).flash("engagement-saved"))
        }
        Err(invalid) => {
            let (failed, crumbs) = (
                Form::failed(&form.input, &invalid),
                inside.crumbs(&client.name),
            );
            let version = engagement.version;
            let page = EngagementFormPage::changing(failed, id, version, &inside.base, crumbs);
            let page = page.offering(&team, &engagement.team, &form.input.team);
            inside.ctx.refused(&page)
        }
    }
}

fn typed(engagement: &Engagement, scope: String) -> EngagementInput {
    let date = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
    let kind = EngagementKind::ALL
        .iter()
        .find(|(kind, ..)| *kind == engagement.kind)
        .map_or("", |(_, name, _)| name);
    EngagementInput {
        title: engagement.title.clone(),
        kind: kind.to_owned(),
        phase: engagement.phase.name().to_owned(),
        starts_on: date(engagement.starts_on),
        ends_on: date(engagement.ends_on),
        scope,
        team: engagement
            .team
            .iter()
            .map(|one| one.id.to_string())
            .collect(),
    }
}
