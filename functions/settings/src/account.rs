//! One's own account: who one is here, the password, where one is signed in.

use domain::input::Invalid;
use domain::mail::Message;
use domain::password;
use domain::person::Actor;
use domain::role::Role;
use domain::suppression::Suppressed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Limit;
use store::session::{Listed, Session};
use web::view::{Mark, device};
use web::{Answer, Anyone, Context, Error, Form, Nothing, Page, ProtectedForm, Reply, see_other};

/// The longest name, as for who is invited.
const NAME: usize = 80;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct Account {
    name: String,
    email: String,
    role: &'static str,
    workspace: String,
    form: Form,
    naming: Form,
    two_factor: bool,
    suppressed: Option<Mark>,
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
pub(crate) struct Passwords {
    current: String,
    password: String,
    again: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Name {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct One {
    session: String,
}

impl Page for Account {
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
        let session = Listed {
            handle: "0123456789abcdef".to_owned(),
            device: store::session::Device {
                agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0".to_owned(),
                address: "192.0.2.7".to_owned(),
            },
            opened: Timestamp::UNIX_EPOCH,
            used: Timestamp::UNIX_EPOCH,
            mine: false,
        };
        let mine = Listed {
            mine: true,
            ..session.clone()
        };
        let form = Form::failed(&(), &Invalid::at("current", "This is not your password."));
        let (person, _) = web::view::people_samples();
        let known = (vec![mine, session], person.suppressed);
        Self::new((&actor, true), "Acme Security", known, form)
    }
}

impl Account {
    fn new(
        (actor, two_factor): (&Actor, bool),
        workspace: &str,
        (sessions, suppressed): (Vec<Listed>, Option<Suppressed>),
        form: Form,
    ) -> Self {
        Self {
            name: actor.name.clone(),
            email: actor.email.as_str().to_owned(),
            role: actor.role.label(),
            workspace: workspace.to_owned(),
            form,
            naming: Form::filled(&Name {
                name: actor.name.clone(),
            }),
            two_factor,
            suppressed: suppressed.map(Mark::from),
            sessions: sessions.into_iter().map(Row::from).collect(),
        }
    }
}

impl From<Listed> for Row {
    fn from(listed: Listed) -> Self {
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

fn session(ctx: &Context) -> Result<&Session, Error> {
    ctx.session.as_ref().ok_or(Error::SignIn)
}

async fn page(ctx: &Context, form: Form) -> Result<Account, Error> {
    let session = session(ctx)?;
    let known = ctx.directory().sessions(session, ctx.now).await?;
    let workspace = &ctx.workspace.name;
    let who = (session.actor(), session.has_mfa());
    Ok(Account::new(who, workspace, known, form))
}

pub(crate) async fn get(Anyone { ctx }: Anyone) -> Result<Reply, Error> {
    ctx.page(&page(&ctx, Form::default()).await?)
}

pub(crate) async fn change_name(
    Anyone { ctx }: Anyone,
    form: ProtectedForm<Name>,
) -> Result<Reply, Error> {
    let session = session(&ctx)?;
    let mut invalid = Invalid::default();
    let name = invalid.line("name", &form.input.name, NAME);
    match invalid.into_result(name) {
        Ok(name) => {
            ctx.directory().change_name(session, &name).await?;
            Ok(see_other("/account").flash("name-changed"))
        }
        Err(invalid) => {
            let naming = Form::failed(&form.input, &invalid);
            let page = page(&ctx, Form::default()).await?;
            ctx.refused(&Account { naming, ..page })
        }
    }
}

pub(crate) async fn change_password(
    Anyone { ctx }: Anyone,
    form: ProtectedForm<Passwords>,
) -> Result<Reply, Error> {
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
    let mail = ctx.mail(&actor.name, &actor.email, Message::PasswordChanged);
    ctx.directory()
        .password_changed(session, &mail, ctx.now)
        .await?;
    Ok(see_other("/account").flash("password-changed"))
}

/// Whether the current password is right, and the new one good.
async fn check(
    ctx: &Context,
    actor: &Actor,
    input: &Passwords,
) -> Result<Result<(), Invalid>, Error> {
    let about = [
        actor.name.as_str(),
        actor.email.as_str(),
        &ctx.workspace.name,
    ];
    if let Err(invalid) = password::check(&input.password, &input.again, &about) {
        return Ok(Err(invalid));
    }
    ctx.limit(Limit::GUESSES, &actor.email.fold()).await?;
    let identity = &ctx.app.services.identity;
    let answer = identity.check(actor.user, &input.current, ctx.now).await?;
    Ok(if matches!(answer, Answer::Wrong) {
        Err(Invalid::at("current", "This is not your password."))
    } else {
        Ok(())
    })
}

pub(crate) async fn end_session(
    Anyone { ctx }: Anyone,
    form: ProtectedForm<One>,
) -> Result<Reply, Error> {
    let session = session(&ctx)?;
    ctx.directory()
        .close_other(session, &form.input.session)
        .await?;
    Ok(see_other("/account").flash("session-ended"))
}

pub(crate) async fn sign_out_everywhere(
    Anyone { ctx }: Anyone,
    _form: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
    let session = session(&ctx)?;
    ctx.directory().close_all_sessions(session).await?;
    Ok(see_other("/sign-in")
        .signed_out()
        .flash("signed-out-everywhere"))
}
