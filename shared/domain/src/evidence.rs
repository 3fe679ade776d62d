//! Evidence: images that show a finding, with a caption. The worker draws each anew from the uploaded
//! file. Texts refer to one by its id.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::file::FileType;
use crate::finding::Finding;
use crate::id::{EngagementId, EvidenceId, FindingId, UserId};
use crate::input::FieldErrors;
use crate::person::Actor;
use crate::role::{Action, Role};

/// Images of one finding at most, deleted ones that can still be restored included.
pub const MAX_EVIDENCE: usize = 60;
/// Bytes of an uploaded image at most.
pub const MAX_IMAGE_BYTES: i64 = 10 * 1024 * 1024;
/// For how long a deleted image can be restored.
pub const RETENTION: SignedDuration = SignedDuration::from_hours(24 * 30);
/// The scheme of an image's address in a text: `![words](evidence:<id>)`.
pub const SCHEME: &str = "evidence:";

const MAX_CAPTION: usize = 200;

/// The submitted form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EvidenceInput {
    pub caption: String,
    /// Not empty where only the team is to see it.
    pub internal: String,
}

/// An image that was announced and isn't uploaded yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEvidence {
    pub engagement: EngagementId,
    pub finding: FindingId,
    /// One line; can be empty.
    pub caption: String,
    /// Whether the client sees it, once the finding is published.
    pub shared: bool,
}

/// The drawn image in the bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceImage {
    /// PNG or JPEG.
    pub file_type: FileType,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// With those of its thumbnail.
    pub bytes: i64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

/// An image that shows a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// In order of time.
    pub id: EvidenceId,
    /// One line; can be empty.
    pub caption: String,
    /// The name of the uploaded file.
    pub name: String,
    #[serde(rename = "picture")]
    pub image: EvidenceImage,
    pub by: UserId,
    /// The uploader's name at that time.
    pub by_name: String,
    pub by_team: bool,
    pub at: Timestamp,
    /// Whether the client sees it, once the finding is published.
    pub shared: bool,
    /// The time of its deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Timestamp>,
    /// Increases with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

/// Why a change is not permitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidenceRefusal {
    /// The role may not, or it is another person's image.
    Role,
    /// It is deleted already, or can't be restored any more.
    State,
    /// The caption can't be accepted.
    Invalid(FieldErrors),
}

/// Whether a person of `role` may add images to a finding that they see.
pub const fn may_add(role: Role) -> bool {
    role.may(Action::UploadDocuments)
}

/// Whether `actor` may change the caption of an image, or delete it: the team any, a contact their own.
pub fn may_change(evidence: &Evidence, actor: &Actor) -> bool {
    let role = actor.role;
    evidence.deleted.is_none()
        && (role.may(Action::ManageDocuments) || (may_add(role) && evidence.by == actor.user))
}

/// Whether `actor` may restore a deleted image.
pub fn may_restore(evidence: &Evidence, actor: &Actor, now: Timestamp) -> bool {
    actor.role.may(Action::ManageDocuments)
        && evidence.deleted.is_some()
        && !is_purgeable(evidence, now)
}

impl EvidenceInput {
    /// Checks the form of a person of `role`. Only the team's images can be internal.
    pub fn parse(
        &self,
        role: Role,
        engagement: EngagementId,
        finding: &Finding,
    ) -> Result<NewEvidence, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let caption = invalid.parse_optional_line("caption", &self.caption, MAX_CAPTION);
        invalid.into_result(NewEvidence {
            engagement,
            finding: finding.id,
            caption,
            shared: !role.is_team() || self.internal.is_empty(),
        })
    }
}

/// The image with another caption.
pub fn update_caption(
    evidence: &Evidence,
    actor: &Actor,
    text: &str,
) -> Result<Evidence, EvidenceRefusal> {
    if !may_change(evidence, actor) {
        return Err(EvidenceRefusal::Role);
    }
    let mut invalid = FieldErrors::default();
    let caption = invalid.parse_optional_line("caption", text, MAX_CAPTION);
    let caption = invalid
        .into_result(caption)
        .map_err(EvidenceRefusal::Invalid)?;
    Ok(Evidence {
        caption,
        version: evidence.version + 1,
        ..evidence.clone()
    })
}

/// The image, deleted; it can be restored within [`RETENTION`].
pub fn delete_evidence(
    evidence: &Evidence,
    actor: &Actor,
    now: Timestamp,
) -> Result<Evidence, EvidenceRefusal> {
    if evidence.deleted.is_some() {
        return Err(EvidenceRefusal::State);
    }
    if !may_change(evidence, actor) {
        return Err(EvidenceRefusal::Role);
    }
    Ok(Evidence {
        deleted: Some(now),
        version: evidence.version + 1,
        ..evidence.clone()
    })
}

/// The image, restored.
pub fn restore_evidence(
    evidence: &Evidence,
    actor: &Actor,
    now: Timestamp,
) -> Result<Evidence, EvidenceRefusal> {
    if !actor.role.may(Action::ManageDocuments) {
        return Err(EvidenceRefusal::Role);
    }
    if !may_restore(evidence, actor, now) {
        return Err(EvidenceRefusal::State);
    }
    Ok(Evidence {
        deleted: None,
        version: evidence.version + 1,
        ..evidence.clone()
    })
}

/// Whether its objects are to be deleted for good.
pub fn is_purgeable(evidence: &Evidence, now: Timestamp) -> bool {
    evidence
        .deleted
        .is_some_and(|at| at.saturating_add(RETENTION).is_ok_and(|end| end <= now))
}

/// The ids of the images that a text refers to.
pub fn referenced_ids(text: &str) -> impl Iterator<Item = EvidenceId> {
    text.split(SCHEME)
        .skip(1)
        .filter_map(|rest| rest.get(..26)?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::WorkspaceId;
    use crate::role::{ContactRole, TeamRole};

    fn actor(role: Role, n: u128) -> Actor {
        Actor {
            user: UserId::new(1, n),
            name: "Ada".to_owned(),
            email: "ada@acme.example".parse().unwrap(),
            role,
            workspace: WorkspaceId::new(1, 1),
            client: None,
        }
    }

    fn evidence(by: u128) -> Evidence {
        Evidence {
            id: EvidenceId::new(1, 1),
            caption: String::new(),
            name: "a.png".to_owned(),
            image: EvidenceImage {
                file_type: FileType::Png,
                width: 1,
                height: 1,
                bytes: 2,
                sha256: String::new(),
            },
            by: UserId::new(1, by),
            by_name: "Ada".to_owned(),
            by_team: false,
            at: Timestamp::UNIX_EPOCH,
            shared: true,
            deleted: None,
            version: 1,
        }
    }

    #[test]
    fn evidence_is_changed_by_team_or_its_contact() {
        let own = evidence(1);
        for (role, own_one, others) in [
            (Role::Team(TeamRole::Member), true, true),
            (Role::Team(TeamRole::Viewer), false, false),
            (Role::Contact(ContactRole::Manager), true, false),
            (Role::Contact(ContactRole::Collaborator), true, false),
            (Role::Contact(ContactRole::Viewer), false, false),
        ] {
            assert_eq!(may_change(&own, &actor(role, 1)), own_one, "{role:?}");
            assert_eq!(may_change(&own, &actor(role, 2)), others, "{role:?}");
            let gone = delete_evidence(&own, &actor(role, 2), Timestamp::UNIX_EPOCH);
            assert_eq!(gone.is_ok(), others, "{role:?}");
        }
    }

    #[test]
    fn deleted_evidence_is_restored_by_team_within_thirty_days() {
        let member = actor(Role::Team(TeamRole::Member), 1);
        let gone = delete_evidence(&evidence(1), &member, Timestamp::UNIX_EPOCH).unwrap();
        let day = |n: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n);
        assert!(restore_evidence(&gone, &member, day(29)).is_ok());
        assert_eq!(
            restore_evidence(&gone, &member, day(30)),
            Err(EvidenceRefusal::State)
        );
        assert!(is_purgeable(&gone, day(30)) && !is_purgeable(&gone, day(29)));
        let manager = actor(Role::Contact(ContactRole::Manager), 1);
        assert_eq!(
            restore_evidence(&gone, &manager, day(1)),
            Err(EvidenceRefusal::Role)
        );
        assert_eq!(
            delete_evidence(&gone, &member, day(1)),
            Err(EvidenceRefusal::State)
        );
        assert_eq!(
            update_caption(&gone, &member, "x"),
            Err(EvidenceRefusal::Role)
        );
    }

    #[test]
    fn referenced_ids_are_found_in_any_text() {
        let id = EvidenceId::new(1, 7);
        let text = format!("a ![b](evidence:{id}) evidence:é evidence: [c](evidence:{id})");
        assert_eq!(referenced_ids(&text).collect::<Vec<_>>(), [id, id]);
    }
}
