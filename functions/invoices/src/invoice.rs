//! An invoice: the document, its history, and what can be done with it.

use domain::client::Client;
use domain::id::EntryId;
use domain::input::FieldErrors;
use domain::invoice::{BillingSettings, Invoice, InvoiceEvent, InvoiceTransition, PaymentInput};
use domain::person::Person;
use domain::role::Action;
use domain::stripe::CheckoutAttempt;
use futures::future::{try_join, try_join3};
use jiff::civil::Date;
use serde::Serialize;
use store::InvoiceDetail;
use web::links;
use web::view::{InvoiceView, invoice_sample};
use web::{ClientAccess, Crumb, Form, Ids, Page, PageError, Reply};

use crate::history_row::HistoryRow;
use crate::invoice_form::with_sender;
use crate::paths::InvoicePath;

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
    history: Vec<HistoryRow>,
    /// Why it is void.
    reason: Option<String>,
    acts: Option<InvoiceActions>,
    /// Where the client pays, where it can be paid here.
    pay_here: Option<String>,
    /// What is on its way by Stripe.
    processing: Option<String>,
    /// Money that came in and couldn't be booked.
    surplus: Option<String>,
    /// Where the team refunds it.
    refund_at: Option<String>,
    /// Why it can't be paid online, for the team.
    offline: Option<String>,
    brand: String,
    team: bool,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// What the actor may do with the invoice.
#[derive(Debug, Serialize)]
struct InvoiceActions {
    here: String,
    version: i64,
    /// The id of the entry that it makes.
    id: EntryId,
    draft: Option<DraftActions>,
    pay: Option<MoneyForm>,
    refund: Option<MoneyForm>,
    void: Option<Form>,
    take_back: bool,
    /// An error that belongs to no field.
    wrong: Option<String>,
}

/// Sending a draft.
#[derive(Debug, Serialize)]
struct DraftActions {
    /// The recipients of the mail.
    to: Vec<String>,
    /// Whether the sender's address is set.
    signed: bool,
}

/// The form that records a payment or refund.
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

    fn samples() -> Vec<Self> {
        let mut draft = invoice_sample();
        draft.invoice.issue = None;
        draft.entries = Vec::new();
        let context = InvoiceContext {
            paper: InvoiceView::new(&draft, "Acme <b>"),
            engagement: None,
            pdf: None,
            today: draft.invoice.due,
            pay_here: None,
            refund_at: None,
            offline: None,
            brand: "Acme <b>".to_owned(),
            names_payments: false,
        };
        let pulse = "/pulse?seen=1".to_owned();
        let bare = Self::new(&draft, context, pulse, None, Vec::new());
        vec![Self::sample(), bare]
    }

    fn sample() -> Self {
        let mut detail = invoice_sample();
        (detail.invoice.processing, detail.invoice.surplus) = (100, 200);
        let today = detail.invoice.due.tomorrow().unwrap_or(detail.invoice.due);
        let form = |n: u64| MoneyForm {
            form: Form::with_errors(&PaymentInput::default(), &FieldErrors::of("amount", "No.")),
            most: format!("{n}.00 EUR"),
            today,
        };
        let actions = InvoiceActions {
            here: "/clients/c/invoices/i".to_owned(),
            version: 3,
            id: EntryId::new(1, 2),
            draft: Some(DraftActions {
                to: vec!["Ana <b>".to_owned()],
                signed: false,
            }),
            pay: Some(form(1)),
            refund: Some(form(2)),
            void: Some(Form::with_errors(
                &(),
                &FieldErrors::of("reason", "Say why."),
            )),
            take_back: true,
            wrong: Some("It would be overdue at once.".to_owned()),
        };
        let pulse = "/clients/c/pulse?seen=1".to_owned();
        let context = InvoiceContext {
            paper: InvoiceView::new(&detail, "Acme <b>"),
            engagement: Some("/clients/c/engagements/e".to_owned()),
            pdf: Some("/clients/c/invoices/i/pdf".to_owned()),
            today,
            pay_here: Some("/invoices/i/pay".to_owned()),
            refund_at: Some("https://dashboard.stripe.com/acct_1/payments/pi_1".to_owned()),
            offline: Some("Online payment starts at 0.50 EUR.".to_owned()),
            brand: "Acme <b>".to_owned(),
            names_payments: true,
        };
        Self::new(&detail, context, pulse, Some(actions), Vec::new())
    }
}

/// What the page shows beside the invoice.
struct InvoiceContext {
    paper: InvoiceView,
    engagement: Option<String>,
    pdf: Option<String>,
    today: Date,
    pay_here: Option<String>,
    refund_at: Option<String>,
    offline: Option<String>,
    brand: String,
    /// Whether payments are named as Stripe names them.
    names_payments: bool,
}

impl InvoicePage {
    fn new(
        detail: &InvoiceDetail,
        context: InvoiceContext,
        pulse: String,
        actions: Option<InvoiceActions>,
        crumbs: Vec<Crumb>,
    ) -> Self {
        let invoice = &detail.invoice;
        let may_take_back = actions.as_ref().is_some_and(|actions| actions.take_back);
        // By time: an entry that the daily job makes has an older id.
        let mut rows: Vec<_> = detail.entries.iter().collect();
        rows.sort_by_key(|item| std::cmp::Reverse(item.entry.at));
        let voided = rows
            .iter()
            .find(|item| item.entry.event == InvoiceEvent::Voided);
        let state = invoice.state();
        Self {
            pulse,
            title: match &invoice.issue {
                Some(issued) => format!("Invoice {}", issued.number),
                None => format!("Draft: {}", invoice.subject),
            },
            state: state.name(),
            label: state.label(),
            overdue: invoice.is_overdue(context.today),
            total: invoice.money(invoice.total).to_string(),
            outstanding: invoice.money(invoice.outstanding()).to_string(),
            engagement: context.engagement,
            pdf: context.pdf,
            paper: context.paper,
            history: rows
                .iter()
                .map(|item| HistoryRow::new(invoice, item, may_take_back, context.names_payments))
                .collect(),
            reason: voided.map(|item| item.entry.note.clone()),
            acts: actions,
            pay_here: context.pay_here,
            processing: (invoice.processing > 0)
                .then(|| invoice.money(invoice.processing).to_string()),
            surplus: (invoice.surplus > 0).then(|| invoice.money(invoice.surplus).to_string()),
            refund_at: context.refund_at,
            offline: context.offline,
            brand: context.brand,
            team: context.names_payments,
            crumbs,
        }
    }
}

/// The recipients of the invoice, as names with addresses.
fn list_recipients(people: &[Person]) -> Vec<String> {
    let people = domain::invoice::invoice_recipients(people).into_iter();
    people
        .filter(|person| person.suppressed.is_none())
        .map(|person| format!("{} <{}>", person.name, person.email.as_str()))
        .collect()
}

impl InvoiceActions {
    fn new(
        access: &ClientAccess,
        detail: &InvoiceDetail,
        people: &[Person],
        refused: Option<&RefusedForm<'_>>,
    ) -> Option<Self> {
        let (invoice, role) = (&detail.invoice, access.actor.role);
        if !access.may(Action::ManageInvoices) {
            return None;
        }
        let today = access.ctx.workspace.today(access.ctx.now);
        let draft = invoice.issue.is_none();
        let path = InvoicePath {
            invoice: invoice.id,
        };
        let form = |kind: InvoiceTransition, most: i64| {
            let typed = PaymentInput {
                amount: invoice.money(most).to_field(),
                on: today.to_string(),
                reference: String::new(),
            };
            let form = match refused.filter(|refused| refused.kind == kind) {
                Some(refused) => {
                    Form::with_errors(refused.typed.unwrap_or(&typed), &refused.invalid)
                }
                None => Form::filled(&typed),
            };
            kind.is_available(role, invoice).then(|| MoneyForm {
                form,
                most: invoice.money(most).to_string(),
                today,
            })
        };
        let void = match refused.filter(|refused| refused.kind == InvoiceTransition::Void) {
            Some(refused) => Form::with_errors(&(), &refused.invalid),
            None => Form::default(),
        };
        let wrong = refused.and_then(|refused| refused.invalid.fields().get("form").cloned());
        Some(Self {
            here: path.href(access.base),
            version: invoice.version,
            id: access.ctx.app.new_id(),
            draft: draft.then(|| DraftActions {
                to: list_recipients(people),
                signed: !detail.content.sender.is_empty(),
            }),
            pay: form(InvoiceTransition::Pay, invoice.outstanding()),
            refund: form(
                InvoiceTransition::Refund,
                invoice.balance.retained() - invoice.balance.disputed,
            ),
            void: InvoiceTransition::Void
                .is_available(role, invoice)
                .then_some(void),
            take_back: InvoiceTransition::RemovePayment.is_available(role, invoice),
            wrong,
        })
    }
}

/// What the page reads beside the invoice, as far as the actor's role needs it: people and
/// settings to send it, and whether it can be paid here.
struct InvoiceData {
    client: Client,
    people: Vec<Person>,
    settings: Option<BillingSettings>,
    payable: bool,
}

/// What the page reads of an invoice's payments, where there is something to say of them.
#[derive(Default)]
struct PaymentNotes {
    refund_at: Option<String>,
    offline: Option<String>,
}

async fn load_payment_notes(
    access: &ClientAccess,
    invoice: &Invoice,
) -> Result<PaymentNotes, PageError> {
    let mut notes = PaymentNotes::default();
    if !access.is_team() {
        return Ok(notes);
    }
    if invoice.surplus > 0 {
        let payments = access.store.get_payments_of_team(invoice.id).await?;
        let payment = payments.ledger.surplus_payment();
        notes.refund_at = payment.map(|(attempt, id)| stripe_payment_url(attempt, id));
    }
    let asked_for = match &invoice.issue {
        Some(_) => invoice.outstanding(),
        None => invoice.total,
    };
    if asked_for > 0
        && let Err(limit) = invoice.money(asked_for).check_online()
        && access.store.can_take_payments().await?
    {
        notes.offline = Some(limit.to_string());
    }
    Ok(notes)
}

/// Where Stripe's dashboard shows a payment, with the button that refunds it.
fn stripe_payment_url(attempt: &CheckoutAttempt, payment: &str) -> String {
    let mode = if attempt.livemode { "" } else { "test/" };
    let account = &attempt.account;
    format!("https://dashboard.stripe.com/{account}/{mode}payments/{payment}")
}

async fn load_data(access: &ClientAccess) -> Result<InvoiceData, PageError> {
    let team = access.team_store();
    let sender = async {
        match team.filter(|_| access.may(Action::ManageInvoices)) {
            Some(team) => {
                let read = try_join(access.store.list_people(), team.get_billing_settings());
                read.await
                    .map(|(people, settings)| (people, Some(settings)))
            }
            None => Ok((Vec::new(), None)),
        }
    };
    let payable = async {
        if access.may(Action::PayInvoices) {
            access.store.can_take_payments().await
        } else {
            Ok(false)
        }
    };
    let read = try_join3(access.store.get_client(), sender, payable).await?;
    let (client, (people, settings), payable) = read;
    Ok(InvoiceData {
        client: client.ok_or(PageError::NotFound)?,
        people,
        settings,
        payable,
    })
}

fn build_page(
    access: &ClientAccess,
    mut detail: InvoiceDetail,
    data: InvoiceData,
    notes: PaymentNotes,
    refused: Option<&RefusedForm<'_>>,
) -> InvoicePage {
    let InvoiceData {
        client,
        people,
        settings,
        payable,
    } = data;
    // A draft shows the sender of the present settings.
    if let Some(settings) = settings.filter(|_| detail.invoice.issue.is_none()) {
        detail.content = with_sender(&detail.content, &settings);
    }
    let rev = if access.is_team() {
        client.rev
    } else {
        client.shared_rev
    };
    let mut crumbs = access.crumbs(&client.name);
    crumbs.push(Crumb::to("Invoices", links::invoices(access.base)));
    let Invoice { id, engagement, .. } = detail.invoice;
    let path = InvoicePath { invoice: id };
    let sent = detail.invoice.issue.is_some();
    let payable = payable
        && InvoiceTransition::Pay.is_possible(&detail.invoice)
        && detail.invoice.payable_online() > 0;
    let context = InvoiceContext {
        paper: InvoiceView::new(&detail, &access.ctx.workspace.name),
        engagement: engagement.map(|id| links::engagement(access.base, id)),
        pdf: sent.then(|| links::invoice_pdf(access.base, path.invoice)),
        today: access.ctx.workspace.today(access.ctx.now),
        pay_here: payable.then(|| links::invoice_pay(access.base, path.invoice)),
        refund_at: notes.refund_at,
        offline: notes.offline,
        brand: access.ctx.workspace.name.clone(),
        names_payments: access.is_team(),
    };
    let actions = InvoiceActions::new(access, &detail, &people, refused);
    let pulse = format!("{}?seen={rev}", links::client_pulse(access.base));
    InvoicePage::new(&detail, context, pulse, actions, crumbs)
}

pub(crate) async fn get(
    access: ClientAccess,
    Ids(path): Ids<InvoicePath>,
) -> Result<Reply, PageError> {
    let (detail, data) = try_join(path.load_invoice(&access), load_data(&access)).await?;
    let notes = load_payment_notes(&access, &detail.invoice).await?;
    let page = build_page(&access, detail, data, notes, None);
    let reply = access.ctx.render(&page)?;
    Ok(if page.pay_here.is_some() {
        reply.with_stripe_form_action(&access.ctx.app.config)
    } else {
        reply
    })
}

/// The page with the errors of one of its forms.
pub(crate) async fn render_refused(
    access: &ClientAccess,
    detail: InvoiceDetail,
    refused: &RefusedForm<'_>,
) -> Result<Reply, PageError> {
    let data = load_data(access).await?;
    let notes = load_payment_notes(access, &detail.invoice).await?;
    let page = build_page(access, detail, data, notes, Some(refused));
    access.ctx.render_refused(&page)
}
