//! The state machine against a model: any sequence of transitions by any role.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::id::{FindingId, UserId, WorkspaceId};
use crate::person::Actor;
use crate::role::{Action, Role};
use crate::severity::Severity;
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

/// A finding in `status`, with a proposal or without one.
fn finding(status: FindingStatus, has_proposal: bool) -> Finding {
    let created = create_finding(
        FindingId::new(1, 1),
        &content(),
        &actor(OWNER),
        FindingEvent::Created,
        NOW,
    );
    let user = UserId::new(1, 2);
    Finding {
        status,
        accepted_risk: (status == FindingStatus::AcceptedRisk).then_some(AcceptedRisk {
            until: date(2026, 2, 1),
            by: user,
            proposed_by: None,
        }),
        proposal: has_proposal.then(|| Proposal {
            decision: Decision::AcceptRisk,
            until: Some(date(2026, 3, 1)),
            by: user,
            by_name: "Carl".into(),
            at: NOW,
        }),
        ..created.expect("created").finding
    }
}

const fn request(transition: Transition) -> TransitionRequest<'static> {
    TransitionRequest {
        transition,
        note: "because",
        until: "2026-06-30",
    }
}

#[test]
fn available_transitions_are_the_permitted_ones() {
    for role in Role::ALL {
        for (status, proposed) in FindingStatus::ALL
            .into_iter()
            .flat_map(|s| [(s, false), (s, true)])
        {
            let available: Vec<_> = Transition::available(role, status, proposed).collect();
            for transition in Transition::ALL {
                let finding = finding(status, proposed);
                let changed = apply_transition(
                    &finding,
                    &actor(role),
                    &workspace(),
                    request(transition),
                    NOW,
                );
                let allowed = changed.is_ok();
                assert_eq!(
                    available.contains(&transition),
                    allowed,
                    "{role:?} {transition:?} from {status:?}"
                );
            }
        }
    }
}

#[test]
fn contact_never_decides_and_has_no_transition_of_draft() {
    for role in Role::ALL.into_iter().filter(|role| !role.is_team()) {
        for status in FindingStatus::ALL {
            let available: Vec<_> = Transition::available(role, status, true).collect();
            let is_contacts = |transition: &Transition| {
                matches!(
                    transition,
                    Transition::Start
                        | Transition::Resolve
                        | Transition::Unresolve
                        | Transition::Propose(_)
                        | Transition::WithdrawProposal
                )
            };
            assert!(
                available.iter().all(is_contacts),
                "{role:?} {status:?}: {available:?}"
            );
            assert!(status != FindingStatus::Draft || available.is_empty());
        }
        let refused = create_finding(
            FindingId::new(1, 1),
            &content(),
            &actor(role),
            FindingEvent::Created,
            NOW,
        );
        assert_eq!(refused, Err(TransitionRefusal::Role));
    }
}

#[test]
fn transition_with_required_note_is_refused_without_one() {
    for transition in Transition::ALL {
        let finding = finding(transition.allowed_from()[0], true);
        let actor = actor(if transition.action() == Action::ProposeDecisions {
            Role::ALL[4]
        } else {
            OWNER
        });
        let without_note = TransitionRequest {
            note: " \n",
            ..request(transition)
        };
        let changed = apply_transition(&finding, &actor, &workspace(), without_note, NOW);
        let needs = matches!(transition.note_rule(), NoteRule::Required(_));
        assert_eq!(changed.is_err(), needs, "{transition:?}");
        let named = |refusal: TransitionRefusal| match refusal {
            TransitionRefusal::Invalid(invalid) => invalid.fields().contains_key("note"),
            _ => false,
        };
        assert!(changed.err().is_none_or(named), "{transition:?}");
    }
}

#[test]
fn accepted_risk_needs_future_day_and_expires_once() {
    let decide = |until| {
        let request = TransitionRequest {
            until,
            ..request(Transition::Decide(Decision::AcceptRisk))
        };
        apply_transition(
            &finding(FindingStatus::Open, false),
            &actor(OWNER),
            &workspace(),
            request,
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
    let deadline = change.risk_deadline.expect("one");
    assert_eq!(deadline.warn_at.to_string(), "2026-01-17T23:00:00Z");
    assert_eq!(deadline.expire_at.to_string(), "2026-02-01T23:00:00Z");
    let accepted = change.finding.accepted_risk.clone().expect("accepted");
    assert_eq!(accepted.days_left_to_warn(date(2026, 1, 17)), None);
    assert_eq!(accepted.days_left_to_warn(date(2026, 1, 18)), Some(14));
    assert_eq!(accepted.days_left_to_warn(date(2026, 2, 1)), Some(0));
    // It lapses on the day after, once, and only if it is still the same risk.
    let expiry =
        |finding: &Finding, until, now| apply_risk_expiry(finding, &workspace(), until, now);
    let until = accepted.until;
    let before = deadline.expire_at - jiff::SignedDuration::from_secs(1);
    assert_eq!(expiry(&change.finding, until, before), None);
    assert_eq!(
        expiry(&change.finding, date(2026, 1, 31), deadline.expire_at),
        None
    );
    let expired = expiry(&change.finding, until, deadline.expire_at).expect("expired");
    assert_eq!(expired.finding.status, FindingStatus::Reopened);
    assert_eq!(expired.finding.due, Some(date(2026, 3, 4)));
    assert!(expired.entry.is_shared() && expired.shared);
    assert_eq!(expiry(&expired.finding, until, deadline.expire_at), None);
}

#[test]
fn approval_decides_as_proposed_unless_day_is_over() {
    let proposed = finding(FindingStatus::Open, true);
    let approve = |now| {
        apply_transition(
            &proposed,
            &actor(OWNER),
            &workspace(),
            Transition::Approve.with_note(""),
            now,
        )
    };
    let change = approve(NOW).expect("allowed");
    assert_eq!(change.finding.status, FindingStatus::AcceptedRisk);
    let accepted = change.finding.accepted_risk.expect("accepted");
    assert_eq!(
        (accepted.until, accepted.proposed_by),
        (date(2026, 3, 1), Some(UserId::new(1, 2)))
    );
    let late = approve(NOW + jiff::SignedDuration::from_hours(24 * 60));
    assert!(
        matches!(late, Err(TransitionRefusal::Invalid(_))),
        "{late:?}"
    );
}

#[test]
fn due_policy_sets_date_on_publishing_and_late_reopening() {
    let apply = |finding: &Finding, transition, now| {
        let changed = apply_transition(
            finding,
            &actor(OWNER),
            &workspace(),
            request(transition),
            now,
        );
        changed.expect("allowed").finding
    };
    let published = apply(
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
    assert_eq!(apply(&chosen, Transition::Publish, NOW).due, Some(TODAY));
    let closed = apply(&published, Transition::Retest(RetestOutcome::Fixed), NOW);
    assert!(!closed.is_overdue(date(2027, 1, 1)));
    let soon = apply(&closed, Transition::Reopen, NOW);
    assert_eq!(soon.due, published.due, "the day is still to come");
    let later = NOW + jiff::SignedDuration::from_hours(24 * 60);
    assert_eq!(
        apply(&closed, Transition::Reopen, later).due,
        Some(date(2026, 4, 5))
    );
}

#[test]
fn remediation_of_contact_changes_assignee_only() {
    let open = finding(FindingStatus::Open, false);
    let remediation = Remediation {
        assignee: Some(Assignee {
            id: UserId::new(1, 3),
            name: "Carl".into(),
        }),
        ..Remediation::default()
    };
    let with_date = Remediation {
        due: Some(TODAY),
        ..remediation.clone()
    };
    for role in Role::ALL {
        let may = |remediation| apply_remediation(&open, remediation, &actor(role), NOW).is_ok();
        assert_eq!(
            may(&remediation),
            role.may(Action::AssignFindings),
            "{role:?}"
        );
        assert_eq!(may(&with_date), role.may(Action::WriteFindings), "{role:?}");
    }
    let change = apply_remediation(&open, &remediation, &actor(OWNER), NOW).expect("allowed");
    let change = change.expect("a change");
    assert!(change.entry.is_shared());
    assert_eq!(
        apply_remediation(&change.finding, &remediation, &actor(OWNER), NOW),
        Ok(None)
    );
    let of_draft = apply_remediation(
        &finding(FindingStatus::Draft, false),
        &remediation,
        &actor(OWNER),
        NOW,
    );
    let of_draft = of_draft.expect("allowed").expect("a change");
    assert!(!of_draft.entry.is_shared() && !of_draft.shared);
}

#[test]
fn change_of_severity_after_publishing_moves_due_date_and_tells_client() {
    let published = finding(FindingStatus::Draft, false);
    let request = Transition::Publish.with_note("");
    let published = apply_transition(&published, &actor(OWNER), &workspace(), request, NOW);
    let published = published.expect("published").finding;
    assert_eq!(published.due, Some(date(2026, 2, 4)));
    let later = NOW + jiff::SignedDuration::from_hours(24 * 10);
    let rate = |finding: &Finding, severity| {
        let rated = update_severity(finding, severity, "why", &actor(OWNER), &workspace(), later);
        rated.expect("allowed").expect("a change")
    };
    // Worse: counted from the day of the change, and never later than it was.
    let worse = rate(&published, Severity::Critical);
    assert_eq!(worse.finding.due, Some(date(2026, 1, 22)));
    assert!(worse.entry.is_shared() && worse.entry.note.as_deref() == Some("why"));
    let fields: Vec<&str> = worse
        .entry
        .event
        .field_changes()
        .iter()
        .map(|c| c.field.as_str())
        .collect();
    assert_eq!(fields, ["severity", "due date"]);
    assert_eq!(worse.edit_flash(), "rated-date");
    let soon = Finding {
        due: Some(date(2026, 1, 16)),
        ..published.clone()
    };
    assert_eq!(rate(&soon, Severity::Critical).finding.due, soon.due);
    // Lesser: counted from the publication, unless a person had set the date.
    assert_eq!(
        rate(&published, Severity::Low).finding.due,
        Some(date(2026, 7, 4))
    );
    assert_eq!(rate(&published, Severity::Info).finding.due, None);
    assert_eq!(rate(&soon, Severity::Low).finding.due, soon.due);
    assert_eq!(rate(&soon, Severity::Low).edit_flash(), "rated");
    let corrected = rate(&worse.finding, Severity::High);
    assert_eq!(corrected.finding.due, published.due);
    // What waits for no fix keeps its date.
    let closed = published.in_status(FindingStatus::Verified);
    assert_eq!(rate(&closed, Severity::Critical).finding.due, closed.due);
}

#[test]
fn rating_in_an_edit_is_told_apart_from_the_text() {
    let (before, finding) = (content(), finding(FindingStatus::Open, false));
    let after = FindingContent {
        severity: Severity::Low,
        severity_reason: Some("Behind the VPN.".into()),
        vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".parse().ok(),
        description: "Only for the team to compare.".into(),
        ..before.clone()
    };
    let update = |finding: &Finding| {
        let change = update_content(finding, &before, &after, &actor(OWNER), &workspace(), NOW);
        change.expect("allowed").expect("a change")
    };
    let change = update(&finding);
    let names = |entry: &HistoryEntry| -> Vec<String> {
        let changes = entry.event.field_changes().iter();
        changes.map(|change| change.field.clone()).collect()
    };
    assert_eq!(
        names(&change.entry),
        ["severity", "reason for the severity", "CVSS vector"]
    );
    let internal = change.internal_entry.expect("an entry of the text");
    assert_eq!(names(&internal), ["description"]);
    assert!(change.entry.is_shared() && !internal.is_shared());
    let of_draft = update(&finding.in_status(FindingStatus::Draft));
    assert!(!of_draft.entry.is_shared() && of_draft.internal_entry.is_none());
}

#[test]
fn comment_of_team_may_be_internal_and_of_contact_is_shared() {
    let write = |role, status, internal: &str| {
        let input = CommentInput {
            text: "Look.".into(),
            internal: internal.into(),
        };
        create_comment(&finding(status, false), &actor(role), &input, NOW)
    };
    let shared =
        |comment: Result<NewComment, TransitionRefusal>| comment.map(|comment| comment.shared);
    assert_eq!(shared(write(OWNER, FindingStatus::Open, "")), Ok(true));
    assert_eq!(shared(write(OWNER, FindingStatus::Open, "yes")), Ok(false));
    assert_eq!(shared(write(OWNER, FindingStatus::Draft, "")), Ok(false));
    assert_eq!(
        shared(write(Role::ALL[4], FindingStatus::Open, "yes")),
        Ok(true)
    );
    assert_eq!(
        shared(write(Role::ALL[6], FindingStatus::Open, "")),
        Err(TransitionRefusal::Role)
    );
}

fn content() -> FindingContent {
    FindingInput {
        title: "t".into(),
        severity: "high".into(),
        ..Default::default()
    }
    .parse()
    .expect("valid")
}

/// A step of the model.
#[derive(Debug, Clone)]
enum FindingStep {
    Transition(Transition, bool),
    ExpireRisk,
    Days(i64),
}

fn steps() -> impl Strategy<Value = Vec<(Role, FindingStep)>> {
    let step = prop_oneof![
        12 => (select(Transition::ALL.to_vec()), any::<bool>()).prop_map(|(transition, has_note)| FindingStep::Transition(transition, has_note)),
        1 => Just(FindingStep::ExpireRisk),
        1 => (1_i64..200).prop_map(FindingStep::Days),
    ];
    proptest::collection::vec((select(Role::ALL.to_vec()), step), 0..120)
}

proptest! {
    #![proptest_config(crate::testing::config())]

    #[test]
    fn any_sequence_of_transitions_keeps_totals_and_invariants(steps in steps()) {
        let (owner, workspace) = (actor(OWNER), workspace());
        let created = create_finding(FindingId::new(1, 1), &content(), &owner, FindingEvent::Created, NOW).expect("created");
        let (mut current, mut totals, mut history): (Finding, Counts, Vec<HistoryEntry>) = (created.finding, created.counts, vec![created.entry]);
        let (mut time, mut retests) = (NOW, 0);
        for (role, step) in steps {
            let before = current.clone();
            let today = workspace.today(time);
            let until = today.checked_add(jiff::ToSpan::days(60)).expect("a day").to_string();
            let change = match step {
                FindingStep::Days(n) => {
                    time += jiff::SignedDuration::from_hours(24 * n);
                    continue;
                }
                FindingStep::ExpireRisk => {
                    let Some(until) = before.accepted_risk.as_ref().map(|a| a.until) else { continue };
                    let expired = apply_risk_expiry(&before, &workspace, until, time);
                    prop_assert_eq!(expired.is_some(), until < today);
                    let Some(change) = expired else { continue };
                    prop_assert_eq!(change.finding.status, FindingStatus::Reopened);
                    change
                }
                FindingStep::Transition(transition, has_note) => {
                    let request = TransitionRequest { transition, note: if has_note { "because" } else { "" }, until: &until };
                    let Ok(change) = apply_transition(&before, &actor(role), &workspace, request, time) else { continue };
                    prop_assert!(role.may(transition.action()) && transition.allowed_from().contains(&before.status));
                    prop_assert!(has_note || !matches!(transition.note_rule(), NoteRule::Required(_)));
                    let to = match transition {
                        Transition::Approve => before.proposal.as_ref().map(|p| p.decision.target_status()),
                        transition => transition.target_status(),
                    };
                    prop_assert_eq!(change.finding.status, to.unwrap_or(before.status));
                    retests += i64::from(matches!(transition, Transition::Retest(_)));
                    prop_assert_eq!(change.retest.is_some(), matches!(transition, Transition::Retest(_)));
                    prop_assert_eq!(change.risk_deadline.is_some(), change.finding.accepted_risk != before.accepted_risk && change.finding.accepted_risk.is_some());
                    change
                }
            };
            prop_assert_eq!(change.finding.version, before.version + 1);
            prop_assert!(change.shared && change.entry.is_shared());
            totals.merge(&change.counts);
            history.push(change.entry);
            current = change.finding;
            prop_assert_eq!(current.accepted_risk.is_some(), current.status == FindingStatus::AcceptedRisk);
            prop_assert!(current.proposal.is_none() || Transition::Approve.allowed_from().contains(&current.status));
            prop_assert!(current.status == FindingStatus::Draft || current.due.is_some(), "published without a day");
            prop_assert_eq!(current.retests, retests);
        }
        prop_assert_eq!(current.lifecycle.published_at.is_some(), current.status != FindingStatus::Draft);
        prop_assert_eq!(current.lifecycle.fixed_at.is_some(), current.status == FindingStatus::Verified);
        prop_assert_eq!(totals, Counts::of(&current));
        prop_assert_eq!(i64::try_from(history.len()).expect("few"), current.version);
    }

    #[test]
    fn edit_records_field_changes_and_totals(severity in select(Severity::ALL.to_vec()), title in "[a-z]{1,9}", text in "[a-z]{0,400}") {
        let owner = actor(OWNER);
        let (before, finding) = (content(), finding(FindingStatus::Open, false));
        let after = FindingContent { title, severity, description: text, ..before.clone() };
        let change = update_content(&finding, &before, &after, &owner, &workspace(), NOW).expect("allowed");
        let same = before == after;
        prop_assert_eq!(change.is_none(), same);
        if let Some(change) = change {
            prop_assert!(change.shared);
            let mut expected = Counts::default();
            expected.add(finding.severity, FindingStatus::Open, -1);
            expected.add(severity, FindingStatus::Open, 1);
            prop_assert_eq!(change.counts, expected);
            let is_rated = severity != before.severity;
            prop_assert_eq!(change.entry.is_shared(), is_rated);
            let edit = if is_rated { change.internal_entry } else { Some(change.entry) };
            prop_assert!(edit.iter().all(|entry| !entry.is_shared()));
            let changes = edit.map_or_else(Vec::new, |entry| entry.event.field_changes().to_vec());
            let is_long = after.description.len() > 200;
            prop_assert_eq!(!change.full_changes.is_empty(), is_long);
            prop_assert_eq!(changes.iter().any(|change| change.cut), is_long);
            let recorded = if is_long { change.full_changes } else { changes };
            let mut expected = field_changes(&before, &after);
            expected.retain(|change| !(is_rated && change.field == "severity"));
            prop_assert_eq!(recorded, expected);
        }
    }

    #[test]
    fn counts_add_up_in_any_order(changes in proptest::collection::vec((select(Severity::ALL.to_vec()), select(FindingStatus::ALL.to_vec()), -3_i64..4), 0..20)) {
        let sum = |parts: &mut dyn Iterator<Item = &(Severity, FindingStatus, i64)>| {
            let mut counts = Counts::default();
            parts.for_each(|(severity, status, n)| counts.add(*severity, *status, *n));
            counts
        };
        prop_assert_eq!(sum(&mut changes.iter()), sum(&mut changes.iter().rev()));
    }
}
