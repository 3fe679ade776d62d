//! The outbox: effects that were decided with a change and leave after it, at
//! least once.

use domain::id::{EntryId, kind};
use domain::mail::Mail;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::codec::{Item, item, number, place, row, string, text};
use crate::directory::Directory;
use crate::error::Error;
use crate::keys::{self, Index, OUTBOX_SHARDS};
use crate::table::{Query, Range};
use crate::transact::{Transaction, Update};

/// For how long one worker has an effect to itself at the first try; twice as
/// long at each further one, which is also how long a failed one waits.
const LEASE: SignedDuration = SignedDuration::from_mins(1);
/// After how many tries, some eight hours, an effect is given up, for a person to
/// look at.
const TRIES: i64 = 10;
/// How long a sent effect is remembered.
const KEEP: SignedDuration = SignedDuration::from_hours(24 * 30);

#[derive(Serialize, Deserialize)]
struct Row {
    id: EntryId,
    mail: Mail,
    tries: i64,
}

/// An effect that this worker has to itself for a while.
#[derive(Debug, Clone)]
pub struct Leased {
    /// Names the effect: the same at every try.
    pub id: EntryId,
    /// What to send.
    pub mail: Mail,
    key: keys::Key,
}

/// Puts a mail into the outbox of the scope with `prefix`.
pub(crate) fn put(
    transaction: &mut Transaction,
    prefix: &str,
    id: EntryId,
    mail: &Mail,
    now: Timestamp,
) -> Result<(), Error> {
    let mut item = item(
        "outbox",
        &keys::outbox(prefix, id),
        &Row {
            id,
            mail: mail.clone(),
            tries: 0,
        },
    )?;
    place(&mut item, keys::outbox_place(shard(id), &stamp(now), id));
    transaction.put_new(item);
    Ok(())
}

impl Directory {
    /// Leases up to `limit` effects a shard that are due.
    pub async fn lease_mail(&self, now: Timestamp, limit: i32) -> Result<Vec<Leased>, Error> {
        let mut leased = Vec::new();
        for shard in 0..OUTBOX_SHARDS {
            let due = Range::UpTo(format!("{}~", stamp(now)));
            let query = Query::of(keys::outbox_shard(shard), due, limit).on(Index::Gsi1);
            for found in self.table().query(query).await?.items {
                leased.extend(self.lease(found, now).await?);
            }
        }
        Ok(leased)
    }

    async fn lease(&self, found: Item, now: Timestamp) -> Result<Option<Leased>, Error> {
        let key = keys::Key {
            pk: text(&found, "pk")?.to_owned(),
            sk: text(&found, "sk")?.to_owned(),
        };
        let seen = string(text(&found, "gsi1sk")?);
        let Row { id, mail, tries } = row(found)?;
        let doubled = 1 << tries.clamp(0, TRIES);
        let again = now.saturating_add(LEASE * doubled).unwrap_or(now);
        let next = if tries + 1 < TRIES {
            keys::outbox_shard(shard(id))
        } else {
            keys::OUTBOX_DEAD.to_owned()
        };
        let update = Update::existing(key.clone())
            .set("gsi1pk", string(next))
            .set("gsi1sk", string(format!("{}#{id}", stamp(again))))
            .add("tries", 1)
            .when("gsi1sk = :seen", ":seen", seen);
        let won = self.table().update(update).await?.is_some();
        Ok(won.then_some(Leased { id, mail, key }))
    }

    /// Notes that an effect has left.
    pub async fn sent(&self, leased: &Leased, now: Timestamp) -> Result<(), Error> {
        let ttl = now.saturating_add(KEEP).unwrap_or(now).as_second();
        let update = Update::existing(leased.key.clone())
            .set("sent", string(now))
            .set("ttl", number(ttl));
        self.table()
            .update(update.remove("gsi1pk").remove("gsi1sk"))
            .await?;
        Ok(())
    }
}

/// Fixed width and in order of time, unlike the shortest form.
fn stamp(at: Timestamp) -> String {
    format!("{at:.3}")
}

fn shard(id: domain::id::Id<kind::Entry>) -> u8 {
    let last = id.to_string().bytes().last().unwrap_or_default();
    last % OUTBOX_SHARDS
}
