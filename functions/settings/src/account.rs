//! One's own account: who one is here, the password, where one is signed in.

use domain::input::FieldErrors;
use domain::mail::MailMessage;
use domain::password;
use domain::person::Actor;
use domain::role::Role;
use domain::suppression::SuppressionNotice;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::RateLimit;
use store::session::{Session, SessionSummary};
use web::view::{SuppressionMark, device};
use web::{
    Context, EmptyForm, Form, Page, PageError, PasswordAnswer, ProtectedForm, PublicAccess, Reply,
    see_other,
};

/// The longest name, as for who is invited.
const NAME: usize = 80;

/// The page.
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
    sessions: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
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

    fn sample() -> Self {
        let actor = Actor {
            name: "Ada <b>".to_owned(),
            role: Role::ALL[0],
            ..web::view::actor_sample()
        };
        let session = SessionSummary {
            handle: "0123456789abcdef".to_owned(),
            device: store::session::Device {
                agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0".to_owned(),
                address: "192.0.2.7".to_owned(),
            },
            opened: Timestamp::UNIX_EPOCH,
            used: Timestamp::UNIX_EPOCH,
            mine: false,
        };
        let mine = SessionSummary {
            mine: true,
            ..session.clone()
        };
        let form = Form::failed(
            &(),
            &FieldErrors::at("current", "This is not your password."),
        );
        let (person, _) = web::view::people_samples();
        let known = (vec![mine, session], person.suppressed);
        Self::new((&actor, true), "Acme Security", known, form)
    }
}

impl AccountPage {
    fn new(
        (actor, two_factor): (&Actor, bool),
        workspace: &str,
        (sessions, suppressed): (Vec<SessionSummary>, Option<SuppressionNotice>),
        form: Form,
    ) -> Self {
        Self {
            name: actor.name.clone(),
            email: actor.email.as_str().to_owned(),
            role: actor.role.label(),
            workspace: workspace.to_owned(),
            form,
            naming: Form::filled(&NameForm {
                name: actor.name.clone(),
            }),
            two_factor,
            suppressed: suppressed.map(SuppressionMark::from),
            sessions: sessions.into_iter().map(Row::from).collect(),
        }
    }
}

impl From<SessionSummary> for Row {
    fn from(listed: SessionSummary) -> Self {
        Self {
            handle: listed.handle,
            device: device(&listed.device.agent),
            address: listed.device.address,
            opened: listed.opened,
            used: listed.used,
            mine: listed.mine,
        }
    }
}

fn session(ctx: &Context) -> Result<&Session, PageError> {
    ctx.session.as_ref().ok_or(PageError::SignIn)
}

async fn page(ctx: &Context, form: Form) -> Result<AccountPage, PageError> {
    let session = session(ctx)?;
    let known = ctx.directory().sessions(session, ctx.now).await?;
    let workspace = &ctx.workspace.name;
    let who = (session.actor(), session.has_mfa());
    Ok(AccountPage::new(who, workspace, known, form))
}

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    ctx.page(&page(&ctx, Form::default()).await?)
}

pub(crate) async fn change_name(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<NameForm>,
) -> Result<Reply, PageError> {
    let session = session(&ctx)?;
    let mut invalid = FieldErrors::default();
    let name = invalid.line("name", &form.input.name, NAME);
    match invalid.into_result(name) {
        Ok(name) => {
            ctx.directory().change_name(session, &name).await?;
            Ok(see_other("/account").flash("name-changed"))
        }
        Err(invalid) => {
            let naming = Form::failed(&form.input, &invalid);
            let page = page(&ctx, Form::default()).await?;
            ctx.refused(&AccountPage { naming, ..page })
        }
    }
}

pub(crate) async fn change_password(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<PasswordForm>,
) -> Result<Reply, PageError> {
    let session = session(&ctx)?;
    // The code is asked for there; the password here.
    if session.has_mfa() {
        ctx.fresh()?;
    }
    let actor = session.actor();
    if let Err(invalid) = check(&ctx, actor, &form.input).await? {
        let form = Form::failed(&(), &invalid);
        return ctx.refused(&page(&ctx, form).await?);
    }
    let identity = &ctx.app.services.identity;
    identity
        .set_password(actor.user, &form.input.password)
        .await?;
    let mail = ctx.mail(&actor.name, &actor.email, MailMessage::PasswordChanged);
    ctx.directory()
        .password_changed(session, &mail, ctx.now)
        .await?;
    Ok(see_other("/account").flash("password-changed"))
}

/// Whether the current password is right, and the new one good.
async fn check(
    ctx: &Context,
    actor: &Actor,
    input: &PasswordForm,
) -> Result<Result<(), FieldErrors>, PageError> {
    let about = [
        actor.name.as_str(),
        actor.email.as_str(),
        &ctx.workspace.name,
    ];
    if let Err(invalid) = password::check(&input.password, &input.again, &about) {
        return Ok(Err(invalid));
    }
    ctx.limit(RateLimit::GUESSES, &actor.email.fold()).await?;
    let identity = &ctx.app.services.identity;
    let answer = identity.check(actor.user, &input.current, ctx.now).await?;
    Ok(if matches!(answer, PasswordAnswer::Wrong) {
        Err(FieldErrors::at("current", "This is not your password."))
    } else {
        Ok(())
    })
}

pub(crate) async fn end_session(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<SessionPath>,
) -> Result<Reply, PageError> {
    let session = session(&ctx)?;
    ctx.directory()
        .close_other(session, &form.input.session)
        .await?;
    Ok(see_other("/account").flash("session-ended"))
}

pub(crate) async fn sign_out_everywhere(
    PublicAccess { ctx }: PublicAccess,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let session = session(&ctx)?;
    ctx.directory().close_all_sessions(session).await?;
    Ok(see_other("/sign-in")
        .signed_out()
        .flash("signed-out-everywhere"))
}
