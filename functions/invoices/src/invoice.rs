//! One invoice: as it is on paper, what happened to it, and what can be done.

use domain::client::Client;
use domain::id::EntryId;
use domain::input::FieldErrors;
use domain::invoice::{
    BillingSettings, Invoice, InvoiceEvent, InvoiceTransition, PaymentInput, PaymentMethod,
};
use domain::person::Person;
use domain::role::Action;
use futures::future::{try_join, try_join4};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::{InvoiceDetail, InvoiceHistoryItem};
use web::view::{InvoiceView, billed_sample};
use web::{ClientAccess, Crumb, Form, Ids, Page, PageError, Reply};

use crate::form::as_sent;
use crate::paths::InvoicePath;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct InvoicePage {
    pulse: String,
    title: String,
    state: &'static str,
    label: &'static str,
    overdue: bool,
    total: String,
    outstanding: String,
    engagement: Option<String>,
    /// Where the file is, once it is sent.
    pdf: Option<String>,
    paper: InvoiceView,
    history: Vec<EntryRow>,
    /// Why it is void.
    reason: Option<String>,
    acts: Option<Acts>,
    /// Where the client pays, where it can be paid here.
    pay_here: Option<String>,
    /// What came in and couldn't be booked, for the team.
    surplus: Option<String>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Serialize)]
struct EntryRow {
    at: Timestamp,
    by: String,
    words: String,
    amount: Option<String>,
    on: Option<Date>,
    note: String,
    struck: bool,
    take_back: Option<EntryId>,
}

/// What whoever looks may do with it.
#[derive(Debug, Serialize)]
struct Acts {
    here: String,
    version: i64,
    /// The id of the entry that it makes.
    id: EntryId,
    draft: Option<DraftActs>,
    pay: Option<MoneyForm>,
    refund: Option<MoneyForm>,
    void: Option<Form>,
    take_back: bool,
    /// What is wrong with what was asked, where no field is to blame.
    wrong: Option<String>,
}

/// What may be done with a draft.
#[derive(Debug, Serialize)]
struct DraftActs {
    /// Whom the mail goes to.
    to: Vec<String>,
    /// Whether the company's own address is said.
    signed: bool,
}

/// A sum to note.
#[derive(Debug, Serialize)]
struct MoneyForm {
    form: Form,
    most: String,
    today: Date,
}

/// A form of this page that can't be accepted.
pub(crate) struct RefusedForm<'a> {
    pub(crate) kind: InvoiceTransition,
    pub(crate) typed: Option<&'a PaymentInput>,
    pub(crate) invalid: FieldErrors,
}

impl Page for InvoicePage {
    const TEMPLATE: &'static str = "pages/invoices/invoice.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let billed = billed_sample();
        let today = billed.invoice.due.tomorrow().unwrap_or(billed.invoice.due);
        let form = |n: u64| MoneyForm {
            form: Form::failed(&PaymentInput::default(), &FieldErrors::at("amount", "No.")),
            most: format!("{n}.00 EUR"),
            today,
        };
        let acts = Acts {
            here: "/clients/c/invoices/i".to_owned(),
            version: 3,
            id: EntryId::new(1, 2),
            draft: Some(DraftActs {
                to: vec!["Ana <b>".to_owned()],
                signed: false,
            }),
            pay: Some(form(1)),
            refund: Some(form(2)),
            void: Some(Form::failed(&(), &FieldErrors::at("reason", "Say why."))),
            take_back: true,
            wrong: Some("It would be overdue at once.".to_owned()),
        };
        let pulse = "/clients/c/pulse?seen=1".to_owned();
        let parts = Parts {
            paper: InvoiceView::new(&billed, "Acme <b>"),
            engagement: Some("/clients/c/engagements/e".to_owned()),
            pdf: Some("/clients/c/invoices/i/pdf".to_owned()),
            today,
            pay_here: Some("/invoices/i/pay".to_owned()),
            surplus: 100,
            names_payments: true,
        };
        Self::new(&billed, parts, pulse, Some(acts), Vec::new())
    }
}

/// What the page shows beside the invoice.
struct Parts {
    paper: InvoiceView,
    engagement: Option<String>,
    pdf: Option<String>,
    today: Date,
    pay_here: Option<String>,
    surplus: i64,
    /// Whether payments are named as Stripe names them.
    names_payments: bool,
}

impl InvoicePage {
    fn new(
        billed: &InvoiceDetail,
        parts: Parts,
        pulse: String,
        acts: Option<Acts>,
        crumbs: Vec<Crumb>,
    ) -> Self {
        let invoice = &billed.invoice;
        let takes = acts.as_ref().is_some_and(|acts| acts.take_back);
        // By time: what time itself does has an id from before.
        let mut rows: Vec<_> = billed.entries.iter().collect();
        rows.sort_by_key(|one| std::cmp::Reverse(one.entry.at));
        let voided = rows
            .iter()
            .find(|one| one.entry.what == InvoiceEvent::Voided);
        let state = invoice.state();
        Self {
            pulse,
            title: match &invoice.issued {
                Some(issued) => format!("Invoice {}", issued.number),
                None => format!("Draft: {}", invoice.subject),
            },
            state: state.name(),
            label: state.label(),
            overdue: invoice.is_overdue(parts.today),
            total: invoice.money(invoice.total).to_string(),
            outstanding: invoice.money(invoice.outstanding()).to_string(),
            engagement: parts.engagement,
            pdf: parts.pdf,
            paper: parts.paper,
            history: rows
                .iter()
                .map(|one| EntryRow::new(invoice, one, (takes, parts.names_payments)))
                .collect(),
            reason: voided.map(|one| one.entry.note.clone()),
            acts,
            pay_here: parts.pay_here,
            surplus: (parts.surplus > 0).then(|| invoice.money(parts.surplus).to_string()),
            crumbs,
        }
    }
}

impl EntryRow {
    fn new(invoice: &Invoice, kept: &InvoiceHistoryItem, (takes, names): (bool, bool)) -> Self {
        let entry = &kept.entry;
        let (words, amount, on, reference) = match &entry.what {
            InvoiceEvent::Sent => ("sent it", None, None, None),
            InvoiceEvent::Paid {
                amount,
                on,
                how: how @ PaymentMethod::Provider(_),
                ..
            } => ("brought a payment of", Some(amount), Some(on), Some(how)),
            InvoiceEvent::Paid {
                amount, on, how, ..
            } => ("noted a payment of", Some(amount), Some(on), Some(how)),
            InvoiceEvent::TakenBack { amount, .. } => {
                ("took out the payment of", Some(amount), None, None)
            }
            InvoiceEvent::Refunded {
                amount,
                on,
                how: how @ PaymentMethod::Provider(_),
            } => ("gave back", Some(amount), Some(on), Some(how)),
            InvoiceEvent::Refunded { amount, on, how } => {
                ("noted a refund of", Some(amount), Some(on), Some(how))
            }
            InvoiceEvent::Voided => ("voided it", None, None, None),
            InvoiceEvent::DisputeOpened { amount } => {
                ("opened a dispute about", Some(amount), None, None)
            }
            InvoiceEvent::DisputeWon { amount } => (
                "closed in our favour the dispute about",
                Some(amount),
                None,
                None,
            ),
            InvoiceEvent::DisputeLost { amount, on } => {
                ("took away in a dispute", Some(amount), Some(on), None)
            }
            InvoiceEvent::SetAside {
                amount, on, how, ..
            } => ("set aside a payment of", Some(amount), Some(on), Some(how)),
            InvoiceEvent::Restored { amount, on, how } => {
                ("brought back", Some(amount), Some(on), Some(how))
            }
            InvoiceEvent::BecameOverdue => ("passed", None, None, None),
        };
        let note = match reference {
            Some(PaymentMethod::ByHand(text)) => text.clone(),
            Some(PaymentMethod::Provider(id)) if names => id.clone(),
            Some(PaymentMethod::Provider(_)) => String::new(),
            None => entry.note.clone(),
        };
        let by_hand = matches!(
            entry.what,
            InvoiceEvent::Paid {
                how: PaymentMethod::ByHand(_),
                ..
            }
        );
        Self {
            at: entry.at,
            by: entry.by_name.clone(),
            words: words.to_owned(),
            amount: amount.map(|minor| invoice.money(*minor).to_string()),
            on: on.copied(),
            note,
            struck: kept.taken_back,
            take_back: (takes && by_hand && !kept.taken_back).then_some(kept.id),
        }
    }
}

/// Whom the mail goes to, by name.
fn addressees(people: &[Person]) -> Vec<String> {
    let people = domain::invoice::recipients(people).into_iter();
    people
        .map(|one| format!("{} <{}>", one.name, one.email.as_str()))
        .collect()
}

impl Acts {
    fn new(
        inside: &ClientAccess,
        billed: &InvoiceDetail,
        people: &[Person],
        refused: Option<&RefusedForm<'_>>,
    ) -> Option<Self> {
        let (invoice, role) = (&billed.invoice, inside.actor.role);
        if !inside.may(Action::ManageInvoices) {
            return None;
        }
        let today = inside.ctx.workspace.today(inside.ctx.now);
        let draft = invoice.issued.is_none();
        let at = InvoicePath {
            invoice: invoice.id,
        };
        let form = |kind: InvoiceTransition, most: i64| {
            let typed = PaymentInput {
                amount: invoice.money(most).plain(),
                on: today.to_string(),
                reference: String::new(),
            };
            let form = match refused.filter(|one| one.kind == kind) {
                Some(one) => Form::failed(one.typed.unwrap_or(&typed), &one.invalid),
                None => Form::filled(&typed),
            };
            kind.is_offered(role, invoice).then(|| MoneyForm {
                form,
                most: invoice.money(most).to_string(),
                today,
            })
        };
        let void = match refused.filter(|one| one.kind == InvoiceTransition::Void) {
            Some(one) => Form::failed(&(), &one.invalid),
            None => Form::default(),
        };
        let wrong = refused.and_then(|one| one.invalid.fields().get("form").cloned());
        Some(Self {
            here: at.href(&inside.base),
            version: invoice.version,
            id: inside.ctx.app.new_id(),
            draft: draft.then(|| DraftActs {
                to: addressees(people),
                signed: !billed.bill.from.is_empty(),
            }),
            pay: form(InvoiceTransition::Pay, invoice.outstanding()),
            refund: form(
                InvoiceTransition::Refund,
                invoice.book.kept() - invoice.book.disputed,
            ),
            void: InvoiceTransition::Void
                .is_offered(role, invoice)
                .then_some(void),
            take_back: InvoiceTransition::TakeBack.is_offered(role, invoice),
            wrong,
        })
    }
}

/// What is around an invoice: the client, for whoever may send it, to whom and how, for
/// whoever may pay it, whether that goes here, and for the team what came in too much.
struct Around {
    client: Client,
    people: Vec<Person>,
    ways: Option<BillingSettings>,
    payable: bool,
    surplus: i64,
}

async fn around(inside: &ClientAccess, at: InvoicePath) -> Result<Around, PageError> {
    let team = inside.team_store();
    let sender = async {
        match team.filter(|_| inside.may(Action::ManageInvoices)) {
            Some(team) => {
                let read = try_join(inside.store.people(), team.invoice_ways());
                read.await.map(|(people, ways)| (people, Some(ways)))
            }
            None => Ok((Vec::new(), None)),
        }
    };
    let payable = async {
        if inside.may(Action::PayInvoices) {
            inside.store.takes_payments().await
        } else {
            Ok(false)
        }
    };
    let surplus = async {
        if inside.is_team() {
            inside.store.surplus(at.invoice).await
        } else {
            Ok(0)
        }
    };
    let read = try_join4(inside.store.about(), sender, payable, surplus).await?;
    let (client, (people, ways), payable, surplus) = read;
    Ok(Around {
        client: client.ok_or(PageError::NotFound)?,
        people,
        ways,
        payable,
        surplus,
    })
}

/// The page, with what is wrong with one of its forms.
fn page(
    inside: &ClientAccess,
    mut billed: InvoiceDetail,
    around: Around,
    refused: Option<&RefusedForm<'_>>,
) -> InvoicePage {
    let Around {
        client,
        people,
        ways,
        payable,
        surplus,
    } = around;
    // A draft shows who will send it: how that is said now.
    if let Some(ways) = ways.filter(|_| billed.invoice.issued.is_none()) {
        billed.bill = as_sent(&billed.bill, &ways);
    }
    let rev = if inside.is_team() {
        client.rev
    } else {
        client.shared_rev
    };
    let mut crumbs = inside.crumbs(&client.name);
    crumbs.push(Crumb::to("Invoices", format!("{}/invoices", inside.base)));
    let Invoice { id, engagement, .. } = billed.invoice;
    let at = InvoicePath { invoice: id };
    let sent = billed.invoice.issued.is_some();
    let payable = payable && InvoiceTransition::Pay.is_possible(&billed.invoice);
    let parts = Parts {
        paper: InvoiceView::new(&billed, &inside.ctx.workspace.name),
        engagement: engagement.map(|id| format!("{}/engagements/{id}", inside.base)),
        pdf: sent.then(|| format!("{}/pdf", at.href(&inside.base))),
        today: inside.ctx.workspace.today(inside.ctx.now),
        pay_here: payable.then(|| format!("{}/pay", at.href(&inside.base))),
        surplus,
        names_payments: inside.is_team(),
    };
    let acts = Acts::new(inside, &billed, &people, refused);
    let pulse = format!("{}/pulse?seen={rev}", inside.base);
    InvoicePage::new(&billed, parts, pulse, acts, crumbs)
}

pub(crate) async fn get(
    inside: ClientAccess,
    Ids(at): Ids<InvoicePath>,
) -> Result<Reply, PageError> {
    let (billed, around) = try_join(at.read(&inside), around(&inside, at)).await?;
    let page = page(&inside, billed, around, None);
    let reply = inside.ctx.page(&page)?;
    Ok(if page.pay_here.is_some() {
        reply.leading_to_stripe(&inside.ctx.app.config)
    } else {
        reply
    })
}

/// The page again, with what is wrong with a form.
pub(crate) async fn again(
    inside: &ClientAccess,
    billed: InvoiceDetail,
    refused: &RefusedForm<'_>,
) -> Result<Reply, PageError> {
    let at = InvoicePath {
        invoice: billed.invoice.id,
    };
    let around = around(inside, at).await?;
    inside
        .ctx
        .refused(&page(inside, billed, around, Some(refused)))
}
