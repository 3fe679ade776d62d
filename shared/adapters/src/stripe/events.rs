//! Events of a connected account, or of the platform's own, as Stripe lists them.

use jiff::Timestamp;
use miniserde::Deserialize;
use miniserde::json::{self, Value};
use serde::Serialize;
use stripe_client_core::{RequestBuilder, StripeMethod, StripeRequest};

use super::client::Stripe;
use crate::error::ServiceError;

/// Events of one request: the most that Stripe gives.
const EVENTS_AT_ONCE: u8 = 100;

/// A page of events, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StripeEventPage {
    /// Each event's bytes, as a delivery brings them.
    pub bodies: Vec<Vec<u8>>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
}

/// The request `GET /v1/events`. An event is read by its bytes, as from a delivery, so no crate
/// of the library is needed for it.
#[derive(Serialize)]
struct ListEvents<'a> {
    created: CreatedRange,
    types: &'a [&'a str],
    limit: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    starting_after: Option<&'a str>,
}

#[derive(Serialize)]
struct CreatedRange {
    gte: i64,
    lte: i64,
}

#[derive(Deserialize)]
struct EventList {
    data: Vec<Value>,
    has_more: bool,
}

impl StripeRequest for ListEvents<'_> {
    type Output = EventList;

    fn build(&self) -> RequestBuilder {
        RequestBuilder::new(StripeMethod::Get, "/events").query(self)
    }
}

impl Stripe {
    /// A page of the events of a connected account, or of the platform's own, between two
    /// times, of these types only.
    pub async fn list_events(
        &self,
        account: Option<&str>,
        from: Timestamp,
        to: Timestamp,
        types: &[&str],
        after: Option<&str>,
    ) -> Result<StripeEventPage, ServiceError> {
        let request = ListEvents {
            created: CreatedRange {
                gte: from.as_second(),
                lte: to.as_second(),
            },
            types,
            limit: EVENTS_AT_ONCE,
            starting_after: after,
        };
        let listed = self.send("ListEvents", &request, None, account);
        let EventList { data, has_more } = listed.await?;
        let next = data.last().and_then(id).filter(|_| has_more);
        let bodies = data.iter().map(|event| json::to_string(event).into_bytes());
        Ok(StripeEventPage {
            bodies: bodies.collect(),
            next,
        })
    }
}

fn id(event: &Value) -> Option<String> {
    let Value::Object(members) = event else {
        return None;
    };
    match members.get("id") {
        Some(Value::String(id)) => Some(id.clone()),
        _ => None,
    }
}
