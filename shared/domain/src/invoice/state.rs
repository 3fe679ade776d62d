//! The states of an invoice.

/// Where an invoice stands; it follows from its balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InvoiceState {
    /// Being written; the client can't see it.
    Draft,
    Sent,
    PartlyPaid,
    Paid,
    PartlyRefunded,
    Refunded,
    /// A payer's bank disputes a payment.
    Disputed,
    Void,
}

impl InvoiceState {
    pub const ALL: [Self; 8] = [
        Self::Draft,
        Self::Sent,
        Self::PartlyPaid,
        Self::Paid,
        Self::PartlyRefunded,
        Self::Refunded,
        Self::Disputed,
        Self::Void,
    ];

    /// The name used in templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Sent => "sent",
            Self::PartlyPaid => "partly_paid",
            Self::Paid => "paid",
            Self::PartlyRefunded => "partly_refunded",
            Self::Refunded => "refunded",
            Self::Disputed => "disputed",
            Self::Void => "void",
        }
    }

    /// The displayed name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Sent => "Sent",
            Self::PartlyPaid => "Partly paid",
            Self::Paid => "Paid",
            Self::PartlyRefunded => "Partly refunded",
            Self::Refunded => "Refunded",
            Self::Disputed => "Disputed",
            Self::Void => "Void",
        }
    }
}
