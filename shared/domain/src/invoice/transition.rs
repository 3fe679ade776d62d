//! The table of an invoice's transitions, and the commands that ask for one.

use jiff::civil::Date;

use super::event::PaymentMethod;
use super::invoice::Invoice;
use super::state::InvoiceState;
use crate::id::EntryId;
use crate::role::{Action, Role};

/// A step of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InvoiceTransition {
    Send,
    /// Records a payment.
    Pay,
    /// Removes a payment that was recorded by mistake.
    RemovePayment,
    /// Records a refund.
    Refund,
    /// Waives what is outstanding.
    Void,
    /// A payer's bank disputes a payment.
    OpenDispute,
    /// The bank releases the money.
    WinDispute,
    /// The bank keeps the money.
    LoseDispute,
    /// The provider keeps a payment for which the invoice has no room, since another came before it.
    UnapplyPayment,
    /// A refund failed, or a lost dispute was won after all.
    ReverseRefund,
    /// The due date has passed.
    MarkOverdue,
}

impl InvoiceTransition {
    /// Every transition, in the order in which pages offer them.
    pub const ALL: [Self; 11] = [
        Self::Send,
        Self::Pay,
        Self::Refund,
        Self::RemovePayment,
        Self::Void,
        Self::OpenDispute,
        Self::WinDispute,
        Self::LoseDispute,
        Self::UnapplyPayment,
        Self::ReverseRefund,
        Self::MarkOverdue,
    ];

    /// The states that it may start from.
    pub const fn allowed_from(self) -> &'static [InvoiceState] {
        use InvoiceState as S;
        match self {
            Self::Send => &[S::Draft],
            Self::Pay | Self::MarkOverdue => &[S::Sent, S::PartlyPaid, S::Disputed],
            Self::RemovePayment => &[S::PartlyPaid, S::Paid, S::PartlyRefunded],
            Self::Refund | Self::OpenDispute => {
                &[S::PartlyPaid, S::Paid, S::PartlyRefunded, S::Disputed]
            }
            Self::Void => &[S::Sent, S::PartlyPaid],
            Self::WinDispute | Self::LoseDispute => &[S::Disputed],
            Self::UnapplyPayment => &[S::PartlyPaid, S::Paid, S::PartlyRefunded, S::Disputed],
            Self::ReverseRefund => &[S::PartlyPaid, S::PartlyRefunded, S::Refunded, S::Disputed],
        }
    }

    /// Whether a person makes it; the others come with time or from the payment provider.
    pub const fn is_manual(self) -> bool {
        match self {
            Self::Send | Self::Pay | Self::RemovePayment | Self::Refund | Self::Void => true,
            Self::OpenDispute
            | Self::WinDispute
            | Self::LoseDispute
            | Self::UnapplyPayment
            | Self::ReverseRefund
            | Self::MarkOverdue => false,
        }
    }

    /// Whether a person of `role` may make it now.
    pub fn is_available(self, role: Role, invoice: &Invoice) -> bool {
        self.is_manual()
            && role.may(Action::ManageInvoices)
            && self.is_possible(invoice)
            && !self.awaits_payment(invoice)
    }

    /// Whether people must wait for a payment that is on its way: what they record would be paid twice,
    /// and what they void would be paid all the same.
    pub const fn awaits_payment(self, invoice: &Invoice) -> bool {
        matches!(self, Self::Pay | Self::Void) && invoice.processing > 0
    }

    /// Whether state and balance allow it.
    pub fn is_possible(self, invoice: &Invoice) -> bool {
        let balance = &invoice.balance;
        self.allowed_from().contains(&invoice.state())
            && match self {
                Self::Send => invoice.total > 0,
                Self::Pay => invoice.outstanding() > 0,
                Self::Refund | Self::RemovePayment | Self::OpenDispute | Self::UnapplyPayment => {
                    balance.retained() - balance.disputed > 0
                }
                // Money that was retained must be refunded first.
                Self::Void => balance.retained() == 0,
                Self::WinDispute | Self::LoseDispute => true,
                Self::ReverseRefund => balance.refunded > 0,
                Self::MarkOverdue => invoice.outstanding() > 0 && !invoice.marked_overdue,
            }
    }
}

/// A transition with its amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvoiceCommand {
    Pay {
        amount: i64,
        /// The provider's part of the amount.
        fee: i64,
        on: Date,
        method: PaymentMethod,
    },
    RemovePayment {
        /// The history entry of the payment.
        payment: EntryId,
        amount: i64,
        on: Date,
    },
    Refund {
        amount: i64,
        on: Date,
        method: PaymentMethod,
    },
    Void(String),
    /// The disputed amount.
    OpenDispute(i64),
    /// The released amount.
    WinDispute(i64),
    /// The kept amount, and the day.
    LoseDispute(i64, Date),
    UnapplyPayment {
        amount: i64,
        /// The provider's part of the amount.
        fee: i64,
        on: Date,
        method: PaymentMethod,
    },
    ReverseRefund {
        amount: i64,
        /// The day of the refund or lost dispute.
        on: Date,
        method: PaymentMethod,
    },
    MarkOverdue,
}

impl InvoiceCommand {
    /// The transition that it asks for.
    pub const fn transition(&self) -> InvoiceTransition {
        match self {
            Self::Pay { .. } => InvoiceTransition::Pay,
            Self::RemovePayment { .. } => InvoiceTransition::RemovePayment,
            Self::Refund { .. } => InvoiceTransition::Refund,
            Self::Void(_) => InvoiceTransition::Void,
            Self::OpenDispute(_) => InvoiceTransition::OpenDispute,
            Self::WinDispute(_) => InvoiceTransition::WinDispute,
            Self::LoseDispute(..) => InvoiceTransition::LoseDispute,
            Self::UnapplyPayment { .. } => InvoiceTransition::UnapplyPayment,
            Self::ReverseRefund { .. } => InvoiceTransition::ReverseRefund,
            Self::MarkOverdue => InvoiceTransition::MarkOverdue,
        }
    }
}
