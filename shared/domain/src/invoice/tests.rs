//! Any sequence of events against the book.

mod bills;

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::id::WorkspaceId;
use crate::person::Actor;
use crate::role::{Action, Role};
use crate::testing::config;
use crate::workspace::Workspace;

const NOW: Timestamp = Timestamp::constant(1_767_603_600, 0);
/// The day of [`NOW`].
const TODAY: Date = date(2026, 1, 5);

fn actor(role: Role) -> Actor {
    Actor {
        user: UserId::new(1, 1),
        name: "Ana".into(),
        email: "a@example.com".parse().expect("address"),
        role,
        workspace: WorkspaceId::new(1, 1),
        client: None,
    }
}

fn workspace() -> Workspace {
    let slug = "acme".parse().expect("a slug");
    Workspace::new(
        WorkspaceId::new(1, 1),
        slug,
        "Acme".into(),
        "Europe/Berlin".into(),
    )
}

fn draft(total: i64) -> Invoice {
    Invoice {
        id: InvoiceId::new(1, 1),
        client: ClientId::new(1, 1),
        client_name: "Initech".into(),
        engagement: None,
        subject: "Test".into(),
        currency: "EUR".parse().unwrap(),
        total,
        due: date(2026, 2, 4),
        issued: None,
        book: InvoiceBalance::default(),
        late: false,
        updated: NOW,
        version: 1,
    }
}

fn sent(total: i64) -> Invoice {
    let owner = actor(Role::ALL[0]);
    let change = issue(&draft(total), &owner, "INV-0001".into(), TODAY, NOW);
    change.expect("sent").invoice
}

/// An event with a number that says how much of it, in thousandths of the total.
#[derive(Debug, Clone)]
struct Step {
    kind: InvoiceTransition,
    part: i64,
    days: i64,
    by_provider: bool,
}

fn any_step() -> impl Strategy<Value = Step> {
    let kinds = select(InvoiceTransition::ALL.to_vec());
    (kinds, 0_i64..1_300, 0_i64..20, any::<bool>()).prop_map(|(kind, part, days, by_provider)| {
        Step {
            kind,
            part,
            days,
            by_provider,
        }
    })
}

fn ask(step: &Step, total: i64, on: Date) -> Option<InvoiceCommand> {
    let amount = total * step.part / 1_000;
    let how = PaymentMethod::ByHand(String::new());
    Some(match step.kind {
        InvoiceTransition::Send => return None,
        InvoiceTransition::Pay => InvoiceCommand::Pay {
            amount,
            fee: amount / 40,
            on,
            how,
        },
        InvoiceTransition::TakeBack => InvoiceCommand::TakeBack {
            payment: EntryId::new(1, 1),
            amount,
            on,
        },
        InvoiceTransition::Refund => InvoiceCommand::Refund { amount, on, how },
        InvoiceTransition::Void => InvoiceCommand::Void("no".into()),
        InvoiceTransition::OpenDispute => InvoiceCommand::OpenDispute(amount),
        InvoiceTransition::WinDispute => InvoiceCommand::WinDispute(amount),
        InvoiceTransition::LoseDispute => InvoiceCommand::LoseDispute(amount, on),
        InvoiceTransition::SetAside => InvoiceCommand::SetAside {
            amount,
            fee: amount / 40,
            on,
            how,
        },
        InvoiceTransition::Restore => InvoiceCommand::Restore { amount, on, how },
        InvoiceTransition::Lapse => InvoiceCommand::Lapse,
    })
}

/// Whether the book of an invoice holds what it promises.
fn holds(invoice: &Invoice) -> Result<(), TestCaseError> {
    let InvoiceBalance {
        paid,
        refunded,
        disputed,
        waived,
        fees,
        void,
    } = invoice.book;
    let outstanding = invoice.outstanding();
    for sum in [paid, refunded, disputed, waived, fees, outstanding] {
        prop_assert!(sum >= 0, "{invoice:?}");
    }
    if invoice.issued.is_some() {
        prop_assert_eq!(paid + waived + outstanding, invoice.total);
    }
    prop_assert!(refunded + disputed <= paid, "{invoice:?}");
    prop_assert!(waived == 0 || void);
    prop_assert!(!void || outstanding == 0);
    let settled = matches!(
        invoice.state(),
        InvoiceState::Paid
            | InvoiceState::PartlyRefunded
            | InvoiceState::Refunded
            | InvoiceState::Void
            | InvoiceState::Draft
    );
    prop_assert!(!settled || outstanding == 0, "{invoice:?}");
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_sequence_of_events_makes_the_figures_disagree(
        total in 1_i64..1_000_000,
        steps in proptest::collection::vec(any_step(), 1..40),
    ) {
        let owner = actor(Role::ALL[0]);
        let begin = draft(total);
        let change = issue(&begin, &owner, "INV-0001".into(), TODAY, NOW).unwrap();
        let mut books: BTreeMap<(Date, RevenueFigure), i64> = BTreeMap::new();
        let mut post = |change: &InvoiceChange| {
            for FigurePosting { month, figure, minor } in &change.postings {
                *books.entry((*month, *figure)).or_default() += minor;
            }
        };
        post(&change);
        let (mut invoice, mut today) = (change.invoice, TODAY);
        let (mut paid, mut refunded, mut fees) = (0, 0, 0);
        for step in steps {
            today = today.checked_add(step.days.days()).unwrap();
            let Some(ask) = ask(&step, total, today) else { continue };
            let by = if step.by_provider { InvoiceActor::Itself("Stripe") } else { InvoiceActor::Person(&owner) };
            let possible = step.kind.is_possible(&invoice);
            let Ok(change) = transition(&invoice, by, &ask, today, NOW) else { continue };
            prop_assert!(possible && (step.by_provider || step.kind.is_by_hand()));
            prop_assert_eq!(change.invoice.version, invoice.version + 1);
            prop_assert_eq!(change.invoice.total, total);
            match change.entry.what {
                InvoiceEvent::Paid { amount, fee, .. } => { paid += amount; fees += fee; }
                InvoiceEvent::TakenBack { amount, .. } => paid -= amount,
                InvoiceEvent::Refunded { amount, .. } | InvoiceEvent::DisputeLost { amount, .. } => {
                    refunded += amount;
                }
                InvoiceEvent::SetAside { amount, fee, .. } => { paid -= amount; fees -= fee; }
                InvoiceEvent::Restored { amount, .. } => refunded -= amount,
                _ => {}
            }
            post(&change);
            invoice = change.invoice;
            holds(&invoice)?;
        }
        // The history tells the same as the book, and so do the figures by month.
        prop_assert_eq!((paid, refunded, fees), (invoice.book.paid, invoice.book.refunded, invoice.book.fees));
        let sum = |figure: RevenueFigure| {
            books.iter().filter(|((_, one), _)| *one == figure).map(|(_, minor)| minor).sum::<i64>()
        };
        prop_assert_eq!(sum(RevenueFigure::Invoiced), if invoice.book.void { 0 } else { total });
        prop_assert_eq!(sum(RevenueFigure::Outstanding), invoice.outstanding());
        prop_assert_eq!(sum(RevenueFigure::Overdue), if invoice.late { invoice.outstanding() } else { 0 });
        prop_assert_eq!(sum(RevenueFigure::Paid), paid);
        prop_assert_eq!(sum(RevenueFigure::Refunded), refunded);
        prop_assert_eq!(sum(RevenueFigure::Fees), fees);
    }
}

#[test]
fn what_is_offered_is_what_is_allowed() {
    let mut seen = 0;
    for role in Role::ALL {
        let mut invoices = vec![draft(100), sent(100)];
        let owner = actor(Role::ALL[0]);
        let paid = |invoice: &Invoice, amount| {
            let how = PaymentMethod::ByHand(String::new());
            let ask = InvoiceCommand::Pay {
                amount,
                fee: 0,
                on: TODAY,
                how,
            };
            transition(invoice, InvoiceActor::Person(&owner), &ask, TODAY, NOW)
                .unwrap()
                .invoice
        };
        invoices.push(paid(&sent(100), 40));
        invoices.push(paid(&sent(100), 100));
        for invoice in invoices {
            for kind in InvoiceTransition::ALL {
                let step = Step {
                    kind,
                    part: 10,
                    days: 0,
                    by_provider: false,
                };
                let allowed = match ask(&step, 100, TODAY) {
                    None => issue(&invoice, &actor(role), "1".into(), TODAY, NOW).is_ok(),
                    Some(ask) => transition(
                        &invoice,
                        InvoiceActor::Person(&actor(role)),
                        &ask,
                        TODAY,
                        NOW,
                    )
                    .is_ok(),
                };
                assert_eq!(
                    kind.is_offered(role, &invoice),
                    allowed,
                    "{role:?} {kind:?}"
                );
                assert!(!allowed || role.may(Action::ManageInvoices));
                seen += usize::from(allowed);
            }
        }
    }
    assert!(seen > 0);
}

#[test]
fn a_way_through_all_states() {
    let by = InvoiceActor::Itself("Stripe");
    let how = || PaymentMethod::Provider("pi_1".into());
    let step = |invoice: &Invoice, ask: InvoiceCommand| {
        transition(invoice, by, &ask, TODAY, NOW).unwrap().invoice
    };
    let pay = |amount| InvoiceCommand::Pay {
        amount,
        fee: 1,
        on: TODAY,
        how: how(),
    };
    let part = step(&sent(100), pay(40));
    assert_eq!(
        (part.state(), part.outstanding()),
        (InvoiceState::PartlyPaid, 60)
    );
    let paid = step(&part, pay(60));
    assert_eq!(
        (paid.state(), paid.outstanding(), paid.book.fees),
        (InvoiceState::Paid, 0, 2)
    );
    let disputed = step(&paid, InvoiceCommand::OpenDispute(60));
    assert_eq!(disputed.state(), InvoiceState::Disputed);
    assert_eq!(
        step(&disputed, InvoiceCommand::WinDispute(60)),
        Invoice {
            version: 6,
            ..paid.clone()
        }
    );
    let lost = step(&disputed, InvoiceCommand::LoseDispute(60, TODAY));
    assert_eq!(
        (lost.state(), lost.book.kept()),
        (InvoiceState::PartlyRefunded, 40)
    );
    let back = InvoiceCommand::Refund {
        amount: 40,
        on: TODAY,
        how: how(),
    };
    assert_eq!(step(&lost, back).state(), InvoiceState::Refunded);
    assert_eq!(
        step(&sent(100), InvoiceCommand::Void("no".into())).state(),
        InvoiceState::Void
    );
    for state in InvoiceState::ALL {
        assert!(
            InvoiceTransition::ALL
                .iter()
                .any(|kind| kind.from().contains(&state))
                || matches!(state, InvoiceState::Refunded | InvoiceState::Void)
        );
    }
}

#[test]
fn overdue_begins_when_the_day_is_over_and_ends_with_the_money() {
    let invoice = sent(100);
    let (due, after) = (invoice.due, invoice.due.tomorrow().unwrap());
    assert!(!invoice.is_overdue(due) && invoice.is_overdue(after));
    let by = InvoiceActor::Itself("Time");
    assert_eq!(
        transition(&invoice, by, &InvoiceCommand::Lapse, due, NOW),
        Err(InvoiceRefusal::State)
    );
    let late = transition(&invoice, by, &InvoiceCommand::Lapse, after, NOW)
        .unwrap()
        .invoice;
    assert!(late.late);
    assert_eq!(
        transition(&late, by, &InvoiceCommand::Lapse, after, NOW),
        Err(InvoiceRefusal::State)
    );
    let owner = actor(Role::ALL[0]);
    let how = PaymentMethod::ByHand(String::new());
    let pay = InvoiceCommand::Pay {
        amount: 100,
        fee: 0,
        on: after,
        how,
    };
    let paid = transition(&late, InvoiceActor::Person(&owner), &pay, after, NOW).unwrap();
    assert!(!paid.invoice.is_overdue(after));
    let overdue: i64 = paid
        .postings
        .iter()
        .filter(|p| p.figure == RevenueFigure::Overdue)
        .map(|p| p.minor)
        .sum();
    assert_eq!(overdue, -100);
    // Paid in time, then taken out again: overdue at once.
    let early = transition(&invoice, InvoiceActor::Person(&owner), &pay, TODAY, NOW)
        .unwrap()
        .invoice;
    let back = InvoiceCommand::TakeBack {
        payment: EntryId::new(1, 1),
        amount: 100,
        on: TODAY,
    };
    let again = transition(&early, InvoiceActor::Person(&owner), &back, after, NOW).unwrap();
    assert!(again.invoice.late);
}

#[test]
fn the_client_hears_of_it_in_time() {
    let told = |due: Date| -> Vec<_> {
        let all = schedule(due, &workspace(), NOW);
        all.into_iter()
            .map(|(at, what)| (at.to_string(), what))
            .collect()
    };
    let far = told(date(2026, 2, 4));
    assert_eq!(far[0], (NOW.to_string(), InvoiceReminder::Sent));
    // Nine in the morning of Berlin, and its midnight.
    assert_eq!(
        far[1],
        ("2026-02-01T08:00:00Z".into(), InvoiceReminder::Soon)
    );
    assert_eq!(
        far[2],
        ("2026-02-04T23:00:00Z".into(), InvoiceReminder::Lapse)
    );
    assert_eq!(
        far[3],
        ("2026-02-05T08:00:00Z".into(), InvoiceReminder::Overdue)
    );
    assert_eq!(far.len(), 6);
    let near = told(date(2026, 1, 6));
    assert!(near.iter().all(|(_, what)| *what != InvoiceReminder::Soon));
}

#[test]
fn a_payment_is_refused_in_words_that_help() {
    let invoice = sent(10_000);
    let typed = |amount: &str, on: &str| PaymentInput {
        amount: amount.into(),
        on: on.into(),
        reference: String::new(),
    };
    let why = |input: PaymentInput, field: &str| match input.payment(&invoice, TODAY) {
        Err(InvoiceRefusal::Invalid(invalid)) => invalid.fields()[field].clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        why(typed("100.01", "2026-01-05"), "amount"),
        "Outstanding are only 100.00 EUR."
    );
    assert_eq!(why(typed("0", "2026-01-05"), "amount"), "Enter an amount.");
    assert_eq!(
        why(typed("1", "2026-01-06"), "on"),
        "This day is yet to come."
    );
    assert_eq!(
        why(typed("1", "2026-01-04"), "on"),
        "The invoice wasn't sent then."
    );
    assert!(typed("100", "2026-01-05").payment(&invoice, TODAY).is_ok());
    assert!(typed("1", "2026-01-05").refund(&invoice, TODAY).is_err());
}
