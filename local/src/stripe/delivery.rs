//! Events on their way to the product: signed, tried again, and what may befall them.

use hmac::{Hmac, Mac as _};
use rand::RngExt as _;
use rand::seq::SliceRandom as _;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::desk::Desk;
use super::state::State;

/// How often an event is tried that isn't taken.
const TRIES: u32 = 8;
/// How long the first pause is, in milliseconds; each is twice the one before.
const PAUSE: i64 = 500;
/// How far events are strewn where they are shuffled, in milliseconds.
const STREWN: i64 = 4_000;

/// An event on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Delivery {
    pub(super) event: String,
    /// Whether it is for the endpoint of connected accounts.
    pub(super) connect: bool,
    /// How often it was tried.
    pub(super) tries: u32,
    /// When it is tried next, in milliseconds.
    pub(super) due: i64,
    /// How it stands.
    pub(super) way: DeliveryState,
    /// What was answered last: a status, or 0 where nothing was.
    pub(super) said: Option<u16>,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DeliveryState {
    /// It is tried, or tried again.
    Waits,
    /// It was taken.
    Taken,
    /// It was lost on the way.
    Lost,
    /// It was refused too often.
    GivenUp,
}

/// What befalls events on their way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryFaults {
    /// How many of a hundred are lost.
    #[serde(default)]
    pub lose: u8,
    /// Whether each comes twice.
    #[serde(default)]
    pub repeat: bool,
    /// Whether they come in any order.
    #[serde(default)]
    pub shuffle: bool,
}

/// How many deliveries went which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    /// Those that were taken.
    pub taken: usize,
    /// Those that were not.
    pub refused: usize,
}

/// Sends an event on its way.
pub(super) fn queue(desk: &mut Desk<'_>, event: &str) {
    let mishaps = desk.state.mishaps;
    let now = desk.now.as_millisecond();
    for _ in 0..=u8::from(mishaps.repeat) {
        let lost = desk.rng.random_range(0..100) < mishaps.lose;
        let later = if mishaps.shuffle {
            desk.rng.random_range(0..STREWN)
        } else {
            0
        };
        desk.state.deliveries.push(Delivery {
            event: event.to_owned(),
            connect: desk.account.is_some(),
            tries: 0,
            due: now + later,
            way: if lost {
                DeliveryState::Lost
            } else {
                DeliveryState::Waits
            },
            said: None,
        });
    }
}

/// The deliveries that wait, by their places: those that are due at `by` or, without
/// it, all.
pub(super) fn waiting(desk: &mut Desk<'_>, by: Option<i64>) -> Vec<usize> {
    let all = desk.state.deliveries.iter().enumerate();
    let waiting =
        all.filter(|(_, one)| one.way == DeliveryState::Waits && by.is_none_or(|by| one.due <= by));
    let mut places: Vec<_> = waiting.map(|(at, _)| at).collect();
    if desk.state.mishaps.shuffle {
        places.shuffle(desk.rng);
    }
    places
}

/// Notes what was answered to a delivery, and says whether it was taken.
pub(super) fn answered(state: &mut State, place: usize, said: u16, now: i64) -> bool {
    let Some(one) = state.deliveries.get_mut(place) else {
        return false;
    };
    one.tries += 1;
    one.said = Some(said);
    let taken = (200..300).contains(&said);
    if taken {
        one.way = DeliveryState::Taken;
    } else if one.tries >= TRIES {
        one.way = DeliveryState::GivenUp;
    } else {
        one.due = now + (PAUSE << one.tries.min(16));
    }
    taken
}

/// Sends anew what was lost or given up; with `event`, that one, however it went.
pub(super) fn again(state: &mut State, event: Option<&str>, now: i64) {
    for one in &mut state.deliveries {
        let wanted = match event {
            Some(event) => one.event == event,
            None => matches!(one.way, DeliveryState::Lost | DeliveryState::GivenUp),
        };
        if wanted {
            one.way = DeliveryState::Waits;
            one.tries = 0;
            one.due = now;
        }
    }
}

/// Makes what waits due at once.
pub(super) fn hurry(state: &mut State, now: i64) {
    let waiting = state.deliveries.iter_mut();
    for delivery in waiting.filter(|delivery| delivery.way == DeliveryState::Waits) {
        delivery.due = now;
    }
}

/// `Stripe-Signature` of a body that is sent now.
pub(super) fn sign(secret: &str, seconds: i64, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    let bytes = mac.finalize().into_bytes();
    let hex = bytes.iter().map(|byte| format!("{byte:02x}"));
    format!("t={seconds},v1={}", hex.collect::<String>())
}
