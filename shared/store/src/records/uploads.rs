//! Uploads: announced against the plan's storage, sent by the browser, then released or
//! refused, once.

use domain::audit::{AuditKind, AuditNote};
use domain::document::{Document, NewDocument, add_version};
use domain::file::{CheckedFile, FileFlaw, format_size};
use domain::id::{EngagementId, UploadId};
use domain::import::Import;
use domain::notification::NotificationEvent;
use domain::plan::{Plan, PlanLimit, PlanLimitReached};
use domain::upload::{AttachmentTarget, REFUSAL_SHOWN_FOR, Upload, UploadPurpose, UploadState};
use futures::future::try_join;
use jiff::Timestamp;

use crate::error::{StoreError, WriteOutcome, to_write_outcome};
use crate::records::outbox::effect::Effect;
use crate::records::outbox::outbox;
use crate::records::outbox::outbox::put_effect;
use crate::records::revision::with_revision;
use crate::table::codec::{Item, add_index_key, from_item, get_integer, number, to_item};
use crate::table::keys;
use crate::table::query::{Query, Range};
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::scope::{ClientScope, Store, WorkspaceScope};

/// Uploads of one side that a page lists at most.
const MAX_LISTED: i32 = 20;

/// How the announcement of an upload ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnnounceOutcome {
    /// It can be sent now.
    Done,
    Repeated,
    /// The workspace's storage has no room for it.
    Full(PlanLimitReached),
}

/// How the release of a checked file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseOutcome {
    Released,
    /// Nothing was released, for this reason.
    Refused(FileFlaw),
}

impl Store<WorkspaceScope> {
    /// The used storage in bytes, files on their way in included.
    pub async fn get_storage_used(&self) -> Result<i64, StoreError> {
        let found = self.get(&keys::files_used(&self.prefix())).await?;
        Ok(found.map_or(0, |item| get_integer(&item, "bytes")))
    }
}

impl Store<ClientScope> {
    /// The object key of a file until it is checked.
    pub fn incoming_object_key(&self, id: UploadId) -> String {
        keys::incoming_object(self.ws(), self.client_id(), id)
    }

    /// Announces an upload; its bytes count from now on, where `plan` has room for them. By the
    /// process's credentials, since the count is the workspace's.
    pub async fn create_upload(
        &self,
        upload: &Upload,
        plan: Plan,
    ) -> Result<AnnounceOutcome, StoreError> {
        let [over, _] = upload.id.effect_ids();
        let used = keys::files_used(&keys::workspace(self.ws()));
        let room = plan.max_used_before(PlanLimit::Storage, upload.size);
        let mut transaction = self.transaction();
        transaction.put_new(self.upload_item(upload, self.context.at())?);
        let condition = "(attribute_not_exists(bytes) OR bytes <= :room)";
        let count = Update::upsert(used.clone()).add("bytes", upload.size);
        transaction.update(count.when(condition, ":room", number(room)));
        let effect = Effect::Upload(upload.id);
        put_effect(
            &mut transaction,
            &self.prefix(),
            over,
            effect,
            upload.expires_at(),
        )?;
        match to_write_outcome(self.commit_with_directory(transaction, &[used]).await) {
            Ok(WriteOutcome::Done) => Ok(AnnounceOutcome::Done),
            Ok(WriteOutcome::Repeated) => Ok(AnnounceOutcome::Repeated),
            Err(StoreError::Refused(1)) => self.storage_full(plan, upload.size).await,
            Err(error) => Err(error),
        }
    }

    /// The outcome without room for so many bytes. Only the team learns the used storage.
    async fn storage_full(&self, plan: Plan, size: i64) -> Result<AnnounceOutcome, StoreError> {
        let limit = PlanLimit::Storage;
        if !self.sees_drafts() {
            let used = plan.limit_of(limit);
            return Ok(AnnounceOutcome::Full(PlanLimitReached {
                limit,
                plan,
                used,
            }));
        }
        let key = keys::files_used(&keys::workspace(self.ws()));
        let found = self.table.get(&key, true).await?;
        let used = found.map_or(0, |item| get_integer(&item, "bytes"));
        let full = plan.check_limit(limit, used, size).err();
        // Where there is room by now: the same again will do.
        full.map(AnnounceOutcome::Full).ok_or(StoreError::Busy)
    }

    /// The object key of a message's attachment.
    pub fn attachment_object_key(&self, id: UploadId) -> String {
        keys::attachment_object(self.ws(), self.client_id(), id)
    }

    /// An upload of the holder's own side; of either side, for the team.
    pub async fn get_upload(&self, id: UploadId) -> Result<Option<Upload>, StoreError> {
        let found = self.get(&keys::upload(&self.prefix(), id)).await?;
        let upload: Option<Upload> = found.map(from_item).transpose()?;
        Ok(upload.filter(|upload| self.sees_drafts() || !upload.by_team))
    }

    /// The newest uploads that aren't released: on their way, or refused a short while ago.
    pub async fn list_uploads(&self, now: Timestamp) -> Result<Vec<Upload>, StoreError> {
        let of = async |by_team: bool| {
            if by_team && !self.sees_drafts() {
                return Ok::<_, StoreError>(Vec::new());
            }
            let list = keys::upload_list(&self.prefix(), by_team);
            let query = Query::list(&list, Range::UpTo("~".to_owned()), MAX_LISTED);
            Ok(self.query(query.descending()).await?.items)
        };
        let (team, contacts) = try_join(of(true), of(false)).await?;
        let mut uploads = Vec::new();
        for found in team.into_iter().chain(contacts) {
            let upload: Upload = from_item(found)?;
            let shown = upload
                .at
                .saturating_add(REFUSAL_SHOWN_FOR)
                .is_ok_and(|end| now < end);
            uploads.extend(Some(upload).filter(|_| shown));
        }
        uploads.sort_by_key(|upload| std::cmp::Reverse(upload.id));
        Ok(uploads)
    }

    /// Records that the browser has sent the file: it will be checked.
    pub async fn record_upload_arrival(&self, after: &Upload) -> Result<(), StoreError> {
        let [_, there] = after.id.effect_ids();
        let now = self.context.at();
        let mut transaction = self.transaction();
        self.replace_upload(&mut transaction, after)?;
        let effect = Effect::Upload(after.id);
        put_effect(&mut transaction, &self.prefix(), there, effect, now)?;
        let kind = match after.purpose {
            UploadPurpose::Import(_) => AuditKind::FindingsImported,
            UploadPurpose::Document(_)
            | UploadPurpose::Evidence(_)
            | UploadPurpose::Attachment(_) => AuditKind::DocumentSent,
        };
        let note = AuditNote::of(kind, &after.name);
        let note = note.with_change("size", "", &format_size(after.size));
        self.record(&mut transaction, note)?;
        self.put_upload_revision(&mut transaction, after);
        self.commit(transaction).await
    }

    /// Refuses the file, and releases its storage.
    pub async fn refuse_upload(&self, after: &Upload) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        self.replace_upload(&mut transaction, after)?;
        self.put_storage_release(&mut transaction, after.size);
        self.put_attachment_state(&mut transaction, after).await?;
        self.put_upload_revision(&mut transaction, after);
        let used = keys::files_used(&keys::workspace(self.ws()));
        self.commit_with_directory(transaction, &[used]).await
    }

    /// Releases a checked file as an attachment; its message may have been sent before.
    pub async fn release_attachment(&self, after: &Upload) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        self.replace_upload(&mut transaction, after)?;
        self.put_attachment_state(&mut transaction, after).await?;
        self.put_upload_revision(&mut transaction, after);
        self.commit(transaction).await
    }

    /// Releases a checked file as a document or a version of one. Refused where the upload or
    /// the document changed since.
    pub async fn release_upload(
        &self,
        after: &Upload,
        new: &NewDocument,
        checked: &CheckedFile,
    ) -> Result<ReleaseOutcome, StoreError> {
        let Some((document, version)) = self.next_document_version(after, new, checked).await?
        else {
            return Ok(ReleaseOutcome::Refused(FileFlaw::TargetGone));
        };
        let mut transaction = self.transaction();
        self.replace_upload(&mut transaction, after)?;
        self.put_document(&mut transaction, &document, version)?;
        self.put_document_version(&mut transaction, &document)?;
        self.put_document_revision(&mut transaction, &document);
        let events = vec![NotificationEvent::of_document(
            &document,
            self.context.at(),
            after.by,
            &after.by_name,
        )];
        outbox::put_notifications(&mut transaction, &self.prefix(), &after.id, events)?;
        self.commit(transaction).await?;
        Ok(ReleaseOutcome::Released)
    }

    /// Releases a checked scan as an import; `false` where the engagement is gone. Its storage
    /// is released: the file is deleted when the import is over.
    pub async fn release_scan(
        &self,
        after: &Upload,
        engagement: EngagementId,
    ) -> Result<bool, StoreError> {
        if self.get_engagement(engagement).await?.is_none() {
            return Ok(false);
        }
        let (id, now) = (after.id.import_id(), self.context.at());
        let (name, size) = (&after.name, after.size);
        let import = Import::new(id, engagement, name, size, &after.by_name, now);
        let mut transaction = self.transaction();
        self.replace_upload(&mut transaction, after)?;
        self.put_import(&mut transaction, &import, now)?;
        self.put_storage_release(&mut transaction, after.size);
        let used = keys::files_used(&keys::workspace(self.ws()));
        self.commit_with_directory(transaction, &[used]).await?;
        Ok(true)
    }

    /// The document with the new version, and the version before; `None` where the document
    /// takes no more.
    async fn next_document_version(
        &self,
        upload: &Upload,
        new: &NewDocument,
        checked: &CheckedFile,
    ) -> Result<Option<(Document, Option<i64>)>, StoreError> {
        let revision = upload.document_version(checked);
        let Some(before) = new.replaces else {
            let document = Document::new(upload.document_id(), new, revision);
            return Ok(Some((document, None)));
        };
        let Some(before) = self.get_document(before).await? else {
            return Ok(None);
        };
        let after = add_version(&before, revision).ok();
        Ok(after.map(|after| (after, Some(before.version))))
    }

    pub(crate) fn put_storage_release(&self, transaction: &mut Transaction, bytes: i64) {
        let used = keys::files_used(&keys::workspace(self.ws()));
        transaction.update(Update::upsert(used).add("bytes", -bytes));
    }

    pub(crate) fn replace_upload(
        &self,
        transaction: &mut Transaction,
        after: &Upload,
    ) -> Result<(), StoreError> {
        let item = self.upload_item(after, after.at.max(self.context.at()))?;
        transaction.replace(item, after.version - 1);
        Ok(())
    }

    /// The item of an upload, in the list of its side until it is released.
    fn upload_item(&self, upload: &Upload, at: Timestamp) -> Result<Item, StoreError> {
        let prefix = self.prefix();
        let mut item = to_item("upload", &keys::upload(&prefix, upload.id), upload)?;
        let kept = at.saturating_add(REFUSAL_SHOWN_FOR).unwrap_or(at);
        item.insert("ttl".to_owned(), number(kept.as_second()));
        let listed = !matches!(upload.purpose, UploadPurpose::Import(_));
        if listed && upload.state != UploadState::Ready {
            let list = keys::upload_index_key(&prefix, upload.by_team, upload.id);
            add_index_key(&mut item, list);
        }
        Ok(item)
    }

    /// Puts new revisions for the pages that show the upload: for a document the team's, and
    /// the contacts' if they sent it; for an attachment those of its message's readers.
    fn put_upload_revision(&self, transaction: &mut Transaction, upload: &Upload) {
        match (&upload.purpose, upload.attached_to) {
            (UploadPurpose::Document(new), _) => {
                self.put_revisions(transaction, new.engagement, !upload.by_team);
            }
            (UploadPurpose::Attachment(engagement), Some(AttachmentTarget { shared, .. })) => {
                self.put_revisions(transaction, Some(*engagement), shared);
            }
            (UploadPurpose::Import(engagement), _) => {
                self.put_revisions(transaction, Some(*engagement), !upload.by_team);
            }
            (UploadPurpose::Attachment(_) | UploadPurpose::Evidence(_), _) => {}
        }
    }

    /// Updates the state of the attachment in its message.
    async fn put_attachment_state(
        &self,
        transaction: &mut Transaction,
        upload: &Upload,
    ) -> Result<(), StoreError> {
        let (UploadPurpose::Attachment(engagement), Some(bound)) =
            (&upload.purpose, upload.attached_to)
        else {
            return Ok(());
        };
        let found = self.get_message(*engagement, bound.message).await?;
        if let Some(found) = found {
            let after = found.message.with_file_state(upload.id, upload.state);
            self.replace_message(transaction, *engagement, &after, bound.shared)?;
        }
        Ok(())
    }

    pub(crate) fn put_revisions(
        &self,
        transaction: &mut Transaction,
        engagement: Option<EngagementId>,
        shared: bool,
    ) {
        let client = Update::existing(keys::meta(&self.prefix()));
        transaction.update(with_revision(client, shared));
        if let Some(id) = engagement {
            let row = Update::existing(keys::engagement_row(&self.prefix(), id));
            transaction.update(with_revision(row, shared));
        }
    }
}
