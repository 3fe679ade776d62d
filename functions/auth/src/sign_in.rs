//! The way in: mail address and password, then a session of our own.

use domain::email::EmailAddress;
use domain::input::Invalid;
use domain::person::Person;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::Limit;
use store::directory::hash;
use web::{Anyone, Context, Error, Form, Page, ProtectedForm, Query, Reply, see_other};

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
    let Some(person) = check(&ctx, &input).await? else {
        let wrong = Invalid::at("form", "The e-mail address or the password is wrong.");
        let form = Form::failed(&input, &wrong);
        return ctx.refused(&SignIn {
            form,
            next: next.to_owned(),
            notice: None,
        });
    };
    let directory = ctx.directory();
    if let Some(former) = &ctx.session {
        directory.close_session(former).await?;
    }
    let secret = ctx.app.new_secret();
    let workspace = &ctx.workspace;
    directory
        .open_session(
            workspace.id,
            &workspace.slug,
            &person,
            &hash(&secret),
            &ctx.device(),
            ctx.now,
        )
        .await?;
    Ok(see_other(next).signed_in(&secret))
}

/// The person, if the password is right. Whoever isn't known takes the same
/// way, under a name that nobody has.
async fn check(ctx: &Context, input: &Input) -> Result<Option<Person>, Error> {
    ctx.limit_address(BY_ADDRESS).await?;
    let Ok(email) = input.email.parse::<EmailAddress>() else {
        return Ok(None);
    };
    ctx.limit(Limit::GUESSES, &email.fold()).await?;
    let directory = ctx.directory();
    let login = directory.login(ctx.workspace.id, &email).await?;
    // Read before the password is asked for: what changes after it is seen.
    let person = match &login {
        Some(login) => directory.person(ctx.workspace.id, login).await?,
        None => None,
    };
    let user = login
        .as_ref()
        .map_or_else(|| ctx.app.new_id(), |login| login.user);
    let right = ctx
        .app
        .services
        .identity
        .is_password(user, &input.password, ctx.now)
        .await?;
    Ok(person.filter(|_| right))
}
