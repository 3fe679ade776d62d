//! The second step of signing in, for those who have a second factor.

use domain::id::{ClientId, UserId};
use domain::input::FieldErrors;
use domain::person::Person;
use serde::{Deserialize, Serialize};
use store::directory::Login;
use web::{
    Context, Form, MfaChallenge, Page, PageError, ProtectedForm, PublicAccess, ReauthProof, Reply,
    open_session, prove_code, see_other, wrong_code,
};

/// What the step between password and code is sealed for.
pub(crate) const PURPOSE: &str = "sign-in";

/// Somebody whose password was right a moment ago.
#[derive(Serialize, Deserialize)]
pub(crate) struct PendingSignIn {
    user: UserId,
    client: Option<ClientId>,
    /// The account as it was then: another password or role since, and it is over.
    epoch: i64,
    challenge: MfaChallenge,
    next: String,
}

impl PendingSignIn {
    pub(crate) fn of(person: &Person, challenge: MfaChallenge, next: String) -> Self {
        Self {
            user: person.id,
            client: person.client,
            epoch: person.epoch,
            challenge,
            next,
        }
    }
}

/// The page with the form.
#[derive(Debug, Serialize)]
pub(crate) struct CodePage {
    form: Form,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeForm {
    code: String,
}

impl Page for CodePage {
    const TEMPLATE: &'static str = "pages/auth/code.html";

    fn title(&self) -> String {
        "Enter your code".to_owned()
    }

    fn sample() -> Self {
        Self {
            form: Form::failed(&(), &wrong_code()),
        }
    }
}

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    match ctx.step::<PendingSignIn>(PURPOSE) {
        Some(_) => ctx.page(&CodePage {
            form: Form::default(),
        }),
        None => Ok(see_other("/sign-in")),
    }
}

pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<CodeForm>,
) -> Result<Reply, PageError> {
    let Some(pending) = ctx.step::<PendingSignIn>(PURPOSE) else {
        return Ok(see_other("/sign-in").flash("sign-in-again"));
    };
    let login = Login::of(pending.user, pending.client);
    let person = ctx.directory().person(ctx.workspace.id, &login).await?;
    let same = |person: &Person| person.epoch == pending.epoch && person.disabled.is_none();
    let Some(person) = person.filter(same) else {
        return Ok(see_other("/sign-in").step_over().flash("sign-in-again"));
    };
    let typed = &form.input.code;
    let step = match prove_code(&ctx, pending.user, &pending.challenge, typed).await? {
        ReauthProof::Given(step) => step,
        ReauthProof::Over => return Ok(see_other("/sign-in").step_over().flash("sign-in-again")),
        ReauthProof::Failed(invalid) => return refused(&ctx, &person, &invalid).await,
    };
    match open_session(&ctx, &person, step, &pending.next).await? {
        Some(reply) => Ok(reply.step_over()),
        None => refused(&ctx, &person, &wrong_code()).await,
    }
}

async fn refused(
    ctx: &Context,
    person: &Person,
    invalid: &FieldErrors,
) -> Result<Reply, PageError> {
    let (directory, ws) = (ctx.directory(), ctx.workspace.id);
    let failed = directory.sign_in_failed(ws, person.client, &person.email, "wrong code");
    failed.await?;
    let form = Form::failed(&(), invalid);
    ctx.refused(&CodePage { form })
}
