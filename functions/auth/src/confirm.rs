//! Confirming who one is, before something that a session left open must not do.

use domain::input::FieldErrors;
use serde::{Deserialize, Serialize};
use store::NewSession;
use store::directory::{Login, hash};
use store::session::Session;
use web::{
    Context, Form, Page, PageError, ProtectedForm, PublicAccess, Query, ReauthProof, Reply, prove,
    see_other, wrong_code,
};

use crate::next::local;

/// The page with the form.
#[derive(Debug, Serialize)]
pub(crate) struct ConfirmPage {
    form: Form,
    email: String,
    asks_for_code: bool,
    next: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmForm {
    password: String,
    #[serde(default)]
    code: String,
    next: String,
}

#[derive(Deserialize)]
pub(crate) struct ConfirmQuery {
    #[serde(default)]
    next: String,
}

impl Page for ConfirmPage {
    const TEMPLATE: &'static str = "pages/auth/confirm.html";

    fn title(&self) -> String {
        "Confirm that it is you".to_owned()
    }

    fn sample() -> Self {
        let mut invalid = FieldErrors::at("password", "This is not your password.");
        invalid.add("code", "This code isn't right.");
        Self {
            form: Form::failed(&(), &invalid),
            email: "ada@example.com".to_owned(),
            asks_for_code: true,
            next: "/account".to_owned(),
        }
    }
}

impl ConfirmPage {
    fn new(session: &Session, form: Form, next: &str) -> Self {
        Self {
            form,
            email: session.actor().email.as_str().to_owned(),
            asks_for_code: session.has_mfa(),
            next: next.to_owned(),
        }
    }
}

pub(crate) async fn get(
    PublicAccess { ctx }: PublicAccess,
    Query(wanted): Query<ConfirmQuery>,
) -> Result<Reply, PageError> {
    let session = ctx.session.as_ref().ok_or(PageError::SignIn)?;
    let next = local(&wanted.next);
    if session.is_fresh(ctx.now) {
        return Ok(see_other(next));
    }
    ctx.page(&ConfirmPage::new(session, Form::default(), next))
}

pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<ConfirmForm>,
) -> Result<Reply, PageError> {
    let session = ctx.session.as_ref().ok_or(PageError::SignIn)?;
    let ConfirmForm {
        password,
        code,
        next,
    } = form.input;
    let next = local(&next);
    match confirm(&ctx, session, (&password, &code), next).await? {
        Ok(reply) => Ok(reply),
        Err(invalid) => {
            let form = Form::failed(&(), &invalid);
            ctx.refused(&ConfirmPage::new(session, form, next))
        }
    }
}

/// Puts a session that was opened just now in place of this one.
async fn confirm(
    ctx: &Context,
    session: &Session,
    typed: (&str, &str),
    next: &str,
) -> Result<Result<Reply, FieldErrors>, PageError> {
    let (directory, actor) = (ctx.directory(), session.actor());
    let login = Login::of(actor.user, actor.client);
    let person = directory.person(actor.workspace, &login).await?;
    let person = person.ok_or(PageError::SignIn)?;
    let step = match prove(ctx, (actor, &person), typed).await? {
        ReauthProof::Given(step) => step,
        ReauthProof::Over => return Ok(Err(wrong_code())),
        ReauthProof::Failed(invalid) => {
            let why = "not confirmed";
            let at = (actor.workspace, actor.client);
            directory
                .sign_in_failed(at.0, at.1, &actor.email, why)
                .await?;
            return Ok(Err(invalid));
        }
    };
    let secret = ctx.app.new_secret();
    let hashed = hash(&secret);
    let opening = NewSession {
        step,
        instead: Some(session),
        ..NewSession::plain(actor.workspace, &ctx.workspace.slug, &hashed, ctx.now)
    };
    let opened = directory.open_session(&person, &opening).await?;
    Ok(match opened {
        Some(_) => Ok(see_other(next).signed_in(&secret).flash("confirmed")),
        None => Err(wrong_code()),
    })
}
