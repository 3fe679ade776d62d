//! Mail as it is written: from what the outbox holds to words.

use adapters::Letter;
use domain::mail::{Mail, Message};
use serde::Serialize;

use crate::app::App;
use crate::error::Error;

#[derive(Serialize)]
struct Words<'a> {
    brand: Brand<'a>,
    to_name: &'a str,
    by_name: &'a str,
    client_name: Option<&'a str>,
    link: String,
    days: i64,
}

#[derive(Serialize)]
struct Brand<'a> {
    name: &'a str,
}

/// Writes a mail and hands it over. `id` is the same at every try.
pub async fn send(app: &App, id: &str, mail: &Mail) -> Result<(), Error> {
    let Message::Invite {
        invite,
        turn,
        by_name,
        client_name,
        days,
    } = &mail.message;
    let link = format!(
        "{}/invite/{}",
        app.config.address(&mail.slug),
        app.secrets().invite_token(*invite, *turn)
    );
    let brand = Brand { name: &mail.brand };
    let words = Words {
        brand,
        to_name: &mail.to_name,
        by_name,
        client_name: client_name.as_deref(),
        link,
        days: *days,
    };
    let part = |kind: &str| app.renderer.plain(&format!("emails/invite.{kind}"), &words);
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
