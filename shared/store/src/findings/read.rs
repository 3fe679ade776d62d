//! Reads of findings; a contact's store gives published ones only.

use std::cmp::Reverse;

use domain::finding::{FieldChange, Finding, FindingContent, Retest};
use domain::history::{FindingEvent, HistoryEntry};
use domain::id::{EngagementId, EntryId, FindingId};
use futures::future::{try_join, try_join5};
use jiff::civil::Date;

use super::{CommentItem, DueFindings, FindingDetail, FullEdit, HistoryItem, Listed, listed};
use crate::codec::{Item, row, text};
use crate::error::StoreError;
use crate::keys::{self, Index, Key};
use crate::page::{ListPage, SIZE};
use crate::scope::{ClientScope, Scope, Store, WorkspaceScope};
use crate::table::{Query, QueryPage, Range, start, start_after};

/// Retests that a page shows.
const ROUNDS: i32 = 20;
/// Rows that the worker reads at once.
const AT_ONCE: i32 = 500;

/// One half of what stands below a finding: where it stands, and where it is entered.
struct Half {
    prefix: String,
    before: Option<Key>,
}

impl Store<WorkspaceScope> {
    /// The worst active findings of the workspace.
    pub async fn worst_findings(&self, limit: i32) -> Result<Vec<Listed>, StoreError> {
        let list = keys::findings(&self.prefix(), true);
        let slice = self
            .query(Query::of(list, active(), limit).on(Index::Gsi3))
            .await?;
        slice.items.into_iter().map(listed).collect()
    }
}

impl Store<ClientScope> {
    /// The worst active findings of the client.
    pub async fn worst_findings(&self, limit: i32) -> Result<Vec<Listed>, StoreError> {
        let list = keys::findings(&self.prefix(), true);
        let slice = self
            .query(Query::of(list, active(), limit).on(Index::Gsi6))
            .await?;
        slice.items.into_iter().map(listed).collect()
    }

    /// One finding, without its text.
    pub async fn finding(
        &self,
        engagement: EngagementId,
        id: FindingId,
    ) -> Result<Option<Finding>, StoreError> {
        let found = self
            .get(&keys::finding(&self.partition(engagement), id))
            .await?;
        let finding = found.map(listed).transpose()?.map(|l| l.finding);
        Ok(finding.filter(|finding| self.may_see(finding)))
    }

    /// One finding with its text.
    pub async fn finding_with_text(
        &self,
        engagement: EngagementId,
        id: FindingId,
    ) -> Result<Option<(Finding, FindingContent)>, StoreError> {
        let e = self.partition(engagement);
        let about = Range::Between(keys::finding(&e, id).sk, keys::finding_body(&e, id).sk);
        let about = self.query(Query::of(&e, about, 2)).await?;
        let mut items = about.items.into_iter();
        let (Some(found), Some(body)) = (items.next(), items.next()) else {
            return Ok(None);
        };
        let finding = listed(found)?.finding;
        if !self.may_see(&finding) {
            return Ok(None);
        }
        Ok(Some((finding, row(body)?)))
    }

    /// One finding with its text and the newest of its history.
    pub async fn dossier(
        &self,
        engagement: EngagementId,
        id: FindingId,
    ) -> Result<Option<FindingDetail>, StoreError> {
        let (about, history, comments, rounds, evidence) = try_join5(
            self.finding_with_text(engagement, id),
            self.history((engagement, id), None),
            self.comments((engagement, id), None),
            self.rounds(engagement, id),
            self.evidence(engagement, id),
        )
        .await?;
        let Some((finding, draft)) = about else {
            return Ok(None);
        };
        Ok(Some(FindingDetail {
            finding,
            draft,
            history,
            comments,
            rounds,
            evidence,
        }))
    }

    /// What an edit changed, before and after, in full: the team's alone.
    pub async fn edit_of(
        &self,
        engagement: EngagementId,
        id: FindingId,
        entry: EntryId,
    ) -> Result<Option<(HistoryEntry, Vec<FieldChange>)>, StoreError> {
        if !self.sees_drafts() {
            return Ok(None);
        }
        let e = self.partition(engagement);
        let (about, text) = (
            keys::history(&e, id, false, entry),
            keys::edit_text(&e, id, entry),
        );
        let (about, text) = try_join(self.get(&about), self.get(&text)).await?;
        let Some(about) = about.map(row::<HistoryEntry>).transpose()? else {
            return Ok(None);
        };
        let full = text
            .map(row::<FullEdit>)
            .transpose()?
            .map(|full| full.changes);
        Ok(match (full, &about.what) {
            (Some(full), _) => Some((about, full)),
            (None, FindingEvent::Edited { changes }) => {
                let changes = changes.clone();
                Some((about, changes))
            }
            _ => None,
        })
    }

    /// A page of what happened to a finding, newest first, from before an entry on.
    pub async fn history(
        &self,
        (engagement, id): (EngagementId, FindingId),
        before: Option<EntryId>,
    ) -> Result<ListPage<HistoryItem>, StoreError> {
        let e = self.partition(engagement);
        let half = |shared| Half {
            prefix: keys::history_prefix(id, shared),
            before: before.map(|entry| keys::history(&e, id, shared, entry)),
        };
        let read = |id, shared, item| row(item).map(|entry| HistoryItem { id, entry, shared });
        self.halves(&e, half, read).await
    }

    /// A page of what people said of a finding, newest first, from before a comment on.
    pub async fn comments(
        &self,
        (engagement, id): (EngagementId, FindingId),
        before: Option<EntryId>,
    ) -> Result<ListPage<CommentItem>, StoreError> {
        let e = self.partition(engagement);
        let half = |shared| Half {
            prefix: keys::comment_prefix(id, shared),
            before: before.map(|entry| keys::comment(&e, id, shared, entry)),
        };
        let read = |_, shared, item| row(item).map(|comment| CommentItem { comment, shared });
        self.halves(&e, half, read).await
    }

    async fn rounds(
        &self,
        engagement: EngagementId,
        id: FindingId,
    ) -> Result<Vec<Retest>, StoreError> {
        let range = Range::Prefix(keys::round_prefix(id));
        let query = Query::of(self.partition(engagement), range, ROUNDS).descending();
        let slice = self.query(query).await?;
        slice.items.into_iter().map(row).collect()
    }

    /// A page of both halves of what stands below a finding, newest first; a
    /// contact's store reads the shared half only.
    async fn halves<T>(
        &self,
        e: &str,
        half: impl Fn(bool) -> Half,
        read: impl Fn(EntryId, bool, Item) -> Result<T, StoreError>,
    ) -> Result<ListPage<T>, StoreError> {
        let half = |shared| {
            let Half { prefix, before } = half(shared);
            let query = Query::of(e, Range::Prefix(prefix), SIZE).descending();
            self.query(query.after(before.map(|key| start(&key, None))))
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
            let id = keys::entry_of(text(&item, "sk")?).ok_or(StoreError::Lacks("sk"))?;
            rows.push((id, read(id, shared, item)?));
        }
        rows.sort_by_key(|(id, _)| Reverse(*id));
        let page = usize::try_from(SIZE).unwrap_or(rows.len());
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

impl Store<WorkspaceScope> {
    /// Active findings of the workspace by when they are due.
    pub async fn due_findings(&self, limit: i32) -> Result<DueFindings, StoreError> {
        due(self, Index::Gsi5, limit).await
    }
}

impl Store<ClientScope> {
    /// Active findings of the client by when they are due.
    pub async fn due_findings(&self, limit: i32) -> Result<DueFindings, StoreError> {
        due(self, Index::Gsi4, limit).await
    }

    /// Findings of the client that are to be fixed by `day` and aren't said to be, the
    /// worst first: as many as can be told of.
    pub async fn due_on(&self, day: Date) -> Result<Vec<Finding>, StoreError> {
        let list = keys::findings(&self.prefix(), true);
        let range = Range::Prefix(format!("a#{day}#"));
        let query = Query::of(list, range, AT_ONCE).on(Index::Gsi4);
        let found = self.query(query).await?.items.into_iter();
        let found: Vec<_> = found.map(listed).collect::<Result<_, _>>()?;
        let after = day.tomorrow().unwrap_or(day);
        let unfixed = found.into_iter().map(|one| one.finding);
        Ok(unfixed.filter(|one| one.is_overdue(after)).collect())
    }

    /// How many findings of the client are overdue on `today`. It reads all that
    /// were due before: for the worker, not for pages.
    pub async fn count_overdue(&self, today: Date) -> Result<i64, StoreError> {
        let list = keys::findings(&self.prefix(), true);
        let before = || Range::Between("a#".to_owned(), format!("a#{today}"));
        let (mut count, mut after) = (0, None);
        loop {
            let query = Query::of(&list, before(), AT_ONCE).on(Index::Gsi4);
            let slice = self.query(query.after(after)).await?;
            after = slice
                .items
                .last()
                .filter(|_| slice.more)
                .map(|item| start_after(item, Index::Gsi4));
            for item in slice.items {
                count += i64::from(listed(item)?.finding.is_overdue(today));
            }
            if after.is_none() {
                return Ok(count);
            }
        }
    }
}

async fn due<S: Scope>(
    store: &Store<S>,
    index: Index,
    limit: i32,
) -> Result<DueFindings, StoreError> {
    let list = keys::findings(&store.prefix(), true);
    let slice = store
        .query(Query::of(list, active(), limit).on(index))
        .await?;
    let rows = slice
        .items
        .into_iter()
        .map(listed)
        .collect::<Result<_, _>>()?;
    let more = slice.more;
    Ok(DueFindings { rows, more })
}

fn active() -> Range {
    Range::Prefix("a#".to_owned())
}
