//! An attempt at a payment, and the events that Stripe sends about it.

use super::*;

/// A workspace's account, and an attempt at paying an invoice that Stripe knows as `n`.
pub(crate) struct PendingPayment {
    pub(super) account: String,
    pub(super) n: u64,
    pub(super) amount: i64,
    pub(super) metadata: Value,
}

pub(crate) async fn begin(
    world: &World,
    (tenant, client): (&Tenant, &Client),
    invoice: InvoiceId,
    n: u64,
) -> PendingPayment {
    let account = format!("acct_{}", tenant.workspace.slug);
    if tenant
        .store
        .get_stripe_connection()
        .await
        .expect("read")
        .is_none()
    {
        create_connection(world, tenant, &account).await;
    }
    let found = invoice_fixture::read_invoice(&client.store, invoice)
        .await
        .invoice;
    let (id, amount): (EntryId, _) = (world.app.new_id(), found.outstanding());
    let attempt = CheckoutAttempt {
        account: account.clone(),
        livemode: false,
        amount,
        fee: amount / 100,
        at: world.now(),
        by: None,
        session: Some(format!("cs_{n}")),
        url: None,
        state: domain::stripe::PaymentState::Open,
        refusal: None,
    };
    record_attempt(client, invoice, id, attempt).await;
    let metadata = json!({
        "workspace": tenant.workspace.id, "client": client.id,
        "invoice": invoice, "attempt": id,
    });
    PendingPayment {
        account,
        n,
        amount,
        metadata,
    }
}

impl PendingPayment {
    pub(super) fn event(&self, world: &World, id: &str, kind: &str, object: &Value) -> Value {
        json!({
            "id": format!("evt_{}_{id}", self.n), "object": "event", "account": self.account,
            "livemode": false, "created": world.now().as_second(), "type": kind,
            "data": { "object": object },
        })
    }

    pub(crate) fn paid(&self, world: &World, id: &str) -> Value {
        let object = json!({
            "id": format!("cs_{}", self.n), "payment_intent": format!("pi_{}", self.n),
            "payment_status": "paid", "amount_total": self.amount, "currency": "eur",
            "metadata": self.metadata,
        });
        self.event(world, id, "checkout.session.completed", &object)
    }

    /// A refund or a dispute.
    pub(crate) fn part(&self, world: &World, id: &str, amount: i64, status: &str) -> Value {
        let kind = if id.starts_with("re") {
            "refund.updated"
        } else {
            "charge.dispute.updated"
        };
        let object = json!({
            "id": format!("{}_{}", &id[..2], self.n), "payment_intent": format!("pi_{}", self.n),
            "amount": amount, "currency": "eur", "created": world.now().as_second(),
            "status": status,
        });
        self.event(world, id, kind, &object)
    }

    pub(crate) fn account_is(&self, world: &World, id: &str, charges: bool) -> Value {
        let object = json!({
            "id": self.account, "charges_enabled": charges, "payouts_enabled": charges,
            "details_submitted": true,
            "requirements": { "disabled_reason": if charges { None } else { Some("requirements.past_due") } },
        });
        self.event(world, id, "account.updated", &object)
    }
}
