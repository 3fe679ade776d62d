//! The setup link: out of the address at once, then a password, then an account.

use domain::id::{EntryId, UserId};
use domain::input::FieldErrors;
use domain::invite::InviteState;
use domain::mail::MailMessage;
use domain::password::{self, PasswordInput};
use jiff::SignedDuration;
use serde::Serialize;
use store::directory::hash;
use store::{Account, InviteRedemption, RateLimit};
use web::{
    Context, Form, Ids, Page, PageError, ProtectedForm, PublicAccess, Reply, Token, see_other,
};

const BY_ADDRESS: RateLimit = RateLimit {
    rule: "invite-address",
    most: 60,
    window: SignedDuration::from_hours(1),
};

/// The form for a password.
#[derive(Debug, Serialize)]
pub(crate) struct AcceptPage {
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
pub(crate) struct InviteGonePage {
    clash: bool,
}

/// What a link leads to.
enum Way {
    /// A new account.
    New(InviteRedemption),
    /// One that there is, to which the client is added.
    Joins(InviteRedemption, Account),
    /// Nothing: the address has an account that can't be added.
    Clashes,
    /// Nothing.
    Gone,
}

impl Page for AcceptPage {
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
            form: Form::failed(
                &(),
                &FieldErrors::at("password", "Use at least 12 characters."),
            ),
            name: "Ana <b>".to_owned(),
            email: "ana@example.com".to_owned(),
            client_name: Some("Initech".to_owned()),
            action: "/invite",
            min: password::MIN,
            joins: false,
        }
    }
}

impl Page for InviteGonePage {
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
pub(crate) async fn take(Ids(Token { token }): Ids<Token>) -> Result<Reply, PageError> {
    let to = see_other("/invite");
    Ok(if web::is_token(&token) {
        to.invited(&token)
    } else {
        to.uninvited()
    })
}

const NOTHING: InviteGonePage = InviteGonePage { clash: false };

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    match way(&ctx).await? {
        Way::New(redeemable) => ctx.page(&form(&redeemable, Form::default(), false).await?),
        Way::Joins(redeemable, _) => ctx.page(&form(&redeemable, Form::default(), true).await?),
        Way::Clashes => ctx.page(&InviteGonePage { clash: true }),
        Way::Gone => ctx.page(&NOTHING),
    }
}

pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    chosen: ProtectedForm<PasswordInput>,
) -> Result<Reply, PageError> {
    let (accepted, to, flash) = match way(&ctx).await? {
        Way::Clashes => return ctx.refused(&InviteGonePage { clash: true }),
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
        Err(store::StoreError::Refused(_)) => Ok(ctx.refused(&NOTHING)?.uninvited()),
        Err(error) => Err(error.into()),
    }
}

fn check(
    ctx: &Context,
    redeemable: &InviteRedemption,
    chosen: &PasswordInput,
) -> Result<(), FieldErrors> {
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
    redeemable: &InviteRedemption,
    password: &str,
) -> Result<Result<(), store::StoreError>, PageError> {
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
    redeemable: &InviteRedemption,
    account: &Account,
) -> Result<(), store::StoreError> {
    let invite = &redeemable.invite;
    let client = redeemable.client().await?;
    let message = MailMessage::Added {
        by_name: invite.by_name.clone(),
        client_name: client.map(|client| client.name).unwrap_or_default(),
    };
    let mail = ctx.mail(&invite.name, &invite.email, message);
    redeemable.join(account, &mail, ctx.now).await
}

async fn way(ctx: &Context) -> Result<Way, PageError> {
    ctx.limit_address(BY_ADDRESS).await?;
    let Some(token) = ctx.invite_token() else {
        return Ok(Way::Gone);
    };
    let (directory, ws) = (ctx.directory(), ctx.workspace.id);
    let found = directory.redeemable(ws, &hash(token)).await?;
    let open = |found: &InviteRedemption| found.invite.state(ctx.now) == InviteState::Pending;
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

async fn form(
    redeemable: &InviteRedemption,
    form: Form,
    joins: bool,
) -> Result<AcceptPage, PageError> {
    let client = redeemable.client().await?;
    Ok(AcceptPage {
        form,
        name: redeemable.invite.name.clone(),
        email: redeemable.invite.email.as_str().to_owned(),
        client_name: client.map(|client| client.name),
        action: "/invite",
        min: password::MIN,
        joins,
    })
}
