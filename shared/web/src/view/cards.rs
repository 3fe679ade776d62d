//! Engagements and clients in lists.

use domain::client::Client;
use domain::engagement::Engagement;
use domain::message::MessageCounts;
use jiff::civil::Date;
use serde::Serialize;

use crate::links::{self, LinkBase};

use super::breakdown::{Breakdown, ProgressBar};

/// An engagement in a list.
#[derive(Debug, Clone, Serialize)]
pub struct EngagementCard {
    href: String,
    title: String,
    kind: &'static str,
    phase: &'static str,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    breakdown: Breakdown,
    progress: ProgressBar,
    unread: i64,
}

impl EngagementCard {
    /// The card of `engagement`; `base` begins the addresses of its client.
    pub fn new(engagement: &Engagement, base: LinkBase) -> Self {
        Self {
            href: links::engagement(base, engagement.id),
            title: engagement.title.clone(),
            kind: engagement.kind.label(),
            phase: engagement.phase.name(),
            starts_on: engagement.starts_on,
            ends_on: engagement.ends_on,
            breakdown: (&engagement.counts).into(),
            progress: (&engagement.counts).into(),
            unread: 0,
        }
    }

    /// The same for somebody who has read so much of its thread.
    #[must_use]
    pub fn with_unread(self, messages: MessageCounts, seen: MessageCounts) -> Self {
        Self {
            unread: messages.unread(seen).total(),
            ..self
        }
    }
}

/// A client in a list.
#[derive(Debug, Clone, Serialize)]
pub struct ClientCard {
    href: String,
    name: String,
    overdue: i64,
    engagements: i64,
    breakdown: Breakdown,
    progress: ProgressBar,
}

impl From<&Client> for ClientCard {
    fn from(client: &Client) -> Self {
        Self {
            href: links::client(client.id),
            name: client.name.clone(),
            overdue: client.overdue,
            engagements: client.engagements,
            breakdown: (&client.counts).into(),
            progress: (&client.counts).into(),
        }
    }
}
