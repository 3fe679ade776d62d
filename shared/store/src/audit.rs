//! The audit log, read by a workspace's own, and chained by the worker.

use std::collections::BTreeMap;

use domain::audit::{Kind, Note, RETENTION, Record, START, chained};
use domain::id::{EntryId, WorkspaceId};
use serde::{Deserialize, Serialize};

use crate::codec::{Item, integer, item, number, row, string, text};
use crate::directory::Directory;
use crate::error::Error;
use crate::keys::{self, AUDIT_SHARDS, Index, Key};
use crate::page::Page;
use crate::scope::{Scope, Store, WorkspaceScope};
use crate::table::{Query, Range};
use crate::trace::Row;
use crate::transact::{Transaction, Update};

/// Entries that one transaction chains, beside the head.
const BATCH: usize = 50;

/// Entries among which the first of the chain is looked for.
const BATCH_READ: i32 = 25;

/// An entry, with its place in the chain once it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chained {
    /// The entry.
    pub record: Record,
    /// Number, hash of the entry before it, hash of its own.
    pub place: Option<(i64, String, String)>,
}

/// How far the chain reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The last entry's number, 0 where there is none.
    pub seq: i64,
    /// The last entry's hash.
    pub hash: String,
    /// When the last entry's time is over, in seconds: no entry's is over before
    /// that of one before it, so what is left is always the end of the chain.
    #[serde(default)]
    pub until: i64,
}

fn read(found: Item) -> Result<Chained, Error> {
    let seq = integer(&found, "seq");
    let hash = |name| text(&found, name).map(str::to_owned);
    let place = match seq {
        0 => None,
        seq => Some((seq, hash("previous")?, hash("hash")?)),
    };
    let Row { record, .. } = row(found)?;
    Ok(Chained { record, place })
}

impl Store<WorkspaceScope> {
    /// Up to `limit` entries from before `before`, the newest first, whoever's
    /// part they happened in.
    pub async fn audit(&self, before: Option<&str>, limit: i32) -> Result<Page<Chained>, Error> {
        let list = keys::audit_list(&self.prefix());
        let (oldest, before_it) = (self.oldest(), before.unwrap_or("~").to_owned());
        if before_it < oldest {
            return Ok(Page::new(Vec::new(), false, |_| String::new()));
        }
        let range = Range::Between(oldest, before_it);
        let query = Query::of(list, range, limit + 1).on(Index::Gsi1);
        let slice = self.query(query.descending()).await?;
        let mut rows: Vec<_> = slice
            .items
            .into_iter()
            .map(read)
            .collect::<Result<_, _>>()?;
        // Up to and with: the entry that a page ended with comes again.
        rows.retain(|entry| before != Some(entry.record.id.to_string().as_str()));
        rows.truncate(usize::try_from(limit).unwrap_or_default());
        Ok(Page::new(rows, slice.more, |entry| {
            entry.record.id.to_string()
        }))
    }

    /// Below which ids entries aren't shown any more: their time is over.
    fn oldest(&self) -> String {
        let since = self.trace.at().saturating_sub(RETENTION);
        let since = since.map_or(0, jiff::Timestamp::as_millisecond);
        EntryId::new(u64::try_from(since).unwrap_or_default(), 0).to_string()
    }

    /// The number of the first entry whose time isn't over; `None` where none has
    /// its place in the chain.
    pub async fn audit_first(&self) -> Result<Option<i64>, Error> {
        let range = Range::Between(self.oldest(), "~".to_owned());
        let list = keys::audit_list(&self.prefix());
        // Entries that were made at once are chained in any order.
        let slice = self.query(Query::of(list, range, BATCH_READ).on(Index::Gsi1));
        let numbers = slice.await?.items;
        let numbers = numbers.iter().map(|found| integer(found, "seq"));
        Ok(numbers.filter(|seq| *seq > 0).min())
    }

    /// Up to `limit` entries of the chain, from number `from` on, without those
    /// whose time is over, whether or not they are gone already.
    pub async fn audit_chain(&self, from: i64, limit: i32) -> Result<Vec<Chained>, Error> {
        let range = Range::Between(keys::chain_rank(from), "~".to_owned());
        let query = Query::of(keys::chain(&self.prefix()), range, limit);
        let slice = self.query(query.on(Index::Gsi2)).await?;
        let now = self.trace.at().as_second();
        let over = |found: &Item| (1..=now).contains(&integer(found, "ttl"));
        let kept = slice.items.into_iter().filter(|found| !over(found));
        kept.map(read).collect()
    }

    /// How far the chain reaches.
    pub async fn audit_head(&self) -> Result<Head, Error> {
        let found = self.get(&keys::audit_head(self.ws())).await?;
        found.map_or_else(|| Ok(Head::start()), row)
    }
}

impl<S: Scope> Store<S> {
    /// Records that something left as a file: `kind` says what, `which` what was
    /// in it.
    pub async fn exported(&self, kind: Kind, which: &str) -> Result<(), Error> {
        let mut transaction = self.transaction();
        let note = Note::of(kind, "").change("file", "", which);
        self.record(&mut transaction, note)?;
        self.commit(transaction).await
    }
}

impl Head {
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
    pub async fn chain_audit(&self, limit: i32) -> Result<usize, Error> {
        let mut done = 0;
        for shard in 0..AUDIT_SHARDS {
            let all = Range::UpTo("~".to_owned());
            let query = Query::of(keys::unchained_shard(shard), all, limit).on(Index::Gsi2);
            let mut waiting: BTreeMap<WorkspaceId, Vec<(Key, Record)>> = BTreeMap::new();
            for found in self.table().query(query).await?.items {
                let key = Key {
                    pk: text(&found, "pk")?.to_owned(),
                    sk: text(&found, "sk")?.to_owned(),
                };
                let Row { record, ws } = row(found)?;
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

    async fn chain(&self, ws: WorkspaceId, entries: &[(Key, Record)]) -> Result<usize, Error> {
        let key = keys::audit_head(ws);
        let found = self.table().get(&key, true).await?;
        let before = found.map_or_else(|| Ok(Head::start()), row::<Head>)?;
        let mut head = before.clone();
        let mut transaction = Transaction::new(self.table());
        for (key, record) in entries {
            let columns = record.columns();
            let hash = chained(&head.hash, columns.iter().map(String::as_str));
            let place = keys::audit_chained(ws, head.seq + 1);
            let until = record.at.saturating_add(RETENTION).unwrap_or(record.at);
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
            head = Head {
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
            Err(Error::Refused(_)) => Ok(0),
            Err(error) => Err(error),
        }
    }
}
