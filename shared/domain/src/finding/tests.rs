//! The state machine against a model: any sequence of moves by anybody.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::counts::Counts;
use crate::history::{FindingEvent, HistoryEntry};
use crate::id::{FindingId, UserId, WorkspaceId};
use crate::person::Actor;
use crate::role::{Action, Role};
use crate::workspace::Workspace;

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

fn workspace() -> Workspace {
    let slug = "acme".parse().expect("a slug");
    Workspace::new(
        WorkspaceId::new(1, 1),
        slug,
        "Acme".into(),
        "Europe/Berlin".into(),
    )
}

const NOW: Timestamp = Timestamp::constant(1_767_603_600, 0);
/// The day of [`NOW`].
const TODAY: Date = date(2026, 1, 5);
const OWNER: Role = Role::ALL[0];

/// A finding in `status`, as it may be there; with a proposal or without.
fn finding(status: FindingStatus, proposed: bool) -> Finding {
    let made = create(
        FindingId::new(1, 1),
        &draft(),
        &actor(OWNER),
        FindingEvent::Created,
        NOW,
    );
    let user = UserId::new(1, 2);
    Finding {
        status,
        accepted: (status == FindingStatus::AcceptedRisk).then_some(AcceptedRisk {
            until: date(2026, 2, 1),
            by: user,
            asked_by: None,
        }),
        proposal: proposed.then(|| Proposal {
            decision: Decision::AcceptRisk,
            until: Some(date(2026, 3, 1)),
            by: user,
            by_name: "Carl".into(),
            at: NOW,
        }),
        ..made.expect("made").finding
    }
}

const fn ask(event: Transition) -> TransitionRequest<'static> {
    TransitionRequest {
        event,
        note: "because",
        until: "2026-06-30",
    }
}

#[test]
fn what_is_offered_is_what_is_allowed() {
    for role in Role::ALL {
        for (status, proposed) in FindingStatus::ALL
            .into_iter()
            .flat_map(|s| [(s, false), (s, true)])
        {
            let offered: Vec<_> = Transition::offered(role, status, proposed).collect();
            for event in Transition::ALL {
                let finding = finding(status, proposed);
                let moved = transition(&finding, &actor(role), &workspace(), ask(event), NOW);
                let allowed = moved.is_ok();
                assert_eq!(
                    offered.contains(&event),
                    allowed,
                    "{role:?} {event:?} from {status:?}"
                );
            }
        }
    }
}

#[test]
fn a_contact_never_decides_and_sees_no_draft_move() {
    for role in Role::ALL.into_iter().filter(|role| !role.is_team()) {
        for status in FindingStatus::ALL {
            let offered: Vec<_> = Transition::offered(role, status, true).collect();
            let asks = |event: &Transition| {
                matches!(
                    event,
                    Transition::Start | Transition::Resolve | Transition::Propose(_)
                )
            };
            assert!(offered.iter().all(asks), "{role:?} {status:?}: {offered:?}");
            assert!(status != FindingStatus::Draft || offered.is_empty());
        }
        let refused = create(
            FindingId::new(1, 1),
            &draft(),
            &actor(role),
            FindingEvent::Created,
            NOW,
        );
        assert_eq!(refused, Err(TransitionRefusal::Role));
    }
}

#[test]
fn reasons_are_demanded_where_something_is_sent_back_or_decided() {
    for event in Transition::ALL {
        let finding = finding(event.from()[0], true);
        let actor = actor(if matches!(event, Transition::Propose(_)) {
            Role::ALL[4]
        } else {
            OWNER
        });
        let silent = TransitionRequest {
            note: " \n",
            ..ask(event)
        };
        let moved = transition(&finding, &actor, &workspace(), silent, NOW);
        let needs = matches!(event.note(), NoteRule::Required(_));
        assert_eq!(moved.is_err(), needs, "{event:?}");
        let named = |refusal: TransitionRefusal| match refusal {
            TransitionRefusal::Invalid(invalid) => invalid.fields().contains_key("note"),
            _ => false,
        };
        assert!(moved.err().is_none_or(named), "{event:?}");
    }
}

#[test]
fn a_risk_is_accepted_until_a_day_to_come() {
    let decide = |until| {
        let ask = TransitionRequest {
            until,
            ..ask(Transition::Decide(Decision::AcceptRisk))
        };
        transition(
            &finding(FindingStatus::Open, false),
            &actor(OWNER),
            &workspace(),
            ask,
            NOW,
        )
    };
    for odd in ["", "soon", "2026-01-05", "2025-12-31", "2031-01-01"] {
        let Err(TransitionRefusal::Invalid(invalid)) = decide(odd) else {
            panic!("{odd} is taken");
        };
        assert!(invalid.fields().contains_key("until"), "{odd}");
    }
    let change = decide("2026-02-01").expect("allowed");
    let deadline = change.deadline.expect("one");
    assert_eq!(deadline.warn.to_string(), "2026-01-17T23:00:00Z");
    assert_eq!(deadline.lapse.to_string(), "2026-02-01T23:00:00Z");
    let accepted = change.finding.accepted.clone().expect("accepted");
    assert_eq!(accepted.warning(date(2026, 1, 17)), None);
    assert_eq!(accepted.warning(date(2026, 1, 18)), Some(14));
    assert_eq!(accepted.warning(date(2026, 2, 1)), Some(0));
    // It lapses on the day after, once, and only if it is still the same risk.
    let lapses = |finding: &Finding, until, now| lapse(finding, &workspace(), until, now);
    let until = accepted.until;
    let before = deadline.lapse - jiff::SignedDuration::from_secs(1);
    assert_eq!(lapses(&change.finding, until, before), None);
    assert_eq!(
        lapses(&change.finding, date(2026, 1, 31), deadline.lapse),
        None
    );
    let lapsed = lapses(&change.finding, until, deadline.lapse).expect("lapses");
    assert_eq!(lapsed.finding.status, FindingStatus::Reopened);
    assert_eq!(lapsed.finding.due, Some(date(2026, 3, 4)));
    assert!(lapsed.entry.is_shared() && lapsed.shared);
    assert_eq!(lapses(&lapsed.finding, until, deadline.lapse), None);
}

#[test]
fn an_approval_decides_what_was_proposed_unless_its_day_is_over() {
    let proposed = finding(FindingStatus::Open, true);
    let approve = |now| {
        transition(
            &proposed,
            &actor(OWNER),
            &workspace(),
            Transition::Approve.because(""),
            now,
        )
    };
    let change = approve(NOW).expect("allowed");
    assert_eq!(change.finding.status, FindingStatus::AcceptedRisk);
    let accepted = change.finding.accepted.expect("accepted");
    assert_eq!(
        (accepted.until, accepted.asked_by),
        (date(2026, 3, 1), Some(UserId::new(1, 2)))
    );
    let late = approve(NOW + jiff::SignedDuration::from_hours(24 * 60));
    assert!(
        matches!(late, Err(TransitionRefusal::Invalid(_))),
        "{late:?}"
    );
}

#[test]
fn the_policy_sets_the_day_when_it_is_published_and_when_it_is_opened_late() {
    let go = |finding: &Finding, event, now| {
        let moved = transition(finding, &actor(OWNER), &workspace(), ask(event), now);
        moved.expect("allowed").finding
    };
    let published = go(
        &finding(FindingStatus::Draft, false),
        Transition::Publish,
        NOW,
    );
    assert_eq!(published.due, Some(date(2026, 2, 4)), "30 days for high");
    assert!(!published.is_overdue(date(2026, 2, 4)) && published.is_overdue(date(2026, 2, 5)));
    let chosen = Finding {
        due: Some(TODAY),
        ..finding(FindingStatus::Draft, false)
    };
    assert_eq!(go(&chosen, Transition::Publish, NOW).due, Some(TODAY));
    let closed = go(&published, Transition::Retest(RetestOutcome::Fixed), NOW);
    assert!(!closed.is_overdue(date(2027, 1, 1)));
    let soon = go(&closed, Transition::Reopen, NOW);
    assert_eq!(soon.due, published.due, "the day is still to come");
    let later = NOW + jiff::SignedDuration::from_hours(24 * 60);
    assert_eq!(
        go(&closed, Transition::Reopen, later).due,
        Some(date(2026, 4, 5))
    );
}

#[test]
fn tags_and_dates_are_the_teams_and_contacts_assign() {
    let open = finding(FindingStatus::Open, false);
    let plan = Remediation {
        assignee: Some(Assignee {
            id: UserId::new(1, 3),
            name: "Carl".into(),
        }),
        ..Remediation::default()
    };
    let with_date = Remediation {
        due: Some(TODAY),
        ..plan.clone()
    };
    for role in Role::ALL {
        let may = |plan| super::plan(&open, plan, &actor(role), NOW).is_ok();
        assert_eq!(may(&plan), role.may(Action::AssignFindings), "{role:?}");
        assert_eq!(may(&with_date), role.may(Action::WriteFindings), "{role:?}");
    }
    let change = super::plan(&open, &plan, &actor(OWNER), NOW).expect("allowed");
    let change = change.expect("a change");
    assert!(change.entry.is_shared());
    assert_eq!(
        super::plan(&change.finding, &plan, &actor(OWNER), NOW),
        Ok(None)
    );
    let secret = super::plan(
        &finding(FindingStatus::Draft, false),
        &plan,
        &actor(OWNER),
        NOW,
    );
    let secret = secret.expect("allowed").expect("a change");
    assert!(!secret.entry.is_shared() && !secret.shared);
}

#[test]
fn the_team_may_keep_a_comment_to_itself_and_a_contact_may_not() {
    let say = |role, status, internal: &str| {
        let input = CommentInput {
            text: "Look.".into(),
            internal: internal.into(),
        };
        comment(&finding(status, false), &actor(role), &input, NOW)
    };
    let shared = |said: Result<NewComment, TransitionRefusal>| said.map(|said| said.shared);
    assert_eq!(shared(say(OWNER, FindingStatus::Open, "")), Ok(true));
    assert_eq!(shared(say(OWNER, FindingStatus::Open, "yes")), Ok(false));
    assert_eq!(shared(say(OWNER, FindingStatus::Draft, "")), Ok(false));
    assert_eq!(
        shared(say(Role::ALL[4], FindingStatus::Open, "yes")),
        Ok(true)
    );
    assert_eq!(
        shared(say(Role::ALL[6], FindingStatus::Open, "")),
        Err(TransitionRefusal::Role)
    );
}

fn draft() -> FindingContent {
    FindingInput {
        title: "t".into(),
        severity: "high".into(),
        ..Default::default()
    }
    .parse()
    .expect("valid")
}

/// What may be done to a finding in the model.
#[derive(Debug, Clone)]
enum Step {
    Move(Transition, bool),
    Lapse,
    Days(i64),
}

fn steps() -> impl Strategy<Value = Vec<(Role, Step)>> {
    let step = prop_oneof![
        12 => (select(Transition::ALL.to_vec()), any::<bool>()).prop_map(|(event, says)| Step::Move(event, says)),
        1 => Just(Step::Lapse),
        1 => (1_i64..200).prop_map(Step::Days),
    ];
    proptest::collection::vec((select(Role::ALL.to_vec()), step), 0..120)
}

proptest! {
    #![proptest_config(crate::testing::config())]

    #[test]
    fn any_sequence_of_moves_keeps_the_books(steps in steps()) {
        let (owner, workspace) = (actor(OWNER), workspace());
        let made = create(FindingId::new(1, 1), &draft(), &owner, FindingEvent::Created, NOW).expect("made");
        let (mut now, mut totals, mut history): (Finding, Counts, Vec<HistoryEntry>) = (made.finding, made.counts, vec![made.entry]);
        let (mut time, mut rounds) = (NOW, 0);
        for (role, step) in steps {
            let before = now.clone();
            let today = workspace.today(time);
            let until = today.checked_add(jiff::ToSpan::days(60)).expect("a day").to_string();
            let change = match step {
                Step::Days(n) => {
                    time += jiff::SignedDuration::from_hours(24 * n);
                    continue;
                }
                Step::Lapse => {
                    let Some(until) = before.accepted.as_ref().map(|a| a.until) else { continue };
                    let lapsed = lapse(&before, &workspace, until, time);
                    prop_assert_eq!(lapsed.is_some(), until < today);
                    let Some(change) = lapsed else { continue };
                    prop_assert_eq!(change.finding.status, FindingStatus::Reopened);
                    change
                }
                Step::Move(event, says) => {
                    let ask = TransitionRequest { event, note: if says { "because" } else { "" }, until: &until };
                    let Ok(change) = transition(&before, &actor(role), &workspace, ask, time) else { continue };
                    prop_assert!(role.may(event.action()) && event.from().contains(&before.status));
                    prop_assert!(says || !matches!(event.note(), NoteRule::Required(_)));
                    let to = match event {
                        Transition::Approve => before.proposal.as_ref().map(|p| p.decision.leads_to()),
                        event => event.to(),
                    };
                    prop_assert_eq!(change.finding.status, to.unwrap_or(before.status));
                    rounds += i64::from(matches!(event, Transition::Retest(_)));
                    prop_assert_eq!(change.round.is_some(), matches!(event, Transition::Retest(_)));
                    prop_assert_eq!(change.deadline.is_some(), change.finding.accepted != before.accepted && change.finding.accepted.is_some());
                    change
                }
            };
            prop_assert_eq!(change.finding.version, before.version + 1);
            prop_assert!(change.shared && change.entry.is_shared());
            totals.merge(&change.counts);
            history.push(change.entry);
            now = change.finding;
            prop_assert_eq!(now.accepted.is_some(), now.status == FindingStatus::AcceptedRisk);
            prop_assert!(now.proposal.is_none() || Transition::Approve.from().contains(&now.status));
            prop_assert!(now.status == FindingStatus::Draft || now.due.is_some(), "published without a day");
            prop_assert_eq!(now.rounds, rounds);
        }
        prop_assert_eq!(now.life.published.is_some(), now.status != FindingStatus::Draft);
        prop_assert_eq!(now.life.fixed.is_some(), now.status == FindingStatus::Verified);
        prop_assert_eq!(totals, Counts::of(&now));
        prop_assert_eq!(i64::try_from(history.len()).expect("few"), now.version);
    }

    #[test]
    fn an_edit_tells_before_and_after_and_moves_the_totals(severity in select(Severity::ALL.to_vec()), title in "[a-z]{1,9}", text in "[a-z]{0,400}") {
        let owner = actor(OWNER);
        let (before, finding) = (draft(), finding(FindingStatus::Open, false));
        let after = FindingContent { title, severity, description: text, ..before.clone() };
        let change = edit(&finding, &before, &after, &owner, NOW).expect("allowed");
        let same = before == after;
        prop_assert_eq!(change.is_none(), same);
        if let Some(change) = change {
            prop_assert!(change.shared && !change.entry.is_shared());
            let mut expected = Counts::default();
            expected.add(finding.severity, FindingStatus::Open, -1);
            expected.add(severity, FindingStatus::Open, 1);
            prop_assert_eq!(change.counts, expected);
            let FindingEvent::Edited { changes } = change.entry.what else { panic!("an edit") };
            let long = after.description.len() > 200;
            prop_assert_eq!(!change.full.is_empty(), long);
            prop_assert_eq!(changes.iter().any(|c| c.cut), long);
            let told = if long { change.full } else { changes };
            prop_assert_eq!(told, edits(&before, &after));
        }
    }

    #[test]
    fn totals_add_up_in_any_order(changes in proptest::collection::vec((select(Severity::ALL.to_vec()), select(FindingStatus::ALL.to_vec()), -3_i64..4), 0..20)) {
        let sum = |parts: &mut dyn Iterator<Item = &(Severity, FindingStatus, i64)>| {
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
