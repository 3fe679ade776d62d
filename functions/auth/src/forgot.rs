//! The first step of resetting a password: a link is asked for by mail. The answer doesn't
//! show whether the address has an account.

use domain::email::EmailAddress;
use domain::id::EntryId;
use domain::input::FieldErrors;
use domain::mail::MailMessage;
use domain::password::RESET_LIFETIME;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::{RateLimit, sha256_hex};
use web::{Context, Form, Page, PageError, ProtectedForm, PublicAccess, Reply};

const BY_ACCOUNT: RateLimit = RateLimit {
    rule: "forgot-account",
    most: 3,
    window: SignedDuration::from_hours(1),
};
const BY_ADDRESS: RateLimit = RateLimit {
    rule: "forgot-address",
    most: 20,
    window: SignedDuration::from_hours(1),
};

/// The form, or the message after it was sent.
#[derive(Debug, Serialize)]
pub(crate) struct ForgotPage {
    form: Form,
    sent: bool,
    minutes: i64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForgotForm {
    email: String,
}

impl Page for ForgotPage {
    const TEMPLATE: &'static str = "pages/auth/forgot.html";

    fn title(&self) -> String {
        "Forgotten password".to_owned()
    }

    fn samples() -> Vec<Self> {
        let sent = Self::new(Form::filled(&ForgotForm::default()), true);
        vec![Self::sample(), sent]
    }

    fn sample() -> Self {
        let invalid = FieldErrors::of("email", "Enter a mail address.");
        Self::new(Form::with_errors(&ForgotForm::default(), &invalid), false)
    }
}

impl ForgotPage {
    fn new(form: Form, sent: bool) -> Self {
        Self {
            form,
            sent,
            minutes: RESET_LIFETIME.as_mins(),
        }
    }
}

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    ctx.render(&ForgotPage::new(
        Form::filled(&ForgotForm::default()),
        false,
    ))
}

pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<ForgotForm>,
) -> Result<Reply, PageError> {
    ctx.limit_address(BY_ADDRESS).await?;
    let email = match form.input.email.parse::<EmailAddress>() {
        Ok(email) => email,
        Err(wrong) => {
            let invalid = FieldErrors::of("email", wrong.to_string());
            let form = Form::with_errors(&form.input, &invalid);
            return ctx.render_refused(&ForgotPage::new(form, false));
        }
    };
    // Over the limit the answer is the same, but no mail is sent: a mailbox can't be flooded,
    // and its owner isn't kept out.
    match ctx.limit_subject(BY_ACCOUNT, &email.fold()).await {
        Ok(()) => create_reset(&ctx, &email).await?,
        Err(PageError::TooMany(_)) => {}
        Err(error) => return Err(error),
    }
    ctx.render(&ForgotPage::new(Form::filled(&form.input), true))
}

/// Sends a link where the address has an account; otherwise stores a decoy.
async fn create_reset(ctx: &Context, email: &EmailAddress) -> Result<(), PageError> {
    let (directory, ws) = (ctx.directory(), ctx.workspace.id);
    let account = directory.find_account(ws, email).await?;
    let person = match &account {
        Some(account) => account.person()?,
        None => None,
    };
    // A disabled person is treated like an unknown address.
    let person = person.filter(|person| person.disabled_at.is_none());
    let id: EntryId = ctx.app.new_id();
    let token = sha256_hex(&ctx.app.secrets().reset_token(ws, id));
    let message = MailMessage::Reset {
        reset: id,
        minutes: RESET_LIFETIME.as_mins(),
    };
    let mail = person.map(|person| ctx.new_mail(&person.name, &person.email, message));
    let to = account.as_ref().zip(mail.as_ref());
    Ok(directory.create_reset(ws, to, id, &token, ctx.now).await?)
}
