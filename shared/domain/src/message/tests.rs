//! Who may say what, to whom, and for how long it can be changed.

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::id::{UserId, WorkspaceId};
use crate::person::Actor;
use crate::role::{Action, Role};
use crate::testing::config;

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
    }
}

#[test]
fn whoever_comments_posts_and_only_the_team_keeps_to_itself() {
    for role in Role::ALL {
        let posted = post(
            MessageId::new(1, 1),
            &actor(role, 1),
            &input("Hi", true),
            NOW,
        );
        if !role.may(Action::CommentFindings) {
            assert_eq!(posted, Err(Refusal::Role), "{role:?}");
            continue;
        }
        let posted = posted.expect("allowed");
        assert_eq!(posted.shared, !role.is_team(), "{role:?}");
        assert!(role.may(Action::ReadMessages), "{role:?}");
    }
}

#[test]
fn a_message_says_something_and_not_too_much() {
    let ana = actor(Role::ALL[0], 1);
    let long = "x".repeat(MAX_TEXT + 1);
    for text in ["", "  \n ", "bell \u{7}", &long] {
        let posted = post(MessageId::new(1, 1), &ana, &input(text, false), NOW);
        assert!(matches!(posted, Err(Refusal::Invalid(_))), "{text:?}");
    }
}

#[test]
fn a_message_is_changed_by_its_author_within_a_quarter_of_an_hour() {
    let (ana, ben) = (actor(Role::ALL[0], 1), actor(Role::ALL[0], 2));
    let posted = post(MessageId::new(1, 1), &ana, &input("Hi", true), NOW).expect("allowed");
    let within = NOW + EDITABLE - SignedDuration::from_secs(1);
    assert_eq!(edit(&posted, &ben, "Ho", within), Err(Refusal::Fixed));
    assert_eq!(
        edit(&posted, &ana, "Ho", NOW + EDITABLE),
        Err(Refusal::Fixed)
    );
    let edited = edit(&posted, &ana, "Ho", within).expect("allowed");
    assert_eq!(
        (edited.message.text.as_str(), edited.message.edited),
        ("Ho", Some(within))
    );
    assert_eq!((edited.message.version, edited.shared), (2, false));
    // Whose role has become a reader's can't.
    let reader = actor(Role::ALL[3], 1);
    assert_eq!(edit(&posted, &reader, "Ho", within), Err(Refusal::Role));
}

#[test]
fn what_is_unread_is_never_below_nothing_and_a_contact_counts_no_notes() {
    let tally = || (0_i64..50, 0_i64..50).prop_map(|(messages, notes)| Tally { messages, notes });
    let role = select(Role::ALL.to_vec());
    proptest!(config(), |(all in tally(), seen in tally(), typed in (any::<i64>(), any::<i64>()), role in role)| {
        let unread = all.unread(seen);
        prop_assert!(unread.messages >= 0 && unread.notes >= 0);
        prop_assert_eq!(all.unread(all).total(), 0);
        let typed = Tally { messages: typed.0, notes: typed.1 }.at_most(all);
        prop_assert!(typed.messages <= all.messages && typed.notes <= all.notes);
        prop_assert!(typed.messages >= 0 && typed.notes >= 0);
        // What a contact can see doesn't move with the team's notes.
        let more = Tally { notes: all.notes + 1, ..all };
        prop_assert_eq!(all.shared(), more.shared());
        prop_assert_eq!(role.may(Action::PostMessages), role.may(Action::CommentFindings));
    });
}
