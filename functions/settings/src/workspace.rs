//! The workspace: its name, its zone, its team.

use domain::input::Invalid;
use domain::person::{Person, initials};
use domain::role::Action;
use domain::workspace::{Workspace, WorkspaceInput};
use futures::future::try_join;
use jiff::Timestamp;
use serde::Serialize;
use web::{Error, Form, Page, ProtectedForm, Reply, Team, see_other};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    form: Form,
    zones: Vec<String>,
    action: &'static str,
    may_write: bool,
    team: Vec<Member>,
    version: i64,
}

#[derive(Debug, Serialize)]
struct Member {
    name: String,
    email: String,
    initials: String,
    role: &'static str,
    since: Timestamp,
}

impl Page for Settings {
    const TEMPLATE: &'static str = "pages/settings/workspace.html";

    fn title(&self) -> String {
        "Settings".to_owned()
    }

    fn sample() -> Self {
        let (person, _) = web::view::people_samples();
        let input = WorkspaceInput {
            name: "Acme <b>".to_owned(),
            time_zone: "Mars/Olympus".to_owned(),
        };
        let form = Form::failed(
            &input,
            &Invalid::at("time_zone", "Enter a zone like Europe/Berlin."),
        );
        Self::new(form, vec![person], true, 1)
    }
}

impl Settings {
    fn new(form: Form, team: Vec<Person>, may_write: bool, version: i64) -> Self {
        Self {
            form,
            zones: jiff::tz::db()
                .available()
                .map(|name| name.to_string())
                .collect(),
            action: "/settings",
            may_write,
            team: team.into_iter().map(Member::from).collect(),
            version,
        }
    }
}

impl From<Person> for Member {
    fn from(person: Person) -> Self {
        Self {
            initials: initials(&person.name),
            name: person.name,
            email: person.email.as_str().to_owned(),
            role: person.role.label(),
            since: person.since,
        }
    }
}

async fn read(team: &Team) -> Result<(Workspace, Vec<Person>), Error> {
    let (workspace, people) = try_join(team.store.workspace(), team.store.people()).await?;
    Ok((workspace.ok_or(Error::NotFound)?, people))
}

pub(crate) async fn get(team: Team) -> Result<Reply, Error> {
    let (workspace, people) = read(&team).await?;
    let form = Form::filled(&WorkspaceInput {
        name: workspace.name,
        time_zone: workspace.time_zone,
    });
    let may_write = team.actor.role.may(Action::WriteSettings);
    team.ctx
        .page(&Settings::new(form, people, may_write, workspace.version))
}

pub(crate) async fn post(team: Team, form: ProtectedForm<WorkspaceInput>) -> Result<Reply, Error> {
    let (workspace, people) = read(&team).await?;
    let parsed = if form.version == Some(workspace.version) {
        form.input.parse()
    } else {
        Err(Invalid::at(
            "form",
            "Somebody else changed the settings meanwhile. Look at them again, then save.",
        ))
    };
    match parsed {
        Ok((name, time_zone)) => {
            let before = workspace.version;
            let after = Workspace {
                name,
                time_zone,
                version: before + 1,
                ..workspace
            };
            team.store.update_workspace(before, &after).await?;
            team.ctx.forget_workspace();
            Ok(see_other("/settings").flash("saved"))
        }
        Err(invalid) => {
            let form = Form::failed(&form.input, &invalid);
            team.ctx
                .refused(&Settings::new(form, people, true, workspace.version))
        }
    }
}
