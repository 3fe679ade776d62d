//! Pictures of findings: their rows below the finding, which say who sees them.

use domain::audit::{AuditKind, AuditNote};
use domain::counts::Counts;
use domain::evidence::{Evidence, EvidenceImage, KEPT, MAX_EVIDENCE, NewEvidence};
use domain::file::FileFlaw;
use domain::finding::Finding;
use domain::id::{EngagementId, EvidenceId, FindingId};
use domain::upload::Upload;
use futures::future::try_join;

use crate::codec::{item, row};
use crate::error::StoreError;
use crate::keys;
use crate::outbox::{Effect, EvidenceRef, put_effect};
use crate::scope::{ClientScope, Store};
use crate::table::{Query, Range};
use crate::transact::Transaction;

impl Store<ClientScope> {
    /// Where a picture lies.
    pub fn evidence_key(&self, id: EvidenceId) -> String {
        keys::evidence_object(self.ws(), self.client_id(), id)
    }

    /// Where the small one of a picture lies.
    pub fn thumbnail_key(&self, id: EvidenceId) -> String {
        keys::thumbnail_object(self.ws(), self.client_id(), id)
    }

    /// The pictures of a finding, the oldest first; deleted ones are the team's.
    /// Whether the finding itself may be seen is for the caller to ask.
    pub async fn evidence(
        &self,
        engagement: EngagementId,
        finding: FindingId,
    ) -> Result<Vec<Evidence>, StoreError> {
        let range = Range::Prefix(keys::evidence_prefix(finding));
        let most = i32::try_from(MAX_EVIDENCE).unwrap_or(i32::MAX);
        let slice = self.query(Query::of(self.partition(engagement), range, most));
        let found = slice.await?.items.into_iter().map(row);
        let mut evidence: Vec<Evidence> = found.collect::<Result<_, _>>()?;
        evidence.retain(|one| self.shows(one));
        Ok(evidence)
    }

    /// One picture with its finding, where the holder may see both.
    pub async fn one_evidence(
        &self,
        engagement: EngagementId,
        finding: FindingId,
        id: EvidenceId,
    ) -> Result<Option<(Finding, Evidence)>, StoreError> {
        let key = keys::evidence(&self.partition(engagement), finding, id);
        let (finding, found) = try_join(self.finding(engagement, finding), self.get(&key)).await?;
        let evidence: Option<Evidence> = found.map(row).transpose()?;
        Ok(finding.zip(evidence.filter(|one| self.shows(one))))
    }

    /// A picture with all of its finding, for its page.
    pub async fn pictures(
        &self,
        engagement: EngagementId,
        finding: FindingId,
    ) -> Result<Option<(Finding, Vec<Evidence>)>, StoreError> {
        let (finding, evidence) = try_join(
            self.finding(engagement, finding),
            self.evidence(engagement, finding),
        )
        .await?;
        Ok(finding.map(|finding| (finding, evidence)))
    }

    fn shows(&self, evidence: &Evidence) -> bool {
        self.sees_drafts() || (evidence.shared && evidence.deleted.is_none())
    }

    /// Makes of a checked picture what it was sent for; why not, where the finding
    /// is gone or takes no more.
    pub async fn release_evidence(
        &self,
        after: &Upload,
        new: &NewEvidence,
        picture: &EvidenceImage,
    ) -> Result<Result<(), FileFlaw>, StoreError> {
        let found = self.pictures(new.engagement, new.finding).await?;
        let Some((finding, others)) = found else {
            return Ok(Err(FileFlaw::Gone));
        };
        if others.len() >= MAX_EVIDENCE {
            return Ok(Err(FileFlaw::Full));
        }
        let evidence = after.evidence(new, picture.clone());
        let mut transaction = self.transaction();
        self.replace_upload(&mut transaction, after)?;
        transaction.put_new(self.evidence_item(new.engagement, new.finding, &evidence)?);
        // What was sent was counted; what was made of it counts from now on.
        self.give_back(&mut transaction, after.size - picture.bytes);
        self.touch_evidence(&mut transaction, new.engagement, &finding, evidence.shared);
        let used = keys::files_used(&keys::workspace(self.ws()));
        self.commit_beside(transaction, &[used]).await?;
        Ok(Ok(()))
    }

    /// Puts `after` in place of the picture's row as it was before. Refused where
    /// it changed since.
    pub async fn change_evidence(
        &self,
        engagement: EngagementId,
        finding: &Finding,
        (before, after): (&Evidence, &Evidence),
    ) -> Result<(), StoreError> {
        let kind = match (before.deleted, after.deleted) {
            (None, Some(_)) => AuditKind::EvidenceDeleted,
            (Some(_), None) => AuditKind::EvidenceRestored,
            _ => AuditKind::EvidenceChanged,
        };
        let note = AuditNote::of(kind, &after.name)
            .change("finding", "", &finding.title)
            .change("caption", &before.caption, &after.caption);
        let mut transaction = self.transaction();
        let item = self.evidence_item(engagement, finding.id, after)?;
        transaction.replace(item, before.version);
        self.record(&mut transaction, note)?;
        if let (None, Some(at)) = (before.deleted, after.deleted) {
            let due = at.saturating_add(KEPT).unwrap_or(at);
            let effect = Effect::Evidence(EvidenceRef {
                engagement,
                finding: finding.id,
                evidence: after.id,
            });
            let id = self.trace.next();
            put_effect(&mut transaction, &self.prefix(), id, effect, due)?;
        }
        self.touch_evidence(&mut transaction, engagement, finding, after.shared);
        self.commit(transaction).await
    }

    /// Forgets a deleted picture whose objects are gone, and gives its bytes back.
    pub async fn forget_evidence(
        &self,
        piece: EvidenceRef,
        evidence: &Evidence,
    ) -> Result<(), StoreError> {
        let key = keys::evidence(
            &self.partition(piece.engagement),
            piece.finding,
            piece.evidence,
        );
        let mut transaction = self.transaction();
        transaction.delete_version(&key, evidence.version);
        self.give_back(&mut transaction, evidence.picture.bytes);
        let used = keys::files_used(&keys::workspace(self.ws()));
        self.commit_beside(transaction, &[used]).await
    }

    fn evidence_item(
        &self,
        engagement: EngagementId,
        finding: FindingId,
        evidence: &Evidence,
    ) -> Result<crate::codec::Item, StoreError> {
        let key = keys::evidence(&self.partition(engagement), finding, evidence.id);
        item("evidence", &key, evidence)
    }

    /// Lets pages know that show it: the client's where it can see both.
    fn touch_evidence(
        &self,
        transaction: &mut Transaction,
        engagement: EngagementId,
        finding: &Finding,
        shared: bool,
    ) {
        let shared = shared && finding.status.is_published();
        self.count(transaction, engagement, &Counts::default(), shared, 0);
    }
}
