//! The first step: a company, a name, a mail address. The answer is the same whoever
//! has the address.

use domain::id::EntryId;
use domain::input::Invalid;
use domain::mail::Message;
use domain::signup::{LIFETIME, NewSignUp, SignUp, SignUpInput};
use jiff::SignedDuration;
use serde::Serialize;
use store::Limit;
use web::{Error, Form, Front, Page, ProtectedForm, Reply};

const BY_MAILBOX: Limit = Limit {
    rule: "sign-up-mailbox",
    most: 3,
    window: SignedDuration::from_hours(1),
};
const BY_ADDRESS: Limit = Limit {
    rule: "sign-up-address",
    most: 20,
    window: SignedDuration::from_hours(1),
};

/// The page with the form.
#[derive(Debug, Serialize)]
pub(crate) struct Ask {
    id: EntryId,
    form: Form,
}

/// What is said after it was sent.
#[derive(Debug, Serialize)]
pub(crate) struct Sent {
    email: String,
    hours: i64,
}

impl Page for Ask {
    const TEMPLATE: &'static str = "pages/signup/ask.html";

    fn title(&self) -> String {
        "A client portal for your security consultancy".to_owned()
    }

    fn sample() -> Self {
        let invalid = Invalid::at("email", "Enter a mail address.");
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

impl Page for Sent {
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

pub(crate) async fn get(front: Front) -> Result<Reply, Error> {
    let id = front.app.new_id();
    let form = Form::filled(&SignUpInput::default());
    front.page(&Ask { id, form })
}

pub(crate) async fn post(front: Front, form: ProtectedForm<SignUpInput>) -> Result<Reply, Error> {
    front.limit_address(BY_ADDRESS).await?;
    let id = form.id()?;
    let new = match form.input.parse() {
        Ok(new) => new,
        Err(invalid) => {
            let form = Form::failed(&form.input, &invalid);
            return front.refused(&Ask { id, form });
        }
    };
    let email = new.email.as_str().to_owned();
    // Over the limit, nothing is sent and nothing else is said: asking often doesn't
    // flood a mailbox.
    match front.limit(BY_MAILBOX, &new.email.fold()).await {
        Ok(()) => send(&front, id, new).await?,
        Err(Error::TooMany(_)) => {}
        Err(error) => return Err(error),
    }
    let hours = LIFETIME.as_hours();
    front.page(&Sent { email, hours })
}

async fn send(front: &Front, id: EntryId, new: NewSignUp) -> Result<(), Error> {
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
    let message = Message::SignUp {
        sign_up: id,
        company: sign_up.company.clone(),
        until: sign_up.until(),
        hours: LIFETIME.as_hours(),
    };
    let mail = front.mail(&sign_up, message);
    front.directory().begin_sign_up(&sign_up, &mail).await?;
    Ok(())
}
