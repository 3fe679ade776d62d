//! The settings of the workspace, and its team.

use domain::input::FieldErrors;
use domain::invite::Invite;
use domain::person::{Actor, Person};
use domain::plan::Feature;
use domain::role::Action;
use domain::workspace::{MfaPolicy, Workspace, WorkspaceInput, WorkspaceMode, WorkspaceSettings};
use futures::future::try_join3;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use web::links::LinkBase;
use web::view::{InviteRow, PersonRow, SelectOption};
use web::{Form, Merged, Page, PageError, ProtectedForm, Reply, TeamAccess, see_other};

#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a right of its own")]
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
    /// The URL of the portal.
    address: String,
    /// Why the plan allows no policy for second factors.
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

    fn samples() -> Vec<Self> {
        let actor = web::view::actor_sample();
        let no_data = SettingsData {
            workspace: web::view::workspace_sample(actor.workspace),
            people: Vec::new(),
            invites: Vec::new(),
        };
        let form = Form::filled(&WorkspaceInput::from(&no_data.workspace));
        let address = "https://acme.portal.example".to_owned();
        let bare = Self {
            may_write: false,
            may_manage: false,
            may_audit: false,
            may_bill: false,
            mfa_lacks: Some("This is part of the plans Pro and Team.".to_owned()),
            ..Self::new(form, &no_data, &actor, address, Timestamp::UNIX_EPOCH)
        };
        vec![Self::sample(), bare]
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
        let form = Form::with_errors(
            &input,
            &FieldErrors::of("time_zone", "Enter a zone like Europe/Berlin."),
        );
        let data = SettingsData {
            workspace: Workspace {
                mfa: MfaPolicy::Team,
                ..web::view::workspace_sample(actor.workspace)
            },
            people: vec![person],
            invites: vec![invite],
        };
        let address = "https://acme.portal.example".to_owned();
        Self::new(form, &data, &actor, address, Timestamp::UNIX_EPOCH)
    }
}

impl SettingsPage {
    fn new(
        form: Form,
        data: &SettingsData,
        actor: &Actor,
        address: String,
        now: Timestamp,
    ) -> Self {
        let plan = data.workspace.plan_at(now);
        let may_manage = actor.role.may(Action::ManageTeam);
        let invites = data.invites.iter().filter(|_| may_manage);
        Self {
            form,
            zones: jiff::tz::db()
                .available()
                .map(|name| name.to_string())
                .collect(),
            action: "/settings",
            may_write: actor.role.may(Action::WriteSettings),
            team: data
                .people
                .iter()
                .map(|person| PersonRow::new(person, actor, LinkBase::Settings))
                .collect(),
            invites: invites
                .map(|invite| InviteRow::new(invite, actor, LinkBase::Settings, now))
                .collect(),
            may_manage,
            may_audit: actor.role.may(Action::ReadAudit),
            may_bill: data.workspace.mode == WorkspaceMode::Consulting
                && actor.role.may(Action::ManageInvoices),
            plan: plan.label(),
            address,
            mfa_lacks: plan
                .check_feature(Feature::MfaPolicy)
                .err()
                .map(|missing| missing.to_string()),
            mfa: data.workspace.mfa.name(),
            mfa_label: data.workspace.mfa.label(),
            policies: list_mfa_policies(),
            modes: list_modes(),
            version: data.workspace.version,
        }
    }
}

fn list_mfa_policies() -> Vec<SelectOption> {
    let all = MfaPolicy::ALL.into_iter();
    all.map(|(_, value, label)| SelectOption { value, label })
        .collect()
}

fn list_modes() -> Vec<SelectOption> {
    let all = WorkspaceMode::ALL.into_iter();
    all.map(|(_, value, label)| SelectOption { value, label })
        .collect()
}

/// What the page shows besides the form.
struct SettingsData {
    workspace: Workspace,
    people: Vec<Person>,
    invites: Vec<Invite>,
}

async fn load_settings(team: &TeamAccess) -> Result<SettingsData, PageError> {
    let store = &team.store;
    let read = try_join3(
        store.get_workspace(),
        store.list_people(),
        store.list_invites(),
    );
    let (workspace, people, invites) = read.await?;
    Ok(SettingsData {
        workspace: workspace.ok_or(PageError::NotFound)?,
        people,
        invites,
    })
}

fn build_page(team: &TeamAccess, data: &SettingsData, form: Form) -> SettingsPage {
    let address = team.ctx.app.config.workspace_url(&data.workspace.slug);
    SettingsPage::new(form, data, &team.actor, address, team.ctx.now)
}

pub(crate) async fn get(team: TeamAccess) -> Result<Reply, PageError> {
    let data = load_settings(&team).await?;
    let form = Form::filled(&WorkspaceInput::from(&data.workspace));
    team.ctx.render(&build_page(&team, &data, form))
}

pub(crate) async fn post(
    team: TeamAccess,
    form: ProtectedForm<WorkspaceInput>,
) -> Result<Reply, PageError> {
    let data = load_settings(&team).await?;
    let before = data.workspace.version;
    let (stored, base) = (WorkspaceInput::from(&data.workspace), form.base(before));
    let merged = Merged::new(form.input, &stored, base)?;
    match merged.check().and_then(|()| merged.input.parse()) {
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
                mode: mode.unwrap_or(data.workspace.mode),
                version: before + 1,
                ..data.workspace.clone()
            };
            team.store.update_workspace(&data.workspace, &after).await?;
            team.ctx.evict_workspace();
            Ok(see_other("/settings").flash(merged.flash("saved")))
        }
        Err(invalid) => {
            let form = merged.refuse(&invalid, &stored);
            team.ctx.render_refused(&build_page(&team, &data, form))
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecurityForm {
    mfa: String,
}

/// Changes who needs a second factor, from the next request on.
pub(crate) async fn change_mfa_policy(
    team: TeamAccess,
    form: ProtectedForm<SecurityForm>,
) -> Result<Reply, PageError> {
    let before = team
        .store
        .get_workspace()
        .await?
        .ok_or(PageError::NotFound)?;
    // The form offers the known policies; any other value is forged.
    let mfa: MfaPolicy = form.input.mfa.parse().map_err(|_| PageError::Forbidden)?;
    // It offers none that the plan lacks, but an earlier policy can be dropped.
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
        team.ctx.evict_workspace();
    }
    Ok(see_other("/settings").flash("saved"))
}
