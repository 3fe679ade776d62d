//! Accepting an invite: its link, a password, then the account.

use domain::id::{EntryId, UserId};
use domain::input::FieldErrors;
use domain::invite::InviteState;
use domain::mail::MailMessage;
use domain::password::{self, PasswordInput};
use jiff::SignedDuration;
use serde::Serialize;
use store::{Account, InviteRedemption, RateLimit, StoreError, sha256_hex};
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

/// The answer to a link that can't be used. It says why only where the address has an account
/// that can't be added.
#[derive(Debug, Serialize)]
pub(crate) struct InviteGonePage {
    clash: bool,
}

/// What the link of an invite does.
enum InviteLink {
    /// It creates an account.
    CreatesAccount(InviteRedemption),
    /// It adds the client to the account that the address has.
    AddsClient(InviteRedemption, Account),
    /// It can't be used: the address has an account that the client can't be added to.
    Clashes,
    /// It is unknown, used, revoked or too old.
    Gone,
}

/// The outcome of redeeming the link.
enum RedeemOutcome {
    Accepted,
    /// The link was used or revoked meanwhile.
    Gone,
}

impl RedeemOutcome {
    fn of(redeemed: Result<(), StoreError>) -> Result<Self, PageError> {
        match redeemed {
            Ok(()) => Ok(Self::Accepted),
            Err(StoreError::Refused(_)) => Ok(Self::Gone),
            Err(error) => Err(error.into()),
        }
    }
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

    fn samples() -> Vec<Self> {
        let joining = Self {
            form: Form::default(),
            joins: true,
            ..Self::sample()
        };
        let for_team = Self {
            form: Form::default(),
            client_name: None,
            ..Self::sample()
        };
        vec![Self::sample(), joining, for_team]
    }

    fn sample() -> Self {
        Self {
            form: Form::with_errors(
                &(),
                &FieldErrors::of("password", "Use at least 12 characters."),
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

    fn samples() -> Vec<Self> {
        vec![Self::sample(), GONE]
    }

    fn sample() -> Self {
        Self { clash: true }
    }
}

impl AcceptPage {
    async fn load(
        redemption: &InviteRedemption,
        form: Form,
        joins: bool,
    ) -> Result<Self, PageError> {
        let client = redemption.get_client().await?;
        Ok(Self {
            form,
            name: redemption.invite.name.clone(),
            email: redemption.invite.email.as_str().to_owned(),
            client_name: client.map(|client| client.name),
            action: "/invite",
            min: password::MIN,
            joins,
        })
    }
}

/// Moves the token from the address into a cookie, out of histories and logs. Nothing is
/// looked up: a program that follows links learns nothing and redeems nothing.
pub(crate) async fn take_token(Ids(Token { token }): Ids<Token>) -> Result<Reply, PageError> {
    let reply = see_other("/invite");
    Ok(if web::is_token(&token) {
        reply.set_invite(&token)
    } else {
        reply.clear_invite()
    })
}

const GONE: InviteGonePage = InviteGonePage { clash: false };

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    let (redemption, joins) = match find_link(&ctx).await? {
        InviteLink::CreatesAccount(redemption) => (redemption, false),
        InviteLink::AddsClient(redemption, _) => (redemption, true),
        InviteLink::Clashes => return ctx.render(&InviteGonePage { clash: true }),
        InviteLink::Gone => return ctx.render(&GONE),
    };
    ctx.render(&AcceptPage::load(&redemption, Form::default(), joins).await?)
}

pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<PasswordInput>,
) -> Result<Reply, PageError> {
    let (outcome, href, flash) = match find_link(&ctx).await? {
        InviteLink::Clashes => return ctx.render_refused(&InviteGonePage { clash: true }),
        InviteLink::Gone => return ctx.render_refused(&GONE),
        InviteLink::AddsClient(redemption, account) => {
            let is_signed_in = ctx
                .actor()
                .is_some_and(|actor| actor.user == account.user());
            let href = if is_signed_in { "/switch" } else { "/sign-in" };
            let outcome = add_client(&ctx, &redemption, &account).await?;
            (outcome, href, "joined")
        }
        InviteLink::CreatesAccount(redemption) => {
            if let Err(invalid) = check_password(&ctx, &redemption, &form.input) {
                let form = Form::with_errors(&(), &invalid);
                return ctx.render_refused(&AcceptPage::load(&redemption, form, false).await?);
            }
            let outcome = create_account(&ctx, &redemption, &form.input.password).await?;
            (outcome, "/sign-in", "password-set")
        }
    };
    match outcome {
        RedeemOutcome::Accepted => Ok(see_other(href).clear_invite().flash(flash)),
        RedeemOutcome::Gone => Ok(ctx.render_refused(&GONE)?.clear_invite()),
    }
}

fn check_password(
    ctx: &Context,
    redemption: &InviteRedemption,
    input: &PasswordInput,
) -> Result<(), FieldErrors> {
    let invite = &redemption.invite;
    let personal_words = [
        invite.name.as_str(),
        invite.email.as_str(),
        ctx.workspace.name.as_str(),
    ];
    input.check(&personal_words)
}

/// Creates the account. The password is set first, for a username of this attempt alone:
/// without the account it opens nothing, and of two who hold the link the later one can't
/// change the other's. The worker deletes a username that gets no account.
async fn create_account(
    ctx: &Context,
    redemption: &InviteRedemption,
    password: &str,
) -> Result<RedeemOutcome, PageError> {
    let (attempt, user): (EntryId, UserId) = (ctx.app.new_id(), ctx.app.new_id());
    redemption.record_attempt(attempt, user).await?;
    let identity = &ctx.app.services.identity;
    identity.set_password(user, password).await?;
    let redeemed = redemption.redeem(Some(attempt), user, ctx.now).await;
    RedeemOutcome::of(redeemed.map(drop))
}

/// Adds the client to the account. The link proves that the mailbox is the person's; it opens
/// nothing of the account.
async fn add_client(
    ctx: &Context,
    redemption: &InviteRedemption,
    account: &Account,
) -> Result<RedeemOutcome, PageError> {
    let invite = &redemption.invite;
    let client = redemption.get_client().await?;
    let message = MailMessage::AddedToClient {
        by_name: invite.by_name.clone(),
        client_name: client.map(|client| client.name).unwrap_or_default(),
    };
    let mail = ctx.new_mail(&invite.name, &invite.email, message);
    let redeemed = redemption.redeem_for_account(account, &mail, ctx.now);
    RedeemOutcome::of(redeemed.await)
}

/// The invite whose link this browser holds, and what can be done with it.
async fn find_link(ctx: &Context) -> Result<InviteLink, PageError> {
    ctx.limit_address(BY_ADDRESS).await?;
    let Some(token) = ctx.invite_token() else {
        return Ok(InviteLink::Gone);
    };
    let (directory, ws) = (ctx.directory(), ctx.workspace.id);
    let redemption = directory
        .find_invite_redemption(ws, &sha256_hex(token))
        .await?;
    let is_pending =
        |redemption: &InviteRedemption| redemption.invite.state(ctx.now) == InviteState::Pending;
    let Some(redemption) = redemption.filter(is_pending) else {
        return Ok(InviteLink::Gone);
    };
    let Some(login) = directory.find_login(ws, &redemption.invite.email).await? else {
        return Ok(InviteLink::CreatesAccount(redemption));
    };
    let client = redemption.invite.client;
    if client.is_none() || !login.may_join(client) {
        return Ok(InviteLink::Clashes);
    }
    let account = directory.find_account(ws, &redemption.invite.email).await?;
    Ok(account.map_or(InviteLink::Gone, |account| {
        InviteLink::AddsClient(redemption, account)
    }))
}
