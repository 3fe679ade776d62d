//! Whatever the order of events, the books are the same.

mod cases;
mod checkout;
mod event_parsing;

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _};

use super::*;
use crate::id::{ClientId, EntryId, InvoiceId, WorkspaceId};
use crate::invoice::{
    Invoice, InvoiceActor, InvoiceBalance, InvoiceCommand, IssueDetails, PaymentMethod,
    RevenueFigure, apply_command,
};
use crate::person::Actor;
use crate::role::Role;
use crate::workspace::Workspace;

const RUNS: u64 = 10_000;
const SEED: u64 = 20_261_125;
const ACCOUNT: &str = "acct_1";
/// The last second of January in Berlin is near.
const NOW: Timestamp = Timestamp::constant(1_769_898_000, 0);
const FAR: Date = date(2027, 1, 1);

/// `SplitMix64`: the same numbers on any machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((z ^ (z >> 31)) % n.unsigned_abs()).unwrap()
    }

    fn one_in(&mut self, n: i64) -> bool {
        self.below(n) == 0
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for n in (1..all.len()).rev() {
            let other = usize::try_from(self.below(i64::try_from(n).unwrap() + 1)).unwrap();
            all.swap(n, other);
        }
    }
}

fn workspace() -> Workspace {
    let (id, slug) = (WorkspaceId::new(1, 1), "acme".parse().unwrap());
    Workspace::new(id, slug, "Acme".into(), "Europe/Berlin".into())
}

fn invoice(total: i64, currency: &str) -> Invoice {
    Invoice {
        id: InvoiceId::new(1, 1),
        client: ClientId::new(1, 1),
        client_name: "Initech".into(),
        engagement: None,
        subject: "Test".into(),
        currency: currency.parse().unwrap(),
        total,
        due: date(2026, 2, 4),
        issue: Some(IssueDetails {
            number: "INV-0001".into(),
            on: date(2026, 1, 5),
        }),
        balance: InvoiceBalance::default(),
        marked_overdue: false,
        processing: 0,
        surplus: 0,
        updated: NOW,
        version: 2,
    }
}

fn attempt(amount: i64, fee: i64) -> CheckoutAttempt {
    CheckoutAttempt {
        account: ACCOUNT.into(),
        livemode: false,
        amount,
        fee,
        at: NOW,
        by: None,
        session: None,
        url: None,
        state: PaymentState::Open,
        refusal: None,
    }
}

type DeliveredFact = (EventOrigin, PaymentFact);

fn at(at: Timestamp) -> EventOrigin {
    EventOrigin {
        account: ACCOUNT.into(),
        livemode: false,
        at,
    }
}

fn references(n: u64) -> PaymentReferences {
    PaymentReferences {
        workspace: Some(WorkspaceId::new(1, 1)),
        client: Some(ClientId::new(1, 1)),
        invoice: Some(InvoiceId::new(1, 1)),
        attempt: Some(EntryId::new(1, n.into())),
    }
}

fn session(n: u64, outcome: CheckoutOutcome, (amount, currency): (i64, &str)) -> PaymentFact {
    PaymentFact::Session {
        session: format!("cs_{n}"),
        payment: (outcome != CheckoutOutcome::Expired).then(|| format!("pi_{n}")),
        outcome,
        amount,
        currency: currency.into(),
        references: references(n),
    }
}

/// What Stripe tells of one attempt, in the order in which it happens.
fn story(
    dice: &mut Dice,
    n: u64,
    units: i64,
    currency: &str,
    start: Timestamp,
) -> Vec<DeliveredFact> {
    let mut told = Vec::new();
    let mut now = start;
    let mut tell = |dice: &mut Dice, fact: PaymentFact| {
        now += (1 + dice.below(200_000)).seconds();
        told.push((at(now), fact));
        now
    };
    let paid = (units, currency);
    if dice.one_in(3) {
        let fact = PaymentFact::Declined {
            payment: format!("pi_{n}"),
            amount: units,
            currency: currency.into(),
            references: references(n),
        };
        tell(dice, fact);
    }
    if dice.one_in(4) {
        tell(dice, session(n, CheckoutOutcome::Expired, paid));
        return told;
    }
    if dice.one_in(3) {
        tell(dice, session(n, CheckoutOutcome::Processing, paid));
        if dice.one_in(3) {
            tell(dice, session(n, CheckoutOutcome::Failed, paid));
            return told;
        }
    }
    tell(dice, session(n, CheckoutOutcome::Paid, paid));
    for kind in 0..dice.below(4) {
        let amount = 1 + dice.below(units);
        let begun = start + (400_000 + dice.below(4_000_000)).seconds();
        let ways: &[&[ReversalProgress]] = if kind == 0 {
            &[
                &[ReversalProgress::Inquiry],
                &[
                    ReversalProgress::Inquiry,
                    ReversalProgress::Pending,
                    ReversalProgress::Completed,
                ],
                &[ReversalProgress::Pending, ReversalProgress::Reverted],
                &[
                    ReversalProgress::Pending,
                    ReversalProgress::Completed,
                    ReversalProgress::Reverted,
                ],
                &[ReversalProgress::Pending],
            ]
        } else {
            &[
                &[ReversalProgress::Pending, ReversalProgress::Completed],
                &[ReversalProgress::Completed],
                &[ReversalProgress::Completed, ReversalProgress::Reverted],
            ]
        };
        let way = usize::try_from(dice.below(i64::try_from(ways.len()).unwrap())).unwrap();
        for progress in ways[way] {
            let seen = Reversal {
                progress: *progress,
                amount: amount - amount % unit(currency),
                at: begun,
            };
            let (payment, currency) = (format!("pi_{n}"), currency.to_owned());
            let fact = if kind == 0 {
                let dispute = format!("dp_{n}");
                PaymentFact::Dispute {
                    dispute,
                    payment,
                    seen,
                    currency,
                }
            } else {
                let refund = format!("re_{n}_{kind}");
                PaymentFact::Refund {
                    refund,
                    payment,
                    reversal: seen,
                    currency,
                }
            };
            tell(dice, fact);
        }
    }
    told
}

fn unit(currency: &str) -> i64 {
    currency
        .to_uppercase()
        .parse::<crate::money::Currency>()
        .unwrap()
        .stripe_units()
}

/// Where an invoice and the books stand.
#[derive(Debug, Clone, PartialEq)]
struct Stand {
    ledger: PaymentLedger,
    book: InvoiceBalance,
    outstanding: i64,
    figures: BTreeMap<(Date, RevenueFigure), i64>,
    surplus: i64,
}

/// Lets events come in, each at some time after it happened, and then the due date pass.
fn run(
    dice: &mut Dice,
    invoice: &Invoice,
    ledger: &PaymentLedger,
    events: &[DeliveredFact],
) -> (Stand, usize) {
    let (mut invoice, mut ledger) = (invoice.clone(), ledger.clone());
    let (mut figures, mut changes, mut surplus) = (BTreeMap::new(), 0, 0);
    for (origin, fact) in events {
        let heard = origin.at + dice.below(3_000_000).seconds();
        ledger = ledger.join(invoice.currency, origin, fact).unwrap();
        let settled = settle_invoice(&invoice, &ledger, &workspace(), heard).unwrap();
        for change in settled.changes {
            assert_eq!(change.invoice.version, invoice.version + 1);
            for posting in &change.postings {
                *figures.entry((posting.month, posting.figure)).or_default() += posting.amount;
            }
            invoice = change.invoice;
            changes += 1;
            let book = invoice.balance;
            assert_eq!(
                book.paid + book.waived + invoice.outstanding(),
                invoice.total
            );
            assert!(book.refunded + book.disputed <= book.paid);
            assert!(
                [book.paid, book.refunded, book.disputed, book.fees]
                    .iter()
                    .all(|n| *n >= 0)
            );
        }
        (ledger, surplus) = (settled.ledger, settled.surplus);
        assert!(surplus >= 0, "{ledger:?}");
    }
    if let Ok(lapsed) = apply_command(
        &invoice,
        InvoiceActor::System("Time"),
        &InvoiceCommand::MarkOverdue,
        FAR,
        NOW,
    ) {
        for posting in &lapsed.postings {
            *figures.entry((posting.month, posting.figure)).or_default() += posting.amount;
        }
        invoice = lapsed.invoice;
    }
    figures.retain(|_, minor| *minor != 0);
    let stand = Stand {
        ledger,
        book: invoice.balance,
        outstanding: invoice.outstanding(),
        figures,
        surplus,
    };
    (stand, changes)
}

/// The same events as they may arrive: in another order, some twice, some late.
fn as_delivered(dice: &mut Dice, events: &[DeliveredFact]) -> Vec<DeliveredFact> {
    let mut arriving = events.to_vec();
    for event in events {
        for _ in 0..dice.below(3) {
            arriving.push(event.clone());
        }
    }
    dice.shuffle(&mut arriving);
    // Some are lost, and come again when everything else is there.
    let (kept, mut lost): (Vec<_>, Vec<_>) = arriving.into_iter().partition(|_| !dice.one_in(5));
    dice.shuffle(&mut lost);
    kept.into_iter().chain(lost).collect()
}

fn part_by_hand(invoice: &Invoice, amount: i64) -> Invoice {
    let owner = Actor {
        user: crate::id::UserId::new(1, 1),
        name: "Ana".into(),
        email: "a@example.com".parse().unwrap(),
        role: Role::ALL[0],
        workspace: WorkspaceId::new(1, 1),
        client: None,
    };
    let ask = InvoiceCommand::Pay {
        amount,
        fee: 0,
        on: date(2026, 1, 6),
        method: PaymentMethod::ByHand(String::new()),
    };
    let change = apply_command(
        invoice,
        InvoiceActor::Person(&owner),
        &ask,
        date(2026, 1, 6),
        NOW,
    );
    change.unwrap().invoice
}

#[test]
fn facts_in_any_order_and_number_give_same_ledger() {
    println!("{RUNS} runs, seed {SEED}");
    let (mut booked, mut surplus, mut moved, mut delivered) = (0, 0, 0, 0);
    for n in 0..RUNS {
        let dice = &mut Dice(SEED + n * 1_000_003);
        let currency = ["EUR", "USD", "JPY", "ISK", "BHD"][usize::try_from(dice.below(5)).unwrap()];
        let total = 10 * (1 + dice.below(10_000));
        let mut invoice = invoice(total, currency);
        if dice.one_in(4) {
            invoice = part_by_hand(&invoice, 1 + dice.below(total));
        }
        let (mut ledger, mut events) = (PaymentLedger::default(), Vec::new());
        for k in 1..=1 + u64::try_from(dice.below(3)).unwrap() {
            let amount = if dice.one_in(3) {
                10 * (1 + dice.below(total / 10))
            } else {
                total
            };
            let begins = NOW + dice.below(100_000).seconds();
            let one = attempt(amount, amount / 50);
            ledger = ledger.with_attempt(EntryId::new(1, k.into()), one).unwrap();
            let units = amount * unit(currency);
            events.extend(story(dice, k, units, &currency.to_lowercase(), begins));
        }
        events.sort_by_key(|(origin, _)| origin.at);
        let (expected, changes) = run(dice, &invoice, &ledger, &events);
        let arriving = as_delivered(dice, &events);
        let (found, _) = run(dice, &invoice, &ledger, &arriving);
        assert_eq!(found, expected, "run {n}, seed {SEED}: {arriving:#?}");
        delivered += arriving.len();
        booked += changes;
        surplus += usize::from(expected.surplus > 0);
        moved += usize::from(expected.book.refunded + expected.book.disputed > 0);
    }
    println!(
        "{delivered} deliveries, {booked} changes, {moved} with money back, {surplus} paid twice"
    );
    assert!(booked > 10_000 && moved > 1_000 && surplus > 1_000);
}
