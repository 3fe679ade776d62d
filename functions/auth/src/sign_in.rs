//! Signing in by mail address and password.

use domain::email::EmailAddress;
use domain::input::FieldErrors;
use domain::person::Person;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::{RateLimit, SignInStep, sha256_hex};
use web::{
    Context, Destination, Form, GuessLimits, KeptForm, Page, PageError, PasswordAnswer,
    ProtectedForm, PublicAccess, Query, Reply, locked_error, open_session, see_other,
};

use crate::code::{self, CodePage, PendingSignIn};
use crate::redirect_target::local_path;

const BY_ADDRESS: RateLimit = RateLimit {
    rule: "sign-in-address",
    most: 50,
    window: SignedDuration::from_mins(15),
};

/// What is said of a sign-in that failed. It is the same whether an account exists or is locked.
const WRONG: &str = "The e-mail address or the password is wrong. After several wrong passwords \
                     the right one is refused as well for some minutes.";

#[derive(Debug, Serialize)]
pub(crate) struct SignInPage {
    form: Form,
    next: String,
    notice: Option<&'static str>,
    /// A form that the end of a session refused.
    kept: Option<KeptForm>,
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

    fn samples() -> Vec<Self> {
        let empty = Self {
            form: Form::filled(&SignInForm::default()),
            notice: None,
            ..Self::sample()
        };
        vec![Self::sample(), empty]
    }

    fn sample() -> Self {
        let input = SignInForm {
            email: "ada@example.com".to_owned(),
            ..SignInForm::default()
        };
        let form = Form::with_errors(&input, &FieldErrors::of("form", WRONG));
        Self {
            form,
            next: "/".to_owned(),
            notice: Some("Sign in to go on."),
            kept: Some(KeptForm::sample()),
        }
    }
}

pub(crate) async fn get(
    PublicAccess { ctx }: PublicAccess,
    Query(query): Query<SignInQuery>,
) -> Result<Reply, PageError> {
    let next = local_path(&query.next);
    if ctx.session.is_some() {
        return Ok(see_other(next));
    }
    let notice = (next != "/").then_some("Sign in to see that page.");
    ctx.render(&SignInPage {
        form: Form::filled(&SignInForm::default()),
        next: next.to_owned(),
        notice,
        kept: None,
    })
}

pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<SignInForm>,
) -> Result<Reply, PageError> {
    let (input, kept) = (form.input, form.kept);
    let next = local_path(&input.next);
    match check_password(&ctx, &input).await? {
        SignInCheck::Passed(person) => {
            let destination = Destination {
                next: next.to_owned(),
                kept,
            };
            let opened = open_session(&ctx, &person, SignInStep::Password, destination).await?;
            opened.ok_or_else(|| PageError::internal("a password is no code to be used up"))
        }
        SignInCheck::NeedsCode(pending) => {
            let step = ctx.set_step(code::CODE_STEP, &pending)?;
            let reply = match kept {
                Some(kept) => ctx.render(&CodePage::carrying(kept))?,
                None => see_other("/sign-in/code"),
            };
            Ok(reply.cookie(step))
        }
        SignInCheck::Locked => render_failed(&ctx, &input, kept, &locked_error("form")),
        SignInCheck::Failed => render_failed(&ctx, &input, kept, &FieldErrors::of("form", WRONG)),
    }
}

fn render_failed(
    ctx: &Context,
    input: &SignInForm,
    kept: Option<KeptForm>,
    errors: &FieldErrors,
) -> Result<Reply, PageError> {
    ctx.render_refused(&SignInPage {
        form: Form::with_errors(input, errors),
        next: local_path(&input.next).to_owned(),
        notice: None,
        kept,
    })
}

/// The outcome of checking mail address and password.
enum SignInCheck {
    Passed(Box<Person>),
    NeedsCode(PendingSignIn),
    /// Too many wrong passwords: none is looked at for some minutes.
    Locked,
    Failed,
}

/// The hash of this browser's token, where the person was signed in with it before.
async fn find_known_browser(
    ctx: &Context,
    person: Option<&Person>,
) -> Result<Option<String>, PageError> {
    let (Some(person), Some(token)) = (person, ctx.known_browser_token()) else {
        return Ok(None);
    };
    let hash = sha256_hex(token);
    let (directory, ws) = (ctx.directory(), ctx.workspace.id);
    let is_known = directory.has_used_browser(ws, person, &hash).await?;
    Ok(is_known.then_some(hash))
}

/// Checks the password. An unknown address takes the same steps, under a username that
/// doesn't exist.
async fn check_password(ctx: &Context, input: &SignInForm) -> Result<SignInCheck, PageError> {
    ctx.limit_address(BY_ADDRESS).await?;
    let Ok(email) = input.email.parse::<EmailAddress>() else {
        return Ok(SignInCheck::Failed);
    };
    let (directory, ws) = (ctx.directory(), ctx.workspace.id);
    let login = directory.find_login(ws, &email).await?;
    // Read before the password is checked: opening the session notices a change since.
    let person = match &login {
        Some(login) => directory.person(ws, login).await?,
        None => None,
    };
    let user = login
        .as_ref()
        .map_or_else(|| ctx.app.new_id(), |login| login.user);
    let known_browser = find_known_browser(ctx, person.as_ref()).await?;
    let limits = match &known_browser {
        Some(browser) => GuessLimits::of_browser(&email.fold(), browser),
        None => GuessLimits::of_stranger(&email.fold(), ctx),
    };
    // A stranger learns nothing of the lock, since only accounts that exist are locked.
    let is_stranger = known_browser.is_none();
    let answer = ctx
        .verify_guess(&limits, user, &input.password, is_stranger)
        .await?;
    let check = match (person, answer) {
        (Some(_), PasswordAnswer::Locked) if !is_stranger => return Ok(SignInCheck::Locked),
        (Some(_), PasswordAnswer::Locked) => Err("locked after wrong passwords"),
        (None, _) => Err("no such account"),
        (Some(_), PasswordAnswer::Wrong) => Err("wrong password"),
        (Some(person), _) if person.disabled_at.is_some() => Err("disabled"),
        (Some(person), PasswordAnswer::Right(_)) if person.mfa.is_some() => {
            return Err(PageError::internal("no code is asked for where one is due"));
        }
        (Some(person), PasswordAnswer::Right(_)) => Ok(SignInCheck::Passed(Box::new(person))),
        (Some(person), PasswordAnswer::AsksForCode(challenge)) => {
            let next = local_path(&input.next).to_owned();
            Ok(SignInCheck::NeedsCode(PendingSignIn::of(
                &person, challenge, next,
            )))
        }
    };
    match check {
        Ok(check) => Ok(check),
        Err(why) => {
            let client = login.and_then(|login| login.client);
            directory
                .record_failed_sign_in(ws, client, &email, why)
                .await?;
            Ok(SignInCheck::Failed)
        }
    }
}
