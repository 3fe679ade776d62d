//! The evidence of a finding, as its page shows it, with the form to add some.

use domain::evidence::{Evidence, may_add};
use domain::id::{EvidenceId, UploadId};
use domain::role::Role;
use serde::Serialize;
use web::Form;
use web::links;
use web::view::UploadForm;

use crate::paths::FindingRef;

/// The evidence that a finding's texts may show.
#[derive(Debug, Serialize)]
pub(crate) struct EvidenceLinks {
    /// The beginning of their addresses.
    base: String,
    ids: Vec<EvidenceId>,
}

#[derive(Debug, Serialize)]
pub(crate) struct EvidenceGallery {
    #[serde(flatten)]
    shown: EvidenceLinks,
    rows: Vec<EvidenceView>,
    /// Deleted evidence that can be restored, for the team.
    gone: Vec<EvidenceView>,
    send: Option<UploadForm>,
    paste: Option<PasteTarget>,
}

#[derive(Debug, Serialize)]
pub(crate) struct EvidenceView {
    href: String,
    name: String,
    by: String,
    side: &'static str,
    internal: bool,
}

/// The address and the id of images that are pasted into a text.
#[derive(Debug, Serialize)]
pub(crate) struct PasteTarget {
    action: String,
    id: UploadId,
}

impl PasteTarget {
    /// Sends images to the evidence of `finding`, under ids from `id` on.
    pub(crate) fn new(finding: FindingRef, id: UploadId) -> Self {
        Self {
            action: finding.evidence_href(),
            id,
        }
    }
}

impl EvidenceView {
    fn new(evidence: &Evidence, finding: FindingRef) -> Self {
        let FindingRef {
            base,
            engagement,
            finding,
        } = finding;
        Self {
            href: links::evidence(base, engagement, finding, evidence.id),
            name: evidence_title(evidence),
            by: evidence.by_name.clone(),
            side: if evidence.by_team { "team" } else { "client" },
            internal: !evidence.shared,
        }
    }
}

/// The caption, or else the file's name.
pub(crate) fn evidence_title(evidence: &Evidence) -> String {
    if evidence.caption.is_empty() {
        evidence.name.clone()
    } else {
        evidence.caption.clone()
    }
}

impl EvidenceLinks {
    /// The evidence of `finding` that is not deleted.
    pub(crate) fn new(evidence: &[Evidence], finding: FindingRef) -> Self {
        let present = evidence
            .iter()
            .filter(|evidence| evidence.deleted.is_none());
        Self {
            base: finding.evidence_href(),
            ids: present.map(|evidence| evidence.id).collect(),
        }
    }
}

impl EvidenceGallery {
    /// The evidence of `finding` for an actor of `role`. New images get ids from `ids` on: the
    /// first for the form, the second for pasting.
    pub(crate) fn new(
        evidence: &[Evidence],
        finding: FindingRef,
        role: Role,
        ids: [UploadId; 2],
        form: Form,
    ) -> Self {
        let [form_id, paste_id] = ids;
        let (deleted, present): (Vec<&Evidence>, Vec<&Evidence>) = evidence
            .iter()
            .partition(|evidence| evidence.deleted.is_some());
        let views = |evidence: Vec<&Evidence>| {
            let views = evidence.into_iter();
            views
                .map(|evidence| EvidenceView::new(evidence, finding))
                .collect()
        };
        let may_send = may_add(role);
        let action = finding.evidence_href();
        let send =
            may_send.then(|| UploadForm::new(&action, form, form_id).for_images(role.is_team()));
        Self {
            shown: EvidenceLinks::new(evidence, finding),
            rows: views(present),
            gone: views(deleted),
            send,
            paste: may_send.then(|| PasteTarget::new(finding, paste_id)),
        }
    }
}

/// An image, for pages' samples.
pub(crate) fn evidence_sample() -> Evidence {
    use domain::evidence::EvidenceImage;
    use domain::file::FileType;
    Evidence {
        id: EvidenceId::new(1, 1),
        caption: "The box <script>alert(1)</script>".to_owned(),
        name: "box.png".to_owned(),
        image: EvidenceImage {
            file_type: FileType::Png,
            width: 1280,
            height: 720,
            bytes: 80_000,
            sha256: "0".repeat(64),
        },
        by: domain::id::UserId::new(1, 1),
        by_name: "Carl <b>".to_owned(),
        by_team: false,
        at: jiff::Timestamp::UNIX_EPOCH,
        shared: true,
        deleted: None,
        version: 1,
    }
}
