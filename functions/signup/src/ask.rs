//! The first step: a company, a name, a mail address. The answer is the same whoever
//! has the address.

use domain::id::EntryId;
use domain::input::FieldErrors;
use domain::mail::MailMessage;
use domain::signup::{LIFETIME, NewSignUp, SignUp, SignUpInput};
use jiff::SignedDuration;
use serde::Serialize;
use store::RateLimit;
use web::{Form, Page, PageError, ProtectedForm, Reply, SignupHost};

const BY_MAILBOX: RateLimit = RateLimit {
    rule: "sign-up-mailbox",
    most: 3,
    window: SignedDuration::from_hours(1),
};
const BY_ADDRESS: RateLimit = RateLimit {
    rule: "sign-up-address",
    most: 20,
    window: SignedDuration::from_hours(1),
};

/// The page with the form.
#[derive(Debug, Serialize)]
pub(crate) struct SignUpPage {
    id: EntryId,
    form: Form,
}

/// What is said after it was sent.
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
        let invalid = FieldErrors::at("email", "Enter a mail address.");
        let input = SignUpInput {
            company: "Acme <b>".to_owned(),
            ..SignUpInput::default()
        };
        Self {
            id: EntryId::new(1, 1),
            form: Form::failed(&input, &invalid),
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
            hours: LIFETIME.as_hours(),
        }
    }
}

pub(crate) async fn get(front: SignupHost) -> Result<Reply, PageError> {
    let id = front.app.new_id();
    let form = Form::filled(&SignUpInput::default());
    front.page(&SignUpPage { id, form })
}

pub(crate) async fn post(
    front: SignupHost,
    form: ProtectedForm<SignUpInput>,
) -> Result<Reply, PageError> {
    front.limit_address(BY_ADDRESS).await?;
    let id = form.id()?;
    let new = match form.input.parse() {
        Ok(new) => new,
        Err(invalid) => {
            let form = Form::failed(&form.input, &invalid);
            return front.refused(&SignUpPage { id, form });
        }
    };
    let email = new.email.as_str().to_owned();
    // Over the limit, nothing is sent and nothing else is said: asking often doesn't
    // flood a mailbox.
    match front.limit(BY_MAILBOX, &new.email.fold()).await {
        Ok(()) => send(&front, id, new).await?,
        Err(PageError::TooMany(_)) => {}
        Err(error) => return Err(error),
    }
    let hours = LIFETIME.as_hours();
    front.page(&SignUpSentPage { email, hours })
}

async fn send(front: &SignupHost, id: EntryId, new: NewSignUp) -> Result<(), PageError> {
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
        company: sign_up.company.clone(),
        until: sign_up.until(),
        hours: LIFETIME.as_hours(),
    };
    let mail = front.mail(&sign_up, message);
    front.directory().begin_sign_up(&sign_up, &mail).await?;
    Ok(())
}
