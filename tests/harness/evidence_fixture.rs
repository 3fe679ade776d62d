//! What a client of the cast has of pictures, and of files that go along with messages.

use domain::evidence::{EvidenceImage, NewEvidence, delete_evidence};
use domain::file::{FileName, FileType};
use domain::id::{EngagementId, EvidenceId, FindingId, UploadId};
use domain::person::Person;
use domain::plan::Plan;
use domain::upload::{Upload, UploadPurpose, create_upload};
use store::{ClientScope, Store};

use crate::document_fixture::{CONTENT, actor};
use crate::world::World;

/// A client's pictures, of its open finding.
#[derive(Clone, Copy)]
pub struct EvidenceFixture {
    /// What a contact sent.
    pub proof: EvidenceId,
    /// What the team keeps to itself.
    pub secret: EvidenceId,
    /// What is deleted.
    pub gone: EvidenceId,
}

impl EvidenceFixture {
    pub(crate) async fn create(
        world: &World,
        store: &Store<ClientScope>,
        (engagement, finding): (EngagementId, FindingId),
        (member, contact): (&Person, &Person),
        (mark, secret): (&str, &str),
    ) -> Self {
        let keep = async |person: &Person, caption: &str, shared: bool| {
            let new = NewEvidence {
                engagement,
                finding,
                caption: caption.to_owned(),
                shared,
            };
            evidence(world, store, person, new).await
        };
        let proof = keep(contact, &format!("Proof {mark}"), true).await;
        let hidden = keep(member, &format!("Notes {secret}"), false).await;
        let gone = keep(member, &format!("Old {secret}"), true).await;
        let found = store.get_evidence(engagement, finding, gone).await;
        let (finding, before) = found.expect("the table").expect("there");
        let after = delete_evidence(&before, &actor(member), world.now()).expect("allowed");
        let changed = store.update_evidence(engagement, &finding, &before, &after);
        changed.await.expect("deleted");
        Self {
            proof,
            secret: hidden,
            gone,
        }
    }
}

/// A file that was announced and is said to be there.
async fn arrived(
    world: &World,
    store: &Store<ClientScope>,
    person: &Person,
    (name, purpose): (&str, UploadPurpose),
) -> Upload {
    let file = FileName::parse(name).expect("a name");
    let size = i64::try_from(CONTENT.len()).expect("few");
    let id: UploadId = world.app.new_id();
    let upload = create_upload(id, purpose, &file, size, &actor(person), world.now());
    let upload = upload.expect("fit");
    store
        .create_upload(&upload, Plan::Team)
        .await
        .expect("announced");
    let there = upload.mark_arrived().expect("announced");
    store.record_upload_arrival(&there).await.expect("there");
    there
}

/// A picture, as if it had been sent and made anew.
pub async fn evidence(
    world: &World,
    store: &Store<ClientScope>,
    person: &Person,
    new: NewEvidence,
) -> EvidenceId {
    let purpose = UploadPurpose::Evidence(new.clone());
    let there = arrived(world, store, person, ("shot.png", purpose)).await;
    let released = there.release().expect("checked");
    let (files, id) = (&world.app.services.files, there.id.evidence_id());
    for key in [
        store.evidence_object_key(id),
        store.thumbnail_object_key(id),
    ] {
        let kept = files.put(&key, b"\x89PNG\r\n\x1a\n".to_vec(), "image/png");
        kept.await.expect("kept");
    }
    let picture = EvidenceImage {
        file_type: FileType::Png,
        width: 640,
        height: 480,
        bytes: 16,
        sha256: "0".repeat(64),
    };
    let made = store.release_evidence(&released, &new, &picture).await;
    let outcome = made.expect("the table");
    assert_eq!(outcome, store::ReleaseOutcome::Released);
    id
}

/// A file for a message in an engagement's thread, as if it had been sent and checked.
pub async fn attachment(
    world: &World,
    store: &Store<ClientScope>,
    person: &Person,
    engagement: EngagementId,
    name: &str,
) -> Upload {
    let purpose = UploadPurpose::Attachment(engagement);
    let there = arrived(world, store, person, (name, purpose)).await;
    let released = there.release().expect("checked");
    let key = store.attachment_object_key(there.id);
    let kept = world
        .app
        .services
        .files
        .put(&key, CONTENT.into(), "text/plain");
    kept.await.expect("kept");
    let made = store.release_attachment(&released).await;
    made.expect("released");
    released
}
