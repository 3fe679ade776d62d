//! The accounts at Stripe by when they are compared with it again: how that comes to all
//! of them without looking at anything else.

use jiff::{SignedDuration, Timestamp};

use crate::codec::{Item, string, text};
use crate::directory::Directory;
use crate::error::StoreError;
use crate::keys::{self, ACCOUNT_SHARDS, Index};
use crate::outbox::stamp;
use crate::payments::ConnectedAccount;
use crate::table::{Query, Range};
use crate::transact::Update;

/// For how long one process has an account to itself, and how long it waits to be tried
/// again.
const LEASE: SignedDuration = SignedDuration::from_mins(10);

/// An account whose turn it is, which this process has to itself for a while.
#[derive(Debug, Clone)]
pub struct ReconcileTurn {
    /// Whose it is.
    pub payee: ConnectedAccount,
    place: String,
}

impl Directory {
    /// Leases up to `limit` accounts a shard whose turn it is.
    pub async fn lease_rounds(
        &self,
        now: Timestamp,
        limit: i32,
    ) -> Result<Vec<ReconcileTurn>, StoreError> {
        let mut leased = Vec::new();
        for shard in 0..ACCOUNT_SHARDS {
            let due = Range::UpTo(format!("{}~", stamp(now)));
            let query = Query::of(keys::account_shard(shard), due, limit).on(Index::Gsi1);
            for found in self.table().query(query).await?.items {
                leased.extend(self.lease_round(&found, now).await?);
            }
        }
        Ok(leased)
    }

    async fn lease_round(
        &self,
        found: &Item,
        now: Timestamp,
    ) -> Result<Option<ReconcileTurn>, StoreError> {
        let place = text(found, "gsi1sk")?.to_owned();
        let (_, account) = place.split_once('#').ok_or(StoreError::Lacks("gsi1sk"))?;
        let ws = text(found, "ws")?.parse();
        let ws = ws.map_err(|_| StoreError::Lacks("ws"))?;
        let payee = ConnectedAccount::new(self.workspace_store(ws), account.to_owned());
        let round = ReconcileTurn { payee, place };
        let again = now.saturating_add(LEASE).unwrap_or(now);
        let next = round.place_at(again);
        let won = self.move_round(&round, &next).await?;
        Ok(won.then_some(ReconcileTurn {
            place: next,
            ..round
        }))
    }

    /// Notes that a round is done, and when the next one is.
    pub async fn round_done(
        &self,
        round: &ReconcileTurn,
        next: Timestamp,
    ) -> Result<(), StoreError> {
        self.move_round(round, &round.place_at(next))
            .await
            .map(drop)
    }

    /// Takes an account out that has no next round: it is nobody's any more.
    pub async fn round_over(&self, round: &ReconcileTurn) -> Result<(), StoreError> {
        let (_, pk, sk) = Index::Gsi1.names();
        let update = Update::existing(keys::stripe_account(round.payee.account()))
            .remove(pk)
            .remove(sk)
            .when("gsi1sk = :seen", ":seen", string(&round.place));
        self.table().update(update).await.map(drop)
    }

    async fn move_round(&self, round: &ReconcileTurn, to: &str) -> Result<bool, StoreError> {
        let update = Update::existing(keys::stripe_account(round.payee.account()))
            .set("gsi1sk", string(to))
            .when("gsi1sk = :seen", ":seen", string(&round.place));
        Ok(self.table().update(update).await?.is_some())
    }
}

impl ReconcileTurn {
    fn place_at(&self, due: Timestamp) -> String {
        keys::account_place(&stamp(due), self.payee.account()).sk
    }
}
