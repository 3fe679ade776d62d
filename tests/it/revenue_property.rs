//! The books of clients and workspaces against a recount of their invoices, after
//! random changes in several currencies.

use std::collections::BTreeMap;

use domain::id::{EntryId, InvoiceId};
use domain::invoice::{
    Invoice, InvoiceActor, InvoiceCommand, InvoiceEvent, PaymentMethod, RevenueFigure,
    apply_command, figure_postings,
};
use domain::money::Currency;
use domain::role::TeamRole;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use store::{CurrencyFigures, InvoiceDetail, InvoiceList};
use tests::{Client, Fixture, World, invoice_fixture};

const SEED: u64 = 20_261_125;

/// What somebody, or time, or a provider does next.
fn ask(rng: &mut StdRng, billed: &InvoiceDetail, today: Date) -> InvoiceCommand {
    let invoice = &billed.invoice;
    let step = invoice.currency.step();
    let amount = rng.random_range(1..=invoice.total / step) * step;
    let how = PaymentMethod::ByHand("random".to_owned());
    match rng.random_range(0..10) {
        0..4 => {
            let amount = amount.min(invoice.outstanding());
            InvoiceCommand::Pay {
                amount,
                fee: amount / 50,
                on: today,
                method: how,
            }
        }
        4 => InvoiceCommand::Refund {
            amount,
            on: today,
            method: how,
        },
        5 => InvoiceCommand::Void("random".to_owned()),
        6 => InvoiceCommand::OpenDispute(amount),
        7 => InvoiceCommand::WinDispute(invoice.balance.disputed),
        8 => InvoiceCommand::LoseDispute(invoice.balance.disputed, today),
        _ => InvoiceCommand::MarkOverdue,
    }
}

/// The payment that is there to be taken out.
fn mistake(billed: &InvoiceDetail) -> Option<(EntryId, InvoiceCommand)> {
    let mut open = billed.entries.iter().filter(|row| !row.taken_back);
    open.find_map(|row| match &row.entry.event {
        InvoiceEvent::Paid { amount, on, .. } => Some((
            row.id,
            InvoiceCommand::RemovePayment {
                payment: row.id,
                amount: *amount,
                on: *on,
            },
        )),
        _ => None,
    })
}

/// All that was sent to a client.
async fn all(client: &Client) -> Vec<Invoice> {
    let mut all = Vec::new();
    for listing in [
        InvoiceList::Outstanding,
        InvoiceList::Paid,
        InvoiceList::Void,
    ] {
        let mut after = None::<String>;
        loop {
            let page = client.store.list_invoices(listing, after.as_deref()).await;
            let page = page.expect("read");
            all.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    all
}

/// The books as the histories of the invoices tell them.
async fn recounted(client: &Client) -> BTreeMap<(Date, Currency, RevenueFigure), i64> {
    let mut books = BTreeMap::new();
    for invoice in all(client).await {
        let billed = invoice_fixture::read_invoice(&client.store, invoice.id).await;
        assert_eq!(billed.invoice, invoice, "the list shows what is there");
        let book = invoice.balance;
        assert_eq!(
            book.paid + book.waived + invoice.outstanding(),
            invoice.total
        );
        let mut add = |month: Date, figure, minor: i64| {
            let key = (month.first_of_month(), invoice.currency, figure);
            *books.entry(key).or_insert(0) += minor;
        };
        let issued = invoice.issue.as_ref().expect("sent").on;
        if !book.void {
            add(issued, RevenueFigure::Invoiced, invoice.total);
        }
        add(
            invoice.due,
            RevenueFigure::Outstanding,
            invoice.outstanding(),
        );
        if invoice.marked_overdue {
            add(invoice.due, RevenueFigure::Overdue, invoice.outstanding());
        }
        for one in &billed.entries {
            match one.entry.event {
                InvoiceEvent::Paid {
                    amount, fee, on, ..
                } => {
                    add(on, RevenueFigure::Fees, fee);
                    if !one.taken_back {
                        add(on, RevenueFigure::Paid, amount);
                    }
                }
                InvoiceEvent::Refunded { amount, on, .. }
                | InvoiceEvent::DisputeLost { amount, on } => {
                    add(on, RevenueFigure::Refunded, amount);
                }
                _ => {}
            }
        }
    }
    books.retain(|_, minor| *minor != 0);
    books
}

/// By currency alone, of what stands whatever the month.
fn standing(books: &BTreeMap<(Date, Currency, RevenueFigure), i64>) -> CurrencyFigures {
    let mut sum = CurrencyFigures::default();
    for ((_, currency, figure), minor) in books {
        if figure.is_balance() {
            sum.add(*currency, *figure, *minor);
        }
    }
    sum.without_zeros()
}

#[tokio::test(flavor = "multi_thread")]
async fn revenue_figures_equal_a_recount_of_invoices() {
    println!("seed {SEED}");
    let mut rng = StdRng::seed_from_u64(SEED);
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let (acme, clients) = (&cast.acme, &cast.acme.clients);
    let by = tests::actor(acme.member(TeamRole::Owner));
    let mut today = date(2026, 1, 5);
    let mut ids: Vec<(usize, InvoiceId)> = Vec::new();
    for (n, client) in clients.iter().enumerate() {
        ids.extend([client.invoices.sent, client.invoices.part].map(|id| (n, id)));
        for code in ["EUR", "JPY", "KWD", "USD"] {
            let due = today + rng.random_range(1..60).days();
            let new = invoice_fixture::new_invoice("Random", code, due);
            let id = world.app.new_id();
            let stores = (&acme.store, &client.store);
            let draft = invoice_fixture::draft_invoice(stores, id, &new, world.now()).await;
            invoice_fixture::sent_invoice(&acme.store, (&draft, &new.content), (&by, today), &[])
                .await;
            ids.push((n, id));
        }
    }
    let mut done = 0;
    for _ in 0..800 {
        let (n, id) = ids[rng.random_range(0..ids.len())];
        let billed = invoice_fixture::read_invoice(&clients[n].store, id).await;
        let undone = rng.random_range(0..10) == 0;
        let (taken, ask) = match mistake(&billed).filter(|_| undone) {
            Some((payment, ask)) => (Some(payment), ask),
            None => (None, ask(&mut rng, &billed, today)),
        };
        today += i64::from(rng.random_range(0..4) == 0).days();
        let by = InvoiceActor::System("random");
        let Ok(change) = apply_command(&billed.invoice, by, &ask, today, world.now()) else {
            continue;
        };
        let entry = EntryId::new(rng.next_u64() >> 16, rng.next_u64().into());
        let kept = acme.store.apply_invoice_change(&change, entry, taken);
        kept.await.expect("kept");
        done += 1;
    }
    assert!(done > 100, "{done} changes");
    let mut sum = BTreeMap::new();
    for client in clients {
        let books = recounted(client).await;
        let owed = client.store.get_balance().await.expect("read");
        assert_eq!(owed, standing(&books), "{}", client.mark);
        for (key, minor) in books {
            *sum.entry(key).or_insert(0) += minor;
        }
    }
    sum.retain(|_, minor| *minor != 0);
    let owed = acme.store.get_workspace_balance().await.expect("read");
    assert_eq!(owed, standing(&sum));
    let last = date(2026, 12, 1);
    let months = acme.store.list_months(last).await.expect("read");
    let mut kept = BTreeMap::new();
    for (month, books) in months {
        for currency in books.currencies() {
            for figure in RevenueFigure::ALL {
                let minor = books.of(currency, figure);
                kept.insert((month, currency, figure), minor);
            }
        }
    }
    kept.retain(|_, minor| *minor != 0);
    assert_eq!(kept, sum);
    // A month by client adds up to the month.
    let month = date(2026, 1, 1);
    let rows = acme
        .store
        .list_client_months(month, None)
        .await
        .expect("read");
    let eur = Currency::default();
    let paid: i64 = rows
        .rows
        .iter()
        .map(|row| row.figures.of(eur, RevenueFigure::Paid))
        .sum();
    assert_eq!(
        paid,
        sum.get(&(month, eur, RevenueFigure::Paid))
            .copied()
            .unwrap_or(0)
    );
}

#[test]
fn refused_invoice_change_posts_no_figures() {
    let invoice = serde_json::json!({
        "id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "client": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "client_name": "x", "subject": "x", "currency": "EUR", "total": 1, "due": "2026-01-05",
        "paid": 0, "refunded": 0, "disputed": 0, "waived": 0, "fees": 0, "void": false,
        "updated": "2026-01-05T00:00:00Z", "v": 1
    });
    let invoice: Invoice = serde_json::from_value(invoice).expect("an invoice");
    assert_eq!(figure_postings(&invoice, &invoice, &InvoiceEvent::Sent), []);
}
