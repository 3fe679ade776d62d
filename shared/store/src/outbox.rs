//! The outbox: effects that were decided with a change and leave after it, at
//! least once.

use domain::finding::Deadline;
use domain::id::{
    DocumentId, EngagementId, EntryId, EvidenceId, FindingId, InvoiceId, UploadId, UserId, kind,
};
use domain::invoice::Reminder;
use domain::mail::Mail;
use domain::person::Person;
use domain::workspace::Workspace;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::codec::{Item, item, number, place, row, string, text};
use crate::directory::Directory;
use crate::error::Error;
use crate::imports::ImportJob;
use crate::keys::{self, Index, OUTBOX_SHARDS};
use crate::scope::{ClientScope, Store, WorkspaceScope};
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

/// What leaves after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A mail to send.
    Mail(Mail),
    /// An accepted risk to look at.
    Risk(Risk),
    /// A file on its way in to look at: it is there, or over.
    Upload(UploadId),
    /// A deleted document whose time may have come.
    Document(DocumentId),
    /// A deleted picture of a finding whose time may have come.
    Evidence(Piece),
    /// An invoice that something is due about.
    Invoice(InvoiceDue),
    /// A user of the identity provider that no account needs.
    Identity(UserId),
    /// An import to go on with, or to give up.
    Import(ImportJob),
}

/// A picture of a finding, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Where the finding is.
    pub engagement: EngagementId,
    /// The finding.
    pub finding: FindingId,
    /// The picture.
    pub evidence: EvidenceId,
}

/// An invoice, and what is due about it if it is as it was then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceDue {
    /// The invoice.
    pub invoice: InvoiceId,
    /// What is due.
    pub what: Reminder,
}

/// An accepted risk, and what is to be done about it if it is still this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// Where the finding is.
    pub engagement: EngagementId,
    /// The finding.
    pub finding: FindingId,
    /// The last day for which it was accepted.
    pub until: Date,
    /// What is due.
    pub due: RiskStep,
}

/// What is due about an accepted risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskStep {
    /// People are to be warned.
    Warn,
    /// The finding is to be opened again.
    Lapse,
}

#[derive(Serialize, Deserialize)]
struct Row {
    id: EntryId,
    #[serde(flatten)]
    effect: Effect,
    tries: i64,
}

/// An effect that this worker has to itself for a while.
#[derive(Debug, Clone)]
pub struct Leased {
    /// Names the effect: the same at every try.
    pub id: EntryId,
    /// What is to be done.
    pub effect: Effect,
    /// How long ago it was due for the first time.
    pub waited: SignedDuration,
    /// Whether this try is the last one.
    pub last: bool,
    key: keys::Key,
}

impl Leased {
    /// The store of the client whose effect it is, as the team sees it.
    pub fn client(&self, directory: &Directory) -> Option<Store<ClientScope>> {
        let (ws, client) = keys::outbox_home(&self.key.pk)?;
        let team = directory.workspace_store(ws);
        client.map(|client| team.client(client))
    }

    /// The store of the workspace whose effect it is.
    pub fn team(&self, directory: &Directory) -> Option<Store<WorkspaceScope>> {
        let (ws, _) = keys::outbox_home(&self.key.pk)?;
        Some(directory.workspace_store(ws))
    }

    /// One of the team of the workspace whose effect it is.
    pub async fn team_member(
        &self,
        directory: &Directory,
        id: UserId,
    ) -> Result<Option<Person>, Error> {
        let Some((ws, _)) = keys::outbox_home(&self.key.pk) else {
            return Ok(None);
        };
        let team = directory.workspace_store(ws);
        team.person(id).await
    }

    /// The workspace whose effect it is.
    pub async fn workspace(&self, directory: &Directory) -> Result<Option<Workspace>, Error> {
        let Some((ws, _)) = keys::outbox_home(&self.key.pk) else {
            return Ok(None);
        };
        let team = directory.workspace_store(ws);
        team.workspace().await
    }
}

/// Puts a mail into the outbox of the scope with `prefix`.
pub(crate) fn put(
    transaction: &mut Transaction,
    prefix: &str,
    id: EntryId,
    mail: &Mail,
    now: Timestamp,
) -> Result<(), Error> {
    let effect = Effect::Mail(mail.clone());
    put_effect(transaction, prefix, id, effect, now)
}

/// Puts what is to be done about an accepted risk into the outbox of its client,
/// for when it is due; the ids follow from that of the entry that accepted it.
pub(crate) fn put_deadline(
    transaction: &mut Transaction,
    prefix: &str,
    entry: EntryId,
    (engagement, finding): (EngagementId, FindingId),
    deadline: &Deadline,
) -> Result<(), Error> {
    let steps = [
        (1, RiskStep::Warn, deadline.warn),
        (2, RiskStep::Lapse, deadline.lapse),
    ];
    for (n, due, at) in steps {
        let risk = Risk {
            engagement,
            finding,
            until: deadline.until,
            due,
        };
        put_effect(transaction, prefix, entry.nth(n), Effect::Risk(risk), at)?;
    }
    Ok(())
}

/// Puts the deletion of a user of the identity provider into the outbox.
pub(crate) fn put_identity(
    transaction: &mut Transaction,
    prefix: &str,
    id: EntryId,
    user: UserId,
    at: Timestamp,
) -> Result<(), Error> {
    put_effect(transaction, prefix, id, Effect::Identity(user), at)
}

/// Takes an effect back, if no worker has begun with it.
pub(crate) fn take_back(transaction: &mut Transaction, prefix: &str, id: EntryId) {
    let key = keys::outbox(prefix, id);
    transaction.delete_if(&key, "tries = :v", 0);
}

pub(crate) fn put_effect(
    transaction: &mut Transaction,
    prefix: &str,
    id: EntryId,
    effect: Effect,
    at: Timestamp,
) -> Result<(), Error> {
    let row = Row {
        id,
        effect,
        tries: 0,
    };
    let mut item = item("outbox", &keys::outbox(prefix, id), &row)?;
    place(&mut item, keys::outbox_place(shard(id), &stamp(at), id));
    transaction.put_new(item);
    Ok(())
}

impl Directory {
    /// Leases up to `limit` effects a shard that are due.
    pub async fn lease_due(&self, now: Timestamp, limit: i32) -> Result<Vec<Leased>, Error> {
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
        let seen = text(&found, "gsi1sk")?.to_owned();
        let due = seen.split('#').next().and_then(|due| due.parse().ok());
        let Row { id, effect, tries } = row(found)?;
        let doubled = 1 << tries.clamp(0, TRIES);
        let again = now.saturating_add(LEASE * doubled).unwrap_or(now);
        let last = tries + 1 >= TRIES;
        let next = if last {
            keys::OUTBOX_DEAD.to_owned()
        } else {
            keys::outbox_shard(shard(id))
        };
        // All leases before this one, and how late it is taken.
        let late = now.duration_since(due.unwrap_or(now));
        let waited = LEASE * (doubled - 1) + late;
        let update = Update::existing(key.clone())
            .set("gsi1pk", string(next))
            .set("gsi1sk", string(format!("{}#{id}", stamp(again))))
            .add("tries", 1)
            .when("gsi1sk = :seen", ":seen", string(seen));
        let won = self.table().update(update).await?.is_some();
        Ok(won.then_some(Leased {
            id,
            effect,
            waited,
            last,
            key,
        }))
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
