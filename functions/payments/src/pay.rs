//! The button "Pay invoice": leads to Stripe's checkout page, of which only one can be paid.

use domain::id::{EntryId, InvoiceId};
use domain::invoice::{Invoice, InvoiceTransition};
use domain::stripe::{
    CheckoutAttempt, ConnectStatus, LedgerRefusal, PaymentLedger, PaymentRequest, PaymentState,
    PaymentStep,
};
use store::{CheckoutState, InvoicePayments, MAX_TRIES};
use web::links;
use web::{
    CheckoutStatus, EmptyForm, Ids, PageError, PortalAccess, ProtectedForm, Reply, Stripe,
    see_other, stripe_refusal,
};

use crate::checkout_session;
use crate::connect::log_stripe_failure;
use crate::paths::InvoicePath;

/// Where the payer goes.
enum PaymentRoute {
    To(String),
    /// To the page that waits for the webhook.
    Wait,
    /// Back to the invoice, with a flash.
    Back(&'static str),
}

/// An invoice that is about to be paid, and the request for it.
struct Payment<'a> {
    portal: &'a PortalAccess,
    stripe: &'a Stripe,
    invoice: &'a Invoice,
    payments: &'a InvoicePayments,
    request: PaymentRequest<'a>,
}

pub(crate) async fn post(
    portal: PortalAccess,
    Ids(at): Ids<InvoicePath>,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let here = at.href();
    for _ in 0..MAX_TRIES {
        return match Box::pin(begin_payment(&portal, at.invoice)).await {
            Ok(PaymentRoute::To(url)) => Ok(see_other(&url)),
            Ok(PaymentRoute::Wait) => Ok(see_other(&links::invoice_payment(at.invoice))),
            Ok(PaymentRoute::Back(words)) => Ok(see_other(&here).flash(words)),
            Err(PageError::Changed) => continue,
            Err(error) => Err(error),
        };
    }
    Err(PageError::Unavailable)
}

async fn begin_payment(portal: &PortalAccess, id: InvoiceId) -> Result<PaymentRoute, PageError> {
    let CheckoutState {
        invoice,
        payments,
        connection,
    } = portal.store.get_checkout_state(id).await?;
    let invoice = invoice.ok_or(PageError::NotFound)?;
    let stripe = portal.ctx.app.services.stripe.as_ref();
    let live = stripe.map(Stripe::is_live);
    let ready = connection.filter(|connection| {
        connection.status() == ConnectStatus::Ready && Some(connection.livemode) == live
    });
    let (Some(stripe), Some(connection)) = (stripe, ready) else {
        return Ok(PaymentRoute::Back("pay-not-ready"));
    };
    if !InvoiceTransition::Pay.is_possible(&invoice) {
        return Ok(PaymentRoute::Back("pay-nothing"));
    }
    if invoice.money(invoice.outstanding()).check_online().is_err() {
        return Ok(PaymentRoute::Back("pay-not-online"));
    }
    let payment = Payment {
        portal,
        stripe,
        invoice: &invoice,
        payments: &payments,
        request: PaymentRequest {
            account: &connection.account,
            livemode: connection.livemode,
            amount: invoice.outstanding(),
            by: portal.actor.user,
        },
    };
    match payment.route().await {
        Err(PageError::Internal(cause)) => {
            log_stripe_failure(PageError::Internal(cause));
            Ok(PaymentRoute::Back("payments-silent"))
        }
        route => route,
    }
}

impl Payment<'_> {
    /// Decides where the payer goes, after expiring sessions that must not be paid.
    async fn route(&self) -> Result<PaymentRoute, PageError> {
        let (ledger, now) = (&self.payments.ledger, self.portal.ctx.now);
        let step = ledger.decide_step(&self.request, now);
        let mut ended = Vec::new();
        for (id, attempt, session) in ledger.attempts_to_expire(&step, &self.request, now) {
            match self.expire_session(&attempt.account, session).await? {
                CheckoutStatus::Complete => return Ok(PaymentRoute::Wait),
                CheckoutStatus::Open | CheckoutStatus::Over => ended.push(id),
            }
        }
        match step {
            PaymentStep::AwaitProcessing => Ok(PaymentRoute::Wait),
            PaymentStep::RetryLater => Ok(PaymentRoute::Back("pay-busy")),
            PaymentStep::Refused => Ok(PaymentRoute::Back("pay-not-online")),
            PaymentStep::ResumeSession(id, session) => {
                let found = self
                    .stripe
                    .get_session(self.request.account, &session)
                    .await?;
                match (found.status, found.url) {
                    (CheckoutStatus::Complete, _) => Ok(PaymentRoute::Wait),
                    (CheckoutStatus::Open, Some(url)) => Ok(PaymentRoute::To(url)),
                    _ => {
                        ended.push(id);
                        self.begin_attempt(&ledger.with_ended(&ended)).await
                    }
                }
            }
            PaymentStep::RetryRequest(id) => self.create_session(id, self.payments).await,
            PaymentStep::NewAttempt => self.begin_attempt(&ledger.with_ended(&ended)).await,
        }
    }

    /// Expires a session that must not be paid any more, and gives its status before.
    async fn expire_session(
        &self,
        account: &str,
        session: &str,
    ) -> Result<CheckoutStatus, PageError> {
        let found = self.stripe.get_session(account, session).await?;
        if found.status == CheckoutStatus::Open {
            self.stripe.expire_session(account, session).await?;
        }
        Ok(found.status)
    }

    /// Stores a new attempt, then asks for its session: Stripe is asked for nothing that
    /// isn't stored.
    async fn begin_attempt(&self, ledger: &PaymentLedger) -> Result<PaymentRoute, PageError> {
        let (ctx, request) = (&self.portal.ctx, &self.request);
        let rate = ctx.app.config.stripe.as_ref().map(|stripe| stripe.fee);
        let attempt = CheckoutAttempt {
            account: request.account.to_owned(),
            livemode: request.livemode,
            amount: request.amount,
            fee: rate.unwrap_or_default().of(request.amount),
            at: ctx.now,
            by: Some(request.by),
            session: None,
            url: None,
            state: PaymentState::Open,
            refusal: None,
        };
        let id: EntryId = ctx.app.new_id();
        let Ok(ledger) = ledger.with_attempt(id, attempt) else {
            return Ok(PaymentRoute::Back("pay-too-often"));
        };
        let store = &self.portal.store;
        let stored = store.record_checkout_attempt(self.invoice.id, self.payments, &ledger);
        self.create_session(id, &stored.await?).await
    }

    /// Asks Stripe for the attempt's session. The payer gets its address once it is stored:
    /// a session that isn't stored can't be paid. What Stripe refuses is stored as well, so that
    /// it isn't asked at every press.
    async fn create_session(
        &self,
        id: EntryId,
        payments: &InvoicePayments,
    ) -> Result<PaymentRoute, PageError> {
        let attempt = payments.ledger.attempts.get(&id);
        let attempt = attempt.ok_or(PageError::Changed)?;
        let (portal, invoice) = (self.portal, self.invoice);
        let made =
            checkout_session::create_session(portal, self.stripe, invoice, id, attempt).await;
        let made = match made {
            Ok(made) => made,
            Err(error) => {
                let code = stripe_refusal(&error).ok_or(error)?;
                let store = |ledger: &PaymentLedger| ledger.with_refusal(id, &code);
                self.record(payments, store).await?;
                tracing::error!(code, errors = 1, "Stripe refuses a payment");
                return Ok(PaymentRoute::Back("pay-not-online"));
            }
        };
        let url = made.url.ok_or(PageError::Changed)?;
        let store = |ledger: &PaymentLedger| ledger.with_session(id, &made.id, Some(url.clone()));
        self.record(payments, store).await?;
        // Whoever paid or voided the invoice until now ended the sessions that were stored then.
        let now = portal.store.get_invoice_now(invoice.id).await?;
        if now.is_some_and(|now| now.payable_online() == attempt.amount) {
            return Ok(PaymentRoute::To(url));
        }
        self.expire_session(&attempt.account, &made.id).await?;
        Err(PageError::Changed)
    }

    /// Stores what is known of an attempt by now, whatever else came meanwhile.
    async fn record(
        &self,
        before: &InvoicePayments,
        change: impl Fn(&PaymentLedger) -> Result<PaymentLedger, LedgerRefusal>,
    ) -> Result<(), PageError> {
        let (store, invoice) = (&self.portal.store, self.invoice.id);
        let mut before = before.clone();
        for _ in 0..MAX_TRIES {
            let after = change(&before.ledger).map_err(|_| PageError::Changed)?;
            if after == before.ledger {
                return Ok(());
            }
            match store
                .record_checkout_attempt(invoice, &before, &after)
                .await
            {
                Ok(_) => return Ok(()),
                Err(store::StoreError::Refused(_)) => before = store.get_payments(invoice).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(PageError::Unavailable)
    }
}
