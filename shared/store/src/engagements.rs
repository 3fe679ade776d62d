//! Engagements: their rows with totals, and their long text.

use domain::activity::{Activity, ActivityKind};
use domain::audit::{AuditKind, AuditNote};
use domain::engagement::{Engagement, EngagementKind, NewEngagement, Phase};
use domain::finding::Assignee;
use domain::id::{ClientId, EngagementId};
use domain::message::MessageCounts;
use domain::plan::{Plan, PlanLimit};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::codec::{Item, item, number, place, row, string};
use crate::counters;
use crate::error::{StoreError, WriteOutcome, once};
use crate::keys::{self, Index, IndexKey};
use crate::page::{ListPage, SIZE};
use crate::scope::{ClientScope, Store, WorkspaceScope};
use crate::table::{Query, Range, start};
use crate::transact::Update;

#[derive(Serialize, Deserialize)]
struct Row {
    id: EngagementId,
    client: ClientId,
    title: String,
    kind: EngagementKind,
    phase: Phase,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    #[serde(default)]
    team: Vec<Assignee>,
    since: Timestamp,
    #[serde(flatten)]
    messages: MessageCounts,
    rev: i64,
    shared_rev: i64,
    v: i64,
}

/// The long text of an engagement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngagementBrief {
    /// What is tested, and what is not (markdown).
    pub scope: String,
}

fn read(found: Item) -> Result<Engagement, StoreError> {
    let counts = counters::read(&found);
    let row: Row = row(found)?;
    Ok(Engagement {
        id: row.id,
        client: row.client,
        title: row.title,
        kind: row.kind,
        phase: row.phase,
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        team: row.team,
        since: row.since,
        counts,
        messages: row.messages,
        rev: row.rev,
        shared_rev: row.shared_rev,
        version: row.v,
    })
}

fn changes(before: &Engagement, new: &NewEngagement) -> AuditNote {
    let date = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
    AuditNote::of(AuditKind::EngagementChanged, &new.title)
        .change("title", &before.title, &new.title)
        .change("type", before.kind.label(), new.kind.label())
        .change("status", before.phase.name(), new.phase.name())
        .change("start", &date(before.starts_on), &date(new.starts_on))
        .change("end", &date(before.ends_on), &date(new.ends_on))
}

/// Adds one to what changes with everything that somebody can see.
pub(crate) fn bump(update: Update, shared: bool) -> Update {
    let update = update.add("rev", 1);
    if shared {
        update.add("shared_rev", 1)
    } else {
        update
    }
}

impl Store<WorkspaceScope> {
    /// Up to `limit` of all clients' engagements in one phase, those that end
    /// first before the others.
    pub async fn engagements_in(
        &self,
        phase: Phase,
        after: Option<&str>,
        limit: i32,
    ) -> Result<ListPage<Engagement>, StoreError> {
        let w = self.prefix();
        let after = after.and_then(cursor).map(|(ends_on, client, id)| {
            let key = keys::engagement_row(&keys::client(self.ws(), client), id);
            start(&key, Some(&keys::engagement_place(&w, phase, ends_on, id)))
        });
        let range = Range::Prefix(keys::engagement_phase(phase));
        let query = Query::of(keys::engagements(&w), range, limit).on(Index::Gsi1);
        let slice = self.query(query.after(after)).await?;
        let rows = slice.items.into_iter().map(read);
        let rows: Vec<Engagement> = rows.collect::<Result<_, _>>()?;
        Ok(ListPage::new(rows, slice.more, |one| {
            let ends_on = one.ends_on.map_or_else(String::new, |day| day.to_string());
            format!("{ends_on}_{}_{}", one.client, one.id)
        }))
    }
}

/// Reads `<last day>_<client>_<engagement>`.
fn cursor(text: &str) -> Option<(Option<Date>, ClientId, EngagementId)> {
    let mut parts = text.splitn(3, '_');
    let ends_on = match parts.next()? {
        "" => None,
        day => Some(day.parse().ok()?),
    };
    Some((
        ends_on,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    ))
}

impl Store<ClientScope> {
    /// Adds an engagement under an id of the caller's choice; an active one where `plan`
    /// has room for it.
    pub async fn create_engagement(
        &self,
        id: EngagementId,
        new: &NewEngagement,
        plan: Plan,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        let row = Row {
            id,
            client: self.client_id(),
            title: new.title.clone(),
            kind: new.kind,
            phase: new.phase,
            starts_on: new.starts_on,
            ends_on: new.ends_on,
            team: new.team.clone(),
            since: now,
            messages: MessageCounts::default(),
            rev: 1,
            shared_rev: 1,
            v: 1,
        };
        let mut item = item(
            "engagement",
            &keys::engagement_row(&self.prefix(), id),
            &row,
        )?;
        place(&mut item, self.place_of(id, new));
        let mut transaction = self.transaction();
        transaction.put_new(item);
        let entry = id.news();
        let activity = self.news_of(id, ActivityKind::Added, &new.title, now);
        transaction.put_new(self.news_item(entry, &activity, true)?);
        transaction.put_any(self.brief_item(id, &new.scope)?);
        let client = Update::existing(keys::meta(&self.prefix())).add("engagements", 1);
        transaction.update(bump(client, true));
        let note = AuditNote::of(AuditKind::EngagementAdded, &new.title);
        self.record(&mut transaction, note)?;
        let active = new.phase.is_active();
        let claim = active.then(|| self.claim(&mut transaction, plan, (PlanLimit::Engagements, 1)));
        let done = self.commit_counted(transaction, claim, PlanLimit::Engagements);
        once(done.await)
    }

    /// Changes what people say of an engagement, if it is still as `before`; one becomes
    /// active where `plan` has room for it.
    pub async fn update_engagement(
        &self,
        before: &Engagement,
        new: &NewEngagement,
        plan: Plan,
    ) -> Result<(), StoreError> {
        let id = before.id;
        let date = |name: &str, date: Option<Date>, update: Update| match date {
            Some(date) => update.set(name, string(date)),
            None => update.remove(name),
        };
        let row = Update::existing(keys::engagement_row(&self.prefix(), id))
            .set("title", string(&new.title))
            .set("kind", serde_dynamo::to_attribute_value(new.kind)?)
            .set("phase", string(new.phase.name()))
            .set("team", serde_dynamo::to_attribute_value(&new.team)?)
            .set("gsi1sk", string(self.place_of(id, new).sk))
            .set("v", number(before.version + 1))
            .when("v = :before", ":before", number(before.version));
        let row = date(
            "ends_on",
            new.ends_on,
            date("starts_on", new.starts_on, row),
        );
        let mut transaction = self.transaction();
        transaction.update(bump(row, true));
        transaction.put_any(self.brief_item(id, &new.scope)?);
        self.record(&mut transaction, changes(before, new))?;
        if before.phase != new.phase {
            let deed = ActivityKind::to(new.phase);
            let activity = self.news_of(id, deed, &new.title, self.trace.at());
            transaction.put_new(self.news_item(self.trace.next(), &activity, true)?);
        }
        self.touch(&mut transaction);
        let claim = match (before.phase.is_active(), new.phase.is_active()) {
            (false, true) => Some(self.claim(&mut transaction, plan, (PlanLimit::Engagements, 1))),
            (true, false) => {
                self.count_use(&mut transaction, PlanLimit::Engagements, -1);
                None
            }
            _ => None,
        };
        self.commit_counted(transaction, claim, PlanLimit::Engagements)
            .await
    }

    /// The engagement with its totals.
    pub async fn engagement(&self, id: EngagementId) -> Result<Option<Engagement>, StoreError> {
        let found = self.get(&keys::engagement_row(&self.prefix(), id)).await?;
        found.map(|item| self.known(item)).transpose()
    }

    /// The engagement's long text.
    pub async fn brief(&self, id: EngagementId) -> Result<EngagementBrief, StoreError> {
        let found = self
            .get(&keys::brief(&self.partition(id)))
            .await?
            .map(row)
            .transpose()?;
        Ok(found.unwrap_or_default())
    }

    /// A page of the engagements, the newest first.
    pub async fn engagements(
        &self,
        after: Option<&str>,
    ) -> Result<ListPage<Engagement>, StoreError> {
        let after = after.and_then(|id| id.parse().ok());
        let after = after.map(|id| start(&keys::engagement_row(&self.prefix(), id), None));
        let query = Query::of(
            self.prefix(),
            Range::Prefix(keys::ENGAGEMENTS.to_owned()),
            SIZE,
        );
        let slice = self.query(query.descending().after(after)).await?;
        let rows = slice.items.into_iter().map(|item| self.known(item));
        let rows: Vec<Engagement> = rows.collect::<Result<_, _>>()?;
        Ok(ListPage::new(rows, slice.more, |engagement| {
            engagement.id.to_string()
        }))
    }

    /// A number that changes with whatever the holder can see of the engagement.
    pub async fn engagement_rev(&self, id: EngagementId) -> Result<Option<i64>, StoreError> {
        let engagement = self.engagement(id).await?;
        Ok(engagement.map(|e| {
            if self.sees_drafts() {
                e.rev
            } else {
                e.shared_rev
            }
        }))
    }

    /// An engagement as the holder may know it: a contact has no count of the team's
    /// own messages.
    fn known(&self, found: Item) -> Result<Engagement, StoreError> {
        let engagement = read(found)?;
        Ok(if self.sees_drafts() {
            engagement
        } else {
            Engagement {
                messages: engagement.messages.shared(),
                ..engagement
            }
        })
    }

    /// `E`: the partition of the engagement.
    pub(crate) fn partition(&self, id: EngagementId) -> String {
        keys::engagement(&self.prefix(), id)
    }

    fn place_of(&self, id: EngagementId, new: &NewEngagement) -> IndexKey {
        let w = keys::workspace(self.ws());
        keys::engagement_place(&w, new.phase, new.ends_on, id)
    }

    fn news_of(
        &self,
        id: EngagementId,
        deed: ActivityKind,
        title: &str,
        at: Timestamp,
    ) -> Activity {
        Activity {
            at,
            by_name: self
                .by
                .as_ref()
                .map_or_else(String::new, |by| by.name.clone()),
            by_team: true,
            deed,
            title: title.to_owned(),
            finding: None,
            severity: None,
            engagement: id,
            client: self.client_id(),
        }
    }

    fn brief_item(&self, id: EngagementId, scope: &str) -> Result<Item, StoreError> {
        item(
            "brief",
            &keys::brief(&self.partition(id)),
            &EngagementBrief {
                scope: scope.to_owned(),
            },
        )
    }
}
