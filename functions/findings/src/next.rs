//! What is next for a finding: the moves that the reader may make, in groups
//! that share a form.

use domain::finding::{Decision, Event, Finding, Note, Status};
use domain::role::Role;
use serde::Serialize;
use web::Form;

use crate::finding::Failed;

/// A form with a button for each move.
#[derive(Debug, Serialize)]
#[allow(clippy::struct_excessive_bools)] // what a template asks, one by one
pub(crate) struct Group {
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
    holds: fn(Event) -> bool,
}

const KINDS: [Kind; 8] = [
    Kind {
        name: "publish",
        heading: "Publish",
        label: "Note",
        hint: "The client will see it.",
        holds: |event| matches!(event, Event::Publish),
    },
    Kind {
        name: "answer",
        heading: "Answer the proposal",
        label: "Note",
        hint: "A refusal needs a reason.",
        holds: Event::answers,
    },
    Kind {
        name: "fix",
        heading: "Fix",
        label: "Note",
        hint: "Say what was done, so that it can be verified, or who is on it.",
        holds: |event| matches!(event, Event::Start | Event::Resolve),
    },
    Kind {
        name: "retest",
        heading: "Record a retest",
        label: "What was tested",
        hint: "Say what was tested. What isn't fixed needs a word on what is left.",
        holds: |event| matches!(event, Event::Retest(_)),
    },
    Kind {
        name: "reopen",
        heading: "Reopen",
        label: "Reason",
        hint: "Say why it is open again.",
        holds: |event| matches!(event, Event::Reopen),
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
        holds: |event| matches!(event, Event::Withdraw),
    },
];

/// The groups of moves that `role` is offered for `finding`, whose page is `here`.
pub(crate) fn groups(
    finding: &Finding,
    role: Role,
    here: &str,
    failed: Option<&Failed>,
) -> Vec<Group> {
    let proposed = finding.proposal.is_some();
    let offered: Vec<Event> = Event::offered(role, finding.status, proposed).collect();
    let main = main(finding.status, proposed, role);
    let group = |kind: &Kind| {
        let events: Vec<Event> = offered
            .iter()
            .copied()
            .filter(|event| (kind.holds)(*event))
            .collect();
        (!events.is_empty())
            .then(|| Group::new(kind, &events, main.contains(&kind.name), here, failed))
    };
    KINDS.iter().filter_map(group).collect()
}

/// The groups that are what is usually next.
fn main(status: Status, proposed: bool, role: Role) -> &'static [&'static str] {
    match status {
        Status::Draft => &["publish"],
        _ if proposed && role.is_team() => &["answer"],
        Status::Open | Status::InProgress | Status::Reopened => &["fix"],
        Status::Resolved => &["retest"],
        Status::Verified | Status::FalsePositive | Status::AcceptedRisk => &[],
    }
}

impl Group {
    fn new(kind: &Kind, events: &[Event], main: bool, here: &str, failed: Option<&Failed>) -> Self {
        let failed = match failed {
            Some(Failed::Move(event, said, invalid)) if events.contains(event) => {
                Some(Form::failed(said, invalid))
            }
            _ => None,
        };
        let required = |event: &Event| matches!(event.note(), Note::Required(_));
        let primary =
            |event: Event| events.len() == 1 || !matches!(event, Event::Start) && !required(&event);
        Self {
            name: kind.name,
            heading: kind.heading,
            hint: kind.hint,
            main,
            open: failed.is_some(),
            label: kind.label,
            note: events.iter().any(|event| event.note() != Note::None),
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
