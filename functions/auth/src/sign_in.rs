//! The way in: mail address and password, then a session of our own.

use domain::email::EmailAddress;
use domain::input::FieldErrors;
use domain::person::Person;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::{RateLimit, SignInStep};
use web::{
    Context, Form, Page, PageError, PasswordAnswer, ProtectedForm, PublicAccess, Query, Reply,
    open_session, see_other,
};

use crate::code::{self, PendingSignIn};
use crate::next::local;

const BY_ADDRESS: RateLimit = RateLimit {
    rule: "sign-in-address",
    most: 50,
    window: SignedDuration::from_mins(15),
};

/// The page with the form.
#[derive(Debug, Serialize)]
pub(crate) struct SignInPage {
    form: Form,
    next: String,
    notice: Option<&'static str>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInForm {
    email: String,
    #[serde(skip_serializing)]
    password: String,
    next: String,
}

#[derive(Deserialize)]
pub(crate) struct SignInQuery {
    #[serde(default)]
    next: String,
}

impl Page for SignInPage {
    const TEMPLATE: &'static str = "pages/auth/sign_in.html";

    fn title(&self) -> String {
        "Sign in".to_owned()
    }

    fn sample() -> Self {
        let input = SignInForm {
            email: "ada@example.com".to_owned(),
            ..SignInForm::default()
        };
        let form = Form::failed(
            &input,
            &FieldErrors::at("form", "The e-mail address or the password is wrong."),
        );
        Self {
            form,
            next: "/".to_owned(),
            notice: Some("Sign in to go on."),
        }
    }
}

pub(crate) async fn get(
    PublicAccess { ctx }: PublicAccess,
    Query(wanted): Query<SignInQuery>,
) -> Result<Reply, PageError> {
    let next = local(&wanted.next);
    if ctx.session.is_some() {
        return Ok(see_other(next));
    }
    let notice = (next != "/").then_some("Sign in to see that page.");
    ctx.page(&SignInPage {
        form: Form::filled(&SignInForm::default()),
        next: next.to_owned(),
        notice,
    })
}

pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<SignInForm>,
) -> Result<Reply, PageError> {
    let input = form.input;
    let next = local(&input.next);
    match check(&ctx, &input).await? {
        Known::Person(person) => {
            let opened = open_session(&ctx, &person, SignInStep::Password, next).await?;
            opened.ok_or_else(|| PageError::internal("a password is no code to be used up"))
        }
        Known::AsksForCode(pending) => {
            let step = ctx.begin_step(code::PURPOSE, &pending)?;
            Ok(see_other("/sign-in/code").cookie(step))
        }
        Known::Nobody => {
            let wrong = FieldErrors::at("form", "The e-mail address or the password is wrong.");
            let form = Form::failed(&input, &wrong);
            ctx.refused(&SignInPage {
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
    AsksForCode(PendingSignIn),
    Nobody,
}

/// Whose the password is. Whoever isn't known takes the same way, under a name
/// that nobody has.
async fn check(ctx: &Context, input: &SignInForm) -> Result<Known, PageError> {
    ctx.limit_address(BY_ADDRESS).await?;
    let Ok(email) = input.email.parse::<EmailAddress>() else {
        return Ok(Known::Nobody);
    };
    ctx.limit(RateLimit::GUESSES, &email.fold()).await?;
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
        (Some(_), PasswordAnswer::Wrong) => Err("wrong password"),
        (Some(person), _) if person.disabled.is_some() => Err("disabled"),
        (Some(person), PasswordAnswer::Right(_)) if person.mfa.is_some() => {
            return Err(PageError::internal("no code is asked for where one is due"));
        }
        (Some(person), PasswordAnswer::Right(_)) => Ok(Known::Person(Box::new(person))),
        (Some(person), PasswordAnswer::AsksForCode(challenge)) => {
            let next = local(&input.next).to_owned();
            Ok(Known::AsksForCode(PendingSignIn::of(
                &person, challenge, next,
            )))
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
