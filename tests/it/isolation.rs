//! Nothing crosses a workspace or a client: every route, as everybody, at every
//! address, with one's own ids and others'.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use domain::finding::FindingStatus;
use domain::role::{ContactRole, Role};
use http::{Method, StatusCode};
use jiff::SignedDuration;
use store::sha256_hex;
use tests::{Client, Fixture, World};
use web::{Audience, Route};

use crate::matrix::{
    Outcome, PASSWORD, Target, Visitor, address, expected, foreign_marks, is_link, missing, people,
    routes, send,
};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/isolation.txt");
const UNCOVERED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/uncovered.txt");

/// Everybody asks for everything, and nothing that is not theirs is told or changed.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_crosses_a_workspace_or_a_client() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let visitors = visitors(&world, &cast).await;
    let before = world.dump().await;
    let clients = cast
        .acme
        .clients
        .iter()
        .chain(&cast.northwind.clients)
        .map(Some);
    let clients: Vec<_> = clients.chain([None]).collect();
    let (mut cells, mut covered) = (0, BTreeSet::new());
    for visitor in &visitors {
        for route in routes() {
            for client in &clients {
                if attempt(&cast, visitor, &route, *client).await {
                    cells += 1;
                    covered.insert(name(&route));
                }
            }
        }
    }
    assert!(before == world.dump().await, "something was changed");
    println!("{} routes, {cells} cells", routes().count());
    // What no test of this file asks for. It may only get shorter.
    let missed = routes()
        .map(|route| name(&route))
        .filter(|name| !covered.contains(name));
    crate::golden::assert_golden(UNCOVERED, &missed.collect::<String>());
}

fn name(route: &Route) -> String {
    format!("{} {}\n", route.method, route.path)
}

/// Everybody, signed in; and two who were: one whose session has ended by time,
/// and one who was removed.
async fn visitors<'a>(world: &World, cast: &'a Fixture) -> Vec<Visitor<'a>> {
    let mut visitors = Vec::new();
    for (name, who) in people(cast) {
        let browser = match who {
            None => world.browser("acme"),
            Some((tenant, person, _)) => world.signed_in(&tenant.workspace, person).await,
        };
        visitors.push(Visitor { name, who, browser });
    }
    let acme = &cast.acme;
    let mut expired = world.browser("acme");
    let secret = world.app.new_secret();
    let long_ago = world.now() - SignedDuration::from_hours(24);
    let home = &acme.workspace;
    world
        .session(home, &acme.team[0], &sha256_hex(&secret), long_ago)
        .await;
    expired.cookies.insert("__Host-sid".to_owned(), secret);
    // The last of the second client, who tries under this name only.
    let viewer = acme.clients[1].contact(ContactRole::Viewer);
    let removed = world.signed_in(home, viewer).await;
    let gone = acme.clients[1].store.delete_person(viewer).await;
    assert_eq!(gone.expect("the table"), store::MembershipOutcome::Done);
    visitors.retain(|visitor| {
        visitor
            .who
            .is_none_or(|(_, person, _)| person.id != viewer.id)
    });
    for (name, browser) in [("expired", expired), ("removed", removed)] {
        visitors.push(Visitor {
            name: name.to_owned(),
            who: None,
            browser,
        });
    }
    visitors
}

/// One request that must change nothing; those that may are tried elsewhere,
/// which `false` says.
async fn attempt(
    cast: &Fixture,
    visitor: &Visitor<'_>,
    route: &Route,
    client: Option<&Client>,
) -> bool {
    const ID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAW";
    let role = visitor.who.map(|(_, person, _)| person.role);
    let want = expected(route, role, visitor.target(cast, client));
    let public = route.audience == Audience::Public;
    if route.method == Method::POST && want == Outcome::Done && !public {
        return false;
    }
    let path = client.map_or_else(|| missing(route), |client| address(route, client));
    let what = format!("{}: {} {path}", visitor.name, route.method);
    let mut browser = visitor.browser.clone();
    let got = send(&mut browser, route, &path, ID).await;
    assert!(!got.status.is_server_error(), "{what}: {}", got.status);
    if let Some((tenant, _, client)) = visitor.who {
        for mark in foreign_marks(cast, tenant, client) {
            assert!(!got.body.contains(&mark), "{what} tells of {mark}");
        }
    }
    if public {
        // Anybody may ask; without the right words nothing comes of it.
        return true;
    }
    assert_eq!(Outcome::of(&got), want, "{what}");
    if want == Outcome::NotFound {
        let never = send(&mut browser, route, &missing(route), ID).await;
        let same = never.status == got.status && never.without_id() == got.without_id();
        assert!(same, "{what} differs from what never was");
    }
    // At another workspace's address nobody is signed in with this session.
    let mut abroad = visitor.browser.at_workspace(match visitor.who {
        Some((tenant, ..)) if tenant.workspace.id == cast.northwind.workspace.id => "acme",
        _ => "northwind",
    });
    let got = send(&mut abroad, route, &path, ID).await;
    let elsewhere = expected(route, None, Target::Missing);
    assert_eq!(Outcome::of(&got), elsewhere, "{what}, elsewhere");
    true
}

/// At the front there is no workspace, whoever brings what cookies: what isn't the
/// front's own is as if it had never been.
#[tokio::test(flavor = "multi_thread")]
async fn workspace_routes_are_404_at_the_signup_host() {
    const ID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAW";
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let visitors = visitors(&world, &cast).await;
    let before = world.dump().await;
    for visitor in &visitors {
        for route in routes().filter(|route| route.audience != Audience::SignupHost) {
            let path = address(&route, &cast.acme.clients[0]);
            let mut browser = visitor.browser.at_workspace("app");
            let got = send(&mut browser, &route, &path, ID).await;
            let what = format!("{}: {} {path}", visitor.name, route.method);
            if path == "/" {
                assert_eq!(got.location(), "/sign-up", "{what}");
            } else {
                assert_eq!(got.status, StatusCode::NOT_FOUND, "{what}");
            }
        }
    }
    assert!(before == world.dump().await, "something was changed");
}

/// The rightful ones get what they ask for: else the rest proves nothing. Each
/// change in a world of its own; who reads leaves it as it was.
#[tokio::test(flavor = "multi_thread")]
async fn every_route_serves_its_audience() {
    let mut untouched = None;
    let anybodys = [Audience::Public, Audience::SignupHost];
    for route in routes().filter(|route| !is_link(route) && !anybodys.contains(&route.audience)) {
        let (world, cast) = if let Some(there) = untouched.take() {
            there
        } else {
            let world = World::new().await;
            let cast = Fixture::create(&world).await;
            (world, cast)
        };
        serves(&world, &cast, &route).await;
        if route.method == Method::GET {
            untouched = Some((world, cast));
        }
    }
}

async fn serves(world: &World, cast: &Fixture, route: &Route) {
    let own = &cast.acme.clients[0];
    let served = people(cast).into_iter().find(|(_, who)| {
        who.is_some_and(|(tenant, person, client)| {
            tenant.workspace.id == cast.acme.workspace.id
                && client.is_none_or(|client| client.id == own.id)
                && expected(route, Some(person.role), Target::Own) == Outcome::Done
        })
    });
    let (name, who) = served.unwrap_or_else(|| panic!("{} is for nobody", route.path));
    let (tenant, person, _) = who.expect("somebody");
    let identity = &world.app.services.identity;
    identity
        .set_password(person.id, PASSWORD)
        .await
        .expect("set");
    let mut browser = world.signed_in(&tenant.workspace, person).await;
    let (path, id) = (
        address(route, own),
        world.app.new_id::<domain::id::marker::EntryMarker>(),
    );
    let got = send(&mut browser, route, &path, &id.to_string()).await;
    let good = got.is_good() || route.path.contains("sign-out");
    assert!(
        good,
        "{name}: {} {path}: {} {}",
        route.method, got.status, got.body
    );
    // These answer with a page or a file: nothing that a repeat would do twice.
    let shows = ["preview", "bulk", "calculate", "export", "attachments"]
        .iter()
        .any(|last| route.path.ends_with(last));
    if route.method == Method::POST && !shows {
        assert_eq!(
            got.status,
            StatusCode::SEE_OTHER,
            "{} {path}: {}",
            route.method,
            got.body
        );
    }
}

/// The whole matrix, for a person to read.
#[test]
fn isolation_matrix_equals_the_golden_file() {
    let roles = Role::ALL;
    let mut text = String::from(
        "What each role gets from each route, with its own client's ids. Another workspace's, another\n\
         client's (for contacts) and made-up ids are 404 wherever this says yes and the address has an id.\n\n",
    );
    let _ = write!(text, "{:<78}", "");
    for role in roles {
        let _ = write!(text, " {:>19}", role.label());
    }
    text.push_str("              nobody\n");
    for route in routes() {
        let _ = write!(
            text,
            "{:<78}",
            format!("{:<4} {}", route.method.as_str(), route.path)
        );
        for role in roles {
            let _ = write!(
                text,
                " {:>19}",
                expected(&route, Some(role), Target::Own).mark()
            );
        }
        let _ = writeln!(text, " {:>19}", expected(&route, None, Target::Own).mark());
    }
    crate::golden::assert_golden(GOLDEN, &text);
}

#[tokio::test(flavor = "multi_thread")]
async fn client_viewer_is_offered_no_changes() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let client = &cast.acme.clients[0];
    let viewer = client.contact(ContactRole::Viewer);
    let mut browser = world.signed_in(&cast.acme.workspace, viewer).await;
    let finding = client.findings[&FindingStatus::Open];
    let page = browser
        .get(&format!(
            "/engagements/{}/findings/{finding}",
            client.engagement
        ))
        .await;
    assert!(page.body.contains(&client.mark), "{}", page.body);
    for never in [
        "Mark as resolved",
        "Verify and close",
        "Reopen",
        "Publish",
        "/edit",
    ] {
        assert!(!page.body.contains(never), "{never}");
    }
}

/// A draft is the team's: by its address it is as if it had never been.
#[tokio::test(flavor = "multi_thread")]
async fn draft_is_not_found_by_its_client() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let (acme, client) = (&cast.acme.workspace, &cast.acme.clients[0]);
    let draft = client.findings[&FindingStatus::Draft].to_string();
    let as_draft = |path: String| {
        let findings = client.findings.values().chain([&client.proposed]);
        findings.fold(path, |path, id| path.replace(&id.to_string(), &draft))
    };
    for person in &client.contacts {
        let mut browser = world.signed_in(acme, person).await;
        let portal = routes().filter(|route| matches!(route.audience, Audience::Portal(_)));
        for route in portal.filter(|route| route.path.contains("{finding}")) {
            let path = as_draft(address(&route, client));
            let got = send(&mut browser, &route, &path, "").await;
            let never = send(&mut browser, &route, &missing(&route), "").await;
            assert!(!got.is_good(), "{path}: {}", got.status);
            let same = (got.status, got.without_id()) == (never.status, never.without_id());
            assert!(same, "{path} differs from what never was");
        }
    }
}
