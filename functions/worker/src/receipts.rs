//! Payments that came, or went back: who pays a client's invoices is told by mail.

use domain::mail::{Mail, MailMessage};
use domain::stripe::LedgerEntryKind;
use domain::workspace::WorkspaceMode;
use store::directory::Directory;
use store::outbox::{InvoiceReceiptJob, LeasedEffect};
use web::{App, PageError};

use crate::mail;

/// Sends the receipt to those who get the client's invoices, and to whoever paid.
pub(crate) async fn look(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    InvoiceReceiptJob { invoice, receipt }: InvoiceReceiptJob,
) -> Result<(), PageError> {
    let Some(store) = leased.client(directory) else {
        return Err(PageError::internal("a receipt outside a client"));
    };
    let invoice = store.sent_invoice(invoice).await?;
    let workspace = leased.workspace(directory).await?;
    let (Some(invoice), Some(workspace)) = (invoice, workspace) else {
        return Ok(());
    };
    if workspace.mode != WorkspaceMode::Consulting {
        return Ok(());
    }
    let people = store.people().await?;
    let mut told = domain::invoice::recipients(&people);
    let payer = people.iter().filter(|one| one.disabled.is_none());
    let payer = payer.filter(|one| Some(one.id) == receipt.by);
    for one in payer {
        if told.iter().all(|other| other.id != one.id) {
            told.push(one);
        }
    }
    for person in told {
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
        // One name each, the same at every try.
        let name = format!("{}-{}", leased.id, person.id);
        mail::send(app, directory, (leased, &name), &mail).await?;
    }
    Ok(())
}
