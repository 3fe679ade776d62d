//! The workspace: its name, its zone, its team.

use domain::input::FieldErrors;
use domain::invite::Invite;
use domain::person::{Actor, Person};
use domain::plan::Feature;
use domain::role::Action;
use domain::workspace::{MfaPolicy, Workspace, WorkspaceInput, WorkspaceMode, WorkspaceSettings};
use futures::future::try_join3;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use web::view::{InviteRow, PersonRow, SelectOption};
use web::{Form, Page, PageError, ProtectedForm, Reply, TeamAccess, see_other};

/// The page.
#[derive(Debug, Serialize)]
#[allow(clippy::struct_excessive_bools)] // each is a right of its own
pub(crate) struct SettingsPage {
    form: Form,
    zones: Vec<String>,
    action: &'static str,
    may_write: bool,
    team: Vec<PersonRow>,
    invites: Vec<InviteRow>,
    may_manage: bool,
    may_audit: bool,
    may_bill: bool,
    plan: &'static str,
    /// Where the portal is.
    address: String,
    /// Why nobody can be told to use a second factor, where that is so.
    mfa_lacks: Option<String>,
    mfa: &'static str,
    mfa_label: &'static str,
    policies: Vec<SelectOption>,
    modes: Vec<SelectOption>,
    version: i64,
}

impl Page for SettingsPage {
    const TEMPLATE: &'static str = "pages/settings/workspace.html";

    fn title(&self) -> String {
        "Settings".to_owned()
    }

    fn sample() -> Self {
        let (person, invite) = web::view::people_samples();
        let actor = web::view::actor_sample();
        let input = WorkspaceInput {
            name: "Acme <b>".to_owned(),
            time_zone: "Mars/Olympus".to_owned(),
            due_critical: "7".to_owned(),
            ..WorkspaceInput::default()
        };
        let form = Form::failed(
            &input,
            &FieldErrors::at("time_zone", "Enter a zone like Europe/Berlin."),
        );
        let parts = Parts {
            workspace: Workspace {
                mfa: MfaPolicy::Team,
                ..web::view::workspace_sample(actor.workspace)
            },
            people: vec![person],
            invites: vec![invite],
        };
        let address = "https://acme.portal.example".to_owned();
        Self::new(form, &parts, &actor, (address, Timestamp::UNIX_EPOCH))
    }
}

impl SettingsPage {
    fn new(form: Form, parts: &Parts, actor: &Actor, (address, now): (String, Timestamp)) -> Self {
        let plan = parts.workspace.plan_at(now);
        let may_manage = actor.role.may(Action::ManageTeam);
        let invites = parts.invites.iter().filter(|_| may_manage);
        Self {
            form,
            zones: jiff::tz::db()
                .available()
                .map(|name| name.to_string())
                .collect(),
            action: "/settings",
            may_write: actor.role.may(Action::WriteSettings),
            team: parts
                .people
                .iter()
                .map(|person| PersonRow::new(person, actor, "/settings"))
                .collect(),
            invites: invites
                .map(|invite| InviteRow::new(invite, actor, "/settings", now))
                .collect(),
            may_manage,
            may_audit: actor.role.may(Action::ReadAudit),
            may_bill: parts.workspace.mode == WorkspaceMode::Consulting
                && actor.role.may(Action::ManageInvoices),
            plan: plan.label(),
            address,
            mfa_lacks: plan.demand(Feature::MfaPolicy).err().map(|e| e.to_string()),
            mfa: parts.workspace.mfa.name(),
            mfa_label: parts.workspace.mfa.label(),
            policies: policies(),
            modes: modes(),
            version: parts.workspace.version,
        }
    }
}

fn policies() -> Vec<SelectOption> {
    let all = MfaPolicy::ALL.into_iter();
    all.map(|(_, value, label)| SelectOption { value, label })
        .collect()
}

fn modes() -> Vec<SelectOption> {
    let all = WorkspaceMode::ALL.into_iter();
    all.map(|(_, value, label)| SelectOption { value, label })
        .collect()
}

/// What the page shows besides the form.
struct Parts {
    workspace: Workspace,
    people: Vec<Person>,
    invites: Vec<Invite>,
}

async fn read(team: &TeamAccess) -> Result<Parts, PageError> {
    let store = &team.store;
    let read = try_join3(store.workspace(), store.people(), store.invites());
    let (workspace, people, invites) = read.await?;
    Ok(Parts {
        workspace: workspace.ok_or(PageError::NotFound)?,
        people,
        invites,
    })
}

fn page(team: &TeamAccess, parts: &Parts, form: Form) -> SettingsPage {
    let address = team.ctx.app.config.address(&parts.workspace.slug);
    SettingsPage::new(form, parts, &team.actor, (address, team.ctx.now))
}

pub(crate) async fn get(team: TeamAccess) -> Result<Reply, PageError> {
    let parts = read(&team).await?;
    let form = Form::filled(&WorkspaceInput::from(&parts.workspace));
    team.ctx.page(&page(&team, &parts, form))
}

pub(crate) async fn post(
    team: TeamAccess,
    form: ProtectedForm<WorkspaceInput>,
) -> Result<Reply, PageError> {
    let parts = read(&team).await?;
    let before = parts.workspace.version;
    let parsed = if form.version == Some(before) {
        form.input.parse()
    } else {
        Err(FieldErrors::at(
            "form",
            "Somebody else changed the settings meanwhile. Look at them again, then save.",
        ))
    };
    match parsed {
        Ok(WorkspaceSettings {
            name,
            time_zone,
            due,
            mode,
        }) => {
            let after = Workspace {
                name,
                time_zone,
                due,
                mode: mode.unwrap_or(parts.workspace.mode),
                version: before + 1,
                ..parts.workspace.clone()
            };
            team.store
                .update_workspace(&parts.workspace, &after)
                .await?;
            team.ctx.forget_workspace();
            Ok(see_other("/settings").flash("saved"))
        }
        Err(invalid) => {
            let form = Form::failed(&form.input, &invalid);
            team.ctx.refused(&page(&team, &parts, form))
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecurityForm {
    mfa: String,
}

/// Who has to sign in with a second factor, from the next page on.
pub(crate) async fn secure(
    team: TeamAccess,
    form: ProtectedForm<SecurityForm>,
) -> Result<Reply, PageError> {
    let before = team.store.workspace().await?.ok_or(PageError::NotFound)?;
    // The form offers what there is; anything else is made up.
    let mfa: MfaPolicy = form.input.mfa.parse().map_err(|_| PageError::Forbidden)?;
    // Nor does it offer what the plan lacks; what was demanded before can be given up.
    if mfa != MfaPolicy::Nobody && !before.plan_at(team.ctx.now).has(Feature::MfaPolicy) {
        return Err(PageError::Forbidden);
    }
    if mfa != before.mfa {
        let after = Workspace {
            mfa,
            version: before.version + 1,
            ..before.clone()
        };
        team.store.update_workspace(&before, &after).await?;
        team.ctx.forget_workspace();
    }
    Ok(see_other("/settings").flash("saved"))
}
