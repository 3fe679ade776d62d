//! The third step, at the workspace: whoever founded it comes in.

use domain::mail::Message;
use domain::person::Person;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::directory::hash;
use store::{Limit, Opening, Step};
use web::{Anyone, Context, Error, Ids, Nothing, Page, ProtectedForm, Reply, see_other, view};

const BY_ADDRESS: Limit = Limit {
    rule: "welcome-address",
    most: 60,
    window: SignedDuration::from_hours(1),
};

/// The page that greets.
#[derive(Debug, Serialize)]
pub(crate) struct Welcome {
    name: String,
    address: String,
}

/// A code that is good for nothing: the password still is.
#[derive(Debug, Serialize)]
pub(crate) struct WelcomeGone {}

#[derive(Deserialize)]
pub(crate) struct Token {
    token: String,
}

impl Page for Welcome {
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

impl Page for WelcomeGone {
    const TEMPLATE: &'static str = "pages/signup/welcome_gone.html";

    fn title(&self) -> String {
        "Sign in".to_owned()
    }

    fn sample() -> Self {
        Self {}
    }
}

/// Takes the code out of the address, and looks nothing up.
pub(crate) async fn take(Ids(Token { token }): Ids<Token>) -> Result<Reply, Error> {
    let to = see_other("/welcome");
    Ok(if web::is_token(&token) {
        to.handed_over(&token)
    } else {
        to.handoff_over()
    })
}

/// A button and not at once: whoever is led to somebody else's portal sees whose it is.
pub(crate) async fn get(Anyone { ctx }: Anyone) -> Result<Reply, Error> {
    match founder(&ctx).await? {
        Some((_, person)) => ctx.page(&Welcome {
            name: person.name,
            address: ctx.app.config.address(&ctx.workspace.slug),
        }),
        None => ctx.page(&WelcomeGone {}),
    }
}

pub(crate) async fn post(
    Anyone { ctx }: Anyone,
    _: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
    let Some((code, person)) = founder(&ctx).await? else {
        return Ok(ctx.refused(&WelcomeGone {})?.handoff_over());
    };
    match open(&ctx, &person, code).await? {
        Some(reply) => Ok(reply.handoff_over()),
        None => Ok(ctx.refused(&WelcomeGone {})?.handoff_over()),
    }
}

/// Whom the code brings that this browser holds, and its hash.
async fn founder(ctx: &Context) -> Result<Option<(String, Person)>, Error> {
    ctx.limit_address(BY_ADDRESS).await?;
    let Some(code) = ctx.handoff_code().map(hash) else {
        return Ok(None);
    };
    let directory = ctx.directory();
    let person = directory.handoff(ctx.workspace.id, &code, ctx.now).await?;
    Ok(person.map(|person| (code, person)))
}

/// Opens a session, as a password would. `None` where the code was used before.
async fn open(ctx: &Context, person: &Person, code: String) -> Result<Option<Reply>, Error> {
    let (secret, browser) = (ctx.app.new_secret(), ctx.browser());
    let device = ctx.device();
    let message = Message::NewDevice {
        at: ctx.now,
        device: view::device(&device.agent),
        address: device.address.clone(),
    };
    let mail = ctx.mail(&person.name, &person.email, message);
    let (secret_hash, browser_hash) = (hash(&secret), hash(&browser));
    let workspace = &ctx.workspace;
    let opening = Opening {
        step: Step::Handoff(code),
        browser: Some((&browser_hash, &mail)),
        ..Opening::plain(workspace.id, &workspace.slug, &secret_hash, ctx.now)
    };
    let opened = ctx.directory().open_session(person, &opening).await?;
    Ok(opened.map(|_| see_other("/").signed_in(&secret).known(&browser)))
}
