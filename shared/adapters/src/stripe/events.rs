//! What happened at a connected account, or the platform's own, as Stripe lists it.

use jiff::Timestamp;
use miniserde::Deserialize;
use miniserde::json::{self, Value};
use serde::Serialize;
use stripe_client_core::{RequestBuilder, StripeMethod, StripeRequest};

use super::Stripe;
use crate::ServiceError;

/// Events that one request asks for: the most that Stripe gives.
const AT_ONCE: u8 = 100;

/// A page of what happened, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StripeEventPage {
    /// Each event's bytes, as a delivery would bring them.
    pub bodies: Vec<Vec<u8>>,
    /// Where the next page goes on, if there is one.
    pub next: Option<String>,
}

/// The list of `GET /v1/events`, of which no crate of the library's is needed: an event
/// is read by its bytes, as it is from a delivery.
#[derive(Serialize)]
struct ListEvents<'a> {
    created: Between,
    types: &'a [&'a str],
    limit: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    starting_after: Option<&'a str>,
}

#[derive(Serialize)]
struct Between {
    gte: i64,
    lte: i64,
}

#[derive(Deserialize)]
struct Listed {
    data: Vec<Value>,
    has_more: bool,
}

impl StripeRequest for ListEvents<'_> {
    type Output = Listed;

    fn build(&self) -> RequestBuilder {
        RequestBuilder::new(StripeMethod::Get, "/events").query(self)
    }
}

impl Stripe {
    /// A page of what happened at a connected account, or at none of them but ours,
    /// between two moments, of these types only.
    pub async fn events(
        &self,
        account: Option<&str>,
        (from, to): (Timestamp, Timestamp),
        types: &[&str],
        after: Option<&str>,
    ) -> Result<StripeEventPage, ServiceError> {
        let request = ListEvents {
            created: Between {
                gte: from.as_second(),
                lte: to.as_second(),
            },
            types,
            limit: AT_ONCE,
            starting_after: after,
        };
        let listed = self.send("ListEvents", &request, None, account);
        let Listed { data, has_more } = listed.await?;
        let next = data.last().and_then(id).filter(|_| has_more);
        let bodies = data.iter().map(|one| json::to_string(one).into_bytes());
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
