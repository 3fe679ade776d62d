//! Reconcile turns: the connected accounts by when they are reconciled next, so that they
//! are found without reading anything else.

use jiff::{SignedDuration, Timestamp};

use crate::directory::directory::Directory;
use crate::error::StoreError;
use crate::records::outbox::outbox::sortable_time;
use crate::records::payments::connected_account::ConnectedAccount;
use crate::table::codec::{Item, get_text};
use crate::table::keys::{self, Index};
use crate::table::query::{Query, Range};
use crate::table::update::Update;

/// For how long one process leases an account, and how long a failed turn waits.
const LEASE: SignedDuration = SignedDuration::from_mins(10);

/// A leased turn: an account that is to be reconciled.
#[derive(Debug, Clone)]
pub struct ReconcileTurn {
    pub account: ConnectedAccount,
    place: String,
}

impl Directory {
    /// Leases up to `limit` accounts a shard whose turn it is.
    pub async fn lease_reconcile_turns(
        &self,
        now: Timestamp,
        limit: i32,
    ) -> Result<Vec<ReconcileTurn>, StoreError> {
        let mut leased = Vec::new();
        for shard in 0..keys::ACCOUNT_SHARDS {
            let due = Range::UpTo(format!("{}~", sortable_time(now)));
            let query = Query::list(&keys::account_list(shard), due, limit);
            for found in self.table().query(query).await?.items {
                leased.extend(self.lease_reconcile_turn(&found, now).await?);
            }
        }
        Ok(leased)
    }

    async fn lease_reconcile_turn(
        &self,
        found: &Item,
        now: Timestamp,
    ) -> Result<Option<ReconcileTurn>, StoreError> {
        let place = get_text(found, Index::ACCOUNTS.sort_attribute())?.to_owned();
        let (_, account) = place.split_once('#').ok_or(StoreError::Lacks("account"))?;
        let ws = get_text(found, "ws")?.parse();
        let ws = ws.map_err(|_| StoreError::Lacks("ws"))?;
        let payee = ConnectedAccount::new(self.workspace_store(ws), account.to_owned());
        let turn = ReconcileTurn {
            account: payee,
            place,
        };
        let due_again = now.saturating_add(LEASE).unwrap_or(now);
        let next = turn.sort_key_at(due_again);
        let is_ours = self.defer_reconcile_turn(&turn, &next).await?;
        Ok(is_ours.then_some(ReconcileTurn {
            place: next,
            ..turn
        }))
    }

    /// Completes a turn, with the time of the next one.
    pub async fn complete_reconcile_turn(
        &self,
        turn: &ReconcileTurn,
        next: Timestamp,
    ) -> Result<(), StoreError> {
        self.defer_reconcile_turn(turn, &turn.sort_key_at(next))
            .await
            .map(drop)
    }

    /// Removes an account that has no next turn: no workspace has it any more.
    pub async fn delete_reconcile_turn(&self, turn: &ReconcileTurn) -> Result<(), StoreError> {
        let update = Update::existing(keys::stripe_account(turn.account.account()))
            .remove_from_index(Index::ACCOUNTS)
            .when_sorted_at(Index::ACCOUNTS, &turn.place);
        self.table().update(update).await.map(drop)
    }

    async fn defer_reconcile_turn(
        &self,
        turn: &ReconcileTurn,
        to: &str,
    ) -> Result<bool, StoreError> {
        let update = Update::existing(keys::stripe_account(turn.account.account()))
            .set_sort_key(Index::ACCOUNTS, to)
            .when_sorted_at(Index::ACCOUNTS, &turn.place);
        Ok(self.table().update(update).await?.is_some())
    }
}

impl ReconcileTurn {
    fn sort_key_at(&self, due: Timestamp) -> String {
        keys::account_index_key(&sortable_time(due), self.account.account()).sk
    }
}
