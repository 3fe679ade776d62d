//! The first step of signing up: company, name and mail address. The answer doesn't show
//! whether the address has an account.

use domain::id::EntryId;
use domain::input::FieldErrors;
use domain::mail::MailMessage;
use domain::signup::{NewSignUp, SIGN_UP_LIFETIME, SignUp, SignUpInput};
use futures::future::try_join;
use http::StatusCode;
use jiff::SignedDuration;
use serde::Serialize;
use store::RateLimit;
use web::{Form, Page, PageError, ProtectedForm, Reply, SignupHost};

const BY_MAILBOX: RateLimit = RateLimit {
    rule: "sign-up-mailbox",
    most: 3,
    window: SignedDuration::from_hours(1),
};
const BY_MAILBOX_A_DAY: RateLimit = RateLimit {
    rule: "sign-up-mailbox-day",
    most: 6,
    window: SignedDuration::from_hours(24),
};
const BY_ADDRESS: RateLimit = RateLimit {
    rule: "sign-up-address",
    most: 20,
    window: SignedDuration::from_hours(1),
};

#[derive(Debug, Serialize)]
pub(crate) struct SignUpPage {
    id: EntryId,
    form: Form,
}

/// The page after the form was sent.
#[derive(Debug, Serialize)]
pub(crate) struct SignUpSentPage {
    email: String,
    hours: i64,
}

impl Page for SignUpPage {
    const TEMPLATE: &'static str = "pages/signup/ask.html";

    fn title(&self) -> String {
        "A client portal for your security consultancy".to_owned()
    }

    fn sample() -> Self {
        let invalid = FieldErrors::of("email", "Enter a mail address.");
        let input = SignUpInput {
            company: "Acme <b>".to_owned(),
            ..SignUpInput::default()
        };
        Self {
            id: EntryId::new(1, 1),
            form: Form::with_errors(&input, &invalid),
        }
    }
}

impl Page for SignUpSentPage {
    const TEMPLATE: &'static str = "pages/signup/sent.html";

    fn title(&self) -> String {
        "Look into your mailbox".to_owned()
    }

    fn sample() -> Self {
        Self {
            email: "ada@example.com".to_owned(),
            hours: SIGN_UP_LIFETIME.as_hours(),
        }
    }
}

pub(crate) async fn get(front: SignupHost) -> Result<Reply, PageError> {
    let id = front.app.new_id();
    let form = Form::filled(&SignUpInput::default());
    front.render(&SignUpPage { id, form })
}

pub(crate) async fn post(
    front: SignupHost,
    form: ProtectedForm<SignUpInput>,
) -> Result<Reply, PageError> {
    let id = form.id()?;
    match front.limit_address(BY_ADDRESS).await {
        Ok(()) => {}
        Err(PageError::TooMany(_)) => {
            let why = "Too many sign-ups came from your network. Try again in an hour.";
            let form = Form::with_errors(&form.input, &FieldErrors::of("form", why));
            let reply = front.render(&SignUpPage { id, form })?;
            return Ok(reply.status(StatusCode::TOO_MANY_REQUESTS));
        }
        Err(error) => return Err(error),
    }
    let new = match form.input.parse() {
        Ok(new) => new,
        Err(invalid) => {
            let form = Form::with_errors(&form.input, &invalid);
            return front.render_refused(&SignUpPage { id, form });
        }
    };
    let email = new.email.as_str().to_owned();
    // Over the limit the answer is the same, but no mail is sent: a mailbox can't be
    // flooded.
    let mailbox = new.email.fold();
    let counted = try_join(
        front.limit_subject(BY_MAILBOX, &mailbox),
        front.limit_subject(BY_MAILBOX_A_DAY, &mailbox),
    );
    match counted.await {
        Ok(_) => create_sign_up(&front, id, new).await?,
        Err(PageError::TooMany(_)) => {}
        Err(error) => return Err(error),
    }
    let hours = SIGN_UP_LIFETIME.as_hours();
    front.render(&SignUpSentPage { email, hours })
}

async fn create_sign_up(front: &SignupHost, id: EntryId, new: NewSignUp) -> Result<(), PageError> {
    let sign_up = SignUp {
        id,
        ws: front.app.new_id(),
        company: new.company,
        name: new.name,
        email: new.email,
        time_zone: new.time_zone,
        slug: new.slug,
        at: front.now,
    };
    let message = MailMessage::SignUp {
        sign_up: id,
        until: sign_up.expires_at(),
        hours: SIGN_UP_LIFETIME.as_hours(),
    };
    let mail = front.new_mail(&sign_up, message);
    front.directory().create_sign_up(&sign_up, &mail).await?;
    Ok(())
}
