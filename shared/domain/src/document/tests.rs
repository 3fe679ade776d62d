use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::file::{CheckedFile, FileFlaw, FileName};
use crate::id::{ClientId, UploadId, UserId, WorkspaceId};
use crate::person::Actor;
use crate::role::{ContactRole, Role, TeamRole};
use crate::upload::{Upload, UploadPurpose, UploadRejection, UploadState, create_upload};

fn actor(role: Role) -> Actor {
    Actor {
        user: UserId::new(1, 1),
        name: "Ada".to_owned(),
        email: "ada@example.com".parse().unwrap(),
        role,
        workspace: WorkspaceId::new(1, 1),
        client: (!role.is_team()).then(|| ClientId::new(1, 1)),
    }
}

fn file() -> FileName {
    FileName::parse("Report.pdf").unwrap()
}

fn upload(role: Role, n: u64) -> Upload {
    let input = DocumentInput {
        kind: "evidence".to_owned(),
        ..DocumentInput::default()
    };
    let purpose = UploadPurpose::Document(input.parse(role, None, &file()).unwrap());
    let id = UploadId::new(1, n.into());
    create_upload(
        id,
        purpose,
        &file(),
        10,
        &actor(role),
        Timestamp::UNIX_EPOCH,
    )
    .unwrap()
}

fn revision(role: Role, n: u64) -> DocumentVersion {
    let checked = CheckedFile {
        size: 10,
        sha256: "0".repeat(64),
    };
    upload(role, n).document_version(&checked)
}

const MEMBER: Role = Role::Team(TeamRole::Member);
const CONTACT: Role = Role::Contact(ContactRole::Collaborator);

fn document(role: Role) -> Document {
    let UploadPurpose::Document(new) = upload(role, 1).purpose else {
        panic!("a document");
    };
    Document::new(UploadId::new(1, 1).document_id(), &new, revision(role, 1))
}

/// Who may send which kind for whom, all of it.
#[test]
fn contact_uploads_only_remediation_evidence() {
    for role in Role::ALL {
        for kind in DocumentKind::ALL {
            for visibility in Visibility::ALL {
                let expected = match role {
                    Role::Team(TeamRole::Viewer) | Role::Contact(ContactRole::Viewer) => false,
                    Role::Team(_) => true,
                    Role::Contact(_) => {
                        kind == DocumentKind::Evidence && visibility == Visibility::Client
                    }
                };
                assert_eq!(
                    may_upload(role, kind, visibility),
                    expected,
                    "{role:?} {kind:?}"
                );
                let input = DocumentInput {
                    kind: kind.name().to_owned(),
                    title: String::new(),
                    visibility: visibility.name().to_owned(),
                };
                let parsed = input.parse(role, None, &file());
                assert_eq!(parsed.is_ok(), expected);
            }
        }
    }
    let (kinds, choose) = upload_choices(CONTACT);
    assert_eq!((kinds, choose), (vec![DocumentKind::Evidence], false));
    assert_eq!(upload_choices(MEMBER).0.len(), 5);
}

#[test]
fn document_without_title_gets_file_name() {
    let UploadPurpose::Document(new) = upload(MEMBER, 1).purpose else {
        panic!("a document");
    };
    assert_eq!(new.title, "Report");
    let input = DocumentInput {
        kind: "nothing".to_owned(),
        title: "x".repeat(161),
        visibility: "everybody".to_owned(),
    };
    let wrong = input.parse(MEMBER, None, &file()).unwrap_err();
    assert_eq!(wrong.fields().len(), 2, "{wrong:?}");
}

#[test]
fn upload_of_empty_or_too_large_file_is_refused() {
    let purpose = || upload(MEMBER, 1).purpose;
    let size = |size| {
        let id = UploadId::new(1, 1);
        create_upload(
            id,
            purpose(),
            &file(),
            size,
            &actor(MEMBER),
            Timestamp::UNIX_EPOCH,
        )
    };
    assert_eq!(size(0).unwrap_err(), UploadRejection::Empty);
    assert_eq!(size(-1).unwrap_err(), UploadRejection::Empty);
    assert_eq!(
        size(100 * 1024 * 1024 + 1).unwrap_err(),
        UploadRejection::TooLarge(100)
    );
    assert!(size(100 * 1024 * 1024).is_ok());
}

#[test]
fn contact_replaces_documents_of_clients_side_only() {
    let (theirs, ours) = (document(CONTACT), document(MEMBER));
    assert!(may_add_version(CONTACT, &theirs) && !may_add_version(CONTACT, &ours));
    assert!(may_add_version(MEMBER, &theirs) && may_add_version(MEMBER, &ours));
    let viewer = Role::Contact(ContactRole::Viewer);
    assert!(!may_add_version(viewer, &theirs));
    // What a contact sent can't be taken out of its sight.
    let hidden = change_visibility(&theirs, &actor(MEMBER), Visibility::Team);
    assert_eq!(hidden, Err(DocumentRefusal::State));
    assert!(change_visibility(&ours, &actor(MEMBER), Visibility::Team).is_ok());
}

#[test]
fn deleted_document_within_thirty_days_can_be_restored() {
    let (team, now) = (actor(MEMBER), Timestamp::UNIX_EPOCH);
    let document = document(MEMBER);
    assert_eq!(
        delete_document(&document, &actor(CONTACT), now),
        Err(DocumentRefusal::Role)
    );
    let gone = delete_document(&document, &team, now).unwrap();
    assert_eq!(
        delete_document(&gone, &team, now),
        Err(DocumentRefusal::State)
    );
    assert_eq!(
        add_version(&gone, revision(MEMBER, 2)),
        Err(DocumentRefusal::State)
    );
    let end = now + RETENTION;
    let before = end - SignedDuration::from_secs(1);
    assert!(!is_purgeable(&gone, before) && is_purgeable(&gone, end));
    let back = restore_document(&gone, &team, before).unwrap();
    assert_eq!(back.deleted, None);
    assert_eq!(
        restore_document(&gone, &team, end),
        Err(DocumentRefusal::State)
    );
    assert_eq!(
        restore_document(&back, &team, now),
        Err(DocumentRefusal::State)
    );
}

#[derive(Debug, Clone, Copy)]
enum UploadStep {
    Arrived,
    Released,
    Refused,
}

proptest! {
    #![proptest_config(crate::testing::config())]

    /// An upload ends once, each change moves its version by one, and nothing is
    /// released that wasn't said to be there.
    #[test]
    fn upload_after_its_end_is_unchanged(steps in proptest::collection::vec(
        prop_oneof![Just(UploadStep::Arrived), Just(UploadStep::Released), Just(UploadStep::Refused)], 0..12,
    )) {
        let mut upload = upload(CONTACT, 1);
        let (mut ends, mut arrived) = (0, false);
        for step in steps {
            let next = match step {
                UploadStep::Arrived => upload.mark_arrived(),
                UploadStep::Released => upload.release(),
                UploadStep::Refused => upload.refuse(FileFlaw::TypeMismatch),
            };
            let Some(next) = next else { continue };
            prop_assert_eq!(next.version, upload.version + 1);
            prop_assert_eq!(next.flaw.is_some(), next.state == UploadState::Refused);
            arrived = arrived || next.state == UploadState::Checking;
            if matches!(next.state, UploadState::Ready | UploadState::Refused) {
                ends += 1;
            }
            prop_assert!(next.state != UploadState::Ready || arrived);
            upload = next;
        }
        prop_assert!(ends <= 1);
    }

    /// However often it is superseded, deleted and restored: versions count up
    /// without a gap, and the bytes are the sum of what was taken.
    #[test]
    fn document_versions_are_numbered_and_their_bytes_added(steps in proptest::collection::vec(0..4_u8, 0..150)) {
        let (team, now) = (actor(MEMBER), Timestamp::UNIX_EPOCH);
        let mut document = document(MEMBER);
        let (mut numbers, mut v) = (1, 1);
        for (n, step) in (2..).zip(steps) {
            let next = match step {
                0 => delete_document(&document, &team, now),
                1 => restore_document(&document, &team, now),
                2 => change_visibility(&document, &team, Visibility::Team),
                _ => add_version(&document, revision(MEMBER, n)),
            };
            let Ok(next) = next else { continue };
            v += 1;
            if next.current != document.current {
                numbers += 1;
            }
            prop_assert_eq!(next.current.number, numbers);
            prop_assert_eq!(next.version, v);
            prop_assert_eq!(next.bytes, numbers * 10);
            document = next;
        }
        prop_assert!(numbers <= MAX_VERSIONS);
    }
}
