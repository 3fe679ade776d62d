//! Mail as it is written: from what the outbox holds to words.

use adapters::Letter;
use domain::email::EmailAddress;
use domain::mail::{Mail, Message};
use serde::Serialize;

use crate::app::App;
use crate::context::Context;
use crate::error::Error;

#[derive(Serialize)]
struct Words<'a> {
    brand: Brand<'a>,
    to_name: &'a str,
    link: String,
    #[serde(flatten)]
    message: &'a Message,
}

#[derive(Serialize)]
struct Brand<'a> {
    name: &'a str,
}

/// Writes a mail and hands it over. `id` is the same at every try.
pub async fn send(app: &App, id: &str, mail: &Mail) -> Result<(), Error> {
    let (name, path) = match &mail.message {
        Message::Invite { invite, turn, .. } => {
            let token = app.secrets().invite_token(*invite, *turn);
            ("invite", format!("/invite/{token}"))
        }
        Message::Reset { reset, .. } => {
            let token = app.secrets().reset_token(*reset);
            ("reset", format!("/reset/{token}"))
        }
        Message::PasswordChanged => ("password_changed", "/forgot".to_owned()),
    };
    let words = Words {
        brand: Brand { name: &mail.brand },
        to_name: &mail.to_name,
        link: format!("{}{path}", app.config.address(&mail.slug)),
        message: &mail.message,
    };
    let part = |kind: &str| app.renderer.plain(&format!("emails/{name}.{kind}"), &words);
    let subject = part("subject.txt")?;
    let letter = Letter {
        from_name: &mail.brand,
        to_name: &mail.to_name,
        to: &mail.to,
        subject: subject.trim(),
        text: &part("txt")?,
        html: &part("html")?,
        id,
    };
    Ok(app.services.mailer.send(&letter).await?)
}

/// The mail that tells somebody of a changed password.
pub fn password_changed(ctx: &Context, name: &str, email: &EmailAddress) -> Mail {
    Mail {
        to: email.clone(),
        to_name: name.to_owned(),
        slug: ctx.workspace.slug.clone(),
        brand: ctx.workspace.name.clone(),
        message: Message::PasswordChanged,
    }
}
