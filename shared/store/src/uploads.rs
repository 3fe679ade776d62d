//! Files on their way in: announced against the workspace's quota, said to be
//! there, and then released or refused, once.

use domain::audit::{AuditKind, AuditNote};
use domain::document::{Document, NewDocument, supersede};
use domain::file::{CheckedFile, FileFlaw, size_label};
use domain::id::{EngagementId, UploadId};
use domain::import::job::Import;
use domain::notification::NotificationEvent;
use domain::plan::{Plan, PlanLimit, PlanLimitReached};
use domain::upload::{AttachmentTarget, SHOWN, Upload, UploadPurpose, UploadState};
use futures::future::try_join;
use jiff::Timestamp;

use crate::codec::{Item, integer, item, number, place, row};
use crate::engagements::bump;
use crate::error::{StoreError, WriteOutcome, once};
use crate::keys::{self, Index};
use crate::outbox::{self, Effect, put_effect};
use crate::scope::{ClientScope, Store, WorkspaceScope};
use crate::table::{Query, Range};
use crate::transact::{Transaction, Update};

/// Uploads of one side that a page lists at most.
const LISTED: i32 = 20;

/// How an announcement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnnounceOutcome {
    /// It can be sent now.
    Done,
    /// It was announced before.
    Repeated,
    /// The workspace has no room for it.
    Full(PlanLimitReached),
}

impl Store<WorkspaceScope> {
    /// Bytes of all files of the workspace, those on their way in among them.
    pub async fn files_used(&self) -> Result<i64, StoreError> {
        let found = self.get(&keys::files_used(&self.prefix())).await?;
        Ok(found.map_or(0, |item| integer(&item, "bytes")))
    }
}

impl Store<ClientScope> {
    /// Where the file lies until it is checked.
    pub fn incoming_key(&self, id: UploadId) -> String {
        keys::incoming_object(self.ws(), self.client_id(), id)
    }

    /// Announces a file; its bytes count from now on, to no more than `plan` has
    /// room for. By the process's credentials, since the count is the workspace's.
    pub async fn announce(
        &self,
        upload: &Upload,
        plan: Plan,
    ) -> Result<AnnounceOutcome, StoreError> {
        let [over, _] = upload.id.effects();
        let used = keys::files_used(&keys::workspace(self.ws()));
        let room = plan.leaves(PlanLimit::Storage, upload.size);
        let mut transaction = self.transaction();
        transaction.put_new(self.upload_item(upload, self.trace.at())?);
        let condition = "(attribute_not_exists(bytes) OR bytes <= :room)";
        let count = Update::upsert(used.clone()).add("bytes", upload.size);
        transaction.update(count.when(condition, ":room", number(room)));
        let effect = Effect::Upload(upload.id);
        put_effect(
            &mut transaction,
            &self.prefix(),
            over,
            effect,
            upload.ends(),
        )?;
        match once(self.commit_beside(transaction, &[used]).await) {
            Ok(WriteOutcome::Done) => Ok(AnnounceOutcome::Done),
            Ok(WriteOutcome::Repeated) => Ok(AnnounceOutcome::Repeated),
            Err(StoreError::Refused(1)) => self.full(plan, upload.size).await,
            Err(error) => Err(error),
        }
    }

    /// That there is no room for so many bytes. How much is used is the team's to know.
    async fn full(&self, plan: Plan, size: i64) -> Result<AnnounceOutcome, StoreError> {
        let limit = PlanLimit::Storage;
        if !self.sees_drafts() {
            let used = plan.most(limit);
            return Ok(AnnounceOutcome::Full(PlanLimitReached {
                limit,
                plan,
                used,
            }));
        }
        let key = keys::files_used(&keys::workspace(self.ws()));
        let found = self.table.get(&key, true).await?;
        let used = found.map_or(0, |item| integer(&item, "bytes"));
        let full = plan.room(limit, used, size).err();
        // Where there is room by now: the same again will do.
        full.map(AnnounceOutcome::Full).ok_or(StoreError::Busy)
    }

    /// Where what goes along with a message lies.
    pub fn attachment_key(&self, id: UploadId) -> String {
        keys::attachment_object(self.ws(), self.client_id(), id)
    }

    /// An upload of the holder's own side; of either, for the team.
    pub async fn upload(&self, id: UploadId) -> Result<Option<Upload>, StoreError> {
        let found = self.get(&keys::upload(&self.prefix(), id)).await?;
        let upload: Option<Upload> = found.map(row).transpose()?;
        Ok(upload.filter(|upload| self.sees_drafts() || !upload.by_team))
    }

    /// The newest uploads that aren't what they were sent for: on their way, or
    /// refused a short while ago.
    pub async fn uploads(&self, now: Timestamp) -> Result<Vec<Upload>, StoreError> {
        let of = async |by_team: bool| {
            if by_team && !self.sees_drafts() {
                return Ok::<_, StoreError>(Vec::new());
            }
            let list = keys::uploads(&self.prefix(), by_team);
            let query = Query::of(list, Range::UpTo("~".to_owned()), LISTED).on(Index::Gsi1);
            Ok(self.query(query.descending()).await?.items)
        };
        let (team, contacts) = try_join(of(true), of(false)).await?;
        let mut uploads = Vec::new();
        for found in team.into_iter().chain(contacts) {
            let upload: Upload = row(found)?;
            let shown = upload.at.saturating_add(SHOWN).is_ok_and(|end| now < end);
            uploads.extend(Some(upload).filter(|_| shown));
        }
        uploads.sort_by_key(|upload| std::cmp::Reverse(upload.id));
        Ok(uploads)
    }

    /// Notes that the file is said to be there: it will be checked.
    pub async fn upload_arrived(&self, after: &Upload) -> Result<(), StoreError> {
        let [_, there] = after.id.effects();
        let now = self.trace.at();
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
        let note = note.change("size", "", &size_label(after.size));
        self.record(&mut transaction, note)?;
        self.touch_shown(&mut transaction, after);
        self.commit(transaction).await
    }

    /// Notes that the file is refused, and gives its bytes back.
    pub async fn refuse_upload(&self, after: &Upload) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        self.replace_upload(&mut transaction, after)?;
        self.give_back(&mut transaction, after.size);
        self.note_checked(&mut transaction, after).await?;
        self.touch_shown(&mut transaction, after);
        let used = keys::files_used(&keys::workspace(self.ws()));
        self.commit_beside(transaction, &[used]).await
    }

    /// Makes a checked file what goes along with a message, which may have been
    /// sent before.
    pub async fn release_attachment(&self, after: &Upload) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        self.replace_upload(&mut transaction, after)?;
        self.note_checked(&mut transaction, after).await?;
        self.touch_shown(&mut transaction, after);
        self.commit(transaction).await
    }

    /// Makes of a checked file the document that it was sent for; why not, where
    /// what it was sent for is gone. Refused where the upload or the document changed
    /// since.
    pub async fn release_upload(
        &self,
        after: &Upload,
        new: &NewDocument,
        checked: &CheckedFile,
    ) -> Result<Result<(), FileFlaw>, StoreError> {
        let Some((document, version)) = self.superseding(after, new, checked).await? else {
            return Ok(Err(FileFlaw::Gone));
        };
        let mut transaction = self.transaction();
        self.replace_upload(&mut transaction, after)?;
        self.put_document(&mut transaction, &document, version)?;
        self.put_revision(&mut transaction, &document)?;
        self.touch_document(&mut transaction, &document);
        let by = (after.by, after.by_name.as_str());
        let news = vec![NotificationEvent::of_document(
            &document,
            self.trace.at(),
            by,
        )];
        outbox::put_news(&mut transaction, &self.prefix(), &after.id, news)?;
        self.commit(transaction).await?;
        Ok(Ok(()))
    }

    /// Makes an import of a scan; whether its engagement is there. Its bytes are
    /// given back: the file goes when the import is over.
    pub async fn release_scan(
        &self,
        after: &Upload,
        engagement: EngagementId,
    ) -> Result<bool, StoreError> {
        if self.engagement(engagement).await?.is_none() {
            return Ok(false);
        }
        let ids = (after.id.import(), engagement);
        let file = (after.name.as_str(), after.size);
        let now = self.trace.at();
        let import = Import::uploaded(ids, file, &after.by_name, now);
        let mut transaction = self.transaction();
        self.replace_upload(&mut transaction, after)?;
        self.put_import(&mut transaction, &import, now)?;
        self.give_back(&mut transaction, after.size);
        let used = keys::files_used(&keys::workspace(self.ws()));
        self.commit_beside(transaction, &[used]).await?;
        Ok(true)
    }

    /// The document that it makes, and the version before it; `None` where the one
    /// that it was to be a version of takes none.
    async fn superseding(
        &self,
        upload: &Upload,
        new: &NewDocument,
        checked: &CheckedFile,
    ) -> Result<Option<(Document, Option<i64>)>, StoreError> {
        let revision = upload.revision(checked);
        let Some(before) = new.replaces else {
            let document = Document::first(upload.document(), new, revision);
            return Ok(Some((document, None)));
        };
        let Some(before) = self.document(before).await? else {
            return Ok(None);
        };
        let after = supersede(&before, revision).ok();
        Ok(after.map(|after| (after, Some(before.version))))
    }

    pub(crate) fn give_back(&self, transaction: &mut Transaction, bytes: i64) {
        let used = keys::files_used(&keys::workspace(self.ws()));
        transaction.update(Update::upsert(used).add("bytes", -bytes));
    }

    pub(crate) fn replace_upload(
        &self,
        transaction: &mut Transaction,
        after: &Upload,
    ) -> Result<(), StoreError> {
        let item = self.upload_item(after, after.at.max(self.trace.at()))?;
        transaction.replace(item, after.version - 1);
        Ok(())
    }

    /// It stands in the list of its side until it is what it was sent for.
    fn upload_item(&self, upload: &Upload, at: Timestamp) -> Result<Item, StoreError> {
        let prefix = self.prefix();
        let mut item = item("upload", &keys::upload(&prefix, upload.id), upload)?;
        let kept = at.saturating_add(SHOWN).unwrap_or(at);
        item.insert("ttl".to_owned(), number(kept.as_second()));
        let listed = !matches!(upload.purpose, UploadPurpose::Import(_));
        if listed && upload.state != UploadState::Ready {
            let list = keys::upload_place(&prefix, upload.by_team, upload.id);
            place(&mut item, list);
        }
        Ok(item)
    }

    /// Lets the pages that show the upload know: of documents the team's, and for
    /// what contacts send theirs too; of what goes along with a message its readers'.
    fn touch_shown(&self, transaction: &mut Transaction, upload: &Upload) {
        match (&upload.purpose, upload.bound) {
            (UploadPurpose::Document(new), _) => {
                self.touch_files(transaction, new.engagement, !upload.by_team);
            }
            (UploadPurpose::Attachment(engagement), Some(AttachmentTarget { shared, .. })) => {
                self.touch_files(transaction, Some(*engagement), shared);
            }
            (UploadPurpose::Import(engagement), _) => {
                self.touch_files(transaction, Some(*engagement), !upload.by_team);
            }
            (UploadPurpose::Attachment(_) | UploadPurpose::Evidence(_), _) => {}
        }
    }

    /// Lets the message know that the upload goes along with.
    async fn note_checked(
        &self,
        transaction: &mut Transaction,
        upload: &Upload,
    ) -> Result<(), StoreError> {
        let (UploadPurpose::Attachment(engagement), Some(bound)) = (&upload.purpose, upload.bound)
        else {
            return Ok(());
        };
        let found = self.message(*engagement, bound.message).await?;
        if let Some(found) = found {
            let after = found.message.checked(upload.id, upload.state);
            self.replace_message(transaction, *engagement, (&after, bound.shared))?;
        }
        Ok(())
    }

    pub(crate) fn touch_files(
        &self,
        transaction: &mut Transaction,
        engagement: Option<EngagementId>,
        shared: bool,
    ) {
        let client = Update::existing(keys::meta(&self.prefix()));
        transaction.update(bump(client, shared));
        if let Some(id) = engagement {
            let row = Update::existing(keys::engagement_row(&self.prefix(), id));
            transaction.update(bump(row, shared));
        }
    }
}
