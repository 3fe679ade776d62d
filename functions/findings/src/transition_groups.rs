//! The transitions of a finding that the actor may make, in groups that share a form.

use domain::finding::{Decision, Finding, FindingStatus, NoteRule, Transition};
use domain::role::Role;
use serde::Serialize;
use web::Form;

use crate::panels::RefusedForm;
use crate::paths::FindingRef;

/// A form with a button for each transition.
#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of the template"
)]
pub(crate) struct TransitionGroup {
    /// Names its fields.
    name: &'static str,
    heading: &'static str,
    hint: &'static str,
    /// Shown at once, or behind its heading.
    main: bool,
    open: bool,
    label: &'static str,
    note: bool,
    required: bool,
    until: bool,
    form: Form,
    buttons: Vec<Button>,
}

#[derive(Debug, Serialize)]
struct Button {
    action: String,
    label: &'static str,
    primary: bool,
}

/// The name, texts and transitions of a group.
struct GroupSpec {
    name: &'static str,
    heading: &'static str,
    label: &'static str,
    hint: &'static str,
    holds: fn(Transition) -> bool,
}

const GROUPS: [GroupSpec; 9] = [
    GroupSpec {
        name: "publish",
        heading: "Publish",
        label: "Note",
        hint: "The client will see it.",
        holds: |transition| matches!(transition, Transition::Publish),
    },
    GroupSpec {
        name: "answer",
        heading: "Answer the proposal",
        label: "Note",
        hint: "A refusal needs a reason.",
        holds: Transition::answers_proposal,
    },
    GroupSpec {
        name: "fix",
        heading: "Fix",
        label: "Note",
        hint: "Say what was done, so that it can be verified, or who is on it.",
        holds: |transition| matches!(transition, Transition::Start | Transition::Resolve),
    },
    GroupSpec {
        name: "retest",
        heading: "Record a retest",
        label: "What was tested",
        hint: "Say what was tested. What isn't fixed needs a word on what is left.",
        holds: |transition| matches!(transition, Transition::Retest(_)),
    },
    GroupSpec {
        name: "reopen",
        heading: "Reopen",
        label: "Reason",
        hint: "Say why it is open again.",
        holds: |transition| matches!(transition, Transition::Reopen),
    },
    GroupSpec {
        name: "risk",
        heading: "Accept the risk",
        label: "Reason",
        hint: "Say why the risk can be carried, and by whom. When the day is over, the finding is open again.",
        holds: |transition| transition.decision() == Some(Decision::AcceptRisk),
    },
    GroupSpec {
        name: "none",
        heading: "False positive",
        label: "Reason",
        hint: "Say why it is no weakness.",
        holds: |transition| transition.decision() == Some(Decision::FalsePositive),
    },
    GroupSpec {
        name: "undo",
        heading: "Undo",
        label: "Note",
        hint: "Possible until the other side has answered.",
        holds: |transition| {
            matches!(
                transition,
                Transition::Unresolve | Transition::WithdrawProposal
            )
        },
    },
    GroupSpec {
        name: "withdraw",
        heading: "Take back to draft",
        label: "Note",
        hint: "The client will no longer see it.",
        holds: |transition| matches!(transition, Transition::Withdraw),
    },
];

/// The groups of transitions that `role` may make.
pub(crate) fn list_groups(
    finding: &Finding,
    role: Role,
    finding_ref: FindingRef,
    refused: Option<&RefusedForm>,
) -> Vec<TransitionGroup> {
    let is_proposed = finding.proposal.is_some();
    let offered: Vec<Transition> =
        Transition::available(role, finding.status, is_proposed).collect();
    let main = main_groups(finding.status, is_proposed, role);
    let group = |spec: &GroupSpec| {
        let transitions: Vec<Transition> = offered
            .iter()
            .copied()
            .filter(|transition| (spec.holds)(*transition))
            .collect();
        (!transitions.is_empty()).then(|| {
            TransitionGroup::new(
                spec,
                &transitions,
                main.contains(&spec.name),
                finding_ref,
                refused,
            )
        })
    };
    GROUPS.iter().filter_map(group).collect()
}

/// The groups that are open at first: the usual next steps.
fn main_groups(status: FindingStatus, proposed: bool, role: Role) -> &'static [&'static str] {
    match status {
        FindingStatus::Draft => &["publish"],
        _ if proposed && role.is_team() => &["answer"],
        FindingStatus::Resolved if !role.is_team() => &["undo"],
        _ if proposed => &["undo"],
        FindingStatus::Open | FindingStatus::InProgress | FindingStatus::Reopened => &["fix"],
        FindingStatus::Resolved => &["retest"],
        FindingStatus::Verified | FindingStatus::FalsePositive | FindingStatus::AcceptedRisk => &[],
    }
}

impl TransitionGroup {
    fn new(
        spec: &GroupSpec,
        transitions: &[Transition],
        main: bool,
        finding_ref: FindingRef,
        refused: Option<&RefusedForm>,
    ) -> Self {
        let refused_form = match refused {
            Some(RefusedForm::Transition(transition, input, invalid))
                if transitions.contains(transition) =>
            {
                Some(Form::with_errors(input, invalid))
            }
            _ => None,
        };
        let requires_note =
            |transition: &Transition| matches!(transition.note_rule(), NoteRule::Required(_));
        let is_undo = matches!(
            transitions,
            [Transition::Unresolve | Transition::WithdrawProposal]
        );
        let is_primary = |transition: Transition| {
            let is_usual = !matches!(transition, Transition::Start) && !requires_note(&transition);
            !is_undo && (transitions.len() == 1 || is_usual)
        };
        Self {
            name: spec.name,
            heading: spec.heading,
            hint: spec.hint,
            main,
            open: refused_form.is_some(),
            label: spec.label,
            note: transitions
                .iter()
                .any(|transition| transition.note_rule() != NoteRule::None),
            required: transitions.iter().all(requires_note),
            until: transitions
                .iter()
                .any(|transition| transition.decision().is_some_and(Decision::is_temporary)),
            form: refused_form.unwrap_or_default(),
            buttons: transitions
                .iter()
                .map(|transition| Button {
                    action: finding_ref.transition_href(*transition),
                    label: transition.label(),
                    primary: is_primary(*transition),
                })
                .collect(),
        }
    }
}
