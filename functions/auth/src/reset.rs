//! The second step of resetting a password: the link of the mail, then a new password.

use domain::input::FieldErrors;
use domain::mail::MailMessage;
use domain::password::PasswordInput;
use jiff::SignedDuration;
use serde::Serialize;
use store::{PasswordReset, RateLimit, sha256_hex};
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

/// The answer to a link that can't be used; it doesn't say why.
#[derive(Debug, Serialize)]
pub(crate) struct ResetGonePage {}

impl Page for ResetPage {
    const TEMPLATE: &'static str = "pages/auth/reset.html";

    fn title(&self) -> String {
        "Set a new password".to_owned()
    }

    fn sample() -> Self {
        Self {
            form: Form::with_errors(
                &(),
                &FieldErrors::of("password", "Use at least 12 characters."),
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

impl ResetPage {
    fn new(reset: &PasswordReset, form: Form) -> Self {
        Self {
            form,
            email: reset.person.email.as_str().to_owned(),
        }
    }
}

/// Moves the token from the address into a cookie; nothing is looked up.
pub(crate) async fn take_token(Ids(Token { token }): Ids<Token>) -> Result<Reply, PageError> {
    let reply = see_other("/reset");
    Ok(if web::is_token(&token) {
        reply.set_reset(&token)
    } else {
        reply.clear_reset()
    })
}

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    match find_reset(&ctx).await? {
        Some(reset) => ctx.render(&ResetPage::new(&reset, Form::default())),
        None => ctx.render(&ResetGonePage {}),
    }
}

pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<PasswordInput>,
) -> Result<Reply, PageError> {
    let Some(reset) = find_reset(&ctx).await? else {
        return ctx.render_refused(&ResetGonePage {});
    };
    let person = &reset.person;
    let personal_words = [
        person.name.as_str(),
        person.email.as_str(),
        &ctx.workspace.name,
    ];
    if let Err(invalid) = form.input.check(&personal_words) {
        return ctx.render_refused(&ResetPage::new(&reset, Form::with_errors(&(), &invalid)));
    }
    // The link is redeemed first: of two who hold it, only one sets a password. That it was set is
    // told only once it was.
    let directory = ctx.directory();
    match directory.redeem_reset(&reset).await {
        Ok(()) => {}
        Err(store::StoreError::Refused(_)) => {
            return Ok(ctx.render_refused(&ResetGonePage {})?.clear_reset());
        }
        Err(error) => return Err(error.into()),
    }
    let identity = &ctx.app.services.identity;
    let password = &form.input.password;
    identity.set_password(person.id, password).await?;
    let mail = ctx.new_mail(&person.name, &person.email, MailMessage::PasswordChanged);
    let id = ctx.app.new_id();
    directory.record_reset(&reset, id, &mail, ctx.now).await?;
    Ok(see_other("/sign-in").clear_reset().flash("password-set"))
}

async fn find_reset(ctx: &Context) -> Result<Option<PasswordReset>, PageError> {
    ctx.limit_address(BY_ADDRESS).await?;
    let Some(token) = ctx.reset_token() else {
        return Ok(None);
    };
    let (directory, hash) = (ctx.directory(), sha256_hex(token));
    Ok(directory
        .find_reset(ctx.workspace.id, &hash, ctx.now)
        .await?)
}
