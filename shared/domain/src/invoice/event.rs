//! What can happen to an invoice: from where, by whom, and what comes of it.

use jiff::Timestamp;
use jiff::civil::Date;

use super::figures::{FigurePosting, postings};
use super::{
    Invoice, InvoiceBalance, InvoiceEvent, InvoiceHistoryEntry, InvoiceState, IssueDetails,
    PaymentMethod,
};
use crate::id::{EntryId, UserId};
use crate::input::FieldErrors;
use crate::person::Actor;
use crate::role::{Action, Role};

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InvoiceTransition {
    /// Send it to the client.
    Send,
    /// Note a payment.
    Pay,
    /// Take out a payment that was noted by mistake.
    TakeBack,
    /// Give money back.
    Refund,
    /// Say that it isn't to be paid.
    Void,
    /// A payer's bank disputes a payment.
    OpenDispute,
    /// That bank lets the money go.
    WinDispute,
    /// That bank keeps the money.
    LoseDispute,
    /// A payment isn't needed, for another came before it.
    SetAside,
    /// What had gone back is here again.
    Restore,
    /// Its day is over.
    Lapse,
}

impl InvoiceTransition {
    /// Every kind, in the order in which pages offer them.
    pub const ALL: [Self; 11] = [
        Self::Send,
        Self::Pay,
        Self::Refund,
        Self::TakeBack,
        Self::Void,
        Self::OpenDispute,
        Self::WinDispute,
        Self::LoseDispute,
        Self::SetAside,
        Self::Restore,
        Self::Lapse,
    ];

    /// The states that it may start from.
    pub const fn from(self) -> &'static [InvoiceState] {
        use InvoiceState as S;
        match self {
            Self::Send => &[S::Draft],
            Self::Pay | Self::Lapse => &[S::Sent, S::PartlyPaid, S::Disputed],
            Self::TakeBack => &[S::PartlyPaid, S::Paid, S::PartlyRefunded],
            Self::Refund | Self::OpenDispute => {
                &[S::PartlyPaid, S::Paid, S::PartlyRefunded, S::Disputed]
            }
            Self::Void => &[S::Sent, S::PartlyPaid],
            Self::WinDispute | Self::LoseDispute => &[S::Disputed],
            Self::SetAside => &[S::PartlyPaid, S::Paid, S::PartlyRefunded, S::Disputed],
            Self::Restore => &[S::PartlyPaid, S::PartlyRefunded, S::Refunded, S::Disputed],
        }
    }

    /// Whether people do it; the rest is done by time and by payment providers.
    pub const fn is_by_hand(self) -> bool {
        match self {
            Self::Send | Self::Pay | Self::TakeBack | Self::Refund | Self::Void => true,
            Self::OpenDispute
            | Self::WinDispute
            | Self::LoseDispute
            | Self::SetAside
            | Self::Restore
            | Self::Lapse => false,
        }
    }

    /// Whether somebody of `role` may do it with this invoice now.
    pub fn is_offered(self, role: Role, invoice: &Invoice) -> bool {
        self.is_by_hand() && role.may(Action::ManageInvoices) && self.is_possible(invoice)
    }

    /// Whether it can happen to this invoice at all.
    pub fn is_possible(self, invoice: &Invoice) -> bool {
        let book = &invoice.book;
        self.from().contains(&invoice.state())
            && match self {
                Self::Send => invoice.total > 0,
                Self::Pay => invoice.outstanding() > 0,
                Self::Refund | Self::TakeBack | Self::OpenDispute | Self::SetAside => {
                    book.kept() - book.disputed > 0
                }
                // What is kept of it would be for nothing.
                Self::Void => book.kept() == 0,
                Self::WinDispute | Self::LoseDispute => true,
                Self::Restore => book.refunded > 0,
                Self::Lapse => invoice.outstanding() > 0 && !invoice.late,
            }
    }
}

/// Who does it.
#[derive(Debug, Clone, Copy)]
pub enum InvoiceActor<'a> {
    /// One of the team.
    Person(&'a Actor),
    /// Time, or a payment provider, under this name.
    Itself(&'a str),
}

/// What is to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvoiceCommand {
    /// See [`Happening::Paid`].
    Pay {
        /// How much.
        amount: i64,
        /// What whoever brought it took.
        fee: i64,
        /// The day on which it came.
        on: Date,
        /// How.
        how: PaymentMethod,
    },
    /// See [`Happening::TakenBack`].
    TakeBack {
        /// Which payment.
        payment: EntryId,
        /// How much it was.
        amount: i64,
        /// When it came.
        on: Date,
    },
    /// See [`Happening::Refunded`].
    Refund {
        /// How much.
        amount: i64,
        /// The day.
        on: Date,
        /// How.
        how: PaymentMethod,
    },
    /// With a reason.
    Void(String),
    /// So much of a payment.
    OpenDispute(i64),
    /// So much of what is disputed.
    WinDispute(i64),
    /// So much of what is disputed, on which day.
    LoseDispute(i64, Date),
    /// See [`Happening::SetAside`].
    SetAside {
        /// How much.
        amount: i64,
        /// What whoever brought it took.
        fee: i64,
        /// The day on which it came.
        on: Date,
        /// Which.
        how: PaymentMethod,
    },
    /// See [`Happening::Restored`].
    Restore {
        /// How much.
        amount: i64,
        /// The day on which it had gone.
        on: Date,
        /// Which.
        how: PaymentMethod,
    },
    /// See [`Happening::BecameOverdue`].
    Lapse,
}

/// Why it can't happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvoiceRefusal {
    /// The role may never do this.
    Role,
    /// The invoice isn't in a state for it.
    State,
    /// What was typed can't be accepted.
    Invalid(FieldErrors),
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceChange {
    /// The invoice after it.
    pub invoice: Invoice,
    /// For its history.
    pub entry: InvoiceHistoryEntry,
    /// What it does to the books of the month and the client.
    pub postings: Vec<FigurePosting>,
}

impl InvoiceCommand {
    /// What kind of change it is.
    pub const fn kind(&self) -> InvoiceTransition {
        match self {
            Self::Pay { .. } => InvoiceTransition::Pay,
            Self::TakeBack { .. } => InvoiceTransition::TakeBack,
            Self::Refund { .. } => InvoiceTransition::Refund,
            Self::Void(_) => InvoiceTransition::Void,
            Self::OpenDispute(_) => InvoiceTransition::OpenDispute,
            Self::WinDispute(_) => InvoiceTransition::WinDispute,
            Self::LoseDispute(..) => InvoiceTransition::LoseDispute,
            Self::SetAside { .. } => InvoiceTransition::SetAside,
            Self::Restore { .. } => InvoiceTransition::Restore,
            Self::Lapse => InvoiceTransition::Lapse,
        }
    }
}

/// A draft as it is sent on `today`, under a number that nothing else has.
pub fn issue(
    draft: &Invoice,
    actor: &Actor,
    number: String,
    today: Date,
    now: Timestamp,
) -> Result<InvoiceChange, InvoiceRefusal> {
    if !actor.role.may(Action::ManageInvoices) {
        return Err(InvoiceRefusal::Role);
    }
    if !InvoiceTransition::Send.from().contains(&draft.state()) {
        return Err(InvoiceRefusal::State);
    }
    let mut invalid = FieldErrors::default();
    if draft.total == 0 {
        invalid.add(
            "form",
            "There is nothing to pay: give its lines a price first.",
        );
    }
    if draft.due < today {
        invalid.add(
            "form",
            "It would be overdue at once: give it a later due date first.",
        );
    }
    invalid.into_result(()).map_err(InvoiceRefusal::Invalid)?;
    let issued = Some(IssueDetails { number, on: today });
    let after = Invoice {
        issued,
        updated: now,
        version: draft.version + 1,
        ..draft.clone()
    };
    Ok(InvoiceChange::new(
        draft,
        after,
        InvoiceActor::Person(actor),
        InvoiceEvent::Sent,
        "",
    ))
}

/// What comes of `ask` on `today`.
pub fn transition(
    invoice: &Invoice,
    by: InvoiceActor<'_>,
    ask: &InvoiceCommand,
    today: Date,
    now: Timestamp,
) -> Result<InvoiceChange, InvoiceRefusal> {
    let kind = ask.kind();
    match by {
        InvoiceActor::Person(actor)
            if !kind.is_by_hand() || !actor.role.may(Action::ManageInvoices) =>
        {
            return Err(InvoiceRefusal::Role);
        }
        InvoiceActor::Person(_) | InvoiceActor::Itself(_) => {}
    }
    if !kind.is_possible(invoice) {
        return Err(InvoiceRefusal::State);
    }
    if kind == InvoiceTransition::Lapse && !invoice.is_overdue(today) {
        return Err(InvoiceRefusal::State);
    }
    let book = booked(invoice, ask).ok_or(InvoiceRefusal::State)?;
    let mut after = Invoice {
        book,
        updated: now,
        version: invoice.version + 1,
        ..invoice.clone()
    };
    // Also where what was paid in time is outstanding again.
    after.late = invoice.late || after.is_overdue(today);
    let note = match ask {
        InvoiceCommand::Void(why) => why.as_str(),
        _ => "",
    };
    Ok(InvoiceChange::new(invoice, after, by, told(ask), note))
}

/// The book after it; `None` where the amounts don't allow it.
fn booked(invoice: &Invoice, ask: &InvoiceCommand) -> Option<InvoiceBalance> {
    let mut book = invoice.book;
    let free = book.kept() - book.disputed;
    let within = |amount: i64, most: i64| (1..=most).contains(&amount).then_some(amount);
    match *ask {
        InvoiceCommand::Pay { amount, fee, .. } => {
            book.paid += within(amount, invoice.outstanding())?;
            book.fees += (0..=amount).contains(&fee).then_some(fee)?;
        }
        InvoiceCommand::TakeBack { amount, .. } => book.paid -= within(amount, free)?,
        InvoiceCommand::Refund { amount, .. } => book.refunded += within(amount, free)?,
        InvoiceCommand::Void(_) => {
            book.waived = invoice.outstanding();
            book.void = true;
        }
        InvoiceCommand::OpenDispute(amount) => book.disputed += within(amount, free)?,
        InvoiceCommand::WinDispute(amount) => book.disputed -= within(amount, book.disputed)?,
        InvoiceCommand::LoseDispute(amount, _) => {
            book.disputed -= within(amount, book.disputed)?;
            book.refunded += amount;
        }
        InvoiceCommand::SetAside { amount, fee, .. } => {
            book.paid -= within(amount, free)?;
            book.fees -= (0..=book.fees).contains(&fee).then_some(fee)?;
        }
        InvoiceCommand::Restore { amount, .. } => book.refunded -= within(amount, book.refunded)?,
        InvoiceCommand::Lapse => {}
    }
    Some(book)
}

/// What the history says of it.
fn told(ask: &InvoiceCommand) -> InvoiceEvent {
    match ask.clone() {
        InvoiceCommand::Pay {
            amount,
            fee,
            on,
            how,
        } => InvoiceEvent::Paid {
            amount,
            fee,
            on,
            how,
        },
        InvoiceCommand::TakeBack {
            payment,
            amount,
            on,
        } => InvoiceEvent::TakenBack {
            payment,
            amount,
            on,
        },
        InvoiceCommand::Refund { amount, on, how } => InvoiceEvent::Refunded { amount, on, how },
        InvoiceCommand::Void(_) => InvoiceEvent::Voided,
        InvoiceCommand::OpenDispute(amount) => InvoiceEvent::DisputeOpened { amount },
        InvoiceCommand::WinDispute(amount) => InvoiceEvent::DisputeWon { amount },
        InvoiceCommand::LoseDispute(amount, on) => InvoiceEvent::DisputeLost { amount, on },
        InvoiceCommand::SetAside {
            amount,
            fee,
            on,
            how,
        } => InvoiceEvent::SetAside {
            amount,
            fee,
            on,
            how,
        },
        InvoiceCommand::Restore { amount, on, how } => InvoiceEvent::Restored { amount, on, how },
        InvoiceCommand::Lapse => InvoiceEvent::BecameOverdue,
    }
}

impl InvoiceChange {
    fn new(
        before: &Invoice,
        after: Invoice,
        by: InvoiceActor<'_>,
        what: InvoiceEvent,
        note: &str,
    ) -> Self {
        let (by, by_name): (Option<UserId>, _) = match by {
            InvoiceActor::Person(actor) => (Some(actor.user), actor.name.as_str()),
            InvoiceActor::Itself(name) => (None, name),
        };
        Self {
            postings: postings(before, &after, &what),
            entry: InvoiceHistoryEntry {
                at: after.updated,
                by,
                by_name: by_name.to_owned(),
                note: note.to_owned(),
                what,
            },
            invoice: after,
        }
    }
}
