//! Invoices: written, sent under numbers without gaps, paid by hand, and what both
//! sides see of it.

use std::collections::BTreeSet;

use domain::id::marker;
use domain::invoice::InvoiceState;
use domain::person::Person;
use domain::role::{ContactRole, TeamRole};
use http::StatusCode;
use store::InvoiceList;
use tests::{Answer, Browser, Client, Fixture, World, invoice_fixture};
use tokio::task::JoinSet;

/// Somebody who may send invoices, and a contact.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) cast: Fixture,
    pub(crate) team: Browser,
    pub(crate) portal: Browser,
}

/// What was typed into a new invoice.
const TYPED: [(&str, &str); 9] = [
    ("subject", "Web application test"),
    ("to", "Initech\nMain Street 1"),
    ("currency", "EUR"),
    ("due", "2026-02-04"),
    ("discount", "10%"),
    ("line_text[]", "Testing"),
    ("line_quantity[]", "2,5"),
    ("line_price[]", "1.200,00"),
    ("line_tax[]", "19"),
];

impl Scene {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let cast = Fixture::create(&world).await;
        let acme = &cast.acme;
        let admin = acme.member(TeamRole::Admin);
        let team = world.signed_in(&acme.workspace, admin).await;
        let contact = acme.clients[0].contact(ContactRole::Viewer);
        let portal = world.signed_in(&acme.workspace, contact).await;
        Self {
            world,
            cast,
            team,
            portal,
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.cast.acme.clients[0]
    }

    pub(crate) fn list(&self) -> String {
        format!("/clients/{}/invoices", self.client().id)
    }

    pub(crate) fn new_id(&self) -> String {
        self.world.app.new_id::<marker::InvoiceMarker>().to_string()
    }

    /// Writes a draft, and gives its address.
    pub(crate) async fn write(&mut self) -> String {
        let id = self.new_id();
        let fields = [&TYPED[..], &[("id", id.as_str())]].concat();
        let made = self.team.post(&self.list(), &fields).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
        made.location().to_owned()
    }

    pub(crate) async fn act(&mut self, page: &str, what: &str, fields: &[(&str, &str)]) -> Answer {
        let id = self.new_id();
        let fields = [fields, &[("id", id.as_str())]].concat();
        self.team.post(&format!("{page}/{what}"), &fields).await
    }

    pub(crate) async fn count_mails(&self, person: &Person, subject: &str) -> usize {
        worker::drain(&self.world.app).await.expect("sent");
        let mut letters = self.world.mail_to(person.email.as_str()).await;
        letters.retain(|letter| letter["Subject"].to_string().contains(subject));
        letters.len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invoice_created_sent_and_paid_by_hand_is_paid() {
    let mut scene = Scene::new().await;
    let page = scene.write().await;
    let theirs = page.split_once("/invoices").expect("an address").1;
    let theirs = format!("/invoices{theirs}");
    let draft = scene.team.get(&page).await.body;
    // 3,000.00 less 10% is 2,700.00, and 19% of that is 513.00.
    for figure in ["3,000.00", "-300.00", "513.00", "3,213.00 EUR", "Draft"] {
        assert!(draft.contains(figure), "{figure}: {draft}");
    }
    let manager = scene.client().contact(ContactRole::Manager).clone();
    assert!(draft.contains(manager.email.as_str()), "{draft}");
    // Not a word of it to the client.
    let hidden = scene.portal.get(&theirs).await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    for list in ["/invoices", "/invoices?show=drafts", "/invoices?show=paid"] {
        let list = scene.portal.get(list).await.body;
        assert!(!list.contains("Web application test"), "{list}");
    }
    let sent = scene.act(&page, "send", &[("version", "1")]).await;
    assert_eq!(sent.location(), page, "{}", sent.body);
    // The cast has sent four in this workspace.
    assert_eq!(scene.count_mails(&manager, "INV-0005").await, 1);
    let shown = scene.portal.get(&theirs).await.body;
    for word in [
        "INV-0005",
        "3,213.00 EUR",
        "Outstanding",
        "19% tax on 2,700.00",
    ] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    assert!(
        !shown.contains("<button class=\"btn w-100\">Note"),
        "{shown}"
    );
    let over = [
        ("amount", "4000"),
        ("on", "2026-01-05"),
        ("reference", "typed words"),
        ("version", "2"),
    ];
    let over = scene.act(&page, "pay", &over).await;
    assert_eq!(over.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(over.body.contains("Outstanding are only 3,213.00 EUR."));
    assert!(over.body.contains("typed words"), "nothing typed is lost");
    for (version, amount, state) in [("2", "1.213,00", "Partly paid"), ("3", "2000", "Paid")] {
        let fields = [
            ("amount", amount),
            ("on", "2026-01-05"),
            ("version", version),
        ];
        let paid = scene.act(&page, "pay", &fields).await;
        assert_eq!(paid.location(), page, "{}", paid.body);
        let shown = scene.portal.get(&theirs).await.body;
        assert!(shown.contains(state), "{state}: {shown}");
    }
    let paid = scene.portal.get("/invoices?show=paid").await.body;
    assert!(paid.contains("INV-0005"), "{paid}");
    let outstanding = scene.portal.get("/invoices").await.body;
    assert!(!outstanding.contains("INV-0005"), "{outstanding}");
    // What was sent can't be written anew.
    let edit = scene.team.get(&format!("{page}/edit")).await;
    assert_eq!(edit.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn invoice_numbers_sent_at_once_have_no_gap() {
    let mut scene = Scene::new().await;
    let mut pages = Vec::new();
    for _ in 0..8 {
        pages.push(scene.write().await);
    }
    let mut sending = JoinSet::new();
    for page in pages {
        let mut browser = scene.team.clone();
        let entry = scene.new_id();
        sending.spawn(async move {
            // Busy is no answer: nothing was changed, and the same form is sent again.
            for _ in 0..50 {
                let fields = [("id", entry.as_str()), ("version", "1")];
                let sent = browser.post(&format!("{page}/send"), &fields).await;
                if sent.status != StatusCode::SERVICE_UNAVAILABLE {
                    assert_eq!(sent.location(), page, "{}", sent.body);
                    return;
                }
            }
            panic!("never sent");
        });
    }
    while let Some(one) = sending.join_next().await {
        one.expect("sent");
    }
    let store = &scene.cast.acme.store;
    let all = store
        .list_workspace_invoices(InvoiceList::Outstanding, None)
        .await;
    let all = all.expect("read").rows;
    let numbers: Vec<_> = all.iter().map(|one| one.number().to_owned()).collect();
    let distinct: BTreeSet<_> = numbers.iter().cloned().collect();
    let wanted: BTreeSet<_> = (1..=12).map(|n| format!("INV-{n:04}")).collect();
    assert_eq!((numbers.len(), distinct), (12, wanted));
    assert_eq!(store.get_last_invoice_number().await.expect("read"), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn invoice_form_sent_twice_applies_once() {
    let mut scene = Scene::new().await;
    let id = scene.new_id();
    let fields = [&TYPED[..], &[("id", id.as_str())]].concat();
    let list = scene.list();
    let form = id.parse().expect("an id");
    let invoice = scene
        .team
        .form_id::<marker::InvoiceMarker>(&list, form)
        .await;
    let page = format!("{list}/{invoice}");
    for _ in 0..2 {
        let made = scene.team.post(&list, &fields).await;
        assert_eq!(made.location(), page, "{}", made.body);
    }
    // Gone back to and changed, it is another one.
    let mut other = fields.clone();
    other[0].1 = "Something else";
    let other = scene.team.post(&list, &other).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(other.body.contains("was saved before"), "{}", other.body);
    let (sent, paid) = (scene.new_id(), scene.new_id());
    let sending = [("id", sent.as_str()), ("version", "1")];
    let paying = [
        ("id", paid.as_str()),
        ("version", "2"),
        ("amount", "100"),
        ("on", "2026-01-05"),
    ];
    for (what, fields) in [("send", &sending[..]), ("pay", &paying)] {
        for _ in 0..2 {
            let done = scene.team.post(&format!("{page}/{what}"), fields).await;
            assert_eq!(done.location(), page, "{what}: {}", done.body);
        }
    }
    let found = invoice_fixture::read_invoice(&scene.client().store, invoice).await;
    assert_eq!(found.invoice.balance.paid, 10_000);
    assert_eq!(
        (found.entries.len(), found.invoice.number()),
        (2, "INV-0005")
    );
    // A page that is behind is told so, and nothing is noted.
    let behind = [("amount", "1"), ("on", "2026-01-05"), ("version", "2")];
    let behind = scene.act(&page, "pay", &behind).await;
    assert_eq!(behind.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_mistake_refund_and_void_keep_the_balance() {
    let mut scene = Scene::new().await;
    let list = scene.list();
    let (part, sent) = (scene.client().invoices.part, scene.client().invoices.sent);
    let page = format!("{list}/{part}");
    let payment = invoice_fixture::payment(part).to_string();
    let mistake = [("payment", payment.as_str()), ("version", "3")];
    let taken = scene.act(&page, "take-back", &mistake).await;
    assert_eq!(taken.location(), page, "{}", taken.body);
    let store = scene.client().store.clone();
    let found = invoice_fixture::read_invoice(&store, part).await;
    assert_eq!(
        (found.invoice.balance.paid, found.invoice.state()),
        (0, InvoiceState::Sent)
    );
    // Once only, whatever the page says.
    let again = [("payment", payment.as_str()), ("version", "4")];
    let again = scene.act(&page, "take-back", &again).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let all = [("amount", "1785"), ("on", "2026-01-05"), ("version", "4")];
    assert!(scene.act(&page, "pay", &all).await.is_good());
    for (version, amount, state) in [
        ("5", "85", InvoiceState::PartlyRefunded),
        ("6", "1700", InvoiceState::Refunded),
    ] {
        let back = [
            ("amount", amount),
            ("on", "2026-01-05"),
            ("version", version),
        ];
        let back = scene.act(&page, "refund", &back).await;
        assert_eq!(back.location(), page, "{}", back.body);
        let found = invoice_fixture::read_invoice(&store, part).await;
        assert_eq!(found.invoice.state(), state);
    }
    let page = format!("{list}/{sent}");
    let nothing = [("reason", ""), ("version", "2")];
    let nothing = scene.act(&page, "void", &nothing).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let why = [("reason", "Sent to the wrong people."), ("version", "2")];
    assert_eq!(scene.act(&page, "void", &why).await.location(), page);
    let shown = scene.portal.get(&format!("/invoices/{sent}")).await.body;
    assert!(shown.contains("Sent to the wrong people."), "{shown}");
    // Its number is not given again.
    let next = scene.write().await;
    assert!(
        scene
            .act(&next, "send", &[("version", "1")])
            .await
            .is_good()
    );
    let shown = scene.team.get(&next).await.body;
    assert!(shown.contains("INV-0005"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn invoice_form_without_scripts_keeps_its_input() {
    let mut scene = Scene::new().await;
    let (list, id) = (scene.list(), scene.new_id());
    let add = [&TYPED[..], &[("id", id.as_str()), ("press", "add")]].concat();
    let more = scene.team.post(&list, &add).await;
    assert_eq!(more.status, StatusCode::OK);
    for word in ["line-2-price", "1.200,00", "10%", "name=\"id\""] {
        assert!(more.body.contains(word), "{word}: {}", more.body);
    }
    let fewer = [&TYPED[..], &[("id", id.as_str()), ("press", "0")]].concat();
    let fewer = scene.team.post(&list, &fewer).await.body;
    assert!(!fewer.contains("line-1-price") && fewer.contains("Web application test"));
    let mut wrong = [&TYPED[..], &[("id", id.as_str())]].concat();
    wrong[7].1 = "1,234";
    wrong[3].1 = "soon";
    let wrong = scene.team.post(&list, &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for word in ["two ways", "Choose a day.", "1,234", "Web application test"] {
        assert!(wrong.body.contains(word), "{word}: {}", wrong.body);
    }
    let form = id.parse().expect("an id");
    let invoice = scene.team.form_id(&list, form).await;
    let found = scene.client().store.get_invoice(invoice).await;
    assert_eq!(found.expect("read"), None);
    // Another client's engagement is nobody's.
    let foreign = scene.cast.acme.clients[1].engagement.to_string();
    let fields = [("id", id.as_str()), ("engagement", foreign.as_str())];
    let fields = [&TYPED[..], &fields].concat();
    let refused = scene.team.post(&list, &fields).await;
    assert!(
        refused.body.contains("Choose an engagement"),
        "{}",
        refused.body
    );
    // A draft that is behind keeps what was typed.
    let page = scene.write().await;
    let edited = [&TYPED[..], &[("version", "1")]].concat();
    let mut first = edited.clone();
    first[0].1 = "Their words";
    assert!(
        scene
            .team
            .post(&format!("{page}/edit"), &first)
            .await
            .is_good()
    );
    let mut second = edited;
    second[0].1 = "My words";
    let second = scene.team.post(&format!("{page}/edit"), &second).await;
    assert_eq!(second.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(second.body.contains("My words"), "{}", second.body);
}
