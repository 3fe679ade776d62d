//! Dead letters: effects that failed too often, kept for an operator to read and to
//! restore.

use domain::id::{ClientId, WorkspaceId};
use jiff::{SignedDuration, Timestamp};

use crate::directory::directory::Directory;
use crate::error::StoreError;
use crate::records::outbox::lease::{DueEffect, LeaseOutcome};
use crate::records::outbox::outbox::{shard, sortable_time};
use crate::table::codec::{Item, add_index_key, get_integer, get_text, number, string};
use crate::table::keys::{self, Index, Key};
use crate::table::list_page::{ListPage, PAGE_SIZE};
use crate::table::query::{Query, Range};
use crate::table::transaction::Transaction;

/// How long a dead letter is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// An effect that failed too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its name, in order of time.
    pub name: String,
    pub home: Option<(WorkspaceId, Option<ClientId>)>,
    /// The kind of the effect, as far as it can be read.
    pub effect: String,
    /// When the last try failed.
    pub died: String,
    pub tries: i64,
    /// Why the last try failed.
    pub cause: String,
}

impl DeadLetter {
    fn of(item: &Item) -> Result<Self, StoreError> {
        let name = get_text(item, Index::OUTBOX.sort_attribute())?;
        let known = [
            "mail", "risk", "upload", "document", "identity", "notify", "gather", "forget",
        ];
        let effect = known.into_iter().find(|name| item.contains_key(*name));
        Ok(Self {
            name: name.to_owned(),
            home: keys::effect_home(get_text(item, "pk")?),
            effect: effect.unwrap_or("unknown").to_owned(),
            died: name.split('#').next().unwrap_or_default().to_owned(),
            tries: get_integer(item, "tries"),
            cause: get_text(item, "cause").unwrap_or_default().to_owned(),
        })
    }
}

impl Directory {
    /// Moves an effect to the dead letters, unless another worker leased or completed it
    /// meanwhile.
    pub(crate) async fn create_dead_letter(
        &self,
        due: &DueEffect,
        cause: &str,
        now: Timestamp,
    ) -> Result<LeaseOutcome, StoreError> {
        let dead = keys::dead_letter(&due.key.pk, due.name());
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
        add_index_key(
            &mut item,
            keys::dead_letter_index_key(&sortable_time(now), due.name()),
        );
        let mut transaction = Transaction::new(self.table());
        if due.item.contains_key("tries") {
            transaction.delete_if(&due.key, "tries = :v", due.tries());
        } else {
            transaction.delete_existing(&due.key);
        }
        transaction.put_any(item);
        match transaction.commit(self.table()).await {
            Ok(()) => Ok(LeaseOutcome::GivenUp),
            Err(StoreError::Refused(_)) => Ok(LeaseOutcome::NotLeased),
            Err(error) => Err(error),
        }
    }

    /// A page of the dead letters, the last first.
    pub async fn list_dead_letters(
        &self,
        after: Option<&str>,
    ) -> Result<ListPage<DeadLetter>, StoreError> {
        let last = after.unwrap_or("~");
        // Up to and with: the one that a page ended with comes again.
        let range = Range::UpTo(last.to_owned());
        let query = Query::list(&keys::dead_letter_list(), range, PAGE_SIZE + 1);
        let slice = self.table().query(query.descending()).await?;
        let rows = slice.items.iter().map(DeadLetter::of);
        let mut rows: Vec<_> = rows.collect::<Result<_, _>>()?;
        rows.retain(|dead| Some(dead.name.as_str()) != after);
        let size = usize::try_from(PAGE_SIZE).unwrap_or_default();
        let more = slice.more || rows.len() > size;
        rows.truncate(size);
        Ok(ListPage::new(rows, more, |dead| dead.name.clone()))
    }

    /// Restores a dead letter to the outbox, due at once; `false` where there is none of this
    /// name.
    pub async fn restore_dead_letter(
        &self,
        name: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let range = Range::Between(name.to_owned(), name.to_owned());
        let query = Query::list(&keys::dead_letter_list(), range, 1);
        let found = self.table().query(query).await?.items.into_iter().next();
        let Some(mut item) = found else {
            return Ok(false);
        };
        let dead = Key {
            pk: get_text(&item, "pk")?.to_owned(),
            sk: get_text(&item, "sk")?.to_owned(),
        };
        let live = get_text(&item, "live")?.to_owned();
        let id = live.rsplit('#').next().unwrap_or_default();
        let id = id.parse().map_err(|_| StoreError::Lacks("id"))?;
        add_index_key(
            &mut item,
            keys::outbox_index_key(shard(id), &sortable_time(now), id),
        );
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

    /// Restores all dead letters until now, and gives their number.
    pub async fn restore_dead_letters(&self, now: Timestamp) -> Result<usize, StoreError> {
        let (mut revived, mut after) = (0, None::<String>);
        loop {
            let page = self.list_dead_letters(after.as_deref()).await?;
            for dead in &page.rows {
                revived += usize::from(self.restore_dead_letter(&dead.name, now).await?);
            }
            after = page.next;
            if after.is_none() {
                return Ok(revived);
            }
        }
    }
}
