//! The activity feeds of dashboards: one line with each history entry, each comment, and
//! what happens to engagements. A contact's store reads the shared half only.

use domain::activity::Activity;
use domain::id::{EngagementId, EntryId};
use futures::future::try_join;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::table::codec::{Item, add_index_key, from_item, to_item};
use crate::table::keys::{self, ListKey};
use crate::table::query::{Query, Range};
use crate::tenancy::scope::{ClientScope, Scope, Store, WorkspaceScope};

/// The attribute of an item that stands in feeds.
#[derive(Serialize, Deserialize)]
struct FeedItem {
    feed: Activity,
}

impl Store<WorkspaceScope> {
    /// The newest activity of all clients, drafts included.
    pub async fn activity(&self, limit: i32) -> Result<Vec<Activity>, StoreError> {
        self.list_feed(&keys::workspace_feed(&self.prefix()), limit)
            .await
    }
}

impl Store<ClientScope> {
    /// The newest activity of the client, as far as the holder may see it.
    pub async fn activity(&self, limit: i32) -> Result<Vec<Activity>, StoreError> {
        let prefix = self.prefix();
        self.list_both_halves(|shared| keys::client_feed(&prefix, shared), limit)
            .await
    }

    /// The newest activity of one engagement, as far as the holder may see it.
    pub async fn list_engagement_activity(
        &self,
        engagement: EngagementId,
        limit: i32,
    ) -> Result<Vec<Activity>, StoreError> {
        let e = self.engagement_partition(engagement);
        self.list_both_halves(|shared| keys::engagement_feed(&e, shared), limit)
            .await
    }

    async fn list_both_halves(
        &self,
        feed: impl Fn(bool) -> ListKey,
        limit: i32,
    ) -> Result<Vec<Activity>, StoreError> {
        let (shared, internal) = (feed(true), feed(false));
        let shared = self.list_feed(&shared, limit);
        if !self.sees_drafts() {
            return shared.await;
        }
        let internal = self.list_feed(&internal, limit);
        let (mut both, internal) = try_join(shared, internal).await?;
        both.extend(internal);
        both.sort_by_key(|activity| std::cmp::Reverse(activity.at));
        both.truncate(usize::try_from(limit).unwrap_or_default());
        Ok(both)
    }

    /// An activity of an engagement, as an item of its own.
    pub(crate) fn activity_item(
        &self,
        entry: EntryId,
        activity: &Activity,
        shared: bool,
    ) -> Result<Item, StoreError> {
        let e = self.engagement_partition(activity.engagement);
        let nothing = serde_json::json!({});
        let mut item = to_item("news", &keys::engagement_activity(&e, entry), &nothing)?;
        self.add_to_feeds(&mut item, entry, activity, shared)?;
        Ok(item)
    }

    /// Puts an item into the feeds.
    pub(crate) fn add_to_feeds(
        &self,
        item: &mut Item,
        entry: EntryId,
        activity: &Activity,
        shared: bool,
    ) -> Result<(), StoreError> {
        let (w, c) = (keys::workspace(self.ws()), self.prefix());
        let e = self.engagement_partition(activity.engagement);
        item.insert(
            "feed".to_owned(),
            serde_dynamo::to_attribute_value(activity)?,
        );
        for feed in [
            keys::workspace_feed(&w),
            keys::client_feed(&c, shared),
            keys::engagement_feed(&e, shared),
        ] {
            add_index_key(item, feed.at(keys::feed_sk(activity.at, entry)));
        }
        Ok(())
    }
}

impl<S: Scope> Store<S> {
    /// The newest of a feed.
    async fn list_feed(&self, feed: &ListKey, limit: i32) -> Result<Vec<Activity>, StoreError> {
        let all = Range::Between("0".to_owned(), "~".to_owned());
        let query = Query::list(feed, all, limit).descending();
        let found = self.query(query).await?.items.into_iter();
        found
            .map(|item| Ok(from_item::<FeedItem>(item)?.feed))
            .collect()
    }
}
