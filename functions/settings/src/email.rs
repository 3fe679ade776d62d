//! Changing the mail address that one signs in by: a form, and a link that is sent to the new
//! address.

use domain::email::EmailAddress;
use domain::input::FieldErrors;
use domain::mail::MailMessage;
use domain::person::Actor;
use http::StatusCode;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::{EmailChangeOutcome, RateLimit, Session};
use web::{
    Context, Crumb, EMAIL_CHANGE, EmailChange, Form, FormError, GuessLimits, Page, PageError,
    PasswordAnswer, ProtectedForm, PublicAccess, Query, Reply, locked_error, see_other,
};

use crate::checks::require_session;

const LINK_LIFETIME: SignedDuration = SignedDuration::from_hours(1);
/// The most links that one person asks for, to any address.
const LINK_LIMIT: RateLimit = RateLimit {
    rule: "email-change",
    most: 5,
    window: SignedDuration::from_hours(1),
};

#[derive(Debug, Serialize)]
pub(crate) struct NewEmailPage {
    form: Form,
    email: String,
}

/// The last step, behind the link.
#[derive(Debug, Serialize)]
pub(crate) struct ConfirmEmailPage {
    to: String,
    from: String,
    token: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEmailForm {
    email: String,
    #[serde(skip_serializing)]
    password: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmEmailForm {
    token: String,
}

#[derive(Deserialize)]
pub(crate) struct ConfirmEmailQuery {
    #[serde(default)]
    token: String,
}

impl Page for NewEmailPage {
    const TEMPLATE: &'static str = "pages/settings/email.html";

    fn title(&self) -> String {
        "Change e-mail address".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Account", "/account")]
    }

    fn sample() -> Self {
        let mut invalid = FieldErrors::of("password", "This is not your password.");
        invalid.add("email", "Enter a mail address.");
        let input = NewEmailForm {
            email: "ada <b>".to_owned(),
            ..NewEmailForm::default()
        };
        Self {
            form: Form::with_errors(&input, &invalid),
            email: "ada@example.com".to_owned(),
        }
    }
}

impl Page for ConfirmEmailPage {
    const TEMPLATE: &'static str = "pages/settings/email_confirm.html";

    fn title(&self) -> String {
        "Confirm your new address".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Account", "/account")]
    }

    fn sample() -> Self {
        Self {
            to: "ada@new.example".to_owned(),
            from: "ada@example.com".to_owned(),
            token: "x".to_owned(),
        }
    }
}

fn build_page(session: &Session, form: Form) -> NewEmailPage {
    NewEmailPage {
        form,
        email: session.actor().email.as_str().to_owned(),
    }
}

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    let session = require_session(&ctx)?;
    if session.has_mfa() {
        ctx.require_reauth()?;
    }
    ctx.render(&build_page(session, Form::default()))
}

/// Sends the link, if the password is right. Whether another account has the address shows
/// only to the person who opens the link.
pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<NewEmailForm>,
) -> Result<Reply, PageError> {
    let session = require_session(&ctx)?;
    if session.has_mfa() {
        ctx.require_reauth()?;
    }
    let actor = session.actor();
    let email = match check_new_email(&ctx, session, &form.input).await {
        Ok(email) => email,
        Err(error) => {
            let form = Form::with_errors(&form.input, &error.fields()?);
            return ctx.render_refused(&build_page(session, form));
        }
    };
    if let Some(why) = limit_link(&ctx, actor, &email).await? {
        let form = Form::with_errors(&form.input, &FieldErrors::of("form", why));
        let page = build_page(session, form);
        return Ok(ctx.render(&page)?.status(StatusCode::TOO_MANY_REQUESTS));
    }
    let message = MailMessage::ConfirmEmail {
        user: actor.user,
        from: actor.email.clone(),
        epoch: read_epoch(session).await?,
        until: ctx.now.saturating_add(LINK_LIFETIME).unwrap_or(ctx.now),
    };
    let mail = ctx.new_mail(&actor.name, &email, message);
    ctx.directory()
        .enqueue_mail(session, &mail, ctx.now)
        .await?;
    Ok(see_other("/account").flash("email-asked"))
}

/// Why no link can be sent to `email` now, where there were too many.
async fn limit_link(
    ctx: &Context,
    actor: &Actor,
    email: &EmailAddress,
) -> Result<Option<String>, PageError> {
    let user = actor.user.to_string();
    match ctx.limit_subject(LINK_LIMIT, &user).await {
        Ok(()) => ctx.limit_unasked_mail(actor.user, email).await,
        Err(PageError::TooMany(_)) => {
            let why = "Too many links were sent. Nothing was sent now: try again in an hour.";
            Ok(Some(why.to_owned()))
        }
        Err(error) => Err(error),
    }
}

/// Checks the new address and the password; errors of both are shown at once.
async fn check_new_email(
    ctx: &Context,
    session: &Session,
    input: &NewEmailForm,
) -> Result<EmailAddress, FormError> {
    let actor = session.actor();
    let mut invalid = FieldErrors::default();
    let email = input.email.parse::<EmailAddress>();
    match &email {
        Err(wrong) => invalid.add("email", wrong.to_string()),
        Ok(email) if email.fold() == actor.email.fold() => {
            invalid.add("email", "This is your address already.");
        }
        Ok(_) => {}
    }
    let limits = GuessLimits::of_session(session);
    let answer = ctx
        .verify_guess(&limits, actor.user, &input.password, false)
        .await?;
    match answer {
        PasswordAnswer::Wrong => invalid.add("password", "This is not your password."),
        PasswordAnswer::Locked => return Err(locked_error("password").into()),
        PasswordAnswer::Right(_) | PasswordAnswer::AsksForCode(_) => {}
    }
    match email {
        Ok(email) => Ok(invalid.into_result(email)?),
        Err(_) => Err(invalid.into()),
    }
}

pub(crate) async fn confirm(
    PublicAccess { ctx }: PublicAccess,
    Query(ConfirmEmailQuery { token }): Query<ConfirmEmailQuery>,
) -> Result<Reply, PageError> {
    match open_link(&ctx, &token).await? {
        Some(change) => ctx.render(&ConfirmEmailPage {
            to: change.to.as_str().to_owned(),
            from: change.from.as_str().to_owned(),
            token,
        }),
        None => Ok(gone_reply()),
    }
}

pub(crate) async fn change_address(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<ConfirmEmailForm>,
) -> Result<Reply, PageError> {
    let session = require_session(&ctx)?;
    let Some(change) = open_link(&ctx, &form.input.token).await? else {
        return Ok(gone_reply());
    };
    let actor = session.actor();
    let message = MailMessage::EmailChanged {
        to_email: change.to.clone(),
    };
    let mail = ctx.new_mail(&actor.name, &change.from, message);
    let directory = ctx.directory();
    let changed = directory.update_email(session, &change.to, &mail, ctx.now);
    Ok(match changed.await? {
        EmailChangeOutcome::Done => see_other("/account").flash("email-changed"),
        EmailChangeOutcome::Taken => gone_reply(),
    })
}

/// The answer to a link that can't be used by the actor; it doesn't say why.
fn gone_reply() -> Reply {
    see_other("/account/email").flash("email-gone")
}

/// The change that a link asks for, if the link is the actor's and was not used.
async fn open_link(ctx: &Context, token: &str) -> Result<Option<EmailChange>, PageError> {
    let session = require_session(ctx)?;
    let actor = session.actor();
    let user = actor.user.to_string();
    let change = ctx
        .app
        .unseal::<EmailChange>(EMAIL_CHANGE, &user, token, ctx.now);
    let Some(change) = change.filter(|change| change.from == actor.email) else {
        return Ok(None);
    };
    let is_current = read_epoch(session).await? == change.epoch;
    Ok(is_current.then_some(change))
}

/// The epoch of the person who is signed in.
async fn read_epoch(session: &Session) -> Result<i64, PageError> {
    let user = session.actor().user;
    let person = match (session.team_store(), session.portal_store()) {
        (Some(team), _) => team.get_person(user).await?,
        (None, Some(portal)) => portal.get_person(user).await?,
        (None, None) => None,
    };
    Ok(person.ok_or(PageError::SignIn)?.epoch)
}
