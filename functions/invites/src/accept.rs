//! The setup link: out of the address at once, then a password, then an account.

use domain::id::{EntryId, UserId};
use domain::input::Invalid;
use domain::invite::State;
use domain::mail::Message;
use domain::password::{self, Chosen};
use jiff::SignedDuration;
use serde::Serialize;
use store::directory::hash;
use store::{Account, Limit, Redeemable};
use web::{Anyone, Context, Error, Form, Ids, Page, ProtectedForm, Reply, Token, see_other};

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
    /// Whether the address has an account, which the client is added to.
    joins: bool,
}

/// A link that is good for nothing: why, is nobody's business but of whoever has
/// an account that can't be added.
#[derive(Debug, Serialize)]
pub(crate) struct Gone {
    clash: bool,
}

/// What a link leads to.
enum Way {
    /// A new account.
    New(Redeemable),
    /// One that there is, to which the client is added.
    Joins(Redeemable, Account),
    /// Nothing: the address has an account that can't be added.
    Clashes,
    /// Nothing.
    Gone,
}

impl Page for Accept {
    const TEMPLATE: &'static str = "pages/invites/accept.html";

    fn title(&self) -> String {
        if self.joins {
            "Join with your account".to_owned()
        } else {
            "Set your password".to_owned()
        }
    }

    fn sample() -> Self {
        Self {
            form: Form::failed(&(), &Invalid::at("password", "Use at least 12 characters.")),
            name: "Ana <b>".to_owned(),
            email: "ana@example.com".to_owned(),
            client_name: Some("Initech".to_owned()),
            action: "/invite",
            min: password::MIN,
            joins: false,
        }
    }
}

impl Page for Gone {
    const TEMPLATE: &'static str = "pages/invites/gone.html";

    fn title(&self) -> String {
        "This link can't be used".to_owned()
    }

    fn sample() -> Self {
        Self { clash: true }
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

const NOTHING: Gone = Gone { clash: false };

pub(crate) async fn get(Anyone { ctx }: Anyone) -> Result<Reply, Error> {
    match way(&ctx).await? {
        Way::New(redeemable) => ctx.page(&form(&redeemable, Form::default(), false).await?),
        Way::Joins(redeemable, _) => ctx.page(&form(&redeemable, Form::default(), true).await?),
        Way::Clashes => ctx.page(&Gone { clash: true }),
        Way::Gone => ctx.page(&NOTHING),
    }
}

pub(crate) async fn post(
    Anyone { ctx }: Anyone,
    chosen: ProtectedForm<Chosen>,
) -> Result<Reply, Error> {
    let (accepted, to, flash) = match way(&ctx).await? {
        Way::Clashes => return ctx.refused(&Gone { clash: true }),
        Way::Gone => return ctx.refused(&NOTHING),
        Way::Joins(redeemable, account) => {
            let mine = ctx
                .actor()
                .is_some_and(|actor| actor.user == account.user());
            let to = if mine { "/switch" } else { "/sign-in" };
            (join(&ctx, &redeemable, &account).await, to, "joined")
        }
        Way::New(redeemable) => {
            if let Err(invalid) = check(&ctx, &redeemable, &chosen.input) {
                let form = form(&redeemable, Form::failed(&(), &invalid), false);
                return ctx.refused(&form.await?);
            }
            let made = make(&ctx, &redeemable, &chosen.input.password);
            (made.await?, "/sign-in", "password-set")
        }
    };
    match accepted {
        Ok(()) => Ok(see_other(to).uninvited().flash(flash)),
        Err(store::Error::Refused(_)) => Ok(ctx.refused(&NOTHING)?.uninvited()),
        Err(error) => Err(error.into()),
    }
}

fn check(ctx: &Context, redeemable: &Redeemable, chosen: &Chosen) -> Result<(), Invalid> {
    let invite = &redeemable.invite;
    let about = [
        invite.name.as_str(),
        invite.email.as_str(),
        ctx.workspace.name.as_str(),
    ];
    chosen.check(&about)
}

/// Makes the account. The password first, for a username of this attempt alone:
/// without the account that follows it opens nothing, and of two who hold the link
/// the late one can't change the other's. A username that gets no account is
/// deleted by the worker.
async fn make(
    ctx: &Context,
    redeemable: &Redeemable,
    password: &str,
) -> Result<Result<(), store::Error>, Error> {
    let (attempt, user): (EntryId, UserId) = (ctx.app.new_id(), ctx.app.new_id());
    redeemable.begin(attempt, user).await?;
    let identity = &ctx.app.services.identity;
    identity.set_password(user, password).await?;
    Ok(redeemable
        .accept(Some(attempt), user, ctx.now)
        .await
        .map(drop))
}

/// Adds the client to the account. The link shows that the mailbox is the
/// person's; nothing of the account is opened by it.
async fn join(
    ctx: &Context,
    redeemable: &Redeemable,
    account: &Account,
) -> Result<(), store::Error> {
    let invite = &redeemable.invite;
    let client = redeemable.client().await?;
    let message = Message::Added {
        by_name: invite.by_name.clone(),
        client_name: client.map(|client| client.name).unwrap_or_default(),
    };
    let mail = ctx.mail(&invite.name, &invite.email, message);
    redeemable.join(account, &mail, ctx.now).await
}

async fn way(ctx: &Context) -> Result<Way, Error> {
    ctx.limit_address(BY_ADDRESS).await?;
    let Some(token) = ctx.invite_token() else {
        return Ok(Way::Gone);
    };
    let (directory, ws) = (ctx.directory(), ctx.workspace.id);
    let found = directory.redeemable(ws, &hash(token)).await?;
    let open = |found: &Redeemable| found.invite.state(ctx.now) == State::Pending;
    let Some(found) = found.filter(open) else {
        return Ok(Way::Gone);
    };
    let Some(login) = directory.login(ws, &found.invite.email).await? else {
        return Ok(Way::New(found));
    };
    let client = found.invite.client;
    if client.is_none() || !login.may_join(client) {
        return Ok(Way::Clashes);
    }
    let account = directory.account(ws, &found.invite.email).await?;
    Ok(account.map_or(Way::Gone, |account| Way::Joins(found, account)))
}

async fn form(redeemable: &Redeemable, form: Form, joins: bool) -> Result<Accept, Error> {
    let client = redeemable.client().await?;
    Ok(Accept {
        form,
        name: redeemable.invite.name.clone(),
        email: redeemable.invite.email.as_str().to_owned(),
        client_name: client.map(|client| client.name),
        action: "/invite",
        min: password::MIN,
        joins,
    })
}
