//! Invoices with their totals, payments and states.
//!
//! ```text
//! draft ─send→ sent ─pay→ partly paid ─pay→ paid ─refund→ partly refunded, refunded
//!                └─void→ void      └── a payer's bank disputes a payment: disputed ─won, lost→
//! ```
//!
//! - **Money** is a whole number of a currency's smallest unit (`crate::money`).
//! - **Totals** are calculated by [`calculate_totals`], rounded by line, discount and tax rate, and
//!   stored with the invoice: pages show what was stored.
//! - **The balance** holds what was paid, refunded, disputed, waived and taken as a fee. The state
//!   follows from it, and `paid + waived + outstanding = total` holds after any sequence of commands.
//! - **Transitions.** [`InvoiceTransition`] is the table, [`apply_command`] decides one and gives an
//!   [`InvoiceChange`]. People send, pay, remove a payment, refund and void; disputes, and payments with
//!   a fee, come from the payment provider.
//! - **Sending** ([`issue_invoice`]) gives a draft the next number of the workspace, without a gap.
//! - **Reminders** ([`reminder_schedule`]) are due at once, three days before the due date, and 1, 7 and
//!   21 days after it, at nine in the workspace's zone. The worker skips an invoice that is paid, void
//!   or disputed, or of which a payment is on its way. They go to the client's managers, or to all its contacts where it has no manager.
//! - **Figures** by month, client and currency are totals that each change adds to
//!   ([`figure_postings`]): invoiced in the month of the invoice, paid and refunded in that of the
//!   money, outstanding and overdue in that of the due date.
//! - **A payment on its way** ([`Invoice::processing`]) is shown to both sides. Meanwhile people neither
//!   pay, record a payment nor void.
//! - **Stripe's part** is `crate::stripe`.

mod balance;
mod billing_settings;
mod change;
mod content;
mod event;
mod input;
#[expect(clippy::module_inception, reason = "the file holds the type `Invoice`")]
mod invoice;
mod payment_input;
mod reminder;
mod revenue_figure;
mod state;
mod transition;

pub use balance::InvoiceBalance;
pub use billing_settings::{BillingSettings, BillingSettingsInput};
pub use change::{InvoiceActor, InvoiceChange, InvoiceRefusal, apply_command, issue_invoice};
pub use content::{
    Discount, InvoiceContent, InvoiceLine, InvoiceTotals, MAX_LINES, TaxAmount, TaxMode,
    calculate_totals,
};
pub use event::{InvoiceEvent, InvoiceHistoryEntry, PaymentMethod};
pub use input::{InvoiceErrors, InvoiceInput, InvoiceLineErrors, InvoiceLineInput, NewInvoice};
pub use invoice::{Invoice, IssueDetails};
pub use payment_input::PaymentInput;
pub use reminder::{InvoiceReminder, invoice_recipients, reminder_schedule};
pub use revenue_figure::{FigurePosting, RevenueFigure, figure_postings};
pub use state::InvoiceState;
pub use transition::{InvoiceCommand, InvoiceTransition};

#[cfg(test)]
mod tests;
