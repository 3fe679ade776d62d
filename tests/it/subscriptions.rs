//! A workspace's own subscription: Stripe's events give it its plan and take it away,
//! and reach no other workspace.

use domain::plan::Plan;
use domain::role::{ContactRole, TeamRole};
use domain::subscription::{Account, GRACE, Standing};
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
        let us = Account::new(US.to_owned(), false);
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

    async fn account(&self) -> Account {
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
    let northwind = Account::new("cus_northwind".to_owned(), false);
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
    let taken = Account::new(US.to_owned(), false);
    let taken = scene.cast.northwind.store.keep_customer(&taken).await;
    assert!(matches!(taken, Err(store::Error::Refused(_))), "{taken:?}");
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
        let account = Account {
            version: 1,
            ..scene.account().await
        };
        assert!(
            matches!(account.standing(), Standing::Owes { .. }),
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
        .new_id::<domain::id::kind::Entry>()
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

/// A world with Stripe's stand-in, in which Acme is on the smallest plan, and its owner.
async fn shop() -> (World, Cast, Browser) {
    let world = World::with_stripe().await;
    let cast = Cast::play(&world).await;
    to_starter(&cast.acme).await;
    world.advance(SignedDuration::from_secs(61));
    let owner = cast.acme.member(TeamRole::Owner);
    let owner = world.signed_in(&cast.acme.workspace, owner).await;
    (world, cast, owner)
}

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

/// The Checkout Session that an answer leads to.
fn session_of(led: &Answer) -> String {
    let last = led.location().rsplit('/').next().unwrap_or_default();
    let session = last.split(['?', '#']).next().unwrap_or_default();
    assert!(
        session.starts_with("cs_"),
        "{}: {}",
        led.location(),
        led.body
    );
    session.to_owned()
}

/// From the plan page to Stripe's and back, as far as Stripe's stand-in goes along.
#[tokio::test(flavor = "multi_thread")]
async fn an_owner_subscribes_changes_and_cancels_at_stripe() {
    let (world, cast, mut owner) = shop().await;
    let acme = &cast.acme.store;
    let plan = async || {
        let found = acme.workspace().await.expect("read").expect("a workspace");
        (found.plan, found.lapses)
    };
    let page = owner.get("/settings/plan").await.body;
    for says in ["49.00 EUR", "490.00 EUR", "149.00 EUR", "1,490.00 EUR"] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let id = world.app.new_id::<domain::id::kind::Entry>().to_string();
    let fields = [("offer", "pro_monthly"), ("id", id.as_str())];
    // Sent twice, and after walking away, it leads to the same page.
    let led = owner.post("/settings/plan/subscribe", &fields).await;
    let again = owner.post("/settings/plan/subscribe", &fields).await;
    assert_eq!(led.location(), again.location());
    let session = session_of(&led);
    let pay = |session, how| Act::Pay { session, how };
    act(&world, pay(session.clone(), How::Declined)).await;
    assert_eq!(plan().await, (Plan::Starter, None));
    let waits = owner.get("/settings/plan/done").await;
    assert!(
        waits.is_good() && waits.body.contains("on its way"),
        "{}",
        waits.body
    );

    // Paid, but not told of: the page waits.
    let paid = pay(session, How::Card);
    world.stripe().act(&paid).expect("paid");
    assert!(owner.get("/settings/plan/done").await.is_good());
    assert_eq!(plan().await, (Plan::Starter, None));
    deliver(&world).await;
    let done = owner.get("/settings/plan/done").await;
    assert_eq!(done.location(), "/settings/plan", "{}", done.body);
    assert_eq!(plan().await, (Plan::Pro, None));

    // Another one isn't begun beside it.
    let other = world.app.new_id::<domain::id::kind::Entry>().to_string();
    let fields = [("offer", "team_yearly"), ("id", other.as_str())];
    let refused = owner.post("/settings/plan/subscribe", &fields).await;
    assert_eq!(refused.location(), "/settings/plan");
    let led = owner.post("/settings/plan/manage", &[]).await;
    assert!(led.location().contains("/p/session/"), "{}", led.location());

    let account = acme
        .subscriptions()
        .await
        .expect("read")
        .expect("a customer");
    let subscription = account.subscriptions.keys().next().expect("one").clone();
    let turn = |how| Act::Turn {
        subscription: subscription.clone(),
        how,
    };
    let price = "price_team_yearly".to_owned();
    let change = Act::ChangePrice {
        subscription: subscription.clone(),
        price,
    };
    act(&world, change).await;
    assert_eq!(plan().await, (Plan::Team, None));
    act(&world, turn(Turn::Renews)).await;
    assert_eq!(plan().await, (Plan::Team, None));
    world.advance(SignedDuration::from_hours(1));
    act(&world, turn(Turn::Fails)).await;
    let (owes, lapses) = plan().await;
    assert_eq!((owes, lapses), (Plan::Team, Some(world.now() + GRACE)));
    world.advance(SignedDuration::from_hours(1));
    act(&world, turn(Turn::Recovers)).await;
    assert_eq!(plan().await, (Plan::Team, None));
    let page = owner.get("/settings/plan").await.body;
    assert!(
        page.contains("Team, paid yearly") && page.contains("It renews on"),
        "{page}"
    );
    act(
        &world,
        Act::EndLater {
            subscription: subscription.clone(),
        },
    )
    .await;
    let page = owner.get("/settings/plan").await.body;
    assert!(page.contains("It was cancelled and ends on"), "{page}");
    world.advance(SignedDuration::from_hours(1));
    // Its time comes, and instead of being renewed it ends.
    act(&world, turn(Turn::Renews)).await;
    assert_eq!(plan().await, (Plan::Starter, None));

    // The next one is the same customer's.
    let third = world.app.new_id::<domain::id::kind::Entry>().to_string();
    let fields = [("offer", "team_monthly"), ("id", third.as_str())];
    let session = session_of(&owner.post("/settings/plan/subscribe", &fields).await);
    act(&world, pay(session, How::Card)).await;
    assert_eq!(plan().await, (Plan::Team, None));
    let now = acme
        .subscriptions()
        .await
        .expect("read")
        .expect("a customer");
    assert_eq!(
        (now.customer, now.subscriptions.len()),
        (account.customer, 2)
    );
}

/// Two owners who begin at once make one customer.
#[tokio::test(flavor = "multi_thread")]
async fn two_who_subscribe_at_once_are_one_customer() {
    let (world, cast, owner) = shop().await;
    let (mut one, mut two) = (owner.clone(), owner);
    let ids = [(); 2].map(|()| world.app.new_id::<domain::id::kind::Entry>().to_string());
    let fields = |n: usize| [("offer", "pro_yearly"), ("id", ids[n].as_str())];
    let (first, second) = (fields(0), fields(1));
    let path = "/settings/plan/subscribe";
    let (first, second) = tokio::join!(one.post(path, &first), two.post(path, &second));
    for led in [first, second] {
        let how = How::Card;
        act(
            &world,
            Act::Pay {
                session: session_of(&led),
                how,
            },
        )
        .await;
    }
    let acme = &cast.acme.store;
    let account = acme
        .subscriptions()
        .await
        .expect("read")
        .expect("a customer");
    assert_eq!(account.running(), 2, "{account:?}");
    let page = one.get("/settings/plan").await.body;
    assert!(page.contains("More than one subscription runs"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_webhook_told_of_a_plan_is_found_and_done_once() {
    let (world, cast, mut owner) = shop().await;
    let plan = async || {
        let found = cast.acme.store.workspace().await.expect("read");
        found.expect("a workspace").plan
    };
    let id = world.app.new_id::<domain::id::kind::Entry>().to_string();
    let fields = [("offer", "pro_monthly"), ("id", id.as_str())];
    let led = owner.post("/settings/plan/subscribe", &fields).await;
    let paid = Act::Pay {
        session: session_of(&led),
        how: How::Card,
    };
    world.stripe().act(&paid).expect("paid");
    let look = async || webhooks::reconcile(&world.app).await.expect("compared");
    // The platform's own account has its turn every six hours.
    let turn = 6 * 60 * 60;
    let gone = world.now().as_second().rem_euclid(turn);
    world.advance(SignedDuration::from_secs(turn - gone + 15 * 60));
    assert_eq!((look().await.listed, plan().await), (0, Plan::Starter));
    world.advance(SignedDuration::from_secs(turn - 15 * 60));
    let compared = look().await;
    assert!(compared.missed > 0 && compared.failed == 0, "{compared:?}");
    assert_eq!(plan().await, Plan::Pro);
    let again = look().await;
    assert_eq!((again.listed, again.missed), (compared.listed, 0));
    deliver(&world).await;
    assert_eq!(plan().await, Plan::Pro);
}
