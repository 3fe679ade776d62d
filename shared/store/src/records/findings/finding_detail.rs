//! Reads of one finding; a contact's store gives published ones only.

use std::cmp::Reverse;

use domain::evidence::Evidence;
use domain::finding::{
    Comment, FieldChange, Finding, FindingContent, FindingEvent, HistoryEntry, Retest,
};
use domain::id::{EngagementId, EntryId, FindingId};
use futures::future::{try_join, try_join5};

use crate::error::StoreError;
use crate::records::findings::finding_item::{FullEdit, summary_from_item};
use crate::table::codec::{Item, from_item, get_text};
use crate::table::keys::{self, Key};
use crate::table::list_page::{ListPage, PAGE_SIZE};
use crate::table::query::{Query, QueryPage, Range, start_at};
use crate::tenancy::scope::{ClientScope, Store};

/// Retests that a page shows.
const MAX_RETESTS: i32 = 20;

/// The shared or internal half of a history or of comments: its prefix, and where it is read
/// from.
struct Half {
    prefix: String,
    before: Option<Key>,
}

/// A finding with its content, history and evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingDetail {
    pub finding: Finding,
    pub content: FindingContent,
    /// The newest entries, as far as the holder may see them.
    pub history: ListPage<HistoryItem>,
    /// The newest comments, as far as the holder may see them.
    pub comments: ListPage<CommentItem>,
    pub retests: Vec<Retest>,
    /// The oldest first, as far as the holder may see them.
    pub evidence: Vec<Evidence>,
}

/// An entry of a finding's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryItem {
    pub id: EntryId,
    pub entry: HistoryEntry,
    /// Whether the client can read it.
    pub shared: bool,
}

/// A comment on a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentItem {
    pub comment: Comment,
    /// Whether the client can read it.
    pub shared: bool,
}

impl Store<ClientScope> {
    /// One finding, without its content.
    pub async fn get_finding(
        &self,
        engagement: EngagementId,
        id: FindingId,
    ) -> Result<Option<Finding>, StoreError> {
        let found = self
            .get(&keys::finding(&self.engagement_partition(engagement), id))
            .await?;
        let finding: Option<Finding> = found.map(summary_from_item).transpose()?;
        Ok(finding.filter(|finding| self.may_see(finding)))
    }

    /// One finding with its content.
    pub async fn get_finding_with_content(
        &self,
        engagement: EngagementId,
        id: FindingId,
    ) -> Result<Option<(Finding, FindingContent)>, StoreError> {
        let e = self.engagement_partition(engagement);
        let range = Range::Between(keys::finding(&e, id).sk, keys::finding_body(&e, id).sk);
        let page = self.query(Query::of(&e, range, 2)).await?;
        let mut items = page.items.into_iter();
        let (Some(found), Some(body)) = (items.next(), items.next()) else {
            return Ok(None);
        };
        let finding: Finding = summary_from_item(found)?;
        if !self.may_see(&finding) {
            return Ok(None);
        }
        Ok(Some((finding, from_item(body)?)))
    }

    /// One finding with its content and the newest of its history.
    pub async fn get_finding_detail(
        &self,
        engagement: EngagementId,
        id: FindingId,
    ) -> Result<Option<FindingDetail>, StoreError> {
        let (found, history, comments, retests, evidence) = try_join5(
            self.get_finding_with_content(engagement, id),
            self.list_history(engagement, id, None),
            self.list_comments(engagement, id, None),
            self.list_retests(engagement, id),
            self.list_evidence(engagement, id),
        )
        .await?;
        let Some((finding, content)) = found else {
            return Ok(None);
        };
        Ok(Some(FindingDetail {
            finding,
            content,
            history,
            comments,
            retests,
            evidence,
        }))
    }

    /// The field changes of an edit, in full: the team's alone.
    pub async fn get_edit(
        &self,
        engagement: EngagementId,
        id: FindingId,
        entry: EntryId,
    ) -> Result<Option<(HistoryEntry, Vec<FieldChange>)>, StoreError> {
        if !self.sees_drafts() {
            return Ok(None);
        }
        let e = self.engagement_partition(engagement);
        let (entry_key, text_key) = (
            keys::history(&e, id, false, entry),
            keys::edit_text(&e, id, entry),
        );
        let (found, text) = try_join(self.get(&entry_key), self.get(&text_key)).await?;
        let Some(entry) = found.map(from_item::<HistoryEntry>).transpose()? else {
            return Ok(None);
        };
        let full = text
            .map(from_item::<FullEdit>)
            .transpose()?
            .map(|full| full.changes);
        Ok(match (full, &entry.event) {
            (Some(full), _) => Some((entry, full)),
            (None, FindingEvent::Edited { changes }) => {
                let changes = changes.clone();
                Some((entry, changes))
            }
            _ => None,
        })
    }

    /// A page of a finding's history, the newest first, from before an entry on.
    pub async fn list_history(
        &self,
        engagement: EngagementId,
        id: FindingId,
        before: Option<EntryId>,
    ) -> Result<ListPage<HistoryItem>, StoreError> {
        let e = self.engagement_partition(engagement);
        let half = |shared| Half {
            prefix: keys::history_prefix(id, shared),
            before: before.map(|entry| keys::history(&e, id, shared, entry)),
        };
        let read =
            |id, shared, item| from_item(item).map(|entry| HistoryItem { id, entry, shared });
        self.list_halves(&e, half, read).await
    }

    /// A page of a finding's comments, the newest first, from before a comment on.
    pub async fn list_comments(
        &self,
        engagement: EngagementId,
        id: FindingId,
        before: Option<EntryId>,
    ) -> Result<ListPage<CommentItem>, StoreError> {
        let e = self.engagement_partition(engagement);
        let half = |shared| Half {
            prefix: keys::comment_prefix(id, shared),
            before: before.map(|entry| keys::comment(&e, id, shared, entry)),
        };
        let read = |_, shared, item| from_item(item).map(|comment| CommentItem { comment, shared });
        self.list_halves(&e, half, read).await
    }

    async fn list_retests(
        &self,
        engagement: EngagementId,
        id: FindingId,
    ) -> Result<Vec<Retest>, StoreError> {
        let range = Range::Prefix(keys::retest_prefix(id));
        let query =
            Query::of(self.engagement_partition(engagement), range, MAX_RETESTS).descending();
        let slice = self.query(query).await?;
        slice.items.into_iter().map(from_item).collect()
    }

    /// A page of both halves below a finding, the newest first; a contact's store reads the
    /// shared half only.
    async fn list_halves<T>(
        &self,
        e: &str,
        half: impl Fn(bool) -> Half,
        read: impl Fn(EntryId, bool, Item) -> Result<T, StoreError>,
    ) -> Result<ListPage<T>, StoreError> {
        let half = |shared| {
            let Half { prefix, before } = half(shared);
            let query = Query::of(e, Range::Prefix(prefix), PAGE_SIZE).descending();
            self.query(query.after(before.map(|key| start_at(&key, None))))
        };
        let (shared, internal) = try_join(half(true), async {
            if self.sees_drafts() {
                half(false).await
            } else {
                Ok(QueryPage::default())
            }
        })
        .await?;
        let more = shared.more || internal.more;
        let shared = shared.items.into_iter().map(|item| (true, item));
        let internal = internal.items.into_iter().map(|item| (false, item));
        let mut rows = Vec::new();
        for (shared, item) in shared.chain(internal) {
            let id = keys::entry_of(get_text(&item, "sk")?).ok_or(StoreError::Lacks("sk"))?;
            rows.push((id, read(id, shared, item)?));
        }
        rows.sort_by_key(|(id, _)| Reverse(*id));
        let page = usize::try_from(PAGE_SIZE).unwrap_or(rows.len());
        let more = more || rows.len() > page;
        rows.truncate(page);
        let next = rows.last().filter(|_| more).map(|(id, _)| id.to_string());
        let rows = rows.into_iter().map(|(_, row)| row).collect();
        Ok(ListPage { rows, next })
    }

    fn may_see(&self, finding: &Finding) -> bool {
        self.sees_drafts() || finding.status.is_published()
    }
}
