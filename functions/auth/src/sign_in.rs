//! The way in: mail address and password, then a session of our own.

use domain::email::EmailAddress;
use domain::input::Invalid;
use domain::person::Person;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::{Limit, Step};
use web::{
    Answer, Anyone, Context, Error, Form, Page, ProtectedForm, Query, Reply, open_session,
    see_other,
};

use crate::code::{self, Pending};
use crate::next::local;

const BY_ADDRESS: Limit = Limit {
    rule: "sign-in-address",
    most: 50,
    window: SignedDuration::from_mins(15),
};

/// The page with the form.
#[derive(Debug, Serialize)]
pub(crate) struct SignIn {
    form: Form,
    next: String,
    notice: Option<&'static str>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    email: String,
    #[serde(skip_serializing)]
    password: String,
    next: String,
}

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    next: String,
}

impl Page for SignIn {
    const TEMPLATE: &'static str = "pages/auth/sign_in.html";

    fn title(&self) -> String {
        "Sign in".to_owned()
    }

    fn sample() -> Self {
        let input = Input {
            email: "ada@example.com".to_owned(),
            ..Input::default()
        };
        let form = Form::failed(
            &input,
            &Invalid::at("form", "The e-mail address or the password is wrong."),
        );
        Self {
            form,
            next: "/".to_owned(),
            notice: Some("Sign in to go on."),
        }
    }
}

pub(crate) async fn get(
    Anyone { ctx }: Anyone,
    Query(wanted): Query<Wanted>,
) -> Result<Reply, Error> {
    let next = local(&wanted.next);
    if ctx.session.is_some() {
        return Ok(see_other(next));
    }
    let notice = (next != "/").then_some("Sign in to see that page.");
    ctx.page(&SignIn {
        form: Form::filled(&Input::default()),
        next: next.to_owned(),
        notice,
    })
}

pub(crate) async fn post(
    Anyone { ctx }: Anyone,
    form: ProtectedForm<Input>,
) -> Result<Reply, Error> {
    let input = form.input;
    let next = local(&input.next);
    match check(&ctx, &input).await? {
        Known::Person(person) => {
            let opened = open_session(&ctx, &person, Step::Password, next).await?;
            opened.ok_or_else(|| Error::internal("a password is no code to be used up"))
        }
        Known::AsksForCode(pending) => {
            let step = ctx.begin_step(code::PURPOSE, &pending)?;
            Ok(see_other("/sign-in/code").cookie(step))
        }
        Known::Nobody => {
            let wrong = Invalid::at("form", "The e-mail address or the password is wrong.");
            let form = Form::failed(&input, &wrong);
            ctx.refused(&SignIn {
                form,
                next: next.to_owned(),
                notice: None,
            })
        }
    }
}

/// Who is at the door.
enum Known {
    Person(Box<Person>),
    AsksForCode(Pending),
    Nobody,
}

/// Whose the password is. Whoever isn't known takes the same way, under a name
/// that nobody has.
async fn check(ctx: &Context, input: &Input) -> Result<Known, Error> {
    ctx.limit_address(BY_ADDRESS).await?;
    let Ok(email) = input.email.parse::<EmailAddress>() else {
        return Ok(Known::Nobody);
    };
    ctx.limit(Limit::GUESSES, &email.fold()).await?;
    let (directory, ws) = (ctx.directory(), ctx.workspace.id);
    let login = directory.login(ws, &email).await?;
    // Read before the password is asked for: what changes after it is seen.
    let person = match &login {
        Some(login) => directory.person(ws, login).await?,
        None => None,
    };
    let user = login
        .as_ref()
        .map_or_else(|| ctx.app.new_id(), |login| login.user);
    let identity = &ctx.app.services.identity;
    let answer = identity.check(user, &input.password, ctx.now).await?;
    let known = match (person, answer) {
        (None, _) => Err("no such account"),
        (Some(_), Answer::Wrong) => Err("wrong password"),
        (Some(person), _) if person.disabled.is_some() => Err("disabled"),
        (Some(person), Answer::Right(_)) if person.mfa.is_some() => {
            return Err(Error::internal("no code is asked for where one is due"));
        }
        (Some(person), Answer::Right(_)) => Ok(Known::Person(Box::new(person))),
        (Some(person), Answer::AsksForCode(challenge)) => {
            let next = local(&input.next).to_owned();
            Ok(Known::AsksForCode(Pending::of(&person, challenge, next)))
        }
    };
    match known {
        Ok(known) => Ok(known),
        Err(why) => {
            let client = login.and_then(|login| login.client);
            directory.sign_in_failed(ws, client, &email, why).await?;
            Ok(Known::Nobody)
        }
    }
}
