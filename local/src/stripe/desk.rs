//! What stands at hand while one request is done: everything at once, at one time.

use jiff::Timestamp;
use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::delivery;
use super::objects::{object, previous, set, text};
use super::refusal::Refusal;
use super::state::State;

/// The version of the API that objects are of.
pub(super) const VERSION: &str = "2026-09-30.endive";
/// What stands for the platform at Stripe.
pub(super) const APPLICATION: &str = "ca_secportal";

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// One request's hand at it.
pub(super) struct Desk<'a> {
    /// What is remembered.
    pub(super) state: &'a mut State,
    /// Where ids come from.
    pub(super) rng: &'a mut StdRng,
    /// When it is.
    pub(super) now: Timestamp,
    /// Where the hosted pages are, without a slash at the end.
    pub(super) origin: &'a str,
    /// The connected account that it is about; `None` for the platform's own.
    pub(super) account: Option<String>,
}

impl Desk<'_> {
    /// The time, as Stripe tells it.
    pub(super) fn seconds(&self) -> i64 {
        self.now.as_second()
    }

    /// Letters that nobody guesses.
    pub(super) fn token(&mut self, length: usize) -> String {
        let letters = (0..length).map(|_| {
            let at = self.rng.random_range(0..LETTERS.len());
            char::from(LETTERS.get(at).copied().unwrap_or(b'0'))
        });
        letters.collect()
    }

    /// A new id.
    pub(super) fn new_id(&mut self, prefix: &str) -> String {
        format!("{prefix}_{}", self.token(24))
    }

    /// An object of this account, which must be of `kind`; `param` names what named it.
    pub(super) fn get(&self, kind: &str, id: &str, param: &str) -> Result<&Value, Refusal> {
        let found = self.state.get(self.account.as_deref(), id);
        let found = found.filter(|object| text(object, "object") == kind);
        found.ok_or_else(|| Refusal::missing(kind, id, param))
    }

    /// Makes an object of this account.
    pub(super) fn make(&mut self, kind: &str, prefix: &str, fields: Value) -> Value {
        let id = self.new_id(prefix);
        let created = self.seconds();
        let mut made = object(kind, json!({ "id": id, "created": created }));
        set(&mut made, fields);
        self.state.put(self.account.as_deref(), made.clone());
        made
    }

    /// Changes an object of this account, and gives it as it was and as it is.
    pub(super) fn change(
        &mut self,
        kind: &str,
        id: &str,
        fields: Value,
    ) -> Result<(Value, Value), Refusal> {
        let before = self.get(kind, id, "id")?.clone();
        let mut after = before.clone();
        set(&mut after, fields);
        self.state.put(self.account.as_deref(), after.clone());
        Ok((before, after))
    }

    /// Changes an object, and tells of it.
    pub(super) fn change_and_tell(
        &mut self,
        kind: &str,
        (id, fields): (&str, Value),
        event: &str,
    ) -> Result<Value, Refusal> {
        let (before, after) = self.change(kind, id, fields)?;
        self.emit_change(event, &before, &after);
        Ok(after)
    }

    /// Tells of an object as it is now.
    pub(super) fn emit_event(&mut self, event: &str, object: &Value) {
        self.event(event, &json!({ "object": object }));
    }

    /// Tells of an object as it is now, and what it was before.
    pub(super) fn emit_change(&mut self, event: &str, before: &Value, after: &Value) {
        let previous = previous(before, after);
        self.event(
            event,
            &json!({ "object": after, "previous_attributes": previous }),
        );
    }

    fn event(&mut self, kind: &str, data: &Value) {
        let id = self.new_id("evt");
        let mut event = json!({
            "id": id, "object": "event", "api_version": VERSION, "created": self.seconds(),
            "data": data, "livemode": false, "pending_webhooks": 1,
            "request": { "id": null, "idempotency_key": null }, "type": kind,
        });
        if let Some(account) = &self.account {
            set(&mut event, json!({ "account": account }));
        }
        self.state.put(self.account.as_deref(), event);
        delivery::queue(self, &id);
    }

    /// Does something in another account's place.
    pub(super) fn as_account<T>(
        &mut self,
        account: Option<String>,
        run: impl FnOnce(&mut Desk<'_>) -> T,
    ) -> T {
        let mut other = Desk {
            state: self.state,
            rng: self.rng,
            now: self.now,
            origin: self.origin,
            account,
        };
        run(&mut other)
    }
}
