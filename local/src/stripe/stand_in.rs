//! The stand-in itself: what it remembers, its clock and chance, and the way to the
//! product.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use std::{fs, io};

use axum::Router;
use domain::money::Percentage;
use jiff::Timestamp;
use rand::rngs::StdRng;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use web::{Clock, StripeConfig};

use super::act::{self, StandInAction};
use super::delivery::{self, DeliveryCounts, DeliveryFaults, DeliveryState};
use super::desk::Desk;
use super::hooks::Hooks;
use super::refusal::Refusal;
use super::state::State;
use super::{checkout, prices, server};
use crate::data;
use crate::problem::{Problem, ProblemContext as _};

/// The platform's key at the stand-in. Any other of its kind is taken too.
const KEY: &str = "sk_test_secportal";
/// What events are signed with, by endpoint: the platform's, and that of connected
/// accounts. They open nothing but a server of one's own.
const SECRETS: (&str, &str) = (
    "whsec_platform_on_this_machine",
    "whsec_connect_on_this_machine",
);
/// How often it is looked for what is over, at least.
const LOOK: Duration = Duration::from_secs(20);

/// Stripe, on this machine. Clones are the same one; it ends with the last of them.
#[derive(Debug, Clone)]
pub struct StripeStandIn(Arc<Inner>);

/// What the clones share.
pub(super) struct Inner {
    held: Mutex<SharedState>,
    clock: Clock,
    /// Where the API is.
    url: String,
    /// Where the hosted pages are.
    origin: String,
    fee: Percentage,
    hooks: OnceLock<Hooks>,
    file: Option<PathBuf>,
    changed: Notify,
    /// Held by whoever delivers, so that nothing is sent twice at once.
    delivering: tokio::sync::Mutex<()>,
    /// The server, for as long as somebody has the stand-in.
    serving: Mutex<JoinSet<()>>,
}

struct SharedState {
    state: State,
    rng: StdRng,
    /// The state as it was kept last.
    kept: String,
}

/// How a stand-in begins.
pub struct StandInOptions {
    /// When it is.
    pub clock: Clock,
    /// Where ids and mishaps come from.
    pub rng: StdRng,
    /// Where its pages are, without a slash at the end; with none, where the API is.
    pub origin: Option<String>,
    /// What the platform takes of each payment.
    pub fee: Percentage,
    /// Where its state is kept, and was.
    pub file: Option<PathBuf>,
}

impl StripeStandIn {
    /// Begins to answer, on a free port of this machine.
    pub async fn start(beginning: StandInOptions) -> Result<Self, Problem> {
        let cannot = "Stripe's stand-in can't be started";
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .with_problem(cannot)?;
        let address = listener.local_addr().with_problem(cannot)?;
        let url = format!("http://{address}");
        let state = match &beginning.file {
            Some(file) => kept(file)?,
            None => State::default(),
        };
        let this = Self(Arc::new(Inner {
            held: Mutex::new(SharedState {
                state,
                rng: beginning.rng,
                kept: String::new(),
            }),
            clock: beginning.clock,
            origin: beginning.origin.unwrap_or_else(|| url.clone()),
            url,
            fee: beginning.fee,
            hooks: OnceLock::new(),
            file: beginning.file,
            changed: Notify::new(),
            delivering: tokio::sync::Mutex::new(()),
            serving: Mutex::new(JoinSet::new()),
        }));
        this.at_desk(prices::offer);
        let router = this.router()?;
        let mut serving = this
            .0
            .serving
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        serving.spawn(async move { drop(axum::serve(listener, router).await) });
        drop(serving);
        Ok(this)
    }

    /// The same, by whoever serves it.
    pub(super) fn of(inner: Arc<Inner>) -> Self {
        Self(inner)
    }

    /// What the product must be told to use it.
    pub fn config(&self) -> StripeConfig {
        StripeConfig {
            key: KEY.to_owned(),
            url: Some(self.0.url.clone()),
            webhook_secrets: vec![SECRETS.0.to_owned()],
            connect_secrets: vec![SECRETS.1.to_owned()],
            fee: self.0.fee,
        }
    }

    /// The API and the pages, for one more server.
    pub(crate) fn router(&self) -> Result<Router, Problem> {
        server::router(Arc::downgrade(&self.0))
    }

    /// Where its pages are.
    pub fn origin(&self) -> &str {
        &self.0.origin
    }

    /// Says where events go. The first time holds.
    pub fn deliver_to(&self, hooks: Hooks) {
        drop(self.0.hooks.set(hooks));
    }

    /// Does what somebody does at Stripe. What can't be done is said in words.
    pub fn act(&self, act: &StandInAction) -> Result<(), String> {
        let done = self.at_desk(|desk| act::act(desk, act));
        self.changed();
        done.map_err(|refusal: Refusal| refusal.message().to_owned())
    }

    /// Has whoever delivers look again.
    pub(super) fn changed(&self) {
        self.0.changed.notify_one();
    }

    /// Sets what befalls events from now on.
    pub fn befall(&self, mishaps: DeliveryFaults) {
        self.at_desk(|desk| desk.state.mishaps = mishaps);
    }

    /// Sends anew what was lost or given up.
    pub fn find_lost(&self) {
        self.at_desk(|desk| {
            delivery::again(desk.state, None, desk.now.as_millisecond());
        });
    }

    /// Sends every event anew, however it went: as if Stripe did so by itself.
    pub fn send_all_again(&self) {
        self.at_desk(|desk| {
            let now = desk.now.as_millisecond();
            let events: Vec<_> = desk
                .state
                .deliveries
                .iter()
                .map(|delivery| delivery.event.clone())
                .collect();
            for event in events {
                delivery::again(desk.state, Some(&event), now);
            }
        });
    }

    /// How many events wait or were lost, and aren't taken yet.
    pub fn undelivered(&self) -> usize {
        self.at_desk(|desk| {
            let all = desk.state.deliveries.iter();
            all.filter(|delivery| delivery.way != DeliveryState::Taken)
                .count()
        })
    }

    /// Delivers what waits, once each, whenever it is due.
    pub async fn deliver(&self) -> DeliveryCounts {
        self.send(None).await
    }

    /// Delivers what is due, and again and again as it becomes due.
    pub(crate) async fn keep_delivering(&self, mut stop: watch::Receiver<bool>) {
        loop {
            let now = self.0.clock.now();
            self.send(Some(now)).await;
            let next = self.at_desk(|desk| {
                let all = desk.state.deliveries.iter();
                let waiting = all.filter(|delivery| delivery.way == DeliveryState::Waits);
                waiting.map(|delivery| delivery.due).min()
            });
            let pause = next.map_or(LOOK, |next| {
                let ms = next.saturating_sub(self.0.clock.now().as_millisecond());
                Duration::from_millis(ms.max(0).unsigned_abs()).min(LOOK)
            });
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.0.changed.notified() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    async fn send(&self, by: Option<Timestamp>) -> DeliveryCounts {
        let _alone = self.0.delivering.lock().await;
        let mut delivered = DeliveryCounts::default();
        let Some(hooks) = self.0.hooks.get() else {
            return delivered;
        };
        let by = by.map(Timestamp::as_millisecond);
        let places = self.at_desk(|desk| delivery::waiting(desk, by));
        for place in places {
            let Some((connect, message)) = self.at_desk(|desk| message(desk, place)) else {
                continue;
            };
            let said = hooks.post(connect, message).await;
            let taken = self.at_desk(|desk| {
                let now = desk.now.as_millisecond();
                delivery::answered(desk.state, place, said, now)
            });
            if taken {
                delivered.taken += 1;
            } else {
                delivered.refused += 1;
            }
        }
        delivered
    }

    /// Has somebody at the desk, with what is over by now ended before.
    pub(super) fn at_desk<T>(&self, run: impl FnOnce(&mut Desk<'_>) -> T) -> T {
        let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        let SharedState { state, rng, .. } = &mut *held;
        let mut desk = Desk {
            state,
            rng,
            now: self.0.clock.now(),
            origin: &self.0.origin,
            account: None,
        };
        checkout::end_what_is_over(&mut desk);
        let done = run(&mut desk);
        self.keep(&mut held);
        done
    }

    /// Keeps what is remembered, if it is otherwise than before.
    fn keep(&self, held: &mut SharedState) {
        let Some(file) = &self.0.file else { return };
        let Ok(text) = serde_json::to_string(&held.state) else {
            return;
        };
        if text == held.kept {
            return;
        }
        match data::replace(file, text.as_bytes()) {
            Ok(()) => held.kept = text,
            Err(error) => tracing::error!(%error, "what Stripe's stand-in knows can't be kept"),
        }
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// What was kept by a run before.
fn kept(file: &Path) -> Result<State, Problem> {
    let cannot = format!(
        "What Stripe's stand-in kept in {} can't be read",
        file.display()
    );
    match fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes).with_problem(cannot),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(State::default()),
        Err(error) => Err(error).with_problem(cannot),
    }
}

/// A delivery as it is sent: to which endpoint, the body and its signature.
fn message(desk: &mut Desk<'_>, place: usize) -> Option<(bool, (Vec<u8>, String))> {
    let one = desk.state.deliveries.get(place)?;
    let (_, event) = desk.state.find(&one.event)?;
    let body = serde_json::to_vec(event).ok()?;
    let secret = if one.connect { SECRETS.1 } else { SECRETS.0 };
    let signature = delivery::sign(secret, desk.seconds(), &body);
    Some((one.connect, (body, signature)))
}
