//! Evidence: pictures that belong to a finding, made anew from what was sent, with
//! a caption. Texts refer to one by its id.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::file::FileType;
use crate::finding::Finding;
use crate::id::{EngagementId, EvidenceId, FindingId, UserId};
use crate::input::FieldErrors;
use crate::person::Actor;
use crate::role::{Action, Role};

/// Pictures of one finding at most, those among them that were deleted and can
/// still be restored: what a page reads.
pub const MAX_EVIDENCE: usize = 60;
/// Bytes of a picture at most, as it is sent.
pub const MAX_PICTURE: i64 = 10 * 1024 * 1024;
/// For how long a deleted one can be restored.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// What begins the address of a picture in a text: `![words](evidence:<id>)`.
pub const SCHEME: &str = "evidence:";

const MAX_CAPTION: usize = 200;

/// What is said of a picture, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EvidenceInput {
    /// One line.
    pub caption: String,
    /// Not empty where only the team is to see it.
    pub internal: String,
}

/// A picture that was said to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEvidence {
    /// Where the finding is.
    pub engagement: EngagementId,
    /// The finding.
    pub finding: FindingId,
    /// One line; it may be empty.
    pub caption: String,
    /// Whether the client sees it, as soon as it sees the finding.
    pub shared: bool,
}

/// A picture as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceImage {
    /// Its type: PNG or JPEG.
    pub file_type: FileType,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Bytes, with those of its thumbnail.
    pub bytes: i64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

/// A picture of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its id, in order of time.
    pub id: EvidenceId,
    /// One line; it may be empty.
    pub caption: String,
    /// The file's name, as it was sent.
    pub name: String,
    /// The picture itself.
    pub picture: EvidenceImage,
    /// Who sent it, by account.
    pub by: UserId,
    /// Who, by the name at that time.
    pub by_name: String,
    /// Whether it was one of the consultancy.
    pub by_team: bool,
    /// When it was sent.
    pub at: Timestamp,
    /// Whether the client sees it, as soon as it sees the finding.
    pub shared: bool,
    /// Since when it is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Timestamp>,
    /// Goes up with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

/// Why something can't be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidenceRefusal {
    /// The role doesn't allow it, or it is somebody else's.
    Role,
    /// It isn't in a state for it.
    State,
    /// What was typed can't be accepted.
    Invalid(FieldErrors),
}

/// Whether somebody of this role may add pictures to a finding that they see.
pub const fn may_add(role: Role) -> bool {
    role.may(Action::UploadDocuments)
}

/// Whether `actor` may change the caption of a picture, or delete it: the team any,
/// a contact what they sent themselves.
pub fn may_change(evidence: &Evidence, actor: &Actor) -> bool {
    let role = actor.role;
    evidence.deleted.is_none()
        && (role.may(Action::ManageDocuments) || (may_add(role) && evidence.by == actor.user))
}

/// Whether `actor` may bring a deleted picture back.
pub fn may_restore(evidence: &Evidence, actor: &Actor, now: Timestamp) -> bool {
    actor.role.may(Action::ManageDocuments) && evidence.deleted.is_some() && !is_due(evidence, now)
}

impl EvidenceInput {
    /// What can be accepted from somebody of this role. Only the team keeps
    /// something to itself.
    pub fn parse(
        &self,
        role: Role,
        engagement: EngagementId,
        finding: &Finding,
    ) -> Result<NewEvidence, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let caption = invalid.optional_line("caption", &self.caption, MAX_CAPTION);
        invalid.into_result(NewEvidence {
            engagement,
            finding: finding.id,
            caption,
            shared: !role.is_team() || self.internal.is_empty(),
        })
    }
}

/// The picture with another caption.
pub fn caption(
    evidence: &Evidence,
    actor: &Actor,
    text: &str,
) -> Result<Evidence, EvidenceRefusal> {
    if !may_change(evidence, actor) {
        return Err(EvidenceRefusal::Role);
    }
    let mut invalid = FieldErrors::default();
    let caption = invalid.optional_line("caption", text, MAX_CAPTION);
    let caption = invalid
        .into_result(caption)
        .map_err(EvidenceRefusal::Invalid)?;
    Ok(Evidence {
        caption,
        version: evidence.version + 1,
        ..evidence.clone()
    })
}

/// The picture, deleted: it can be restored for a while.
pub fn delete(
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

/// The picture, as it was before it was deleted.
pub fn restore(
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

/// Whether its objects are to go: it has been deleted for long enough.
pub fn is_due(evidence: &Evidence, now: Timestamp) -> bool {
    evidence
        .deleted
        .is_some_and(|at| at.saturating_add(KEPT).is_ok_and(|end| end <= now))
}

/// The ids of pictures that a text refers to, as it stands there.
pub fn referred(text: &str) -> impl Iterator<Item = EvidenceId> {
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
            picture: EvidenceImage {
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
    fn contacts_change_what_they_sent_and_the_team_anything() {
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
            let gone = delete(&own, &actor(role, 2), Timestamp::UNIX_EPOCH);
            assert_eq!(gone.is_ok(), others, "{role:?}");
        }
    }

    #[test]
    fn a_deleted_one_is_restored_by_the_team_within_thirty_days() {
        let member = actor(Role::Team(TeamRole::Member), 1);
        let gone = delete(&evidence(1), &member, Timestamp::UNIX_EPOCH).unwrap();
        let day = |n: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n);
        assert!(restore(&gone, &member, day(29)).is_ok());
        assert_eq!(
            restore(&gone, &member, day(30)),
            Err(EvidenceRefusal::State)
        );
        assert!(is_due(&gone, day(30)) && !is_due(&gone, day(29)));
        let manager = actor(Role::Contact(ContactRole::Manager), 1);
        assert_eq!(restore(&gone, &manager, day(1)), Err(EvidenceRefusal::Role));
        assert_eq!(delete(&gone, &member, day(1)), Err(EvidenceRefusal::State));
        assert_eq!(caption(&gone, &member, "x"), Err(EvidenceRefusal::Role));
    }

    #[test]
    fn references_are_found_in_any_text() {
        let id = EvidenceId::new(1, 7);
        let text = format!("a ![b](evidence:{id}) evidence:é evidence: [c](evidence:{id})");
        assert_eq!(referred(&text).collect::<Vec<_>>(), [id, id]);
    }
}
