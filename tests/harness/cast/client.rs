//! A client of the cast, and all that it has.

use std::collections::BTreeMap;

use domain::client::ClientInput;
use domain::engagement::EngagementInput;
use domain::finding::{
    Decision, FindingContent, FindingStatus, RetestOutcome, Transition, TransitionRequest, create,
    edit, transition,
};
use domain::history::FindingEvent;
use domain::id::{
    ClientId, EngagementId, EntryId, FindingId, ImportId, InviteId, MessageId, TemplateId,
    UploadId, UserId,
};
use domain::import::job::{Import, ImportPlanner};
use domain::import::{ColumnMapping, ScanSummary, columns, read};
use domain::invite::Invite;
use domain::message::{MessageInput, post_with};
use domain::notification::{Notification, NotificationKind};
use domain::person::Person;
use domain::plan::Plan;
use domain::role::{ContactRole, Role, TeamRole};
use jiff::Timestamp;
use store::directory::hash;
use store::session::Session;
use store::{ClientScope, Store, WorkspaceScope};

use super::{Tenant, draft, home, invite, keep_invite, person, session};
use crate::bills::Bills;
use crate::papers::Papers;
use crate::shots::{Shots, attachment};
use crate::world::World;

/// A client with an engagement.
#[derive(Clone)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// What its texts carry: `CANARY-<workspace>-<client>`.
    pub mark: String,
    /// What its drafts and internal history carry.
    pub secret: String,
    /// One of each role of a client.
    pub contacts: Vec<Person>,
    /// Its engagement.
    pub engagement: EngagementId,
    /// A finding in each status that the tests begin with.
    pub findings: BTreeMap<FindingStatus, FindingId>,
    /// An open one of which the client asks that its risk be accepted.
    pub proposed: FindingId,
    /// The entry that tells of the edit of the closed one.
    pub entry: EntryId,
    /// A message that both sides read, from the owner.
    pub message: MessageId,
    /// An upload that was not confirmed.
    pub import: ImportId,
    /// An invitation that was not accepted.
    pub invite: Invite,
    /// An invitation to its workspace's team.
    pub team_invite: InviteId,
    /// A template of its workspace.
    pub template: TemplateId,
    /// One of its workspace's team: a viewer.
    pub team_user: UserId,
    /// A file that goes along with that message.
    pub attached: UploadId,
    /// A notice in the inbox of each of its people, and of each of the team.
    pub notice: EntryId,
    /// Its documents.
    pub papers: Papers,
    /// Pictures of its open finding.
    pub shots: Shots,
    /// Its invoices.
    pub bills: Bills,
    /// The team's view of it.
    pub store: Store<ClientScope>,
}

impl Client {
    pub(super) async fn play(
        world: &World,
        tenant: &Tenant,
        owner: &Session,
        name: &str,
        (team_invite, template): (InviteId, TemplateId),
    ) -> Self {
        let (app, now, slug) = (&world.app, world.now(), &tenant.workspace.slug);
        let mark = format!("CANARY-{slug}-{name}");
        let secret = format!("SECRET-{slug}-{name}");
        let id: ClientId = app.new_id();
        let new = ClientInput { name: mark.clone() }
            .parse()
            .expect("a client");
        let made = tenant.store.create_client(id, &new, Plan::Team, now).await;
        made.expect("a client");
        let store = tenant.store.client(id);
        let engagement: EngagementId = app.new_id();
        let input = EngagementInput {
            title: format!("Web test {mark}"),
            kind: "web_application".to_owned(),
            phase: "remediation".to_owned(),
            scope: format!("All of {mark}"),
            ..EngagementInput::default()
        };
        let input = input.parse().expect("an engagement");
        let made = store
            .create_engagement(engagement, &input, Plan::Team, now)
            .await;
        made.expect("an engagement");

        let mut contacts = Vec::new();
        for role in ContactRole::ALL {
            let who = person(world, &mark, Role::Contact(role), Some(id));
            let invite = invite(app.new_id(), &who, now);
            keep_invite(world, &tenant.workspace, &store, &invite, Some(&mark)).await;
            let token = hash(&app.secrets().invite_token(invite.id, 1));
            let link = app
                .directory()
                .redeemable(tenant.workspace.id, &token)
                .await;
            let accepted = link
                .expect("the table")
                .expect("a link")
                .accept(None, who.id, now)
                .await;
            contacts.push(accepted.expect("an account"));
        }
        let waiting = person(
            world,
            &format!("{mark}-new"),
            Role::Contact(ContactRole::Viewer),
            Some(id),
        );
        let waiting = invite(app.new_id(), &waiting, now);
        keep_invite(world, &tenant.workspace, &store, &waiting, Some(&mark)).await;

        let people = (&tenant.team[0], &contacts[0]);
        let marks = (mark.as_str(), secret.as_str());
        let papers = Box::pin(Papers::play(world, &store, engagement, people, marks)).await;
        let stores = (&tenant.store, &store);
        let bills = Box::pin(Bills::play(world, stores, &tenant.team[0], marks)).await;
        let mut this = Self {
            id,
            papers,
            bills,
            import: upload(world, &store, engagement, &secret).await,
            invite: waiting,
            team_invite,
            template,
            team_user: tenant.member(TeamRole::Viewer).id,
            mark,
            secret,
            contacts,
            engagement,
            findings: BTreeMap::new(),
            proposed: app.new_id(),
            entry: app.new_id(),
            message: app.new_id(),
            attached: app.new_id(),
            shots: Shots {
                proof: app.new_id(),
                secret: app.new_id(),
                gone: app.new_id(),
            },
            notice: app.new_id(),
            store,
        };
        let worker = session(world, &tenant.workspace, &this.contacts[1], now).await;
        this.write_findings(world, owner, &worker).await;
        this.talk(world, (owner, &tenant.team[0])).await;
        let at = (engagement, this.findings[&FindingStatus::Open]);
        let people = (&tenant.team[0], &this.contacts[0]);
        let marks = (this.mark.as_str(), this.secret.as_str());
        this.shots = Box::pin(Shots::play(world, &this.store, at, people, marks)).await;
        Box::pin(this.told(&tenant.store, now)).await;
        this
    }

    /// A notice for everybody, by the same id.
    async fn told(&self, team: &Store<WorkspaceScope>, now: Timestamp) {
        let notice = |base: &str| Notification {
            id: self.notice,
            kind: NotificationKind::Message,
            at: now,
            by_name: "Somebody".to_owned(),
            what: "wrote a message".to_owned(),
            title: String::new(),
            more: 0,
            severity: None,
            place: format!("Web test {}", self.mark),
            path: format!("{base}/engagements/{}/messages", self.engagement),
        };
        let (ours, theirs) = (notice(&format!("/clients/{}", self.id)), notice(""));
        let people = self.store.hearers(None).await.expect("people").0;
        for hearer in people {
            let told = self.store.tell_one(hearer, &theirs, "UTC", now).await;
            told.expect("told");
        }
        for hearer in team.hearers(None).await.expect("the team").0 {
            let told = team.tell_one(hearer, &ours, "UTC", now).await;
            told.expect("told");
        }
    }

    /// A draft, an open, a resolved and a closed finding, and one with a proposal.
    async fn write_findings(&mut self, world: &World, owner: &Session, worker: &Session) {
        const PROPOSE: Transition = Transition::Propose(Decision::AcceptRisk);
        const VERIFY: Transition = Transition::Retest(RetestOutcome::Fixed);
        let steps: [(FindingStatus, &[Transition]); 5] = [
            (FindingStatus::Draft, &[]),
            (FindingStatus::Open, &[Transition::Publish]),
            (
                FindingStatus::Resolved,
                &[Transition::Publish, Transition::Resolve],
            ),
            (
                FindingStatus::Verified,
                &[Transition::Publish, Transition::Resolve, VERIFY],
            ),
            (FindingStatus::Open, &[Transition::Publish, PROPOSE]),
        ];
        for (status, events) in steps {
            let mark = if status == FindingStatus::Draft {
                &self.secret
            } else {
                &self.mark
            };
            let written = draft("Injection", mark, "high");
            let id = if events.contains(&PROPOSE) {
                self.proposed
            } else {
                world.app.new_id()
            };
            let made = create(
                id,
                &written,
                owner.actor(),
                FindingEvent::Created,
                world.now(),
            );
            let mut change = made.expect("allowed");
            let made = self.store.create_finding(
                self.engagement,
                &change,
                (&written, Plan::Team),
                world.app.new_id(),
            );
            made.await.expect("a finding");
            for event in events {
                let who = if matches!(event, Transition::Resolve | Transition::Propose(_)) {
                    worker
                } else {
                    owner
                };
                let note = format!("note of {}", self.mark);
                let ask = TransitionRequest {
                    event: *event,
                    note: &note,
                    until: "2026-06-30",
                };
                let home = home(owner.actor().workspace);
                let moved = transition(&change.finding, who.actor(), &home, ask, world.now());
                change = moved.expect("allowed");
                let moved = self
                    .store
                    .move_finding(self.engagement, &change, world.app.new_id());
                moved.await.expect("moved");
            }
            self.findings.entry(status).or_insert(id);
        }
        self.edit(world, owner).await;
    }

    /// A message to both sides, and a note of the team, each with a file.
    async fn talk(&mut self, world: &World, (owner, member): (&Session, &Person)) {
        let note = format!("Between us: {}", self.secret);
        // Of the same moment, and after it.
        let second = self.message.nth(1);
        for (id, text, internal) in [
            (self.message, format!("Hello from {}", self.mark), ""),
            (second, note, "yes"),
        ] {
            let input = MessageInput {
                text,
                internal: internal.to_owned(),
                files: Vec::new(),
            };
            let name = format!("{}.txt", input.text.replace(':', ""));
            let file = attachment(world, &self.store, member, self.engagement, &name).await;
            if id == self.message {
                self.attached = file.id;
            }
            let files = (self.engagement, std::slice::from_ref(&file));
            let posting = post_with(id, owner.actor(), &input, files, world.now());
            let (posting, files) = posting.expect("allowed");
            let form = world.app.new_id();
            let message = (&posting, files.as_slice());
            let posted = self.store.post_message(self.engagement, message, form);
            posted.await.expect("posted");
        }
    }

    /// Gives the closed one an edit, so that there is one to look at.
    async fn edit(&mut self, world: &World, owner: &Session) {
        let id = self.findings[&FindingStatus::Verified];
        let dossier = self.store.dossier(self.engagement, id).await;
        let dossier = dossier.expect("the table").expect("a finding");
        let after = FindingContent {
            description: format!("Once more: {}", self.mark),
            ..dossier.draft.clone()
        };
        let change = edit(
            &dossier.finding,
            &dossier.draft,
            &after,
            owner.actor(),
            world.now(),
        );
        let change = change.expect("allowed").expect("a change");
        let edited = self
            .store
            .edit_finding(self.engagement, &change, &after, self.entry);
        edited.await.expect("edited");
    }

    /// A contact.
    pub fn contact(&self, role: ContactRole) -> &Person {
        let wanted = |person: &&Person| person.role == Role::Contact(role);
        self.contacts.iter().find(wanted).expect("one of each role")
    }
}

async fn upload(
    world: &World,
    store: &Store<ClientScope>,
    engagement: EngagementId,
    mark: &str,
) -> ImportId {
    let id: ImportId = world.app.new_id();
    let file = format!("Name,Risk,Host\n{mark} 1,high,h\n{mark} 2,low,h\n");
    let (name, size) = (format!("{mark}.csv"), 9);
    let columns = columns(file.as_bytes())
        .expect("readable")
        .expect("a table");
    let mapping = ColumnMapping {
        title: "Name".to_owned(),
        severity: "Risk".to_owned(),
        ..ColumnMapping::default()
    };
    let scan = read(file.as_bytes(), &mapping).expect("a scan");
    let mut planner = ImportPlanner::new(Vec::new());
    for one in scan.findings {
        assert_eq!(planner.take(one), None, "two are no step");
    }
    let (plan, steps, shown) = planner.finish(ScanSummary {
        scanner: scan.scanner,
        rows: scan.rows,
        remarks: scan.remarks,
    });
    let uploaded = Import::uploaded((id, engagement), (&name, size), mark, world.now());
    let import = uploaded.begun().table(columns, mapping).planned(plan);
    for (n, step) in (0..).zip(&steps) {
        store.put_step(&import, n, step).await.expect("a step");
    }
    store.put_preview(&import, &shown).await.expect("a preview");
    store.create_import(&import).await.expect("an import");
    let key = store.import_key(id);
    let files = &world.app.services.files;
    let kept = files.put(&key, file.into_bytes(), "text/csv");
    kept.await.expect("a file");
    id
}
