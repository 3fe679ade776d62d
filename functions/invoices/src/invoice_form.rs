//! Writing a draft of an invoice.

use domain::client::Client;
use domain::engagement::Engagement;
use domain::id::InvoiceId;
use domain::input::FieldErrors;
use domain::invoice::{
    BillingSettings, Invoice, InvoiceContent, InvoiceErrors, InvoiceInput, InvoiceLineErrors,
    InvoiceLineInput, InvoiceState, NewInvoice, TaxMode,
};
use futures::future::{try_join, try_join3};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;
use store::{InvoiceDetail, WriteOutcome};
use web::links::{self, LinkBase};
use web::view::SelectOption;
use web::{
    ClientAccess, Crumb, Form, Ids, Merged, Page, PageError, ProtectedForm, Reply, SAVED_BEFORE,
    TeamAccess, see_other,
};

use crate::billing_settings::{CurrencyOption, list_currencies};
use crate::paths::InvoicePath;

#[derive(Debug, Serialize)]
pub(crate) struct InvoiceFormPage {
    form: Form,
    id: Option<InvoiceId>,
    version: Option<i64>,
    action: String,
    cancel: String,
    heading: String,
    currencies: Vec<CurrencyOption>,
    engagements: Vec<EngagementOption>,
    taxed: Vec<SelectOption>,
    lines: Vec<LineRow>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// An engagement to choose.
#[derive(Debug, Serialize)]
struct EngagementOption {
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

/// Why a draft was not saved.
enum InvoiceFormError {
    /// Fields to correct.
    Invalid(InvoiceErrors),
    /// An error page takes the place of the form.
    Page(PageError),
}

impl InvoiceFormError {
    fn form(message: &str) -> Self {
        Self::Invalid(InvoiceErrors {
            fields: FieldErrors::of("form", message),
            ..InvoiceErrors::default()
        })
    }

    /// The fields to correct; any other error as `Err`.
    fn invalid(self) -> Result<InvoiceErrors, PageError> {
        match self {
            Self::Invalid(errors) => Ok(errors),
            Self::Page(error) => Err(error),
        }
    }
}

impl From<store::StoreError> for InvoiceFormError {
    fn from(error: store::StoreError) -> Self {
        Self::Page(error.into())
    }
}

impl Page for InvoiceFormPage {
    const TEMPLATE: &'static str = "pages/invoices/form.html";

    fn title(&self) -> String {
        self.heading.clone()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn samples() -> Vec<Self> {
        let data = InvoiceFormData {
            base: LinkBase::Portal,
            client: web::view::finding_samples().0,
            engagements: Vec::new(),
            settings: BillingSettings::default(),
            crumbs: Vec::new(),
        };
        let input = data.new_input(Date::constant(2026, 11, 24));
        let target = Target::Draft(InvoiceId::new(1, 1), 2);
        let fresh = data.to_page(&input, &InvoiceErrors::default(), target);
        vec![Self::sample(), fresh]
    }

    fn sample() -> Self {
        let detail = web::view::invoice_sample();
        let wrong = InvoiceErrors {
            fields: FieldErrors::of("lines", "Add a line."),
            lines: [(0, [("price", "Fill this in.".to_owned())].into())].into(),
        };
        let data = InvoiceFormData {
            base: LinkBase::Portal,
            client: web::view::finding_samples().0,
            engagements: vec![web::view::engagement_sample()],
            settings: BillingSettings::default(),
            crumbs: Vec::new(),
        };
        let input = InvoiceInput::from(&to_new_invoice(&detail));
        data.to_page(&input, &wrong, Target::New(InvoiceId::new(1, 1)))
    }
}

/// The client, engagements and billing settings that the form shows.
struct InvoiceFormData {
    base: LinkBase,
    client: Client,
    engagements: Vec<Engagement>,
    settings: BillingSettings,
    crumbs: Vec<Crumb>,
}

/// What the form makes, or changes: a draft of a version.
#[derive(Clone, Copy)]
enum Target {
    New(InvoiceId),
    Draft(InvoiceId, i64),
}

impl InvoiceFormData {
    async fn load(access: &ClientAccess, team: &TeamAccess) -> Result<Self, PageError> {
        let store = &access.store;
        let read = try_join3(
            store.get_client(),
            store.list_engagements(None),
            team.store.get_billing_settings(),
        );
        let (client, engagements, settings) = read.await?;
        let client = client.ok_or(PageError::NotFound)?;
        let mut crumbs = access.crumbs(&client.name);
        crumbs.push(Crumb::to("Invoices", links::invoices(access.base)));
        Ok(Self {
            base: access.base,
            client,
            engagements: engagements.rows,
            settings,
            crumbs,
        })
    }

    fn to_page(
        &self,
        input: &InvoiceInput,
        wrong: &InvoiceErrors,
        target: Target,
    ) -> InvoiceFormPage {
        let list = links::invoices(self.base);
        let (id, version, action, heading) = match target {
            Target::New(id) => {
                let heading = format!("New invoice to {}", self.client.name);
                (Some(id), None, list.clone(), heading)
            }
            Target::Draft(id, version) => {
                let here = links::invoice_edit(self.base, id);
                (None, Some(version), here, "Edit the draft".to_owned())
            }
        };
        let option = |engagement: &Engagement| EngagementOption {
            value: engagement.id.to_string(),
            label: engagement.title.clone(),
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
            form: Form::with_errors(input, &to_field_errors(wrong)),
            id,
            version,
            cancel: match target {
                Target::New(_) => list,
                Target::Draft(id, _) => links::invoice(self.base, id),
            },
            action,
            heading,
            currencies: list_currencies(),
            engagements: self.engagements.iter().map(option).collect(),
            taxed: taxed.collect(),
            lines: input.lines().into_iter().enumerate().map(line).collect(),
            crumbs: self.crumbs.clone(),
        }
    }

    /// The input of a new form.
    fn new_input(&self, today: Date) -> InvoiceInput {
        let due = today
            .checked_add(self.settings.payment_days.days())
            .unwrap_or(today);
        let input = InvoiceInput {
            to: self.client.name.clone(),
            currency: self.settings.currency.to_string(),
            due: due.to_string(),
            taxed: TaxMode::default().name().to_owned(),
            ..InvoiceInput::default()
        };
        input.with_lines(vec![InvoiceLineInput::new(self.settings.tax)])
    }
}

/// The errors of the form's fields; one of them stands for those of its lines.
fn to_field_errors(wrong: &InvoiceErrors) -> FieldErrors {
    let mut fields = wrong.fields.clone();
    if !wrong.lines.is_empty() {
        fields.add("lines", "Look at what is marked in the lines.");
    }
    fields
}

/// The draft as the form submits it.
fn to_new_invoice(detail: &InvoiceDetail) -> NewInvoice {
    let InvoiceDetail {
        invoice, content, ..
    } = detail;
    NewInvoice {
        engagement: invoice.engagement,
        subject: invoice.subject.clone(),
        currency: invoice.currency,
        due: invoice.due,
        content: content.clone(),
    }
}

/// The input as a draft; its engagement must be one of the client's.
async fn parse_input(
    access: &ClientAccess,
    input: &InvoiceInput,
) -> Result<NewInvoice, InvoiceFormError> {
    let new = input.parse().map_err(InvoiceFormError::Invalid)?;
    if let Some(id) = new.engagement
        && access.store.get_engagement(id).await?.is_none()
    {
        return Err(InvoiceFormError::Invalid(InvoiceErrors {
            fields: FieldErrors::of("engagement", "Choose an engagement of this client."),
            ..InvoiceErrors::default()
        }));
    }
    Ok(new)
}

/// The same for an input that is merged with the stored draft.
async fn parse_merged(
    access: &ClientAccess,
    merged: &Merged<InvoiceInput>,
) -> Result<NewInvoice, InvoiceFormError> {
    merged.check().map_err(|fields| {
        InvoiceFormError::Invalid(InvoiceErrors {
            fields,
            ..InvoiceErrors::default()
        })
    })?;
    parse_input(access, &merged.input).await
}

pub(crate) async fn new(access: ClientAccess, team: TeamAccess) -> Result<Reply, PageError> {
    let data = InvoiceFormData::load(&access, &team).await?;
    let input = data.new_input(access.ctx.workspace.today(access.ctx.now));
    let target = Target::New(access.ctx.app.new_id());
    access
        .ctx
        .render(&data.to_page(&input, &InvoiceErrors::default(), target))
}

pub(crate) async fn create(
    access: ClientAccess,
    team: TeamAccess,
    form: ProtectedForm<InvoiceInput>,
) -> Result<Reply, PageError> {
    let data = InvoiceFormData::load(&access, &team).await?;
    let id = form.id()?;
    if let Some(pressed) = form.input.apply_button(data.settings.tax) {
        let page = data.to_page(&pressed, &InvoiceErrors::default(), Target::New(id));
        return access.ctx.render(&page);
    }
    let (id, wrong) = match parse_input(&access, &form.input).await {
        Ok(new) => match create_draft(&access, &team, &data.client, id, &new).await {
            Ok(()) => return Ok(saved_reply(&access, id)),
            Err(error) => (access.ctx.app.new_id(), error.invalid()?),
        },
        Err(error) => (id, error.invalid()?),
    };
    access
        .ctx
        .render_refused(&data.to_page(&form.input, &wrong, Target::New(id)))
}

/// Creates a draft. The same form that was sent before creates nothing new.
async fn create_draft(
    access: &ClientAccess,
    team: &TeamAccess,
    client: &Client,
    id: InvoiceId,
    new: &NewInvoice,
) -> Result<(), InvoiceFormError> {
    let draft = Invoice::draft(id, client.id, client.name.clone(), new, access.ctx.now);
    match team.store.create_invoice(&draft, &new.content).await? {
        WriteOutcome::Done => Ok(()),
        WriteOutcome::Repeated => {
            let stored = access.store.get_invoice(id).await?;
            if stored.is_some_and(|stored| to_new_invoice(&stored) == *new) {
                Ok(())
            } else {
                Err(InvoiceFormError::form(SAVED_BEFORE))
            }
        }
    }
}

fn saved_reply(access: &ClientAccess, id: InvoiceId) -> Reply {
    let href = InvoicePath { invoice: id }.href(access.base);
    see_other(&href).flash("invoice-saved")
}

/// The draft and the data of its form; a sent invoice can't be edited.
async fn load_draft(
    access: &ClientAccess,
    team: &TeamAccess,
    path: InvoicePath,
) -> Result<(InvoiceFormData, InvoiceDetail), PageError> {
    let (data, detail) = try_join(
        InvoiceFormData::load(access, team),
        path.load_invoice(access),
    )
    .await?;
    if detail.invoice.state() == InvoiceState::Draft {
        Ok((data, detail))
    } else {
        Err(PageError::Changed)
    }
}

pub(crate) async fn edit(
    access: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<InvoicePath>,
) -> Result<Reply, PageError> {
    let (data, detail) = load_draft(&access, &team, path).await?;
    let target = Target::Draft(path.invoice, detail.invoice.version);
    let input = InvoiceInput::from(&to_new_invoice(&detail));
    access
        .ctx
        .render(&data.to_page(&input, &InvoiceErrors::default(), target))
}

pub(crate) async fn update(
    access: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<InvoicePath>,
    form: ProtectedForm<InvoiceInput>,
) -> Result<Reply, PageError> {
    let (data, detail) = load_draft(&access, &team, path).await?;
    let version = detail.invoice.version;
    if let Some(pressed) = form.input.apply_button(data.settings.tax) {
        let target = Target::Draft(path.invoice, form.version.unwrap_or(version));
        let page = data.to_page(&pressed, &InvoiceErrors::default(), target);
        let shown = page.form.clone().shown_as_sent(&form);
        return access.ctx.render(&InvoiceFormPage {
            form: shown,
            ..page
        });
    }
    let stored = InvoiceInput::from(&to_new_invoice(&detail));
    let base = form.base(version);
    let merged = Merged::new(form.input, &stored, base)?;
    let new = match parse_merged(&access, &merged).await {
        Ok(new) => new,
        Err(error) => {
            let wrong = error.invalid()?;
            let target = Target::Draft(path.invoice, version);
            let page = data.to_page(&merged.input, &wrong, target);
            let form = merged.refuse(&to_field_errors(&wrong), &stored);
            return access.ctx.render_refused(&InvoiceFormPage { form, ..page });
        }
    };
    let draft = Invoice {
        version: version + 1,
        ..Invoice::draft(
            path.invoice,
            data.client.id,
            data.client.name.clone(),
            &new,
            access.ctx.now,
        )
    };
    team.store.update_invoice(&draft, &new.content).await?;
    let reply = see_other(&links::invoice(access.base, path.invoice));
    Ok(reply.flash(merged.flash("invoice-saved")))
}

/// The content with the sender and payment instructions of the settings, as it is sent.
pub(crate) fn with_sender(content: &InvoiceContent, settings: &BillingSettings) -> InvoiceContent {
    InvoiceContent {
        sender: settings.sender.clone(),
        payment_instructions: settings.payment_instructions.clone(),
        ..content.clone()
    }
}
