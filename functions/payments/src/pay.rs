//! "Pay invoice": to Stripe's page, without a second one that could be paid as well.

use domain::id::{EntryId, InvoiceId};
use domain::invoice::{Invoice, InvoiceTransition};
use domain::stripe::{
    CheckoutAttempt, ConnectStatus, PaymentLedger, PaymentRequest, PaymentState, PaymentStep,
};
use store::{CheckoutState, InvoicePayments};
use web::{
    CheckoutStatus, EmptyForm, Ids, PageError, PortalAccess, ProtectedForm, Reply, Stripe,
    see_other,
};

use crate::connect::silent;
use crate::{InvoicePath, session};

/// How often it is decided anew when somebody else was first.
const TRIES: u32 = 4;

/// Where the payer goes.
enum Led {
    /// To Stripe.
    To(String),
    /// To the page on which it is waited.
    Wait,
    /// Back to the invoice, with words.
    Back(&'static str),
}

/// What somebody is about to pay, and where it goes.
struct Counter<'a> {
    portal: &'a PortalAccess,
    stripe: &'a Stripe,
    invoice: &'a Invoice,
    payments: &'a InvoicePayments,
    wish: PaymentRequest<'a>,
}

pub(crate) async fn post(
    portal: PortalAccess,
    Ids(at): Ids<InvoicePath>,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let here = at.href();
    for _ in 0..TRIES {
        return match Box::pin(lead(&portal, at.invoice)).await {
            Ok(Led::To(url)) => Ok(see_other(&url)),
            Ok(Led::Wait) => Ok(see_other(&format!("{here}/payment"))),
            Ok(Led::Back(words)) => Ok(see_other(&here).flash(words)),
            Err(PageError::Changed) => continue,
            Err(error) => Err(error),
        };
    }
    Err(PageError::Unavailable)
}

async fn lead(portal: &PortalAccess, id: InvoiceId) -> Result<Led, PageError> {
    let CheckoutState {
        invoice,
        payments,
        payee,
    } = portal.store.till(id).await?;
    let invoice = invoice.ok_or(PageError::NotFound)?;
    let stripe = portal.ctx.app.services.stripe.as_ref();
    let live = stripe.map(Stripe::is_live);
    let ready =
        payee.filter(|one| one.state() == ConnectStatus::Ready && Some(one.livemode) == live);
    let (Some(stripe), Some(payee)) = (stripe, ready) else {
        return Ok(Led::Back("pay-not-ready"));
    };
    if !InvoiceTransition::Pay.is_possible(&invoice) {
        return Ok(Led::Back("pay-nothing"));
    }
    let counter = Counter {
        portal,
        stripe,
        invoice: &invoice,
        payments: &payments,
        wish: PaymentRequest {
            account: &payee.account,
            livemode: payee.livemode,
            amount: invoice.outstanding(),
            by: portal.actor.user,
        },
    };
    match counter.lead().await {
        Err(PageError::Internal(cause)) => {
            silent(PageError::Internal(cause));
            Ok(Led::Back("payments-silent"))
        }
        led => led,
    }
}

impl Counter<'_> {
    async fn lead(&self) -> Result<Led, PageError> {
        let (ledger, now) = (&self.payments.ledger, self.portal.ctx.now);
        let step = ledger.step(&self.wish, now);
        let mut over = Vec::new();
        for (id, attempt, session) in ledger.to_end(&step, &self.wish, now) {
            match self.end(&attempt.account, session).await? {
                CheckoutStatus::Complete => return Ok(Led::Wait),
                CheckoutStatus::Open | CheckoutStatus::Over => over.push(id),
            }
        }
        match step {
            PaymentStep::Wait => Ok(Led::Wait),
            PaymentStep::Busy => Ok(Led::Back("pay-busy")),
            PaymentStep::Known(id, session) => {
                let found = self.stripe.session(self.wish.account, &session).await?;
                match (found.standing, found.url) {
                    (CheckoutStatus::Complete, _) => Ok(Led::Wait),
                    (CheckoutStatus::Open, Some(url)) => Ok(Led::To(url)),
                    _ => {
                        over.push(id);
                        self.begin(&ledger.ended(&over)).await
                    }
                }
            }
            PaymentStep::Again(id) => self.ask(id, self.payments).await,
            PaymentStep::New => self.begin(&ledger.ended(&over)).await,
        }
    }

    /// Ends a session that nobody shall pay by any more, and says how it was.
    async fn end(&self, account: &str, session: &str) -> Result<CheckoutStatus, PageError> {
        let found = self.stripe.session(account, session).await?;
        if found.standing == CheckoutStatus::Open {
            self.stripe.expire_session(account, session).await?;
        }
        Ok(found.standing)
    }

    /// Keeps a new attempt, then asks for its page: Stripe is asked for nothing that we
    /// don't know of.
    async fn begin(&self, ledger: &PaymentLedger) -> Result<Led, PageError> {
        let (ctx, wish) = (&self.portal.ctx, &self.wish);
        let rate = ctx.app.config.stripe.as_ref().map(|stripe| stripe.fee);
        let attempt = CheckoutAttempt {
            account: wish.account.to_owned(),
            livemode: wish.livemode,
            amount: wish.amount,
            fee: rate.unwrap_or_default().of(wish.amount),
            at: ctx.now,
            by: Some(wish.by),
            session: None,
            url: None,
            state: PaymentState::Open,
        };
        let id: EntryId = ctx.app.new_id();
        let Ok(ledger) = ledger.attempted(id, attempt) else {
            return Ok(Led::Back("pay-too-often"));
        };
        let store = &self.portal.store;
        let kept = store.keep_attempt(self.invoice.id, self.payments, &ledger);
        self.ask(id, &kept.await?).await
    }

    /// Asks Stripe for the attempt's page. Its address is told once it is kept: what isn't
    /// known can't be paid.
    async fn ask(&self, id: EntryId, payments: &InvoicePayments) -> Result<Led, PageError> {
        let attempt = payments
            .ledger
            .attempts
            .get(&id)
            .ok_or(PageError::Changed)?;
        let of = (id, attempt);
        let made = session::ask(self.portal, self.stripe, self.invoice, of).await?;
        let url = made.url.ok_or(PageError::Changed)?;
        let (store, invoice) = (&self.portal.store, self.invoice.id);
        let mut before = payments.clone();
        for _ in 0..TRIES {
            let known = before.ledger.answered(id, &made.id, Some(url.clone()));
            let after = known.map_err(|_| PageError::Changed)?;
            if after == before.ledger {
                return Ok(Led::To(url));
            }
            match store.keep_attempt(invoice, &before, &after).await {
                Ok(_) => return Ok(Led::To(url)),
                Err(store::StoreError::Refused(_)) => before = store.payments(invoice).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(PageError::Unavailable)
    }
}
