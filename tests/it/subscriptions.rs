//! A workspace's own subscription: Stripe's events give it its plan and take it away,
//! and reach no other workspace.

mod shop;

use domain::plan::Plan;
use domain::role::{ContactRole, TeamRole};
use domain::subscription::{AccountStanding, BillingAccount, GRACE};
use domain::workspace::Workspace;
use http::StatusCode;
use jiff::SignedDuration;
use local::stripe::{Act, How, Turn};
use serde_json::{Value, json};
use tests::stripe::{act, deliver};
use tests::{Answer, Browser, Cast, Tenant, World};

use crate::webhooks::{stripe, tell_platform};

const US: &str = "cus_acme";

/// A world in which Acme, on the smallest plan, is a customer of ours.
struct Scene {
    world: World,
    cast: Cast,
    machine: Browser,
}

impl Scene {
    async fn new() -> Self {
        let world = World::with(|config| config.stripe = Some(stripe())).await;
        let cast = Cast::play(&world).await;
        to_starter(&cast.acme).await;
        to_starter(&cast.northwind).await;
        let us = BillingAccount::new(US.to_owned(), false);
        cast.acme.store.keep_customer(&us).await.expect("kept");
        world.advance(SignedDuration::from_secs(61));
        let machine = world.browser("nobody");
        Self {
            world,
            cast,
            machine,
        }
    }

    fn event(&self, id: &str, kind: &str, object: &Value) -> Value {
        json!({
            "id": format!("evt_{id}"), "object": "event", "livemode": false,
            "created": self.world.now().as_second(), "type": kind,
            "data": { "object": object },
        })
    }

    /// That Acme's subscription is so, and when its time is over.
    fn stands(&self, id: &str, status: &str, price: &str) -> Value {
        let kind = match status {
            "incomplete" => "customer.subscription.created",
            "canceled" => "customer.subscription.deleted",
            _ => "customer.subscription.updated",
        };
        let until = self.world.now() + SignedDuration::from_hours(30 * 24);
        let line = json!({
            "price": { "id": "price_1", "lookup_key": price },
            "current_period_end": until.as_second(),
        });
        let object = json!({
            "id": "sub_1", "customer": US, "status": status,
            "cancel_at_period_end": false, "cancel_at": null,
            "metadata": { "workspace": self.cast.acme.workspace.id },
            "items": { "data": [line] },
        });
        self.event(id, kind, &object)
    }

    fn billed(&self, id: &str, kind: &str) -> Value {
        let parent = json!({ "subscription_details": { "subscription": "sub_1" } });
        let object = json!({ "id": "in_1", "customer": US, "parent": parent });
        self.event(id, kind, &object)
    }

    async fn tell(&mut self, event: &Value) -> String {
        tell_platform(&self.world, &mut self.machine, event).await
    }

    fn later(&self, hours: i64) {
        self.world.advance(SignedDuration::from_hours(hours));
    }

    /// Acme by its own row; the copy at its address must be the same.
    async fn acme(&self) -> Workspace {
        let acme = &self.cast.acme;
        let own = acme.store.workspace().await.expect("read");
        let own = own.expect("a workspace");
        let copy = self.world.app.directory().workspace(&own.slug).await;
        assert_eq!(copy.expect("read").as_ref(), Some(&own));
        own
    }

    async fn account(&self) -> BillingAccount {
        let found = self.cast.acme.store.subscriptions().await;
        found.expect("read").expect("a customer")
    }

    async fn page(&self, path: &str, contact: bool) -> String {
        let acme = &self.cast.acme;
        let person = if contact {
            acme.clients[0].contact(ContactRole::Manager)
        } else {
            acme.member(TeamRole::Owner)
        };
        let mut browser = self.world.signed_in(&acme.workspace, person).await;
        browser.get(path).await.body
    }
}

const BADGE: &str = "Powered by SecPortal";

async fn to_starter(tenant: &Tenant) {
    let before = tenant.store.workspace().await.expect("read");
    let before = before.expect("a workspace");
    let after = Workspace {
        plan: Plan::Starter,
        version: before.version + 1,
        ..before.clone()
    };
    let changed = tenant.store.update_workspace(&before, &after).await;
    changed.expect("saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_gives_the_plan_and_its_end_takes_it_away() {
    let mut scene = Scene::new().await;
    assert!(scene.page("/", true).await.contains(BADGE));
    let begun = scene.stands("1", "incomplete", "pro_monthly");
    assert_eq!(scene.tell(&begun).await, "done");
    assert_eq!(
        scene.acme().await.plan,
        Plan::Starter,
        "nothing is paid yet"
    );
    let active = scene.stands("2", "active", "pro_monthly");
    assert_eq!(scene.tell(&active).await, "done");
    assert_eq!(scene.tell(&active).await, "repeated");
    assert_eq!(scene.acme().await.plan, Plan::Pro);
    scene.later(1);
    assert!(!scene.page("/", true).await.contains(BADGE));
    let page = scene.page("/settings/plan", false).await;
    assert!(
        page.contains("Pro, paid monthly") && page.contains("It renews on"),
        "{page}"
    );
    assert!(page.contains("Manage billing"), "{page}");

    let team = scene.stands("3", "active", "team_yearly");
    scene.tell(&team).await;
    assert_eq!(scene.acme().await.plan, Plan::Team);
    scene.later(1);
    let over = scene.stands("4", "canceled", "team_yearly");
    scene.tell(&over).await;
    assert_eq!(scene.acme().await.plan, Plan::Starter);
    // What is over stays over, whatever comes late.
    scene
        .tell(&{ scene.stands("5", "active", "pro_monthly") })
        .await;
    assert_eq!(scene.acme().await.plan, Plan::Starter);
    scene.later(1);
    assert!(scene.page("/", true).await.contains(BADGE));
    let log = scene.page("/settings/audit", false).await;
    assert!(log.contains("Pro") && log.contains("Team"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_isnt_paid_is_told_and_lapses_until_it_is() {
    let mut scene = Scene::new().await;
    let active = scene.stands("1", "active", "pro_monthly");
    scene.tell(&active).await;
    worker::drain(&scene.world.app).await.expect("swept");
    scene.later(30 * 24);
    let failed = scene.billed("2", "invoice.payment_failed");
    scene.tell(&failed).await;
    let owes = scene.stands("3", "past_due", "pro_monthly");
    scene.tell(&owes).await;
    let lapses = scene.world.now() + GRACE;
    let acme = scene.acme().await;
    assert_eq!((acme.plan, acme.lapses), (Plan::Pro, Some(lapses)));
    scene.later(1);

    // The team sees it on each page, contacts on none; each owner hears of it once.
    for (path, contact) in [("/", false), ("/clients", false), ("/", true)] {
        let page = scene.page(path, contact).await;
        let told = page.contains("The last payment for the plan failed");
        assert_eq!(told, !contact, "{path}: {page}");
    }
    let again = scene.billed("4", "invoice.payment_failed");
    scene.tell(&again).await;
    worker::drain(&scene.world.app).await.expect("sent");
    for (role, mails) in [(TeamRole::Owner, 1), (TeamRole::Admin, 0)] {
        let to = scene.cast.acme.member(role).email.clone();
        let letters = scene.world.mail_to(to.as_str()).await;
        let told = letters
            .iter()
            .filter(|one| one.to_string().contains("is not paid"));
        assert_eq!(told.count(), mails, "{role:?}: {letters:?}");
    }

    // Limits and features are those of Starter when the time is over.
    assert!(!scene.page("/", true).await.contains(BADGE));
    scene.later(14 * 24);
    assert!(scene.page("/", true).await.contains(BADGE));
    let page = scene.page("/settings/plan", false).await;
    assert!(
        page.contains("2 of 3") && page.contains("Paying lifts that at once"),
        "{page}"
    );
    let paid = scene.billed("5", "invoice.paid");
    scene.tell(&paid).await;
    let acme = scene.acme().await;
    assert_eq!((acme.plan, acme.lapses), (Plan::Pro, None));
    scene.later(1);
    assert!(!scene.page("/", true).await.contains(BADGE));
    assert!(
        scene
            .page("/settings/plan", false)
            .await
            .contains("2 of 50")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_isnt_ours_is_answered_and_changes_nothing() {
    let mut scene = Scene::new().await;
    let northwind = BillingAccount::new("cus_northwind".to_owned(), false);
    let kept = scene.cast.northwind.store.keep_customer(&northwind).await;
    kept.expect("kept");
    let good = scene.stands("1", "active", "pro_monthly");
    let with = |pointer: &str, value: Value| {
        let mut event = good.clone();
        *event.pointer_mut(pointer).expect("a place") = value;
        event
    };
    let other = json!(scene.cast.northwind.workspace.id);
    let before = scene.world.dump().await;
    for (event, came) in [
        (
            with("/data/object/customer", json!("cus_nobody")),
            "not_ours",
        ),
        // Another workspace's customer, with our metadata; and the other way round.
        (
            with("/data/object/customer", json!("cus_northwind")),
            "refused",
        ),
        (with("/data/object/metadata/workspace", other), "refused"),
        (with("/livemode", json!(true)), "refused"),
        (
            with(
                "/data/object/items/data/0/price/lookup_key",
                json!("gold_monthly"),
            ),
            "refused",
        ),
        (
            with("/type", json!("customer.subscription.trial_will_end")),
            "unknown",
        ),
    ] {
        assert_eq!(scene.tell(&event).await, came, "{event}");
    }
    assert!(before == scene.world.dump().await, "something was written");
    // A customer is one workspace's, for good.
    let taken = BillingAccount::new(US.to_owned(), false);
    let taken = scene.cast.northwind.store.keep_customer(&taken).await;
    assert!(
        matches!(taken, Err(store::StoreError::Refused(_))),
        "{taken:?}"
    );
    assert_eq!(scene.tell(&good).await, "done");
    assert_eq!(scene.acme().await.plan, Plan::Pro);
    let found = scene.cast.northwind.store.workspace().await.expect("read");
    assert_eq!(found.expect("a workspace").plan, Plan::Starter);
}

/// The same events in other orders, twice and at once, end in the same account and plan.
#[tokio::test(flavor = "multi_thread")]
async fn events_in_any_order_and_at_once_end_the_same() {
    let mut expected = None;
    for turn in 0..4_usize {
        let mut scene = Scene::new().await;
        let mut events = vec![
            scene.stands("1", "incomplete", "team_monthly"),
            scene.stands("2", "active", "team_monthly"),
            scene.billed("3", "invoice.paid"),
        ];
        scene.later(720);
        events.push(scene.billed("4", "invoice.payment_failed"));
        events.push(scene.stands("5", "past_due", "team_monthly"));
        scene.later(24);
        events.push(scene.billed("6", "invoice.payment_failed"));
        scene.later(24);
        match turn {
            0 => {}
            1 => events.reverse(),
            2 => events.rotate_left(3),
            _ => events.extend(events.clone()),
        }
        if turn == 3 {
            let world = &scene.world;
            let told = events.iter().map(async |event| {
                let mut machine = world.browser("nobody");
                crate::webhooks::until_told(world, &mut machine, event).await;
            });
            futures::future::join_all(told).await;
        } else {
            for event in &events {
                scene.tell(event).await;
            }
        }
        let account = BillingAccount {
            version: 1,
            ..scene.account().await
        };
        assert!(
            matches!(account.standing(), AccountStanding::Owes { .. }),
            "{account:?}"
        );
        let acme = scene.acme().await;
        let found = (account.subscriptions, acme.plan, acme.lapses);
        assert_eq!(
            &found,
            expected.get_or_insert_with(|| found.clone()),
            "turn {turn}"
        );
    }
}

/// What an owner asks for without Stripe's answer changes nothing, and says so; others
/// may not ask at all.
#[tokio::test(flavor = "multi_thread")]
async fn without_an_answer_of_stripe_nothing_changes() {
    let scene = Scene::new().await;
    let acme = &scene.cast.acme;
    let id = scene
        .world
        .app
        .new_id::<domain::id::marker::EntryMarker>()
        .to_string();
    let fields = [("offer", "pro_monthly"), ("id", id.as_str())];
    for role in [TeamRole::Owner, TeamRole::Admin] {
        let mut browser = scene
            .world
            .signed_in(&acme.workspace, acme.member(role))
            .await;
        let before = scene.acme().await;
        for path in ["/settings/plan/subscribe", "/settings/plan/manage"] {
            let asked = browser
                .post(path, &fields[..2 * usize::from(path.ends_with("be"))])
                .await;
            if role == TeamRole::Admin {
                assert_eq!(asked.status, StatusCode::FORBIDDEN, "{path}");
                continue;
            }
            assert_eq!(asked.location(), "/settings/plan", "{path}: {}", asked.body);
            let page = browser.get("/settings/plan").await.body;
            assert!(page.contains("answer as it should"), "{page}");
        }
        assert_eq!(scene.acme().await, before);
    }
}
