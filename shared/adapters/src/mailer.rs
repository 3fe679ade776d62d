//! Mail: built as MIME, and sent by SES.

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

use crate::error::ServiceError;

/// Sends mail by SES.
#[derive(Debug, Clone)]
pub struct Mailer {
    client: Client,
    from: EmailAddress,
}

/// A mail to one person, as text and HTML.
#[derive(Debug, Clone)]
pub struct MimeMessage<'a> {
    /// The name before the sender's address.
    pub from_name: &'a str,
    pub to_name: &'a str,
    pub to: &'a EmailAddress,
    pub subject: &'a str,
    pub text: &'a str,
    pub html: &'a str,
    /// The mail's id: the same when it is sent again, so that a mailbox can show it once.
    pub id: &'a str,
    /// When it was written: the same when it is sent again.
    pub at: Timestamp,
    /// The address whose POST ends such mail, for programs that offer it beside the mail.
    pub unsubscribe: Option<&'a str>,
    /// Tags that SES gives back with delivery reports. The recipient sees none of them.
    pub tags: &'a [(&'static str, String)],
}

impl Mailer {
    /// A mailer with the sender's address `from`.
    pub fn new(client: Client, from: EmailAddress) -> Self {
        Self { client, from }
    }

    /// Hands a mail to SES.
    pub async fn send(&self, mail: &MimeMessage<'_>) -> Result<(), ServiceError> {
        let mime = self
            .mime(mail)
            .map_err(|e| ServiceError::new("SendRawEmail", e))?;
        let message = RawMessage::builder().data(Blob::new(mime)).build();
        let message = message.map_err(|e| ServiceError::new("SendRawEmail", e))?;
        let tags: Result<Vec<_>, _> = mail.tags.iter().map(tag).collect();
        let tags = tags.map_err(|e| ServiceError::new("SendRawEmail", e))?;
        let request = self
            .client
            .send_raw_email()
            .raw_message(message)
            .set_tags(Some(tags))
            .source(self.from.as_str());
        let sent = request.destinations(mail.to.as_str()).send().await;
        sent.map(drop)
            .map_err(|e| ServiceError::new("SendRawEmail", e))
    }

    /// The mail as MIME: the same bytes for the same mail.
    fn mime(&self, mail: &MimeMessage<'_>) -> std::io::Result<Vec<u8>> {
        let domain = self.from.as_str().rsplit('@').next().unwrap_or_default();
        let (from_name, to_name) = (one_line(mail.from_name), one_line(mail.to_name));
        let boundary = format!("=_{}", mail.id);
        let alternatives = ContentType::new("multipart/alternative");
        let body = MimePart::new(
            alternatives.attribute("boundary", boundary),
            vec![
                MimePart::new("text/plain", mail.text),
                MimePart::new("text/html", mail.html),
            ],
        );
        let mut message = MessageBuilder::new()
            .from((from_name.as_str(), self.from.as_str()))
            .to((to_name.as_str(), mail.to.as_str()))
            .subject(one_line(mail.subject))
            .date(mail.at.as_second())
            .message_id(format!("{}@{domain}", mail.id))
            // Nobody is to be answered by a program (RFC 3834; the second is Exchange's own).
            .header("Auto-Submitted", Raw::new("auto-generated"))
            .header("X-Auto-Response-Suppress", Raw::new("All"));
        if let Some(address) = mail.unsubscribe {
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

/// A text without line breaks, which would begin another header.
fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(plain).collect()
}
