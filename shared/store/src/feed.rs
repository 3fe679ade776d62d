//! What happened lately, for dashboards: one line beside each entry of a history,
//! each comment, and what happens to engagements. A contact's store reads the
//! client's half only.

use domain::activity::Activity;
use domain::id::{EngagementId, EntryId};
use futures::future::try_join;
use serde::{Deserialize, Serialize};

use crate::codec::{Item, item, place, row};
use crate::error::StoreError;
use crate::keys::{self, Index};
use crate::scope::{ClientScope, Scope, Store, WorkspaceScope};
use crate::table::{Query, Range};

/// What an item holds for the feeds; the indexes project it.
#[derive(Serialize, Deserialize)]
struct Row {
    feed: Activity,
}

impl Store<WorkspaceScope> {
    /// The newest of all clients, drafts included.
    pub async fn activity(&self, limit: i32) -> Result<Vec<Activity>, StoreError> {
        self.newest(Index::Gsi3, keys::feed(&self.prefix(), true), limit)
            .await
    }
}

impl Store<ClientScope> {
    /// The newest of the client, as far as the holder may know.
    pub async fn activity(&self, limit: i32) -> Result<Vec<Activity>, StoreError> {
        self.both(Index::Gsi5, &self.prefix(), limit).await
    }

    /// The newest of one engagement, as far as the holder may know.
    pub async fn activity_in(
        &self,
        engagement: EngagementId,
        limit: i32,
    ) -> Result<Vec<Activity>, StoreError> {
        self.both(Index::Gsi4, &self.partition(engagement), limit)
            .await
    }

    async fn both(
        &self,
        index: Index,
        scope: &str,
        limit: i32,
    ) -> Result<Vec<Activity>, StoreError> {
        let shared = self.newest(index, keys::feed(scope, true), limit);
        if !self.sees_drafts() {
            return shared.await;
        }
        let internal = self.newest(index, keys::feed(scope, false), limit);
        let (mut both, internal) = try_join(shared, internal).await?;
        both.extend(internal);
        both.sort_by_key(|one| std::cmp::Reverse(one.at));
        both.truncate(usize::try_from(limit).unwrap_or_default());
        Ok(both)
    }

    /// What happened to an engagement, as an item of its own.
    pub(crate) fn news_item(
        &self,
        entry: EntryId,
        activity: &Activity,
        shared: bool,
    ) -> Result<Item, StoreError> {
        let e = self.partition(activity.engagement);
        let nothing = serde_json::json!({});
        let mut item = item("news", &keys::news(&e, entry), &nothing)?;
        self.tell(&mut item, entry, activity, shared)?;
        Ok(item)
    }

    /// Puts an item into the feeds.
    pub(crate) fn tell(
        &self,
        item: &mut Item,
        entry: EntryId,
        activity: &Activity,
        shared: bool,
    ) -> Result<(), StoreError> {
        let (w, c) = (keys::workspace(self.ws()), self.prefix());
        let e = self.partition(activity.engagement);
        item.insert(
            "feed".to_owned(),
            serde_dynamo::to_attribute_value(activity)?,
        );
        for at in keys::feed_places((&w, &c, &e), shared, activity.at, entry) {
            place(item, at);
        }
        Ok(())
    }
}

impl<S: Scope> Store<S> {
    async fn newest(
        &self,
        index: Index,
        feed: String,
        limit: i32,
    ) -> Result<Vec<Activity>, StoreError> {
        let all = Range::Between("0".to_owned(), "~".to_owned());
        let query = Query::of(feed, all, limit).on(index).descending();
        let found = self.query(query).await?.items.into_iter();
        found.map(|item| Ok(row::<Row>(item)?.feed)).collect()
    }
}
