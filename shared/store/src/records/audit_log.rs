//! The audit log: read by the team, and chained by the worker.

use std::collections::BTreeMap;

use domain::audit::{AuditKind, AuditNote, AuditRecord, CHAIN_START, chain_hash};
use domain::id::WorkspaceId;
use domain::plan::Plan;
use domain::workspace::Workspace;
use futures::future::try_join;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::directory::directory::Directory;
use crate::error::StoreError;
use crate::table::codec::{Item, from_item, get_integer, get_text, number, string, to_item};
use crate::table::keys::{self, Key};
use crate::table::list_page::ListPage;
use crate::table::query::{Query, Range, start_after};
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::audit_item::AuditItem;
use crate::tenancy::scope::{Scope, Store, WorkspaceScope};

/// Entries that one transaction chains, beside the head.
const BATCH: usize = 50;

/// Entries that are read at a time to find the first of the chain.
const BATCH_READ: i32 = 100;

/// An entry, with its place in the chain once it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainedEntry {
    pub record: AuditRecord,
    /// Number, hash of the entry before it, hash of its own.
    pub place: Option<(i64, String, String)>,
}

/// The last entry of a workspace's chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    /// The last entry's number, 0 where there is none.
    pub seq: i64,
    pub hash: String,
    /// When the last entry expires, in seconds. No entry expires before the one ahead of it, so
    /// what is left is always the end of the chain.
    #[serde(default)]
    pub until: i64,
}

fn chained_entry(found: Item) -> Result<ChainedEntry, StoreError> {
    let seq = get_integer(&found, "seq");
    let hash = |name| get_text(&found, name).map(str::to_owned);
    let place = match seq {
        0 => None,
        seq => Some((seq, hash("previous")?, hash("hash")?)),
    };
    let AuditItem { record, .. } = from_item(found)?;
    Ok(ChainedEntry { record, place })
}

impl Store<WorkspaceScope> {
    /// Up to `limit` entries from before `before`, the newest first, of the workspace and all
    /// of its clients.
    pub async fn list_audit(
        &self,
        before: Option<&str>,
        limit: i32,
    ) -> Result<ListPage<ChainedEntry>, StoreError> {
        let list = keys::audit_list(&self.prefix());
        let range = Range::UpTo(before.unwrap_or("~").to_owned());
        let query = Query::list(&list, range, limit + 1);
        let page = self.query(query.descending()).await?;
        let all = page.items.len();
        let left = page.items.into_iter().filter(|found| !self.is_over(found));
        let left: Vec<_> = left.collect();
        // Whose time is over are the oldest: nothing is to be shown after them.
        let more = page.more && left.len() == all;
        let mut rows: Vec<_> = left
            .into_iter()
            .map(chained_entry)
            .collect::<Result<_, _>>()?;
        // Up to and with: the entry that a page ended with comes again.
        rows.retain(|entry| before != Some(entry.record.id.to_string().as_str()));
        rows.truncate(usize::try_from(limit).unwrap_or_default());
        Ok(ListPage::new(rows, more, |entry| {
            entry.record.id.to_string()
        }))
    }

    /// Whether an entry has expired, whether or not the table has removed it yet.
    fn is_over(&self, found: &Item) -> bool {
        (1..=self.context.at().as_second()).contains(&get_integer(found, "ttl"))
    }

    /// The number of the first entry that hasn't expired; `None` where none is chained.
    pub async fn find_first_chained(&self) -> Result<Option<i64>, StoreError> {
        let chain = keys::chain_list(&self.prefix());
        let mut after = None;
        loop {
            let all = Range::Between(keys::chain_sk(1), "~".to_owned());
            let query = Query::list(&chain, all, BATCH_READ);
            let page = self.query(query.after(after)).await?;
            let first = page.items.iter().find(|found| !self.is_over(found));
            if let Some(first) = first {
                return Ok(Some(get_integer(first, "seq")));
            }
            // What is over goes within two days, by the table itself.
            let last = page.items.last().filter(|_| page.more);
            after = last.map(|item| start_after(item, &chain));
            if after.is_none() {
                return Ok(None);
            }
        }
    }

    /// Up to `limit` entries of the chain from number `from` on, without expired ones.
    pub async fn list_chain(&self, from: i64, limit: i32) -> Result<Vec<ChainedEntry>, StoreError> {
        let range = Range::Between(keys::chain_sk(from), "~".to_owned());
        let chain = keys::chain_list(&self.prefix());
        let page = self.query(Query::list(&chain, range, limit)).await?;
        let kept = page.items.into_iter();
        let kept = kept.filter(|found| !self.is_over(found));
        kept.map(chained_entry).collect()
    }

    /// How far the chain reaches.
    pub async fn get_chain_head(&self) -> Result<ChainHead, StoreError> {
        let found = self.get(&keys::audit_head(self.ws())).await?;
        found.map_or_else(|| Ok(ChainHead::start()), from_item)
    }
}

impl<S: Scope> Store<S> {
    /// Records an export of the kind `kind`; `which` is the file.
    pub async fn record_export(&self, kind: AuditKind, which: &str) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        let note = AuditNote::of(kind, "").with_change("file", "", which);
        self.record(&mut transaction, note)?;
        self.commit(transaction).await
    }
}

impl ChainHead {
    fn start() -> Self {
        Self {
            seq: 0,
            hash: CHAIN_START.to_owned(),
            until: 0,
        }
    }
}

impl Directory {
    /// Chains entries that wait for it, up to `limit` a shard, and gives their number.
    pub async fn chain_audit(&self, limit: i32) -> Result<usize, StoreError> {
        let mut done = 0;
        for shard in 0..keys::AUDIT_SHARDS {
            let all = Range::UpTo("~".to_owned());
            let query = Query::list(&keys::unchained_list(shard), all, limit);
            let mut waiting: BTreeMap<WorkspaceId, Vec<(Key, AuditRecord)>> = BTreeMap::new();
            for found in self.table().query(query).await?.items {
                let key = Key {
                    pk: get_text(&found, "pk")?.to_owned(),
                    sk: get_text(&found, "sk")?.to_owned(),
                };
                let AuditItem { record, ws } = from_item(found)?;
                waiting.entry(ws).or_default().push((key, record));
            }
            for (ws, entries) in waiting {
                for some in entries.chunks(BATCH) {
                    done += self.chain_batch(ws, some).await?;
                }
            }
        }
        Ok(done)
    }

    /// For how long the workspace's plan keeps entries. The expiry that an entry was given
    /// stays, whatever the plan is later.
    async fn get_log_retention(&self, ws: WorkspaceId) -> Result<SignedDuration, StoreError> {
        let key = keys::meta(&keys::workspace(ws));
        let found = self.table().get(&key, false).await?;
        let workspace = found.map(from_item::<Workspace>).transpose()?;
        let now = self.context().at();
        let plan = workspace.map_or(Plan::default(), |workspace| workspace.plan_at(now));
        Ok(plan.audit_retention())
    }

    async fn chain_batch(
        &self,
        ws: WorkspaceId,
        entries: &[(Key, AuditRecord)],
    ) -> Result<usize, StoreError> {
        let key = keys::audit_head(ws);
        let (found, kept) =
            try_join(self.table().get(&key, true), self.get_log_retention(ws)).await?;
        let before = found.map_or_else(|| Ok(ChainHead::start()), from_item::<ChainHead>)?;
        let mut head = before.clone();
        let mut transaction = Transaction::new(self.table());
        for (key, record) in entries {
            let columns = record.export_columns();
            let hash = chain_hash(&head.hash, columns.iter().map(String::as_str));
            let in_chain = keys::chain_index_key(ws, head.seq + 1);
            let until = record.at.saturating_add(kept).unwrap_or(record.at);
            let until = until.as_second().max(head.until);
            let entry = Update::existing(key.clone())
                .set("seq", number(head.seq + 1))
                .set("previous", string(&head.hash))
                .set("hash", string(&hash))
                .set("ttl", number(until))
                .set_index_key(&in_chain);
            transaction.update(entry.only_if("attribute_not_exists(seq)"));
            head = ChainHead {
                seq: head.seq + 1,
                hash,
                until,
            };
        }
        let mut row = to_item("audit-head", &key, &head)?;
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
