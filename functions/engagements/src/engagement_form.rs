//! Adding and changing an engagement.

use domain::client::Client;
use domain::engagement::{Engagement, EngagementInput, Kind, Phase};
use domain::id::EngagementId;
use domain::input::Invalid;
use futures::future::{try_join, try_join3};
use jiff::civil::Date;
use serde::Serialize;
use store::Outcome;
use web::view::Choice;
use web::{Crumb, Error, Form, Ids, Inside, Page, ProtectedForm, Reply, SAVED_BEFORE, see_other};

use crate::paths::InEngagement;

/// The form.
#[derive(Debug, Serialize)]
pub(crate) struct EngagementForm {
    id: Option<EngagementId>,
    version: Option<i64>,
    form: Form,
    kinds: Vec<Choice>,
    phases: Vec<Choice>,
    action: String,
    submit: &'static str,
    cancel: String,
    heading: &'static str,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

impl Page for EngagementForm {
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
            &Invalid::at("title", "Fill this in."),
        );
        let id = Some(EngagementId::new(1, 1));
        Self {
            id,
            ..Self::adding(form, EngagementId::new(1, 1), "/clients/c", Vec::new())
        }
    }
}

impl EngagementForm {
    fn adding(form: Form, id: EngagementId, base: &str, crumbs: Vec<Crumb>) -> Self {
        Self {
            id: Some(id),
            version: None,
            form,
            kinds: Kind::ALL
                .map(|(_, value, label)| Choice { value, label })
                .to_vec(),
            phases: Phase::ALL
                .map(|(_, value, label)| Choice { value, label })
                .to_vec(),
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

async fn about(inside: &Inside) -> Result<Client, Error> {
    inside.store.about().await?.ok_or(Error::NotFound)
}

pub(crate) async fn new(inside: Inside) -> Result<Reply, Error> {
    let client = about(&inside).await?;
    let input = EngagementInput {
        phase: Phase::Active.name().to_owned(),
        ..EngagementInput::default()
    };
    let (id, crumbs) = (inside.ctx.app.new_id(), inside.crumbs(&client.name));
    inside.ctx.page(&EngagementForm::adding(
        Form::filled(&input),
        id,
        &inside.base,
        crumbs,
    ))
}

pub(crate) async fn create(
    inside: Inside,
    form: ProtectedForm<EngagementInput>,
) -> Result<Reply, Error> {
    let client = about(&inside).await?;
    let (store, now) = (&inside.store, inside.ctx.now);
    let id = form.id()?;
    let (id, invalid) = match form.input.parse() {
        Ok(new) => {
            let made = store.create_engagement(id, &new, now).await?;
            if made == Outcome::Done || is_saved(&inside, id, &form.input).await? {
                let there = format!("{}/engagements/{id}", inside.base);
                return Ok(see_other(&there).flash("engagement-added"));
            }
            let id = inside.ctx.app.new_id();
            (id, Invalid::at("form", SAVED_BEFORE))
        }
        Err(invalid) => (id, invalid),
    };
    let form = Form::failed(&form.input, &invalid);
    let crumbs = inside.crumbs(&client.name);
    let page = EngagementForm::adding(form, id, &inside.base, crumbs);
    inside.ctx.refused(&page)
}

/// Whether what stands under the id is what was typed now.
async fn is_saved(
    inside: &Inside,
    id: EngagementId,
    input: &EngagementInput,
) -> Result<bool, Error> {
    let store = &inside.store;
    let (engagement, brief) = try_join(store.engagement(id), store.brief(id)).await?;
    let saved = engagement.map(|engagement| typed(&engagement, brief.scope).parse());
    Ok(saved.is_some_and(|saved| saved == input.parse()))
}

pub(crate) async fn edit(inside: Inside, Ids(path): Ids<InEngagement>) -> Result<Reply, Error> {
    let id = path.engagement;
    let read = try_join3(
        inside.store.about(),
        inside.store.engagement(id),
        inside.store.brief(id),
    );
    let (Some(client), Some(engagement), brief) = read.await? else {
        return Err(Error::NotFound);
    };
    let form = Form::filled(&typed(&engagement, brief.scope));
    let crumbs = inside.crumbs(&client.name);
    inside.ctx.page(&EngagementForm::changing(
        form,
        id,
        engagement.version,
        &inside.base,
        crumbs,
    ))
}

pub(crate) async fn update(
    inside: Inside,
    Ids(path): Ids<InEngagement>,
    form: ProtectedForm<EngagementInput>,
) -> Result<Reply, Error> {
    let id = path.engagement;
    let (client, engagement) = try_join(inside.store.about(), inside.store.engagement(id)).await?;
    let (Some(client), Some(engagement)) = (client, engagement) else {
        return Err(Error::NotFound);
    };
    let seen = form.version.unwrap_or(engagement.version);
    let parsed = if seen == engagement.version {
        form.input.parse()
    } else {
        Err(Invalid::at(
            "form",
            "Somebody else changed this engagement meanwhile. Look at it again, then save.",
        ))
    };
    match parsed {
        Ok(new) => {
            inside.store.update_engagement(&engagement, &new).await?;
            Ok(see_other(&format!("{}/engagements/{id}", inside.base)).flash("engagement-saved"))
        }
        Err(invalid) => {
            let (form, crumbs) = (
                Form::failed(&form.input, &invalid),
                inside.crumbs(&client.name),
            );
            inside.ctx.refused(&EngagementForm::changing(
                form,
                id,
                engagement.version,
                &inside.base,
                crumbs,
            ))
        }
    }
}

fn typed(engagement: &Engagement, scope: String) -> EngagementInput {
    let date = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
    let kind = Kind::ALL
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
    }
}
