//! Confirming who one is, before an action that demands a fresh session.

use domain::input::FieldErrors;
use serde::{Deserialize, Serialize};
use store::{Login, NewSession, Session, sha256_hex};
use web::{
    Context, Credentials, Destination, Form, FormError, KeptForm, Page, PageError, ProtectedForm,
    PublicAccess, Query, ReauthProof, Reply, see_other, verify_password, wrong_code_error,
};

use crate::redirect_target::local_path;

#[derive(Debug, Serialize)]
pub(crate) struct ConfirmPage {
    form: Form,
    email: String,
    asks_for_code: bool,
    next: String,
    /// The protected form that is sent once the person is known.
    kept: Option<KeptForm>,
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

    fn samples() -> Vec<Self> {
        let without_code = Self {
            form: Form::default(),
            asks_for_code: false,
            ..Self::sample()
        };
        vec![Self::sample(), without_code]
    }

    fn sample() -> Self {
        let mut invalid = FieldErrors::of("password", "This is not your password.");
        invalid.add("code", "This code isn't right.");
        Self {
            form: Form::with_errors(&(), &invalid),
            email: "ada@example.com".to_owned(),
            asks_for_code: true,
            next: "/account".to_owned(),
            kept: Some(KeptForm::sample()),
        }
    }
}

impl ConfirmPage {
    fn new(session: &Session, form: Form, destination: Destination) -> Self {
        Self {
            form,
            email: session.actor().email.as_str().to_owned(),
            asks_for_code: session.has_mfa(),
            next: destination.next,
            kept: destination.kept,
        }
    }
}

pub(crate) async fn get(
    PublicAccess { ctx }: PublicAccess,
    Query(query): Query<ConfirmQuery>,
) -> Result<Reply, PageError> {
    let session = ctx.session.as_ref().ok_or(PageError::SignIn)?;
    let next = local_path(&query.next);
    if session.is_fresh(ctx.now) {
        return Ok(see_other(next));
    }
    ctx.render(&ConfirmPage::new(
        session,
        Form::default(),
        Destination::page(next),
    ))
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
    let destination = Destination {
        next: local_path(&next).to_owned(),
        kept: form.kept,
    };
    let credentials = Credentials {
        password: &password,
        code: &code,
    };
    match reopen_session(&ctx, session, credentials, destination.clone()).await {
        Ok(reply) => Ok(reply),
        Err(error) => {
            let form = Form::with_errors(&(), &error.fields()?);
            ctx.render_refused(&ConfirmPage::new(session, form, destination))
        }
    }
}

/// Replaces the session by one that is opened now.
async fn reopen_session(
    ctx: &Context,
    session: &Session,
    credentials: Credentials<'_>,
    destination: Destination,
) -> Result<Reply, FormError> {
    let (directory, actor) = (ctx.directory(), session.actor());
    let login = Login::of(actor.user, actor.client);
    let person = directory.person(actor.workspace, &login).await?;
    let person = person.ok_or(PageError::SignIn)?;
    let step = match verify_password(ctx, actor, &person, credentials).await? {
        ReauthProof::Given(step) => step,
        ReauthProof::Expired => return Err(wrong_code_error().into()),
        ReauthProof::Failed(invalid) => {
            let why = "not confirmed";
            directory
                .record_failed_sign_in(actor.workspace, actor.client, &actor.email, why)
                .await?;
            return Err(invalid.into());
        }
    };
    let secret = ctx.app.new_secret();
    let hashed = sha256_hex(&secret);
    let new_session = NewSession {
        step,
        replaces: Some(session),
        ..NewSession::with_password(actor.workspace, &ctx.workspace.slug, &hashed, ctx.now)
    };
    let opened = directory.open_session(&person, &new_session).await?;
    match opened {
        Some(_) => {
            // The page of a kept form says it itself.
            let is_led_on = destination.kept.is_none();
            let reply = destination.reply(ctx, &secret)?;
            Ok(if is_led_on {
                reply.flash("confirmed")
            } else {
                reply
            })
        }
        None => Err(wrong_code_error().into()),
    }
}
