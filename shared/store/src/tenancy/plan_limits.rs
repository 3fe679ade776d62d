//! Plan limits: the used quantity of each, counted in the transaction of each change, under
//! a condition, so that two at once can't pass a limit.
//!
//! Only the team adds to what is counted here, and each limit has an item of its own, so
//! that an invitation doesn't wait for an import. Storage is counted in `uploads.rs`,
//! because contacts upload too.

use domain::plan::{Plan, PlanLimit};
use futures::future::try_join;

use crate::error::StoreError;
use crate::table::codec::{Item, get_integer, get_text, number};
use crate::table::keys::{self, Key};
use crate::table::query::{Query, Range};
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::scope::{Scope, Store, WorkspaceScope};

/// The attribute with the used quantity.
const USED: &str = "n";

/// A quantity of a limit that a transaction takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LimitClaim {
    plan: Plan,
    limit: PlanLimit,
    more: i64,
    /// The index of the write that is refused where there is no room.
    nth: usize,
}

/// The used quantity of each limit, in the order of [`PlanLimit::ALL`].
pub type LimitUsage = [(PlanLimit, i64); PlanLimit::ALL.len()];

impl Store<WorkspaceScope> {
    /// The used quantity of every limit.
    pub async fn list_limit_usage(&self) -> Result<LimitUsage, StoreError> {
        let query = Query::of(
            keys::limit_usages(&self.prefix()),
            Range::UpTo("~".to_owned()),
            10,
        );
        let (counted, files) = try_join(self.query(query), self.get_storage_used()).await?;
        let of = |limit: PlanLimit| {
            let is_it = |item: &&Item| get_text(item, "sk").is_ok_and(|name| name == limit.name());
            counted
                .items
                .iter()
                .find(is_it)
                .map_or(0, |item| get_integer(item, USED))
        };
        Ok(PlanLimit::ALL.map(|limit| match limit {
            PlanLimit::Storage => (limit, files),
            _ => (limit, of(limit)),
        }))
    }

    /// The used quantity of a limit, except storage.
    pub async fn get_limit_usage(&self, limit: PlanLimit) -> Result<i64, StoreError> {
        let found = self.get(&self.usage_key(limit)).await?;
        Ok(found.map_or(0, |found| get_integer(&found, USED)))
    }
}

impl<S: Scope> Store<S> {
    pub(crate) fn usage_key(&self, limit: PlanLimit) -> Key {
        keys::limit_usage(&keys::workspace(self.ws()), limit)
    }

    /// Takes `more` of a limit, as the next write, where `plan` has room for it.
    pub(crate) fn put_claim(
        &self,
        transaction: &mut Transaction,
        plan: Plan,
        limit: PlanLimit,
        more: i64,
    ) -> LimitClaim {
        let nth = transaction.next_index();
        let room = plan.max_used_before(limit, more);
        let condition = if room < 0 {
            "n <= :room"
        } else {
            "(attribute_not_exists(n) OR n <= :room)"
        };
        let update = Update::upsert(self.usage_key(limit)).add(USED, more);
        transaction.update(update.when(condition, ":room", number(room)));
        LimitClaim {
            plan,
            limit,
            more,
            nth,
        }
    }

    /// Adds to the used quantity of a limit, whatever the plan allows; a negative quantity is
    /// given back.
    pub(crate) fn put_usage(&self, transaction: &mut Transaction, limit: PlanLimit, more: i64) {
        transaction.update(Update::upsert(self.usage_key(limit)).add(USED, more));
    }

    /// Executes writes of the scope, and those to a limit's usage, by the tenant's credentials.
    /// A contact's don't reach the usage.
    pub(crate) async fn commit_with_limit(
        &self,
        transaction: Transaction,
        claim: Option<LimitClaim>,
        limit: PlanLimit,
    ) -> Result<(), StoreError> {
        self.ensure_writes_in_scope(&transaction, &[self.usage_key(limit)])?;
        let done = transaction.commit(&self.table).await;
        self.explain_refusal(done, claim).await
    }

    /// The result of a transaction that takes `claim`: where the claim was refused, which limit
    /// is reached.
    pub(crate) async fn explain_refusal(
        &self,
        done: Result<(), StoreError>,
        claim: Option<LimitClaim>,
    ) -> Result<(), StoreError> {
        let claim = match (&done, claim) {
            (Err(StoreError::Refused(n)), Some(claim)) if *n == claim.nth => claim,
            _ => return done,
        };
        let found = self.table.get(&self.usage_key(claim.limit), true).await?;
        let used = found.map_or(0, |found| get_integer(&found, USED));
        Err(
            match claim.plan.check_limit(claim.limit, used, claim.more) {
                Err(full) => StoreError::Full(full),
                // Somebody made room meanwhile.
                Ok(()) => StoreError::Busy,
            },
        )
    }
}

/// Takes a seat for a member who wasn't invited.
pub(crate) fn put_seat(transaction: &mut Transaction, w: &str) {
    transaction.update(Update::upsert(keys::limit_usage(w, PlanLimit::Seats)).add(USED, 1));
}
