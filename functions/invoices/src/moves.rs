//! What the team does with an invoice.

use domain::id::EntryId;
use domain::input::Invalid;
use domain::invoice::{
    Ask, By, Happening, How, Move, PaymentInput, Refusal, State, issue, schedule, transition,
};
use serde::Deserialize;
use store::{Billed, Numbered};
use web::{Error, Ids, Inside, Nothing, ProtectedForm, Reply, Team, see_other};

use crate::form::as_sent;
use crate::invoice::{Refused, again};
use crate::paths::AtInvoice;

/// How often a number is tried that another invoice got first.
const TRIES: u32 = 16;

/// The invoice as the page showed it; another version of it is somebody else's
/// change.
async fn read(inside: &Inside, at: AtInvoice, version: Option<i64>) -> Result<Billed, Error> {
    let billed = at.read(inside).await?;
    if version == Some(billed.invoice.version) {
        Ok(billed)
    } else {
        Err(Error::Changed)
    }
}

pub(crate) async fn delete(
    inside: Inside,
    team: Team,
    Ids(at): Ids<AtInvoice>,
    form: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
    let billed = read(&inside, at, form.version).await?;
    if billed.invoice.state() != State::Draft {
        return Err(Error::Changed);
    }
    team.store.delete_invoice(&billed.invoice).await?;
    Ok(see_other(&format!("{}/invoices?show=drafts", inside.base)).flash("invoice-deleted"))
}

pub(crate) async fn send(
    inside: Inside,
    team: Team,
    Ids(at): Ids<AtInvoice>,
    form: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
    let (there, ctx, entry) = (at.href(&inside.base), &inside.ctx, form.id()?);
    let billed = at.read(&inside).await?;
    if billed.invoice.issued.is_some() && is_done(&inside, at, entry).await? {
        return Ok(see_other(&there).flash("invoice-sent"));
    }
    let (draft, today) = (&billed.invoice, ctx.workspace.today(ctx.now));
    if form.version != Some(draft.version) {
        return Err(Error::Changed);
    }
    let ways = team.store.invoice_ways().await?;
    let bill = as_sent(&billed.bill, &ways);
    let schedule = schedule(draft.due, &ctx.workspace, ctx.now);
    for _ in 0..TRIES {
        let n = team.store.last_invoice().await? + 1;
        let change = match issue(draft, &inside.actor, ways.number(n), today, ctx.now) {
            Ok(change) => change,
            Err(refusal) => return refuse(&inside, billed, Move::Send, None, refusal).await,
        };
        let sent = team
            .store
            .send_invoice(draft, (&change, &bill), (entry, n), &schedule);
        match sent.await? {
            Numbered::Sent => return Ok(see_other(&there).flash("invoice-sent")),
            Numbered::Gone if is_done(&inside, at, entry).await? => {
                return Ok(see_other(&there).flash("invoice-sent"));
            }
            Numbered::Gone => return Err(Error::Changed),
            Numbered::Taken => {}
        }
    }
    Err(Error::Unavailable)
}

/// Whether what the form asks for was done before.
async fn is_done(inside: &Inside, at: AtInvoice, entry: EntryId) -> Result<bool, Error> {
    let done = inside.store.invoice_entry(at.invoice, entry).await?;
    Ok(done.is_some())
}

/// What is said where it can't be done: at the field, or that somebody was faster.
async fn refuse(
    inside: &Inside,
    billed: Billed,
    kind: Move,
    typed: Option<&PaymentInput>,
    refusal: Refusal,
) -> Result<Reply, Error> {
    match refusal {
        Refusal::Role => Err(Error::Forbidden),
        Refusal::State => Err(Error::Changed),
        Refusal::Invalid(invalid) => {
            let refused = Refused {
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
    inside: &Inside,
    team: &Team,
    billed: &Billed,
    (ask, entry): (&Ask, EntryId),
    flash: &str,
) -> Result<Reply, Error> {
    let ctx = &inside.ctx;
    let today = ctx.workspace.today(ctx.now);
    let by = By::Person(&inside.actor);
    let change = transition(&billed.invoice, by, ask, today, ctx.now);
    let change = change.map_err(|refusal| match refusal {
        Refusal::Role => Error::Forbidden,
        Refusal::State | Refusal::Invalid(_) => Error::Changed,
    })?;
    let taken = match ask {
        Ask::TakeBack { payment, .. } => Some(*payment),
        _ => None,
    };
    team.store.change_invoice(&change, entry, taken).await?;
    let at = AtInvoice {
        invoice: billed.invoice.id,
    };
    Ok(see_other(&at.href(&inside.base)).flash(flash))
}

/// Notes a payment, or a refund.
async fn note(
    inside: Inside,
    team: Team,
    at: AtInvoice,
    form: ProtectedForm<PaymentInput>,
    (kind, flash): (Move, &str),
) -> Result<Reply, Error> {
    let entry = form.id()?;
    if is_done(&inside, at, entry).await? {
        return Ok(see_other(&at.href(&inside.base)).flash(flash));
    }
    let billed = read(&inside, at, form.version).await?;
    let today = inside.ctx.workspace.today(inside.ctx.now);
    let typed = &form.input;
    if !kind.is_possible(&billed.invoice) {
        return Err(Error::Changed);
    }
    let ask = match kind {
        Move::Refund => typed.refund(&billed.invoice, today),
        _ => typed.payment(&billed.invoice, today),
    };
    match ask {
        Ok(ask) => change(&inside, &team, &billed, (&ask, entry), flash).await,
        Err(refusal) => refuse(&inside, billed, kind, Some(typed), refusal).await,
    }
}

pub(crate) async fn pay(
    inside: Inside,
    team: Team,
    Ids(at): Ids<AtInvoice>,
    form: ProtectedForm<PaymentInput>,
) -> Result<Reply, Error> {
    note(inside, team, at, form, (Move::Pay, "payment-noted")).await
}

pub(crate) async fn refund(
    inside: Inside,
    team: Team,
    Ids(at): Ids<AtInvoice>,
    form: ProtectedForm<PaymentInput>,
) -> Result<Reply, Error> {
    note(inside, team, at, form, (Move::Refund, "refund-noted")).await
}

/// Which payment was noted by mistake.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mistake {
    payment: String,
}

pub(crate) async fn take_back(
    inside: Inside,
    team: Team,
    Ids(at): Ids<AtInvoice>,
    form: ProtectedForm<Mistake>,
) -> Result<Reply, Error> {
    const DONE: &str = "payment-taken-back";
    let entry = form.id()?;
    if is_done(&inside, at, entry).await? {
        return Ok(see_other(&at.href(&inside.base)).flash(DONE));
    }
    let payment = form.input.payment.parse().map_err(|_| Error::NotFound)?;
    let billed = read(&inside, at, form.version).await?;
    let noted = inside.store.invoice_entry(at.invoice, payment).await?;
    let noted = noted.ok_or(Error::NotFound)?;
    let Happening::Paid {
        amount,
        on,
        how: How::ByHand(_),
        ..
    } = noted.entry.what
    else {
        return Err(Error::NotFound);
    };
    let ask = Ask::TakeBack {
        payment,
        amount,
        on,
    };
    change(&inside, &team, &billed, (&ask, entry), DONE).await
}

/// Why it isn't to be paid.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    reason: String,
}

pub(crate) async fn void(
    inside: Inside,
    team: Team,
    Ids(at): Ids<AtInvoice>,
    form: ProtectedForm<Reason>,
) -> Result<Reply, Error> {
    const DONE: &str = "invoice-void";
    let entry = form.id()?;
    if is_done(&inside, at, entry).await? {
        return Ok(see_other(&at.href(&inside.base)).flash(DONE));
    }
    let billed = read(&inside, at, form.version).await?;
    let mut invalid = Invalid::default();
    let reason = invalid.line("reason", &form.input.reason, 200);
    if let Err(invalid) = invalid.into_result(()) {
        let refusal = Refusal::Invalid(invalid);
        return refuse(&inside, billed, Move::Void, None, refusal).await;
    }
    change(&inside, &team, &billed, (&Ask::Void(reason), entry), DONE).await
}
