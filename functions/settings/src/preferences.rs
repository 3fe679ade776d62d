//! How mail of what happens comes to oneself, and the link that ends it.

use domain::id::UserId;
use domain::notification::{Cadence, NotificationKind, NotificationPreferences, PreferencesInput};
use domain::role::Role;
use serde::{Deserialize, Serialize};
use web::view::SelectOption;
use web::{
    Context, Crumb, EitherSide, Form, Ids, Page, PageError, ProtectedForm, PublicAccess, Reply,
    see_other,
};

/// The page on which one chooses.
#[derive(Debug, Serialize)]
pub(crate) struct PreferencesPage {
    form: Form,
    events: Vec<SelectOption>,
    cadences: Vec<SelectOption>,
    hint: String,
}

/// The page behind the link in a mail.
#[derive(Debug, Serialize)]
pub(crate) struct UnsubscribePage {
    action: String,
    /// Whether it has been done.
    done: bool,
}

#[derive(Deserialize)]
pub(crate) struct UnsubscribeQuery {
    token: String,
}

impl Page for PreferencesPage {
    const TEMPLATE: &'static str = "pages/settings/preferences.html";

    fn title(&self) -> String {
        "What you get mail of".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Account", "/account")]
    }

    fn sample() -> Self {
        let input = PreferencesInput::of(&NotificationPreferences::default(), Role::ALL[0]);
        let wrong = domain::input::FieldErrors::at("time_zone", "Enter a zone.");
        Self::new(Form::failed(&input, &wrong), Role::ALL[0], "Europe/Berlin")
    }
}

impl PreferencesPage {
    fn new(form: Form, role: Role, home: &str) -> Self {
        let heard = NotificationKind::all().filter(|about| about.cadence(role).is_some());
        let events = heard.map(|about| SelectOption {
            value: about.name,
            label: about.label,
        });
        let cadences = Cadence::ALL.map(|(_, value, label)| SelectOption { value, label });
        Self {
            form,
            events: events.collect(),
            cadences: cadences.into(),
            hint: format!("Like Europe/Berlin. Empty for that of the workspace, {home}."),
        }
    }
}

impl Page for UnsubscribePage {
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

async fn person(side: &EitherSide, user: UserId) -> Result<NotificationPreferences, PageError> {
    let person = match side {
        EitherSide::Team(team) => team.store.person(user).await?,
        EitherSide::Portal(portal) => portal.store.person(user).await?,
    };
    Ok(person.ok_or(PageError::SignIn)?.notify)
}

fn whose(side: &EitherSide) -> (UserId, Role, &Context) {
    let (actor, ctx) = match side {
        EitherSide::Team(team) => (&team.actor, team.ctx.as_ref()),
        EitherSide::Portal(portal) => (&portal.actor, portal.ctx.as_ref()),
    };
    (actor.user, actor.role, ctx)
}

pub(crate) async fn get(side: EitherSide) -> Result<Reply, PageError> {
    let (user, role, ctx) = whose(&side);
    let chosen = person(&side, user).await?;
    let form = Form::filled(&PreferencesInput::of(&chosen, role));
    ctx.page(&PreferencesPage::new(form, role, &ctx.workspace.time_zone))
}

pub(crate) async fn post(
    side: EitherSide,
    form: ProtectedForm<PreferencesInput>,
) -> Result<Reply, PageError> {
    let (user, role, ctx) = whose(&side);
    let chosen = match form.input.parse(role) {
        Ok(chosen) => chosen,
        Err(invalid) => {
            let form = Form::failed(&form.input, &invalid);
            return ctx.refused(&PreferencesPage::new(form, role, &ctx.workspace.time_zone));
        }
    };
    match &side {
        EitherSide::Team(team) => team.store.prefer(user, &chosen).await?,
        EitherSide::Portal(portal) => portal.store.prefer(user, &chosen).await?,
    }
    Ok(see_other("/account/notifications").flash("saved"))
}

/// Asks first: programs that follow links end nothing.
pub(crate) async fn unsubscribe(
    PublicAccess { ctx }: PublicAccess,
    Ids(UnsubscribeQuery { token }): Ids<UnsubscribeQuery>,
) -> Result<Reply, PageError> {
    let known = ctx.app.secrets().unsubscribes(&ctx.workspace.slug, &token);
    known.ok_or(PageError::NotFound)?;
    ctx.page(&UnsubscribePage {
        action: format!("/unsubscribe/{token}"),
        done: false,
    })
}

/// Ends such mail for whoever has the link: no page of ours and no sign-in is needed, as
/// mail programs ask for it by themselves.
pub(crate) async fn silence(
    PublicAccess { ctx }: PublicAccess,
    Ids(UnsubscribeQuery { token }): Ids<UnsubscribeQuery>,
) -> Result<Reply, PageError> {
    let known = ctx.app.secrets().unsubscribes(&ctx.workspace.slug, &token);
    let (client, user) = known.ok_or(PageError::NotFound)?;
    let home = (ctx.workspace.id, client);
    ctx.directory().silence(home, user).await?;
    ctx.page(&UnsubscribePage {
        action: String::new(),
        done: true,
    })
}
