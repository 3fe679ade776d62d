//! The transitions of an invoice by the team.

use domain::id::EntryId;
use domain::input::FieldErrors;
use domain::invoice::{
    InvoiceActor, InvoiceCommand, InvoiceEvent, InvoiceRefusal, InvoiceState, InvoiceTransition,
    PaymentInput, PaymentMethod, apply_command, invoice_recipients, issue_invoice,
    reminder_schedule,
};
use serde::Deserialize;
use store::{InvoiceDetail, IssueOutcome};
use web::links;
use web::{ClientAccess, EmptyForm, Ids, PageError, ProtectedForm, Reply, TeamAccess, see_other};

use crate::invoice::{RefusedForm, render_refused};
use crate::invoice_form::with_sender;
use crate::paths::InvoicePath;

/// Attempts, where another invoice takes the number at the same time.
const MAX_ATTEMPTS: u32 = 16;

/// The invoice, in the version that the page showed.
async fn load_shown(
    access: &ClientAccess,
    path: InvoicePath,
    version: Option<i64>,
) -> Result<InvoiceDetail, PageError> {
    let detail = path.load_invoice(access).await?;
    if version == Some(detail.invoice.version) {
        Ok(detail)
    } else {
        Err(PageError::Changed)
    }
}

pub(crate) async fn delete(
    access: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<InvoicePath>,
    form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let detail = load_shown(&access, path, form.version).await?;
    if detail.invoice.state() != InvoiceState::Draft {
        return Err(PageError::Changed);
    }
    team.store.delete_invoice(&detail.invoice).await?;
    Ok(
        see_other(&format!("{}?show=drafts", links::invoices(access.base)))
            .flash("invoice-deleted"),
    )
}

pub(crate) async fn send(
    access: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<InvoicePath>,
    form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let (href, ctx, entry) = (path.href(access.base), &access.ctx, form.id()?);
    let detail = path.load_invoice(&access).await?;
    if detail.invoice.issue.is_some() && is_done(&access, path, entry).await? {
        return Ok(see_other(&href).flash(sent_flash(&access).await?));
    }
    let (draft, today) = (&detail.invoice, ctx.workspace.today(ctx.now));
    if form.version != Some(draft.version) {
        return Err(PageError::Changed);
    }
    let settings = team.store.get_billing_settings().await?;
    let content = with_sender(&detail.content, &settings);
    let schedule = reminder_schedule(draft.due, &ctx.workspace, ctx.now);
    for _ in 0..MAX_ATTEMPTS {
        let n = team.store.get_last_invoice_number().await? + 1;
        let change = match issue_invoice(
            draft,
            &access.actor,
            settings.invoice_number(n),
            today,
            ctx.now,
        ) {
            Ok(change) => change,
            Err(refusal) => {
                return render_refusal(&access, detail, InvoiceTransition::Send, None, refusal)
                    .await;
            }
        };
        let sent = team
            .store
            .send_invoice(draft, &change, &content, entry, n, &schedule);
        match sent.await? {
            IssueOutcome::Sent => {
                return Ok(see_other(&href).flash(sent_flash(&access).await?));
            }
            IssueOutcome::Gone if is_done(&access, path, entry).await? => {
                return Ok(see_other(&href).flash(sent_flash(&access).await?));
            }
            IssueOutcome::Gone => return Err(PageError::Changed),
            IssueOutcome::Taken => {}
        }
    }
    Err(PageError::Unavailable)
}

/// The flash of a sent invoice: a mail is promised only where somebody gets one.
async fn sent_flash(access: &ClientAccess) -> Result<&'static str, PageError> {
    let people = access.store.list_people().await?;
    let recipients = invoice_recipients(&people);
    let is_mailed = recipients.iter().any(|person| person.suppressed.is_none());
    Ok(if is_mailed {
        "invoice-sent"
    } else {
        "invoice-sent-unmailed"
    })
}

/// Whether the form was executed before.
async fn is_done(
    access: &ClientAccess,
    path: InvoicePath,
    entry: EntryId,
) -> Result<bool, PageError> {
    let done = access.store.get_invoice_entry(path.invoice, entry).await?;
    Ok(done.is_some())
}

/// The answer to a refused transition: errors at the fields, or an error page.
async fn render_refusal(
    access: &ClientAccess,
    detail: InvoiceDetail,
    kind: InvoiceTransition,
    typed: Option<&PaymentInput>,
    refusal: InvoiceRefusal,
) -> Result<Reply, PageError> {
    match refusal {
        InvoiceRefusal::Role => Err(PageError::Forbidden),
        InvoiceRefusal::State => Err(PageError::Changed),
        InvoiceRefusal::Invalid(invalid) => {
            let refused = RefusedForm {
                kind,
                typed,
                invalid,
            };
            render_refused(access, detail, &refused).await
        }
    }
}

/// Executes a command, once for each form.
async fn execute(
    access: &ClientAccess,
    team: &TeamAccess,
    detail: &InvoiceDetail,
    command: &InvoiceCommand,
    entry: EntryId,
    flash: &str,
) -> Result<Reply, PageError> {
    let ctx = &access.ctx;
    let today = ctx.workspace.today(ctx.now);
    let by = InvoiceActor::Person(&access.actor);
    let change = apply_command(&detail.invoice, by, command, today, ctx.now);
    let change = change.map_err(|refusal| match refusal {
        InvoiceRefusal::Role => PageError::Forbidden,
        InvoiceRefusal::State | InvoiceRefusal::Invalid(_) => PageError::Changed,
    })?;
    let removed = match command {
        InvoiceCommand::RemovePayment { payment, .. } => Some(*payment),
        _ => None,
    };
    team.store
        .apply_invoice_change(&change, entry, removed)
        .await?;
    let path = InvoicePath {
        invoice: detail.invoice.id,
    };
    Ok(see_other(&path.href(access.base)).flash(flash))
}

/// Records a payment or a refund.
async fn record_payment(
    access: ClientAccess,
    team: TeamAccess,
    path: InvoicePath,
    form: ProtectedForm<PaymentInput>,
    kind: InvoiceTransition,
    flash: &str,
) -> Result<Reply, PageError> {
    let entry = form.id()?;
    if is_done(&access, path, entry).await? {
        return Ok(see_other(&path.href(access.base)).flash(flash));
    }
    let detail = load_shown(&access, path, form.version).await?;
    let today = access.ctx.workspace.today(access.ctx.now);
    let typed = &form.input;
    if !kind.is_possible(&detail.invoice) {
        return Err(PageError::Changed);
    }
    let command = match kind {
        InvoiceTransition::Refund => typed.parse_refund(&detail.invoice, today),
        _ => typed.parse_payment(&detail.invoice, today),
    };
    match command {
        Ok(command) => execute(&access, &team, &detail, &command, entry, flash).await,
        Err(refusal) => render_refusal(&access, detail, kind, Some(typed), refusal).await,
    }
}

pub(crate) async fn pay(
    access: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<InvoicePath>,
    form: ProtectedForm<PaymentInput>,
) -> Result<Reply, PageError> {
    record_payment(
        access,
        team,
        path,
        form,
        InvoiceTransition::Pay,
        "payment-noted",
    )
    .await
}

pub(crate) async fn refund(
    access: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<InvoicePath>,
    form: ProtectedForm<PaymentInput>,
) -> Result<Reply, PageError> {
    record_payment(
        access,
        team,
        path,
        form,
        InvoiceTransition::Refund,
        "refund-noted",
    )
    .await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentMistakeForm {
    payment: String,
}

pub(crate) async fn take_back(
    access: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<InvoicePath>,
    form: ProtectedForm<PaymentMistakeForm>,
) -> Result<Reply, PageError> {
    const DONE: &str = "payment-taken-back";
    let entry = form.id()?;
    if is_done(&access, path, entry).await? {
        return Ok(see_other(&path.href(access.base)).flash(DONE));
    }
    let payment = form
        .input
        .payment
        .parse()
        .map_err(|_| PageError::NotFound)?;
    let detail = load_shown(&access, path, form.version).await?;
    let recorded = access
        .store
        .get_invoice_entry(path.invoice, payment)
        .await?;
    let recorded = recorded.ok_or(PageError::NotFound)?;
    let InvoiceEvent::Paid {
        amount,
        on,
        method: PaymentMethod::ByHand(_),
        ..
    } = recorded.entry.event
    else {
        return Err(PageError::NotFound);
    };
    let command = InvoiceCommand::RemovePayment {
        payment,
        amount,
        on,
    };
    execute(&access, &team, &detail, &command, entry, DONE).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WriteOffForm {
    reason: String,
}

pub(crate) async fn void(
    access: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<InvoicePath>,
    form: ProtectedForm<WriteOffForm>,
) -> Result<Reply, PageError> {
    const DONE: &str = "invoice-void";
    let entry = form.id()?;
    if is_done(&access, path, entry).await? {
        return Ok(see_other(&path.href(access.base)).flash(DONE));
    }
    let detail = load_shown(&access, path, form.version).await?;
    let mut invalid = FieldErrors::default();
    let reason = invalid.parse_line("reason", &form.input.reason, 200);
    if let Err(invalid) = invalid.into_result(()) {
        let refusal = InvoiceRefusal::Invalid(invalid);
        return render_refusal(&access, detail, InvoiceTransition::Void, None, refusal).await;
    }
    execute(
        &access,
        &team,
        &detail,
        &InvoiceCommand::Void(reason),
        entry,
        DONE,
    )
    .await
}
