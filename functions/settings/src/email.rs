//! Another address to sign in by: asked for here, confirmed by a link that goes there.

use domain::email::EmailAddress;
use domain::input::FieldErrors;
use domain::mail::MailMessage;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::RateLimit;
use store::session::Session;
use web::{
    Context, Crumb, EMAIL_CHANGE, EmailChange, Form, Page, PageError, PasswordAnswer,
    ProtectedForm, PublicAccess, Query, Reply, see_other,
};

/// For how long the link works.
const LIFETIME: SignedDuration = SignedDuration::from_hours(1);
/// Links that one person has sent, to whatever address.
const ASKED: RateLimit = RateLimit {
    rule: "email-change",
    most: 5,
    window: SignedDuration::from_hours(1),
};

/// The form.
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
pub(crate) struct Confirmed {
    token: String,
}

#[derive(Deserialize)]
pub(crate) struct Token {
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
        let mut invalid = FieldErrors::at("password", "This is not your password.");
        invalid.add("email", "Enter a mail address.");
        let input = NewEmailForm {
            email: "ada <b>".to_owned(),
            ..NewEmailForm::default()
        };
        Self {
            form: Form::failed(&input, &invalid),
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

fn session(ctx: &Context) -> Result<&Session, PageError> {
    ctx.session.as_ref().ok_or(PageError::SignIn)
}

fn page(session: &Session, form: Form) -> NewEmailPage {
    NewEmailPage {
        form,
        email: session.actor().email.as_str().to_owned(),
    }
}

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    let session = session(&ctx)?;
    if session.has_mfa() {
        ctx.fresh()?;
    }
    ctx.page(&page(session, Form::default()))
}

/// Sends the link, if the password is right. Whether somebody else has the
/// address shows only to whoever opens the link.
pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<NewEmailForm>,
) -> Result<Reply, PageError> {
    let session = session(&ctx)?;
    if session.has_mfa() {
        ctx.fresh()?;
    }
    let actor = session.actor();
    let email = match check(&ctx, session, &form.input).await? {
        Ok(email) => email,
        Err(invalid) => {
            let form = Form::failed(&form.input, &invalid);
            return ctx.refused(&page(session, form));
        }
    };
    ctx.limit(ASKED, &actor.user.to_string()).await?;
    let message = MailMessage::ConfirmEmail {
        user: actor.user,
        from: actor.email.clone(),
        until: ctx.now.saturating_add(LIFETIME).unwrap_or(ctx.now),
    };
    let mail = ctx.mail(&actor.name, &email, message);
    ctx.directory().send(session, &mail, ctx.now).await?;
    Ok(see_other("/account").flash("email-asked"))
}

async fn check(
    ctx: &Context,
    session: &Session,
    input: &NewEmailForm,
) -> Result<Result<EmailAddress, FieldErrors>, PageError> {
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
    ctx.limit(RateLimit::GUESSES, &actor.email.fold()).await?;
    let identity = &ctx.app.services.identity;
    let answer = identity.check(actor.user, &input.password, ctx.now).await?;
    if matches!(answer, PasswordAnswer::Wrong) {
        invalid.add("password", "This is not your password.");
    }
    match email {
        Ok(email) => Ok(invalid.into_result(email)),
        Err(_) => Ok(Err(invalid)),
    }
}

pub(crate) async fn confirm(
    PublicAccess { ctx }: PublicAccess,
    Query(Token { token }): Query<Token>,
) -> Result<Reply, PageError> {
    match read(&ctx, &token)? {
        Some(change) => ctx.page(&ConfirmEmailPage {
            to: change.to.as_str().to_owned(),
            from: change.from.as_str().to_owned(),
            token,
        }),
        None => Ok(gone()),
    }
}

pub(crate) async fn change(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<Confirmed>,
) -> Result<Reply, PageError> {
    let session = session(&ctx)?;
    let Some(change) = read(&ctx, &form.input.token)? else {
        return Ok(gone());
    };
    let actor = session.actor();
    let message = MailMessage::EmailChanged {
        to_email: change.to.clone(),
    };
    let mail = ctx.mail(&actor.name, &change.from, message);
    let directory = ctx.directory();
    let changed = directory.change_email(session, &change.to, &mail, ctx.now);
    Ok(match changed.await? {
        Ok(()) => see_other("/account").flash("email-changed"),
        Err(store::EmailTaken) => gone(),
    })
}

/// What is said of a link that is good for nothing to whoever is signed in:
/// why, is nobody's business.
fn gone() -> Reply {
    see_other("/account/email").flash("email-gone")
}

/// What a link says, if it is of whoever is signed in, and not done yet.
fn read(ctx: &Context, token: &str) -> Result<Option<EmailChange>, PageError> {
    let actor = session(ctx)?.actor();
    let user = actor.user.to_string();
    let purpose = (EMAIL_CHANGE, user.as_str());
    let change = ctx.app.unseal::<EmailChange>(purpose, token, ctx.now);
    Ok(change.filter(|change| change.from == actor.email))
}
