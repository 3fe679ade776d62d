//! Who may say what, to whom, and for how long it can be changed.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::file::{FileFlaw, FileName};
use crate::id::{EngagementId, MessageId, UploadId, UserId, WorkspaceId};
use crate::person::Actor;
use crate::role::{Action, Role};
use crate::testing::config;
use crate::upload::{AttachmentTarget, Upload, UploadPurpose, UploadState, create_upload};

const NOW: Timestamp = Timestamp::constant(1_767_603_600, 0);

fn actor(role: Role, n: u128) -> Actor {
    Actor {
        user: UserId::new(1, n),
        name: format!("Person {n}"),
        email: "a@example.com".parse().expect("an address"),
        role,
        workspace: WorkspaceId::new(1, 1),
        client: None,
    }
}

fn input(text: &str, internal: bool) -> MessageInput {
    MessageInput {
        text: text.to_owned(),
        internal: if internal { "yes" } else { "" }.to_owned(),
        files: Vec::new(),
    }
}

#[test]
fn internal_message_is_allowed_for_team_only() {
    for role in Role::ALL {
        let posted = create_message(
            MessageId::new(1, 1),
            &actor(role, 1),
            &input("Hi", true),
            NOW,
        );
        if !role.may(Action::CommentFindings) {
            assert_eq!(posted, Err(MessageRefusal::Role), "{role:?}");
            continue;
        }
        let posted = posted.expect("allowed");
        assert_eq!(posted.shared, !role.is_team(), "{role:?}");
        assert!(role.may(Action::ReadMessages), "{role:?}");
    }
}

#[test]
fn message_empty_or_too_long_is_refused() {
    let ana = actor(Role::ALL[0], 1);
    let long = "x".repeat(MAX_TEXT + 1);
    for text in ["", "  \n ", " \u{7}\u{1b}[0m", &long] {
        let posted = create_message(MessageId::new(1, 1), &ana, &input(text, false), NOW);
        assert!(
            matches!(posted, Err(MessageRefusal::Invalid(_))),
            "{text:?}"
        );
    }
}

#[test]
fn message_edit_after_fifteen_minutes_or_by_other_person_is_refused() {
    let (ana, ben) = (actor(Role::ALL[0], 1), actor(Role::ALL[0], 2));
    let posted =
        create_message(MessageId::new(1, 1), &ana, &input("Hi", true), NOW).expect("allowed");
    let within = NOW + EDIT_WINDOW - SignedDuration::from_secs(1);
    assert_eq!(
        edit_message(&posted, &ben, "Ho", within),
        Err(MessageRefusal::NotEditable)
    );
    assert_eq!(
        edit_message(&posted, &ana, "Ho", NOW + EDIT_WINDOW),
        Err(MessageRefusal::NotEditable)
    );
    let edited = edit_message(&posted, &ana, "Ho", within).expect("allowed");
    assert_eq!(
        (edited.message.text.as_str(), edited.message.edited),
        ("Ho", Some(within))
    );
    assert_eq!((edited.message.version, edited.shared), (2, false));
    // Whose role has become a reader's can't.
    let reader = actor(Role::ALL[3], 1);
    assert_eq!(
        edit_message(&posted, &reader, "Ho", within),
        Err(MessageRefusal::Role)
    );
}

#[test]
fn unread_count_is_never_negative_and_skips_internal_messages_for_contacts() {
    let tally =
        || (0_i64..50, 0_i64..50).prop_map(|(messages, notes)| MessageCounts { messages, notes });
    let role = select(Role::ALL.to_vec());
    proptest!(config(), |(all in tally(), seen in tally(), typed in (any::<i64>(), any::<i64>()), role in role)| {
        let unread = all.unread(seen);
        prop_assert!(unread.messages >= 0 && unread.notes >= 0);
        prop_assert_eq!(all.unread(all).total(), 0);
        let typed = MessageCounts { messages: typed.0, notes: typed.1 }.capped_at(all);
        prop_assert!(typed.messages <= all.messages && typed.notes <= all.notes);
        prop_assert!(typed.messages >= 0 && typed.notes >= 0);
        // What a contact can see doesn't move with the team's notes.
        let more = MessageCounts { notes: all.notes + 1, ..all };
        prop_assert_eq!(all.without_notes(), more.without_notes());
        prop_assert_eq!(role.may(Action::PostMessages), role.may(Action::CommentFindings));
    });
}

/// A file of `by`, sent to the thread of an engagement, as far as `state`.
fn sent(n: u128, by: &Actor, state: UploadState) -> Upload {
    let file = FileName::parse("log.txt").expect("a name");
    let purpose = UploadPurpose::Attachment(EngagementId::new(1, 1));
    let upload = create_upload(UploadId::new(1, n), purpose, &file, 4, by, NOW);
    Upload {
        state,
        ..upload.expect("taken")
    }
}

#[test]
fn message_file_is_attached_once_by_its_uploader() {
    let (ana, ben) = (actor(Role::ALL[0], 1), actor(Role::ALL[4], 2));
    let here = EngagementId::new(1, 1);
    let try_with = |by: &Actor, engagement, uploads: &[Upload]| {
        let id = MessageId::new(1, 1);
        create_message_with_files(id, by, &input("", false), engagement, uploads, NOW)
    };
    let good = sent(1, &ana, UploadState::Checking);
    let (posting, bound) = try_with(&ana, here, std::slice::from_ref(&good)).expect("allowed");
    assert_eq!(posting.message.files[0].state, UploadState::Checking);
    assert_eq!(
        bound[0].attached_to.expect("bound").message,
        posting.message.id
    );
    assert_eq!(bound[0].version, good.version + 1);
    let document = Upload {
        purpose: UploadPurpose::Attachment(EngagementId::new(1, 2)),
        ..good.clone()
    };
    for (what, by, uploads) in [
        ("nothing at all", &ana, vec![]),
        ("somebody else's", &ben, vec![good.clone()]),
        ("of another message", &ana, bound.clone()),
        ("of another thread", &ana, vec![document]),
        (
            "on its way",
            &ana,
            vec![sent(1, &ana, UploadState::Uploading)],
        ),
        ("refused", &ana, vec![sent(1, &ana, UploadState::Refused)]),
        (
            "too many",
            &ana,
            (0..11).map(|n| sent(n, &ana, UploadState::Ready)).collect(),
        ),
    ] {
        let refused = try_with(by, here, &uploads);
        assert!(matches!(refused, Err(MessageRefusal::Invalid(_))), "{what}");
    }
}

#[test]
fn message_file_without_message_expires() {
    let ana = actor(Role::ALL[0], 1);
    let ready = sent(1, &ana, UploadState::Ready);
    let later = ready.expires_at();
    assert_eq!(ready.refuse_unused(NOW), None);
    let gone = ready.refuse_unused(later).expect("given up");
    assert_eq!(
        (gone.state, gone.flaw),
        (UploadState::Refused, Some(FileFlaw::Unused))
    );
    let to = AttachmentTarget {
        message: MessageId::new(1, 1),
        shared: true,
    };
    let bound = ready.attach(EngagementId::new(1, 1), ana.user, to);
    assert_eq!(bound.expect("bound").refuse_unused(later), None);
    assert_eq!(
        sent(1, &ana, UploadState::Checking).refuse_unused(later),
        None
    );
}
