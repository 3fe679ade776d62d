//! A forgotten password, second step: the link, then a new one.

use domain::input::FieldErrors;
use domain::mail::MailMessage;
use domain::password::PasswordInput;
use jiff::SignedDuration;
use serde::Serialize;
use store::directory::hash;
use store::{PasswordReset, RateLimit};
use web::{
    Context, Form, Ids, Page, PageError, ProtectedForm, PublicAccess, Reply, Token, see_other,
};

const BY_ADDRESS: RateLimit = RateLimit {
    rule: "reset-address",
    most: 60,
    window: SignedDuration::from_hours(1),
};

/// The form for a new password.
#[derive(Debug, Serialize)]
pub(crate) struct ResetPage {
    form: Form,
    email: String,
}

/// A link that is good for nothing: why, is nobody's business.
#[derive(Debug, Serialize)]
pub(crate) struct ResetGonePage {}

impl Page for ResetPage {
    const TEMPLATE: &'static str = "pages/auth/reset.html";

    fn title(&self) -> String {
        "Set a new password".to_owned()
    }

    fn sample() -> Self {
        Self {
            form: Form::failed(
                &(),
                &FieldErrors::at("password", "Use at least 12 characters."),
            ),
            email: "ada@example.com".to_owned(),
        }
    }
}

impl Page for ResetGonePage {
    const TEMPLATE: &'static str = "pages/auth/reset_gone.html";

    fn title(&self) -> String {
        "This link can't be used".to_owned()
    }

    fn sample() -> Self {
        Self {}
    }
}

/// Takes the token out of the address, and looks nothing up.
pub(crate) async fn take(Ids(Token { token }): Ids<Token>) -> Result<Reply, PageError> {
    let to = see_other("/reset");
    Ok(if web::is_token(&token) {
        to.resetting(&token)
    } else {
        to.reset_over()
    })
}

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    match reset(&ctx).await? {
        Some(reset) => ctx.page(&form(&reset, Form::default())),
        None => ctx.page(&ResetGonePage {}),
    }
}

pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    chosen: ProtectedForm<PasswordInput>,
) -> Result<Reply, PageError> {
    let Some(reset) = reset(&ctx).await? else {
        return ctx.refused(&ResetGonePage {});
    };
    let person = &reset.person;
    let about = [
        person.name.as_str(),
        person.email.as_str(),
        &ctx.workspace.name,
    ];
    if let Err(invalid) = chosen.input.check(&about) {
        return ctx.refused(&form(&reset, Form::failed(&(), &invalid)));
    }
    // The link first: of two who hold it, only one sets a password.
    let mail = ctx.mail(&person.name, &person.email, MailMessage::PasswordChanged);
    let (directory, told) = (ctx.directory(), (ctx.app.new_id(), &mail));
    let used = directory.use_reset(&reset, told, ctx.now);
    match used.await {
        Ok(()) => {}
        Err(store::StoreError::Refused(_)) => {
            return Ok(ctx.refused(&ResetGonePage {})?.reset_over());
        }
        Err(error) => return Err(error.into()),
    }
    let identity = &ctx.app.services.identity;
    let password = &chosen.input.password;
    identity.set_password(person.id, password).await?;
    Ok(see_other("/sign-in").reset_over().flash("password-set"))
}

async fn reset(ctx: &Context) -> Result<Option<PasswordReset>, PageError> {
    ctx.limit_address(BY_ADDRESS).await?;
    let Some(token) = ctx.reset_token() else {
        return Ok(None);
    };
    let (directory, hash) = (ctx.directory(), hash(token));
    let found = directory.reset(ctx.workspace.id, &hash, ctx.now);
    Ok(found.await?)
}

fn form(reset: &PasswordReset, form: Form) -> ResetPage {
    ResetPage {
        form,
        email: reset.person.email.as_str().to_owned(),
    }
}
