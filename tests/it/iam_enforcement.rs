//! Every function does its work under IAM isolation, and uses all of what
//! its policy grants.

mod files;
mod money;

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::finding::FindingStatus;
use domain::id::{EntryId, marker};
use domain::person::Person;
use domain::role::{ContactRole, Role, TeamRole};
use domain::upload::UploadState;
use http::{Method, StatusCode};
use jiff::SignedDuration;
use local::stripe::{Onboarding, PaymentResult, StandInAction};
use tests::function::FUNCTIONS;
use tests::{Answer, Browser, CONTENT, Fixture, World};
use web::{App, Audience, EMAIL_CHANGE, EmailChange, Route};

use crate::bounces::{BOUNCE, event};
use crate::evidence_upload::picture;
use crate::iam_simulator::{PolicyGuard, Sts, fetched_by, function, sent_by};
use crate::matrix::{OTHER, Outcome, PASSWORD, Target, address, expected, send};
use crate::policy_evaluation::Policy;
use crate::two_factor::enrol;
use crate::webhooks as hooks;

pub(crate) const GROUPS: [(&str, &[Route]); 14] = [
    ("auth", auth::ROUTES),
    ("billing", billing::ROUTES),
    ("dashboard", dashboard::ROUTES),
    ("documents", documents::ROUTES),
    ("engagements", engagements::ROUTES),
    ("findings", findings::ROUTES),
    ("invites", invites::ROUTES),
    ("invoices", invoices::ROUTES),
    ("messages", messages::ROUTES),
    ("invoice-pdf", invoice_pdf::ROUTES),
    ("payments", payments::ROUTES),
    ("settings", settings::ROUTES),
    ("signup", signup::ROUTES),
    ("webhooks", webhooks::ROUTES),
];

/// Grants that no walk can use: who is called by the stream or a queue reads it by
/// AWS's own hand.
const BY_AWS: [&str; 2] = ["Stream", "Reports"];

/// A world, its people, and a function in it.
struct FunctionScene {
    world: World,
    cast: Fixture,
    app: Arc<App>,
}

struct Enforced {
    warden: Arc<PolicyGuard>,
    sts: Sts,
}

impl Enforced {
    async fn new() -> Self {
        let warden = Arc::new(PolicyGuard::new());
        let sts = Sts::start(&warden).await;
        Self { warden, sts }
    }

    async fn function(&self, world: &World, name: &str) -> Arc<App> {
        let app = function(world, &self.warden, &self.sts, name, true);
        app.warm().await;
        app
    }

    async fn stage(&self, name: &str) -> FunctionScene {
        let world = World::new().await;
        let cast = Fixture::create(&world).await;
        let app = self.function(&world, name).await;
        FunctionScene { world, cast, app }
    }

    /// Each side's rightful person asks each route for its own client's thing;
    /// what changes something, in a world of its own.
    async fn serves(&self, name: &str, routes: &'static [Route]) {
        let looked_at = self.stage(name).await;
        let public =
            |route: &&Route| matches!(route.audience, Audience::Public | Audience::SignupHost);
        for route in routes.iter().filter(|route| !public(route)) {
            for team in [true, false] {
                let role = |role: Role| expected(route, Some(role), Target::Own);
                let mut sides = Role::ALL.into_iter().filter(|role| role.is_team() == team);
                if !sides.any(|one| role(one) == Outcome::Done) {
                    continue;
                }
                let changed;
                let stage = if route.method == Method::GET {
                    &looked_at
                } else {
                    changed = self.stage(name).await;
                    &changed
                };
                let answer = stage.ask(routes, route, team).await;
                let what = format!("{name}: {} {}", route.method, route.path);
                self.assert_no_denial(&what);
                let good = answer.is_good() || route.path.contains("sign-out");
                assert!(good, "{what}: {} {}", answer.status, answer.body);
            }
        }
    }

    fn assert_no_denial(&self, what: &str) {
        let refused = self.warden.refused.lock().expect("refused");
        assert!(refused.is_empty(), "{what}: {refused:#?}");
    }
}

impl FunctionScene {
    /// The first of the side who may asks for what `route` is for.
    async fn ask(&self, routes: &'static [Route], route: &Route, team: bool) -> Answer {
        let Self { world, cast, app } = self;
        let own = &cast.acme.clients[0];
        let everybody = if team { &cast.acme.team } else { &own.contacts };
        let may = |one: &&Person| expected(route, Some(one.role), Target::Own) == Outcome::Done;
        let person = everybody.iter().find(may).expect("somebody");
        let identity = &world.app.services.identity;
        let set = identity.set_password(person.id, PASSWORD).await;
        set.expect("set");
        // Those whose role changes, or who go, have sessions that end.
        for other in own.contacts.iter().chain(&cast.acme.team) {
            world.signed_in(&cast.acme.workspace, other).await;
        }
        let browser = world.signed_in(&cast.acme.workspace, person).await;
        // The session's use is noted again after five minutes.
        world.advance(SignedDuration::from_mins(6));
        let (path, id) = (address(route, own), app.new_id::<marker::EntryMarker>());
        let mut browser = browser.served_as(app, routes);
        send(&mut browser, route, &path, &id.to_string()).await
    }
}

/// Signs in, forgets the password, and sets another one.
async fn comes_and_forgets(enforced: &Enforced, world: &World, person: &Person) {
    let identity = &world.app.services.identity;
    identity
        .set_password(person.id, PASSWORD)
        .await
        .expect("set");
    let app = enforced.function(world, "auth").await;
    let mut browser = world.browser("acme").served_as(&app, auth::ROUTES);
    let email = person.email.as_str();
    let sign_in = async |browser: &mut Browser, password: &str| {
        let fields = [("email", email), ("password", password), ("next", "/")];
        let answer = browser.post("/sign-in", &fields).await;
        enforced.assert_no_denial("sign-in");
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    };
    sign_in(&mut browser, PASSWORD).await;
    // Once more with a session, which ends.
    sign_in(&mut browser, PASSWORD).await;
    let asked = browser.post("/forgot", &[("email", email)]).await;
    enforced.assert_no_denial("forgot");
    assert!(asked.is_good(), "{}", asked.body);
    let dump = world.dump().await;
    let reset = dump.iter().find(|((pk, _), _)| pk.starts_with("RST#"));
    let (_, reset) = reset.expect("a link");
    let id: EntryId = reset["id"].as_str().expect("an id").parse().expect("an id");
    browser
        .get(&format!("/reset/{}", app.secrets().reset_token(id)))
        .await;
    let set = browser
        .post("/reset", &[("password", OTHER), ("again", OTHER)])
        .await;
    enforced.assert_no_denial("reset");
    assert_eq!(set.location(), "/sign-in", "{}", set.body);
    // The session ended with the password.
    browser.cookies.clear();
    sign_in(&mut browser, OTHER).await;
}

/// Sets a second factor up, signs in by it, turns it off, and moves to another
/// address.
async fn secures(enforced: &Enforced, world: &World, cast: &Fixture, person: &Person) {
    let identity = &world.app.services.identity;
    let set = identity.set_password(person.id, PASSWORD).await;
    set.expect("set");
    let app = enforced.function(world, "settings").await;
    let home = &cast.acme.workspace;
    let browser = world.signed_in(home, person).await;
    let mut browser = browser.served_as(&app, settings::ROUTES);
    let (authenticator, _) = enrol(&mut browser, PASSWORD).await;
    let door = enforced.function(world, "auth").await;
    let mut coming = world.browser("acme").served_as(&door, auth::ROUTES);
    let fields = [
        ("email", person.email.as_str()),
        ("password", PASSWORD),
        ("next", "/"),
    ];
    let asked = coming.post("/sign-in", &fields).await;
    assert_eq!(asked.location(), "/sign-in/code", "{}", asked.body);
    let code = authenticator.code(1);
    let opened = coming.post("/sign-in/code", &[("code", &code)]).await;
    assert_eq!(opened.location(), "/", "{}", opened.body);
    let off = browser.post("/account/two-factor/off", &[]).await;
    assert_eq!(off.location(), "/account/two-factor", "{}", off.body);
    let change = EmailChange {
        from: person.email.clone(),
        to: "moved@new.example".parse().expect("an address"),
    };
    let (user, until) = (
        person.id.to_string(),
        world.now() + SignedDuration::from_hours(1),
    );
    let token = app.seal(EMAIL_CHANGE, &user, until, &change);
    let token = token.expect("sealed");
    let moved = browser
        .post("/account/email/confirm", &[("token", &token)])
        .await;
    assert_eq!(moved.location(), "/account", "{}", moved.body);
    enforced.assert_no_denial("what is secured");
}

/// An account is added to a second client, by its link and by the team, goes over to
/// it, loses its second factor, and is removed from both.
async fn belongs_to_two(enforced: &Enforced, world: &World, cast: &Fixture) {
    let (one, two) = (&cast.acme.clients[0], &cast.acme.clients[1]);
    let home = &cast.acme.workspace;
    let app = enforced.function(world, "invites").await;
    let owner = world
        .signed_in(home, cast.acme.member(TeamRole::Owner))
        .await;
    let mut owner = owner.served_as(&app, invites::ROUTES);
    let manager = world
        .signed_in(home, two.contact(ContactRole::Manager))
        .await;
    let mut manager = manager.served_as(&app, invites::ROUTES);
    let known = [ContactRole::Viewer, ContactRole::Manager].map(|role| one.contact(role));
    let base = format!("/clients/{}", two.id);
    for (by, base, person) in [(&mut manager, "", known[0]), (&mut owner, &base, known[1])] {
        let id = app.new_id::<marker::InviteMarker>();
        let fields = [
            ("id", id.to_string()),
            ("name", "Ana".to_owned()),
            ("email", person.email.as_str().to_owned()),
            ("role", "viewer".to_owned()),
        ];
        let fields = fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let asked = by.post(&format!("{base}/invites"), &fields).await;
        enforced.assert_no_denial("one who is known");
        assert!(asked.is_good(), "{}", asked.body);
        if base.is_empty() {
            let mut mailbox = world.browser("acme").served_as(&app, invites::ROUTES);
            let token = app.secrets().invite_token(id, 1);
            mailbox.get(&format!("/invite/{token}")).await;
            mailbox.get("/invite").await;
            let joined = mailbox.post("/invite", &[]).await;
            enforced.assert_no_denial("an account joins");
            assert_eq!(joined.location(), "/sign-in", "{}", joined.body);
        }
    }
    let door = enforced.function(world, "auth").await;
    let browser = world.signed_in(home, known[0]).await;
    let mut browser = browser.served_as(&door, auth::ROUTES);
    assert!(browser.get("/switch").await.is_good());
    let switched = browser.post(&format!("/switch/{}", two.id), &[]).await;
    enforced.assert_no_denial("a switch");
    assert_eq!(switched.location(), "/", "{}", switched.body);
    for (client, what) in [(two, "reset-factor"), (two, "remove"), (one, "remove")] {
        let path = format!("/clients/{}/people/{}/{what}", client.id, known[0].id);
        let done = owner.post(&path, &[]).await;
        enforced.assert_no_denial(what);
        assert!(done.is_good(), "{}", done.body);
    }
}

/// Both sides look at what is due first.
async fn visit_pages(enforced: &Enforced, world: &World, cast: &Fixture) {
    let app = enforced.function(world, "findings").await;
    let contact = cast.acme.clients[0].contact(ContactRole::Manager);
    for person in [cast.acme.member(TeamRole::Admin), contact] {
        let browser = world.signed_in(&cast.acme.workspace, person).await;
        let mut browser = browser.served_as(&app, findings::ROUTES);
        for path in ["/findings?sort=due", "/findings?show=all"] {
            let answer = browser.get(path).await;
            enforced.assert_no_denial(path);
            assert!(answer.is_good(), "{}", answer.body);
        }
    }
}

/// Mail to somebody of each side and to whoever is invited bounces: the worker stops it
/// and tells; whoever manages people lets it go again.
async fn mail_fails(enforced: &Enforced, world: &World, cast: &Fixture) {
    let client = &cast.acme.clients[0];
    let (ws, invite) = (cast.acme.workspace.id, &client.invite);
    let contact = client.contact(ContactRole::Viewer);
    let member = cast.acme.member(TeamRole::Member);
    let app = enforced.function(world, "worker").await;
    for to in [&contact.email, &member.email, &invite.email] {
        let mut event = event(BOUNCE, ws, to.as_str(), world.now());
        event["mail"]["tags"]["client"] = serde_json::json!([client.id.to_string()]);
        event["mail"]["tags"]["invite"] = serde_json::json!([invite.id.to_string()]);
        let took = worker::handle_report(
            &app.directory(),
            app.new_id(),
            world.now(),
            &event.to_string(),
        )
        .await;
        enforced.assert_no_denial("a bounce");
        assert_eq!(took.expect("taken"), worker::ReportOutcome::Stopped);
    }
    worker::drain(&app).await.expect("told");
    enforced.assert_no_denial("mail that stays");
    let app = enforced.function(world, "invites").await;
    let owner = cast.acme.member(TeamRole::Owner);
    let browser = world.signed_in(&cast.acme.workspace, owner).await;
    let mut browser = browser.served_as(&app, invites::ROUTES);
    for path in [
        format!("/clients/{}/people/{}/mail-again", client.id, contact.id),
        format!("/settings/people/{}/mail-again", member.id),
        format!("/clients/{}/invites/{}/resend", client.id, invite.id),
    ] {
        let done = browser.post(&path, &[]).await;
        enforced.assert_no_denial(&path);
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{path}: {}", done.body);
    }
}

/// A risk is accepted as was proposed; the worker warns of its end and opens the
/// finding again. Then all is counted.
async fn carries(enforced: &Enforced, world: &World, cast: &Fixture) {
    let client = &cast.acme.clients[0];
    let app = enforced.function(world, "findings").await;
    let admin = cast.acme.member(TeamRole::Admin);
    let browser = world.signed_in(&cast.acme.workspace, admin).await;
    let mut browser = browser.served_as(&app, findings::ROUTES);
    let page = format!(
        "/clients/{}/engagements/{}/findings/{}",
        client.id, client.engagement, client.proposed
    );
    let answer = browser
        .post(&format!("{page}/approve"), &[("version", "3")])
        .await;
    enforced.assert_no_denial("an approval");
    assert_eq!(answer.location(), page, "{}", answer.body);
    let app = enforced.function(world, "worker").await;
    // Accepted until the 30th of June: 14 days before, and after it.
    for days in [139, 20] {
        world.advance(SignedDuration::from_hours(24 * days));
        assert!(worker::drain(&app).await.expect("swept") > 0);
        enforced.assert_no_denial("a risk");
    }
    let finding = client.store.get_finding(client.engagement, client.proposed);
    let status = finding.await.expect("read").expect("there").status;
    assert_eq!(status, domain::finding::FindingStatus::Reopened);
    let count = worker::recount(&app, "acme").await.expect("counted");
    enforced.assert_no_denial("a recount");
    assert_eq!(count["drifts"], serde_json::json!([]));
}

/// A company signs up, and its founder comes in.
async fn begins(enforced: &Enforced, world: &World) {
    let app = enforced.function(world, "signup").await;
    let mut front = world.browser("app").served_as(&app, signup::ROUTES);
    let letter = crate::signup::ask(world, &mut front, "Apex Ltd", "ada@apex.example").await;
    enforced.assert_no_denial("signing up");
    front.get(&crate::signup::link(&letter)).await;
    let fields = [("password", PASSWORD), ("again", PASSWORD)];
    let made = front.post("/sign-up/password", &fields).await;
    enforced.assert_no_denial("founding");
    let to = made
        .location()
        .strip_prefix("https://apex-ltd.portal.example");
    let to = to.unwrap_or_else(|| panic!("{}", made.body)).to_owned();
    let mut browser = world.browser("apex-ltd").served_as(&app, signup::ROUTES);
    browser.get(&to).await;
    assert!(browser.get("/welcome").await.is_good());
    let came = browser.post("/welcome", &[]).await;
    enforced.assert_no_denial("a welcome");
    assert_eq!(came.location(), "/", "{}", came.body);
    // The session's use is noted again after five minutes.
    world.advance(SignedDuration::from_mins(6));
    browser.get("/welcome").await;
    enforced.assert_no_denial("a page that is left behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_use_exactly_the_permissions_they_are_granted() {
    let enforced = Enforced::new().await;
    for (name, routes) in GROUPS {
        Box::pin(enforced.serves(name, routes)).await;
    }
    for team in [true, false] {
        let world = World::new().await;
        let cast = Fixture::create(&world).await;
        let client = &cast.acme.clients[0];
        let (person, invite) = if team {
            (cast.acme.member(TeamRole::Owner), client.team_invite)
        } else {
            (client.contact(ContactRole::Collaborator), client.invite.id)
        };
        comes_and_forgets(&enforced, &world, person).await;
        // Somebody who was invited sets up the account.
        let app = enforced.function(&world, "invites").await;
        let mut browser = world.browser("acme").served_as(&app, invites::ROUTES);
        let token = app.secrets().invite_token(invite, 1);
        browser.get(&format!("/invite/{token}")).await;
        let shown = browser.get("/invite").await;
        assert!(shown.is_good(), "{}", shown.body);
        let fields = [("password", PASSWORD), ("again", PASSWORD)];
        let set = browser.post("/invite", &fields).await;
        enforced.assert_no_denial("an invitation");
        assert_eq!(set.location(), "/sign-in", "{}", set.body);
        // As the new password left the person.
        let now = if team {
            cast.acme.store.get_person(person.id).await
        } else {
            client.store.get_person(person.id).await
        };
        let now = now.expect("the table").expect("there");
        secures(&enforced, &world, &cast, &now).await;
        visit_pages(&enforced, &world, &cast).await;
        if !team {
            belongs_to_two(&enforced, &world, &cast).await;
        }
        // Then all that waits leaves.
        let app = enforced.function(&world, "worker").await;
        assert!(worker::drain(&app).await.expect("sent") > 0);
        enforced.assert_no_denial("mail");
        files::scans_come(&enforced, &world, &cast).await;
        files::pictures_come_and_go(&enforced, &world, &cast).await;
        // Time goes by there: what was deleted here goes as well.
        files::files_come_and_go(&enforced, &world, &cast).await;
        carries(&enforced, &world, &cast).await;
    }
    let world = World::with_config(|config| config.stripe = Some(hooks::stripe())).await;
    let cast = Fixture::create(&world).await;
    money::bills(&enforced, &world, &cast).await;
    files::brands(&enforced, &world, &cast).await;
    begins(&enforced, &world).await;
    mail_fails(&enforced, &world, &cast).await;
    money::payments_come(&enforced, &world, &cast).await;
    money::subscribes(&enforced, &world, &cast).await;
    money::is_paid(&enforced).await;
    let used = enforced.warden.used.lock().expect("used").clone();
    let names = FUNCTIONS.iter().chain(&["team-data", "portal-data"]);
    let granted: BTreeSet<_> = names.flat_map(|name| Policy::read(name).grants()).collect();
    let idle = granted.difference(&used);
    let idle: Vec<_> = idle
        .filter(|(_, sid, ..)| !BY_AWS.contains(&sid.as_str()))
        .collect();
    assert!(idle.is_empty(), "granted, and used by nothing: {idle:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tenant_credentials_are_assumed_once_with_session_tags() {
    let enforced = Enforced::new().await;
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let app = enforced.function(&world, "dashboard").await;
    let mut asked = Vec::new();
    for tenant in [&cast.acme, &cast.northwind] {
        let (ws, client) = (tenant.workspace.id, &tenant.clients[0]);
        let contact = client.contact(ContactRole::Manager);
        for person in [tenant.member(TeamRole::Owner), contact] {
            let browser = world.signed_in(&tenant.workspace, person).await;
            let mut browser = browser.served_as(&app, dashboard::ROUTES);
            for _ in 0..2 {
                assert!(browser.get("/").await.is_good());
            }
        }
        asked.push(format!("team-data.{ws}"));
        asked.push(format!("portal-data.{ws}.{}", client.id));
    }
    enforced.assert_no_denial("a dashboard");
    assert_eq!(*enforced.warden.assumed.lock().expect("assumed"), asked);
}

/// As on a machine of one's own: nothing is assumed, and it is the process's own
/// role that everything is signed by. Deployed so, a function is refused.
#[tokio::test(flavor = "multi_thread")]
async fn no_role_is_assumed_without_data_roles() {
    let enforced = Enforced::new().await;
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let app = function(&world, &enforced.warden, &enforced.sts, "dashboard", false);
    let owner = cast.acme.member(TeamRole::Owner);
    let browser = world.signed_in(&cast.acme.workspace, owner).await;
    let got = browser.served_as(&app, dashboard::ROUTES).get("/").await;
    assert_eq!(got.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(enforced.warden.assumed.lock().expect("assumed").is_empty());
    let refused = enforced.warden.refused.lock().expect("refused");
    let own = crate::policy_evaluation::role_arn("dashboard");
    assert!(!refused.is_empty() && refused.iter().all(|one| one.contains(&own)));
}
