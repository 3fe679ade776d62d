//! What can happen to an invoice: from where, by whom, and what comes of it.

use jiff::Timestamp;
use jiff::civil::Date;

use super::figures::{Posting, postings};
use super::{Book, Entry, Happening, How, Invoice, Issued, State};
use crate::id::{EntryId, UserId};
use crate::input::Invalid;
use crate::person::Actor;
use crate::role::{Action, Role};

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Move {
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

impl Move {
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
    pub const fn from(self) -> &'static [State] {
        use State as S;
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
pub enum By<'a> {
    /// One of the team.
    Person(&'a Actor),
    /// Time, or a payment provider, under this name.
    Itself(&'a str),
}

/// What is to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// See [`Happening::Paid`].
    Pay {
        /// How much.
        amount: i64,
        /// What whoever brought it took.
        fee: i64,
        /// The day on which it came.
        on: Date,
        /// How.
        how: How,
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
        how: How,
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
        how: How,
    },
    /// See [`Happening::Restored`].
    Restore {
        /// How much.
        amount: i64,
        /// The day on which it had gone.
        on: Date,
        /// Which.
        how: How,
    },
    /// See [`Happening::BecameOverdue`].
    Lapse,
}

/// Why it can't happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The role may never do this.
    Role,
    /// The invoice isn't in a state for it.
    State,
    /// What was typed can't be accepted.
    Invalid(Invalid),
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The invoice after it.
    pub invoice: Invoice,
    /// For its history.
    pub entry: Entry,
    /// What it does to the books of the month and the client.
    pub postings: Vec<Posting>,
}

impl Ask {
    /// What kind of change it is.
    pub const fn kind(&self) -> Move {
        match self {
            Self::Pay { .. } => Move::Pay,
            Self::TakeBack { .. } => Move::TakeBack,
            Self::Refund { .. } => Move::Refund,
            Self::Void(_) => Move::Void,
            Self::OpenDispute(_) => Move::OpenDispute,
            Self::WinDispute(_) => Move::WinDispute,
            Self::LoseDispute(..) => Move::LoseDispute,
            Self::SetAside { .. } => Move::SetAside,
            Self::Restore { .. } => Move::Restore,
            Self::Lapse => Move::Lapse,
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
) -> Result<Change, Refusal> {
    if !actor.role.may(Action::ManageInvoices) {
        return Err(Refusal::Role);
    }
    if !Move::Send.from().contains(&draft.state()) {
        return Err(Refusal::State);
    }
    let mut invalid = Invalid::default();
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
    invalid.into_result(()).map_err(Refusal::Invalid)?;
    let issued = Some(Issued { number, on: today });
    let after = Invoice {
        issued,
        updated: now,
        version: draft.version + 1,
        ..draft.clone()
    };
    Ok(Change::new(
        draft,
        after,
        By::Person(actor),
        Happening::Sent,
        "",
    ))
}

/// What comes of `ask` on `today`.
pub fn transition(
    invoice: &Invoice,
    by: By<'_>,
    ask: &Ask,
    today: Date,
    now: Timestamp,
) -> Result<Change, Refusal> {
    let kind = ask.kind();
    match by {
        By::Person(actor) if !kind.is_by_hand() || !actor.role.may(Action::ManageInvoices) => {
            return Err(Refusal::Role);
        }
        By::Person(_) | By::Itself(_) => {}
    }
    if !kind.is_possible(invoice) {
        return Err(Refusal::State);
    }
    if kind == Move::Lapse && !invoice.is_overdue(today) {
        return Err(Refusal::State);
    }
    let book = booked(invoice, ask).ok_or(Refusal::State)?;
    let mut after = Invoice {
        book,
        updated: now,
        version: invoice.version + 1,
        ..invoice.clone()
    };
    // Also where what was paid in time is outstanding again.
    after.late = invoice.late || after.is_overdue(today);
    let note = match ask {
        Ask::Void(why) => why.as_str(),
        _ => "",
    };
    Ok(Change::new(invoice, after, by, told(ask), note))
}

/// The book after it; `None` where the amounts don't allow it.
fn booked(invoice: &Invoice, ask: &Ask) -> Option<Book> {
    let mut book = invoice.book;
    let free = book.kept() - book.disputed;
    let within = |amount: i64, most: i64| (1..=most).contains(&amount).then_some(amount);
    match *ask {
        Ask::Pay { amount, fee, .. } => {
            book.paid += within(amount, invoice.outstanding())?;
            book.fees += (0..=amount).contains(&fee).then_some(fee)?;
        }
        Ask::TakeBack { amount, .. } => book.paid -= within(amount, free)?,
        Ask::Refund { amount, .. } => book.refunded += within(amount, free)?,
        Ask::Void(_) => {
            book.waived = invoice.outstanding();
            book.void = true;
        }
        Ask::OpenDispute(amount) => book.disputed += within(amount, free)?,
        Ask::WinDispute(amount) => book.disputed -= within(amount, book.disputed)?,
        Ask::LoseDispute(amount, _) => {
            book.disputed -= within(amount, book.disputed)?;
            book.refunded += amount;
        }
        Ask::SetAside { amount, fee, .. } => {
            book.paid -= within(amount, free)?;
            book.fees -= (0..=book.fees).contains(&fee).then_some(fee)?;
        }
        Ask::Restore { amount, .. } => book.refunded -= within(amount, book.refunded)?,
        Ask::Lapse => {}
    }
    Some(book)
}

/// What the history says of it.
fn told(ask: &Ask) -> Happening {
    match ask.clone() {
        Ask::Pay {
            amount,
            fee,
            on,
            how,
        } => Happening::Paid {
            amount,
            fee,
            on,
            how,
        },
        Ask::TakeBack {
            payment,
            amount,
            on,
        } => Happening::TakenBack {
            payment,
            amount,
            on,
        },
        Ask::Refund { amount, on, how } => Happening::Refunded { amount, on, how },
        Ask::Void(_) => Happening::Voided,
        Ask::OpenDispute(amount) => Happening::DisputeOpened { amount },
        Ask::WinDispute(amount) => Happening::DisputeWon { amount },
        Ask::LoseDispute(amount, on) => Happening::DisputeLost { amount, on },
        Ask::SetAside {
            amount,
            fee,
            on,
            how,
        } => Happening::SetAside {
            amount,
            fee,
            on,
            how,
        },
        Ask::Restore { amount, on, how } => Happening::Restored { amount, on, how },
        Ask::Lapse => Happening::BecameOverdue,
    }
}

impl Change {
    fn new(before: &Invoice, after: Invoice, by: By<'_>, what: Happening, note: &str) -> Self {
        let (by, by_name): (Option<UserId>, _) = match by {
            By::Person(actor) => (Some(actor.user), actor.name.as_str()),
            By::Itself(name) => (None, name),
        };
        Self {
            postings: postings(before, &after, &what),
            entry: Entry {
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
