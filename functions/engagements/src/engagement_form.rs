//! Adding and changing an engagement.

use domain::client::Client;
use domain::engagement::{Engagement, EngagementInput, EngagementKind, NewEngagement, Phase};
use domain::finding::Assignee;
use domain::id::{ClientId, EngagementId, UserId};
use domain::input::FieldErrors;
use domain::person::Person;
use futures::future::{try_join, try_join4};
use jiff::civil::Date;
use serde::Serialize;
use store::WriteOutcome;
use web::links::{self, LinkBase};
use web::view::SelectOption;
use web::{
    ClientAccess, Crumb, Form, FormError, Ids, Merged, Page, PageError, ProtectedForm, Reply,
    SAVED_BEFORE, see_other,
};

use crate::paths::EngagementPath;

#[derive(Debug, Serialize)]
pub(crate) struct EngagementFormPage {
    id: Option<EngagementId>,
    version: Option<i64>,
    form: Form,
    kinds: Vec<SelectOption>,
    phases: Vec<SelectOption>,
    people: Vec<MemberOption>,
    action: String,
    submit: &'static str,
    cancel: String,
    heading: &'static str,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// A member to choose for the engagement's team.
#[derive(Debug, Serialize)]
struct MemberOption {
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

    fn samples() -> Vec<Self> {
        let form = Form::filled(&EngagementInput::default());
        let (id, base) = (EngagementId::new(1, 1), LinkBase::Portal);
        vec![
            Self::sample(),
            Self::for_edit(form, id, 2, base, Vec::new()),
        ]
    }

    fn sample() -> Self {
        let form = Form::with_errors(
            &EngagementInput::default(),
            &FieldErrors::of("title", "Fill this in."),
        );
        let id = EngagementId::new(1, 1);
        let (person, _) = web::view::people_samples();
        let chosen = [person.id.to_string()];
        Self::for_new(form, id, LinkBase::Team(ClientId::new(1, 1)), Vec::new()).with_people(
            &[person],
            &[],
            &chosen,
        )
    }
}

impl EngagementFormPage {
    fn for_new(form: Form, id: EngagementId, base: LinkBase, crumbs: Vec<Crumb>) -> Self {
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
            action: links::engagements(base),
            submit: "Add engagement",
            cancel: base.to_string(),
            heading: "Add engagement",
            crumbs,
        }
    }

    fn for_edit(
        form: Form,
        id: EngagementId,
        version: i64,
        base: LinkBase,
        crumbs: Vec<Crumb>,
    ) -> Self {
        Self {
            id: None,
            version: Some(version),
            action: links::engagement_edit(base, id),
            submit: "Save",
            cancel: links::engagement(base, id),
            heading: "Edit engagement",
            ..Self::for_new(form, id, base, crumbs)
        }
    }

    /// The form with the people to choose from: the `team`, and those assigned `before` who
    /// left it.
    fn with_people(mut self, team: &[Person], before: &[Assignee], chosen: &[String]) -> Self {
        let has_left = |assignee: &&Assignee| team.iter().all(|person| person.id != assignee.id);
        let former = before.iter().filter(has_left);
        let former = former.map(|assignee| (assignee.id, &assignee.name));
        let people = team.iter().map(|person| (person.id, &person.name));
        let member = |(id, name): (UserId, &String)| MemberOption {
            chosen: chosen.contains(&id.to_string()),
            id: id.to_string(),
            name: name.clone(),
        };
        self.people = people.chain(former).map(member).collect();
        self
    }
}

/// The client and the team, for the form of a new engagement.
async fn load_client_and_team(access: &ClientAccess) -> Result<(Client, Vec<Person>), PageError> {
    let (client, team) = try_join(access.store.get_client(), access.list_team()).await?;
    Ok((client.ok_or(PageError::NotFound)?, team))
}

pub(crate) async fn new(access: ClientAccess) -> Result<Reply, PageError> {
    let (client, team) = load_client_and_team(&access).await?;
    let input = EngagementInput {
        phase: Phase::Active.name().to_owned(),
        ..EngagementInput::default()
    };
    let (id, crumbs) = (access.ctx.app.new_id(), access.crumbs(&client.name));
    let page = EngagementFormPage::for_new(Form::filled(&input), id, access.base, crumbs);
    access.ctx.render(&page.with_people(&team, &[], &[]))
}

pub(crate) async fn create(
    access: ClientAccess,
    form: ProtectedForm<EngagementInput>,
) -> Result<Reply, PageError> {
    let (client, team) = load_client_and_team(&access).await?;
    let (store, now) = (&access.store, access.ctx.now);
    let id = form.id()?;
    let (id, invalid) = match form.input.parse_with_team(&team, &[]) {
        Ok(new) => {
            let plan = access.ctx.plan();
            match store.create_engagement(id, &new, plan, now).await {
                Err(store::StoreError::Full(full)) => {
                    (id, FieldErrors::of("phase", full.to_string()))
                }
                outcome => {
                    if outcome? == WriteOutcome::Done || is_created(&access, id, &new).await? {
                        let href = links::engagement(access.base, id);
                        return Ok(see_other(&href).flash("engagement-added"));
                    }
                    let id = access.ctx.app.new_id();
                    (id, FieldErrors::of("form", SAVED_BEFORE))
                }
            }
        }
        Err(invalid) => (id, invalid),
    };
    let refused = Form::with_errors(&form.input, &invalid);
    let crumbs = access.crumbs(&client.name);
    let page = EngagementFormPage::for_new(refused, id, access.base, crumbs);
    let page = page.with_people(&team, &[], &form.input.team);
    access.ctx.render_refused(&page)
}

/// Whether the engagement of this id was created by this form.
async fn is_created(
    access: &ClientAccess,
    id: EngagementId,
    new: &NewEngagement,
) -> Result<bool, PageError> {
    let store = &access.store;
    let (engagement, brief) = try_join(store.get_engagement(id), store.get_brief(id)).await?;
    let stored = engagement.map(|engagement| {
        let input = to_input(&engagement, brief.scope);
        input.parse_with_team(&[], &engagement.team)
    });
    Ok(stored.is_some_and(|stored| stored.is_ok_and(|stored| stored == *new)))
}

pub(crate) async fn edit(
    access: ClientAccess,
    Ids(path): Ids<EngagementPath>,
) -> Result<Reply, PageError> {
    let id = path.engagement;
    let read = try_join4(
        access.store.get_client(),
        access.store.get_engagement(id),
        access.store.get_brief(id),
        access.list_team(),
    );
    let (Some(client), Some(engagement), brief, team) = read.await? else {
        return Err(PageError::NotFound);
    };
    let input = to_input(&engagement, brief.scope);
    let (form, crumbs) = (Form::filled(&input), access.crumbs(&client.name));
    let page = EngagementFormPage::for_edit(form, id, engagement.version, access.base, crumbs);
    let page = page.with_people(&team, &engagement.team, &input.team);
    access.ctx.render(&page)
}

pub(crate) async fn update(
    access: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    form: ProtectedForm<EngagementInput>,
) -> Result<Reply, PageError> {
    let id = path.engagement;
    let read = try_join4(
        access.store.get_client(),
        access.store.get_engagement(id),
        access.store.get_brief(id),
        access.list_team(),
    );
    let (Some(client), Some(engagement), brief, team) = read.await? else {
        return Err(PageError::NotFound);
    };
    let stored = to_input(&engagement, brief.scope);
    let base = form.base(engagement.version);
    let merged = Merged::new(form.input, &stored, base)?;
    match save_changes(&access, &engagement, &merged, &team).await {
        Ok(()) => {
            let reply = see_other(&links::engagement(access.base, id));
            Ok(reply.flash(merged.flash("engagement-saved")))
        }
        Err(error) => {
            let refused = merged.refuse(&error.fields()?, &stored);
            let crumbs = access.crumbs(&client.name);
            let version = engagement.version;
            let page = EngagementFormPage::for_edit(refused, id, version, access.base, crumbs);
            let page = page.with_people(&team, &engagement.team, &merged.input.team);
            access.ctx.render_refused(&page)
        }
    }
}

async fn save_changes(
    access: &ClientAccess,
    before: &Engagement,
    merged: &Merged<EngagementInput>,
    team: &[Person],
) -> Result<(), FormError> {
    merged.check()?;
    let new = merged.input.parse_with_team(team, &before.team)?;
    let plan = access.ctx.plan();
    match access.store.update_engagement(before, &new, plan).await {
        Err(store::StoreError::Full(full)) => {
            Err(FieldErrors::of("phase", full.to_string()).into())
        }
        updated => Ok(updated?),
    }
}

/// The form's fields for a stored engagement.
fn to_input(engagement: &Engagement, scope: String) -> EngagementInput {
    let format_date = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
    let kind = EngagementKind::ALL
        .iter()
        .find(|(kind, ..)| *kind == engagement.kind)
        .map_or("", |(_, name, _)| name);
    EngagementInput {
        title: engagement.title.clone(),
        kind: kind.to_owned(),
        phase: engagement.phase.name().to_owned(),
        starts_on: format_date(engagement.starts_on),
        ends_on: format_date(engagement.ends_on),
        scope,
        team: engagement
            .team
            .iter()
            .map(|assignee| assignee.id.to_string())
            .collect(),
    }
}
