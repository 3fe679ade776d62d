//! Engagements: their rows with counts, and their long text.

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

use crate::error::{StoreError, WriteOutcome, to_write_outcome};
use crate::records::counters;
use crate::records::revision::with_revision;
use crate::table::codec::{Item, add_index_key, from_item, number, string, to_item};
use crate::table::keys::{self, IndexKey};
use crate::table::list_page::{ListPage, PAGE_SIZE};
use crate::table::query::{Query, Range, start_at};
use crate::table::update::Update;
use crate::tenancy::scope::{ClientScope, Store, WorkspaceScope};

#[derive(Serialize, Deserialize)]
struct EngagementItem {
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

fn engagement_from_item(found: Item) -> Result<Engagement, StoreError> {
    let counts = counters::counts_from_item(&found);
    let row: EngagementItem = from_item(found)?;
    Ok(Engagement {
        id: row.id,
        client: row.client,
        title: row.title,
        kind: row.kind,
        phase: row.phase,
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        team: row.team,
        created_at: row.since,
        counts,
        messages: row.messages,
        rev: row.rev,
        shared_rev: row.shared_rev,
        version: row.v,
    })
}

fn audit_note(before: &Engagement, new: &NewEngagement) -> AuditNote {
    let date = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
    AuditNote::of(AuditKind::EngagementChanged, &new.title)
        .with_change("title", &before.title, &new.title)
        .with_change("type", before.kind.label(), new.kind.label())
        .with_change("status", before.phase.name(), new.phase.name())
        .with_change("start", &date(before.starts_on), &date(new.starts_on))
        .with_change("end", &date(before.ends_on), &date(new.ends_on))
}

impl Store<WorkspaceScope> {
    /// Up to `limit` of all clients' engagements in one phase, those that end first before the
    /// others.
    pub async fn list_engagements_in_phase(
        &self,
        phase: Phase,
        after: Option<&str>,
        limit: i32,
    ) -> Result<ListPage<Engagement>, StoreError> {
        let w = self.prefix();
        let after = after.and_then(parse_cursor).map(|(ends_on, client, id)| {
            let key = keys::engagement_row(&keys::client(self.ws(), client), id);
            start_at(
                &key,
                Some(&keys::engagement_index_key(&w, phase, ends_on, id)),
            )
        });
        let range = Range::Prefix(keys::engagement_phase(phase));
        let query = Query::list(&keys::engagement_list(&w), range, limit);
        let page = self.query(query.after(after)).await?;
        let rows = page.items.into_iter().map(engagement_from_item);
        let rows: Vec<Engagement> = rows.collect::<Result<_, _>>()?;
        Ok(ListPage::new(rows, page.more, |engagement| {
            let ends_on = engagement
                .ends_on
                .map_or_else(String::new, |day| day.to_string());
            format!("{ends_on}_{}_{}", engagement.client, engagement.id)
        }))
    }
}

/// Parses a cursor: `<last day>_<client>_<engagement>`.
fn parse_cursor(text: &str) -> Option<(Option<Date>, ClientId, EngagementId)> {
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
    /// Creates an engagement under an id of the caller's choice; an active one where `plan` has
    /// room for it.
    pub async fn create_engagement(
        &self,
        id: EngagementId,
        new: &NewEngagement,
        plan: Plan,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        let row = EngagementItem {
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
        let mut item = to_item(
            "engagement",
            &keys::engagement_row(&self.prefix(), id),
            &row,
        )?;
        add_index_key(&mut item, self.index_key_of(id, new));
        let mut transaction = self.transaction();
        transaction.put_new(item);
        let entry = id.activity_id();
        let activity = self.activity_of(id, ActivityKind::EngagementAdded, &new.title, now);
        transaction.put_new(self.activity_item(entry, &activity, true)?);
        transaction.put_any(self.brief_item(id, &new.scope)?);
        let client = Update::existing(keys::meta(&self.prefix())).add("engagements", 1);
        transaction.update(with_revision(client, true));
        let note = AuditNote::of(AuditKind::EngagementAdded, &new.title);
        self.record(&mut transaction, note)?;
        let active = new.phase.is_active();
        let claim =
            active.then(|| self.put_claim(&mut transaction, plan, PlanLimit::Engagements, 1));
        let done = self.commit_with_limit(transaction, claim, PlanLimit::Engagements);
        to_write_outcome(done.await)
    }

    /// Replaces what people wrote of an engagement, if it is still as `before`; it becomes
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
            .set_index_key(&self.index_key_of(id, new))
            .set("v", number(before.version + 1))
            .when("v = :before", ":before", number(before.version));
        let row = date(
            "ends_on",
            new.ends_on,
            date("starts_on", new.starts_on, row),
        );
        let mut transaction = self.transaction();
        transaction.update(with_revision(row, true));
        transaction.put_any(self.brief_item(id, &new.scope)?);
        self.record(&mut transaction, audit_note(before, new))?;
        if before.phase != new.phase {
            let kind = ActivityKind::of_phase(new.phase);
            let activity = self.activity_of(id, kind, &new.title, self.context.at());
            transaction.put_new(self.activity_item(self.context.next_id(), &activity, true)?);
        }
        self.put_scope_revision(&mut transaction);
        let claim = match (before.phase.is_active(), new.phase.is_active()) {
            (false, true) => {
                Some(self.put_claim(&mut transaction, plan, PlanLimit::Engagements, 1))
            }
            (true, false) => {
                self.put_usage(&mut transaction, PlanLimit::Engagements, -1);
                None
            }
            _ => None,
        };
        self.commit_with_limit(transaction, claim, PlanLimit::Engagements)
            .await
    }

    /// The engagement with its totals.
    pub async fn get_engagement(&self, id: EngagementId) -> Result<Option<Engagement>, StoreError> {
        let found = self.get(&keys::engagement_row(&self.prefix(), id)).await?;
        found.map(|item| self.visible_engagement(item)).transpose()
    }

    /// The engagement's long text.
    pub async fn get_brief(&self, id: EngagementId) -> Result<EngagementBrief, StoreError> {
        let found = self
            .get(&keys::brief(&self.engagement_partition(id)))
            .await?
            .map(from_item)
            .transpose()?;
        Ok(found.unwrap_or_default())
    }

    /// A page of the engagements, the newest first.
    pub async fn list_engagements(
        &self,
        after: Option<&str>,
    ) -> Result<ListPage<Engagement>, StoreError> {
        let after = after.and_then(|id| id.parse().ok());
        let after = after.map(|id| start_at(&keys::engagement_row(&self.prefix(), id), None));
        let query = Query::of(
            self.prefix(),
            Range::Prefix(keys::ENGAGEMENTS.to_owned()),
            PAGE_SIZE,
        );
        let page = self.query(query.descending().after(after)).await?;
        let rows = page
            .items
            .into_iter()
            .map(|item| self.visible_engagement(item));
        let rows: Vec<Engagement> = rows.collect::<Result<_, _>>()?;
        Ok(ListPage::new(rows, page.more, |engagement| {
            engagement.id.to_string()
        }))
    }

    /// A number that changes with whatever the holder can see of the engagement.
    pub async fn get_engagement_revision(
        &self,
        id: EngagementId,
    ) -> Result<Option<i64>, StoreError> {
        let engagement = self.get_engagement(id).await?;
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
    fn visible_engagement(&self, found: Item) -> Result<Engagement, StoreError> {
        let engagement = engagement_from_item(found)?;
        Ok(if self.sees_drafts() {
            engagement
        } else {
            Engagement {
                messages: engagement.messages.without_notes(),
                ..engagement
            }
        })
    }

    /// `E`: the partition of the engagement.
    pub(crate) fn engagement_partition(&self, id: EngagementId) -> String {
        keys::engagement(&self.prefix(), id)
    }

    fn index_key_of(&self, id: EngagementId, new: &NewEngagement) -> IndexKey {
        let w = keys::workspace(self.ws());
        keys::engagement_index_key(&w, new.phase, new.ends_on, id)
    }

    fn activity_of(
        &self,
        id: EngagementId,
        kind: ActivityKind,
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
            kind,
            title: title.to_owned(),
            finding: None,
            severity: None,
            engagement: id,
            client: self.client_id(),
        }
    }

    fn brief_item(&self, id: EngagementId, scope: &str) -> Result<Item, StoreError> {
        to_item(
            "brief",
            &keys::brief(&self.engagement_partition(id)),
            &EngagementBrief {
                scope: scope.to_owned(),
            },
        )
    }
}
