//! What a plan limits: each limit is reached on its page and nothing typed is lost; two
//! at once can't pass it; and a smaller plan blocks what is new and takes nothing away.

use domain::plan::{Plan, PlanLimit};
use domain::role::TeamRole;
use domain::workspace::Workspace;
use http::StatusCode;
use tests::{Answer, Browser, Fixture, World, create_findings};

use crate::document_upload::announce;

/// A world in which Acme reaches its limits.
struct Scene {
    world: World,
    cast: Fixture,
    owner: Browser,
}

impl Scene {
    async fn on(plan: Plan) -> Self {
        let world = World::new().await;
        let cast = Fixture::create(&world).await;
        let acme = &cast.acme;
        let owner = acme.member(TeamRole::Owner);
        let owner = world.signed_in(&acme.workspace, owner).await;
        let mut scene = Self { world, cast, owner };
        scene.change_to(plan).await;
        scene
    }

    async fn change_to(&mut self, plan: Plan) {
        let change = |workspace: &mut Workspace| workspace.plan = plan;
        self.cast.acme.change_workspace(&self.world, change).await;
    }

    async fn used(&self, limit: PlanLimit) -> i64 {
        let used = self.cast.acme.store.list_limit_usage().await.expect("read");
        let of = used.into_iter().find(|(one, _)| *one == limit);
        of.expect("counted").1
    }

    fn id(&self) -> String {
        self.world
            .app
            .new_id::<domain::id::marker::EntryMarker>()
            .to_string()
    }

    async fn add_client(&mut self, name: &str) -> Answer {
        let id = self.id();
        let fields = [("name", name), ("id", id.as_str())];
        self.owner.post("/clients", &fields).await
    }

    async fn add_engagement(&mut self, title: &str, phase: &str) -> Answer {
        let (id, path) = (self.id(), self.engagements());
        let fields = [
            ("title", title),
            ("kind", "api"),
            ("phase", phase),
            ("id", &id),
        ];
        self.owner.post(&path, &fields).await
    }

    fn engagements(&self) -> String {
        format!("/clients/{}/engagements", self.cast.acme.clients[0].id)
    }

    async fn invite(&mut self, email: &str) -> Answer {
        let id = self.id();
        let fields = [
            ("id", id.as_str()),
            ("name", "New <b>"),
            ("email", email),
            ("role", "member"),
        ];
        self.owner.post("/settings/invites", &fields).await
    }

    async fn add_finding(&mut self, title: &str) -> Answer {
        let path = format!(
            "{}/{}/findings",
            self.engagements(),
            self.cast.acme.clients[0].engagement
        );
        let id = self.id();
        let fields = [("title", title), ("severity", "low"), ("id", &id)];
        self.owner.post(&path, &fields).await
    }

    /// Has so much of a limit be used, whatever there is.
    async fn use_up(&self, limit: PlanLimit, n: i64) {
        let ws = self.cast.acme.workspace.id;
        let more = n - self.used(limit).await;
        let pk = format!("W#{ws}#USE");
        self.world.add_to((&pk, limit.name()), "n", more).await;
    }

    async fn adds_up(&self) {
        let slug = &self.cast.acme.workspace.slug;
        let recount = self.world.app.directory().recount(slug).await;
        let recount = recount.expect("counted").expect("a workspace");
        assert_eq!(recount.limit_drifts, Vec::new());
        assert_eq!(recount.count_drifts, Vec::new());
    }
}

fn is_full(answer: &Answer, says: &str, typed: &str) {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
    assert!(answer.body.contains(says), "{says}: {}", answer.body);
    assert!(answer.body.contains(typed), "{typed}: {}", answer.body);
}

#[tokio::test]
async fn client_beyond_the_plan_limit_is_refused_with_a_reason() {
    let mut scene = Scene::on(Plan::Starter).await;
    assert_eq!(scene.used(PlanLimit::Clients).await, 2);
    let last = scene.add_client("Third").await;
    assert!(last.location().starts_with("/clients/"), "{}", last.body);
    let full = scene.add_client("Fourth & Sons").await;
    let says = "The plan Starter has 3 clients, and 3 are used. \
                To add more, change to Pro with 50 clients, under Settings, Plan.";
    is_full(&full, says, "value=\"Fourth &amp; Sons\"");
    scene.adds_up().await;
    scene.change_to(Plan::Pro).await;
    let more = scene.add_client("Fourth & Sons").await;
    assert!(more.location().starts_with("/clients/"), "{}", more.body);
    scene.adds_up().await;
}

/// The same form sent twice adds one, and takes one.
#[tokio::test]
async fn form_sent_twice_counts_once_against_the_limit() {
    let mut scene = Scene::on(Plan::Starter).await;
    let id = scene.id();
    let fields = [("name", "Third"), ("id", id.as_str())];
    let first = scene.owner.post("/clients", &fields).await;
    let second = scene.owner.post("/clients", &fields).await;
    // It is there: that there is no room for another is no matter.
    assert_eq!(first.location(), second.location(), "{}", second.body);
    assert_eq!(scene.used(PlanLimit::Clients).await, 3);
    scene.adds_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn creations_at_once_stop_exactly_at_the_limit() {
    let scene = Scene::on(Plan::Pro).await;
    scene.use_up(PlanLimit::Clients, 48).await;
    let tries = (0..6).map(async |n| {
        let (mut owner, id) = (scene.owner.clone(), scene.id());
        let name = format!("At once {n}");
        loop {
            let fields = [("name", name.as_str()), ("id", id.as_str())];
            let answer = owner.post("/clients", &fields).await;
            // Busy: again, as the page says.
            if answer.status != StatusCode::SERVICE_UNAVAILABLE {
                return answer;
            }
        }
    });
    let answers = futures::future::join_all(tries).await;
    let added = answers
        .iter()
        .filter(|answer| answer.location().starts_with("/clients/"));
    assert_eq!(added.count(), 2);
    for answer in &answers {
        let full = answer.body.contains("has 50 clients, and 50 are used");
        assert!(
            full || answer.status == StatusCode::SEE_OTHER,
            "{}",
            answer.body
        );
    }
    assert_eq!(scene.used(PlanLimit::Clients).await, 50);
}

#[tokio::test]
async fn engagements_count_against_the_limit_while_active() {
    let mut scene = Scene::on(Plan::Starter).await;
    assert_eq!(scene.used(PlanLimit::Engagements).await, 2);
    scene.add_engagement("Third", "active").await;
    let full = scene.add_engagement("Fourth", "reporting").await;
    is_full(
        &full,
        "The plan Starter has 3 active engagements, and 3 are used.",
        "Fourth",
    );
    assert!(full.body.contains("id=\"phase-error\""), "{}", full.body);
    let planned = scene.add_engagement("Planned", "planned").await;
    let there = planned.location().to_owned();
    assert!(there.contains("/engagements/"), "{}", planned.body);

    // Neither does it begin later, until another one is closed.
    let begin = format!("{there}/edit");
    let fields = [
        ("title", "Planned, and now begun"),
        ("kind", "api"),
        ("phase", "active"),
        ("version", "1"),
    ];
    let full = scene.owner.post(&begin, &fields).await;
    is_full(
        &full,
        "close an engagement; or change to Pro",
        "Planned, and now begun",
    );
    let own = format!(
        "{}/{}",
        scene.engagements(),
        scene.cast.acme.clients[0].engagement
    );
    let closed = [
        ("title", "Web test"),
        ("kind", "api"),
        ("phase", "closed"),
        ("version", "1"),
    ];
    let done = scene.owner.post(&format!("{own}/edit"), &closed).await;
    assert_eq!(done.location(), own, "{}", done.body);
    let begun = scene.owner.post(&begin, &fields).await;
    assert_eq!(begun.location(), there, "{}", begun.body);
    assert_eq!(scene.used(PlanLimit::Engagements).await, 3);
    scene.adds_up().await;
}

#[tokio::test]
async fn seats_count_people_and_invites_and_are_released() {
    let mut scene = Scene::on(Plan::Pro).await;
    // Four of the team, and one who was invited.
    assert_eq!(scene.used(PlanLimit::Seats).await, 5);
    for n in 6..=10 {
        let invited = scene.invite(&format!("n{n}@new.example")).await;
        assert_eq!(invited.location(), "/settings", "{}", invited.body);
    }
    let full = scene.invite("late@new.example").await;
    let says = "The plan Pro has 10 seats, and 10 are used. To add more, \
                disable or remove somebody, or revoke an invitation; or change to Team";
    is_full(&full, says, "value=\"late@new.example\"");
    scene.adds_up().await;

    // Clients' people have no seats.
    let client = format!("/clients/{}/invites", scene.cast.acme.clients[0].id);
    let id = scene.id();
    let fields = [
        ("id", id.as_str()),
        ("name", "New"),
        ("email", "contact@new.example"),
        ("role", "viewer"),
    ];
    let invited = scene.owner.post(&client, &fields).await;
    assert_eq!(invited.status, StatusCode::SEE_OTHER, "{}", invited.body);

    // An invitation that is taken back gives its seat to another one.
    let waiting = scene.cast.acme.clients[0].team_invite;
    let revoke = format!("/settings/invites/{waiting}/revoke");
    scene.owner.post(&revoke, &[]).await;
    scene.owner.post(&revoke, &[]).await;
    assert_eq!(scene.used(PlanLimit::Seats).await, 9);
    let invited = scene.invite("late@new.example").await;
    assert_eq!(invited.location(), "/settings", "{}", invited.body);

    // So does a person who is disabled; who comes back when there is a seat.
    let member = scene.cast.acme.member(TeamRole::Viewer).id;
    let access = format!("/settings/people/{member}/access");
    let disable = [("access", "disabled")];
    scene.owner.post(&access, &disable).await;
    scene.owner.post(&access, &disable).await;
    assert_eq!(scene.used(PlanLimit::Seats).await, 9);
    scene.invite("later@new.example").await;
    let enable = [("access", "enabled")];
    let back = scene.owner.post(&access, &enable).await;
    let page = scene.owner.get(back.location()).await.body;
    assert!(page.contains("there is no seat: 10 are used"), "{page}");
    scene.adds_up().await;
    // Whoever is disabled and removed has no seat to give.
    scene
        .owner
        .post(&format!("/settings/people/{member}/remove"), &[])
        .await;
    assert_eq!(scene.used(PlanLimit::Seats).await, 10);
    scene.adds_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn finding_limit_applies_to_forms_and_imports() {
    let mut scene = Scene::on(Plan::Starter).await;
    let before = scene.used(PlanLimit::Findings).await;
    let fill = usize::try_from(99 - before).expect("room");
    let owner = scene.cast.acme.member(TeamRole::Owner).clone();
    create_findings(
        &scene.world,
        &scene.cast.acme.clients[0],
        &owner,
        fill,
        |_, one| one,
    )
    .await;
    let path = format!(
        "{}/{}",
        scene.engagements(),
        scene.cast.acme.clients[0].engagement
    );
    let scan = b"Name,Risk,Host\nOne,high,h\nTwo,low,h\n";
    let id = scene.id();
    let sent = scene
        .owner
        .upload(&format!("{path}/import"), &id, "two.csv", scan)
        .await;
    worker::drain(&scene.world.app).await.expect("read");
    let preview = sent.location().to_owned();
    let columns = [("title", "Name"), ("severity", "Risk"), ("asset", "Host")];
    scene
        .owner
        .post(&format!("{preview}/columns"), &columns)
        .await;
    worker::drain(&scene.world.app).await.expect("read");
    let says =
        "The file would make 2 findings. The plan Starter has 100 findings, and 99 are used.";
    let page = scene.owner.get(&preview).await.body;
    assert!(page.contains(says), "{page}");
    let refused = scene.owner.post(&preview, &[]).await;
    is_full(&refused, says, "two.csv");

    let last = scene.add_finding("The last").await;
    assert!(last.location().contains("/findings/"), "{}", last.body);
    let full = scene.add_finding("One too many").await;
    is_full(
        &full,
        "100 findings, and 100 are used",
        "value=\"One too many\"",
    );
    // What is there is worked on as ever.
    let there = last.location().to_owned();
    let published = scene
        .owner
        .post(&format!("{there}/publish"), &[("version", "1")])
        .await;
    assert_eq!(published.location(), there, "{}", published.body);
    scene.adds_up().await;
}

/// Room that is gone by the time an import is done stops it, with a reason.
#[tokio::test(flavor = "multi_thread")]
async fn import_stops_at_the_plan_limit() {
    let mut scene = Scene::on(Plan::Pro).await;
    let path = format!(
        "{}/{}",
        scene.engagements(),
        scene.cast.acme.clients[0].engagement
    );
    let scan = b"<issues><issue><type>1</type><name>n</name><host>h</host></issue></issues>";
    let id = scene.id();
    let sent = scene
        .owner
        .upload(&format!("{path}/import"), &id, "one.xml", scan)
        .await;
    let preview = sent.location().to_owned();
    worker::drain(&scene.world.app).await.expect("read");
    let confirmed = scene.owner.post(&preview, &[]).await;
    assert_eq!(confirmed.location(), preview, "{}", confirmed.body);
    let used = scene.used(PlanLimit::Findings).await;
    scene.use_up(PlanLimit::Findings, 10_000).await;
    worker::drain(&scene.world.app).await.expect("swept");
    let page = scene.owner.get(&preview).await.body;
    assert!(
        page.contains("10,000 findings, and 10,000 are used"),
        "{page}"
    );
    scene.use_up(PlanLimit::Findings, used).await;
    scene.adds_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn storage_limit_names_the_plan_to_the_team_only() {
    let mut scene = Scene::on(Plan::Starter).await;
    let acme = &scene.cast.acme;
    let most = Plan::Starter.limit_of(PlanLimit::Storage);
    let room = most - acme.store.get_storage_used().await.expect("read");
    scene.world.fill_storage(&acme.workspace, room).await;
    let kinds = [("kind", "report")];
    let path = format!("/clients/{}/documents", acme.clients[0].id);
    let file = ("report.pdf", 9);
    let (status, told) = announce(&scene.world, &mut scene.owner, &path, file, &kinds).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = told["error"].as_str().expect("words");
    assert!(
        said.contains("2 GB of space for files, and 2 GB are used"),
        "{said}"
    );
    let contact = acme.clients[0].contact(domain::role::ContactRole::Manager);
    let mut portal = scene.world.signed_in(&acme.workspace, contact).await;
    let proof = [("kind", "evidence")];
    let (_, told) = announce(&scene.world, &mut portal, "/documents", file, &proof).await;
    let said = told["error"].as_str().expect("words");
    assert!(said.contains("no room") && !said.contains("plan"), "{said}");
}

/// A smaller plan than what is used: all of it stays and can be worked on.
#[tokio::test]
async fn downgrade_blocks_creation_and_deletes_nothing() {
    let mut scene = Scene::on(Plan::Team).await;
    for n in 3..=5 {
        scene.add_client(&format!("Client {n}")).await;
        scene.add_engagement(&format!("Test {n}"), "active").await;
    }
    scene.change_to(Plan::Starter).await;
    let before = scene.world.dump().await.len();
    is_full(
        &scene.add_client("More").await,
        "has 3 clients, and 5 are used",
        "More",
    );
    is_full(
        &scene.add_engagement("More", "active").await,
        "has 3 active engagements, and 5 are used",
        "More",
    );
    is_full(
        &scene.invite("m@new.example").await,
        "has 2 seats, and 5 are used",
        "m@new",
    );
    assert_eq!(scene.world.dump().await.len(), before);
    let page = scene.owner.get("/settings/plan").await.body;
    for says in ["5 of 3", "5 of 2", "Nothing can be added.", "90 days"] {
        assert!(page.contains(says), "{says}: {page}");
    }
    // What is there can be changed, and closing makes no room yet.
    let own = format!(
        "{}/{}",
        scene.engagements(),
        scene.cast.acme.clients[0].engagement
    );
    let fields = [
        ("title", "Renamed"),
        ("kind", "api"),
        ("phase", "reporting"),
        ("version", "1"),
    ];
    let saved = scene.owner.post(&format!("{own}/edit"), &fields).await;
    assert_eq!(saved.location(), own, "{}", saved.body);
    scene.adds_up().await;
}

#[tokio::test]
async fn plan_page_shows_usage_to_the_team_only() {
    let scene = Scene::on(Plan::Pro).await;
    let acme = &scene.cast.acme;
    for (role, knows) in [
        (TeamRole::Owner, true),
        (TeamRole::Admin, true),
        (TeamRole::Viewer, false),
    ] {
        let mut browser = scene
            .world
            .signed_in(&acme.workspace, acme.member(role))
            .await;
        let page = browser.get("/settings/plan").await.body;
        for says in ["2 of 50", "5 of 10", "250 GB", "7 years"] {
            assert!(page.contains(says), "{says}: {page}");
        }
        // Whether it is paid is for those who look after the settings.
        assert_eq!(page.contains("nothing to pay"), knows, "{page}");
        let owner = role == TeamRole::Owner;
        let asked = browser.post("/settings/plan/manage", &[]).await;
        assert_eq!(
            asked.status == StatusCode::FORBIDDEN,
            !owner,
            "{}",
            asked.status
        );
    }
    let contact = acme.clients[0].contact(domain::role::ContactRole::Manager);
    let mut portal = scene.world.signed_in(&acme.workspace, contact).await;
    let page = portal.get("/settings/plan").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}
