//! Nothing crosses a workspace or a client: every route, as everybody, at every
//! address, with one's own ids and others'.

use std::fmt::Write as _;

use domain::finding::Status;
use domain::person::Person;
use domain::role::{ContactRole, Role};
use http::{Method, StatusCode};
use local::GROUPS;
use tests::{Answer, Browser, Cast, Client, Tenant, World};
use web::{Audience, Route};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/isolation.txt");

/// Somebody's password, and the one that takes its place.
const PASSWORD: &str = "quiet lantern orbit 42";
const OTHER: &str = "violet harbor crumb 91";

/// Whose things an address names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    /// The first client's of Acme.
    Own,
    /// The second client's of Acme.
    Sibling,
    /// A client's of Northwind.
    Foreign,
    /// Nobody's.
    Missing,
}

/// What is to come of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    /// It does what was asked.
    Done,
    /// Nothing is there.
    NotFound,
    /// One's role doesn't allow it.
    Forbidden,
    /// To the way in.
    SignIn,
}

impl Outcome {
    fn of(answer: &Answer) -> Self {
        match answer.status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::SEE_OTHER if answer.location().starts_with("/sign-in") => Self::SignIn,
            status if status.is_success() || status == StatusCode::SEE_OTHER => Self::Done,
            status => panic!("{status}: {}", answer.body),
        }
    }

    fn mark(self) -> &'static str {
        match self {
            Self::Done => "yes",
            Self::NotFound => "404",
            Self::Forbidden => "403",
            Self::SignIn => "sign in",
        }
    }
}

/// What the route's own row and the permission matrix say should come of it.
fn expected(route: &Route, role: Option<Role>, target: Target) -> Outcome {
    let (action, fits) = match (route.audience, role) {
        (Audience::Public, _) => return Outcome::Done,
        (_, None) => return Outcome::SignIn,
        (Audience::Team(action), Some(role)) => (action, role.is_team()),
        (Audience::Portal(action), Some(role)) => (action, !role.is_team()),
        (Audience::Both(action), Some(_)) => (action, true),
    };
    let role = role.expect("just matched");
    let names_something = route.path.contains('{');
    let reach = match target {
        Target::Own => true,
        // The team's address names the client, a contact's own client is implied.
        Target::Sibling => role.is_team(),
        Target::Foreign | Target::Missing => false,
    };
    match (fits, role.may(action), reach || !names_something) {
        (true, false, _) => Outcome::Forbidden,
        (true, true, true) => Outcome::Done,
        (true, true, false) | (false, ..) => Outcome::NotFound,
    }
}

/// Routes whose address holds a secret, not the name of a thing: every one is
/// taken out of the address, and only then looked at.
fn is_link(route: &Route) -> bool {
    route.path.ends_with("/{token}")
}

fn address(route: &Route, client: &Client) -> String {
    let status = match route.path.rsplit('/').next() {
        Some("publish") => Status::Draft,
        Some("verify" | "reopen") => Status::Resolved,
        _ => Status::Open,
    };
    let (invite, user) = if route.path.starts_with("/settings") {
        (client.team_invite, client.team_user)
    } else {
        (
            client.invite.id,
            client.contact(ContactRole::Collaborator).id,
        )
    };
    route
        .path
        .replace("{client}", &client.id.to_string())
        .replace("{engagement}", &client.engagement.to_string())
        .replace("{finding}", &client.findings[&status].to_string())
        .replace("{import}", &client.import.to_string())
        .replace("{invite}", &invite.to_string())
        .replace("{user}", &user.to_string())
        .replace("{token}", &"x".repeat(43))
}

/// An address of the same shape whose ids were never given to anything.
fn missing(route: &Route) -> String {
    let never = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let mut path = route.path.replace("{token}", &"y".repeat(43));
    for name in [
        "{client}",
        "{engagement}",
        "{finding}",
        "{import}",
        "{invite}",
        "{user}",
    ] {
        path = path.replace(name, never);
    }
    path
}

/// What a form of the route is sent with, for it to be accepted.
async fn send(browser: &mut Browser, route: &Route, path: &str, id: &str) -> Answer {
    if route.method == Method::GET {
        return browser.get(path).await;
    }
    let last = route.path.rsplit('/').next().unwrap_or_default();
    // Drafts have one version, published findings two, resolved ones three.
    let version = match last {
        "verify" | "reopen" => "3",
        "start" | "resolve" => "2",
        _ => "1",
    };
    let fields: &[(&str, &str)] = match last {
        "clients" => &[("name", "New"), ("id", id)],
        "engagements" => &[
            ("title", "New"),
            ("kind", "api"),
            ("phase", "active"),
            ("id", id),
        ],
        "findings" => &[("title", "New"), ("severity", "low"), ("id", id)],
        "edit" if route.path.contains("{finding}") => {
            &[("title", "New"), ("severity", "low"), ("version", "2")]
        }
        "edit" => &[
            ("title", "New"),
            ("kind", "api"),
            ("phase", "active"),
            ("version", "1"),
        ],
        "invites" => &[
            ("name", "New"),
            ("email", "new@new.example"),
            ("role", "viewer"),
            ("id", id),
        ],
        "settings" => &[("name", "New"), ("time_zone", "UTC"), ("version", "1")],
        "publish" | "start" | "resolve" | "verify" | "reopen" => {
            &[("note", "Because."), ("version", version)]
        }
        "role" => &[(
            "role",
            if route.path.starts_with("/settings") {
                "member"
            } else {
                "viewer"
            },
        )],
        "password" => &[("current", PASSWORD), ("password", OTHER), ("again", OTHER)],
        "end" => &[("session", "0123456789abcdef")],
        "preview" => &[("text", "*new*")],
        "import" => {
            let file =
                b"<issues><issue><type>1</type><name>n</name><host>h</host></issue></issues>";
            return browser.upload(path, id, "scan.xml", file).await;
        }
        _ => &[],
    };
    browser.post(path, fields).await
}

/// Everybody who may try: a name, and who it is.
fn people(cast: &Cast) -> Vec<(String, Option<Who<'_>>)> {
    let mut people = vec![("nobody".to_owned(), None)];
    for (tenant, prefix) in [(&cast.acme, ""), (&cast.northwind, "northwind's ")] {
        for person in &tenant.team {
            let name = format!("{prefix}{}", person.role.label());
            people.push((name.to_lowercase(), Some((tenant, person, None))));
        }
    }
    for (n, client) in cast.acme.clients.iter().enumerate() {
        for person in &client.contacts {
            let which = if n == 0 { "" } else { "sibling's " };
            let name = format!("{which}{}", person.role.label()).to_lowercase();
            people.push((name, Some((&cast.acme, person, Some(client)))));
        }
    }
    people
}

/// What nobody but its owner may ever read.
fn foreign_marks(cast: &Cast, tenant: &Tenant, client: Option<&Client>) -> Vec<String> {
    let mut marks = Vec::new();
    for other in [&cast.acme, &cast.northwind] {
        let mine = other.workspace.id == tenant.workspace.id;
        if !mine {
            marks.push(format!("CANARY-{}", other.workspace.slug));
        }
        for one in &other.clients {
            let own = client.is_some_and(|client| client.id == one.id);
            if !mine || client.is_some() {
                // A contact never reads a draft, not even of its own client.
                marks.push(one.secret.clone());
            }
            if (!mine || client.is_some()) && !own {
                marks.push(one.mark.clone());
            }
        }
    }
    marks
}

fn routes() -> impl Iterator<Item = Route> {
    GROUPS.into_iter().flatten().copied()
}

/// Somebody who tries, with a browser.
struct Visitor<'a> {
    name: String,
    who: Option<Who<'a>>,
    browser: Browser,
}

type Who<'a> = (&'a Tenant, &'a Person, Option<&'a Client>);

impl Visitor<'_> {
    /// Whose things `client`'s are, seen from here.
    fn target(&self, cast: &Cast, client: Option<&Client>) -> Target {
        let (home, own) = self
            .who
            .map_or((&cast.acme, None), |(tenant, _, own)| (tenant, own));
        let Some(client) = client else {
            return Target::Missing;
        };
        match own {
            Some(own) if own.id == client.id => Target::Own,
            _ if !home.clients.iter().any(|one| one.id == client.id) => Target::Foreign,
            Some(_) => Target::Sibling,
            None => Target::Own,
        }
    }
}

/// Everybody asks for everything, and nothing that is not theirs is told or changed.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_crosses_a_workspace_or_a_client() {
    let world = World::new().await;
    let cast = Cast::play(&world).await;
    let mut visitors = Vec::new();
    for (name, who) in people(&cast) {
        let browser = match who {
            None => world.browser("acme"),
            Some((tenant, person, _)) => world.signed_in(&tenant.workspace, person).await,
        };
        visitors.push(Visitor { name, who, browser });
    }
    let before = world.dump().await;
    let clients = cast
        .acme
        .clients
        .iter()
        .chain(&cast.northwind.clients)
        .map(Some);
    let clients: Vec<_> = clients.chain([None]).collect();
    for visitor in &visitors {
        for route in routes().filter(|route| route.audience != Audience::Public) {
            for client in &clients {
                attempt(&cast, visitor, &route, *client).await;
            }
        }
    }
    assert!(before == world.dump().await, "something was changed");
}

/// One request that must change nothing; those that may are tried elsewhere.
async fn attempt(cast: &Cast, visitor: &Visitor<'_>, route: &Route, client: Option<&Client>) {
    const ID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAW";
    let role = visitor.who.map(|(_, person, _)| person.role);
    let want = expected(route, role, visitor.target(cast, client));
    if route.method == Method::POST && want == Outcome::Done {
        return;
    }
    let path = client.map_or_else(|| missing(route), |client| address(route, client));
    let what = format!("{}: {} {path}", visitor.name, route.method);
    let mut browser = visitor.browser.clone();
    let got = send(&mut browser, route, &path, ID).await;
    assert_eq!(Outcome::of(&got), want, "{what}");
    if let Some((tenant, _, client)) = visitor.who {
        for mark in foreign_marks(cast, tenant, client) {
            assert!(!got.body.contains(&mark), "{what} tells of {mark}");
        }
    }
    if want == Outcome::NotFound {
        let never = send(&mut browser, route, &missing(route), ID).await;
        let same = never.status == got.status && never.without_id() == got.without_id();
        assert!(same, "{what} differs from what never was");
    }
    // At another workspace's address nobody is signed in with this session.
    let mut abroad = visitor.browser.at(match visitor.who {
        Some((tenant, ..)) if tenant.workspace.id == cast.northwind.workspace.id => "acme",
        _ => "northwind",
    });
    let got = send(&mut abroad, route, &path, ID).await;
    assert_eq!(Outcome::of(&got), Outcome::SignIn, "{what}, elsewhere");
}

/// The rightful ones get what they ask for: else the rest proves nothing. Each
/// route in a world of its own, since it changes it.
#[tokio::test(flavor = "multi_thread")]
async fn every_route_serves_whom_it_is_for() {
    for route in routes().filter(|route| !is_link(route) && route.audience != Audience::Public) {
        let world = World::new().await;
        let cast = Cast::play(&world).await;
        let own = &cast.acme.clients[0];
        let served = people(&cast).into_iter().find(|(_, who)| {
            who.is_some_and(|(tenant, person, client)| {
                tenant.workspace.id == cast.acme.workspace.id
                    && client.is_none_or(|client| client.id == own.id)
                    && expected(&route, Some(person.role), Target::Own) == Outcome::Done
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
            address(&route, own),
            world.app.new_id::<domain::id::kind::Entry>(),
        );
        let got = send(&mut browser, &route, &path, &id.to_string()).await;
        let good = got.is_good() || route.path.contains("sign-out");
        assert!(
            good,
            "{name}: {} {path}: {} {}",
            route.method, got.status, got.body
        );
        if route.method == Method::POST && route.path != "/preview" {
            assert_eq!(
                got.status,
                StatusCode::SEE_OTHER,
                "{} {path}: {}",
                route.method,
                got.body
            );
        }
    }
}

/// The whole matrix, for a person to read.
#[test]
fn the_matrix_is_that_of_the_golden_file() {
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
    crate::golden::holds(GOLDEN, &text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_of_a_client_is_offered_nothing_that_changes() {
    let world = World::new().await;
    let cast = Cast::play(&world).await;
    let client = &cast.acme.clients[0];
    let viewer = client.contact(ContactRole::Viewer);
    let mut browser = world.signed_in(&cast.acme.workspace, viewer).await;
    let finding = client.findings[&Status::Open];
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
