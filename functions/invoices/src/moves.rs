//! What the team does with an invoice.

use domain::id::EntryId;
use domain::input::FieldErrors;
use domain::invoice::{
    InvoiceActor, InvoiceCommand, InvoiceEvent, InvoiceRefusal, InvoiceState, InvoiceTransition,
    PaymentInput, PaymentMethod, issue, schedule, transition,
};
use serde::Deserialize;
use store::{InvoiceDetail, IssueOutcome};
use web::{ClientAccess, EmptyForm, Ids, PageError, ProtectedForm, Reply, TeamAccess, see_other};

use crate::form::as_sent;
use crate::invoice::{RefusedForm, again};
use crate::paths::InvoicePath;

/// How often a number is tried that another invoice got first.
const TRIES: u32 = 16;

/// The invoice as the page showed it; another version of it is somebody else's
/// change.
async fn read(
    inside: &ClientAccess,
    at: InvoicePath,
    version: Option<i64>,
) -> Result<InvoiceDetail, PageError> {
    let billed = at.read(inside).await?;
    if version == Some(billed.invoice.version) {
        Ok(billed)
    } else {
        Err(PageError::Changed)
    }
}

pub(crate) async fn delete(
    inside: ClientAccess,
    team: TeamAccess,
    Ids(at): Ids<InvoicePath>,
    form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let billed = read(&inside, at, form.version).await?;
    if billed.invoice.state() != InvoiceState::Draft {
        return Err(PageError::Changed);
    }
    team.store.delete_invoice(&billed.invoice).await?;
    Ok(see_other(&format!("{}/invoices?show=drafts", inside.base)).flash("invoice-deleted"))
}

pub(crate) async fn send(
    inside: ClientAccess,
    team: TeamAccess,
    Ids(at): Ids<InvoicePath>,
    form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let (there, ctx, entry) = (at.href(&inside.base), &inside.ctx, form.id()?);
    let billed = at.read(&inside).await?;
    if billed.invoice.issued.is_some() && is_done(&inside, at, entry).await? {
        return Ok(see_other(&there).flash("invoice-sent"));
    }
    let (draft, today) = (&billed.invoice, ctx.workspace.today(ctx.now));
    if form.version != Some(draft.version) {
        return Err(PageError::Changed);
    }
    let ways = team.store.invoice_ways().await?;
    let bill = as_sent(&billed.bill, &ways);
    let schedule = schedule(draft.due, &ctx.workspace, ctx.now);
    for _ in 0..TRIES {
        let n = team.store.last_invoice().await? + 1;
        let change = match issue(draft, &inside.actor, ways.number(n), today, ctx.now) {
            Ok(change) => change,
            Err(refusal) => {
                return refuse(&inside, billed, InvoiceTransition::Send, None, refusal).await;
            }
        };
        let sent = team
            .store
            .send_invoice(draft, (&change, &bill), (entry, n), &schedule);
        match sent.await? {
            IssueOutcome::Sent => return Ok(see_other(&there).flash("invoice-sent")),
            IssueOutcome::Gone if is_done(&inside, at, entry).await? => {
                return Ok(see_other(&there).flash("invoice-sent"));
            }
            IssueOutcome::Gone => return Err(PageError::Changed),
            IssueOutcome::Taken => {}
        }
    }
    Err(PageError::Unavailable)
}

/// Whether what the form asks for was done before.
async fn is_done(
    inside: &ClientAccess,
    at: InvoicePath,
    entry: EntryId,
) -> Result<bool, PageError> {
    let done = inside.store.invoice_entry(at.invoice, entry).await?;
    Ok(done.is_some())
}

/// What is said where it can't be done: at the field, or that somebody was faster.
async fn refuse(
    inside: &ClientAccess,
    billed: InvoiceDetail,
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
            again(inside, billed, &refused).await
        }
    }
}

/// Executes what was asked, once for each form.
async fn change(
    inside: &ClientAccess,
    team: &TeamAccess,
    billed: &InvoiceDetail,
    (ask, entry): (&InvoiceCommand, EntryId),
    flash: &str,
) -> Result<Reply, PageError> {
    let ctx = &inside.ctx;
    let today = ctx.workspace.today(ctx.now);
    let by = InvoiceActor::Person(&inside.actor);
    let change = transition(&billed.invoice, by, ask, today, ctx.now);
    let change = change.map_err(|refusal| match refusal {
        InvoiceRefusal::Role => PageError::Forbidden,
        InvoiceRefusal::State | InvoiceRefusal::Invalid(_) => PageError::Changed,
    })?;
    let taken = match ask {
        InvoiceCommand::TakeBack { payment, .. } => Some(*payment),
        _ => None,
    };
    team.store.change_invoice(&change, entry, taken).await?;
    let at = InvoicePath {
        invoice: billed.invoice.id,
    };
    Ok(see_other(&at.href(&inside.base)).flash(flash))
}

/// Notes a payment, or a refund.
async fn note(
    inside: ClientAccess,
    team: TeamAccess,
    at: InvoicePath,
    form: ProtectedForm<PaymentInput>,
    (kind, flash): (InvoiceTransition, &str),
) -> Result<Reply, PageError> {
    let entry = form.id()?;
    if is_done(&inside, at, entry).await? {
        return Ok(see_other(&at.href(&inside.base)).flash(flash));
    }
    let billed = read(&inside, at, form.version).await?;
    let today = inside.ctx.workspace.today(inside.ctx.now);
    let typed = &form.input;
    if !kind.is_possible(&billed.invoice) {
        return Err(PageError::Changed);
    }
    let ask = match kind {
        InvoiceTransition::Refund => typed.refund(&billed.invoice, today),
        _ => typed.payment(&billed.invoice, today),
    };
    match ask {
        Ok(ask) => change(&inside, &team, &billed, (&ask, entry), flash).await,
        Err(refusal) => refuse(&inside, billed, kind, Some(typed), refusal).await,
    }
}

pub(crate) async fn pay(
    inside: ClientAccess,
    team: TeamAccess,
    Ids(at): Ids<InvoicePath>,
    form: ProtectedForm<PaymentInput>,
) -> Result<Reply, PageError> {
    note(
        inside,
        team,
        at,
        form,
        (InvoiceTransition::Pay, "payment-noted"),
    )
    .await
}

pub(crate) async fn refund(
    inside: ClientAccess,
    team: TeamAccess,
    Ids(at): Ids<InvoicePath>,
    form: ProtectedForm<PaymentInput>,
) -> Result<Reply, PageError> {
    note(
        inside,
        team,
        at,
        form,
        (InvoiceTransition::Refund, "refund-noted"),
    )
    .await
}

/// Which payment was noted by mistake.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentMistakeForm {
    payment: String,
}

pub(crate) async fn take_back(
    inside: ClientAccess,
    team: TeamAccess,
    Ids(at): Ids<InvoicePath>,
    form: ProtectedForm<PaymentMistakeForm>,
) -> Result<Reply, PageError> {
    const DONE: &str = "payment-taken-back";
    let entry = form.id()?;
    if is_done(&inside, at, entry).await? {
        return Ok(see_other(&at.href(&inside.base)).flash(DONE));
    }
    let payment = form
        .input
        .payment
        .parse()
        .map_err(|_| PageError::NotFound)?;
    let billed = read(&inside, at, form.version).await?;
    let noted = inside.store.invoice_entry(at.invoice, payment).await?;
    let noted = noted.ok_or(PageError::NotFound)?;
    let InvoiceEvent::Paid {
        amount,
        on,
        how: PaymentMethod::ByHand(_),
        ..
    } = noted.entry.what
    else {
        return Err(PageError::NotFound);
    };
    let ask = InvoiceCommand::TakeBack {
        payment,
        amount,
        on,
    };
    change(&inside, &team, &billed, (&ask, entry), DONE).await
}

/// Why it isn't to be paid.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WriteOffForm {
    reason: String,
}

pub(crate) async fn void(
    inside: ClientAccess,
    team: TeamAccess,
    Ids(at): Ids<InvoicePath>,
    form: ProtectedForm<WriteOffForm>,
) -> Result<Reply, PageError> {
    const DONE: &str = "invoice-void";
    let entry = form.id()?;
    if is_done(&inside, at, entry).await? {
        return Ok(see_other(&at.href(&inside.base)).flash(DONE));
    }
    let billed = read(&inside, at, form.version).await?;
    let mut invalid = FieldErrors::default();
    let reason = invalid.line("reason", &form.input.reason, 200);
    if let Err(invalid) = invalid.into_result(()) {
        let refusal = InvoiceRefusal::Invalid(invalid);
        return refuse(&inside, billed, InvoiceTransition::Void, None, refusal).await;
    }
    change(
        &inside,
        &team,
        &billed,
        (&InvoiceCommand::Void(reason), entry),
        DONE,
    )
    .await
}
