//! Evidence: the images of findings, as rows below the finding that say who sees them.

use domain::audit::{AuditKind, AuditNote};
use domain::evidence::{Evidence, EvidenceImage, MAX_EVIDENCE, NewEvidence, RETENTION};
use domain::file::FileFlaw;
use domain::finding::{Counts, Finding};
use domain::id::{EngagementId, EvidenceId, FindingId};
use domain::upload::Upload;
use futures::future::try_join;

use crate::error::StoreError;
use crate::records::outbox::effect::{Effect, EvidenceRef};
use crate::records::outbox::outbox::put_effect;
use crate::records::uploads::ReleaseOutcome;
use crate::table::codec::{from_item, to_item};
use crate::table::keys;
use crate::table::query::{Query, Range};
use crate::table::transaction::Transaction;
use crate::tenancy::scope::{ClientScope, Store};

impl Store<ClientScope> {
    /// The object key of an image.
    pub fn evidence_object_key(&self, id: EvidenceId) -> String {
        keys::evidence_object(self.ws(), self.client_id(), id)
    }

    /// The object key of an image's thumbnail.
    pub fn thumbnail_object_key(&self, id: EvidenceId) -> String {
        keys::thumbnail_object(self.ws(), self.client_id(), id)
    }

    /// The images of a finding, the oldest first; deleted ones only for the team. Whether the
    /// finding itself may be seen is for the caller to check.
    pub async fn list_evidence(
        &self,
        engagement: EngagementId,
        finding: FindingId,
    ) -> Result<Vec<Evidence>, StoreError> {
        let range = Range::Prefix(keys::evidence_prefix(finding));
        let most = i32::try_from(MAX_EVIDENCE).unwrap_or(i32::MAX);
        let page = self.query(Query::of(
            self.engagement_partition(engagement),
            range,
            most,
        ));
        let found = page.await?.items.into_iter().map(from_item);
        let mut evidence: Vec<Evidence> = found.collect::<Result<_, _>>()?;
        evidence.retain(|evidence| self.may_see_evidence(evidence));
        Ok(evidence)
    }

    /// One image with its finding, where the holder may see both.
    pub async fn get_evidence(
        &self,
        engagement: EngagementId,
        finding: FindingId,
        id: EvidenceId,
    ) -> Result<Option<(Finding, Evidence)>, StoreError> {
        let key = keys::evidence(&self.engagement_partition(engagement), finding, id);
        let (finding, found) =
            try_join(self.get_finding(engagement, finding), self.get(&key)).await?;
        let evidence: Option<Evidence> = found.map(from_item).transpose()?;
        Ok(finding.zip(evidence.filter(|evidence| self.may_see_evidence(evidence))))
    }

    /// A finding with all of its images.
    pub async fn get_finding_with_evidence(
        &self,
        engagement: EngagementId,
        finding: FindingId,
    ) -> Result<Option<(Finding, Vec<Evidence>)>, StoreError> {
        let (finding, evidence) = try_join(
            self.get_finding(engagement, finding),
            self.list_evidence(engagement, finding),
        )
        .await?;
        Ok(finding.map(|finding| (finding, evidence)))
    }

    fn may_see_evidence(&self, evidence: &Evidence) -> bool {
        self.sees_drafts() || (evidence.shared && evidence.deleted.is_none())
    }

    /// Makes evidence of a checked image; refused where the finding is gone or has the maximum.
    pub async fn release_evidence(
        &self,
        after: &Upload,
        new: &NewEvidence,
        image: &EvidenceImage,
    ) -> Result<ReleaseOutcome, StoreError> {
        let found = self
            .get_finding_with_evidence(new.engagement, new.finding)
            .await?;
        let Some((finding, others)) = found else {
            return Ok(ReleaseOutcome::Refused(FileFlaw::TargetGone));
        };
        if others.len() >= MAX_EVIDENCE {
            return Ok(ReleaseOutcome::Refused(FileFlaw::TargetFull));
        }
        let evidence = after.to_evidence(new, image.clone());
        let mut transaction = self.transaction();
        self.replace_upload(&mut transaction, after)?;
        transaction.put_new(self.evidence_item(new.engagement, new.finding, &evidence)?);
        // What was sent was counted; what was made of it counts from now on.
        self.put_storage_release(&mut transaction, after.size - image.bytes);
        self.put_evidence_revision(&mut transaction, new.engagement, &finding, evidence.shared);
        let used = keys::files_used(&keys::workspace(self.ws()));
        self.commit_with_directory(transaction, &[used]).await?;
        Ok(ReleaseOutcome::Released)
    }

    /// Replaces the image's row by `after`. Refused where it changed since.
    pub async fn update_evidence(
        &self,
        engagement: EngagementId,
        finding: &Finding,
        before: &Evidence,
        after: &Evidence,
    ) -> Result<(), StoreError> {
        let kind = match (before.deleted, after.deleted) {
            (None, Some(_)) => AuditKind::EvidenceDeleted,
            (Some(_), None) => AuditKind::EvidenceRestored,
            _ => AuditKind::EvidenceChanged,
        };
        let note = AuditNote::of(kind, &after.name)
            .with_change("finding", "", &finding.title)
            .with_change("caption", &before.caption, &after.caption);
        let mut transaction = self.transaction();
        let item = self.evidence_item(engagement, finding.id, after)?;
        transaction.replace(item, before.version);
        self.record(&mut transaction, note)?;
        if let (None, Some(at)) = (before.deleted, after.deleted) {
            let due = at.saturating_add(RETENTION).unwrap_or(at);
            let effect = Effect::Evidence(EvidenceRef {
                engagement,
                finding: finding.id,
                evidence: after.id,
            });
            let id = self.context.next_id();
            put_effect(&mut transaction, &self.prefix(), id, effect, due)?;
        }
        self.put_evidence_revision(&mut transaction, engagement, finding, after.shared);
        self.commit(transaction).await
    }

    /// Deletes an image for good after its objects, and releases their storage.
    pub async fn delete_evidence(
        &self,
        reference: EvidenceRef,
        evidence: &Evidence,
    ) -> Result<(), StoreError> {
        let key = keys::evidence(
            &self.engagement_partition(reference.engagement),
            reference.finding,
            reference.evidence,
        );
        let mut transaction = self.transaction();
        transaction.delete_version(&key, evidence.version);
        self.put_storage_release(&mut transaction, evidence.image.bytes);
        let used = keys::files_used(&keys::workspace(self.ws()));
        self.commit_with_directory(transaction, &[used]).await
    }

    fn evidence_item(
        &self,
        engagement: EngagementId,
        finding: FindingId,
        evidence: &Evidence,
    ) -> Result<crate::table::codec::Item, StoreError> {
        let key = keys::evidence(&self.engagement_partition(engagement), finding, evidence.id);
        to_item("evidence", &key, evidence)
    }

    /// Puts new revisions for the pages that show it: the client's where the client sees both.
    fn put_evidence_revision(
        &self,
        transaction: &mut Transaction,
        engagement: EngagementId,
        finding: &Finding,
        shared: bool,
    ) {
        let shared = shared && finding.status.is_published();
        self.add_totals(transaction, engagement, &Counts::default(), shared, 0);
    }
}
