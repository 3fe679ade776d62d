//! A forgotten password, second step: the link, then a new one.

use domain::input::Invalid;
use domain::mail::Message;
use domain::password::Chosen;
use jiff::SignedDuration;
use serde::Serialize;
use store::directory::hash;
use store::{Limit, Reset};
use web::{Anyone, Context, Error, Form, Ids, Page, ProtectedForm, Reply, Token, see_other};

const BY_ADDRESS: Limit = Limit {
    rule: "reset-address",
    most: 60,
    window: SignedDuration::from_hours(1),
};

/// The form for a new password.
#[derive(Debug, Serialize)]
pub(crate) struct NewPassword {
    form: Form,
    email: String,
}

/// A link that is good for nothing: why, is nobody's business.
#[derive(Debug, Serialize)]
pub(crate) struct ResetGone {}

impl Page for NewPassword {
    const TEMPLATE: &'static str = "pages/auth/reset.html";

    fn title(&self) -> String {
        "Set a new password".to_owned()
    }

    fn sample() -> Self {
        Self {
            form: Form::failed(&(), &Invalid::at("password", "Use at least 12 characters.")),
            email: "ada@example.com".to_owned(),
        }
    }
}

impl Page for ResetGone {
    const TEMPLATE: &'static str = "pages/auth/reset_gone.html";

    fn title(&self) -> String {
        "This link can't be used".to_owned()
    }

    fn sample() -> Self {
        Self {}
    }
}

/// Takes the token out of the address, and looks nothing up.
pub(crate) async fn take(Ids(Token { token }): Ids<Token>) -> Result<Reply, Error> {
    let to = see_other("/reset");
    Ok(if web::is_token(&token) {
        to.resetting(&token)
    } else {
        to.reset_over()
    })
}

pub(crate) async fn get(Anyone { ctx }: Anyone) -> Result<Reply, Error> {
    match reset(&ctx).await? {
        Some(reset) => ctx.page(&form(&reset, Form::default())),
        None => ctx.page(&ResetGone {}),
    }
}

pub(crate) async fn post(
    Anyone { ctx }: Anyone,
    chosen: ProtectedForm<Chosen>,
) -> Result<Reply, Error> {
    let Some(reset) = reset(&ctx).await? else {
        return ctx.refused(&ResetGone {});
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
    let mail = ctx.mail(&person.name, &person.email, Message::PasswordChanged);
    let (directory, told) = (ctx.directory(), (ctx.app.new_id(), &mail));
    let used = directory.use_reset(&reset, told, ctx.now);
    match used.await {
        Ok(()) => {}
        Err(store::Error::Refused(_)) => return Ok(ctx.refused(&ResetGone {})?.reset_over()),
        Err(error) => return Err(error.into()),
    }
    let identity = &ctx.app.services.identity;
    let password = &chosen.input.password;
    identity.set_password(person.id, password).await?;
    Ok(see_other("/sign-in").reset_over().flash("password-set"))
}

async fn reset(ctx: &Context) -> Result<Option<Reset>, Error> {
    ctx.limit_address(BY_ADDRESS).await?;
    let Some(token) = ctx.reset_token() else {
        return Ok(None);
    };
    let (directory, hash) = (ctx.directory(), hash(token));
    let found = directory.reset(ctx.workspace.id, &hash, ctx.now);
    Ok(found.await?)
}

fn form(reset: &Reset, form: Form) -> NewPassword {
    NewPassword {
        form,
        email: reset.person.email.as_str().to_owned(),
    }
}
