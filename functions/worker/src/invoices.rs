//! Reminders of sent invoices, and the step to overdue.

use domain::invoice::{
    Invoice, InvoiceActor, InvoiceCommand, InvoiceReminder, InvoiceState, apply_command,
    invoice_recipients,
};
use domain::mail::{Mail, MailMessage};
use domain::person::Person;
use domain::workspace::{Workspace, WorkspaceMode};
use store::{Directory, InvoiceReminderJob, LeasedEffect};
use web::{App, PageError};

use crate::mail;

/// Takes a step that is due of an invoice, unless it is paid or void by now.
pub(crate) async fn handle(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    job: InvoiceReminderJob,
) -> Result<(), PageError> {
    let (Some(store), Some(team)) = (
        leased.client_store(directory),
        leased.workspace_store(directory),
    ) else {
        return Err(PageError::internal("an invoice outside a client"));
    };
    let invoice = store.get_sent_invoice(job.invoice).await?;
    let workspace = leased.get_workspace(directory).await?;
    let (Some(invoice), Some(workspace)) = (invoice, workspace) else {
        return Ok(());
    };
    let (now, today) = (app.clock.now(), workspace.today(app.clock.now()));
    match job.reminder {
        InvoiceReminder::DayOver => {
            let change = apply_command(
                &invoice,
                InvoiceActor::System("Due date"),
                &InvoiceCommand::MarkOverdue,
                today,
                now,
            );
            let Ok(change) = change else {
                return Ok(());
            };
            // The effect's own id: done again after a crash, it is the same entry.
            team.apply_invoice_change(&change, leased.id, None).await?;
            Ok(())
        }
        reminder if is_reminded(&invoice, &workspace, reminder) => {
            let people = store.list_people().await?;
            for person in invoice_recipients(&people) {
                let mail = invoice_mail(&workspace, person, &invoice, reminder);
                // One id each, the same at every try.
                let mail_id = format!("{}-{}", leased.id, person.id);
                mail::send(app, directory, leased, &mail_id, &mail).await?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whether a reminder is still to be sent. A client who disputes a payment isn't reminded, nor one whose
/// payment is on its way.
fn is_reminded(invoice: &Invoice, workspace: &Workspace, reminder: InvoiceReminder) -> bool {
    let state = invoice.state();
    let is_asked_for =
        invoice.outstanding() > 0 && invoice.processing == 0 && state != InvoiceState::Disputed;
    workspace.mode == WorkspaceMode::Consulting
        && is_asked_for
        && reminder != InvoiceReminder::DayOver
}

fn invoice_mail(
    workspace: &Workspace,
    person: &Person,
    invoice: &Invoice,
    why: InvoiceReminder,
) -> Mail {
    Mail {
        to: person.email.clone(),
        to_name: person.name.clone(),
        slug: workspace.slug.clone(),
        brand: workspace.name.clone(),
        message: MailMessage::Invoice {
            invoice: invoice.id,
            reminder: why,
            number: invoice.number().to_owned(),
            subject: invoice.subject.clone(),
            amount: invoice.money(invoice.outstanding()).to_string(),
            due: invoice.due,
        },
    }
}
