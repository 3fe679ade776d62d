//! Payments by Stripe: a workspace connects its account, a client pays, and both see what
//! came of it; nobody pays twice where it can be helped, and what no webhook told is found.

use domain::audit::AuditKind;
use domain::id::InvoiceId;
use domain::id::marker::EntryMarker;
use domain::invoice::InvoiceState;
use domain::role::{ContactRole, TeamRole};
use http::{StatusCode, header};
use jiff::SignedDuration;
use local::stripe::{DeliveryFaults, Onboarding, PaymentResult, StandInAction};
use store::InvoicePayments;
use tests::stripe_fixture::{apply_act, connect_account, deliver_events};
use tests::{Browser, Client, Fixture, World, invoice_fixture};
use webhooks::{ReconcileReport, reconcile};

const HERE: &str = "/settings/payments";

struct Scene {
    world: World,
    cast: Fixture,
    admin: Browser,
    manager: Browser,
}

impl Scene {
    async fn new() -> Self {
        let world = World::with_stripe().await;
        let cast = Fixture::create(&world).await;
        let home = &cast.acme.workspace;
        let admin = world
            .signed_in(home, cast.acme.member(TeamRole::Admin))
            .await;
        let contact = cast.acme.clients[0].contact(ContactRole::Manager);
        let manager = world.signed_in(home, contact).await;
        Self {
            world,
            cast,
            admin,
            manager,
        }
    }

    /// With an account that takes payments.
    async fn ready() -> Self {
        let this = Self::new().await;
        connect_account(&this.world, &this.cast.acme).await;
        this
    }

    fn client(&self) -> &Client {
        &self.cast.acme.clients[0]
    }

    fn sent(&self) -> InvoiceId {
        self.client().invoices.sent
    }

    fn theirs(&self) -> String {
        format!("/invoices/{}", self.sent())
    }

    fn ours(&self) -> String {
        format!("/clients/{}{}", self.client().id, self.theirs())
    }

    async fn payments(&self) -> InvoicePayments {
        let read = self.client().store.get_payments(self.sent()).await;
        read.expect("read")
    }

    /// The session by which the newest attempt is paid.
    async fn session(&self) -> String {
        let payments = self.payments().await;
        let (_, newest) = payments.ledger.attempts.last_key_value().expect("one");
        newest.session.clone().expect("an answer")
    }

    /// "Pay invoice", by the client's manager: where that leads.
    async fn pay(&mut self) -> String {
        let path = format!("{}/pay", self.theirs());
        let led = self.manager.post(&path, &[]).await;
        assert_eq!(led.status, StatusCode::SEE_OTHER, "{}", led.body);
        led.location().to_owned()
    }

    /// The page on which the payer waits.
    async fn waits(&mut self) -> String {
        let led = self
            .manager
            .get(&format!("{}/payment", self.theirs()))
            .await;
        let page = self.manager.get(led.location()).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        page.body
    }

    /// A payment of so many euros is noted by hand.
    async fn note(&mut self, amount: &str) {
        let id = self.world.app.new_id::<domain::id::marker::EntryMarker>();
        let id = id.to_string();
        let fields = [
            ("amount", amount),
            ("on", "2026-01-05"),
            ("id", &id),
            ("version", "2"),
        ];
        let here = self.ours();
        let noted = self.admin.post(&format!("{here}/pay"), &fields).await;
        assert_eq!(noted.location(), here, "{}", noted.body);
    }

    /// What the invoice's page says to the team and to the client.
    async fn both(&mut self) -> (String, String) {
        let (ours, theirs) = (self.ours(), self.theirs());
        let (ours, theirs) = (
            self.admin.get(&ours).await.body,
            self.manager.get(&theirs).await.body,
        );
        (ours, theirs)
    }
}

async fn act_at(scene: &Scene, what: StandInAction) {
    apply_act(&scene.world, what).await;
}

fn by_card(session: String) -> StandInAction {
    StandInAction::Pay {
        session,
        how: PaymentResult::Card,
    }
}

/// The payment intent of the only payment.
async fn intent(scene: &Scene) -> String {
    let payments = scene.payments().await;
    let (intent, _) = payments.ledger.payments.first_key_value().expect("one");
    intent.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn stripe_account_connected_shows_its_status() {
    let mut scene = Scene::new().await;
    let page = scene.admin.get(HERE).await;
    assert!(page.body.contains("Connect with Stripe"), "{}", page.body);
    let csp = page.headers[header::CONTENT_SECURITY_POLICY].to_str();
    let origin = scene.world.stripe().origin().to_owned();
    assert!(csp.expect("text").contains(&origin));
    let connect = format!("{HERE}/connect");
    // Twice, as by a double click: one account.
    let mut accounts = Vec::new();
    for _ in 0..2 {
        let led = scene.admin.post(&connect, &[]).await;
        assert!(led.location().starts_with(&origin), "{}", led.body);
        let found = scene
            .cast
            .acme
            .store
            .get_stripe_connection()
            .await
            .expect("read");
        accounts.push(found.expect("connected").account);
    }
    let account = accounts.pop().expect("one");
    assert_eq!(accounts.first(), Some(&account));
    let whose = scene
        .world
        .app
        .directory()
        .find_connected_account(&account)
        .await;
    let whose = whose.expect("read").expect("somebody's");
    assert_eq!(whose.id(), scene.cast.acme.workspace.id);
    // Back without a word, through a link that is over, and with all said.
    for (path, leads) in [("/return", HERE), ("/refresh", origin.as_str())] {
        let led = scene.admin.get(&format!("{HERE}{path}")).await;
        assert!(
            led.location().starts_with(leads),
            "{path}: {}",
            led.location()
        );
    }
    let page = scene.admin.get(HERE).await.body;
    assert!(
        page.contains("Continue at Stripe") && page.contains("Pending"),
        "{page}"
    );
    for (how, words) in [
        (Onboarding::Restricted, "takes no payments just now"),
        (Onboarding::Complete, "Clients can pay their invoices here"),
    ] {
        let account = account.clone();
        // Nobody tells of it: it is asked.
        let done = scene
            .world
            .stripe()
            .act(&StandInAction::Onboard { account, how });
        done.expect("done");
        scene.world.advance(SignedDuration::from_secs(5));
        scene.admin.post(&format!("{HERE}/check"), &[]).await;
        let page = scene.admin.get(HERE).await.body;
        assert!(page.contains(words), "{page}");
    }
    deliver_events(&scene.world).await;
    scene.world.advance(SignedDuration::from_secs(5));
    act_at(
        &scene,
        StandInAction::Deauthorize {
            account: account.clone(),
        },
    )
    .await;
    let page = scene.admin.get(HERE).await.body;
    assert!(page.contains("taken away at Stripe"), "{page}");
    let led = scene.admin.post(&connect, &[]).await;
    assert!(led.location().starts_with(&origin), "{}", led.body);
    let found = scene
        .cast
        .acme
        .store
        .get_stripe_connection()
        .await
        .expect("read");
    assert_ne!(found.expect("connected").account, account);
    worker::drain(&scene.world.app).await.expect("chained");
    let noted = scene
        .cast
        .acme
        .store
        .list_audit(None, 100)
        .await
        .expect("read")
        .rows;
    let noted = noted.iter().map(|entry| entry.record.kind);
    assert!(
        noted
            .filter(|kind| *kind == AuditKind::PaymentsChanged)
            .count()
            >= 5
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn client_payment_is_shown_to_both_sides() {
    let mut scene = Scene::ready().await;
    let page = scene.manager.get(&scene.theirs()).await;
    assert!(
        page.body.contains("Pay invoice: 1,785.00 EUR"),
        "{}",
        page.body
    );
    let there = scene.pay().await;
    assert!(there.starts_with(scene.world.stripe().origin()), "{there}");
    // Again, and by a colleague: the same page.
    assert_eq!(scene.pay().await, there);
    let colleague = scene.client().contact(ContactRole::Collaborator);
    let colleague = scene.world.signed_in(&scene.cast.acme.workspace, colleague);
    let mut colleague = colleague.await;
    let led = colleague
        .post(&format!("{}/pay", scene.theirs()), &[])
        .await;
    assert_eq!(led.location(), there);
    assert_eq!(scene.payments().await.ledger.attempts.len(), 1);
    assert!(scene.waits().await.contains("Waiting for Stripe"));
    // Without a word from Stripe nothing is paid.
    let session = scene.session().await;
    scene.world.stripe().act(&by_card(session)).expect("paid");
    assert!(scene.waits().await.contains("Waiting for Stripe"));
    let since = scene.world.now().as_second();
    let page = format!("{}/payment?since={since}", scene.theirs());
    scene.world.advance(SignedDuration::from_secs(61));
    let late = scene.manager.get(&page).await.body;
    assert!(late.contains("takes longer"), "{late}");
    assert_eq!(scene.pay().await, format!("{}/payment", scene.theirs()));
    // However long nobody tells of it.
    scene.world.advance(SignedDuration::from_mins(65));
    assert_eq!(scene.pay().await, format!("{}/payment", scene.theirs()));
    deliver_events(&scene.world).await;
    assert!(scene.waits().await.contains("Thank you"));
    let (ours, theirs) = scene.both().await;
    for page in [&ours, &theirs] {
        assert!(page.contains("brought a payment of") && page.contains("1,785.00 EUR"));
        assert!(!page.contains("Pay invoice"), "{page}");
    }
    let intent = intent(&scene).await;
    assert!(ours.contains(&intent) && !theirs.contains(&intent));
    worker::drain(&scene.world.app).await.expect("sent");
    let payer = scene.client().contact(ContactRole::Manager).email.clone();
    let subjects = async |scene: &Scene| {
        let letters = scene.world.mail_to(payer.as_str()).await;
        let subjects = letters.iter().map(ToString::to_string);
        subjects.collect::<String>()
    };
    let told = subjects(&scene).await;
    assert!(told.contains("Receipt: 1,785.00 EUR for invoice"), "{told}");
    let refund = StandInAction::Refund {
        payment: intent.clone(),
        amount: "85".to_owned(),
    };
    act_at(&scene, refund).await;
    let (ours, theirs) = scene.both().await;
    assert!(
        ours.contains("gave back") && theirs.contains("gave back"),
        "{theirs}"
    );
    worker::drain(&scene.world.app).await.expect("sent");
    let told = subjects(&scene).await;
    assert!(told.contains("Refund of 85.00 EUR for invoice"), "{told}");
    act_at(&scene, StandInAction::Dispute { payment: intent }).await;
    let (ours, theirs) = scene.both().await;
    assert!(ours.contains("opened a dispute") && theirs.contains("opened a dispute"));
}

#[tokio::test(flavor = "multi_thread")]
async fn checkout_amount_is_the_outstanding_amount() {
    let mut scene = Scene::ready().await;
    let first = scene.pay().await;
    let old = scene.session().await;
    // A part is noted by hand meanwhile.
    scene.note("1000").await;
    scene.world.advance(SignedDuration::from_secs(1));
    let second = scene.pay().await;
    assert_ne!(first, second);
    let over = scene.world.stripe().act(&by_card(old));
    assert!(over.is_err(), "the old page can still be paid");
    // A card is declined, and another one isn't: on the same page.
    let session = scene.session().await;
    let declined = StandInAction::Pay {
        session: session.clone(),
        how: PaymentResult::Declined,
    };
    act_at(&scene, declined).await;
    assert!(scene.waits().await.contains("declined the payment of"));
    assert_eq!(scene.pay().await, second);
    act_at(&scene, by_card(session)).await;
    let billed = invoice_fixture::read_invoice(&scene.client().store, scene.sent()).await;
    assert_eq!(billed.invoice.state(), InvoiceState::Paid);
    assert_eq!(billed.invoice.balance.fees, 785);
    // It is paid: nothing leads to Stripe any more.
    assert_eq!(scene.pay().await, scene.theirs());
    let back = format!("{}/payment/cancelled", scene.theirs());
    assert_eq!(scene.manager.get(&back).await.location(), scene.theirs());
}

#[tokio::test(flavor = "multi_thread")]
async fn bank_debit_under_way_is_shown_as_pending() {
    let mut scene = Scene::ready().await;
    scene.pay().await;
    let session = scene.session().await;
    let debit = StandInAction::Pay {
        session: session.clone(),
        how: PaymentResult::Debit,
    };
    act_at(&scene, debit).await;
    assert!(scene.waits().await.contains("are on their way"));
    // Everywhere: nothing is to be paid, recorded or voided meanwhile.
    let (ours, theirs) = scene.both().await;
    for page in [&ours, &theirs] {
        assert!(
            page.contains("A payment of 1,785.00 EUR is processing"),
            "{page}"
        );
        assert!(page.contains("of which processing"), "{page}");
    }
    assert!(!theirs.contains("Pay invoice"), "{theirs}");
    assert!(!ours.contains("Note the payment") && !ours.contains("Void the invoice"));
    for list in [
        scene.admin.get("/invoices").await.body,
        scene.manager.get("/invoices").await.body,
        scene.manager.get("/").await.body,
    ] {
        assert!(list.contains("Payment processing"), "{list}");
    }
    let (here, id) = (
        scene.ours(),
        scene.world.app.new_id::<EntryMarker>().to_string(),
    );
    let version = {
        let read = invoice_fixture::read_invoice(&scene.client().store, scene.sent()).await;
        read.invoice.version.to_string()
    };
    let fields = [("reason", "Mistake"), ("id", &id), ("version", &version)];
    let voided = scene.admin.post(&format!("{here}/void"), &fields).await;
    assert_eq!(voided.status, StatusCode::CONFLICT, "{}", voided.body);
    let waits = format!("{}/payment", scene.theirs());
    assert_eq!(scene.pay().await, waits);
    let payments = scene.payments().await;
    let now = scene.world.now().as_second();
    let pulse = async |scene: &mut Scene, seen: i64| {
        let path = format!("{waits}/pulse?since={now}&seen={seen}");
        scene.manager.get_json(&path).await.status
    };
    let seen = payments.version * 10 + 3;
    assert_eq!(pulse(&mut scene, seen).await, StatusCode::NO_CONTENT);
    act_at(&scene, StandInAction::Bounce { session }).await;
    assert_eq!(pulse(&mut scene, seen).await, StatusCode::OK);
    assert!(scene.waits().await.contains("Nothing was paid"));
    let (ours, theirs) = scene.both().await;
    assert!(!ours.contains("is processing") && theirs.contains("Pay invoice"));
    worker::drain(&scene.world.app).await.expect("told");
    let failed = "A payment of 1,785.00 EUR failed:";
    assert!(
        scene
            .admin
            .get("/notifications")
            .await
            .body
            .contains(failed)
    );
    assert!(
        scene
            .manager
            .get("/notifications")
            .await
            .body
            .contains(failed)
    );
    assert!(scene.pay().await.starts_with(scene.world.stripe().origin()));
}

#[tokio::test(flavor = "multi_thread")]
async fn surplus_payment_is_shown_until_refunded() {
    let mut scene = Scene::ready().await;
    scene.pay().await;
    let session = scene.session().await;
    scene.note("1785").await;
    act_at(&scene, by_card(session)).await;
    let waits = scene.waits().await;
    assert!(waits.contains("1,785.00 EUR more came in"), "{waits}");
    // None is mailed: nothing is booked.
    assert!(!waits.contains("A receipt"), "{waits}");
    let (ours, theirs) = scene.both().await;
    assert!(
        ours.contains("1,785.00 EUR too much came in by Stripe"),
        "{ours}"
    );
    assert!(
        theirs.contains("1,785.00 EUR more was paid than was due"),
        "{theirs}"
    );
    let at_stripe = format!("/test/payments/{}", intent(&scene).await);
    assert!(ours.contains(&at_stripe) && !theirs.contains(&at_stripe));
    worker::drain(&scene.world.app).await.expect("told");
    let told = "1,785.00 EUR more than was due came in";
    assert!(scene.admin.get("/notifications").await.body.contains(told));
    assert!(
        scene
            .manager
            .get("/notifications")
            .await
            .body
            .contains(told)
    );
    let refund = StandInAction::Refund {
        payment: intent(&scene).await,
        amount: String::new(),
    };
    act_at(&scene, refund).await;
    let (ours, _) = scene.both().await;
    assert!(!ours.contains("too much came in"), "{ours}");
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_payment_event_is_reconciled_once() {
    let mut scene = Scene::ready().await;
    let stripe = scene.world.stripe().clone();
    let look = async |scene: &Scene| reconcile(&scene.world.app).await.expect("compared");
    let turn = SignedDuration::from_mins(6 * 60 + 1);
    scene.pay().await;
    stripe.befall(DeliveryFaults {
        lose: 100,
        ..DeliveryFaults::default()
    });
    act_at(&scene, by_card(scene.session().await)).await;
    // What is young may be on its way.
    let compared = look(&scene).await;
    assert_eq!((compared.accounts, compared.missed), (1, 0), "{compared:?}");
    assert_eq!(
        look(&scene).await,
        ReconcileReport::default(),
        "it isn't its turn"
    );
    scene.world.advance(turn);
    let compared = look(&scene).await;
    assert_eq!((compared.missed, compared.failed), (1, 0), "{compared:?}");
    let billed = invoice_fixture::read_invoice(&scene.client().store, scene.sent()).await;
    assert_eq!(billed.invoice.state(), InvoiceState::Paid);
    // Whatever Stripe delivers of it late, and however often it is compared.
    let before = billed.invoice.balance;
    stripe.befall(DeliveryFaults::default());
    stripe.find_lost();
    deliver_events(&scene.world).await;
    scene.world.advance(turn);
    assert_eq!(look(&scene).await.missed, 0);
    let billed = invoice_fixture::read_invoice(&scene.client().store, scene.sent()).await;
    assert_eq!(billed.invoice.balance, before);
    // An account that is nobody's any more has no more turns.
    let account = scene.payments().await.ledger.attempts;
    let account = account.values().next().expect("one").account.clone();
    act_at(&scene, StandInAction::Deauthorize { account }).await;
    scene.world.advance(turn);
    assert_eq!(look(&scene).await.accounts, 1);
    scene.world.advance(turn);
    assert_eq!(look(&scene).await.accounts, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_is_offered_only_where_permitted_and_possible() {
    let mut scene = Scene::new().await;
    let (theirs, pay) = (scene.theirs(), format!("{}/pay", scene.theirs()));
    // Nothing is connected yet.
    assert!(
        !scene
            .manager
            .get(&theirs)
            .await
            .body
            .contains("Pay invoice")
    );
    assert_eq!(scene.pay().await, theirs);
    connect_account(&scene.world, &scene.cast.acme).await;
    let home = &scene.cast.acme.workspace;
    let viewer = scene.client().contact(ContactRole::Viewer);
    let mut viewer = scene.world.signed_in(home, viewer).await;
    assert!(!viewer.get(&theirs).await.body.contains("Pay invoice"));
    assert_eq!(viewer.post(&pay, &[]).await.status, StatusCode::FORBIDDEN);
    // Another workspace's client pays nothing here, and has no account to pay to.
    let other = &scene.cast.northwind.clients[0];
    let contact = other.contact(ContactRole::Manager);
    let mut other_one = scene
        .world
        .signed_in(&scene.cast.northwind.workspace, contact)
        .await;
    assert_eq!(
        other_one.post(&pay, &[]).await.status,
        StatusCode::NOT_FOUND
    );
    let own = format!("/invoices/{}", other.invoices.sent);
    let led = other_one.post(&format!("{own}/pay"), &[]).await;
    assert_eq!(led.location(), own);
    // Who says where money goes shows again who it is.
    scene.world.advance(SignedDuration::from_mins(11));
    let asked = scene.admin.post(&format!("{HERE}/connect"), &[]).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(asked.body.contains("Confirm your identity"));
    // And within a company none of it is there.
    let change = |workspace: &mut domain::workspace::Workspace| {
        workspace.mode = domain::workspace::WorkspaceMode::Internal;
    };
    let acme = &scene.cast.acme;
    acme.change_workspace(&scene.world, change).await;
    let cold = scene.world.restart().await;
    let mut admin = scene.admin.served_by(&cold);
    assert_eq!(admin.get(HERE).await.status, StatusCode::NOT_FOUND);
    let mut manager = scene.manager.served_by(&cold);
    assert_eq!(manager.post(&pay, &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn open_payment_page_of_an_invoice_paid_otherwise_or_voided_ends() {
    for void in [false, true] {
        let mut scene = Scene::ready().await;
        scene.pay().await;
        let session = scene.session().await;
        if void {
            let id = scene.world.app.new_id::<EntryMarker>().to_string();
            let fields = [("reason", "Mistake"), ("id", id.as_str()), ("version", "2")];
            let here = scene.ours();
            let voided = scene.admin.post(&format!("{here}/void"), &fields).await;
            assert_eq!(voided.location(), here, "{}", voided.body);
        } else {
            scene.note("1785").await;
        }
        worker::drain(&scene.world.app).await.expect("ended");
        let paid = scene.world.stripe().act(&by_card(session));
        assert!(paid.is_err(), "the page can still be paid, void: {void}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn open_payment_page_of_the_outstanding_amount_stays_open() {
    let mut scene = Scene::ready().await;
    scene.pay().await;
    let session = scene.session().await;
    let store = &scene.client().store;
    let paid_in_part = scene.client().invoices.part;
    assert!(store.get_open_checkout(paid_in_part).await.is_ok());
    worker::drain(&scene.world.app)
        .await
        .expect("nothing to end");
    act_at(&scene, by_card(session)).await;
    let billed = invoice_fixture::read_invoice(&scene.client().store, scene.sent()).await;
    assert_eq!(billed.invoice.state(), InvoiceState::Paid);
}

/// Sends an invoice of so much to the scene's client.
async fn send_invoice_of(scene: &Scene, price: &str, currency: &str) -> InvoiceId {
    let acme = &scene.cast.acme;
    let due = jiff::civil::Date::constant(2026, 2, 4);
    let input = domain::invoice::InvoiceInput {
        subject: "Test".to_owned(),
        to: "Test".to_owned(),
        currency: currency.to_owned(),
        due: due.to_string(),
        line_text: vec!["Testing".to_owned()],
        line_quantity: vec!["1".to_owned()],
        line_price: vec![price.to_owned()],
        line_tax: vec![String::new()],
        ..domain::invoice::InvoiceInput::default()
    };
    let new = input.parse().expect("an invoice");
    let stores = (&acme.store, &scene.client().store);
    let id: InvoiceId = scene.world.app.new_id();
    let draft = invoice_fixture::draft_invoice(stores, id, &new, scene.world.now()).await;
    let by = tests::actor(acme.member(TeamRole::Owner));
    let today = jiff::civil::Date::constant(2026, 1, 5);
    invoice_fixture::sent_invoice(&acme.store, (&draft, &new.content), (&by, today), &[]).await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn amount_outside_stripes_limits_is_not_offered_online() {
    let mut scene = Scene::ready().await;
    for (price, currency, reason) in [
        (
            "5000000",
            "HUF",
            "Online payment goes up to 999,999.99 HUF.",
        ),
        ("0.30", "EUR", "Online payment starts at 0.50 EUR."),
    ] {
        let id = send_invoice_of(&scene, price, currency).await;
        let theirs = format!("/invoices/{id}");
        let page = scene.manager.get(&theirs).await.body;
        assert!(!page.contains("Pay invoice"), "{page}");
        let ours = format!("/clients/{}{theirs}", scene.client().id);
        let page = scene.admin.get(&ours).await.body;
        assert!(page.contains(reason), "{page}");
        let led = scene.manager.post(&format!("{theirs}/pay"), &[]).await;
        assert_eq!(led.location(), theirs);
        let page = scene.manager.get(&theirs).await.body;
        assert!(page.contains("be paid online"), "{page}");
    }
    // Twelve digits of rupiah are fine.
    let id = send_invoice_of(&scene, "250000000", "IDR").await;
    let led = scene
        .manager
        .post(&format!("/invoices/{id}/pay"), &[])
        .await;
    assert!(led.location().starts_with(scene.world.stripe().origin()));
}

#[tokio::test(flavor = "multi_thread")]
async fn refusal_of_stripe_is_told_and_asked_once() {
    let mut scene = Scene::ready().await;
    // No least amount is documented: only Stripe knows that it is too little.
    let id = send_invoice_of(&scene, "0.30", "ZAR").await;
    let theirs = format!("/invoices/{id}");
    for _ in 0..3 {
        let led = scene.manager.post(&format!("{theirs}/pay"), &[]).await;
        assert_eq!(led.location(), theirs);
        let page = scene.manager.get(&theirs).await.body;
        assert!(page.contains("be paid online"), "{page}");
    }
    let payments = scene.client().store.get_payments(id).await.expect("read");
    assert_eq!(payments.ledger.attempts.len(), 1);
    let attempt = payments.ledger.attempts.values().next().expect("one");
    assert_eq!(attempt.refusal.as_deref(), Some("amount_too_small"));
    scene.world.advance(SignedDuration::from_mins(61));
    scene.manager.post(&format!("{theirs}/pay"), &[]).await;
    let payments = scene.client().store.get_payments(id).await.expect("read");
    assert_eq!(payments.ledger.attempts.len(), 2, "it is asked again later");
}
