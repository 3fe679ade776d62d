//! Nobody is led to two pages on which the same can be paid, and each receipt is told once.

use jiff::SignedDuration;

use super::*;
use crate::id::UserId;

const ANA: UserId = UserId::new(1, 1);
const KIM: UserId = UserId::new(1, 2);

fn wish(amount: i64) -> PaymentRequest<'static> {
    PaymentRequest {
        account: ACCOUNT,
        livemode: false,
        amount,
        by: ANA,
    }
}

fn known(change: impl Fn(&mut CheckoutAttempt)) -> PaymentLedger {
    let mut one = CheckoutAttempt {
        by: Some(ANA),
        session: Some("cs_1".into()),
        url: Some("https://checkout.example/1".into()),
        ..attempt(100, 1)
    };
    change(&mut one);
    let ledger = PaymentLedger::default().with_attempt(EntryId::new(1, 1), one);
    ledger.unwrap()
}

#[expect(clippy::too_many_lines, reason = "one table of cases")]
#[test]
fn checkout_step_with_payable_attempt_continues_it() {
    let id = EntryId::new(1, 1);
    let led = PaymentStep::ResumeSession(id, "cs_1".into());
    let minutes = |n| NOW + SignedDuration::from_mins(n);
    let quiet = known(|attempt| attempt.session = None);
    for (what, ledger, wished, now, step, ended) in [
        (
            "nothing",
            PaymentLedger::default(),
            wish(100),
            NOW,
            PaymentStep::NewAttempt,
            0,
        ),
        ("the same", known(|_| ()), wish(100), NOW, led.clone(), 0),
        (
            "until it is late",
            known(|_| ()),
            wish(100),
            minutes(50),
            led.clone(),
            0,
        ),
        (
            "late",
            known(|_| ()),
            wish(100),
            minutes(51),
            PaymentStep::NewAttempt,
            1,
        ),
        (
            "over",
            known(|_| ()),
            wish(100),
            minutes(60),
            PaymentStep::NewAttempt,
            1,
        ),
        (
            "another sum",
            known(|_| ()),
            wish(99),
            NOW,
            PaymentStep::NewAttempt,
            1,
        ),
        (
            "a real one",
            known(|attempt| attempt.livemode = true),
            wish(100),
            NOW,
            PaymentStep::NewAttempt,
            1,
        ),
        (
            "declined",
            known(|attempt| attempt.state = PaymentState::Declined),
            wish(100),
            NOW,
            led,
            0,
        ),
        (
            "on its way",
            known(|attempt| attempt.state = PaymentState::Processing),
            wish(1),
            NOW,
            PaymentStep::AwaitProcessing,
            0,
        ),
        (
            "ended",
            known(|attempt| attempt.state = PaymentState::Ended),
            wish(100),
            NOW,
            PaymentStep::NewAttempt,
            0,
        ),
        (
            "paid",
            known(|attempt| attempt.state = PaymentState::Paid),
            wish(100),
            NOW,
            PaymentStep::NewAttempt,
            0,
        ),
        (
            "no answer yet",
            quiet.clone(),
            wish(100),
            minutes(1),
            PaymentStep::RetryRequest(id),
            0,
        ),
        (
            "no answer",
            quiet.clone(),
            wish(100),
            minutes(2),
            PaymentStep::NewAttempt,
            0,
        ),
        (
            "a colleague's",
            quiet,
            PaymentRequest {
                by: KIM,
                ..wish(100)
            },
            NOW,
            PaymentStep::RetryLater,
            0,
        ),
    ] {
        let found = ledger.decide_step(&wished, now);
        assert_eq!(found, step, "{what}");
        assert_eq!(
            ledger.attempts_to_expire(&found, &wished, now).len(),
            ended,
            "{what}"
        );
    }
}

#[test]
fn attempt_with_fact_of_other_session_is_refused() {
    let (id, ledger) = (EntryId::new(1, 1), known(|attempt| attempt.session = None));
    let after = ledger
        .with_session(id, "cs_1", Some("https://x".into()))
        .unwrap();
    assert_eq!(after.with_session(id, "cs_1", None), Ok(after.clone()));
    assert_eq!(
        after.with_session(id, "cs_2", None),
        Err(LedgerRefusal::Session)
    );
    let nobody = EntryId::new(1, 9);
    assert_eq!(
        after.with_session(nobody, "cs_1", None),
        Err(LedgerRefusal::Attempt)
    );
    // What is paid stays so, whoever says that it is over.
    let paid = known(|attempt| attempt.state = PaymentState::Paid);
    assert_eq!(paid.with_ended(&[id, nobody]), paid);
    let over = after.with_ended(&[id]);
    assert_eq!(over.decide_step(&wish(100), NOW), PaymentStep::NewAttempt);
}

#[test]
fn payment_stage_follows_attempts() {
    let stage = |state, seconds| {
        let ledger = known(|attempt| attempt.state = state);
        ledger.payment_stage(NOW, NOW + SignedDuration::from_secs(seconds))
    };
    assert_eq!(PaymentLedger::default().payment_stage(NOW, NOW), None);
    assert_eq!(stage(PaymentState::Open, 59), Some(PaymentStage::Waiting));
    assert_eq!(stage(PaymentState::Open, 60), Some(PaymentStage::Delayed));
    assert_eq!(
        stage(PaymentState::Declined, 0),
        Some(PaymentStage::Declined)
    );
    assert_eq!(
        stage(PaymentState::Processing, 0),
        Some(PaymentStage::Processing)
    );
    assert_eq!(stage(PaymentState::Ended, 0), Some(PaymentStage::Ended));
    assert_eq!(stage(PaymentState::Paid, 600), Some(PaymentStage::Paid));
}

#[test]
fn receipt_is_sent_once() {
    let (invoice, home) = (invoice(100, "EUR"), workspace());
    let eur = invoice.currency;
    let before = known(|_| ());
    let paid = session(1, CheckoutOutcome::Paid, (100, "eur"));
    let known = before.join(eur, &at(NOW), &paid).unwrap();
    let settled = settle_invoice(&invoice, &known, &home, NOW).unwrap();
    let receipt = PaymentReceipt {
        kind: LedgerEntryKind::Paid,
        amount: 100,
        on: home.today(NOW),
        by: Some(ANA),
    };
    assert_eq!(settled.receipts(&before), [receipt]);
    // The same, told a day earlier: it moves, and nobody gets another mail.
    let invoice = settled.changes.last().unwrap().invoice.clone();
    let earlier = NOW - SignedDuration::from_hours(24);
    let known = settled.ledger.join(eur, &at(earlier), &paid).unwrap();
    let moved = settle_invoice(&invoice, &known, &home, NOW).unwrap();
    assert!(!moved.changes.is_empty());
    assert_eq!(moved.receipts(&settled.ledger), []);
    let refund = PaymentFact::Refund {
        refund: "re_1".into(),
        payment: "pi_1".into(),
        reversal: Reversal {
            progress: ReversalProgress::Completed,
            amount: 40,
            at: NOW,
        },
        currency: "eur".into(),
    };
    let invoice = moved.changes.last().unwrap().invoice.clone();
    let known = moved.ledger.join(eur, &at(NOW), &refund).unwrap();
    let back = settle_invoice(&invoice, &known, &home, NOW).unwrap();
    let told = back.receipts(&moved.ledger);
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].kind, told[0].amount),
        (LedgerEntryKind::Refunded, 40)
    );
}
