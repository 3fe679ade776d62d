//! How mail of what happens comes to oneself, and the link that ends it.

use domain::id::UserId;
use domain::notification::{Cadence, Kind, Preferences, PreferencesInput};
use domain::role::Role;
use serde::{Deserialize, Serialize};
use web::view::Choice;
use web::{Anyone, Context, Crumb, Error, Form, Ids, Page, ProtectedForm, Reply, Side, see_other};

/// The page on which one chooses.
#[derive(Debug, Serialize)]
pub(crate) struct Mail {
    form: Form,
    events: Vec<Choice>,
    cadences: Vec<Choice>,
    hint: String,
}

/// The page behind the link in a mail.
#[derive(Debug, Serialize)]
pub(crate) struct Unsubscribe {
    action: String,
    /// Whether it has been done.
    done: bool,
}

#[derive(Deserialize)]
pub(crate) struct Linked {
    token: String,
}

impl Page for Mail {
    const TEMPLATE: &'static str = "pages/settings/preferences.html";

    fn title(&self) -> String {
        "What you get mail of".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Account", "/account")]
    }

    fn sample() -> Self {
        let input = PreferencesInput::of(&Preferences::default(), Role::ALL[0]);
        let wrong = domain::input::Invalid::at("time_zone", "Enter a zone.");
        Self::new(Form::failed(&input, &wrong), Role::ALL[0], "Europe/Berlin")
    }
}

impl Mail {
    fn new(form: Form, role: Role, home: &str) -> Self {
        let heard = Kind::all().filter(|about| about.cadence(role).is_some());
        let events = heard.map(|about| Choice {
            value: about.name,
            label: about.label,
        });
        let cadences = Cadence::ALL.map(|(_, value, label)| Choice { value, label });
        Self {
            form,
            events: events.collect(),
            cadences: cadences.into(),
            hint: format!("Like Europe/Berlin. Empty for that of the workspace, {home}."),
        }
    }
}

impl Page for Unsubscribe {
    const TEMPLATE: &'static str = "pages/settings/unsubscribe.html";

    fn title(&self) -> String {
        "Mail of what happens".to_owned()
    }

    fn sample() -> Self {
        Self {
            action: "/unsubscribe/x".to_owned(),
            done: false,
        }
    }
}

async fn person(side: &Side, user: UserId) -> Result<Preferences, Error> {
    let person = match side {
        Side::Team(team) => team.store.person(user).await?,
        Side::Portal(portal) => portal.store.person(user).await?,
    };
    Ok(person.ok_or(Error::SignIn)?.notify)
}

fn whose(side: &Side) -> (UserId, Role, &Context) {
    let (actor, ctx) = match side {
        Side::Team(team) => (&team.actor, team.ctx.as_ref()),
        Side::Portal(portal) => (&portal.actor, portal.ctx.as_ref()),
    };
    (actor.user, actor.role, ctx)
}

pub(crate) async fn get(side: Side) -> Result<Reply, Error> {
    let (user, role, ctx) = whose(&side);
    let chosen = person(&side, user).await?;
    let form = Form::filled(&PreferencesInput::of(&chosen, role));
    ctx.page(&Mail::new(form, role, &ctx.workspace.time_zone))
}

pub(crate) async fn post(
    side: Side,
    form: ProtectedForm<PreferencesInput>,
) -> Result<Reply, Error> {
    let (user, role, ctx) = whose(&side);
    let chosen = match form.input.parse(role) {
        Ok(chosen) => chosen,
        Err(invalid) => {
            let form = Form::failed(&form.input, &invalid);
            return ctx.refused(&Mail::new(form, role, &ctx.workspace.time_zone));
        }
    };
    match &side {
        Side::Team(team) => team.store.prefer(user, &chosen).await?,
        Side::Portal(portal) => portal.store.prefer(user, &chosen).await?,
    }
    Ok(see_other("/account/notifications").flash("saved"))
}

/// Asks first: programs that follow links end nothing.
pub(crate) async fn unsubscribe(
    Anyone { ctx }: Anyone,
    Ids(Linked { token }): Ids<Linked>,
) -> Result<Reply, Error> {
    let known = ctx.app.secrets().unsubscribes(&ctx.workspace.slug, &token);
    known.ok_or(Error::NotFound)?;
    ctx.page(&Unsubscribe {
        action: format!("/unsubscribe/{token}"),
        done: false,
    })
}

/// Ends such mail for whoever has the link: no page of ours and no sign-in is needed, as
/// mail programs ask for it by themselves.
pub(crate) async fn silence(
    Anyone { ctx }: Anyone,
    Ids(Linked { token }): Ids<Linked>,
) -> Result<Reply, Error> {
    let known = ctx.app.secrets().unsubscribes(&ctx.workspace.slug, &token);
    let (client, user) = known.ok_or(Error::NotFound)?;
    let home = (ctx.workspace.id, client);
    ctx.directory().silence(home, user).await?;
    ctx.page(&Unsubscribe {
        action: String::new(),
        done: true,
    })
}
