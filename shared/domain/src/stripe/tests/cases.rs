//! What is refused, what can't be booked, and how an account stands.

use super::*;

#[test]
fn payment_fact_that_differs_from_attempt_is_refused() {
    let eur = "EUR".parse().unwrap();
    let mut asked = attempt(100, 0);
    asked.session = Some("cs_1".into());
    let ledger = PaymentLedger::default()
        .with_attempt(EntryId::new(1, 1), asked)
        .unwrap();
    let paid = |amount, currency| session(1, CheckoutOutcome::Paid, (amount, currency));
    let refund = |amount, currency: &str| PaymentFact::Refund {
        refund: "re_1".into(),
        payment: "pi_1".into(),
        reversal: Reversal {
            progress: ReversalProgress::Completed,
            amount,
            at: NOW,
        },
        currency: currency.into(),
    };
    let live = EventOrigin {
        livemode: true,
        ..at(NOW)
    };
    let foreign = EventOrigin {
        account: "acct_2".into(),
        ..at(NOW)
    };
    let other_session = PaymentFact::Session {
        session: "cs_2".into(),
        payment: Some("pi_1".into()),
        outcome: CheckoutOutcome::Paid,
        amount: 100,
        currency: "eur".into(),
        references: references(1),
    };
    let table = [
        (
            at(NOW),
            session(2, CheckoutOutcome::Paid, (100, "eur")),
            LedgerRefusal::Attempt,
        ),
        (at(NOW), other_session, LedgerRefusal::Session),
        (live.clone(), paid(100, "eur"), LedgerRefusal::Livemode),
        (live, refund(100, "eur"), LedgerRefusal::Livemode),
        (foreign.clone(), paid(100, "eur"), LedgerRefusal::Account),
        (foreign, refund(100, "eur"), LedgerRefusal::Account),
        (at(NOW), paid(100, "usd"), LedgerRefusal::Currency),
        (at(NOW), refund(100, "usd"), LedgerRefusal::Currency),
        (at(NOW), paid(99, "eur"), LedgerRefusal::Amount),
        (at(NOW), refund(101, "eur"), LedgerRefusal::Amount),
        (at(NOW), refund(-1, "eur"), LedgerRefusal::Amount),
    ];
    for (origin, fact, why) in table {
        let refused = ledger.join(eur, &origin, &fact);
        assert_eq!(refused, Err(why), "{origin:?} {fact:?}");
    }
    let known = ledger.join(eur, &at(NOW), &paid(100, "eur")).unwrap();
    assert_eq!(
        known.attempts[&EntryId::new(1, 1)].state,
        PaymentState::Paid
    );
    // An intent that belongs to one attempt can't pay for another.
    let two = known
        .with_attempt(EntryId::new(1, 2), attempt(100, 0))
        .unwrap();
    let taken = PaymentFact::Declined {
        payment: "pi_1".into(),
        amount: 100,
        currency: "eur".into(),
        references: references(2),
    };
    assert_eq!(two.join(eur, &at(NOW), &taken), Err(LedgerRefusal::Payment));
}

#[test]
fn payment_of_void_invoice_awaits_refund() {
    let (void, ledger) = (invoice(100, "EUR"), PaymentLedger::default());
    let void = apply_command(
        &void,
        InvoiceActor::System("x"),
        &InvoiceCommand::Void("no".into()),
        FAR,
        NOW,
    );
    let void = void.unwrap().invoice;
    let ledger = ledger
        .with_attempt(EntryId::new(1, 1), attempt(100, 0))
        .unwrap();
    let paid = session(1, CheckoutOutcome::Paid, (100, "eur"));
    let ledger = ledger.join(void.currency, &at(NOW), &paid).unwrap();
    let settled = settle_invoice(&void, &ledger, &workspace(), NOW).unwrap();
    assert_eq!((settled.changes, settled.surplus), (Vec::new(), 100));
}

#[test]
fn payment_after_manual_refund_is_recorded() {
    let invoice = invoice(100, "EUR");
    let mut ledger = PaymentLedger::default();
    for n in [1, 2] {
        ledger = ledger
            .with_attempt(EntryId::new(1, n), attempt(100, 0))
            .unwrap();
    }
    let second = (
        at(NOW + 60.seconds()),
        session(2, CheckoutOutcome::Paid, (100, "eur")),
    );
    ledger = ledger.join(invoice.currency, &second.0, &second.1).unwrap();
    let settled = settle_invoice(&invoice, &ledger, &workspace(), NOW).unwrap();
    let paid = settled.changes[0].invoice.clone();
    let ask = InvoiceCommand::Refund {
        amount: 50,
        on: FAR,
        method: PaymentMethod::ByHand(String::new()),
    };
    let back = apply_command(&paid, InvoiceActor::System("x"), &ask, FAR, NOW)
        .unwrap()
        .invoice;
    // The one that came first is heard of last: what is booked stays.
    let first = session(1, CheckoutOutcome::Paid, (100, "eur"));
    let ledger = settled
        .ledger
        .join(back.currency, &at(NOW), &first)
        .unwrap();
    let settled = settle_invoice(&back, &ledger, &workspace(), NOW).unwrap();
    assert_eq!((settled.changes.len(), settled.surplus), (0, 100));
}

#[test]
fn connection_state_follows_newest_fact() {
    let new = StripeConnection::new(ACCOUNT.into(), false, NOW);
    assert_eq!(new.status(), ConnectStatus::Pending);
    let flags = |charges_enabled, why: Option<&str>| AccountFlags {
        charges_enabled,
        payouts_enabled: charges_enabled,
        details_submitted: true,
        disabled_reason: why.map(str::to_owned),
    };
    let said = [
        (
            flags(false, Some("requirements.pending_verification")),
            ConnectStatus::Pending,
        ),
        (
            flags(false, Some("requirements.past_due")),
            ConnectStatus::Restricted,
        ),
        (flags(true, None), ConnectStatus::Ready),
        (
            flags(false, Some("rejected.fraud")),
            ConnectStatus::Restricted,
        ),
    ];
    let mut dice = Dice(SEED);
    let mut events: Vec<_> = (1_i64..).zip(&said).collect();
    for _ in 0..100 {
        let mut connection = new.clone();
        dice.shuffle(&mut events);
        for (n, (flags, _)) in &events {
            connection = connection
                .with_flags(flags, NOW + n.seconds())
                .unwrap_or(connection);
        }
        assert_eq!(
            (connection.status(), connection.flags_at),
            (ConnectStatus::Restricted, NOW + 4.seconds())
        );
    }
    for (flags, state) in &said {
        let connection = new.with_flags(flags, NOW + 1.seconds()).unwrap();
        assert_eq!(connection.status(), *state);
        assert_eq!(connection.with_flags(flags, NOW + 1.seconds()), None);
        let gone = connection.deauthorize(NOW).unwrap();
        assert_eq!(gone.status(), ConnectStatus::NotConnected);
        assert_eq!(gone.deauthorize(NOW), None);
    }
}
