//! One's own notification mail: its cadence by kind, and the link that ends it.

use domain::id::UserId;
use domain::preference::{Cadence, NotificationKind, NotificationPreferences, PreferencesInput};
use domain::role::{Action, Role};
use domain::workspace::WorkspaceMode;
use serde::{Deserialize, Serialize};
use web::view::SelectOption;
use web::{
    Context, Crumb, EitherSide, Form, Ids, Page, PageError, ProtectedForm, PublicAccess, Reply,
    see_other,
};

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
pub(crate) struct UnsubscribePath {
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
        let wrong = domain::input::FieldErrors::of("time_zone", "Enter a zone.");
        Self::new(
            Form::with_errors(&input, &wrong),
            Role::ALL[0],
            WorkspaceMode::Consulting,
            "Europe/Berlin",
        )
    }
}

impl PreferencesPage {
    fn new(form: Form, role: Role, mode: WorkspaceMode, home: &str) -> Self {
        let has_invoices = mode == WorkspaceMode::Consulting;
        let offered = NotificationKind::all()
            .filter(|kind| kind.cadence(role).is_some())
            .filter(|kind| has_invoices || kind.action != Action::ReadInvoices);
        let events = offered.map(|kind| SelectOption {
            value: kind.name,
            label: kind.label,
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

    fn samples() -> Vec<Self> {
        let done = Self {
            action: String::new(),
            done: true,
        };
        vec![Self::sample(), done]
    }

    fn sample() -> Self {
        Self {
            action: "/unsubscribe/x".to_owned(),
            done: false,
        }
    }
}

async fn load_preferences(
    side: &EitherSide,
    user: UserId,
) -> Result<NotificationPreferences, PageError> {
    let person = match side {
        EitherSide::Team(team) => team.store.get_person(user).await?,
        EitherSide::Portal(portal) => portal.store.get_person(user).await?,
    };
    Ok(person.ok_or(PageError::SignIn)?.notification_preferences)
}

fn owner(side: &EitherSide) -> (UserId, Role, &Context) {
    let (actor, ctx) = match side {
        EitherSide::Team(team) => (&team.actor, team.ctx.as_ref()),
        EitherSide::Portal(portal) => (&portal.actor, portal.ctx.as_ref()),
    };
    (actor.user, actor.role, ctx)
}

pub(crate) async fn get(side: EitherSide) -> Result<Reply, PageError> {
    let (user, role, ctx) = owner(&side);
    let preferences = load_preferences(&side, user).await?;
    let form = Form::filled(&PreferencesInput::of(&preferences, role));
    ctx.render(&PreferencesPage::new(
        form,
        role,
        ctx.workspace.mode,
        &ctx.workspace.time_zone,
    ))
}

pub(crate) async fn post(
    side: EitherSide,
    form: ProtectedForm<PreferencesInput>,
) -> Result<Reply, PageError> {
    let (user, role, ctx) = owner(&side);
    let preferences = match form.input.parse(role) {
        Ok(preferences) => preferences,
        Err(invalid) => {
            let form = Form::with_errors(&form.input, &invalid);
            return ctx.render_refused(&PreferencesPage::new(
                form,
                role,
                ctx.workspace.mode,
                &ctx.workspace.time_zone,
            ));
        }
    };
    match &side {
        EitherSide::Team(team) => {
            team.store
                .update_notification_preferences(user, &preferences)
                .await?;
        }
        EitherSide::Portal(portal) => {
            portal
                .store
                .update_notification_preferences(user, &preferences)
                .await?;
        }
    }
    Ok(see_other("/account/notifications").flash("saved"))
}

/// Asks before it ends mail, since programs follow links too.
pub(crate) async fn unsubscribe(
    PublicAccess { ctx }: PublicAccess,
    Ids(UnsubscribePath { token }): Ids<UnsubscribePath>,
) -> Result<Reply, PageError> {
    let known = ctx
        .app
        .secrets()
        .is_unsubscribe_token(&ctx.workspace.slug, &token);
    known.ok_or(PageError::NotFound)?;
    ctx.render(&UnsubscribePage {
        action: format!("/unsubscribe/{token}"),
        done: false,
    })
}

/// Ends notification mail for the person of the link. Mail programs send this form by
/// themselves, without a page or a session.
pub(crate) async fn end_mail(
    PublicAccess { ctx }: PublicAccess,
    Ids(UnsubscribePath { token }): Ids<UnsubscribePath>,
) -> Result<Reply, PageError> {
    let known = ctx
        .app
        .secrets()
        .is_unsubscribe_token(&ctx.workspace.slug, &token);
    let (client, user) = known.ok_or(PageError::NotFound)?;
    ctx.directory()
        .disable_notification_mail(ctx.workspace.id, client, user)
        .await?;
    ctx.render(&UnsubscribePage {
        action: String::new(),
        done: true,
    })
}
