//! The mail that was sent: taken from the stand-in, which forgets it, and kept.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::data::Data;
use crate::http_fetch::{self, Failure};

const FILE: &str = "mail.json";

/// The mailbox of everybody. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Mailbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    url: String,
    data: Arc<Data>,
    letters: std::sync::Mutex<Vec<ReceivedMail>>,
}

/// A mail that was sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ReceivedMail {
    /// Names it here.
    pub(crate) id: String,
    /// When it was sent.
    pub(crate) at: Timestamp,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    /// Its words with their looks.
    pub(crate) html: Option<String>,
    /// The addresses that its words name.
    pub(crate) links: Vec<String>,
}

/// A piece of a text: words, or an address to go to.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct TextSegment<'a> {
    /// As it stands there.
    pub(crate) text: &'a str,
    /// Whether it is an address.
    pub(crate) link: bool,
}

#[derive(Deserialize)]
struct Answer {
    messages: BTreeMap<String, Vec<Message>>,
}

/// A mail as the stand-in tells of it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    message_id: String,
    source: String,
    #[serde(default)]
    to: Vec<String>,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    body_text: String,
    body_html: Option<String>,
    timestamp: f64,
}

impl Mailbox {
    /// What was kept, and what the stand-in at `url` gets from now on.
    pub(crate) fn open(url: &str, data: Arc<Data>) -> Self {
        let kept = data
            .read(FILE)
            .and_then(|text| serde_json::from_str(&text).ok());
        Self(Arc::new(Inner {
            url: format!("{url}/_ministack/ses/messages"),
            data,
            letters: std::sync::Mutex::new(kept.unwrap_or_default()),
        }))
    }

    /// Every letter, the newest first. What can't be fetched just now is missing.
    pub(crate) async fn mails(&self) -> Vec<ReceivedMail> {
        if let Err(error) = self.collect().await {
            tracing::warn!(error, "the mailbox can't be asked");
        }
        self.locked().clone()
    }

    /// Takes over what is new.
    pub(crate) async fn collect(&self) -> Result<(), Failure> {
        let answer: Answer = serde_json::from_slice(&http_fetch::get(&self.0.url).await?)?;
        let sent = answer
            .messages
            .into_values()
            .flatten()
            .map(ReceivedMail::from);
        let mut letters = self.locked();
        let before = letters.len();
        for letter in sent {
            if letters.iter().all(|known| known.id != letter.id) {
                letters.push(letter);
            }
        }
        if letters.len() > before {
            letters.sort_by_key(|letter| Reverse(letter.at));
            self.0
                .data
                .write(FILE, &serde_json::to_string_pretty(&*letters)?)?;
        }
        Ok(())
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Vec<ReceivedMail>> {
        self.0
            .letters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Message> for ReceivedMail {
    fn from(message: Message) -> Self {
        let id = message.message_id.split('@').next().unwrap_or_default();
        let to = message.to.join(", ").replace('"', "");
        let at = SignedDuration::try_from_secs_f64(message.timestamp).unwrap_or_default();
        let links = pieces(&message.body_text);
        let links = links.iter().filter(|piece| piece.link);
        Self {
            id: id.to_owned(),
            at: Timestamp::from_duration(at).unwrap_or_default(),
            from: message.source,
            to,
            subject: message.subject,
            links: links.map(|piece| piece.text.to_owned()).collect(),
            text: message.body_text,
            html: message.body_html,
        }
    }
}

/// A text, cut where addresses begin and end.
pub(crate) fn pieces(text: &str) -> Vec<TextSegment<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = ["http://", "https://"]
        .iter()
        .filter_map(|scheme| rest.find(scheme))
        .min()
    {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'));
        let (mut link, _) = from.split_at(end.unwrap_or(from.len()));
        link = link.trim_end_matches(['.', ',', ')', ';']);
        pieces.extend((!before.is_empty()).then_some(TextSegment {
            text: before,
            link: false,
        }));
        pieces.push(TextSegment {
            text: link,
            link: true,
        });
        rest = from.get(link.len()..).unwrap_or_default();
    }
    pieces.extend((!rest.is_empty()).then_some(TextSegment {
        text: rest,
        link: false,
    }));
    pieces
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn mailbox_finds_links_in_text() {
        let text = "Go to http://acme.localhost:8080/invite/x_-1.\n<https://b.example>, now";
        let pieces = pieces(text);
        let links: Vec<_> = pieces.iter().filter(|p| p.link).map(|p| p.text).collect();
        assert_eq!(
            links,
            [
                "http://acme.localhost:8080/invite/x_-1",
                "https://b.example"
            ]
        );
        assert_eq!(pieces.iter().map(|p| p.text).collect::<String>(), text);
    }
}
