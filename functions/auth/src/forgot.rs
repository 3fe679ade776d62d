//! A forgotten password, first step: asking for a link by mail. The answer is
//! the same whether anybody has the address.

use domain::email::EmailAddress;
use domain::id::EntryId;
use domain::input::FieldErrors;
use domain::mail::MailMessage;
use domain::password::RESET_LIFETIME;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::RateLimit;
use store::directory::hash;
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

/// The page with the form, or what is said after it was sent.
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

    fn sample() -> Self {
        let invalid = FieldErrors::at("email", "Enter a mail address.");
        Self::new(Form::failed(&ForgotForm::default(), &invalid), false)
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
    ctx.page(&ForgotPage::new(
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
            let invalid = FieldErrors::at("email", wrong.to_string());
            let form = Form::failed(&form.input, &invalid);
            return ctx.refused(&ForgotPage::new(form, false));
        }
    };
    // Over the limit, nothing is sent and nothing else is said: asking often
    // neither floods a mailbox nor keeps its owner out.
    match ctx.limit(BY_ACCOUNT, &email.fold()).await {
        Ok(()) => send(&ctx, &email).await?,
        Err(PageError::TooMany(_)) => {}
        Err(error) => return Err(error),
    }
    ctx.page(&ForgotPage::new(Form::filled(&form.input), true))
}

/// Sends a link, where somebody has the address; otherwise keeps a decoy.
async fn send(ctx: &Context, email: &EmailAddress) -> Result<(), PageError> {
    let (directory, ws) = (ctx.directory(), ctx.workspace.id);
    let account = directory.account(ws, email).await?;
    let person = match &account {
        Some(account) => account.person()?,
        None => None,
    };
    // Whoever is disabled is nobody here.
    let person = person.filter(|person| person.disabled.is_none());
    let id: EntryId = ctx.app.new_id();
    let token = hash(&ctx.app.secrets().reset_token(id));
    let message = MailMessage::Reset {
        reset: id,
        minutes: RESET_LIFETIME.as_mins(),
    };
    let mail = person.map(|person| ctx.mail(&person.name, &person.email, message));
    let to = account.as_ref().zip(mail.as_ref());
    Ok(directory
        .create_reset(ws, to, (id, &token), ctx.now)
        .await?)
}
