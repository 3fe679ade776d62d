//! Writing an invoice.

use domain::client::Client;
use domain::engagement::Engagement;
use domain::id::InvoiceId;
use domain::input::FieldErrors;
use domain::invoice::{
    BillingSettings, Invoice, InvoiceBalance, InvoiceContent, InvoiceErrors, InvoiceInput,
    InvoiceLineErrors, InvoiceLineInput, InvoiceState, NewInvoice, TaxMode,
};
use futures::future::{try_join, try_join3};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;
use store::{InvoiceDetail, WriteOutcome};
use web::view::SelectOption;
use web::{
    ClientAccess, Crumb, Form, Ids, Page, PageError, ProtectedForm, Reply, SAVED_BEFORE,
    TeamAccess, see_other,
};

use crate::paths::InvoicePath;
use crate::ways::{CurrencyOption, currencies};

/// What a form says that was overtaken.
const OVERTAKEN: &str = "Somebody else changed this draft meanwhile. What you typed is still here: save it to put it in place of theirs.";

/// The form.
#[derive(Debug, Serialize)]
pub(crate) struct InvoiceFormPage {
    form: Form,
    id: Option<InvoiceId>,
    version: Option<i64>,
    action: String,
    cancel: String,
    heading: String,
    currencies: Vec<CurrencyOption>,
    engagements: Vec<Titled>,
    taxed: Vec<SelectOption>,
    lines: Vec<LineRow>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// An engagement to choose.
#[derive(Debug, Serialize)]
struct Titled {
    value: String,
    label: String,
}

/// A line of the form, counted from one.
#[derive(Debug, Serialize)]
struct LineRow {
    number: usize,
    index: usize,
    #[serde(flatten)]
    typed: InvoiceLineInput,
    errors: InvoiceLineErrors,
}

impl Page for InvoiceFormPage {
    const TEMPLATE: &'static str = "pages/invoices/form.html";

    fn title(&self) -> String {
        self.heading.clone()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let billed = web::view::billed_sample();
        let wrong = InvoiceErrors {
            fields: FieldErrors::at("lines", "Add a line."),
            lines: [(0, [("price", "Fill this in.".to_owned())].into())].into(),
        };
        let around = Around {
            base: "/clients/c".to_owned(),
            client: web::view::samples().0,
            engagements: vec![web::view::engagement_sample()],
            ways: BillingSettings::default(),
            crumbs: Vec::new(),
        };
        let input = InvoiceInput::from(&written(&billed));
        around.page(&input, &wrong, Target::New(InvoiceId::new(1, 1)))
    }
}

/// What is around the form.
struct Around {
    base: String,
    client: Client,
    engagements: Vec<Engagement>,
    ways: BillingSettings,
    crumbs: Vec<Crumb>,
}

/// What the form makes, or changes: a draft of a version.
#[derive(Clone, Copy)]
enum Target {
    New(InvoiceId),
    Draft(InvoiceId, i64),
}

impl Around {
    async fn read(inside: &ClientAccess, team: &TeamAccess) -> Result<Self, PageError> {
        let store = &inside.store;
        let read = try_join3(
            store.about(),
            store.engagements(None),
            team.store.invoice_ways(),
        );
        let (client, engagements, ways) = read.await?;
        let client = client.ok_or(PageError::NotFound)?;
        let mut crumbs = inside.crumbs(&client.name);
        crumbs.push(Crumb::to("Invoices", format!("{}/invoices", inside.base)));
        Ok(Self {
            base: inside.base.clone(),
            client,
            engagements: engagements.rows,
            ways,
            crumbs,
        })
    }

    fn page(&self, input: &InvoiceInput, wrong: &InvoiceErrors, target: Target) -> InvoiceFormPage {
        let list = format!("{}/invoices", self.base);
        let (id, version, action, heading) = match target {
            Target::New(id) => {
                let heading = format!("New invoice to {}", self.client.name);
                (Some(id), None, list.clone(), heading)
            }
            Target::Draft(id, version) => {
                let here = format!("{list}/{id}/edit");
                (None, Some(version), here, "Edit the draft".to_owned())
            }
        };
        let engagement = |one: &Engagement| Titled {
            value: one.id.to_string(),
            label: one.title.clone(),
        };
        let line = |(index, typed)| LineRow {
            number: index + 1,
            index,
            typed,
            errors: wrong.lines.get(&index).cloned().unwrap_or_default(),
        };
        let taxed = TaxMode::ALL.into_iter();
        let taxed = taxed.map(|(_, value, label)| SelectOption { value, label });
        InvoiceFormPage {
            form: shown(input, wrong),
            id,
            version,
            cancel: match target {
                Target::New(_) => list,
                Target::Draft(id, _) => format!("{list}/{id}"),
            },
            action,
            heading,
            currencies: currencies(),
            engagements: self.engagements.iter().map(engagement).collect(),
            taxed: taxed.collect(),
            lines: input.lines().into_iter().enumerate().map(line).collect(),
            crumbs: self.crumbs.clone(),
        }
    }

    /// What a new form begins with.
    fn begin(&self, today: Date) -> InvoiceInput {
        let due = today.checked_add(self.ways.days.days()).unwrap_or(today);
        let input = InvoiceInput {
            to: self.client.name.clone(),
            currency: self.ways.currency.to_string(),
            due: due.to_string(),
            taxed: TaxMode::default().name().to_owned(),
            ..InvoiceInput::default()
        };
        input.with_lines(vec![InvoiceLineInput::new(self.ways.tax)])
    }
}

/// The form's fields, where something is wrong with a line as well.
fn shown(input: &InvoiceInput, wrong: &InvoiceErrors) -> Form {
    let mut fields = wrong.fields.clone();
    if !wrong.lines.is_empty() {
        fields.add("lines", "Look at what is marked in the lines.");
    }
    Form::failed(input, &fields)
}

/// The draft, as it was written.
fn written(billed: &InvoiceDetail) -> NewInvoice {
    let InvoiceDetail { invoice, bill, .. } = billed;
    NewInvoice {
        engagement: invoice.engagement,
        subject: invoice.subject.clone(),
        currency: invoice.currency,
        due: invoice.due,
        bill: bill.clone(),
    }
}

/// The draft that comes of what was typed, at the client.
fn drafted(inside: &ClientAccess, client: &Client, id: InvoiceId, new: &NewInvoice) -> Invoice {
    Invoice {
        id,
        client: client.id,
        client_name: client.name.clone(),
        engagement: new.engagement,
        subject: new.subject.clone(),
        currency: new.currency,
        total: new.bill.totals.total,
        due: new.due,
        issued: None,
        book: InvoiceBalance::default(),
        late: false,
        updated: inside.ctx.now,
        version: 1,
    }
}

/// What was typed, if it can be kept: an engagement must be one of the client's.
async fn accepted(
    inside: &ClientAccess,
    input: &InvoiceInput,
) -> Result<Result<NewInvoice, InvoiceErrors>, PageError> {
    let new = match input.parse() {
        Ok(new) => new,
        Err(wrong) => return Ok(Err(wrong)),
    };
    if let Some(id) = new.engagement
        && inside.store.engagement(id).await?.is_none()
    {
        return Ok(Err(InvoiceErrors {
            fields: FieldErrors::at("engagement", "Choose an engagement of this client."),
            ..InvoiceErrors::default()
        }));
    }
    Ok(Ok(new))
}

pub(crate) async fn new(inside: ClientAccess, team: TeamAccess) -> Result<Reply, PageError> {
    let around = Around::read(&inside, &team).await?;
    let input = around.begin(inside.ctx.workspace.today(inside.ctx.now));
    let target = Target::New(inside.ctx.app.new_id());
    inside
        .ctx
        .page(&around.page(&input, &InvoiceErrors::default(), target))
}

pub(crate) async fn create(
    inside: ClientAccess,
    team: TeamAccess,
    form: ProtectedForm<InvoiceInput>,
) -> Result<Reply, PageError> {
    let around = Around::read(&inside, &team).await?;
    let id = form.id()?;
    if let Some(pressed) = form.input.pressed(around.ways.tax) {
        let page = around.page(&pressed, &InvoiceErrors::default(), Target::New(id));
        return inside.ctx.page(&page);
    }
    let (id, wrong) = match accepted(&inside, &form.input).await? {
        Ok(new) => match keep(&inside, &team, &around.client, id, &new).await? {
            Ok(()) => return Ok(saved(&inside, id)),
            Err(why) => {
                let fields = FieldErrors::at("form", why);
                let wrong = InvoiceErrors {
                    fields,
                    ..InvoiceErrors::default()
                };
                (inside.ctx.app.new_id(), wrong)
            }
        },
        Err(wrong) => (id, wrong),
    };
    inside
        .ctx
        .refused(&around.page(&form.input, &wrong, Target::New(id)))
}

/// Keeps a new draft; or says why not, for the person.
async fn keep(
    inside: &ClientAccess,
    team: &TeamAccess,
    client: &Client,
    id: InvoiceId,
    new: &NewInvoice,
) -> Result<Result<(), &'static str>, PageError> {
    let draft = drafted(inside, client, id, new);
    match team.store.create_invoice(&draft, &new.bill).await? {
        WriteOutcome::Done => Ok(Ok(())),
        WriteOutcome::Repeated => {
            let saved = inside.store.invoice(id).await?;
            let same = saved.is_some_and(|saved| written(&saved) == *new);
            Ok(if same { Ok(()) } else { Err(SAVED_BEFORE) })
        }
    }
}

fn saved(inside: &ClientAccess, id: InvoiceId) -> Reply {
    let there = InvoicePath { invoice: id }.href(&inside.base);
    see_other(&there).flash("invoice-saved")
}

/// The draft at an address, with what is around it. What was sent can't be edited.
async fn draft(
    inside: &ClientAccess,
    team: &TeamAccess,
    at: InvoicePath,
) -> Result<(Around, InvoiceDetail), PageError> {
    let (around, billed) = try_join(Around::read(inside, team), at.read(inside)).await?;
    if billed.invoice.state() == InvoiceState::Draft {
        Ok((around, billed))
    } else {
        Err(PageError::Changed)
    }
}

pub(crate) async fn edit(
    inside: ClientAccess,
    team: TeamAccess,
    Ids(at): Ids<InvoicePath>,
) -> Result<Reply, PageError> {
    let (around, billed) = draft(&inside, &team, at).await?;
    let target = Target::Draft(at.invoice, billed.invoice.version);
    let input = InvoiceInput::from(&written(&billed));
    inside
        .ctx
        .page(&around.page(&input, &InvoiceErrors::default(), target))
}

pub(crate) async fn update(
    inside: ClientAccess,
    team: TeamAccess,
    Ids(at): Ids<InvoicePath>,
    form: ProtectedForm<InvoiceInput>,
) -> Result<Reply, PageError> {
    let (around, billed) = draft(&inside, &team, at).await?;
    let version = billed.invoice.version;
    let target = Target::Draft(at.invoice, form.version.unwrap_or(version));
    if let Some(pressed) = form.input.pressed(around.ways.tax) {
        return inside
            .ctx
            .page(&around.page(&pressed, &InvoiceErrors::default(), target));
    }
    let new = match accepted(&inside, &form.input).await? {
        Ok(new) => new,
        Err(wrong) => {
            return inside
                .ctx
                .refused(&around.page(&form.input, &wrong, target));
        }
    };
    if form.version != Some(version) && written(&billed) != new {
        let wrong = InvoiceErrors {
            fields: FieldErrors::at("form", OVERTAKEN),
            ..InvoiceErrors::default()
        };
        let target = Target::Draft(at.invoice, version);
        return inside
            .ctx
            .refused(&around.page(&form.input, &wrong, target));
    }
    let draft = Invoice {
        version: version + 1,
        ..drafted(&inside, &around.client, at.invoice, &new)
    };
    team.store.update_invoice(&draft, &new.bill).await?;
    Ok(saved(&inside, at.invoice))
}

/// What an invoice says once it is sent, by the ways of the workspace.
pub(crate) fn as_sent(bill: &InvoiceContent, ways: &BillingSettings) -> InvoiceContent {
    InvoiceContent {
        from: ways.from.clone(),
        pay: ways.pay.clone(),
        ..bill.clone()
    }
}
