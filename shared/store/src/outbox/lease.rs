//! Who does what is due: found fairly over the workspaces, taken by one worker at a
//! time, tried again after longer and longer waits, and given up in the end.

use std::collections::BTreeMap;

use domain::id::{ClientId, EntryId, WorkspaceId};
use domain::workspace::Workspace;
use jiff::{SignedDuration, Timestamp};

use super::{Effect, Row, stamp};
use crate::codec::{Item, integer, row, string, text};
use crate::directory::Directory;
use crate::error::StoreError;
use crate::keys::{self, Index, Key, OUTBOX_SHARDS};
use crate::scope::{ClientScope, Store, WorkspaceScope};
use crate::table::{Query, Range, start_after};
use crate::transact::{Transaction, Update};

/// For how long one worker has an effect to itself at the first try; twice as
/// long at each further one, which is also how long a failed one waits.
const LEASE: SignedDuration = SignedDuration::from_mins(1);
/// After how many tries, some eight hours, an effect is given up, for a person to
/// look at.
const TRIES: i64 = 10;
/// Effects that one page of a look reads.
const PAGE: i32 = 100;
/// Pages that one look at a shard reads at most: a workspace of which more waits
/// than that may make others wait.
const PAGES: usize = 20;
/// How much is kept of why an effect failed.
const CAUSE: usize = 300;

/// An effect that is due, and that nobody has taken yet as far as is known.
#[derive(Debug, Clone)]
pub struct DueEffect {
    pub(super) key: Key,
    place: String,
    pub(super) item: Item,
}

/// An effect that this worker has to itself for a while.
#[derive(Debug, Clone)]
pub struct LeasedEffect {
    /// Names the effect: the same at every try.
    pub id: EntryId,
    /// When it was put into the outbox, or for when.
    pub at: Timestamp,
    /// What is to be done.
    pub effect: Effect,
    tries: i64,
    due: DueEffect,
}

/// What came of taking an effect.
#[derive(Debug)]
pub enum LeaseOutcome {
    /// It is this worker's for a while.
    Leased(Box<LeasedEffect>),
    /// Somebody else has it, or has done it, or one of its thread comes first.
    Not,
    /// It can't be done and is among the dead ones now.
    Buried,
}

impl DueEffect {
    /// The workspace whose effect it is; `None` where the key tells of none.
    pub fn workspace(&self) -> Option<WorkspaceId> {
        keys::outbox_home(&self.key.pk).map(|(ws, _)| ws)
    }

    fn of(item: Item) -> Result<Self, StoreError> {
        Ok(Self {
            key: Key {
                pk: text(&item, "pk")?.to_owned(),
                sk: text(&item, "sk")?.to_owned(),
            },
            place: text(&item, "gsi1sk")?.to_owned(),
            item,
        })
    }

    pub(super) fn tries(&self) -> i64 {
        integer(&self.item, "tries")
    }

    /// When it is due, as it stands in its place.
    fn until(&self) -> &str {
        self.place.split('#').next().unwrap_or_default()
    }

    /// The end of its key, which is its id where it can be read.
    pub(super) fn name(&self) -> &str {
        self.key.sk.rsplit('#').next().unwrap_or_default()
    }
}

impl LeasedEffect {
    /// Where it was put into the outbox: a workspace, or a client of it.
    pub fn home(&self) -> Option<(WorkspaceId, Option<ClientId>)> {
        keys::outbox_home(&self.due.key.pk)
    }

    /// The store of the client whose effect it is, as the team sees it.
    pub fn client(&self, directory: &Directory) -> Option<Store<ClientScope>> {
        let (ws, client) = keys::outbox_home(&self.due.key.pk)?;
        let team = directory.workspace_store(ws);
        client.map(|client| team.client(client))
    }

    /// The store of the workspace whose effect it is, as its team sees it.
    pub fn team(&self, directory: &Directory) -> Option<Store<WorkspaceScope>> {
        let (ws, _) = keys::outbox_home(&self.due.key.pk)?;
        Some(directory.workspace_store(ws))
    }

    /// The workspace whose effect it is.
    pub async fn workspace(&self, directory: &Directory) -> Result<Option<Workspace>, StoreError> {
        let Some((ws, _)) = keys::outbox_home(&self.due.key.pk) else {
            return Ok(None);
        };
        let team = directory.workspace_store(ws);
        team.workspace().await
    }

    /// Takes the effect out of the outbox, in the transaction that it comes to.
    pub(crate) fn done(&self, transaction: &mut Transaction) {
        transaction.delete_existing(&self.due.key);
    }
}

impl Directory {
    /// What is due, the longest due first: of each workspace no more than `each` in
    /// a shard, however much of others waits before it.
    pub async fn due(&self, now: Timestamp, each: usize) -> Result<Vec<DueEffect>, StoreError> {
        let mut found = Vec::new();
        for shard in 0..OUTBOX_SHARDS {
            let (mut after, mut taken) = (None, BTreeMap::<_, usize>::new());
            for _ in 0..PAGES {
                let range = Range::UpTo(format!("{}~", stamp(now)));
                let query = Query::of(keys::outbox_shard(shard), range, PAGE).on(Index::Gsi1);
                let slice = self.table().query(query.after(after.take())).await?;
                let last = slice.items.last();
                after = last.map(|last| start_after(last, Index::Gsi1));
                for item in slice.items {
                    let due = DueEffect::of(item)?;
                    let of_this = taken.entry(due.workspace()).or_default();
                    *of_this += 1;
                    if *of_this <= each {
                        found.push(due);
                    }
                }
                if !slice.more {
                    break;
                }
            }
        }
        found.sort_by(|one, other| one.place.cmp(&other.place));
        Ok(found)
    }

    /// Takes an effect that is due. One that can't be read, and one of which no try
    /// came to an end, is given up.
    pub async fn lease(&self, due: DueEffect, now: Timestamp) -> Result<LeaseOutcome, StoreError> {
        let Ok(Row {
            id,
            effect,
            tries,
            at,
            thread,
        }) = row(due.item.clone())
        else {
            return self.bury(&due, "It can't be read.", now).await;
        };
        if tries >= TRIES {
            let cause = text(&due.item, "cause").unwrap_or("No try came to an end.");
            return self.bury(&due, cause, now).await;
        }
        if let Some(thread) = thread
            && let Some(first) = self.first_of(&due, &thread).await?
            && first.key != due.key
        {
            // What waits behind one that failed is looked at with it again.
            if first.tries() > 1 && first.place > due.place {
                self.wait_for(&due, first.until()).await?;
            }
            return Ok(LeaseOutcome::Not);
        }
        let doubled = 1 << tries.clamp(0, TRIES);
        let again = stamp(now.saturating_add(LEASE * doubled).unwrap_or(now));
        let place = format!("{again}#{}", due.name());
        let update = Update::existing(due.key.clone())
            .set("gsi1sk", string(&place))
            .add("tries", 1)
            .when("gsi1sk = :seen", ":seen", string(&due.place));
        if self.table().update(update).await?.is_none() {
            return Ok(LeaseOutcome::Not);
        }
        let (tries, due) = (tries + 1, DueEffect { place, ..due });
        Ok(LeaseOutcome::Leased(Box::new(LeasedEffect {
            id,
            at,
            effect,
            tries,
            due,
        })))
    }

    /// The one of a thread that leaves next, read as it is now.
    async fn first_of(
        &self,
        due: &DueEffect,
        thread: &str,
    ) -> Result<Option<DueEffect>, StoreError> {
        let range = Range::Prefix(keys::outbox_thread(thread));
        let table = self.table().clone().consistent(true);
        let slice = table.query(Query::of(&due.key.pk, range, 1)).await?;
        slice
            .items
            .into_iter()
            .next()
            .map(DueEffect::of)
            .transpose()
    }

    async fn wait_for(&self, due: &DueEffect, until: &str) -> Result<(), StoreError> {
        let update = Update::existing(due.key.clone())
            .set("gsi1sk", string(format!("{until}#{}", due.name())))
            .when("gsi1sk = :seen", ":seen", string(&due.place));
        self.table().update(update).await.map(drop)
    }

    /// Notes that an effect has left: it is forgotten.
    pub async fn sent(&self, leased: &LeasedEffect) -> Result<(), StoreError> {
        let mut transaction = Transaction::new(self.table());
        transaction.delete(&leased.due.key);
        transaction.commit(self.table()).await
    }

    /// Notes why an effect couldn't leave. It is due again when its lease ends; after
    /// its last try it is given up, which `true` says.
    pub async fn failed(
        &self,
        leased: &LeasedEffect,
        cause: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (due, cause) = (&leased.due, cause.chars().take(CAUSE).collect::<String>());
        let update = Update::existing(due.key.clone())
            .set("cause", string(&cause))
            .when("gsi1sk = :mine", ":mine", string(&due.place));
        let Some(item) = self.table().update(update).await? else {
            return Ok(false);
        };
        if leased.tries < TRIES {
            return Ok(false);
        }
        let buried = self.bury(&DueEffect::of(item)?, &cause, now).await?;
        Ok(matches!(buried, LeaseOutcome::Buried))
    }
}
