//! The pictures of a finding, as its page shows them, and the ways to add some.

use domain::evidence::{Evidence, may_add};
use domain::id::{EvidenceId, UploadId};
use domain::role::Role;
use serde::Serialize;
use web::Form;
use web::view::UploadForm;

/// The pictures that a finding's texts may show.
#[derive(Debug, Serialize)]
pub(crate) struct EvidenceLinks {
    /// What their addresses begin with.
    base: String,
    ids: Vec<EvidenceId>,
}

/// The pictures of a finding.
#[derive(Debug, Serialize)]
pub(crate) struct EvidenceGallery {
    #[serde(flatten)]
    shown: EvidenceLinks,
    rows: Vec<EvidenceView>,
    /// Those that are deleted and can be restored: the team's to see.
    gone: Vec<EvidenceView>,
    send: Option<UploadForm>,
    paste: Option<PasteTarget>,
}

/// One of them.
#[derive(Debug, Serialize)]
pub(crate) struct EvidenceView {
    href: String,
    name: String,
    by: String,
    side: &'static str,
    internal: bool,
}

/// Where pictures go that are pasted into a text.
#[derive(Debug, Serialize)]
pub(crate) struct PasteTarget {
    action: String,
    id: UploadId,
}

impl PasteTarget {
    /// To the pictures below `base`, under ids from `id` on.
    pub(crate) fn new(base: &str, id: UploadId) -> Self {
        Self {
            action: base.to_owned(),
            id,
        }
    }
}

impl EvidenceView {
    fn new(evidence: &Evidence, base: &str) -> Self {
        Self {
            href: format!("{base}/{}", evidence.id),
            name: title(evidence),
            by: evidence.by_name.clone(),
            side: if evidence.by_team { "team" } else { "client" },
            internal: !evidence.shared,
        }
    }
}

/// What a picture is called: its caption, or the file's name.
pub(crate) fn title(evidence: &Evidence) -> String {
    if evidence.caption.is_empty() {
        evidence.name.clone()
    } else {
        evidence.caption.clone()
    }
}

/// What the addresses of the pictures of the finding at `here` begin with.
pub(crate) fn base(here: &str) -> String {
    format!("{here}/evidence")
}

impl EvidenceLinks {
    /// Those of the finding at `here`.
    pub(crate) fn new(evidence: &[Evidence], here: &str) -> Self {
        let there = evidence.iter().filter(|one| one.deleted.is_none());
        Self {
            base: base(here),
            ids: there.map(|one| one.id).collect(),
        }
    }
}

impl EvidenceGallery {
    /// Those of the finding at `here`, for somebody of this role. New ones get ids from
    /// these on, by the form and by pasting.
    pub(crate) fn new(
        evidence: &[Evidence],
        (here, role): (&str, Role),
        ids: [UploadId; 2],
        form: Form,
    ) -> Self {
        let base = base(here);
        let [sent, pasted] = ids;
        let there = || evidence.iter().filter(|one| one.deleted.is_none());
        let gone = evidence.iter().filter(|one| one.deleted.is_some());
        let may = may_add(role);
        let send = may.then(|| UploadForm::new(&base, form, sent).of_pictures(role.is_team()));
        Self {
            shown: EvidenceLinks::new(evidence, here),
            rows: there().map(|one| EvidenceView::new(one, &base)).collect(),
            gone: gone.map(|one| EvidenceView::new(one, &base)).collect(),
            send,
            paste: may.then(|| PasteTarget::new(&base, pasted)),
        }
    }
}

/// A picture, for pages' samples.
pub(crate) fn evidence_sample() -> Evidence {
    use domain::evidence::EvidenceImage;
    use domain::file::FileType;
    Evidence {
        id: EvidenceId::new(1, 1),
        caption: "The box <script>alert(1)</script>".to_owned(),
        name: "box.png".to_owned(),
        picture: EvidenceImage {
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
