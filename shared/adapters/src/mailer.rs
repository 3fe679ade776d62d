//! Mail: built as MIME, sent as it is.

use aws_sdk_ses::Client;
use aws_sdk_ses::error::BuildError;
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::{MessageTag, RawMessage};
use domain::email::EmailAddress;
use jiff::Timestamp;
use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::url::URL;
use mail_builder::mime::MimePart;

use crate::ServiceError;

/// The way out for mail.
#[derive(Debug, Clone)]
pub struct Mailer {
    client: Client,
    from: EmailAddress,
}

/// One mail to one person, in two forms of the same words.
#[derive(Debug, Clone)]
pub struct MimeMessage<'a> {
    /// The name that stands before the sender's address.
    pub from_name: &'a str,
    /// The person's name.
    pub to_name: &'a str,
    /// The person's address.
    pub to: &'a EmailAddress,
    /// One line.
    pub subject: &'a str,
    /// The words alone.
    pub text: &'a str,
    /// The words with their looks.
    pub html: &'a str,
    /// Names the mail: the same when it is sent again, so that a mailbox can
    /// show it once.
    pub id: &'a str,
    /// When it was written: the same when it is sent again.
    pub at: Timestamp,
    /// Where a POST ends such mail, for programs that offer it beside the mail.
    pub unsubscribe: Option<&'a str>,
    /// What SES gives back with whatever it tells of the mail. Its reader sees none of it.
    pub tags: &'a [(&'static str, String)],
}

impl Mailer {
    /// Mail from the address `from`.
    pub fn new(client: Client, from: EmailAddress) -> Self {
        Self { client, from }
    }

    /// Hands a mail over for delivery.
    pub async fn send(&self, letter: &MimeMessage<'_>) -> Result<(), ServiceError> {
        let mime = self
            .mime(letter)
            .map_err(|e| ServiceError::new("SendRawEmail", e))?;
        let message = RawMessage::builder().data(Blob::new(mime)).build();
        let message = message.map_err(|e| ServiceError::new("SendRawEmail", e))?;
        let tags: Result<Vec<_>, _> = letter.tags.iter().map(tag).collect();
        let tags = tags.map_err(|e| ServiceError::new("SendRawEmail", e))?;
        let request = self
            .client
            .send_raw_email()
            .raw_message(message)
            .set_tags(Some(tags))
            .source(self.from.as_str());
        let sent = request.destinations(letter.to.as_str()).send().await;
        sent.map(drop)
            .map_err(|e| ServiceError::new("SendRawEmail", e))
    }

    /// The same bytes for the same letter: two copies can't be told apart.
    fn mime(&self, letter: &MimeMessage<'_>) -> std::io::Result<Vec<u8>> {
        let domain = self.from.as_str().rsplit('@').next().unwrap_or_default();
        let (from_name, to_name) = (one_line(letter.from_name), one_line(letter.to_name));
        let boundary = format!("=_{}", letter.id);
        let alternatives = ContentType::new("multipart/alternative");
        let body = MimePart::new(
            alternatives.attribute("boundary", boundary),
            vec![
                MimePart::new("text/plain", letter.text),
                MimePart::new("text/html", letter.html),
            ],
        );
        let mut message = MessageBuilder::new()
            .from((from_name.as_str(), self.from.as_str()))
            .to((to_name.as_str(), letter.to.as_str()))
            .subject(one_line(letter.subject))
            .date(letter.at.as_second())
            .message_id(format!("{}@{domain}", letter.id));
        if let Some(address) = letter.unsubscribe {
            let once = Raw::new("List-Unsubscribe=One-Click");
            message = message
                .header("List-Unsubscribe", URL::new(address))
                .header("List-Unsubscribe-Post", once);
        }
        message.body(body).write_to_vec()
    }
}

fn tag((name, value): &(&'static str, String)) -> Result<MessageTag, BuildError> {
    MessageTag::builder().name(*name).value(value).build()
}

/// A text without what would begin another line, and so another header.
fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(plain).collect()
}
