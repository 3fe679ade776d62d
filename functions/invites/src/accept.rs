//! The setup link: out of the address at once, then a password, then an account.

use domain::id::UserId;
use domain::input::Invalid;
use domain::invite::State;
use domain::password;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::directory::hash;
use store::{Limit, Redeemable};
use web::{Anyone, Context, Error, Form, Ids, Page, ProtectedForm, Reply, see_other};

const BY_ADDRESS: Limit = Limit {
    rule: "invite-address",
    most: 60,
    window: SignedDuration::from_hours(1),
};

/// The form for a password.
#[derive(Debug, Serialize)]
pub(crate) struct Accept {
    form: Form,
    name: String,
    email: String,
    client_name: Option<String>,
    action: &'static str,
    min: usize,
}

/// A link that is good for nothing: why, is nobody's business.
#[derive(Debug, Serialize)]
pub(crate) struct Gone {}

#[derive(Deserialize)]
pub(crate) struct Token {
    token: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    password: String,
    again: String,
}

impl Page for Accept {
    const TEMPLATE: &'static str = "pages/invites/accept.html";

    fn title(&self) -> String {
        "Set your password".to_owned()
    }

    fn sample() -> Self {
        Self {
            form: Form::failed(&(), &Invalid::at("password", "Use at least 12 characters.")),
            name: "Ana <b>".to_owned(),
            email: "ana@example.com".to_owned(),
            client_name: Some("Initech".to_owned()),
            action: "/invite",
            min: password::MIN,
        }
    }
}

impl Page for Gone {
    const TEMPLATE: &'static str = "pages/invites/gone.html";

    fn title(&self) -> String {
        "This link can't be used".to_owned()
    }

    fn sample() -> Self {
        Self {}
    }
}

/// Takes the token out of the address, where histories and logs would keep it.
/// Nothing is looked up: a program that follows links learns and uses up nothing.
pub(crate) async fn take(Ids(Token { token }): Ids<Token>) -> Result<Reply, Error> {
    let to = see_other("/invite");
    Ok(if web::is_token(&token) {
        to.invited(&token)
    } else {
        to.uninvited()
    })
}

pub(crate) async fn get(Anyone { ctx }: Anyone) -> Result<Reply, Error> {
    match redeemable(&ctx).await? {
        Some(redeemable) => ctx.page(&form(&redeemable, Form::default()).await?),
        None => ctx.page(&Gone {}),
    }
}

pub(crate) async fn post(
    Anyone { ctx }: Anyone,
    chosen: ProtectedForm<Chosen>,
) -> Result<Reply, Error> {
    let Some(redeemable) = redeemable(&ctx).await? else {
        return ctx.refused(&Gone {});
    };
    let invite = &redeemable.invite;
    let about = [
        invite.name.as_str(),
        invite.email.as_str(),
        ctx.workspace.name.as_str(),
    ];
    let Chosen { password, again } = &chosen.input;
    if let Err(invalid) = password::check(password, again, &about) {
        return ctx.refused(&form(&redeemable, Form::failed(&(), &invalid)).await?);
    }
    // The password first, for a username of this attempt alone: without the
    // account that follows it opens nothing, and of two who hold the link the
    // late one can't change the other's.
    let user: UserId = ctx.app.new_id();
    let identity = &ctx.app.services.identity;
    identity.set_password(user, password).await?;
    match redeemable.accept(user, ctx.now).await {
        Ok(_) => Ok(see_other("/sign-in").uninvited().flash("password-set")),
        Err(store::Error::Refused(_)) => Ok(ctx.refused(&Gone {})?.uninvited()),
        Err(error) => Err(error.into()),
    }
}

async fn redeemable(ctx: &Context) -> Result<Option<Redeemable>, Error> {
    ctx.limit_address(BY_ADDRESS).await?;
    let Some(token) = ctx.invite_token() else {
        return Ok(None);
    };
    let found = ctx
        .directory()
        .redeemable(ctx.workspace.id, &hash(token))
        .await?;
    Ok(found.filter(|found| found.invite.state(ctx.now) == State::Pending))
}

async fn form(redeemable: &Redeemable, form: Form) -> Result<Accept, Error> {
    let client = redeemable.client().await?;
    Ok(Accept {
        form,
        name: redeemable.invite.name.clone(),
        email: redeemable.invite.email.as_str().to_owned(),
        client_name: client.map(|client| client.name),
        action: "/invite",
        min: password::MIN,
    })
}
