//! What is next for a finding: the moves that the reader may make, in groups
//! that share a form.

use domain::finding::{Decision, Finding, FindingStatus, NoteRule, Transition};
use domain::role::Role;
use serde::Serialize;
use web::Form;

use crate::finding::RefusedForm;

/// A form with a button for each move.
#[derive(Debug, Serialize)]
#[allow(clippy::struct_excessive_bools)] // what a template asks, one by one
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

/// A kind of group: its name, words, and which moves it holds.
struct Kind {
    name: &'static str,
    heading: &'static str,
    label: &'static str,
    hint: &'static str,
    holds: fn(Transition) -> bool,
}

const KINDS: [Kind; 8] = [
    Kind {
        name: "publish",
        heading: "Publish",
        label: "Note",
        hint: "The client will see it.",
        holds: |event| matches!(event, Transition::Publish),
    },
    Kind {
        name: "answer",
        heading: "Answer the proposal",
        label: "Note",
        hint: "A refusal needs a reason.",
        holds: Transition::answers,
    },
    Kind {
        name: "fix",
        heading: "Fix",
        label: "Note",
        hint: "Say what was done, so that it can be verified, or who is on it.",
        holds: |event| matches!(event, Transition::Start | Transition::Resolve),
    },
    Kind {
        name: "retest",
        heading: "Record a retest",
        label: "What was tested",
        hint: "Say what was tested. What isn't fixed needs a word on what is left.",
        holds: |event| matches!(event, Transition::Retest(_)),
    },
    Kind {
        name: "reopen",
        heading: "Reopen",
        label: "Reason",
        hint: "Say why it is open again.",
        holds: |event| matches!(event, Transition::Reopen),
    },
    Kind {
        name: "risk",
        heading: "Accept the risk",
        label: "Reason",
        hint: "Say why the risk can be carried, and by whom. When the day is over, the finding is open again.",
        holds: |event| event.decision() == Some(Decision::AcceptRisk),
    },
    Kind {
        name: "none",
        heading: "False positive",
        label: "Reason",
        hint: "Say why it is no weakness.",
        holds: |event| event.decision() == Some(Decision::FalsePositive),
    },
    Kind {
        name: "withdraw",
        heading: "Take back to draft",
        label: "Note",
        hint: "The client will no longer see it.",
        holds: |event| matches!(event, Transition::Withdraw),
    },
];

/// The groups of moves that `role` is offered for `finding`, whose page is `here`.
pub(crate) fn groups(
    finding: &Finding,
    role: Role,
    here: &str,
    failed: Option<&RefusedForm>,
) -> Vec<TransitionGroup> {
    let proposed = finding.proposal.is_some();
    let offered: Vec<Transition> = Transition::offered(role, finding.status, proposed).collect();
    let main = main(finding.status, proposed, role);
    let group = |kind: &Kind| {
        let events: Vec<Transition> = offered
            .iter()
            .copied()
            .filter(|event| (kind.holds)(*event))
            .collect();
        (!events.is_empty())
            .then(|| TransitionGroup::new(kind, &events, main.contains(&kind.name), here, failed))
    };
    KINDS.iter().filter_map(group).collect()
}

/// The groups that are what is usually next.
fn main(status: FindingStatus, proposed: bool, role: Role) -> &'static [&'static str] {
    match status {
        FindingStatus::Draft => &["publish"],
        _ if proposed && role.is_team() => &["answer"],
        FindingStatus::Open | FindingStatus::InProgress | FindingStatus::Reopened => &["fix"],
        FindingStatus::Resolved => &["retest"],
        FindingStatus::Verified | FindingStatus::FalsePositive | FindingStatus::AcceptedRisk => &[],
    }
}

impl TransitionGroup {
    fn new(
        kind: &Kind,
        events: &[Transition],
        main: bool,
        here: &str,
        failed: Option<&RefusedForm>,
    ) -> Self {
        let failed = match failed {
            Some(RefusedForm::Move(event, said, invalid)) if events.contains(event) => {
                Some(Form::failed(said, invalid))
            }
            _ => None,
        };
        let required = |event: &Transition| matches!(event.note(), NoteRule::Required(_));
        let primary = |event: Transition| {
            events.len() == 1 || !matches!(event, Transition::Start) && !required(&event)
        };
        Self {
            name: kind.name,
            heading: kind.heading,
            hint: kind.hint,
            main,
            open: failed.is_some(),
            label: kind.label,
            note: events.iter().any(|event| event.note() != NoteRule::None),
            required: events.iter().all(required),
            until: events
                .iter()
                .any(|event| event.decision().is_some_and(Decision::ends)),
            form: failed.unwrap_or_default(),
            buttons: events
                .iter()
                .map(|event| Button {
                    action: format!("{here}/{}", event.name()),
                    label: event.label(),
                    primary: primary(*event),
                })
                .collect(),
        }
    }
}
