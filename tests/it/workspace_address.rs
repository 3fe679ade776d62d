//! The workspace's own address: chosen, changed, and led on from.

use domain::plan::Plan;
use domain::role::TeamRole;
use domain::workspace::Workspace;
use http::StatusCode;
use jiff::SignedDuration;
use tests::{Answer, Browser, Fixture, World};

const PAGE: &str = "/settings/address";

/// A world in which Acme's owner is about to change the address.
struct Scene {
    world: World,
    cast: Fixture,
    owner: Browser,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let cast = Fixture::create(&world).await;
        let acme = &cast.acme;
        let owner = acme.member(TeamRole::Owner);
        let owner = world.signed_in(&acme.workspace, owner).await;
        Self { world, cast, owner }
    }

    /// Acme, as it is now.
    async fn acme(&self) -> Workspace {
        let found = self.cast.acme.store.get_workspace().await.expect("read");
        found.expect("a workspace")
    }

    async fn ask(&mut self, slug: &str) -> Answer {
        let version = self.acme().await.version.to_string();
        let fields = [("slug", slug), ("version", version.as_str())];
        self.owner.post(PAGE, &fields).await
    }
}

#[tokio::test]
async fn former_slug_redirects_to_the_new_one() {
    let mut scene = Scene::new().await;
    // After all that the cast did: the log shows the newest entries.
    scene.world.advance(SignedDuration::from_secs(1));
    let moved = scene.ask("apex-security").await;
    assert!(moved.is_good(), "{}", moved.body);
    assert!(moved.body.contains("//apex-security."), "{}", moved.body);

    // Pages lead to the same page, whoever asks; a change isn't done.
    let page = scene.owner.get("/findings?status=open").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let there = page.location();
    assert!(there.ends_with("/findings?status=open"), "{there}");
    assert!(there.contains("//apex-security."), "{there}");
    let change = scene
        .owner
        .post("/settings/security", &[("mfa", "team")])
        .await;
    assert_eq!(change.status, StatusCode::CONFLICT);
    assert!(change.body.contains("//apex-security."), "{}", change.body);

    let after = scene.acme().await;
    assert_eq!(after.slug.as_str(), "apex-security");
    let owner = scene.cast.acme.member(TeamRole::Owner);
    let mut there = scene.world.signed_in(&after, owner).await;
    assert!(there.get("/settings").await.is_good());
    let log = there.get("/settings/audit").await.body;
    assert!(log.contains("apex-security"), "{log}");
}

#[tokio::test]
async fn former_slug_is_never_given_to_another_workspace() {
    let mut scene = Scene::new().await;
    scene.ask("apex-security").await;
    let northwind = &scene.cast.northwind;
    let owner = northwind.member(TeamRole::Owner);
    let mut other = scene.world.signed_in(&northwind.workspace, owner).await;
    for slug in ["acme", "apex-security"] {
        let check = other.get(&format!("{PAGE}/check?slug={slug}")).await.body;
        assert!(check.contains("is taken"), "{slug}: {check}");
        let asked = other.post(PAGE, &[("slug", slug), ("version", "1")]).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY, "{slug}");
        assert!(asked.body.contains("is taken"), "{slug}: {}", asked.body);
        assert!(asked.body.contains(&format!("value=\"{slug}\"")), "{slug}");
    }
    let free = other.get(&format!("{PAGE}/check?slug=north-2")).await.body;
    assert!(free.contains("is free"), "{free}");
}

#[tokio::test]
async fn slug_changes_once_in_30_days_and_may_be_reverted() {
    let mut scene = Scene::new().await;
    scene.ask("apex-security").await;
    let owner = scene.cast.acme.member(TeamRole::Owner).clone();
    let there = scene.acme().await;
    scene.owner = scene.world.signed_in(&there, &owner).await;
    let page = scene.owner.get(PAGE).await.body;
    assert!(page.contains("once in 30 days"), "{page}");
    let early = scene.ask("acme").await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);

    scene.world.advance(SignedDuration::from_hours(31 * 24));
    scene.owner = scene.world.signed_in(&there, &owner).await;
    let back = scene.ask("acme").await;
    assert!(back.is_good(), "{}", back.body);
    // The address in between leads back, now.
    let between = scene.owner.get("/clients").await;
    assert!(
        between.location().contains("//acme."),
        "{}",
        between.location()
    );
}

#[tokio::test]
async fn starter_plan_shows_the_badge_and_cannot_change_its_slug() {
    let mut scene = Scene::new().await;
    let page = scene.owner.get("/").await.body;
    assert!(!page.contains("Powered by SecPortal"), "{page}");

    let change = |workspace: &mut Workspace| workspace.plan = Plan::Starter;
    let acme = &scene.cast.acme;
    acme.change_workspace(&scene.world, change).await;
    let page = scene.owner.get("/").await.body;
    assert!(page.contains("Powered by SecPortal"), "{page}");
    let refused = scene.ask("apex-security").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Pro and Team"), "{}", refused.body);
    let demanded = scene
        .owner
        .post("/settings/security", &[("mfa", "team")])
        .await;
    assert_eq!(demanded.status, StatusCode::FORBIDDEN);
}
