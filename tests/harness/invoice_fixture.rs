//! What a client of the cast has of invoices.

use domain::id::{EntryId, InvoiceId};
use domain::invoice::{
    Invoice, InvoiceActor, InvoiceChange, InvoiceCommand, InvoiceContent, InvoiceInput,
    InvoiceReminder, NewInvoice, PaymentMethod, apply_command, issue_invoice,
};
use domain::person::{Actor, Person};
use jiff::Timestamp;
use jiff::civil::Date;
use store::{ClientScope, InvoiceDetail, IssueOutcome, Store, WorkspaceScope};

use crate::document_fixture::actor;
use crate::world::World;

/// A client's invoices.
#[derive(Clone, Copy)]
pub struct InvoiceFixture {
    /// One that is being written.
    pub draft: InvoiceId,
    /// One that was sent, and nothing of it paid.
    pub sent: InvoiceId,
    /// One that was paid in part, by the entry [`payment`].
    pub part: InvoiceId,
}

/// An invoice of 1,500.00 and its tax, as a form says it.
pub fn new_invoice(subject: &str, currency: &str, due: Date) -> NewInvoice {
    let input = InvoiceInput {
        subject: subject.to_owned(),
        to: format!("{subject}\nMain Street 1"),
        currency: currency.to_owned(),
        due: due.to_string(),
        line_text: vec!["Testing".to_owned()],
        line_quantity: vec!["1.5".to_owned()],
        line_price: vec!["1000".to_owned()],
        line_tax: vec!["19".to_owned()],
        ..InvoiceInput::default()
    };
    input.parse().expect("an invoice")
}

/// A draft of it, to a client.
pub async fn draft_invoice(
    (store, client): (&Store<WorkspaceScope>, &Store<ClientScope>),
    id: InvoiceId,
    new: &NewInvoice,
    now: Timestamp,
) -> Invoice {
    let about = client
        .get_client()
        .await
        .expect("the table")
        .expect("a client");
    let draft = Invoice::draft(id, about.id, about.name, new, now);
    let made = store.create_invoice(&draft, &new.content).await;
    made.expect("a draft");
    draft
}

/// The draft, sent under the next number.
pub async fn sent_invoice(
    store: &Store<WorkspaceScope>,
    (draft, bill): (&Invoice, &InvoiceContent),
    (by, today): (&Actor, Date),
    schedule: &[(Timestamp, InvoiceReminder)],
) -> InvoiceChange {
    let ways = store.get_billing_settings().await.expect("the table");
    loop {
        let n = store.get_last_invoice_number().await.expect("the table") + 1;
        let change = issue_invoice(draft, by, ways.invoice_number(n), today, draft.updated)
            .expect("allowed");
        // The entry's id is the invoice's own, so that it is known.
        let entry = draft.id.to_string().parse().expect("an id");
        let done = store.send_invoice(draft, &change, bill, entry, n, schedule);
        match done.await.expect("the table") {
            IssueOutcome::Sent => return change,
            IssueOutcome::Taken => {}
            IssueOutcome::Gone => panic!("the draft is gone"),
        }
    }
}

impl InvoiceFixture {
    pub(crate) async fn create(
        world: &World,
        stores: (&Store<WorkspaceScope>, &Store<ClientScope>),
        owner: &Person,
        (mark, secret): (&str, &str),
    ) -> Self {
        let (now, today) = (world.now(), Date::constant(2026, 1, 5));
        let due = Date::constant(2026, 2, 4);
        let [draft, unpaid, part] = [0; 3].map(|_| -> InvoiceId { world.app.new_id() });
        let by = actor(owner);
        let secret = new_invoice(&format!("Invoice {secret}"), "EUR", due);
        draft_invoice(stores, draft, &secret, now).await;
        let shared = new_invoice(&format!("Invoice {mark}"), "EUR", due);
        for id in [unpaid, part] {
            let draft = draft_invoice(stores, id, &shared, now).await;
            let change = sent_invoice(stores.0, (&draft, &shared.content), (&by, today), &[]).await;
            if id == part {
                let ask = InvoiceCommand::Pay {
                    amount: 50_000,
                    fee: 0,
                    on: today,
                    method: PaymentMethod::ByHand(format!("Bank {mark}")),
                };
                let paid =
                    apply_command(&change.invoice, InvoiceActor::Person(&by), &ask, today, now);
                let paid = paid.expect("allowed");
                let noted = stores.0.apply_invoice_change(&paid, payment(part), None);
                noted.await.expect("noted");
            }
        }
        Self {
            draft,
            sent: unpaid,
            part,
        }
    }
}

/// The entry of the payment of an invoice that was paid in part.
pub fn payment(invoice: InvoiceId) -> EntryId {
    let id: EntryId = invoice.to_string().parse().expect("an id");
    id.nth(1)
}

/// The invoice, as the team sees it.
pub async fn read_invoice(client: &Store<ClientScope>, id: InvoiceId) -> InvoiceDetail {
    let found = client.get_invoice(id).await.expect("the table");
    found.expect("an invoice")
}
