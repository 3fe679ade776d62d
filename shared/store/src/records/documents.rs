//! Documents: their rows with the current version, all versions, and their downloads.

use domain::audit::{AuditKind, AuditNote};
use domain::document::{Document, DocumentVersion, MAX_VERSIONS, RETENTION, Visibility};
use domain::id::{DocumentId, EngagementId, EntryId, UploadId, UserId};
use domain::notification::NotificationEvent;
use domain::person::Actor;
use futures::future::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::records::outbox::effect::Effect;
use crate::records::outbox::outbox;
use crate::records::outbox::outbox::put_effect;
use crate::table::codec::{add_index_key, from_item, to_item};
use crate::table::keys;
use crate::table::list_page::{ListPage, PAGE_SIZE};
use crate::table::query::{Query, Range};
use crate::table::transaction::Transaction;
use crate::tenancy::scope::{ClientScope, Store};

/// A download of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadRecord {
    pub id: EntryId,
    pub number: i64,
    pub at: Timestamp,
    pub by: UserId,
    /// The name at that time.
    pub by_name: String,
    /// Whether a member of the team downloaded it.
    pub by_team: bool,
}

impl Store<ClientScope> {
    /// The object key of the version that came by an upload.
    pub fn document_object_key(&self, upload: UploadId) -> String {
        keys::document_object(self.ws(), self.client_id(), upload)
    }

    /// A page of the documents of an engagement, or of the whole client, the newest first; with
    /// `deleted` of the deleted ones, for the team.
    pub async fn list_documents(
        &self,
        engagement: Option<EngagementId>,
        deleted: bool,
        after: Option<DocumentId>,
    ) -> Result<ListPage<Document>, StoreError> {
        let of = async |visible: Visibility| {
            let shelf = visible == Visibility::Client && !deleted;
            if !shelf && !self.sees_drafts() {
                return Ok::<_, StoreError>((Vec::new(), false));
            }
            let list = match engagement {
                Some(id) => {
                    keys::engagement_document_list(&self.engagement_partition(id), visible, deleted)
                }
                None => keys::client_document_list(&self.prefix(), visible, deleted),
            };
            let last = after.map_or_else(|| "~".to_owned(), |id| id.to_string());
            // Up to and with: the one that a page ended with comes again.
            let query = Query::list(&list, Range::UpTo(last), PAGE_SIZE + 1);
            let page = self.query(query.descending()).await?;
            Ok((page.items, page.more))
        };
        // What is deleted is one list, whoever saw it before.
        let none = async { Ok((Vec::new(), false)) };
        let (shared, team) = if deleted {
            try_join(none, of(Visibility::Team)).await?
        } else {
            try_join(of(Visibility::Client), of(Visibility::Team)).await?
        };
        let found = shared.0.into_iter().chain(team.0).map(from_item);
        let mut rows: Vec<Document> = found.collect::<Result<_, _>>()?;
        rows.retain(|document| Some(document.id) != after);
        rows.sort_by_key(|document| std::cmp::Reverse(document.id));
        let size = usize::try_from(PAGE_SIZE).unwrap_or_default();
        let more = shared.1 || team.1 || rows.len() > size;
        rows.truncate(size);
        Ok(ListPage::new(rows, more, |document| {
            document.id.to_string()
        }))
    }

    /// A document that the holder may see; a deleted one only for the team.
    pub async fn get_document(&self, id: DocumentId) -> Result<Option<Document>, StoreError> {
        let found = self.get(&keys::document(&self.prefix(), id)).await?;
        let document: Option<Document> = found.map(from_item).transpose()?;
        Ok(document.filter(|document| self.sees_drafts() || is_shared(document)))
    }

    /// The versions of a document, the newest first.
    pub async fn list_document_versions(
        &self,
        id: DocumentId,
    ) -> Result<Vec<DocumentVersion>, StoreError> {
        let prefix = Range::Prefix(keys::document_version_prefix(id));
        let most = i32::try_from(MAX_VERSIONS).unwrap_or(i32::MAX);
        let pk = keys::document(&self.prefix(), id).pk;
        let page = self.query(Query::of(pk, prefix, most).descending()).await?;
        page.items.into_iter().map(from_item).collect()
    }

    /// One version of a document.
    pub async fn get_document_version(
        &self,
        id: DocumentId,
        number: i64,
    ) -> Result<Option<DocumentVersion>, StoreError> {
        let key = keys::document_version(&self.prefix(), id, number);
        self.get(&key).await?.map(from_item).transpose()
    }

    /// A page of a document's downloads, the newest first: for the team.
    pub async fn list_downloads(
        &self,
        id: DocumentId,
        after: Option<EntryId>,
    ) -> Result<ListPage<DownloadRecord>, StoreError> {
        if !self.sees_drafts() {
            return Ok(ListPage::new(Vec::new(), false, |_: &DownloadRecord| {
                String::new()
            }));
        }
        let prefix = keys::download_record_prefix(id);
        let last = after.map_or_else(|| "~".to_owned(), |entry| entry.to_string());
        let range = Range::Between(prefix.clone(), format!("{prefix}{last}"));
        let pk = keys::download_record(&self.prefix(), id, EntryId::new(0, 0)).pk;
        let query = Query::of(pk, range, PAGE_SIZE + 1).descending();
        let page = self.query(query).await?;
        let found = page.items.into_iter().map(from_item);
        let mut rows: Vec<DownloadRecord> = found.collect::<Result<_, _>>()?;
        rows.retain(|receipt| Some(receipt.id) != after);
        let size = usize::try_from(PAGE_SIZE).unwrap_or_default();
        let more = page.more || rows.len() > size;
        rows.truncate(size);
        Ok(ListPage::new(rows, more, |receipt| receipt.id.to_string()))
    }

    /// Records that `actor` downloads a version of a document.
    pub async fn record_download(
        &self,
        document: &Document,
        revision: &DocumentVersion,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let receipt = DownloadRecord {
            id: self.context.next_id(),
            number: revision.number,
            at: self.context.at(),
            by: actor.user,
            by_name: actor.name.clone(),
            by_team: actor.role.is_team(),
        };
        let mut transaction = self.transaction();
        let key = keys::download_record(&self.prefix(), document.id, receipt.id);
        transaction.put_new(to_item("receipt", &key, &receipt)?);
        let note = AuditNote::of(AuditKind::DocumentDownloaded, &document.title)
            .with_change("version", "", &revision.number.to_string())
            .with_change("file", "", &revision.name);
        self.record(&mut transaction, note)?;
        self.commit(transaction).await
    }

    /// Replaces the document by `after`: deleted, restored, or with other readers. Refused
    /// where it changed since.
    pub async fn update_document(
        &self,
        before: &Document,
        after: &Document,
    ) -> Result<(), StoreError> {
        let kind = match (before.deleted, after.deleted) {
            (None, Some(_)) => AuditKind::DocumentDeleted,
            (Some(_), None) => AuditKind::DocumentRestored,
            _ => AuditKind::DocumentShown,
        };
        let note = AuditNote::of(kind, &after.title).with_change(
            "readers",
            before.visibility.label(),
            after.visibility.label(),
        );
        let mut transaction = self.transaction();
        self.put_document(&mut transaction, after, Some(before.version))?;
        self.record(&mut transaction, note)?;
        if let (None, Some(at)) = (before.deleted, after.deleted) {
            let due = at.saturating_add(RETENTION).unwrap_or(at);
            let effect = Effect::Document(after.id);
            put_effect(
                &mut transaction,
                &self.prefix(),
                self.context.next_id(),
                effect,
                due,
            )?;
        }
        let is_newly_shared = before.deleted.is_none() && !is_shared(before) && is_shared(after);
        if let (Some(by), true) = (&self.by, is_newly_shared) {
            let events = vec![NotificationEvent::of_document(
                after,
                self.context.at(),
                by.user,
                &by.name,
            )];
            outbox::put_notifications(
                &mut transaction,
                &self.prefix(),
                &self.context.next_id(),
                events,
            )?;
        }
        let shared = [before, after]
            .iter()
            .any(|document| document.visibility == Visibility::Client);
        self.put_revisions(&mut transaction, after.engagement, shared);
        self.commit(transaction).await
    }

    /// Deletes a document for good after its objects, and releases their storage.
    pub async fn delete_document(
        &self,
        document: &Document,
        revisions: &[DocumentVersion],
    ) -> Result<(), StoreError> {
        let prefix = self.prefix();
        let mut transaction = self.transaction();
        transaction.delete_version(&keys::document(&prefix, document.id), document.version);
        // All of them fit into one transaction: a document has 90 at most.
        for revision in revisions {
            transaction.delete(&keys::document_version(
                &prefix,
                document.id,
                revision.number,
            ));
        }
        self.put_storage_release(&mut transaction, document.bytes);
        let used = keys::files_used(&keys::workspace(self.ws()));
        self.commit_with_directory(transaction, &[used]).await
    }

    pub(crate) fn put_document(
        &self,
        transaction: &mut Transaction,
        document: &Document,
        before: Option<i64>,
    ) -> Result<(), StoreError> {
        let prefix = self.prefix();
        let mut item = to_item("document", &keys::document(&prefix, document.id), document)?;
        for index_key in keys::document_index_keys(&prefix, document) {
            add_index_key(&mut item, index_key);
        }
        match before {
            Some(version) => transaction.replace(item, version),
            None => transaction.put_new(item),
        }
        Ok(())
    }

    pub(crate) fn put_document_version(
        &self,
        transaction: &mut Transaction,
        document: &Document,
    ) -> Result<(), StoreError> {
        let revision = &document.current;
        let key = keys::document_version(&self.prefix(), document.id, revision.number);
        transaction.put_new(to_item("revision", &key, revision)?);
        Ok(())
    }

    pub(crate) fn put_document_revision(&self, transaction: &mut Transaction, document: &Document) {
        let shared = document.visibility == Visibility::Client;
        self.put_revisions(transaction, document.engagement, shared);
    }
}

/// Whether the client sees the document.
fn is_shared(document: &Document) -> bool {
    document.visibility == Visibility::Client && document.deleted.is_none()
}
