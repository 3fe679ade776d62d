//! Mail: built as MIME, sent as it is.

use aws_sdk_ses::Client;
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::RawMessage;
use domain::email::EmailAddress;
use mail_builder::MessageBuilder;

use crate::Error;

/// The way out for mail.
#[derive(Debug, Clone)]
pub struct Mailer {
    client: Client,
    from: EmailAddress,
}

/// One mail to one person, in two forms of the same words.
#[derive(Debug, Clone)]
pub struct Letter<'a> {
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
}

impl Mailer {
    /// Mail from the address `from`.
    pub fn new(client: Client, from: EmailAddress) -> Self {
        Self { client, from }
    }

    /// Hands a mail over for delivery.
    pub async fn send(&self, letter: &Letter<'_>) -> Result<(), Error> {
        let mime = self
            .mime(letter)
            .map_err(|e| Error::new("SendRawEmail", e))?;
        let message = RawMessage::builder().data(Blob::new(mime)).build();
        let message = message.map_err(|e| Error::new("SendRawEmail", e))?;
        let request = self
            .client
            .send_raw_email()
            .raw_message(message)
            .source(self.from.as_str());
        let sent = request.destinations(letter.to.as_str()).send().await;
        sent.map(drop).map_err(|e| Error::new("SendRawEmail", e))
    }

    fn mime(&self, letter: &Letter<'_>) -> std::io::Result<Vec<u8>> {
        let domain = self.from.as_str().rsplit('@').next().unwrap_or_default();
        MessageBuilder::new()
            .from((letter.from_name, self.from.as_str()))
            .to((letter.to_name, letter.to.as_str()))
            .subject(letter.subject)
            .message_id(format!("{}@{domain}", letter.id))
            .text_body(letter.text)
            .html_body(letter.html)
            .write_to_vec()
    }
}
