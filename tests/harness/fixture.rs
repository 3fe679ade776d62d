//! Two workspaces full of people and findings. Every text carries the mark of
//! whom it belongs to, so that it can be recognised wherever it turns up.

mod client;

use domain::finding::{FindingContent, FindingInput};
use domain::id::{ClientId, InviteId, TemplateId, WorkspaceId};
use domain::invite::Invite;
use domain::library::TemplateInput;
use domain::mail::{Mail, MailMessage};
use domain::person::Person;
use domain::plan::Plan;
use domain::role::{Role, TeamRole};
use domain::workspace::Workspace;
use jiff::{SignedDuration, Timestamp};
use store::{InviteLink, Scope, Session, Store, WorkspaceScope, sha256_hex};

pub use client::Client;

use crate::world::{START, World};

/// Two workspaces with people, clients and findings, which know nothing of each other.
pub struct Fixture {
    /// With two clients.
    pub acme: Tenant,
    /// The workspace with one client.
    pub northwind: Tenant,
}

/// A workspace and all that is in it.
#[derive(Clone)]
pub struct Tenant {
    pub workspace: Workspace,
    /// One of each role of the team.
    pub team: Vec<Person>,
    pub clients: Vec<Client>,
    /// The team's reach, by the owner's session.
    pub store: Store<WorkspaceScope>,
    pub(crate) session: String,
}

/// A finding's text that says `mark` in every section.
pub fn content(title: &str, mark: &str, severity: &str) -> FindingContent {
    let text = || format!("**{mark}** says <script>alert(1)</script>");
    let input = FindingInput {
        title: format!("{title} {mark}"),
        severity: severity.to_owned(),
        severity_reason: format!("{mark} says so"),
        vector: "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H".to_owned(),
        cwe: "89".to_owned(),
        assets: format!("{mark}.example:443"),
        description: text(),
        impact: text(),
        recommendation: text(),
        references: text(),
        ..FindingInput::default()
    };
    input.parse().expect("a draft")
}

/// A workspace with the usual policy, for moves that are decided on directly.
pub fn workspace(id: WorkspaceId) -> Workspace {
    named(id, "acme", "Acme".to_owned())
}

/// A workspace of the largest plan.
fn named(id: WorkspaceId, slug: &str, name: String) -> Workspace {
    let slug = slug.parse().expect("a slug");
    Workspace {
        plan: Plan::Team,
        ..Workspace::new(id, slug, name, "Europe/Berlin".to_owned())
    }
}

impl Fixture {
    /// Creates the fixture in a world in which nothing but time has passed.
    pub async fn create(world: &World) -> Self {
        if world.now() == START {
            Self::restore(world).await
        } else {
            Self::build(world).await
        }
    }

    pub(crate) async fn build(world: &World) -> Self {
        let cast = Self {
            acme: Box::pin(Tenant::create(world, "acme", &["one", "two"])).await,
            northwind: Box::pin(Tenant::create(world, "northwind", &["three"])).await,
        };
        world.clear_notifications().await;
        cast
    }
}

impl Tenant {
    /// Changes the workspace, and lets the minute pass for which a process may show the old one.
    pub async fn change_workspace(&self, world: &World, change: impl FnOnce(&mut Workspace)) {
        let before = self.store.get_workspace().await.expect("read");
        let before = before.expect("a workspace");
        let mut after = before.clone();
        change(&mut after);
        after.version = before.version + 1;
        let changed = self.store.update_workspace(&before, &after).await;
        changed.expect("saved");
        world.advance(SignedDuration::from_secs(61));
    }

    async fn create(world: &World, slug: &str, clients: &[&str]) -> Self {
        let (app, now) = (&world.app, world.now());
        let workspace = named(app.new_id(), slug, format!("CANARY-{slug} Ltd"));
        let roles = [
            TeamRole::Owner,
            TeamRole::Admin,
            TeamRole::Member,
            TeamRole::Viewer,
        ];
        let team: Vec<Person> = roles
            .map(|role| person(world, slug, Role::Team(role), None))
            .into();
        let directory = app.directory();
        let made = directory.create_workspace(&workspace, &team[0]).await;
        made.expect("a workspace");
        for member in &team[1..] {
            let added = directory.create_team_member(workspace.id, member).await;
            added.expect("a member");
        }
        let owner = session(world, &workspace, &team[0], now).await;
        let mut this = Self {
            store: owner.team_store().expect("a team's store"),
            session: owner.hash().to_owned(),
            workspace,
            team,
            clients: Vec::new(),
        };
        let role = Role::Team(TeamRole::Viewer);
        let invite = invite(
            app.new_id(),
            &person(world, &format!("{slug}-new"), role, None),
            now,
        );
        keep_invite(world, &this.workspace, &this.store, &invite, None).await;
        let template = template(world, &this.store, &this.workspace.name).await;
        for name in clients {
            let client = Client::create(world, &this, &owner, name, (invite.id, template)).await;
            this.clients.push(client);
        }
        this
    }

    /// One of the team.
    pub fn member(&self, role: TeamRole) -> &Person {
        let wanted = |person: &&Person| person.role == Role::Team(role);
        self.team.iter().find(wanted).expect("one of each role")
    }
}

fn person(world: &World, mark: &str, role: Role, client: Option<ClientId>) -> Person {
    let what = role.label().replace(' ', "-").to_lowercase();
    Person {
        id: world.app.new_id(),
        name: format!("{what} CANARY {mark}"),
        email: format!("{what}@{mark}.example")
            .to_lowercase()
            .parse()
            .expect("an address"),
        role,
        client,
        created_at: world.now(),
        epoch: 0,
        mfa: None,
        disabled_at: None,
        suppressed: None,
        notification_preferences: domain::preference::NotificationPreferences::default(),
    }
}

async fn session(world: &World, workspace: &Workspace, person: &Person, now: Timestamp) -> Session {
    let secret = sha256_hex(&world.app.new_secret());
    world.session(workspace, person, &secret, now).await
}

async fn template(world: &World, store: &Store<WorkspaceScope>, mark: &str) -> TemplateId {
    // Each workspace's another one.
    let id = TemplateId::new(1, mark.len() as u128);
    let input = TemplateInput {
        category: "web".to_owned(),
        tags: String::new(),
        finding: FindingInput {
            title: format!("Injection, as {mark} writes it"),
            severity: "high".to_owned(),
            description: mark.to_owned(),
            ..FindingInput::default()
        },
    };
    let input = input.parse().expect("a template");
    let made = store.create_template(id, &input, world.now());
    made.await.expect("a template");
    id
}

fn invite(id: InviteId, who: &Person, at: Timestamp) -> Invite {
    Invite {
        id,
        client: who.client,
        name: who.name.clone(),
        email: who.email.clone(),
        role: who.role,
        by_name: "Somebody".to_owned(),
        sent_at: at,
        link_number: 1,
        accepted: None,
        revoked: None,
        suppressed: None,
    }
}

async fn keep_invite<S: Scope>(
    world: &World,
    workspace: &Workspace,
    store: &Store<S>,
    invite: &Invite,
    client_name: Option<&str>,
) {
    let mail = Mail {
        to: invite.email.clone(),
        to_name: invite.name.clone(),
        slug: workspace.slug.clone(),
        brand: workspace.name.clone(),
        message: MailMessage::Invite {
            invite: invite.id,
            link_number: 1,
            by_name: invite.by_name.clone(),
            client_name: client_name.map(str::to_owned),
            days: 7,
        },
    };
    let token = sha256_hex(&world.app.secrets().invite_token(
        (workspace.id, invite.client),
        invite.id,
        1,
    ));
    let kept = store
        .create_invite(
            invite,
            InviteLink {
                hash: &token,
                mail: &mail,
            },
            workspace.plan,
        )
        .await;
    kept.expect("an invitation");
}
