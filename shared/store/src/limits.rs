//! What a workspace uses of what its plan limits: counted in the transaction of each
//! change, under a condition, so that two at once can't pass a limit.
//!
//! Only the team adds what is counted here, and a limit has an item of its own, so that
//! an invitation doesn't wait for an import. Files are counted in `uploads.rs`: contacts
//! send some too.

use domain::plan::{Plan, PlanLimit};
use futures::future::try_join;

use crate::codec::{Item, integer, number, text};
use crate::error::StoreError;
use crate::keys::{self, Key};
use crate::scope::{Scope, Store, WorkspaceScope};
use crate::table::{Query, Range};
use crate::transact::{Transaction, Update};

/// The attribute that holds how much is used.
const USED: &str = "n";

/// So much of a limit, which a transaction takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LimitClaim {
    plan: Plan,
    limit: PlanLimit,
    more: i64,
    /// The number of the write that is refused where there is no room.
    nth: usize,
}

/// How much of each limit is used, in the order of [`Limit::ALL`].
pub type LimitUsage = [(PlanLimit, i64); PlanLimit::ALL.len()];

impl Store<WorkspaceScope> {
    /// How much the workspace uses of everything that its plan limits.
    pub async fn used(&self) -> Result<LimitUsage, StoreError> {
        let query = Query::of(keys::uses(&self.prefix()), Range::UpTo("~".to_owned()), 10);
        let (counted, files) = try_join(self.query(query), self.files_used()).await?;
        let of = |limit: PlanLimit| {
            let is_it = |item: &&Item| text(item, "sk").is_ok_and(|name| name == limit.name());
            counted
                .items
                .iter()
                .find(is_it)
                .map_or(0, |item| integer(item, USED))
        };
        Ok(PlanLimit::ALL.map(|limit| match limit {
            PlanLimit::Storage => (limit, files),
            _ => (limit, of(limit)),
        }))
    }

    /// How much of a limit is used, but for files.
    pub async fn used_of(&self, limit: PlanLimit) -> Result<i64, StoreError> {
        let found = self.get(&self.used_key(limit)).await?;
        Ok(found.map_or(0, |found| integer(&found, USED)))
    }
}

impl<S: Scope> Store<S> {
    pub(crate) fn used_key(&self, limit: PlanLimit) -> Key {
        keys::used(&keys::workspace(self.ws()), limit)
    }

    /// Takes `more` of a limit, as the next write, where `plan` has room for it.
    pub(crate) fn claim(
        &self,
        transaction: &mut Transaction,
        plan: Plan,
        (limit, more): (PlanLimit, i64),
    ) -> LimitClaim {
        let nth = transaction.next();
        let room = plan.leaves(limit, more);
        let condition = if room < 0 {
            "n <= :room"
        } else {
            "(attribute_not_exists(n) OR n <= :room)"
        };
        let update = Update::upsert(self.used_key(limit)).add(USED, more);
        transaction.update(update.when(condition, ":room", number(room)));
        LimitClaim {
            plan,
            limit,
            more,
            nth,
        }
    }

    /// Adds to what is used of a limit, whatever the plan says; below zero it is given
    /// back.
    pub(crate) fn count_use(&self, transaction: &mut Transaction, limit: PlanLimit, more: i64) {
        transaction.update(Update::upsert(self.used_key(limit)).add(USED, more));
    }

    /// Executes writes of the scope, and beside them what they take of limits, by the
    /// tenant's credentials. A contact's don't reach there.
    pub(crate) async fn commit_counted(
        &self,
        transaction: Transaction,
        claim: Option<LimitClaim>,
        limit: PlanLimit,
    ) -> Result<(), StoreError> {
        self.check(&transaction, &[self.used_key(limit)])?;
        let done = transaction.commit(&self.table).await;
        self.explained(done, claim).await
    }

    /// What came of a transaction that takes `claim`: where that was refused, what there
    /// is no more of.
    pub(crate) async fn explained(
        &self,
        done: Result<(), StoreError>,
        claim: Option<LimitClaim>,
    ) -> Result<(), StoreError> {
        let claim = match (&done, claim) {
            (Err(StoreError::Refused(n)), Some(claim)) if *n == claim.nth => claim,
            _ => return done,
        };
        let found = self.table.get(&self.used_key(claim.limit), true).await?;
        let used = found.map_or(0, |found| integer(&found, USED));
        Err(match claim.plan.room(claim.limit, used, claim.more) {
            Err(full) => StoreError::Full(full),
            // Somebody made room meanwhile.
            Ok(()) => StoreError::Busy,
        })
    }
}

/// A seat for one of the team who is there without having been invited.
pub(crate) fn put_seat(transaction: &mut Transaction, w: &str) {
    transaction.update(Update::upsert(keys::used(w, PlanLimit::Seats)).add(USED, 1));
}
