//! The third step of signing up, at the workspace: its founder signs in.

use domain::person::Person;
use jiff::SignedDuration;
use serde::Serialize;
use store::{RateLimit, SignInStep, sha256_hex};
use web::{
    Context, Destination, EmptyForm, Ids, Page, PageError, ProtectedForm, PublicAccess, Reply,
    Token, open_session, see_other,
};

const BY_ADDRESS: RateLimit = RateLimit {
    rule: "welcome-address",
    most: 60,
    window: SignedDuration::from_hours(1),
};

#[derive(Debug, Serialize)]
pub(crate) struct WelcomePage {
    name: String,
    address: String,
}

/// The answer to a code that can't be used; the password still works.
#[derive(Debug, Serialize)]
pub(crate) struct WelcomeGonePage {}

/// The person who founded the workspace, with the hash of the code that proves it.
struct Founder {
    person: Person,
    code_hash: String,
}

impl Page for WelcomePage {
    const TEMPLATE: &'static str = "pages/signup/welcome.html";

    fn title(&self) -> String {
        "Your portal is ready".to_owned()
    }

    fn sample() -> Self {
        Self {
            name: "Ada <b>".to_owned(),
            address: "https://acme.portal.example".to_owned(),
        }
    }
}

impl Page for WelcomeGonePage {
    const TEMPLATE: &'static str = "pages/signup/welcome_gone.html";

    fn title(&self) -> String {
        "Sign in".to_owned()
    }

    fn sample() -> Self {
        Self {}
    }
}

/// Moves the code from the address into a cookie; nothing is looked up.
pub(crate) async fn take_code(Ids(Token { token }): Ids<Token>) -> Result<Reply, PageError> {
    let reply = see_other("/welcome");
    Ok(if web::is_token(&token) {
        reply.set_handoff(&token)
    } else {
        reply.clear_handoff()
    })
}

/// Asks before it signs in: a person led to another's portal sees whose it is.
pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    match find_founder(&ctx).await? {
        Some(founder) => ctx.render(&WelcomePage {
            name: founder.person.name,
            address: ctx.app.config.workspace_url(&ctx.workspace.slug),
        }),
        None => ctx.render(&WelcomeGonePage {}),
    }
}

pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let Some(founder) = find_founder(&ctx).await? else {
        return Ok(ctx.render_refused(&WelcomeGonePage {})?.clear_handoff());
    };
    let step = SignInStep::Handoff(founder.code_hash);
    match open_session(&ctx, &founder.person, step, Destination::page("/")).await? {
        Some(reply) => Ok(reply.clear_handoff()),
        None => Ok(ctx.render_refused(&WelcomeGonePage {})?.clear_handoff()),
    }
}

/// The founder whose code this browser holds.
async fn find_founder(ctx: &Context) -> Result<Option<Founder>, PageError> {
    ctx.limit_address(BY_ADDRESS).await?;
    let Some(code_hash) = ctx.handoff_code().map(sha256_hex) else {
        return Ok(None);
    };
    let directory = ctx.directory();
    let person = directory
        .find_handoff(ctx.workspace.id, &code_hash, ctx.now)
        .await?;
    Ok(person.map(|person| Founder { person, code_hash }))
}
