//! One workspace of the demo, while it is made by the rules of the product.

use std::collections::{BTreeMap, HashMap};

use domain::client::ClientInput;
use domain::finding::{
    Assignee, CommentInput, FindingContent, FindingEvent, Remediation, RemediationInput,
    Transition, TransitionRequest, apply_remediation, apply_transition, create_comment,
    create_finding,
};
use domain::id::{EngagementId, EntryId, FindingId, InviteId, WorkspaceId};
use domain::input::FieldErrors;
use domain::invite::{INVITE_LIFETIME, Invite};
use domain::mail::{Mail, MailMessage};
use domain::person::{Actor, Person};
use domain::role::Role;
use domain::trend::DaySnapshot;
use domain::workspace;
use jiff::Timestamp;
use store::{
    ClientScope, Directory, InviteLink, NewSession, Session, Store, WorkspaceScope, sha256_hex,
};
use web::App;

use super::files::shot_id;
use super::past;
use super::script::{
    Client, Contact, DemoTime, Engagement, Finding, ScriptedTransition, Workspace, day, id, short,
};
use super::seed::user;
use crate::problem::{Problem, ProblemContext as _};

/// A workspace in which everybody is signed in.
pub(super) struct SignedInWorkspace<'a> {
    pub(super) app: &'a App,
    directory: Directory,
    pub(super) born: Timestamp,
    pub(super) script: &'a Workspace,
    pub(super) ws: WorkspaceId,
    pub(super) team: Store<WorkspaceScope>,
    sessions: HashMap<&'a str, Session>,
}

impl<'a> SignedInWorkspace<'a> {
    /// The workspace with its team, made if need be.
    pub(super) async fn open(
        app: &'a App,
        script: &'a Workspace,
        born: Timestamp,
    ) -> Result<Self, Problem> {
        let directory = app.directory();
        let cannot = format!("The demo's workspace {} can't be made", script.slug);
        let since = script.since.at(born);
        let ws = id(&script.within("workspace", ""), since);
        let (mut sessions, mut team) = (HashMap::new(), None);
        for member in &script.team {
            let person = Person {
                id: user(script, &member.email, born),
                name: member.name.clone(),
                email: member.email.clone(),
                role: Role::Team(member.role),
                client: None,
                created_at: since,
                epoch: 0,
                mfa: None,
                disabled_at: None,
                suppressed: None,
                notification_preferences: domain::preference::NotificationPreferences::default(),
            };
            let made = if team.is_none() {
                directory.create_workspace(&made(script, ws), &person).await
            } else {
                directory.create_team_member(ws, &person).await
            };
            made.with_problem(&cannot)?;
            let session = sign_in(app, &directory, script, ws, &person).await?;
            team = team.or_else(|| session.team_store());
            sessions.insert(short(&member.email), session);
        }
        let team = team.ok_or_else(|| Problem::new(format!("{cannot}: it has no team")))?;
        Ok(Self {
            app,
            directory,
            born,
            script,
            ws,
            team,
            sessions,
        })
    }

    /// Makes clients, contacts, engagements and findings.
    pub(super) async fn play(&mut self, engagements: &[Engagement]) -> Result<(), Problem> {
        let (script, mut all) = (self.script, BTreeMap::new());
        for client in &script.clients {
            let store = self.client(client).await?;
            for contact in &client.contacts {
                self.contact(&store, client, contact).await?;
            }
            let theirs = engagements.iter().filter(|engagement| {
                engagement.workspace == script.slug && engagement.client == client.name
            });
            let theirs: Vec<&Engagement> = theirs.collect();
            for engagement in &theirs {
                self.engagement(&store, engagement).await?;
            }
            let days = past::days(&theirs, &made(script, self.ws), self.born)?;
            let noted = store.restore_days(&days).await;
            noted.with_problem("The demo's past can't be noted")?;
            for (date, day) in days {
                let sum: &mut DaySnapshot = all.entry(date).or_default();
                *sum = sum.plus(day);
            }
        }
        let noted = self.team.restore_days(&all).await;
        noted.with_problem("The demo's past can't be noted")
    }

    /// Signs everybody out.
    pub(super) async fn close(self) -> Result<(), Problem> {
        for session in self.sessions.values() {
            let closed = self.directory.close_session(session).await;
            closed.with_problem("A session of the demo can't be closed")?;
        }
        Ok(())
    }

    pub(super) fn at(&self, moment: DemoTime) -> Timestamp {
        moment.at(self.born)
    }

    pub(super) async fn client(&self, client: &Client) -> Result<Store<ClientScope>, Problem> {
        let at = self.at(client.since);
        let name = client.name.clone();
        let new = ClientInput { name: name.clone() }
            .parse()
            .map_err(|_| Problem::new(format!("The demo's client {name} is wrong")))?;
        let id = id(&self.script.within("client", &name), at);
        let made = self
            .team
            .create_client(id, &new, self.script.plan, at)
            .await;
        made.with_problem(format!("The demo's client {name} can't be made"))?;
        Ok(self.team.client_store(id))
    }

    /// Invites somebody, who accepts.
    async fn contact(
        &mut self,
        store: &Store<ClientScope>,
        client: &Client,
        contact: &'a Contact,
    ) -> Result<(), Problem> {
        let cannot = format!("The demo's {} can't be invited", contact.email);
        let owner = self.script.team.first();
        let invite = self.invite(
            store,
            contact,
            owner.map_or("", |owner| owner.name.as_str()),
        );
        let (home, secrets) = ((self.ws, invite.client), self.app.secrets());
        let token = sha256_hex(&secrets.invite_token(home, invite.id, invite.link_number));
        let mail = mail(self.script, &invite, &client.name);
        let invited = store
            .create_invite(
                &invite,
                InviteLink {
                    hash: &token,
                    mail: &mail,
                },
                self.script.plan,
            )
            .await;
        invited.with_problem(&cannot)?;
        let redeemable = self.directory.find_invite_redemption(self.ws, &token).await;
        if let Some(redeemable) = redeemable.with_problem(&cannot)? {
            let user = user(self.script, &contact.email, self.born);
            let accepted = redeemable
                .redeem(None, user, self.at(contact.accepted))
                .await;
            accepted.with_problem(&cannot)?;
        }
        let login = self.directory.find_login(self.ws, &contact.email).await;
        let login = login.with_problem(&cannot)?;
        let login = login.ok_or_else(|| Problem::new(format!("{cannot}: there is no account")))?;
        let person = self.directory.person(self.ws, &login).await;
        let person = person.with_problem(&cannot)?;
        let person = person.ok_or_else(|| Problem::new(format!("{cannot}: there is nobody")))?;
        let session = sign_in(self.app, &self.directory, self.script, self.ws, &person).await?;
        self.sessions.insert(short(&contact.email), session);
        Ok(())
    }

    fn invite(&self, store: &Store<ClientScope>, contact: &Contact, by_name: &str) -> Invite {
        let at = self.at(contact.invited);
        let name = self.script.within("invite", contact.email.as_str());
        let id: InviteId = id(&name, at);
        Invite {
            id,
            client: Some(store.client_id()),
            name: contact.name.clone(),
            email: contact.email.clone(),
            role: Role::Contact(contact.role),
            by_name: by_name.to_owned(),
            sent_at: at,
            link_number: 1,
            accepted: None,
            revoked: None,
            suppressed: None,
        }
    }

    async fn engagement(
        &self,
        store: &Store<ClientScope>,
        script: &Engagement,
    ) -> Result<(), Problem> {
        let cannot = format!("The demo's engagement \"{}\" can't be made", script.title);
        let at = self.at(script.added);
        let new = script.input(self.born).parse();
        let new = new.map_err(|wrong| Problem::new(format!("{cannot}: {:?}", wrong.fields())))?;
        let id = id(&self.script.within("engagement", &script.title), at);
        let made = store
            .create_engagement(id, &new, self.script.plan, at)
            .await;
        made.with_problem(&cannot)?;
        for finding in &script.findings {
            self.finding(store, id, finding).await?;
        }
        Ok(())
    }

    async fn finding(
        &self,
        store: &Store<ClientScope>,
        engagement: EngagementId,
        script: &Finding,
    ) -> Result<(), Problem> {
        let cannot = format!("The demo's finding \"{}\" can't be made", script.title());
        let at = self.at(script.written);
        let name = format!("{engagement}/{}", script.title());
        let script = &script.placed(|shot| shot_id(&name, shot, self.at(shot.at)).to_string());
        let draft: FindingContent = script.draft()?;
        let id: FindingId = id(&name, at);
        let actor = self.session(&script.by)?.actor();
        let new = create_finding(id, &draft, actor, FindingEvent::Created, at);
        let new = new.map_err(|refusal| Problem::new(format!("{cannot}: {refusal:?}")))?;
        let made = store
            .create_finding(
                engagement,
                &new,
                &draft,
                self.script.plan,
                entry(&name, 0, at),
            )
            .await;
        made.with_problem(&cannot)?;
        let found = store
            .get_finding(engagement, id)
            .await
            .with_problem(&cannot)?;
        // Each step but comments adds one to the version: those that were made are
        // passed over. A comment that is there is not made again.
        let done = found.map_or(1, |finding| finding.version) - 1;
        let mut nth = 0;
        for (n, step) in script.moves.iter().enumerate() {
            let entry = entry(&name, n + 1, self.at(step.at));
            if matches!(step.event.as_str(), "comment" | "internal") {
                self.say(store, engagement, id, step, entry).await?;
                continue;
            }
            nth += 1;
            if nth > done {
                self.step(store, engagement, id, step, entry).await?;
            }
        }
        Ok(())
    }

    async fn say(
        &self,
        team: &Store<ClientScope>,
        engagement: EngagementId,
        id: FindingId,
        step: &ScriptedTransition,
        entry: EntryId,
    ) -> Result<(), Problem> {
        let cannot = format!("The demo's {} on {id} can't be made", step.event);
        let session = self.session(&step.by)?;
        let found = team
            .get_finding(engagement, id)
            .await
            .with_problem(&cannot)?;
        let found = found.ok_or_else(|| Problem::new(format!("{cannot}: it isn't there")))?;
        let input = CommentInput {
            text: step.note.clone(),
            internal: if step.event == "internal" { "yes" } else { "" }.to_owned(),
        };
        let said = create_comment(&found, session.actor(), &input, self.at(step.at));
        let said = said.map_err(|refusal| Problem::new(format!("{cannot}: {refusal:?}")))?;
        let kept = team
            .create_comment(engagement, &found, &said, (entry, entry))
            .await;
        kept.with_problem(cannot).map(drop)
    }

    /// The plan that a step names, in place of the one before.
    fn plan(&self, before: Remediation, step: &ScriptedTransition) -> Result<Remediation, Problem> {
        let mut plan = before;
        if let Some(name) = &step.assignee {
            let actor = self.session(name)?.actor();
            plan.assignee = Some(Assignee {
                id: actor.user,
                name: actor.name.clone(),
            });
        }
        let input = RemediationInput {
            assignee: None,
            due: step.due.map(|days| day(self.born, days)),
            tags: step.tags.clone(),
        };
        let wrong = |invalid: FieldErrors| {
            Problem::new(format!(
                "A plan of the demo is wrong: {:?}",
                invalid.fields()
            ))
        };
        input.parse(&plan, &[]).map_err(wrong)
    }

    async fn step(
        &self,
        team: &Store<ClientScope>,
        engagement: EngagementId,
        id: FindingId,
        step: &ScriptedTransition,
        entry: EntryId,
    ) -> Result<(), Problem> {
        let cannot = format!("The demo's {} of {id} can't be made", step.event);
        let session = self.session(&step.by)?;
        let store = session.portal_store().unwrap_or_else(|| team.clone());
        let found = store
            .get_finding(engagement, id)
            .await
            .with_problem(&cannot)?;
        let Some(found) = found else {
            return Err(Problem::new(format!("{cannot}: it isn't there")));
        };
        let (actor, at) = (session.actor(), self.at(step.at));
        let change = if step.event == "plan" {
            let wished = self.plan(found.remediation(), step)?;
            apply_remediation(&found, &wished, actor, at).map(|change| change.map(Box::new))
        } else {
            let Some(event) = Transition::from_name(&step.event) else {
                return Err(Problem::new(format!("{cannot}: there is no such move")));
            };
            let until = step.until.map(|days| day(self.born, days));
            let ask = TransitionRequest {
                transition: event,
                note: &step.note,
                until: until.as_deref().unwrap_or_default(),
            };
            let home = made(self.script, self.ws);
            apply_transition(&found, actor, &home, ask, at).map(|change| Some(Box::new(change)))
        };
        let change = change.map_err(|refusal| Problem::new(format!("{cannot}: {refusal:?}")))?;
        let change = change.ok_or_else(|| Problem::new(format!("{cannot}: it changes nothing")))?;
        store
            .apply_finding_change(engagement, &change, entry)
            .await
            .with_problem(cannot)
    }

    /// The first of the team.
    pub(super) fn owner(&self) -> Result<&Actor, Problem> {
        let owner = self.script.team.first();
        let name = owner.map_or("an owner", |owner| short(&owner.email));
        Ok(self.session(name)?.actor())
    }

    pub(super) fn session(&self, name: &str) -> Result<&Session, Problem> {
        let session = self.sessions.get(name);
        session.ok_or_else(|| {
            let slug = &self.script.slug;
            Problem::new(format!("The demo names {name}, who isn't in {slug}"))
        })
    }
}

pub(super) fn made(script: &Workspace, ws: WorkspaceId) -> workspace::Workspace {
    let (slug, name) = (script.slug.clone(), script.name.clone());
    workspace::Workspace {
        plan: script.plan,
        ..workspace::Workspace::new(ws, slug, name, script.time_zone.clone())
    }
}

async fn sign_in(
    app: &App,
    directory: &Directory,
    script: &Workspace,
    ws: WorkspaceId,
    person: &Person,
) -> Result<Session, Problem> {
    let secret = sha256_hex(&app.new_secret());
    let opening = NewSession {
        is_recorded: false,
        ..NewSession::with_password(ws, &script.slug, &secret, app.clock.now())
    };
    let cannot = format!("The demo's {} can't sign in", person.email);
    let opened = directory.open_session(person, &opening).await;
    opened
        .with_problem(&cannot)?
        .ok_or_else(|| Problem::new(cannot))
}

fn mail(script: &Workspace, invite: &Invite, client_name: &str) -> Mail {
    Mail {
        to: invite.email.clone(),
        to_name: invite.name.clone(),
        slug: script.slug.clone(),
        brand: script.name.clone(),
        message: MailMessage::Invite {
            invite: invite.id,
            link_number: invite.link_number,
            by_name: invite.by_name.clone(),
            client_name: Some(client_name.to_owned()),
            days: INVITE_LIFETIME.as_hours() / 24,
        },
    }
}

pub(super) fn entry(finding: &str, n: usize, at: Timestamp) -> EntryId {
    id(&format!("{finding}/{n}"), at)
}
