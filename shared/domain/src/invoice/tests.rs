//! Any sequence of events against the book.

mod content;

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::id::{ClientId, EntryId, InvoiceId, UserId, WorkspaceId};
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
        issue: None,
        balance: InvoiceBalance::default(),
        marked_overdue: false,
        processing: 0,
        surplus: 0,
        updated: NOW,
        version: 1,
    }
}

fn sent(total: i64) -> Invoice {
    let owner = actor(Role::ALL[0]);
    let change = issue_invoice(&draft(total), &owner, "INV-0001".into(), TODAY, NOW);
    change.expect("sent").invoice
}

/// An event with a number that says how much of it, in thousandths of the total.
#[derive(Debug, Clone)]
struct InvoiceStep {
    kind: InvoiceTransition,
    part: i64,
    days: i64,
    by_provider: bool,
}

fn any_step() -> impl Strategy<Value = InvoiceStep> {
    let kinds = select(InvoiceTransition::ALL.to_vec());
    (kinds, 0_i64..1_300, 0_i64..20, any::<bool>()).prop_map(|(kind, part, days, by_provider)| {
        InvoiceStep {
            kind,
            part,
            days,
            by_provider,
        }
    })
}

fn ask(step: &InvoiceStep, total: i64, on: Date) -> Option<InvoiceCommand> {
    let amount = total * step.part / 1_000;
    let method = PaymentMethod::ByHand(String::new());
    Some(match step.kind {
        InvoiceTransition::Send => return None,
        InvoiceTransition::Pay => InvoiceCommand::Pay {
            amount,
            fee: amount / 40,
            on,
            method,
        },
        InvoiceTransition::RemovePayment => InvoiceCommand::RemovePayment {
            payment: EntryId::new(1, 1),
            amount,
            on,
        },
        InvoiceTransition::Refund => InvoiceCommand::Refund { amount, on, method },
        InvoiceTransition::Void => InvoiceCommand::Void("no".into()),
        InvoiceTransition::OpenDispute => InvoiceCommand::OpenDispute(amount),
        InvoiceTransition::WinDispute => InvoiceCommand::WinDispute(amount),
        InvoiceTransition::LoseDispute => InvoiceCommand::LoseDispute(amount, on),
        InvoiceTransition::UnapplyPayment => InvoiceCommand::UnapplyPayment {
            amount,
            fee: amount / 40,
            on,
            method,
        },
        InvoiceTransition::ReverseRefund => InvoiceCommand::ReverseRefund { amount, on, method },
        InvoiceTransition::MarkOverdue => InvoiceCommand::MarkOverdue,
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
    } = invoice.balance;
    let outstanding = invoice.outstanding();
    for sum in [paid, refunded, disputed, waived, fees, outstanding] {
        prop_assert!(sum >= 0, "{invoice:?}");
    }
    if invoice.issue.is_some() {
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
    fn any_sequence_of_invoice_events_keeps_figures_consistent(
        total in 1_i64..1_000_000,
        steps in proptest::collection::vec(any_step(), 1..40),
    ) {
        let owner = actor(Role::ALL[0]);
        let begin = draft(total);
        let change = issue_invoice(&begin, &owner, "INV-0001".into(), TODAY, NOW).unwrap();
        let mut books: BTreeMap<(Date, RevenueFigure), i64> = BTreeMap::new();
        let mut post = |change: &InvoiceChange| {
            for FigurePosting { month, figure, amount } in &change.postings {
                *books.entry((*month, *figure)).or_default() += amount;
            }
        };
        post(&change);
        let (mut invoice, mut today) = (change.invoice, TODAY);
        let (mut paid, mut refunded, mut fees) = (0, 0, 0);
        for step in steps {
            today = today.checked_add(step.days.days()).unwrap();
            let Some(ask) = ask(&step, total, today) else { continue };
            let by = if step.by_provider { InvoiceActor::System("Stripe") } else { InvoiceActor::Person(&owner) };
            let possible = step.kind.is_possible(&invoice);
            let Ok(change) = apply_command(&invoice, by, &ask, today, NOW) else { continue };
            prop_assert!(possible && (step.by_provider || step.kind.is_manual()));
            prop_assert_eq!(change.invoice.version, invoice.version + 1);
            prop_assert_eq!(change.invoice.total, total);
            match change.entry.event {
                InvoiceEvent::Paid { amount, fee, .. } => { paid += amount; fees += fee; }
                InvoiceEvent::PaymentRemoved { amount, .. } => paid -= amount,
                InvoiceEvent::Refunded { amount, .. } | InvoiceEvent::DisputeLost { amount, .. } => {
                    refunded += amount;
                }
                InvoiceEvent::PaymentUnapplied { amount, fee, .. } => { paid -= amount; fees -= fee; }
                InvoiceEvent::RefundReversed { amount, .. } => refunded -= amount,
                _ => {}
            }
            post(&change);
            invoice = change.invoice;
            holds(&invoice)?;
        }
        // The history tells the same as the book, and so do the figures by month.
        prop_assert_eq!((paid, refunded, fees), (invoice.balance.paid, invoice.balance.refunded, invoice.balance.fees));
        let sum = |figure: RevenueFigure| {
            books.iter().filter(|((_, one), _)| *one == figure).map(|(_, minor)| minor).sum::<i64>()
        };
        prop_assert_eq!(sum(RevenueFigure::Invoiced), if invoice.balance.void { 0 } else { total });
        prop_assert_eq!(sum(RevenueFigure::Outstanding), invoice.outstanding());
        prop_assert_eq!(sum(RevenueFigure::Overdue), if invoice.marked_overdue { invoice.outstanding() } else { 0 });
        prop_assert_eq!(sum(RevenueFigure::Paid), paid);
        prop_assert_eq!(sum(RevenueFigure::Refunded), refunded);
        prop_assert_eq!(sum(RevenueFigure::Fees), fees);
    }
}

#[test]
fn offered_invoice_commands_are_those_that_apply() {
    let mut seen = 0;
    for role in Role::ALL {
        let mut invoices = vec![draft(100), sent(100)];
        let owner = actor(Role::ALL[0]);
        let paid = |invoice: &Invoice, amount| {
            let method = PaymentMethod::ByHand(String::new());
            let ask = InvoiceCommand::Pay {
                amount,
                fee: 0,
                on: TODAY,
                method,
            };
            apply_command(invoice, InvoiceActor::Person(&owner), &ask, TODAY, NOW)
                .unwrap()
                .invoice
        };
        invoices.push(paid(&sent(100), 40));
        invoices.push(paid(&sent(100), 100));
        for invoice in invoices {
            for kind in InvoiceTransition::ALL {
                let step = InvoiceStep {
                    kind,
                    part: 10,
                    days: 0,
                    by_provider: false,
                };
                let allowed = match ask(&step, 100, TODAY) {
                    None => issue_invoice(&invoice, &actor(role), "1".into(), TODAY, NOW).is_ok(),
                    Some(ask) => apply_command(
                        &invoice,
                        InvoiceActor::Person(&actor(role)),
                        &ask,
                        TODAY,
                        NOW,
                    )
                    .is_ok(),
                };
                assert_eq!(
                    kind.is_available(role, &invoice),
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
fn invoice_events_lead_through_all_states() {
    let by = InvoiceActor::System("Stripe");
    let method = || PaymentMethod::Provider("pi_1".into());
    let step = |invoice: &Invoice, ask: InvoiceCommand| {
        apply_command(invoice, by, &ask, TODAY, NOW)
            .unwrap()
            .invoice
    };
    let pay = |amount| InvoiceCommand::Pay {
        amount,
        fee: 1,
        on: TODAY,
        method: method(),
    };
    let part = step(&sent(100), pay(40));
    assert_eq!(
        (part.state(), part.outstanding()),
        (InvoiceState::PartlyPaid, 60)
    );
    let paid = step(&part, pay(60));
    assert_eq!(
        (paid.state(), paid.outstanding(), paid.balance.fees),
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
        (lost.state(), lost.balance.retained()),
        (InvoiceState::PartlyRefunded, 40)
    );
    let back = InvoiceCommand::Refund {
        amount: 40,
        on: TODAY,
        method: method(),
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
                .any(|kind| kind.allowed_from().contains(&state))
                || matches!(state, InvoiceState::Refunded | InvoiceState::Void)
        );
    }
}

#[test]
fn overdue_begins_when_the_day_is_over_and_ends_with_the_money() {
    let invoice = sent(100);
    let (due, after) = (invoice.due, invoice.due.tomorrow().unwrap());
    assert!(!invoice.is_overdue(due) && invoice.is_overdue(after));
    let by = InvoiceActor::System("Time");
    assert_eq!(
        apply_command(&invoice, by, &InvoiceCommand::MarkOverdue, due, NOW),
        Err(InvoiceRefusal::State)
    );
    let late = apply_command(&invoice, by, &InvoiceCommand::MarkOverdue, after, NOW)
        .unwrap()
        .invoice;
    assert!(late.marked_overdue);
    assert_eq!(
        apply_command(&late, by, &InvoiceCommand::MarkOverdue, after, NOW),
        Err(InvoiceRefusal::State)
    );
    let owner = actor(Role::ALL[0]);
    let method = PaymentMethod::ByHand(String::new());
    let pay = InvoiceCommand::Pay {
        amount: 100,
        fee: 0,
        on: after,
        method,
    };
    let paid = apply_command(&late, InvoiceActor::Person(&owner), &pay, after, NOW).unwrap();
    assert!(!paid.invoice.is_overdue(after));
    let overdue: i64 = paid
        .postings
        .iter()
        .filter(|p| p.figure == RevenueFigure::Overdue)
        .map(|p| p.amount)
        .sum();
    assert_eq!(overdue, -100);
    // Paid in time, then taken out again: overdue at once.
    let early = apply_command(&invoice, InvoiceActor::Person(&owner), &pay, TODAY, NOW)
        .unwrap()
        .invoice;
    let back = InvoiceCommand::RemovePayment {
        payment: EntryId::new(1, 1),
        amount: 100,
        on: TODAY,
    };
    let again = apply_command(&early, InvoiceActor::Person(&owner), &back, after, NOW).unwrap();
    assert!(again.invoice.marked_overdue);
}

#[test]
fn reminder_schedule_follows_due_date() {
    let told = |due: Date| -> Vec<_> {
        let all = reminder_schedule(due, &workspace(), NOW);
        all.into_iter()
            .map(|(at, what)| (at.to_string(), what))
            .collect()
    };
    let far = told(date(2026, 2, 4));
    assert_eq!(far[0], (NOW.to_string(), InvoiceReminder::Sent));
    // Nine in the morning of Berlin, and its midnight.
    assert_eq!(
        far[1],
        ("2026-02-01T08:00:00Z".into(), InvoiceReminder::DueSoon)
    );
    assert_eq!(
        far[2],
        ("2026-02-04T23:00:00Z".into(), InvoiceReminder::DayOver)
    );
    assert_eq!(
        far[3],
        ("2026-02-05T08:00:00Z".into(), InvoiceReminder::Overdue)
    );
    assert_eq!(far.len(), 6);
    let near = told(date(2026, 1, 6));
    assert!(
        near.iter()
            .all(|(_, what)| *what != InvoiceReminder::DueSoon)
    );
}

#[test]
fn invalid_payment_is_refused_with_message() {
    let invoice = sent(10_000);
    let typed = |amount: &str, on: &str| PaymentInput {
        amount: amount.into(),
        on: on.into(),
        reference: String::new(),
    };
    let why = |input: PaymentInput, field: &str| match input.parse_payment(&invoice, TODAY) {
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
    assert!(
        typed("100", "2026-01-05")
            .parse_payment(&invoice, TODAY)
            .is_ok()
    );
    assert!(
        typed("1", "2026-01-05")
            .parse_refund(&invoice, TODAY)
            .is_err()
    );
}
