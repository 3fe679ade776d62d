//! One's own account: name, password and sessions.

use domain::input::FieldErrors;
use domain::mail::MailMessage;
use domain::password;
use domain::person::Actor;
use domain::role::Role;
use domain::suppression::SuppressionNotice;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::SessionSummary;
use web::view::{SuppressionMark, device_label};
use web::{
    Context, EmptyForm, Form, FormError, GuessLimits, Page, PageError, PasswordAnswer,
    ProtectedForm, PublicAccess, Reply, locked_error, see_other,
};

use crate::checks::require_session;

/// The longest name, in characters, as on an invite.
const MAX_NAME: usize = 80;

#[derive(Debug, Serialize)]
pub(crate) struct AccountPage {
    name: String,
    email: String,
    role: &'static str,
    workspace: String,
    form: Form,
    naming: Form,
    two_factor: bool,
    suppressed: Option<SuppressionMark>,
    sessions: Vec<SessionRow>,
}

#[derive(Debug, Serialize)]
struct SessionRow {
    handle: String,
    device: String,
    address: String,
    opened: Timestamp,
    used: Timestamp,
    mine: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordForm {
    current: String,
    password: String,
    again: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NameForm {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionPath {
    session: String,
}

impl Page for AccountPage {
    const TEMPLATE: &'static str = "pages/settings/account.html";

    fn title(&self) -> String {
        "Account".to_owned()
    }

    fn samples() -> Vec<Self> {
        let (actor, form) = (web::view::actor_sample(), Form::default());
        let data = AccountData {
            workspace: "Acme Security".to_owned(),
            two_factor: false,
            sessions: Vec::new(),
            suppressed: None,
        };
        vec![Self::sample(), Self::new(&actor, data, form)]
    }

    fn sample() -> Self {
        let actor = Actor {
            name: "Ada <b>".to_owned(),
            role: Role::ALL[0],
            ..web::view::actor_sample()
        };
        let session = SessionSummary {
            handle: "0123456789abcdef".to_owned(),
            device: store::Device {
                agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0".to_owned(),
                address: "192.0.2.7".to_owned(),
            },
            opened: Timestamp::UNIX_EPOCH,
            used: Timestamp::UNIX_EPOCH,
            is_current: false,
        };
        let mine = SessionSummary {
            is_current: true,
            ..session.clone()
        };
        let form = Form::with_errors(
            &(),
            &FieldErrors::of("current", "This is not your password."),
        );
        let (person, _) = web::view::people_samples();
        Self::new(
            &actor,
            AccountData {
                workspace: "Acme Security".to_owned(),
                two_factor: true,
                sessions: vec![mine, session],
                suppressed: person.suppressed,
            },
            form,
        )
    }
}

/// What the page shows beside the actor.
struct AccountData {
    workspace: String,
    two_factor: bool,
    sessions: Vec<SessionSummary>,
    suppressed: Option<SuppressionNotice>,
}

impl AccountPage {
    fn new(actor: &Actor, data: AccountData, form: Form) -> Self {
        Self {
            name: actor.name.clone(),
            email: actor.email.as_str().to_owned(),
            role: actor.role.label(),
            workspace: data.workspace,
            form,
            naming: Form::filled(&NameForm {
                name: actor.name.clone(),
            }),
            two_factor: data.two_factor,
            suppressed: data.suppressed.map(SuppressionMark::from),
            sessions: data.sessions.into_iter().map(SessionRow::from).collect(),
        }
    }
}

impl From<SessionSummary> for SessionRow {
    fn from(session: SessionSummary) -> Self {
        Self {
            handle: session.handle,
            device: device_label(&session.device.agent),
            address: session.device.address,
            opened: session.opened,
            used: session.used,
            mine: session.is_current,
        }
    }
}

async fn load_page(ctx: &Context, form: Form) -> Result<AccountPage, PageError> {
    let session = require_session(ctx)?;
    let (sessions, suppressed) = ctx.directory().list_sessions(session, ctx.now).await?;
    let data = AccountData {
        workspace: ctx.workspace.name.clone(),
        two_factor: session.has_mfa(),
        sessions,
        suppressed,
    };
    Ok(AccountPage::new(session.actor(), data, form))
}

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    ctx.render(&load_page(&ctx, Form::default()).await?)
}

pub(crate) async fn change_name(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<NameForm>,
) -> Result<Reply, PageError> {
    let session = require_session(&ctx)?;
    let mut invalid = FieldErrors::default();
    let name = invalid.parse_name("name", &form.input.name, MAX_NAME);
    match invalid.into_result(name) {
        Ok(name) => {
            ctx.directory().update_name(session, &name).await?;
            Ok(see_other("/account").flash("name-changed"))
        }
        Err(invalid) => {
            let naming = Form::with_errors(&form.input, &invalid);
            let page = load_page(&ctx, Form::default()).await?;
            ctx.render_refused(&AccountPage { naming, ..page })
        }
    }
}

pub(crate) async fn change_password(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<PasswordForm>,
) -> Result<Reply, PageError> {
    let session = require_session(&ctx)?;
    // With a second factor the code is asked for there; the password always here.
    if session.has_mfa() {
        ctx.require_reauth()?;
    }
    let actor = session.actor();
    if let Err(error) = check_passwords(&ctx, actor, &form.input).await {
        let form = Form::with_errors(&(), &error.fields()?);
        return ctx.render_refused(&load_page(&ctx, form).await?);
    }
    let identity = &ctx.app.services.identity;
    identity
        .set_password(actor.user, &form.input.password)
        .await?;
    let mail = ctx.new_mail(&actor.name, &actor.email, MailMessage::PasswordChanged);
    ctx.directory()
        .record_password_change(session, &mail, ctx.now)
        .await?;
    Ok(see_other("/account").flash("password-changed"))
}

/// Checks that the current password is right and the new one acceptable.
async fn check_passwords(
    ctx: &Context,
    actor: &Actor,
    input: &PasswordForm,
) -> Result<(), FormError> {
    let personal_words = [
        actor.name.as_str(),
        actor.email.as_str(),
        &ctx.workspace.name,
    ];
    password::check(&input.password, &input.again, &personal_words)?;
    let limits = GuessLimits::of_session(require_session(ctx)?);
    let answer = ctx
        .verify_guess(&limits, actor.user, &input.current, false)
        .await?;
    match answer {
        PasswordAnswer::Locked => Err(locked_error("current").into()),
        PasswordAnswer::Wrong => {
            Err(FieldErrors::of("current", "This is not your password.").into())
        }
        PasswordAnswer::Right(_) | PasswordAnswer::AsksForCode(_) => Ok(()),
    }
}

pub(crate) async fn end_session(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<SessionPath>,
) -> Result<Reply, PageError> {
    let session = require_session(&ctx)?;
    ctx.directory()
        .close_session_by_handle(session, &form.input.session)
        .await?;
    Ok(see_other("/account").flash("session-ended"))
}

pub(crate) async fn sign_out_everywhere(
    PublicAccess { ctx }: PublicAccess,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let session = require_session(&ctx)?;
    ctx.directory().close_all_sessions(session).await?;
    Ok(see_other("/sign-in")
        .clear_session()
        .flash("signed-out-everywhere"))
}
