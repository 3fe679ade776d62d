//! Effects that were given up: kept for a person to look at, and to try again.

use domain::id::{ClientId, WorkspaceId};
use jiff::{SignedDuration, Timestamp};

use super::lease::DueEffect;
use super::{LeaseOutcome, shard, stamp};
use crate::codec::{Item, integer, number, place, string, text};
use crate::directory::Directory;
use crate::error::StoreError;
use crate::keys::{self, Index, Key};
use crate::page::{ListPage, SIZE};
use crate::table::{Query, Range};
use crate::transact::Transaction;

/// How long one is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// An effect that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Names it, in order of when it was given up.
    pub name: String,
    /// Whose it was.
    pub home: Option<(WorkspaceId, Option<ClientId>)>,
    /// What kind of effect it was, as far as that can be read.
    pub effect: String,
    /// When it was given up.
    pub died: String,
    /// After how many tries.
    pub tries: i64,
    /// Why the last one failed.
    pub cause: String,
}

impl DeadLetter {
    fn of(item: &Item) -> Result<Self, StoreError> {
        let name = text(item, "gsi1sk")?;
        let known = [
            "mail", "risk", "upload", "document", "identity", "notify", "gather", "forget",
        ];
        let effect = known.into_iter().find(|name| item.contains_key(*name));
        Ok(Self {
            name: name.to_owned(),
            home: keys::outbox_home(text(item, "pk")?),
            effect: effect.unwrap_or("unknown").to_owned(),
            died: name.split('#').next().unwrap_or_default().to_owned(),
            tries: integer(item, "tries"),
            cause: text(item, "cause").unwrap_or_default().to_owned(),
        })
    }
}

impl Directory {
    /// Gives an effect up, unless somebody has taken it or done it meanwhile.
    pub(super) async fn bury(
        &self,
        due: &DueEffect,
        cause: &str,
        now: Timestamp,
    ) -> Result<LeaseOutcome, StoreError> {
        let dead = keys::outbox_dead(&due.key.pk, due.name());
        let mut item = due.item.clone();
        let kept = now.saturating_add(KEPT).unwrap_or(now).as_second();
        for (name, value) in [
            ("sk", string(&dead.sk)),
            ("live", string(&due.key.sk)),
            ("cause", string(cause)),
            ("ttl", number(kept)),
        ] {
            item.insert(name.to_owned(), value);
        }
        place(&mut item, keys::outbox_dead_place(&stamp(now), due.name()));
        let mut transaction = Transaction::new(self.table());
        if due.item.contains_key("tries") {
            transaction.delete_if(&due.key, "tries = :v", due.tries());
        } else {
            transaction.delete_existing(&due.key);
        }
        transaction.put_any(item);
        match transaction.commit(self.table()).await {
            Ok(()) => Ok(LeaseOutcome::Buried),
            Err(StoreError::Refused(_)) => Ok(LeaseOutcome::Not),
            Err(error) => Err(error),
        }
    }

    /// A page of what was given up, the last first.
    pub async fn dead(&self, after: Option<&str>) -> Result<ListPage<DeadLetter>, StoreError> {
        let last = after.unwrap_or("~");
        // Up to and with: the one that a page ended with comes again.
        let range = Range::UpTo(last.to_owned());
        let query = Query::of(keys::OUTBOX_DEAD, range, SIZE + 1).on(Index::Gsi1);
        let slice = self.table().query(query.descending()).await?;
        let rows = slice.items.iter().map(DeadLetter::of);
        let mut rows: Vec<_> = rows.collect::<Result<_, _>>()?;
        rows.retain(|dead| Some(dead.name.as_str()) != after);
        let size = usize::try_from(SIZE).unwrap_or_default();
        let more = slice.more || rows.len() > size;
        rows.truncate(size);
        Ok(ListPage::new(rows, more, |dead| dead.name.clone()))
    }

    /// Puts one that was given up where it was, to be tried anew from now on; `false`
    /// where there is none of this name.
    pub async fn revive(&self, name: &str, now: Timestamp) -> Result<bool, StoreError> {
        let range = Range::Between(name.to_owned(), name.to_owned());
        let query = Query::of(keys::OUTBOX_DEAD, range, 1).on(Index::Gsi1);
        let found = self.table().query(query).await?.items.into_iter().next();
        let Some(mut item) = found else {
            return Ok(false);
        };
        let dead = Key {
            pk: text(&item, "pk")?.to_owned(),
            sk: text(&item, "sk")?.to_owned(),
        };
        let live = text(&item, "live")?.to_owned();
        let id = live.rsplit('#').next().unwrap_or_default();
        let id = id.parse().map_err(|_| StoreError::Lacks("id"))?;
        place(&mut item, keys::outbox_place(shard(id), &stamp(now), id));
        item.insert("sk".to_owned(), string(live));
        item.insert("tries".to_owned(), number(0));
        for name in ["live", "cause", "ttl"] {
            item.remove(name);
        }
        let mut transaction = Transaction::new(self.table());
        transaction.delete_existing(&dead);
        transaction.put_new(item);
        match transaction.commit(self.table()).await {
            Ok(()) => Ok(true),
            // The index told of one that is back already.
            Err(StoreError::Refused(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Puts back all that was given up until now, and gives how many there were.
    pub async fn revive_all(&self, now: Timestamp) -> Result<usize, StoreError> {
        let (mut revived, mut after) = (0, None::<String>);
        loop {
            let page = self.dead(after.as_deref()).await?;
            for dead in &page.rows {
                revived += usize::from(self.revive(&dead.name, now).await?);
            }
            after = page.next;
            if after.is_none() {
                return Ok(revived);
            }
        }
    }
}
