//! The audit log, read by a workspace's own, and chained by the worker.

use std::collections::BTreeMap;

use domain::audit::{AuditKind, AuditNote, AuditRecord, START, chained};
use domain::id::WorkspaceId;
use domain::plan::Plan;
use domain::workspace::Workspace;
use futures::future::try_join;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::codec::{Item, integer, item, number, row, string, text};
use crate::directory::Directory;
use crate::error::StoreError;
use crate::keys::{self, AUDIT_SHARDS, Index, Key};
use crate::page::ListPage;
use crate::scope::{Scope, Store, WorkspaceScope};
use crate::table::{Query, Range, start_after};
use crate::trace::AuditItem;
use crate::transact::{Transaction, Update};

/// Entries that one transaction chains, beside the head.
const BATCH: usize = 50;

/// Entries among which the first of the chain is looked for at a time.
const BATCH_READ: i32 = 100;

/// An entry, with its place in the chain once it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainedEntry {
    /// The entry.
    pub record: AuditRecord,
    /// Number, hash of the entry before it, hash of its own.
    pub place: Option<(i64, String, String)>,
}

/// How far the chain reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    /// The last entry's number, 0 where there is none.
    pub seq: i64,
    /// The last entry's hash.
    pub hash: String,
    /// When the last entry's time is over, in seconds: no entry's is over before
    /// that of one before it, so what is left is always the end of the chain.
    #[serde(default)]
    pub until: i64,
}

fn read(found: Item) -> Result<ChainedEntry, StoreError> {
    let seq = integer(&found, "seq");
    let hash = |name| text(&found, name).map(str::to_owned);
    let place = match seq {
        0 => None,
        seq => Some((seq, hash("previous")?, hash("hash")?)),
    };
    let AuditItem { record, .. } = row(found)?;
    Ok(ChainedEntry { record, place })
}

impl Store<WorkspaceScope> {
    /// Up to `limit` entries from before `before`, the newest first, whoever's
    /// part they happened in.
    pub async fn audit(
        &self,
        before: Option<&str>,
        limit: i32,
    ) -> Result<ListPage<ChainedEntry>, StoreError> {
        let list = keys::audit_list(&self.prefix());
        let range = Range::UpTo(before.unwrap_or("~").to_owned());
        let query = Query::of(list, range, limit + 1).on(Index::Gsi1);
        let slice = self.query(query.descending()).await?;
        let all = slice.items.len();
        let left = slice.items.into_iter().filter(|found| !self.is_over(found));
        let left: Vec<_> = left.collect();
        // Whose time is over are the oldest: nothing is to be shown after them.
        let more = slice.more && left.len() == all;
        let mut rows: Vec<_> = left.into_iter().map(read).collect::<Result<_, _>>()?;
        // Up to and with: the entry that a page ended with comes again.
        rows.retain(|entry| before != Some(entry.record.id.to_string().as_str()));
        rows.truncate(usize::try_from(limit).unwrap_or_default());
        Ok(ListPage::new(rows, more, |entry| {
            entry.record.id.to_string()
        }))
    }

    /// Whether an entry's time is over, whether or not it is gone already.
    fn is_over(&self, found: &Item) -> bool {
        (1..=self.trace.at().as_second()).contains(&integer(found, "ttl"))
    }

    /// The number of the first entry whose time isn't over; `None` where none has
    /// its place in the chain.
    pub async fn audit_first(&self) -> Result<Option<i64>, StoreError> {
        let mut after = None;
        loop {
            let all = Range::Between(keys::chain_rank(1), "~".to_owned());
            let query = Query::of(keys::chain(&self.prefix()), all, BATCH_READ);
            let slice = self.query(query.on(Index::Gsi2).after(after)).await?;
            let first = slice.items.iter().find(|found| !self.is_over(found));
            if let Some(first) = first {
                return Ok(Some(integer(first, "seq")));
            }
            // What is over goes within two days, by the table itself.
            let last = slice.items.last().filter(|_| slice.more);
            after = last.map(|item| start_after(item, Index::Gsi2));
            if after.is_none() {
                return Ok(None);
            }
        }
    }

    /// Up to `limit` entries of the chain, from number `from` on, without those
    /// whose time is over, whether or not they are gone already.
    pub async fn audit_chain(
        &self,
        from: i64,
        limit: i32,
    ) -> Result<Vec<ChainedEntry>, StoreError> {
        let range = Range::Between(keys::chain_rank(from), "~".to_owned());
        let query = Query::of(keys::chain(&self.prefix()), range, limit);
        let slice = self.query(query.on(Index::Gsi2)).await?;
        let kept = slice.items.into_iter();
        let kept = kept.filter(|found| !self.is_over(found));
        kept.map(read).collect()
    }

    /// How far the chain reaches.
    pub async fn audit_head(&self) -> Result<ChainHead, StoreError> {
        let found = self.get(&keys::audit_head(self.ws())).await?;
        found.map_or_else(|| Ok(ChainHead::start()), row)
    }
}

impl<S: Scope> Store<S> {
    /// Records that something left as a file: `kind` says what, `which` what was
    /// in it.
    pub async fn exported(&self, kind: AuditKind, which: &str) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        let note = AuditNote::of(kind, "").change("file", "", which);
        self.record(&mut transaction, note)?;
        self.commit(transaction).await
    }
}

impl ChainHead {
    fn start() -> Self {
        Self {
            seq: 0,
            hash: START.to_owned(),
            until: 0,
        }
    }
}

impl Directory {
    /// Gives entries that wait for it their place in the chain of their
    /// workspace, up to `limit` a shard, and says how many.
    pub async fn chain_audit(&self, limit: i32) -> Result<usize, StoreError> {
        let mut done = 0;
        for shard in 0..AUDIT_SHARDS {
            let all = Range::UpTo("~".to_owned());
            let query = Query::of(keys::unchained_shard(shard), all, limit).on(Index::Gsi2);
            let mut waiting: BTreeMap<WorkspaceId, Vec<(Key, AuditRecord)>> = BTreeMap::new();
            for found in self.table().query(query).await?.items {
                let key = Key {
                    pk: text(&found, "pk")?.to_owned(),
                    sk: text(&found, "sk")?.to_owned(),
                };
                let AuditItem { record, ws } = row(found)?;
                waiting.entry(ws).or_default().push((key, record));
            }
            for (ws, entries) in waiting {
                for some in entries.chunks(BATCH) {
                    done += self.chain(ws, some).await?;
                }
            }
        }
        Ok(done)
    }

    /// For how long the workspace's plan keeps entries. What an entry was given stays,
    /// whatever the plan is later.
    async fn log_kept(&self, ws: WorkspaceId) -> Result<SignedDuration, StoreError> {
        let key = keys::meta(&keys::workspace(ws));
        let found = self.table().get(&key, false).await?;
        let workspace = found.map(row::<Workspace>).transpose()?;
        let now = self.trace().at();
        let plan = workspace.map_or(Plan::default(), |workspace| workspace.plan_at(now));
        Ok(plan.log_kept())
    }

    async fn chain(
        &self,
        ws: WorkspaceId,
        entries: &[(Key, AuditRecord)],
    ) -> Result<usize, StoreError> {
        let key = keys::audit_head(ws);
        let (found, kept) = try_join(self.table().get(&key, true), self.log_kept(ws)).await?;
        let before = found.map_or_else(|| Ok(ChainHead::start()), row::<ChainHead>)?;
        let mut head = before.clone();
        let mut transaction = Transaction::new(self.table());
        for (key, record) in entries {
            let columns = record.columns();
            let hash = chained(&head.hash, columns.iter().map(String::as_str));
            let place = keys::audit_chained(ws, head.seq + 1);
            let until = record.at.saturating_add(kept).unwrap_or(record.at);
            let until = until.as_second().max(head.until);
            let (_, pk, sk) = place.index.names();
            let entry = Update::existing(key.clone())
                .set("seq", number(head.seq + 1))
                .set("previous", string(&head.hash))
                .set("hash", string(&hash))
                .set("ttl", number(until))
                .set(pk, string(&place.pk))
                .set(sk, string(&place.sk));
            transaction.update(entry.only_if("attribute_not_exists(seq)"));
            head = ChainHead {
                seq: head.seq + 1,
                hash,
                until,
            };
        }
        let mut row = item("audit-head", &key, &head)?;
        row.insert("v".to_owned(), number(head.seq));
        if before.seq == 0 {
            transaction.put_new(row);
        } else {
            transaction.replace(row, before.seq);
        }
        match transaction.commit(self.table()).await {
            Ok(()) => Ok(entries.len()),
            // Another worker was first, or the index tells of what is done:
            // the next time shows.
            Err(StoreError::Refused(_)) => Ok(0),
            Err(error) => Err(error),
        }
    }
}
