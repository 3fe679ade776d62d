//! Documents: their rows with the current version, all versions, and who took
//! them away.

use domain::audit::{AuditKind, AuditNote};
use domain::document::{Document, DocumentVersion, KEPT, MAX_VERSIONS, Visibility};
use domain::id::{DocumentId, EngagementId, EntryId, UploadId, UserId};
use domain::notification::NotificationEvent;
use domain::person::Actor;
use futures::future::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{item, place, row};
use crate::error::StoreError;
use crate::keys::{self, Index};
use crate::outbox::{self, Effect, put_effect};
use crate::page::{ListPage, SIZE};
use crate::scope::{ClientScope, Store};
use crate::table::{Query, Range};
use crate::transact::Transaction;

/// A download of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadRecord {
    /// Its id.
    pub id: EntryId,
    /// Of which version.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who, by account.
    pub by: UserId,
    /// Who, by the name at that time.
    pub by_name: String,
    /// Whether it was one of the consultancy.
    pub by_team: bool,
}

impl Store<ClientScope> {
    /// Where the version that came by an upload lies.
    pub fn document_key(&self, upload: UploadId) -> String {
        keys::document_object(self.ws(), self.client_id(), upload)
    }

    /// A page of the documents of an engagement, or of all of the client's, the
    /// newest first; or of those that are deleted, for the team.
    pub async fn documents(
        &self,
        engagement: Option<EngagementId>,
        deleted: bool,
        after: Option<DocumentId>,
    ) -> Result<ListPage<Document>, StoreError> {
        let (scope, index) = match engagement {
            Some(id) => (self.partition(id), Index::Gsi2),
            None => (self.prefix(), Index::Gsi1),
        };
        let of = async |visible: Visibility| {
            let shelf = visible == Visibility::Client && !deleted;
            if !shelf && !self.sees_drafts() {
                return Ok::<_, StoreError>((Vec::new(), false));
            }
            let list = keys::documents(&scope, visible, deleted);
            let last = after.map_or_else(|| "~".to_owned(), |id| id.to_string());
            // Up to and with: the one that a page ended with comes again.
            let query = Query::of(list, Range::UpTo(last), SIZE + 1).on(index);
            let slice = self.query(query.descending()).await?;
            Ok((slice.items, slice.more))
        };
        // What is deleted is one list, whoever saw it before.
        let none = async { Ok((Vec::new(), false)) };
        let (shared, team) = if deleted {
            try_join(none, of(Visibility::Team)).await?
        } else {
            try_join(of(Visibility::Client), of(Visibility::Team)).await?
        };
        let found = shared.0.into_iter().chain(team.0).map(row);
        let mut rows: Vec<Document> = found.collect::<Result<_, _>>()?;
        rows.retain(|document| Some(document.id) != after);
        rows.sort_by_key(|document| std::cmp::Reverse(document.id));
        let size = usize::try_from(SIZE).unwrap_or_default();
        let more = shared.1 || team.1 || rows.len() > size;
        rows.truncate(size);
        Ok(ListPage::new(rows, more, |document| {
            document.id.to_string()
        }))
    }

    /// A document that the holder may see; a deleted one is the team's.
    pub async fn document(&self, id: DocumentId) -> Result<Option<Document>, StoreError> {
        let found = self.get(&keys::document(&self.prefix(), id)).await?;
        let document: Option<Document> = found.map(row).transpose()?;
        let shown = |one: &Document| one.visibility == Visibility::Client && one.deleted.is_none();
        Ok(document.filter(|one| self.sees_drafts() || shown(one)))
    }

    /// The versions of a document that the holder was shown, the newest first.
    pub async fn revisions(&self, id: DocumentId) -> Result<Vec<DocumentVersion>, StoreError> {
        let prefix = Range::Prefix(keys::revision_prefix(id));
        let most = i32::try_from(MAX_VERSIONS).unwrap_or(i32::MAX);
        let pk = keys::document(&self.prefix(), id).pk;
        let slice = self.query(Query::of(pk, prefix, most).descending()).await?;
        slice.items.into_iter().map(row).collect()
    }

    /// One version of a document.
    pub async fn revision(
        &self,
        id: DocumentId,
        number: i64,
    ) -> Result<Option<DocumentVersion>, StoreError> {
        let key = keys::revision(&self.prefix(), id, number);
        self.get(&key).await?.map(row).transpose()
    }

    /// A page of who took a document away, the newest first: for the team.
    pub async fn receipts(
        &self,
        id: DocumentId,
        after: Option<EntryId>,
    ) -> Result<ListPage<DownloadRecord>, StoreError> {
        if !self.sees_drafts() {
            return Ok(ListPage::new(Vec::new(), false, |_: &DownloadRecord| {
                String::new()
            }));
        }
        let prefix = keys::receipt_prefix(id);
        let last = after.map_or_else(|| "~".to_owned(), |entry| entry.to_string());
        let range = Range::Between(prefix.clone(), format!("{prefix}{last}"));
        let pk = keys::receipt(&self.prefix(), id, EntryId::new(0, 0)).pk;
        let query = Query::of(pk, range, SIZE + 1).descending();
        let slice = self.query(query).await?;
        let found = slice.items.into_iter().map(row);
        let mut rows: Vec<DownloadRecord> = found.collect::<Result<_, _>>()?;
        rows.retain(|receipt| Some(receipt.id) != after);
        let size = usize::try_from(SIZE).unwrap_or_default();
        let more = slice.more || rows.len() > size;
        rows.truncate(size);
        Ok(ListPage::new(rows, more, |receipt| receipt.id.to_string()))
    }

    /// Notes that `actor` takes a version of a document away.
    pub async fn took(
        &self,
        document: &Document,
        revision: &DocumentVersion,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let receipt = DownloadRecord {
            id: self.trace.next(),
            number: revision.number,
            at: self.trace.at(),
            by: actor.user,
            by_name: actor.name.clone(),
            by_team: actor.role.is_team(),
        };
        let mut transaction = self.transaction();
        let key = keys::receipt(&self.prefix(), document.id, receipt.id);
        transaction.put_new(item("receipt", &key, &receipt)?);
        let note = AuditNote::of(AuditKind::DocumentDownloaded, &document.title)
            .change("version", "", &revision.number.to_string())
            .change("file", "", &revision.name);
        self.record(&mut transaction, note)?;
        self.commit(transaction).await
    }

    /// Puts `after` in place of the document as it was before: deleted, restored,
    /// or with other readers. Refused where it changed since.
    pub async fn change_document(
        &self,
        before: &Document,
        after: &Document,
    ) -> Result<(), StoreError> {
        let kind = match (before.deleted, after.deleted) {
            (None, Some(_)) => AuditKind::DocumentDeleted,
            (Some(_), None) => AuditKind::DocumentRestored,
            _ => AuditKind::DocumentShown,
        };
        let note = AuditNote::of(kind, &after.title).change(
            "readers",
            before.visibility.label(),
            after.visibility.label(),
        );
        let mut transaction = self.transaction();
        self.put_document(&mut transaction, after, Some(before.version))?;
        self.record(&mut transaction, note)?;
        if let (None, Some(at)) = (before.deleted, after.deleted) {
            let due = at.saturating_add(KEPT).unwrap_or(at);
            let effect = Effect::Document(after.id);
            put_effect(
                &mut transaction,
                &self.prefix(),
                self.trace.next(),
                effect,
                due,
            )?;
        }
        let shown = |one: &Document| one.visibility == Visibility::Client && one.deleted.is_none();
        let news = before.deleted.is_none() && !shown(before) && shown(after);
        if let (Some(by), true) = (&self.by, news) {
            let by = (by.user, by.name.as_str());
            let news = vec![NotificationEvent::of_document(after, self.trace.at(), by)];
            outbox::put_news(&mut transaction, &self.prefix(), &self.trace.next(), news)?;
        }
        let shared = [before, after]
            .iter()
            .any(|one| one.visibility == Visibility::Client);
        self.touch_files(&mut transaction, after.engagement, shared);
        self.commit(transaction).await
    }

    /// Forgets a deleted document whose files are gone, and gives their bytes back.
    pub async fn forget_document(
        &self,
        document: &Document,
        revisions: &[DocumentVersion],
    ) -> Result<(), StoreError> {
        let prefix = self.prefix();
        let mut transaction = self.transaction();
        transaction.delete_version(&keys::document(&prefix, document.id), document.version);
        // All of them fit into one transaction: a document has 90 at most.
        for revision in revisions {
            transaction.delete(&keys::revision(&prefix, document.id, revision.number));
        }
        self.give_back(&mut transaction, document.bytes);
        let used = keys::files_used(&keys::workspace(self.ws()));
        self.commit_beside(transaction, &[used]).await
    }

    pub(crate) fn put_document(
        &self,
        transaction: &mut Transaction,
        document: &Document,
        before: Option<i64>,
    ) -> Result<(), StoreError> {
        let prefix = self.prefix();
        let mut item = item("document", &keys::document(&prefix, document.id), document)?;
        for one in keys::document_places(&prefix, document) {
            place(&mut item, one);
        }
        match before {
            Some(version) => transaction.replace(item, version),
            None => transaction.put_new(item),
        }
        Ok(())
    }

    pub(crate) fn put_revision(
        &self,
        transaction: &mut Transaction,
        document: &Document,
    ) -> Result<(), StoreError> {
        let revision = &document.current;
        let key = keys::revision(&self.prefix(), document.id, revision.number);
        transaction.put_new(item("revision", &key, revision)?);
        Ok(())
    }

    pub(crate) fn touch_document(&self, transaction: &mut Transaction, document: &Document) {
        let shared = document.visibility == Visibility::Client;
        self.touch_files(transaction, document.engagement, shared);
    }
}
