//! A workspace's own subscription: Stripe's events give it its plan and take it away,
//! and reach no other workspace.

mod checkout;

use domain::plan::Plan;
use domain::role::{ContactRole, TeamRole};
use domain::subscription::{AccountStanding, BillingAccount, GRACE_PERIOD};
use domain::workspace::Workspace;
use http::StatusCode;
use jiff::SignedDuration;
use local::stripe::{PaymentResult, RenewalOutcome, StandInAction};
use serde_json::{Value, json};
use tests::stripe_fixture::{apply_act, deliver_events};
use tests::{Answer, Browser, Fixture, Tenant, World};

use crate::webhooks::{send_platform_event, stripe};

const US: &str = "cus_acme";

/// A world in which Acme, on the smallest plan, is a customer of ours.
struct Scene {
    world: World,
    cast: Fixture,
    machine: Browser,
}

impl Scene {
    async fn new() -> Self {
        let world = World::with_config(|config| config.stripe = Some(stripe())).await;
        let cast = Fixture::create(&world).await;
        to_starter(&world, &cast.acme).await;
        to_starter(&world, &cast.northwind).await;
        let us = BillingAccount::new(US.to_owned(), false);
        cast.acme
            .store
            .create_billing_account(&us)
            .await
            .expect("kept");
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

    async fn send_event(&mut self, event: &Value) -> String {
        send_platform_event(&self.world, &mut self.machine, event).await
    }

    fn later(&self, hours: i64) {
        self.world.advance(SignedDuration::from_hours(hours));
    }

    /// Acme by its own row; the copy at its address must be the same.
    async fn acme(&self) -> Workspace {
        let acme = &self.cast.acme;
        let own = acme.store.get_workspace().await.expect("read");
        let own = own.expect("a workspace");
        let copy = self.world.app.directory().find_workspace(&own.slug).await;
        assert_eq!(copy.expect("read").as_ref(), Some(&own));
        own
    }

    async fn account(&self) -> BillingAccount {
        let found = self.cast.acme.store.get_billing_account().await;
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

async fn to_starter(world: &World, tenant: &Tenant) {
    let change = |workspace: &mut Workspace| workspace.plan = Plan::Starter;
    tenant.change_workspace(world, change).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscription_grants_the_plan_and_its_end_revokes_it() {
    let mut scene = Scene::new().await;
    assert!(scene.page("/", true).await.contains(BADGE));
    let begun = scene.stands("1", "incomplete", "pro_monthly");
    assert_eq!(scene.send_event(&begun).await, "done");
    assert_eq!(
        scene.acme().await.plan,
        Plan::Starter,
        "nothing is paid yet"
    );
    let active = scene.stands("2", "active", "pro_monthly");
    assert_eq!(scene.send_event(&active).await, "done");
    assert_eq!(scene.send_event(&active).await, "repeated");
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
    scene.send_event(&team).await;
    assert_eq!(scene.acme().await.plan, Plan::Team);
    scene.later(1);
    let over = scene.stands("4", "canceled", "team_yearly");
    scene.send_event(&over).await;
    assert_eq!(scene.acme().await.plan, Plan::Starter);
    // What is over stays over, whatever comes late.
    scene
        .send_event(&{ scene.stands("5", "active", "pro_monthly") })
        .await;
    assert_eq!(scene.acme().await.plan, Plan::Starter);
    scene.later(1);
    assert!(scene.page("/", true).await.contains(BADGE));
    let log = scene.page("/settings/audit", false).await;
    assert!(log.contains("Pro") && log.contains("Team"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn unpaid_subscription_warns_and_lapses_until_paid() {
    let mut scene = Scene::new().await;
    let active = scene.stands("1", "active", "pro_monthly");
    scene.send_event(&active).await;
    worker::drain(&scene.world.app).await.expect("swept");
    scene.later(30 * 24);
    let failed = scene.billed("2", "invoice.payment_failed");
    scene.send_event(&failed).await;
    let owes = scene.stands("3", "past_due", "pro_monthly");
    scene.send_event(&owes).await;
    let lapses = scene.world.now() + GRACE_PERIOD;
    let acme = scene.acme().await;
    assert_eq!((acme.plan, acme.downgrades_at), (Plan::Pro, Some(lapses)));
    scene.later(1);

    // The team sees it on each page, contacts on none; each owner hears of it once.
    for (path, contact) in [("/", false), ("/clients", false), ("/", true)] {
        let page = scene.page(path, contact).await;
        let told = page.contains("The last payment for the plan failed");
        assert_eq!(told, !contact, "{path}: {page}");
    }
    let again = scene.billed("4", "invoice.payment_failed");
    scene.send_event(&again).await;
    worker::drain(&scene.world.app).await.expect("sent");
    for (role, mails) in [(TeamRole::Owner, 1), (TeamRole::Admin, 0)] {
        let to = scene.cast.acme.member(role).email.clone();
        let letters = scene.world.mail_to(to.as_str()).await;
        let told = letters
            .iter()
            .filter(|letter| letter.to_string().contains("is not paid"));
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
    scene.send_event(&paid).await;
    let acme = scene.acme().await;
    assert_eq!((acme.plan, acme.downgrades_at), (Plan::Pro, None));
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
async fn foreign_subscription_event_is_answered_and_ignored() {
    let mut scene = Scene::new().await;
    let northwind = BillingAccount::new("cus_northwind".to_owned(), false);
    let kept = scene
        .cast
        .northwind
        .store
        .create_billing_account(&northwind)
        .await;
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
        assert_eq!(scene.send_event(&event).await, came, "{event}");
    }
    assert!(before == scene.world.dump().await, "something was written");
    // A customer is one workspace's, for good.
    let taken = BillingAccount::new(US.to_owned(), false);
    let taken = scene
        .cast
        .northwind
        .store
        .create_billing_account(&taken)
        .await;
    assert!(
        matches!(taken, Err(store::StoreError::Refused(_))),
        "{taken:?}"
    );
    assert_eq!(scene.send_event(&good).await, "done");
    assert_eq!(scene.acme().await.plan, Plan::Pro);
    let found = scene
        .cast
        .northwind
        .store
        .get_workspace()
        .await
        .expect("read");
    assert_eq!(found.expect("a workspace").plan, Plan::Starter);
}

/// The same events in other orders, twice and at once, end in the same account and plan.
#[tokio::test(flavor = "multi_thread")]
async fn subscription_events_in_any_order_end_the_same() {
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
                scene.send_event(event).await;
            }
        }
        let account = BillingAccount {
            version: 1,
            ..scene.account().await
        };
        assert!(
            matches!(account.standing(), AccountStanding::PastDue { .. }),
            "{account:?}"
        );
        let acme = scene.acme().await;
        let found = (account.subscriptions, acme.plan, acme.downgrades_at);
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
async fn subscription_without_an_answer_of_stripe_changes_nothing() {
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
