//! Receipts: mails to the payers of a client's invoices when a payment or a refund is booked.

use domain::mail::{Mail, MailMessage};
use domain::stripe::LedgerEntryKind;
use domain::workspace::WorkspaceMode;
use store::{Directory, InvoiceReceiptJob, LeasedEffect};
use web::{App, PageError};

use crate::mail;

/// Sends the receipt to the recipients of the client's invoices, and to the payer.
pub(crate) async fn handle(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    InvoiceReceiptJob { invoice, receipt }: InvoiceReceiptJob,
) -> Result<(), PageError> {
    let Some(store) = leased.client_store(directory) else {
        return Err(PageError::internal("a receipt outside a client"));
    };
    let invoice = store.get_sent_invoice(invoice).await?;
    let workspace = leased.get_workspace(directory).await?;
    let (Some(invoice), Some(workspace)) = (invoice, workspace) else {
        return Ok(());
    };
    if workspace.mode != WorkspaceMode::Consulting {
        return Ok(());
    }
    let people = store.list_people().await?;
    let mut recipients = domain::invoice::invoice_recipients(&people);
    let payer = people
        .iter()
        .find(|person| person.disabled_at.is_none() && Some(person.id) == receipt.by);
    if let Some(payer) = payer
        && recipients.iter().all(|person| person.id != payer.id)
    {
        recipients.push(payer);
    }
    for person in recipients {
        let mail = Mail {
            to: person.email.clone(),
            to_name: person.name.clone(),
            slug: workspace.slug.clone(),
            brand: workspace.name.clone(),
            message: MailMessage::Receipt {
                invoice: invoice.id,
                number: invoice.number().to_owned(),
                subject: invoice.subject.clone(),
                amount: invoice.money(receipt.amount).to_string(),
                on: receipt.on,
                refunded: receipt.kind == LedgerEntryKind::Refunded,
            },
        };
        // One id each, the same at every try.
        let mail_id = format!("{}-{}", leased.id, person.id);
        mail::send(app, directory, leased, &mail_id, &mail).await?;
    }
    Ok(())
}
