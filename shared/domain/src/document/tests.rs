use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::file::{CheckedFile, FileFlaw, FileName};
use crate::id::{ClientId, WorkspaceId};
use crate::person::Actor;
use crate::role::{ContactRole, Role, TeamRole};
use crate::upload::{Upload, UploadPurpose, UploadRejection, UploadState, announce};

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
    announce(
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
    upload(role, n).revision(&checked)
}

const MEMBER: Role = Role::Team(TeamRole::Member);
const CONTACT: Role = Role::Contact(ContactRole::Collaborator);

fn document(role: Role) -> Document {
    let UploadPurpose::Document(new) = upload(role, 1).purpose else {
        panic!("a document");
    };
    Document::first(UploadId::new(1, 1).document(), &new, revision(role, 1))
}

/// Who may send which kind for whom, all of it.
#[test]
fn the_team_sends_any_document_and_contacts_send_proof() {
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
    let (kinds, choose) = choices(CONTACT);
    assert_eq!((kinds, choose), (vec![DocumentKind::Evidence], false));
    assert_eq!(choices(MEMBER).0.len(), 5);
}

#[test]
fn a_title_is_the_files_name_where_none_is_given() {
    let UploadPurpose::Document(new) = upload(MEMBER, 1).purpose else {
        panic!("a document");
    };
    assert_eq!(new.title, "Report");
    let input = DocumentInput {
        kind: "nothing".to_owned(),
        title: "a\nb".to_owned(),
        visibility: "everybody".to_owned(),
    };
    let wrong = input.parse(MEMBER, None, &file()).unwrap_err();
    assert_eq!(wrong.fields().len(), 2, "{wrong:?}");
}

#[test]
fn a_file_is_neither_empty_nor_too_large() {
    let purpose = || upload(MEMBER, 1).purpose;
    let size = |size| {
        let id = UploadId::new(1, 1);
        announce(
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
fn contacts_replace_what_their_side_sent_and_nothing_else() {
    let (theirs, ours) = (document(CONTACT), document(MEMBER));
    assert!(may_supersede(CONTACT, &theirs) && !may_supersede(CONTACT, &ours));
    assert!(may_supersede(MEMBER, &theirs) && may_supersede(MEMBER, &ours));
    let viewer = Role::Contact(ContactRole::Viewer);
    assert!(!may_supersede(viewer, &theirs));
    // What a contact sent can't be taken out of its sight.
    let hidden = show(&theirs, &actor(MEMBER), Visibility::Team);
    assert_eq!(hidden, Err(DocumentRefusal::State));
    assert!(show(&ours, &actor(MEMBER), Visibility::Team).is_ok());
}

#[test]
fn a_deleted_document_comes_back_for_thirty_days() {
    let (team, now) = (actor(MEMBER), Timestamp::UNIX_EPOCH);
    let document = document(MEMBER);
    assert_eq!(
        delete(&document, &actor(CONTACT), now),
        Err(DocumentRefusal::Role)
    );
    let gone = delete(&document, &team, now).unwrap();
    assert_eq!(delete(&gone, &team, now), Err(DocumentRefusal::State));
    assert_eq!(
        supersede(&gone, revision(MEMBER, 2)),
        Err(DocumentRefusal::State)
    );
    let end = now + KEPT;
    let before = end - SignedDuration::from_secs(1);
    assert!(!is_due(&gone, before) && is_due(&gone, end));
    let back = restore(&gone, &team, before).unwrap();
    assert_eq!(back.deleted, None);
    assert_eq!(restore(&gone, &team, end), Err(DocumentRefusal::State));
    assert_eq!(restore(&back, &team, now), Err(DocumentRefusal::State));
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Arrived,
    Released,
    Refused,
}

proptest! {
    #![proptest_config(crate::testing::config())]

    /// An upload ends once, each change moves its version by one, and nothing is
    /// released that wasn't said to be there.
    #[test]
    fn an_upload_ends_once(steps in proptest::collection::vec(
        prop_oneof![Just(Step::Arrived), Just(Step::Released), Just(Step::Refused)], 0..12,
    )) {
        let mut upload = upload(CONTACT, 1);
        let (mut ends, mut arrived) = (0, false);
        for step in steps {
            let next = match step {
                Step::Arrived => upload.arrived(),
                Step::Released => upload.released(),
                Step::Refused => upload.refused(FileFlaw::Lies),
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
    fn versions_count_up_and_bytes_add_up(steps in proptest::collection::vec(0..4_u8, 0..150)) {
        let (team, now) = (actor(MEMBER), Timestamp::UNIX_EPOCH);
        let mut document = document(MEMBER);
        let (mut numbers, mut v) = (1, 1);
        for (n, step) in (2..).zip(steps) {
            let next = match step {
                0 => delete(&document, &team, now),
                1 => restore(&document, &team, now),
                2 => show(&document, &team, Visibility::Team),
                _ => supersede(&document, revision(MEMBER, n)),
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
