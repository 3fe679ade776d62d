//! What becomes of invoices with time: reminders, figures, and a workspace that
//! writes none any more.

use domain::invoice::RevenueFigure;
use domain::role::{ContactRole, TeamRole};
use domain::workspace::{Workspace, WorkspaceMode};
use http::{Method, StatusCode};
use jiff::SignedDuration;
use jiff::civil::date;
use tests::invoice_fixture;

use crate::invoices::Scene;
use crate::matrix::{address, routes, send};

impl Scene {
    async fn turn(&self, mode: WorkspaceMode) {
        let change = |workspace: &mut Workspace| workspace.mode = mode;
        self.cast.acme.change_workspace(&self.world, change).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reminder_of_a_paid_or_void_invoice_is_not_sent() {
    let mut scene = Scene::new().await;
    let manager = scene.client().contact(ContactRole::Manager).clone();
    let (waits, paid) = (scene.write().await, scene.write().await);
    for page in [&waits, &paid] {
        let sent = scene.act(page, "send", &[("version", "1")]).await;
        assert!(sent.is_good(), "{}", sent.body);
    }
    assert_eq!(scene.count_mails(&manager, "Invoice INV-").await, 2);
    let all = [("amount", "3213"), ("on", "2026-01-05"), ("version", "2")];
    assert!(scene.act(&paid, "pay", &all).await.is_good());
    let store = scene.cast.acme.store.clone();
    let eur = "EUR".parse().expect("a currency");
    let overdue = async || {
        let books = store.get_workspace_balance().await.expect("read");
        books.of(eur, RevenueFigure::Overdue)
    };
    // Three days before the 4th of February, the day after it, a week, three weeks.
    for (days, soon, late, owed) in [
        (26, 0, 0, 0),
        (2, 1, 0, 0),
        (5, 1, 1, 321_300),
        (30, 1, 3, 321_300),
    ] {
        scene.world.advance(SignedDuration::from_hours(24 * days));
        let told = scene.count_mails(&manager, "is due on").await;
        assert_eq!(told, soon, "after {days} days more");
        assert_eq!(scene.count_mails(&manager, "is overdue since").await, late);
        assert_eq!(overdue().await, owed);
    }
    let acme = &scene.cast.acme;
    let admin = acme.member(TeamRole::Admin);
    let mut team = scene.world.signed_in(&acme.workspace, admin).await;
    let shown = team.get("/invoices?show=overdue").await.body;
    assert!(shown.contains("3,213.00 EUR"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn internal_mode_hides_invoices_everywhere() {
    let mut scene = Scene::new().await;
    let admin = scene.cast.acme.member(TeamRole::Admin).clone();
    let page = scene.write().await;
    assert!(
        scene
            .act(&page, "send", &[("version", "1")])
            .await
            .is_good()
    );
    scene.turn(WorkspaceMode::Internal).await;
    let own = scene.client();
    let contact = own.contact(ContactRole::Manager);
    let home = scene.cast.acme.workspace.clone();
    let mut tried = 0;
    for person in [&admin, contact] {
        let mut browser = scene.world.signed_in(&home, person).await;
        let dashboard = browser.get("/").await.body;
        assert!(!dashboard.contains("/invoices"), "{dashboard}");
        for route in routes().filter(|route| route.consulting_only) {
            let path = address(&route, own);
            let answer = send(&mut browser, &route, &path, &scene.new_id()).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            tried += usize::from(route.method == Method::POST);
        }
    }
    assert!(tried > 10);
    let of_money = |route: &&web::Route| route.path.contains("invoices");
    let all = routes().collect::<Vec<_>>();
    assert!(
        all.iter()
            .filter(of_money)
            .all(|route| route.consulting_only)
    );
    // Nobody is told of one either.
    let manager = scene.client().contact(ContactRole::Manager).clone();
    assert_eq!(scene.count_mails(&manager, "Invoice INV-").await, 0);
    // What there is is kept.
    scene.turn(WorkspaceMode::Consulting).await;
    let mut browser = scene.world.signed_in(&home, &admin).await;
    assert!(browser.get("/").await.body.contains("/invoices"));
    let shown = browser.get(&page).await.body;
    assert!(shown.contains("INV-0005"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn workspace_mode_is_changed_by_owners_and_admins_only() {
    let scene = Scene::new().await;
    let acme = &scene.cast.acme;
    for (role, want) in [
        (TeamRole::Member, StatusCode::FORBIDDEN),
        (TeamRole::Admin, StatusCode::SEE_OTHER),
    ] {
        let person = acme.member(role);
        let mut browser = scene.world.signed_in(&acme.workspace, person).await;
        let fields = [
            ("name", "Acme"),
            ("time_zone", "UTC"),
            ("mode", "internal"),
            ("version", "1"),
        ];
        let answer = browser.post("/settings", &fields).await;
        assert_eq!(answer.status, want, "{}", answer.body);
    }
    let now = acme
        .store
        .get_workspace()
        .await
        .expect("read")
        .expect("there");
    assert_eq!(now.mode, WorkspaceMode::Internal);
}

#[tokio::test(flavor = "multi_thread")]
async fn revenue_overview_keeps_currencies_apart() {
    let mut scene = Scene::new().await;
    let store = scene.cast.acme.store.clone();
    let client = scene.client().store.clone();
    let by = tests::actor(scene.cast.acme.member(TeamRole::Owner));
    let today = date(2026, 1, 5);
    for code in ["JPY", "KWD"] {
        let new = invoice_fixture::new_invoice("Abroad", code, date(2026, 3, 1));
        let id = scene.world.app.new_id();
        let draft =
            invoice_fixture::draft_invoice((&store, &client), id, &new, scene.world.now()).await;
        invoice_fixture::sent_invoice(&store, (&draft, &new.content), (&by, today), &[]).await;
    }
    let page = scene.team.get("/invoices/overview").await.body;
    // Two of each client in euros, of which 500.00 were paid for each.
    for figure in [
        "6,140.00 EUR",
        "1,785 JPY",
        "1,785.000 KWD",
        "March 2026",
        "February 2026",
    ] {
        assert!(page.contains(figure), "{figure}: {page}");
    }
    let month = scene
        .team
        .get("/invoices/overview?month=2026-01")
        .await
        .body;
    for figure in ["7,140.00", "1,000.00", "1,785.000"] {
        assert!(month.contains(figure), "{figure}: {month}");
    }
    let mut viewer = scene
        .world
        .signed_in(
            &scene.cast.acme.workspace,
            scene.cast.acme.member(TeamRole::Viewer),
        )
        .await;
    assert!(viewer.get("/invoices/overview").await.is_good());
    let page = format!("{}/{}", scene.list(), scene.client().invoices.sent);
    let page = viewer.get(&page).await.body;
    assert!(!page.contains("Note a payment"), "{page}");
}
