//! Leases: effects that are due are found fairly over the workspaces, leased by one worker
//! at a time, tried again after longer and longer waits, and become dead letters in the
//! end.

use std::collections::BTreeMap;

use domain::id::{ClientId, EntryId, WorkspaceId};
use domain::workspace::Workspace;
use jiff::{SignedDuration, Timestamp};

use crate::directory::directory::Directory;
use crate::error::StoreError;
use crate::records::outbox::effect::Effect;
use crate::records::outbox::outbox::{OutboxItem, sortable_time};
use crate::table::codec::{Item, from_item, get_integer, get_text, string};
use crate::table::keys::{self, Index, Key};
use crate::table::query::{Query, Range, start_after};
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::scope::{ClientScope, Store, WorkspaceScope};

/// For how long one worker has an effect at the first try; twice as long at each further one,
/// which is also how long a failed one waits.
const LEASE: SignedDuration = SignedDuration::from_mins(1);
/// After how many tries, over some eight hours, an effect becomes a dead letter.
const MAX_TRIES: i64 = 10;
/// Effects of one query.
const ROWS_AT_ONCE: i32 = 100;
/// Queries of one shard at most: a workspace with more waiting effects than that may make
/// others wait.
const MAX_PAGES: usize = 20;
/// Characters of a failure's cause that are stored.
const MAX_CAUSE: usize = 300;

/// An effect that is due, and not leased as far as is known.
#[derive(Debug, Clone)]
pub struct DueEffect {
    pub(crate) key: Key,
    place: String,
    pub(crate) item: Item,
}

/// An effect that this worker has leased.
#[derive(Debug, Clone)]
pub struct LeasedEffect {
    /// The effect's id: the same at every try.
    pub id: EntryId,
    /// When it was enqueued, or for when.
    pub at: Timestamp,
    pub effect: Effect,
    tries: i64,
    due: DueEffect,
}

/// How the lease of an effect ended.
#[derive(Debug)]
pub enum LeaseOutcome {
    /// This worker has it for a while.
    Leased(Box<LeasedEffect>),
    /// Another worker has it or completed it, or another effect of its thread comes first.
    NotLeased,
    /// It became a dead letter.
    GivenUp,
}

impl DueEffect {
    /// The workspace whose effect it is; `None` where the key can't be read.
    pub fn workspace(&self) -> Option<WorkspaceId> {
        keys::effect_home(&self.key.pk).map(|(ws, _)| ws)
    }

    fn of(item: Item) -> Result<Self, StoreError> {
        Ok(Self {
            key: Key {
                pk: get_text(&item, "pk")?.to_owned(),
                sk: get_text(&item, "sk")?.to_owned(),
            },
            place: get_text(&item, Index::OUTBOX.sort_attribute())?.to_owned(),
            item,
        })
    }

    pub(crate) fn tries(&self) -> i64 {
        get_integer(&self.item, "tries")
    }

    /// When it is due, by its sort key.
    fn until(&self) -> &str {
        self.place.split('#').next().unwrap_or_default()
    }

    /// The end of its key: its id, where it can be read.
    pub(crate) fn name(&self) -> &str {
        self.key.sk.rsplit('#').next().unwrap_or_default()
    }
}

impl LeasedEffect {
    /// The scope of the effect: a workspace, or a client of it.
    pub fn home(&self) -> Option<(WorkspaceId, Option<ClientId>)> {
        keys::effect_home(&self.due.key.pk)
    }

    /// The store of the client whose effect it is, as the team sees it.
    pub fn client_store(&self, directory: &Directory) -> Option<Store<ClientScope>> {
        let (ws, client) = keys::effect_home(&self.due.key.pk)?;
        let team = directory.workspace_store(ws);
        client.map(|client| team.client_store(client))
    }

    /// The store of the workspace whose effect it is, as its team sees it.
    pub fn workspace_store(&self, directory: &Directory) -> Option<Store<WorkspaceScope>> {
        let (ws, _) = keys::effect_home(&self.due.key.pk)?;
        Some(directory.workspace_store(ws))
    }

    /// The workspace whose effect it is.
    pub async fn get_workspace(
        &self,
        directory: &Directory,
    ) -> Result<Option<Workspace>, StoreError> {
        let Some((ws, _)) = keys::effect_home(&self.due.key.pk) else {
            return Ok(None);
        };
        let team = directory.workspace_store(ws);
        team.get_workspace().await
    }

    /// Puts the completion of the effect into the transaction of its change.
    pub(crate) fn put_completion(&self, transaction: &mut Transaction) {
        transaction.delete_existing(&self.due.key);
    }
}

impl Directory {
    /// The effects that are due, the longest due first: of each workspace no more than `each`
    /// in a shard, however many of others wait.
    pub async fn list_due_effects(
        &self,
        now: Timestamp,
        each: usize,
    ) -> Result<Vec<DueEffect>, StoreError> {
        let mut found = Vec::new();
        for shard in 0..keys::OUTBOX_SHARDS {
            let list = keys::outbox_list(shard);
            let (mut after, mut taken) = (None, BTreeMap::<_, usize>::new());
            for _ in 0..MAX_PAGES {
                let range = Range::UpTo(format!("{}~", sortable_time(now)));
                let query = Query::list(&list, range, ROWS_AT_ONCE);
                let page = self.table().query(query.after(after.take())).await?;
                let last = page.items.last();
                after = last.map(|last| start_after(last, &list));
                for item in page.items {
                    let due = DueEffect::of(item)?;
                    let of_this = taken.entry(due.workspace()).or_default();
                    *of_this += 1;
                    if *of_this <= each {
                        found.push(due);
                    }
                }
                if !page.more {
                    break;
                }
            }
        }
        found.sort_by(|first_due, second_due| first_due.place.cmp(&second_due.place));
        Ok(found)
    }

    /// Leases an effect. One that can't be read, and one of which no try ended, becomes a dead
    /// letter.
    pub async fn lease_effect(
        &self,
        due: DueEffect,
        now: Timestamp,
    ) -> Result<LeaseOutcome, StoreError> {
        let Ok(OutboxItem {
            id,
            effect,
            tries,
            at,
            thread,
        }) = from_item(due.item.clone())
        else {
            return self
                .create_dead_letter(&due, "It can't be read.", now)
                .await;
        };
        if tries >= MAX_TRIES {
            let cause = get_text(&due.item, "cause").unwrap_or("No try came to an end.");
            return self.create_dead_letter(&due, cause, now).await;
        }
        if let Some(thread) = thread
            && let Some(first) = self.find_first_in_thread(&due, &thread).await?
            && first.key != due.key
        {
            // What waits behind one that failed is looked at with it again.
            if first.tries() > 1 && first.place > due.place {
                self.defer_effect(&due, first.until()).await?;
            }
            return Ok(LeaseOutcome::NotLeased);
        }
        let factor = 1 << tries.clamp(0, MAX_TRIES);
        let due_again = sortable_time(now.saturating_add(LEASE * factor).unwrap_or(now));
        let place = format!("{due_again}#{}", due.name());
        let update = Update::existing(due.key.clone())
            .set_sort_key(Index::OUTBOX, &place)
            .add("tries", 1)
            .when_sorted_at(Index::OUTBOX, &due.place);
        if self.table().update(update).await?.is_none() {
            return Ok(LeaseOutcome::NotLeased);
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

    /// The effect of a thread that comes first, by a consistent read.
    async fn find_first_in_thread(
        &self,
        due: &DueEffect,
        thread: &str,
    ) -> Result<Option<DueEffect>, StoreError> {
        let range = Range::Prefix(keys::effect_thread(thread));
        let table = self.table().clone().with_consistent_reads(true);
        let page = table.query(Query::of(&due.key.pk, range, 1)).await?;
        page.items.into_iter().next().map(DueEffect::of).transpose()
    }

    async fn defer_effect(&self, due: &DueEffect, until: &str) -> Result<(), StoreError> {
        let update = Update::existing(due.key.clone())
            .set_sort_key(Index::OUTBOX, &format!("{until}#{}", due.name()))
            .when_sorted_at(Index::OUTBOX, &due.place);
        self.table().update(update).await.map(drop)
    }

    /// Completes an effect: it is deleted.
    pub async fn complete_effect(&self, leased: &LeasedEffect) -> Result<(), StoreError> {
        let mut transaction = Transaction::new(self.table());
        transaction.delete(&leased.due.key);
        transaction.commit(self.table()).await
    }

    /// Records why an effect failed. It is due again when its lease ends; after the last try it
    /// becomes a dead letter, and the result is `true`.
    pub async fn record_failure(
        &self,
        leased: &LeasedEffect,
        cause: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (due, cause) = (
            &leased.due,
            cause.chars().take(MAX_CAUSE).collect::<String>(),
        );
        let update = Update::existing(due.key.clone())
            .set("cause", string(&cause))
            .when_sorted_at(Index::OUTBOX, &due.place);
        let Some(item) = self.table().update(update).await? else {
            return Ok(false);
        };
        if leased.tries < MAX_TRIES {
            return Ok(false);
        }
        let buried = self
            .create_dead_letter(&DueEffect::of(item)?, &cause, now)
            .await?;
        Ok(matches!(buried, LeaseOutcome::GivenUp))
    }
}
