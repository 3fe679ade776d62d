//! The form that plans the remediation of a finding.

use domain::finding::{Assignee, Remediation, RemediationInput};
use domain::person::Person;
use domain::role::{Action, Role};
use serde::Serialize;
use web::{Form, links};

use crate::panels::RefusedForm;
use crate::paths::FindingRef;

/// The form of the remediation.
#[derive(Debug, Serialize)]
pub(crate) struct RemediationPanel {
    action: String,
    form: Form,
    open: bool,
    everything: bool,
    people: Vec<AssigneeOption>,
}

#[derive(Debug, Serialize)]
struct AssigneeOption {
    value: String,
    label: String,
}

impl RemediationPanel {
    pub(crate) fn new(
        plan: &Remediation,
        path: FindingRef,
        role: Role,
        people: &[Person],
        refused: Option<&RefusedForm>,
    ) -> Self {
        let (form, open) = match refused {
            Some(RefusedForm::Remediation(input, invalid)) => {
                (Form::with_errors(input, invalid), true)
            }
            _ => (Form::filled(&RemediationInput::from(plan)), false),
        };
        let mut options: Vec<AssigneeOption> = people.iter().map(AssigneeOption::from).collect();
        let is_option = |assignee: &&Assignee| people.iter().any(|person| person.id == assignee.id);
        // An assignee of the other side, or who left, stays until another is chosen.
        let other = plan.assignee.iter().filter(|assignee| !is_option(assignee));
        options.extend(other.map(|assignee| AssigneeOption {
            value: assignee.id.to_string(),
            label: assignee.name.clone(),
        }));
        Self {
            action: links::finding_plan(path.base, path.engagement, path.finding),
            form,
            open,
            everything: role.may(Action::WriteFindings),
            people: options,
        }
    }
}

impl From<&Person> for AssigneeOption {
    fn from(person: &Person) -> Self {
        let side = if person.role.is_team() {
            "team"
        } else {
            "client"
        };
        Self {
            value: person.id.to_string(),
            label: format!("{} ({side})", person.name),
        }
    }
}
