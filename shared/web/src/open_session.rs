//! A session for somebody who proved who they are.

use domain::email::EmailAddress;
use domain::mail::{Mail, MailMessage};
use domain::person::Person;
use store::{NewSession, SignInStep, sha256_hex};

use crate::context::Context;
use crate::error::PageError;
use crate::kept_form::{KeptForm, KeptFormPage};
use crate::reply::{Reply, see_other};
use crate::view;

/// Where a person goes on who has proved who they are.
#[derive(Debug, Clone)]
pub struct Destination {
    /// A path of this host.
    pub next: String,
    /// A form to send first.
    pub kept: Option<KeptForm>,
}

impl Destination {
    /// A page.
    pub fn page(next: &str) -> Self {
        Self {
            next: next.to_owned(),
            kept: None,
        }
    }

    /// The answer that opens the session with `secret`: it leads to the page, or shows the
    /// form that is to be sent first.
    pub fn reply(self, ctx: &Context, secret: &str) -> Result<Reply, PageError> {
        let reply = match self.kept {
            Some(kept) => {
                let csrf = ctx.app.secrets().csrf(&sha256_hex(secret));
                ctx.render(&KeptFormPage::new(kept, csrf, &self.next))?
            }
            None => see_other(&self.next),
        };
        Ok(reply.set_session(secret))
    }
}

/// Opens a session, in place of one that this browser has, and goes on. `None` where what
/// `step` goes by was used before.
pub async fn open_session(
    ctx: &Context,
    person: &Person,
    step: SignInStep,
    destination: Destination,
) -> Result<Option<Reply>, PageError> {
    let directory = ctx.directory();
    let (secret, browser) = (ctx.app.new_secret(), ctx.browser_token());
    let mail = new_device_mail(ctx, &person.name, &person.email);
    let (secret_hash, browser_hash) = (sha256_hex(&secret), sha256_hex(&browser));
    let workspace = &ctx.workspace;
    let plain = NewSession::with_password(workspace.id, &workspace.slug, &secret_hash, ctx.now);
    let opening = NewSession {
        step,
        browser: Some((&browser_hash, &mail)),
        ..plain
    };
    if directory.open_session(person, &opening).await?.is_none() {
        return Ok(None);
    }
    if let Some(former) = &ctx.session {
        directory.close_session(former).await?;
    }
    let reply = destination.reply(ctx, &secret)?;
    Ok(Some(reply.set_browser(&browser)))
}

/// The mail that goes out where this browser isn't known yet.
pub fn new_device_mail(ctx: &Context, name: &str, email: &EmailAddress) -> Mail {
    let device = ctx.device();
    let message = MailMessage::NewDevice {
        at: ctx.now,
        device: view::device_label(&device.agent),
        address: device.address.clone(),
    };
    ctx.new_mail(name, email, message)
}
