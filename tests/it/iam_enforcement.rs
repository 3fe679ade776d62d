//! Every function does its work under IAM isolation, and uses all of what
//! its policy grants.

mod files;
mod journeys;
mod money;

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::finding::FindingStatus;
use domain::id::{EntryId, WorkspaceId, marker};
use domain::person::Person;
use domain::role::{ContactRole, Role, TeamRole};
use domain::upload::UploadState;
use http::{Method, StatusCode};
use jiff::SignedDuration;
use local::stripe::{Onboarding, PaymentResult, StandInAction};
use tests::function::FUNCTIONS;
use tests::{Answer, Browser, CONTENT, Fixture, World, function_routes};
use web::{App, Audience, EMAIL_CHANGE, EmailChange, Route};

use crate::bounces::{BOUNCE, event};
use crate::evidence_upload::picture;
use crate::iam_simulator::{PolicyGuard, Sts, fetched_by, function, sent_by};
use crate::matrix::{OTHER, Outcome, PASSWORD, Target, address, expected, send};
use crate::policy_evaluation::Policy;
use crate::two_factor::enrol;
use crate::webhooks as hooks;

use journeys::*;

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
                if !sides.any(|side| role(side) == Outcome::Done) {
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
        let may = |other: &&Person| expected(route, Some(other.role), Target::Own) == Outcome::Done;
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

#[tokio::test(flavor = "multi_thread")]
async fn functions_use_exactly_the_permissions_they_are_granted() {
    let enforced = Enforced::new().await;
    for (name, routes) in function_routes() {
        Box::pin(enforced.serves(name, routes)).await;
    }
    for team in [true, false] {
        let world = World::new().await;
        let cast = Fixture::create(&world).await;
        let client = &cast.acme.clients[0];
        let ws = cast.acme.workspace.id;
        let (person, home, invite) = if team {
            let owner = cast.acme.member(TeamRole::Owner);
            (owner, (ws, None), client.team_invite)
        } else {
            let contact = client.contact(ContactRole::Collaborator);
            (contact, (ws, Some(client.id)), client.invite.id)
        };
        comes_and_forgets(&enforced, &world, ws, person).await;
        // Somebody who was invited sets up the account.
        let app = enforced.function(&world, "invites").await;
        let mut browser = world.browser("acme").served_as(&app, invites::ROUTES);
        let token = app.secrets().invite_token(home, invite, 1);
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
    assert!(!refused.is_empty() && refused.iter().all(|other| other.contains(&own)));
}
