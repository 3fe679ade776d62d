//! Everything that the stand-in remembers.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::delivery::{Delivery, DeliveryFaults};
use super::objects::text;
use super::replies::Reply;

/// All of it. What an object is of is asked in one place, so that an account never
/// sees another's.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    objects: BTreeMap<String, StoredObject>,
    next: u64,
    /// Pages for one account that were asked for, by their tokens.
    pub(super) pages: BTreeMap<String, Page>,
    /// What was asked for beside what a session shows, by the session's id.
    pub(super) orders: BTreeMap<String, SessionIntent>,
    /// Accounts that were taken away from the platform.
    pub(super) left: BTreeSet<String>,
    /// What was answered, by account and idempotency key.
    pub(super) replies: BTreeMap<String, Reply>,
    /// Events on their way.
    pub(super) deliveries: Vec<Delivery>,
    /// What befalls them.
    pub(super) mishaps: DeliveryFaults,
}

/// An object, and the account that it is of; `None` for the platform's.
#[derive(Debug, Serialize, Deserialize)]
struct StoredObject {
    account: Option<String>,
    nth: u64,
    object: Value,
}

/// A way into an account's page of its own data.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Page {
    pub(super) account: String,
    /// Where one comes to whose way in is over.
    pub(super) refresh: String,
    /// Where one comes to in the end.
    pub(super) back: String,
    /// When it is over, in seconds.
    pub(super) expires: i64,
    /// Whether it is a link, which works once, or the page behind it.
    pub(super) link: bool,
    /// Whether it was used.
    pub(super) used: bool,
}

/// What a session shall bring about.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct SessionIntent {
    /// What it is for.
    pub(super) name: String,
    /// The payment's description.
    pub(super) description: Option<String>,
    /// What is put on the payment or on the subscription.
    pub(super) metadata: Value,
    /// The platform's fee.
    pub(super) fee: Option<i64>,
    /// The price of a subscription, and how many.
    pub(super) price: Option<(String, i64)>,
}

impl State {
    /// An object of an account.
    pub(super) fn get(&self, account: Option<&str>, id: &str) -> Option<&Value> {
        let owned = self.objects.get(id)?;
        (owned.account.as_deref() == account).then_some(&owned.object)
    }

    /// An object, whoever has it, and who that is.
    pub(super) fn find(&self, id: &str) -> Option<(Option<&str>, &Value)> {
        let owned = self.objects.get(id)?;
        Some((owned.account.as_deref(), &owned.object))
    }

    /// Keeps an object, in place of an older one of its id.
    pub(super) fn put(&mut self, account: Option<&str>, object: Value) {
        let id = text(&object, "id").to_owned();
        let nth = self.objects.get(&id).map_or(self.next, |owned| owned.nth);
        self.next = self.next.saturating_add(1);
        let account = account.map(str::to_owned);
        let owned = StoredObject {
            account,
            nth,
            object,
        };
        self.objects.insert(id, owned);
    }

    /// The objects of a kind that an account has, the newest first.
    pub(super) fn all(&self, account: Option<&str>, kind: &str) -> Vec<&Value> {
        let every = self.every(kind).into_iter();
        let own = every.filter(|(of, _)| *of == account);
        own.map(|(_, object)| object).collect()
    }

    /// The objects of a kind, whoever has them, the newest first.
    pub(super) fn every(&self, kind: &str) -> Vec<(Option<&str>, &Value)> {
        let of_kind = self.objects.values();
        let of_kind = of_kind.filter(|owned| text(&owned.object, "object") == kind);
        let mut found: Vec<_> = of_kind.collect();
        found.sort_by_key(|owned| std::cmp::Reverse(owned.nth));
        let found = found.into_iter();
        found
            .map(|owned| (owned.account.as_deref(), &owned.object))
            .collect()
    }
}
