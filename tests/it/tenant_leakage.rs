//! Where one tenant's words could turn up at another's besides the answers to
//! its own requests: in a warm process, in logs, in mail, in files' names.

use domain::id::ImportId;
use domain::role::{ContactRole, TeamRole};
use http::{Method, StatusCode};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use tests::{Answer, Browser, Fixture, World, log_lines};
use web::Audience;

use crate::matrix::{Outcome, Target, address, expected, foreign_marks, missing, routes, send};

/// Each page of each of several people, with what a process of each's own answers,
/// which nobody else ever asked.
async fn pages(world: &World, cast: &Fixture) -> Vec<(Browser, String, String)> {
    let mut pages = Vec::new();
    for tenant in [&cast.acme, &cast.northwind] {
        let client = &tenant.clients[0];
        let contact = client.contact(ContactRole::Manager);
        for person in [tenant.member(TeamRole::Owner), contact] {
            let browser = world.signed_in(&tenant.workspace, person).await;
            let cold = browser.served_by(&world.restart().await);
            let reads = routes().filter(|route| route.method == Method::GET);
            for route in reads.filter(|route| route.audience != Audience::Public) {
                let want = expected(&route, Some(person.role), Target::Own);
                // A new form has a new id each time.
                let new = ["/new", "/import", "/template"]
                    .iter()
                    .any(|end| route.path.ends_with(end));
                if want == Outcome::Done && !new {
                    let path = address(&route, client);
                    let answer = without_new_id(&cold.clone().get(&path).await);
                    pages.push((browser.clone(), path, answer));
                }
            }
        }
    }
    pages
}

/// The text without the request's id, and without those that forms give to what
/// they make, which are new each time.
fn without_new_id(answer: &Answer) -> String {
    let markers = ["name=\"id\" value=\"", "data-upload=\"", "data-paste-id=\""];
    markers.iter().fold(answer.without_id(), |text, marker| {
        let mut parts = text.split(marker);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + part.get(26..).unwrap_or(part))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn warm_process_serving_tenants_in_turn_mixes_nothing() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let mut pages = pages(&world, &cast).await;
    let mut rng = StdRng::seed_from_u64(20_261_124);
    for _ in 0..1_000 {
        let at = rng.random_range(0..pages.len());
        let (browser, path, cold) = &mut pages[at];
        let now = without_new_id(&browser.get(path).await);
        assert!(now == *cold, "{path} differs from a process of its own");
    }
}

/// `CloudWatch` counts what a line says of it, if each name is a number of the line.
fn is_counted(line: &Value) {
    let counted = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(counted["Namespace"], "SecPortal", "{line}");
    assert_eq!(counted["Dimensions"], serde_json::json!([["function"]]));
    assert!(line["_aws"]["Timestamp"].is_i64() && line["function"].is_string());
    let metrics = counted["Metrics"].as_array().expect("metrics");
    let names: Vec<_> = metrics
        .iter()
        .map(|metric| metric["Name"].as_str())
        .collect();
    let names: Vec<_> = names
        .into_iter()
        .map(|name| name.expect("a name"))
        .collect();
    let all = [
        "took_ms",
        "errors",
        "cold_starts",
        "read_units",
        "write_units",
    ];
    assert_eq!(names, all);
    for name in names {
        assert!(line[name].is_number(), "{name} in {line}");
    }
}

/// The log of all tests of this process, whatever they did until now.
#[tokio::test(flavor = "multi_thread")]
async fn log_holds_no_personal_data() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
    let owner = acme.member(TeamRole::Owner);
    let mut browser = world.signed_in(&acme.workspace, owner).await;
    let session = browser.cookies["__Host-sid"].clone();
    let mut answers = Vec::new();
    for route in routes() {
        for path in [address(&route, client), missing(&route)] {
            let id = "01ARZ3NDEKTSV4RRFFQ69G5FAW";
            answers.push(send(&mut browser, &route, &path, id).await);
        }
    }
    let home = (acme.workspace.id, Some(client.id));
    let token = world.app.secrets().invite_token(home, client.invite.id, 1);
    let mut stranger = world.browser("acme");
    answers.push(stranger.get(&format!("/invite/{token}")).await);
    let fields = [
        ("email", owner.email.as_str()),
        ("password", "a wrong password"),
        ("next", "/"),
    ];
    answers.push(stranger.post("/sign-in", &fields).await);
    worker::drain(&world.app).await.expect("swept");

    let text = log_lines();
    let parse = |line| serde_json::from_str::<Value>(line).expect("JSON");
    let lines: Vec<Value> = text.lines().map(parse).collect();
    for answer in &answers {
        let id = answer.headers["x-request-id"].to_str().expect("an id");
        let told: Vec<_> = lines
            .iter()
            .filter(|line| line["request_id"] == id)
            .collect();
        // Worlds draw the same ids: another one's request may have this one's.
        assert!(!told.is_empty(), "a line for each request");
        for field in ["route", "status", "took_ms", "read_units", "calls"] {
            assert!(!told[0][field].is_null(), "{field} in {}", told[0]);
        }
        is_counted(told[0]);
    }
    for secret in [
        "CANARY",
        "SECRET",
        ".example",
        "@",
        "a wrong password",
        &token,
        &session,
    ] {
        assert!(!text.contains(secret), "the log tells of {secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_and_file_names_hold_nothing_of_other_tenants() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    worker::drain(&world.app).await.expect("sent");
    let mut letters = 0;
    for tenant in [&cast.acme, &cast.northwind] {
        for client in &tenant.clients {
            for person in &client.contacts {
                for letter in world.mail_to(person.email.as_str()).await {
                    letters += 1;
                    for mark in foreign_marks(&cast, tenant, Some(client)) {
                        assert!(!letter.to_string().contains(&mark), "{mark} in {letter}");
                    }
                }
            }
            let key = client.store.import_object_key(ImportId::new(1, 1));
            let (ws, id) = (tenant.workspace.id, client.id);
            assert!(key.starts_with(&format!("w/{ws}/c/{id}/")), "{key}");
        }
    }
    assert_eq!(letters, 9, "each contact was invited once");
}

/// Ids that try to leave the place which the address gives them.
#[tokio::test(flavor = "multi_thread")]
async fn malformed_ids_are_404() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let before = world.dump().await;
    let (acme, foreign) = (&cast.acme, &cast.northwind.clients[0]);
    let mut owner = world
        .signed_in(&acme.workspace, acme.member(TeamRole::Owner))
        .await;
    let contact = acme.clients[0].contact(ContactRole::Manager);
    let mut portal = world.signed_in(&acme.workspace, contact).await;
    let sessions = world.dump().await;
    let odd = [
        "%23".to_owned(),
        "..".to_owned(),
        "%2e%2e%2f".to_owned(),
        "%00".to_owned(),
        "A".repeat(2_000),
        format!("{}%23C%23{}", cast.northwind.workspace.id, foreign.id),
        foreign.id.to_string().to_lowercase(),
        format!("{}%23", foreign.engagement),
    ];
    for route in routes().filter(|route| route.path.contains('{')) {
        for odd in &odd {
            let mut path = route.path.to_owned();
            for name in [
                "client",
                "engagement",
                "finding",
                "entry",
                "import",
                "invite",
                "document",
                "upload",
                "notice",
                "user",
            ] {
                path = path.replace(&format!("{{{name}}}"), odd);
            }
            if path.contains('{') {
                continue;
            }
            for browser in [&mut owner, &mut portal] {
                let got = send(browser, &route, &path, "01ARZ3NDEKTSV4RRFFQ69G5FAW").await;
                assert_eq!(got.status, StatusCode::NOT_FOUND, "{} {path}", route.method);
            }
        }
    }
    assert!(sessions == world.dump().await && before.len() + 2 == sessions.len());
}
