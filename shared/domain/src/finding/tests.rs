//! The state machine against a model: any sequence of moves by anybody.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::counts::Counts;
use crate::history::{Entry, Happening};
use crate::id::{FindingId, UserId, WorkspaceId};
use crate::person::Actor;
use crate::role::{Action, Role};

fn actor(role: Role) -> Actor {
    let email = "a@example.com".parse().expect("address");
    let (user, workspace) = (UserId::new(1, 1), WorkspaceId::new(1, 1));
    Actor {
        user,
        name: "Ana".into(),
        email,
        role,
        workspace,
        client: None,
    }
}

fn finding(status: Status) -> Finding {
    Finding {
        id: FindingId::new(1, 1),
        title: "t".into(),
        severity: Severity::High,
        score: None,
        status,
        asset: None,
        assets: 0,
        updated: Timestamp::UNIX_EPOCH,
        version: 1,
    }
}

#[test]
fn what_is_offered_is_what_is_allowed() {
    for role in Role::ALL {
        for status in Status::ALL {
            for event in Event::ALL {
                let offered = Event::offered(role, status).any(|e| e == event);
                let allowed = transition(
                    &finding(status),
                    &actor(role),
                    event,
                    "because",
                    Timestamp::UNIX_EPOCH,
                )
                .is_ok();
                assert_eq!(offered, allowed, "{role:?} {event:?} from {status:?}");
            }
        }
    }
}

#[test]
fn a_contact_neither_verifies_nor_sees_a_draft_move() {
    for role in Role::ALL.into_iter().filter(|role| !role.is_team()) {
        for status in Status::ALL {
            let offered: Vec<_> = Event::offered(role, status).collect();
            for never in [Event::Publish, Event::Verify, Event::Reopen] {
                assert!(!offered.contains(&never), "{role:?} {status:?}");
            }
            assert!(status != Status::Draft || offered.is_empty());
        }
        let refused = create(
            FindingId::new(1, 1),
            &draft(),
            &actor(role),
            Happening::Created,
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(refused, Err(Refusal::Role));
    }
}

#[test]
fn reopening_says_why() {
    let (owner, now) = (actor(Role::ALL[0]), Timestamp::UNIX_EPOCH);
    let refused = transition(
        &finding(Status::Resolved),
        &owner,
        Event::Reopen,
        " \n",
        now,
    );
    assert!(matches!(refused, Err(Refusal::Note(_))));
    assert!(transition(&finding(Status::Resolved), &owner, Event::Verify, "", now).is_ok());
}

fn draft() -> Draft {
    FindingInput {
        title: "t".into(),
        severity: "high".into(),
        ..Default::default()
    }
    .parse()
    .expect("valid")
}

proptest! {
    #![proptest_config(crate::testing::config())]

    #[test]
    fn any_sequence_of_moves_keeps_the_books(
        moves in proptest::collection::vec((select(Role::ALL.to_vec()), select(Event::ALL.to_vec()), any::<bool>()), 0..60)
    ) {
        let owner = actor(Role::ALL[0]);
        let made = create(FindingId::new(1, 1), &draft(), &owner, Happening::Created, Timestamp::UNIX_EPOCH).expect("made");
        let (mut now, mut totals, mut history): (Finding, Counts, Vec<Entry>) = (made.finding, made.counts, vec![made.entry]);
        for (role, event, says) in moves {
            let before = now.clone();
            let note = if says { "because" } else { "" };
            let Ok(change) = transition(&before, &actor(role), event, note, Timestamp::UNIX_EPOCH) else { continue };
            let (from, to) = event.arc();
            prop_assert!(role.may(event.action()) && from.contains(&before.status));
            prop_assert!(says || event != Event::Reopen);
            prop_assert_eq!((change.finding.status, change.finding.version), (to, before.version + 1));
            prop_assert_eq!(change.shared, true);
            prop_assert!(change.entry.is_shared());
            totals.merge(&change.counts);
            history.push(change.entry);
            now = change.finding;
        }
        let mut recount = Counts::default();
        recount.add(now.severity, now.status, 1);
        prop_assert_eq!(totals, recount);
        prop_assert_eq!(i64::try_from(history.len()).expect("few"), now.version);
    }

    #[test]
    fn an_edit_changes_what_it_says_and_moves_the_totals(severity in select(Severity::ALL.to_vec()), title in "[a-z]{1,9}") {
        let owner = actor(Role::ALL[0]);
        let (before, finding) = (draft(), finding(Status::Open));
        let after = Draft { title, severity, ..before.clone() };
        let change = edit(&finding, &before, &after, &owner, Timestamp::UNIX_EPOCH).expect("allowed");
        let same = before == after;
        prop_assert_eq!(change.is_none(), same);
        if let Some(change) = change {
            prop_assert!(change.shared && !change.entry.is_shared());
            let expected = Counts::moved(Some((finding.severity, Status::Open)), Some((severity, Status::Open)));
            prop_assert_eq!(change.counts, expected);
        }
    }

    #[test]
    fn totals_add_up_in_any_order(changes in proptest::collection::vec((select(Severity::ALL.to_vec()), select(Status::ALL.to_vec()), -3_i64..4), 0..20)) {
        let sum = |parts: &mut dyn Iterator<Item = &(Severity, Status, i64)>| {
            let mut counts = Counts::default();
            parts.for_each(|(severity, status, n)| counts.add(*severity, *status, *n));
            counts
        };
        prop_assert_eq!(sum(&mut changes.iter()), sum(&mut changes.iter().rev()));
    }
}

/// The matrix of roles and actions as a person reads it, against the file that
/// was read and agreed to. `UPDATE_GOLDEN=1` writes it.
#[test]
#[allow(clippy::disallowed_methods)]
fn permissions_are_those_of_the_golden_file() {
    use std::fmt::Write as _;
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/golden/permissions.txt"
    );
    let mut text = format!("{:<20}", "");
    for role in Role::ALL {
        let _ = write!(text, "{:^21}", role.label());
    }
    text = format!("{}\n", text.trim_end());
    for action in Action::ALL {
        let mut line = format!("{:<20}", format!("{action:?}"));
        for role in Role::ALL {
            let _ = write!(line, "{:^21}", if role.may(action) { "yes" } else { "-" });
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &text).expect("golden file");
    }
    assert_eq!(
        std::fs::read_to_string(path).unwrap_or_default(),
        text,
        "UPDATE_GOLDEN=1 writes {path}"
    );
}
