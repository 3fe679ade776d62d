//! The second step of signing in, for those who have a second factor.

use domain::id::{ClientId, UserId};
use domain::input::FieldErrors;
use domain::person::Person;
use serde::{Deserialize, Serialize};
use store::Login;
use web::{
    Context, Destination, Form, KeptForm, MfaChallenge, Page, PageError, ProtectedForm,
    PublicAccess, ReauthProof, Reply, open_session, see_other, verify_code, wrong_code_error,
};

/// The purpose of the cookie between password and code.
pub(crate) const CODE_STEP: &str = "sign-in";

/// A person whose password was right, and whose code is missing.
#[derive(Serialize, Deserialize)]
pub(crate) struct PendingSignIn {
    user: UserId,
    client: Option<ClientId>,
    /// The epoch of the account then; a change of password or role ends the sign-in.
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

#[derive(Debug, Serialize)]
pub(crate) struct CodePage {
    form: Form,
    /// A form that the end of a session refused.
    kept: Option<KeptForm>,
}

impl CodePage {
    /// The page that follows the password, for a form that is to be sent after the code.
    pub(crate) fn carrying(kept: KeptForm) -> Self {
        Self {
            form: Form::default(),
            kept: Some(kept),
        }
    }
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
            form: Form::with_errors(&(), &wrong_code_error()),
            kept: Some(KeptForm::sample()),
        }
    }
}

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    match ctx.step::<PendingSignIn>(CODE_STEP) {
        Some(_) => ctx.render(&CodePage {
            form: Form::default(),
            kept: None,
        }),
        None => Ok(see_other("/sign-in")),
    }
}

pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<CodeForm>,
) -> Result<Reply, PageError> {
    let Some(pending) = ctx.step::<PendingSignIn>(CODE_STEP) else {
        return Ok(see_other("/sign-in").flash("sign-in-again"));
    };
    let login = Login::of(pending.user, pending.client);
    let person = ctx.directory().person(ctx.workspace.id, &login).await?;
    let is_unchanged =
        |person: &Person| person.epoch == pending.epoch && person.disabled_at.is_none();
    let Some(person) = person.filter(is_unchanged) else {
        return Ok(see_other("/sign-in").clear_step().flash("sign-in-again"));
    };
    let code = &form.input.code;
    let step = match verify_code(&ctx, pending.user, &pending.challenge, code).await? {
        ReauthProof::Given(step) => step,
        ReauthProof::Expired => {
            return Ok(see_other("/sign-in").clear_step().flash("sign-in-again"));
        }
        ReauthProof::Failed(invalid) => {
            return refuse_code(&ctx, &person, &invalid, form.kept).await;
        }
    };
    let destination = Destination {
        next: pending.next,
        kept: form.kept.clone(),
    };
    match open_session(&ctx, &person, step, destination).await? {
        Some(reply) => Ok(reply.clear_step()),
        None => refuse_code(&ctx, &person, &wrong_code_error(), form.kept).await,
    }
}

async fn refuse_code(
    ctx: &Context,
    person: &Person,
    invalid: &FieldErrors,
    kept: Option<KeptForm>,
) -> Result<Reply, PageError> {
    let (directory, ws) = (ctx.directory(), ctx.workspace.id);
    let recorded = directory.record_failed_sign_in(ws, person.client, &person.email, "wrong code");
    recorded.await?;
    let form = Form::with_errors(&(), invalid);
    ctx.render_refused(&CodePage { form, kept })
}
