//! What pages and changes cost in capacity units and round trips, against a
//! budget, and that it doesn't grow with the number of findings.

mod list_capacity;

use std::fmt::Write as _;

use domain::evidence::{MAX_EVIDENCE, NewEvidence};
use domain::finding::{Finding, FindingStatus};
use domain::person::Actor;
use domain::plan::Plan;
use domain::role::{ContactRole, TeamRole};
use domain::severity::Severity;
use domain::trend::DaySnapshot;
use jiff::SignedDuration;
use store::CapacityUsed;
use tests::{
    Browser, Fixture, World, attachment, create_findings, create_findings_in_engagements, evidence,
};

use crate::messages::talk;
use crate::webhooks as hooks;

const BUDGET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/cost.txt");
const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/cost-clients.txt");
const LISTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/cost-lists.txt");

/// The first 60 characters, then read units, write units, calls, round trips.
const PASSWORD: &str = "quiet lantern orbit 42";

fn row(name: &str, spent: CapacityUsed) -> String {
    format!(
        "{name:<60} {:>8} {:>8} {:>6} {:>6}\n",
        spent.read, spent.write, spent.calls, spent.round_trips
    )
}

async fn page(browser: &mut Browser, path: &str) -> CapacityUsed {
    let answer = browser.get(path).await;
    assert!(answer.is_good(), "{path}: {}", answer.status);
    answer.spent
}

// On one thread, as in Lambda: on several, a call may be answered before the one
// beside it is sent, and would count as another round trip.
#[expect(clippy::too_many_lines, reason = "one table, in its order")]
#[tokio::test]
async fn pages_and_changes_stay_within_their_capacity_budget() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
    let owner = acme.member(TeamRole::Owner);
    let mut team = world.signed_in(&acme.workspace, owner).await;
    let contact = client.contact(ContactRole::Collaborator);
    let mut portal = world.signed_in(&acme.workspace, contact).await;
    team.get("/").await; // the host's workspace is known from here on

    let mut table = format!(
        "{:<60} {:>8} {:>8} {:>6} {:>6}\n",
        "page or change", "read", "write", "calls", "trips"
    );
    let mut engagements = Vec::new();
    for n in [20, 200, 2_000] {
        let id = create_findings(&world, client, owner, n, |_, finding| finding).await;
        engagements.push(id);
        let here = format!("/clients/{}/engagements/{id}", client.id);
        let mut note =
            |name: &str, spent| table.push_str(&row(&format!("{name}, {n} findings"), spent));
        note("consultants' dashboard", page(&mut team, "/").await);
        note("portal dashboard", page(&mut portal, "/").await);
        note("engagement, team", page(&mut team, &here).await);
        note(
            "engagement, client",
            page(&mut portal, &format!("/engagements/{id}")).await,
        );
    }
    let e = client.engagement;
    let here = format!("/clients/{}/engagements/{e}", client.id);
    let open = client.findings[&FindingStatus::Open];
    let pages = [
        ("clients", "/clients".to_owned()),
        ("client", format!("/clients/{}", client.id)),
        ("consultants' dashboard, a year", "/?days=365".to_owned()),
        ("engagement, drafts", format!("{here}?show=drafts")),
        ("finding, team", format!("{here}/findings/{open}")),
        ("finding form", format!("{here}/findings/{open}/edit")),
        (
            "import preview",
            format!("{here}/imports/{}", client.import),
        ),
        (
            "documents, team",
            format!("/clients/{}/documents", client.id),
        ),
        (
            "documents of an engagement, team",
            format!("{here}/documents"),
        ),
        (
            "document, team",
            format!(
                "/clients/{}/documents/{}",
                client.id, client.documents.report
            ),
        ),
        ("library", format!("{here}/library")),
        ("templates", "/templates".to_owned()),
        ("settings", "/settings".to_owned()),
        ("address", "/settings/address".to_owned()),
        ("branding", "/settings/branding".to_owned()),
        ("account", "/account".to_owned()),
        ("notifications", "/notifications".to_owned()),
        ("what one gets mail of", "/account/notifications".to_owned()),
        ("pulse of the dashboard, team", "/pulse".to_owned()),
        ("pulse of an engagement, team", format!("{here}/pulse")),
    ];
    for (name, path) in pages {
        table.push_str(&row(name, page(&mut team, &path).await));
    }
    let there = format!("/engagements/{e}");
    for (name, path) in [
        ("finding, client", format!("{there}/findings/{open}")),
        ("pulse of the dashboard, client", "/pulse".to_owned()),
        ("pulse of an engagement, client", format!("{there}/pulse")),
    ] {
        table.push_str(&row(name, page(&mut portal, &path).await));
    }
    documents(&world, &cast, &mut team, &mut portal, &mut table).await;
    pictures(&world, &cast, &mut portal, &mut table).await;
    bills(&world, &cast, &mut team, &mut portal, &mut table).await;
    payments(&mut table).await;
    let resolve = format!("{there}/findings/{open}/resolve");
    let resolved = portal
        .post(&resolve, &[("note", "Fixed."), ("version", "2")])
        .await;
    assert!(resolved.is_good(), "{}", resolved.body);
    table.push_str(&row("one status change, by the client", resolved.spent));
    let verify = format!("{here}/findings/{open}/fixed");
    let verified = team.post(&verify, &[("note", ""), ("version", "3")]).await;
    assert!(verified.is_good(), "{}", verified.body);
    table.push_str(&row("one status change, by the team", verified.spent));
    let id = world
        .app
        .new_id::<domain::id::marker::FindingMarker>()
        .to_string();
    let fields = [("id", id.as_str()), ("title", "New"), ("severity", "low")];
    let made = team.post(&format!("{here}/findings"), &fields).await;
    assert!(made.is_good(), "{}", made.body);
    table.push_str(&row("a new finding", made.spent));
    for (n, name) in [(10, "10"), (190, "200"), (9_800, "10,000")] {
        let place = (&client.store, engagements[0]);
        talk(&world, place, &actor_of(&cast), n).await;
        world.advance(SignedDuration::from_secs(1));
        let e = engagements[0];
        let ours = format!("/clients/{}/engagements/{e}/messages", client.id);
        let theirs = format!("/engagements/{e}/messages");
        let mut note = |what: &str, spent| {
            table.push_str(&row(&format!("{what}, {name} messages"), spent));
        };
        note("thread, team", page(&mut team, &ours).await);
        note("thread, client", page(&mut portal, &theirs).await);
        let id = world
            .app
            .new_id::<domain::id::marker::EntryMarker>()
            .to_string();
        let fields = [("id", id.as_str()), ("text", "Hello.")];
        let sent = portal.post(&theirs, &fields).await;
        assert!(sent.is_good(), "{}", sent.body);
        note("a message, by the client", sent.spent);
        let read = [("messages", "1000000"), ("notes", "1000000")];
        let marked = team.post(&format!("{ours}/read"), &read).await;
        assert!(marked.is_good(), "{}", marked.body);
        note("a thread marked as read", marked.spent);
    }
    let path = format!("/notifications/{}/open", client.notice);
    let read = portal.post(&path, &[]).await;
    assert!(read.is_good(), "{}", read.body);
    table.push_str(&row("a notice opened, by the client", read.spent));
    let read = portal.post("/notifications/read", &[]).await;
    assert!(read.is_good(), "{}", read.body);
    table.push_str(&row("all notices marked as read", read.spent));
    // A session's use is noted every five minutes: the one write of a page.
    world.advance(SignedDuration::from_mins(6));
    table.push_str(&row(
        "consultants' dashboard, after six minutes",
        page(&mut team, "/").await,
    ));
    table.push_str(&row(
        "a signed-in page before reads of its own",
        page(&mut team, "/account/two-factor").await,
    ));
    let identity = &world.app.services.identity;
    let set = identity.set_password(owner.id, PASSWORD).await;
    set.expect("set");
    let fields = [
        ("email", owner.email.as_str()),
        ("password", PASSWORD),
        ("next", "/"),
    ];
    let mut coming = world.browser("acme");
    let signed_in = coming.post("/sign-in", &fields).await;
    assert!(signed_in.is_good(), "{}", signed_in.body);
    table.push_str(&row("a sign-in", signed_in.spent));

    list_capacity::flat(&table);
    signing_up(&world, &mut table).await;
    crate::golden::assert_golden(BUDGET, &table);
}

/// Documents by the hundred, taking one away, and sending one.
async fn documents(
    world: &World,
    cast: &Fixture,
    team: &mut Browser,
    portal: &mut Browser,
    table: &mut String,
) {
    let client = &cast.acme.clients[0];
    let list = format!("/clients/{}/documents", client.id);
    let ours = format!("{list}/{}", client.documents.report);
    table.push_str(&row("document, team", page(team, &ours).await));
    let mut few = Vec::new();
    for n in [150, 150] {
        world.create_documents(&cast.acme, n).await;
        let (ours, theirs) = (page(team, &list).await, page(portal, "/documents").await);
        few.push((ours, theirs));
    }
    // A page of the list costs the same however long it is.
    assert_eq!(few[0], few[1]);
    table.push_str(&row("documents, team, 300 of them", few[1].0));
    table.push_str(&row("documents, client, 300 of them", few[1].1));
    let report = format!("/documents/{}", client.documents.report);
    table.push_str(&row("document, client", page(portal, &report).await));
    let taken = portal.post(&format!("{report}/download"), &[]).await;
    assert!(taken.is_good(), "{}", taken.body);
    table.push_str(&row("a download, by the client", taken.spent));
    let id = world
        .app
        .new_id::<domain::id::marker::UploadMarker>()
        .to_string();
    let said = [
        ("id", id.as_str()),
        ("n", "0"),
        ("name", "proof.pdf"),
        ("size", "9"),
        ("kind", "evidence"),
    ];
    let told = portal.post_json("/documents", &said).await;
    assert!(told.is_good(), "{}", told.body);
    table.push_str(&row("a file announced, by the client", told.spent));
    let told: serde_json::Value = serde_json::from_str(&told.body).expect("JSON");
    let complete = told["complete"].as_str().expect("an address");
    let there = portal.post(complete, &[]).await;
    assert!(there.is_good(), "{}", there.body);
    table.push_str(&row("a file said to be there, by the client", there.spent));
}

/// A finding with as many pictures as it can hold, one of them, sending one, and a
/// message with a file.
async fn pictures(world: &World, cast: &Fixture, portal: &mut Browser, table: &mut String) {
    let client = &cast.acme.clients[0];
    let (e, finding) = (client.engagement, client.findings[&FindingStatus::Open]);
    let new = NewEvidence {
        engagement: e,
        finding,
        caption: "A caption as long as captions tend to be".to_owned(),
        shared: true,
    };
    let owner = cast.acme.member(TeamRole::Owner);
    for _ in 3..MAX_EVIDENCE {
        evidence(world, &client.store, owner, new.clone()).await;
    }
    let here = format!("/engagements/{e}/findings/{finding}");
    let name = "finding with 60 pictures, client";
    table.push_str(&row(name, page(portal, &here).await));
    let shot = format!("{here}/evidence/{}", client.evidence.proof);
    table.push_str(&row("page of a picture, client", page(portal, &shot).await));
    let image = page(portal, &format!("{shot}/thumb")).await;
    table.push_str(&row("address of a picture, client", image));
    let id = world
        .app
        .new_id::<domain::id::marker::UploadMarker>()
        .to_string();
    let said = [
        ("id", id.as_str()),
        ("n", "0"),
        ("name", "proof.png"),
        ("size", "9"),
    ];
    let told = portal.post_json(&format!("{here}/evidence"), &said).await;
    assert!(told.is_good(), "{}", told.body);
    table.push_str(&row("a picture announced, by the client", told.spent));
    let contact = client.contact(ContactRole::Collaborator);
    let file = attachment(world, &client.store, contact, e, "log.txt").await;
    let (id, file) = (
        world
            .app
            .new_id::<domain::id::marker::EntryMarker>()
            .to_string(),
        file.id.to_string(),
    );
    let fields = [
        ("id", id.as_str()),
        ("text", "Hello."),
        ("files[]", file.as_str()),
    ];
    let sent = portal
        .post(&format!("/engagements/{e}/messages"), &fields)
        .await;
    assert!(sent.is_good(), "{}", sent.body);
    table.push_str(&row("a message with a file, by the client", sent.spent));
}

/// Paying by Stripe, and one event of it.
async fn payments(table: &mut String) {
    let world = World::with_stripe().await;
    let cast = Fixture::create(&world).await;
    let (home, client) = (&cast.acme.workspace, &cast.acme.clients[0]);
    tests::stripe_fixture::connect_account(&world, &cast.acme).await;
    let owner = cast.acme.member(TeamRole::Owner);
    let mut team = world.signed_in(home, owner).await;
    let contact = client.contact(ContactRole::Collaborator);
    let mut portal = world.signed_in(home, contact).await;
    let settings = page(&mut team, "/settings/payments").await;
    table.push_str(&row("where payments go", settings));
    let here = format!("/invoices/{}", client.invoices.sent);
    for name in ["a payment begun", "the same again"] {
        let led = portal.post(&format!("{here}/pay"), &[]).await;
        assert!(led.is_good(), "{}", led.body);
        table.push_str(&row(name, led.spent));
    }
    let waits = page(&mut portal, &format!("{here}/payment?since=1")).await;
    table.push_str(&row("a payment waited for", waits));
    let world = World::with_config(|config| config.stripe = Some(hooks::stripe())).await;
    let cast = Fixture::create(&world).await;
    let client = &cast.acme.clients[0];
    let begun = hooks::begin(&world, (&cast.acme, client), client.invoices.sent, 1).await;
    let mut stripe = world.browser("nobody");
    for (name, event) in [
        ("an event of a payment", begun.paid(&world, "p")),
        ("the same event again", begun.paid(&world, "p")),
    ] {
        let told = hooks::post_event(&world, &mut stripe, &event).await;
        table.push_str(&row(name, told.spent));
    }
}

/// Invoices by the hundred: their lists and figures cost what they cost for few.
async fn bills(
    world: &World,
    cast: &Fixture,
    team: &mut Browser,
    portal: &mut Browser,
    table: &mut String,
) {
    let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
    let by = tests::actor(acme.member(TeamRole::Owner));
    let (today, due) = (jiff::civil::date(2026, 1, 5), jiff::civil::date(2026, 2, 4));
    let here = format!("/clients/{}/invoices", client.id);
    let pages = [
        ("invoices, team", "/invoices".to_owned(), true),
        ("invoices by month", "/invoices/overview".to_owned(), true),
        ("invoices of a client, team", here.clone(), true),
        ("invoices, client", "/invoices".to_owned(), false),
    ];
    // What follows a change is read as it is now, and costs more.
    page(portal, "/account").await;
    let mut few = Vec::new();
    for n in [100, 200] {
        for _ in 0..n {
            let new = tests::invoice_fixture::new_invoice("Web application test", "EUR", due);
            let stores = (&acme.store, &client.store);
            let id = world.app.new_id();
            let draft = tests::invoice_fixture::draft_invoice(stores, id, &new, world.now()).await;
            tests::invoice_fixture::sent_invoice(
                &acme.store,
                (&draft, &new.content),
                (&by, today),
                &[],
            )
            .await;
        }
        let mut many = Vec::new();
        for (_, path, ours) in &pages {
            let browser = if *ours { &mut *team } else { &mut *portal };
            many.push(page(browser, path).await);
        }
        few.push(many);
    }
    assert_eq!(few[0], few[1], "lists and figures grow with the invoices");
    for ((name, ..), spent) in pages.iter().zip(&few[1]) {
        table.push_str(&row(&format!("{name}, 300 of them"), *spent));
    }
    let (draft, sent) = (client.invoices.draft, client.invoices.sent);
    let drafted = format!("{here}/{draft}");
    table.push_str(&row(
        "invoice, team",
        page(team, &format!("{here}/{sent}")).await,
    ));
    let theirs = format!("/invoices/{sent}");
    table.push_str(&row("invoice, client", page(portal, &theirs).await));
    table.push_str(&row(
        "invoice form",
        page(team, &format!("{drafted}/edit")).await,
    ));
    let [entry, paid] = [0; 2].map(|_| {
        world
            .app
            .new_id::<domain::id::marker::EntryMarker>()
            .to_string()
    });
    let fields = [("id", entry.as_str()), ("version", "1")];
    let done = team.post(&format!("{drafted}/send"), &fields).await;
    assert!(done.is_good(), "{}", done.body);
    table.push_str(&row("an invoice sent", done.spent));
    let fields = [
        ("id", paid.as_str()),
        ("version", "2"),
        ("amount", "100"),
        ("on", "2026-01-05"),
    ];
    let done = team.post(&format!("{drafted}/pay"), &fields).await;
    assert!(done.is_good(), "{}", done.body);
    table.push_str(&row("a payment noted", done.spent));
}

/// From the front to the first page of a workspace of one's own.
async fn signing_up(world: &World, table: &mut String) {
    let (mut front, id) = (world.browser("app"), crate::signup::new_id(world));
    let email = "ada@apex.example";
    let form = front.get("/sign-up").await;
    table.push_str(&row("sign-up form", form.spent));
    let asked = crate::signup::send(&mut front, &id, "Apex", email).await;
    table.push_str(&row("asking for a workspace", asked.spent));
    worker::drain(&world.app).await.expect("sent");
    let letters = world.mail_to(email).await;
    front.get(&crate::signup::link(&letters[0])).await;
    let form = page(&mut front, "/sign-up/password").await;
    table.push_str(&row("the form of its password", form));
    let fields = [("password", PASSWORD), ("again", PASSWORD)];
    let made = front.post("/sign-up/password", &fields).await;
    table.push_str(&row("founding a workspace", made.spent));
    let to = made.location().strip_prefix("https://apex.portal.example");
    let mut browser = world.browser("apex");
    browser.get(to.expect("the way there")).await;
    browser.get("/welcome").await;
    let came = browser.post("/welcome", &[]).await;
    assert_eq!(came.location(), "/", "{}", came.body);
    table.push_str(&row("coming to it", came.spent));
    let first = page(&mut browser, "/").await;
    table.push_str(&row("consultants' dashboard with first steps", first));
}

fn actor_of(cast: &Fixture) -> Actor {
    let owner = cast.acme.member(TeamRole::Owner);
    Actor {
        user: owner.id,
        name: owner.name.clone(),
        email: owner.email.clone(),
        role: owner.role,
        workspace: cast.acme.workspace.id,
        client: None,
    }
}
