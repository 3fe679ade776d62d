//! A session for somebody who proved who they are.

use domain::email::EmailAddress;
use domain::mail::{Mail, MailMessage};
use domain::person::Person;
use store::{NewSession, SignInStep, sha256_hex};

use crate::context::Context;
use crate::error::PageError;
use crate::reply::{Reply, see_other};
use crate::view;

/// Opens a session, in place of one that this browser has, and leads to `next`. `None`
/// where what `step` goes by was used before.
pub async fn open_session(
    ctx: &Context,
    person: &Person,
    step: SignInStep,
    next: &str,
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
    Ok(Some(
        see_other(next).set_session(&secret).set_browser(&browser),
    ))
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
