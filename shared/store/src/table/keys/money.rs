//! Invoices, and what pays them.

use domain::id::{EntryId, InvoiceId};
use jiff::civil::Date;

use super::key::{Key, key};
use super::prefixes::month_name;

/// `C#INVD` / `<invoice>`: an invoice that is being written. The team's alone.
pub(crate) fn invoice_draft(c: &str, invoice: InvoiceId) -> Key {
    key(format!("{c}#INVD"), invoice.to_string())
}

/// `C#INVD` / `<invoice>#B`: what such an invoice says.
pub(crate) fn invoice_draft_content(c: &str, invoice: InvoiceId) -> Key {
    key(format!("{c}#INVD"), format!("{invoice}#B"))
}

/// `C#INV` / `<invoice>`: an invoice that was sent, as lists need it.
pub(crate) fn invoice(c: &str, invoice: InvoiceId) -> Key {
    key(format!("{c}#INV"), invoice.to_string())
}

/// `C#INV` / `<invoice>#B`: what an invoice says.
pub(crate) fn invoice_content(c: &str, invoice: InvoiceId) -> Key {
    key(format!("{c}#INV"), format!("{invoice}#B"))
}

/// `C#INV` / `<invoice>#H#<entry>`: what happened to an invoice.
pub(crate) fn invoice_entry(c: &str, invoice: InvoiceId, entry: EntryId) -> Key {
    let prefix = invoice_entry_prefix(invoice);
    key(format!("{c}#INV"), format!("{prefix}{entry}"))
}

/// Prefix of an invoice's history.
pub(crate) fn invoice_entry_prefix(invoice: InvoiceId) -> String {
    format!("{invoice}#H#")
}

/// `C#PAY` / `<invoice>`: what is known of an invoice's payments by Stripe.
pub(crate) fn invoice_payments(c: &str, invoice: InvoiceId) -> Key {
    key(format!("{c}#PAY"), invoice.to_string())
}

/// `C#INV` / `OWED`: what a client owes, by currency.
pub(crate) fn client_balance(c: &str) -> Key {
    key(format!("{c}#INV"), "OWED")
}

/// `C#INV` / `M#<yyyy-mm>`: what was billed to and paid by a client in a month.
pub(crate) fn client_month(c: &str, month: Date) -> Key {
    key(format!("{c}#INV"), format!("M#{}", month_name(month)))
}

/// `W#MONEY` / `OWED`: what all clients owe, by currency.
pub(crate) fn workspace_balance(w: &str) -> Key {
    key(format!("{w}#MONEY"), "OWED")
}

/// `W#MONEY` / `M#<yyyy-mm>`: what was billed and paid in a month.
pub(crate) fn workspace_month(w: &str, month: Date) -> Key {
    key(format!("{w}#MONEY"), format!("M#{}", month_name(month)))
}

/// `W#MONEY` / `SEQ`: the number of the last invoice that was sent.
pub(crate) fn invoice_sequence(w: &str) -> Key {
    key(format!("{w}#MONEY"), "SEQ")
}

/// `W#MONEY` / `WAYS`: how a workspace bills.
pub(crate) fn billing_settings(w: &str) -> Key {
    key(format!("{w}#MONEY"), "WAYS")
}

/// `W#CONNECT` / `STRIPE`: the workspace's account at Stripe. By itself, so that what shows
/// a client whether it can be paid there reads nothing else of the workspace.
pub(crate) fn stripe_connection(w: &str) -> Key {
    key(format!("{w}#CONNECT"), "STRIPE")
}

/// `W#MONEY` / `SUB`: the workspace as a customer of ours, with its subscriptions.
pub(crate) fn subscription(w: &str) -> Key {
    key(format!("{w}#MONEY"), "SUB")
}
