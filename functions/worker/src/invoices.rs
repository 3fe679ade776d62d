//! Invoices that were sent: the client is told of them, reminded, and what isn't
//! paid in time counts as overdue.

use domain::invoice::{
    Invoice, InvoiceActor, InvoiceCommand, InvoiceReminder, InvoiceState, recipients, transition,
};
use domain::mail::{Mail, MailMessage};
use domain::person::Person;
use domain::workspace::{Workspace, WorkspaceMode};
use store::directory::Directory;
use store::outbox::{InvoiceReminderJob, LeasedEffect};
use web::{App, PageError};

use crate::mail;

/// Does what is due about an invoice, if it is still to be done.
pub(crate) async fn look(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    due: InvoiceReminderJob,
) -> Result<(), PageError> {
    let (Some(store), Some(team)) = (leased.client(directory), leased.team(directory)) else {
        return Err(PageError::internal("an invoice outside a client"));
    };
    let invoice = store.sent_invoice(due.invoice).await?;
    let workspace = leased.workspace(directory).await?;
    let (Some(invoice), Some(workspace)) = (invoice, workspace) else {
        return Ok(());
    };
    let (now, today) = (app.clock.now(), workspace.today(app.clock.now()));
    match due.what {
        InvoiceReminder::Lapse => {
            let change = transition(
                &invoice,
                InvoiceActor::Itself("Due date"),
                &InvoiceCommand::Lapse,
                today,
                now,
            );
            let Ok(change) = change else {
                return Ok(());
            };
            // The effect's own id: done again after a crash, it is the same entry.
            team.change_invoice(&change, leased.id, None).await?;
            Ok(())
        }
        what if is_told(&invoice, &workspace, what) => {
            let people = store.people().await?;
            for person in recipients(&people) {
                let mail = letter(&workspace, person, &invoice, what);
                // One name each, the same at every try.
                let name = format!("{}-{}", leased.id, person.id);
                mail::send(app, directory, (leased, &name), &mail).await?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whether there is still something to say. Who disputes a payment isn't reminded.
fn is_told(invoice: &Invoice, workspace: &Workspace, what: InvoiceReminder) -> bool {
    let state = invoice.state();
    let asked = invoice.outstanding() > 0 && state != InvoiceState::Disputed;
    workspace.mode == WorkspaceMode::Consulting && asked && what != InvoiceReminder::Lapse
}

fn letter(workspace: &Workspace, person: &Person, invoice: &Invoice, why: InvoiceReminder) -> Mail {
    Mail {
        to: person.email.clone(),
        to_name: person.name.clone(),
        slug: workspace.slug.clone(),
        brand: workspace.name.clone(),
        message: MailMessage::Invoice {
            invoice: invoice.id,
            why,
            number: invoice.number().to_owned(),
            subject: invoice.subject.clone(),
            amount: invoice.money(invoice.outstanding()).to_string(),
            due: invoice.due,
        },
    }
}
