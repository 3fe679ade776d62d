//! The third step, at the workspace: whoever founded it comes in.

use domain::person::Person;
use jiff::SignedDuration;
use serde::Serialize;
use store::directory::hash;
use store::{RateLimit, SignInStep};
use web::{
    Context, EmptyForm, Ids, Page, PageError, ProtectedForm, PublicAccess, Reply, Token,
    open_session, see_other,
};

const BY_ADDRESS: RateLimit = RateLimit {
    rule: "welcome-address",
    most: 60,
    window: SignedDuration::from_hours(1),
};

/// The page that greets.
#[derive(Debug, Serialize)]
pub(crate) struct WelcomePage {
    name: String,
    address: String,
}

/// A code that is good for nothing: the password still is.
#[derive(Debug, Serialize)]
pub(crate) struct WelcomeGonePage {}

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

/// Takes the code out of the address, and looks nothing up.
pub(crate) async fn take(Ids(Token { token }): Ids<Token>) -> Result<Reply, PageError> {
    let to = see_other("/welcome");
    Ok(if web::is_token(&token) {
        to.handed_over(&token)
    } else {
        to.handoff_over()
    })
}

/// A button and not at once: whoever is led to somebody else's portal sees whose it is.
pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    match founder(&ctx).await? {
        Some((_, person)) => ctx.page(&WelcomePage {
            name: person.name,
            address: ctx.app.config.address(&ctx.workspace.slug),
        }),
        None => ctx.page(&WelcomeGonePage {}),
    }
}

pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let Some((code, person)) = founder(&ctx).await? else {
        return Ok(ctx.refused(&WelcomeGonePage {})?.handoff_over());
    };
    match open_session(&ctx, &person, SignInStep::Handoff(code), "/").await? {
        Some(reply) => Ok(reply.handoff_over()),
        None => Ok(ctx.refused(&WelcomeGonePage {})?.handoff_over()),
    }
}

/// Whom the code brings that this browser holds, and its hash.
async fn founder(ctx: &Context) -> Result<Option<(String, Person)>, PageError> {
    ctx.limit_address(BY_ADDRESS).await?;
    let Some(code) = ctx.handoff_code().map(hash) else {
        return Ok(None);
    };
    let directory = ctx.directory();
    let person = directory.handoff(ctx.workspace.id, &code, ctx.now).await?;
    Ok(person.map(|person| (code, person)))
}
