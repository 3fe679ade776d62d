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
    let ledger = PaymentLedger::default().attempted(EntryId::new(1, 1), one);
    ledger.unwrap()
}

#[test]
fn an_attempt_that_can_be_paid_is_gone_on_with() {
    let id = EntryId::new(1, 1);
    let led = PaymentStep::Known(id, "cs_1".into());
    let minutes = |n| NOW + SignedDuration::from_mins(n);
    let quiet = known(|one| one.session = None);
    for (what, ledger, wished, now, step, ended) in [
        (
            "nothing",
            PaymentLedger::default(),
            wish(100),
            NOW,
            PaymentStep::New,
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
            PaymentStep::New,
            1,
        ),
        (
            "over",
            known(|_| ()),
            wish(100),
            minutes(60),
            PaymentStep::New,
            1,
        ),
        (
            "another sum",
            known(|_| ()),
            wish(99),
            NOW,
            PaymentStep::New,
            1,
        ),
        (
            "a real one",
            known(|one| one.livemode = true),
            wish(100),
            NOW,
            PaymentStep::New,
            1,
        ),
        (
            "declined",
            known(|one| one.state = PaymentState::Declined),
            wish(100),
            NOW,
            led,
            0,
        ),
        (
            "on its way",
            known(|one| one.state = PaymentState::Processing),
            wish(1),
            NOW,
            PaymentStep::Wait,
            0,
        ),
        (
            "ended",
            known(|one| one.state = PaymentState::Ended),
            wish(100),
            NOW,
            PaymentStep::New,
            0,
        ),
        (
            "paid",
            known(|one| one.state = PaymentState::Paid),
            wish(100),
            NOW,
            PaymentStep::New,
            0,
        ),
        (
            "no answer yet",
            quiet.clone(),
            wish(100),
            minutes(1),
            PaymentStep::Again(id),
            0,
        ),
        (
            "no answer",
            quiet.clone(),
            wish(100),
            minutes(2),
            PaymentStep::New,
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
            PaymentStep::Busy,
            0,
        ),
    ] {
        let found = ledger.step(&wished, now);
        assert_eq!(found, step, "{what}");
        assert_eq!(ledger.to_end(&found, &wished, now).len(), ended, "{what}");
    }
}

#[test]
fn an_answer_of_another_session_is_refused() {
    let (id, ledger) = (EntryId::new(1, 1), known(|one| one.session = None));
    let after = ledger
        .answered(id, "cs_1", Some("https://x".into()))
        .unwrap();
    assert_eq!(after.answered(id, "cs_1", None), Ok(after.clone()));
    assert_eq!(
        after.answered(id, "cs_2", None),
        Err(LedgerRefusal::Session)
    );
    let nobody = EntryId::new(1, 9);
    assert_eq!(
        after.answered(nobody, "cs_1", None),
        Err(LedgerRefusal::Attempt)
    );
    // What is paid stays so, whoever says that it is over.
    let paid = known(|one| one.state = PaymentState::Paid);
    assert_eq!(paid.ended(&[id, nobody]), paid);
    let over = after.ended(&[id]);
    assert_eq!(over.step(&wish(100), NOW), PaymentStep::New);
}

#[test]
fn who_waits_is_told_how_it_goes() {
    let stage = |state, seconds| {
        let ledger = known(|one| one.state = state);
        ledger.stage(NOW, NOW + SignedDuration::from_secs(seconds))
    };
    assert_eq!(PaymentLedger::default().stage(NOW, NOW), None);
    assert_eq!(stage(PaymentState::Open, 59), Some(PaymentStage::Waiting));
    assert_eq!(stage(PaymentState::Open, 60), Some(PaymentStage::Long));
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
fn each_receipt_is_told_once() {
    let (invoice, home) = (invoice(100, "EUR"), workspace());
    let eur = invoice.currency;
    let before = known(|_| ());
    let paid = session(1, CheckoutOutcome::Paid, (100, "eur"));
    let known = before.joined(eur, &at(NOW), &paid).unwrap();
    let settled = settle(&invoice, &known, &home, NOW).unwrap();
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
    let known = settled.ledger.joined(eur, &at(earlier), &paid).unwrap();
    let moved = settle(&invoice, &known, &home, NOW).unwrap();
    assert!(!moved.changes.is_empty());
    assert_eq!(moved.receipts(&settled.ledger), []);
    let refund = PaymentFact::Refund {
        refund: "re_1".into(),
        payment: "pi_1".into(),
        seen: Reversal {
            progress: ReversalProgress::Done,
            amount: 40,
            at: NOW,
        },
        currency: "eur".into(),
    };
    let invoice = moved.changes.last().unwrap().invoice.clone();
    let known = moved.ledger.joined(eur, &at(NOW), &refund).unwrap();
    let back = settle(&invoice, &known, &home, NOW).unwrap();
    let told = back.receipts(&moved.ledger);
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].kind, told[0].amount),
        (LedgerEntryKind::Refunded, 40)
    );
}
