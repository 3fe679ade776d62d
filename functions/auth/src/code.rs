//! The second step of signing in, for those who have a second factor.

use domain::id::{ClientId, UserId};
use domain::input::Invalid;
use domain::person::Person;
use serde::{Deserialize, Serialize};
use store::directory::Login;
use web::{
    Anyone, Challenge, Context, Error, Form, Page, Proof, ProtectedForm, Reply, open_session,
    prove_code, see_other, wrong_code,
};

/// What the step between password and code is sealed for.
pub(crate) const PURPOSE: &str = "sign-in";

/// Somebody whose password was right a moment ago.
#[derive(Serialize, Deserialize)]
pub(crate) struct Pending {
    user: UserId,
    client: Option<ClientId>,
    /// The account as it was then: another password or role since, and it is over.
    epoch: i64,
    challenge: Challenge,
    next: String,
}

impl Pending {
    pub(crate) fn of(person: &Person, challenge: Challenge, next: String) -> Self {
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
pub(crate) struct Code {
    form: Form,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    code: String,
}

impl Page for Code {
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

pub(crate) async fn get(Anyone { ctx }: Anyone) -> Result<Reply, Error> {
    match ctx.step::<Pending>(PURPOSE) {
        Some(_) => ctx.page(&Code {
            form: Form::default(),
        }),
        None => Ok(see_other("/sign-in")),
    }
}

pub(crate) async fn post(
    Anyone { ctx }: Anyone,
    form: ProtectedForm<Input>,
) -> Result<Reply, Error> {
    let Some(pending) = ctx.step::<Pending>(PURPOSE) else {
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
        Proof::Given(step) => step,
        Proof::Over => return Ok(see_other("/sign-in").step_over().flash("sign-in-again")),
        Proof::Failed(invalid) => return refused(&ctx, &person, &invalid).await,
    };
    match open_session(&ctx, &person, step, &pending.next).await? {
        Some(reply) => Ok(reply.step_over()),
        None => refused(&ctx, &person, &wrong_code()).await,
    }
}

async fn refused(ctx: &Context, person: &Person, invalid: &Invalid) -> Result<Reply, Error> {
    let (directory, ws) = (ctx.directory(), ctx.workspace.id);
    let failed = directory.sign_in_failed(ws, person.client, &person.email, "wrong code");
    failed.await?;
    let form = Form::failed(&(), invalid);
    ctx.refused(&Code { form })
}
