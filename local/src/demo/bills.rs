//! The invoices of the demo: written, sent and paid by the rules of the product.

use domain::id::InvoiceId;
use domain::invoice::{
    BillingSettingsInput, Invoice, InvoiceActor, InvoiceCommand, InvoiceInput, InvoiceLineInput,
    InvoiceReminder, NewInvoice, PaymentMethod, apply_command, issue_invoice, reminder_schedule,
};
use domain::money::Money;
use domain::slug::Slug;
use serde::Deserialize;
use store::{ClientScope, IssueOutcome, Store};

use super::script::{DemoTime, day, id};
use super::stage::{SignedInWorkspace, entry};
use crate::problem::{Problem, ProblemContext as _};

/// How a workspace bills, and its invoices.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DemoBilling {
    ways: Vec<BillingDetails>,
    invoices: Vec<DemoInvoice>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BillingDetails {
    workspace: Slug,
    prefix: String,
    from: String,
    pay: String,
    currency: String,
    tax: String,
    days: String,
}

/// An invoice, with what happened to it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoInvoice {
    workspace: Slug,
    client: String,
    engagement: Option<String>,
    subject: String,
    to: String,
    currency: String,
    /// In days from the demo's first.
    due: i64,
    #[serde(default)]
    discount: String,
    #[serde(default)]
    taxed: String,
    #[serde(default)]
    notes: String,
    written: DemoTime,
    sent: Option<DemoTime>,
    /// Each: what, how much, the price of one, the tax.
    lines: Vec<[String; 4]>,
    #[serde(default)]
    steps: Vec<InvoiceStep>,
}

/// Something that happened: `pay`, `refund`, `void` or `dispute`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct InvoiceStep {
    at: DemoTime,
    event: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    note: String,
}

impl DemoInvoice {
    fn input(&self, stage: &SignedInWorkspace<'_>, engagement: Option<String>) -> InvoiceInput {
        let input = InvoiceInput {
            engagement: engagement.unwrap_or_default(),
            subject: self.subject.clone(),
            to: self.to.trim().to_owned(),
            currency: self.currency.clone(),
            due: day(stage.born, self.due),
            taxed: self.taxed.clone(),
            discount: self.discount.clone(),
            notes: self.notes.clone(),
            ..InvoiceInput::default()
        };
        let line = |[text, quantity, price, tax]: &[String; 4]| InvoiceLineInput {
            text: text.clone(),
            quantity: quantity.clone(),
            price: price.clone(),
            tax: tax.clone(),
        };
        input.with_lines(self.lines.iter().map(line).collect())
    }
}

impl SignedInWorkspace<'_> {
    /// Makes the invoices of the workspace, in their order.
    pub(super) async fn bill(&self, bills: &DemoBilling) -> Result<(), Problem> {
        let mut ways = bills.ways.iter();
        if let Some(ways) = ways.find(|details| details.workspace == self.script.slug) {
            self.billing_settings(ways).await?;
        }
        let ours = bills.invoices.iter();
        for bill in ours.filter(|invoice| invoice.workspace == self.script.slug) {
            self.invoice(bill).await?;
        }
        Ok(())
    }

    async fn billing_settings(&self, script: &BillingDetails) -> Result<(), Problem> {
        let cannot = "The demo's way of billing can't be set";
        let before = self
            .team
            .get_billing_settings()
            .await
            .with_problem(cannot)?;
        if before.version > 0 {
            return Ok(());
        }
        let input = BillingSettingsInput {
            prefix: script.prefix.clone(),
            from: script.from.trim().to_owned(),
            pay: script.pay.trim().to_owned(),
            currency: script.currency.clone(),
            tax: script.tax.clone(),
            days: script.days.clone(),
        };
        let after = input.parse(&before);
        let after =
            after.map_err(|wrong| Problem::new(format!("{cannot}: {:?}", wrong.fields())))?;
        let changed = self.team.update_billing_settings(&before, &after).await;
        changed.with_problem(cannot)
    }

    async fn invoice(&self, script: &DemoInvoice) -> Result<(), Problem> {
        let cannot = format!("The demo's invoice \"{}\" can't be made", script.subject);
        let clients = self.team.list_clients(&script.client, None, 1).await;
        let client = clients.with_problem(&cannot)?.rows.into_iter().next();
        let client = client.ok_or_else(|| Problem::new(format!("{cannot}: no such client")))?;
        let store = self.team.client_store(client.id);
        let engagement = match &script.engagement {
            Some(title) => Some(self.engagement_named(&store, title).await?),
            None => None,
        };
        let new = script.input(self, engagement).parse();
        let new = new.map_err(|wrong| Problem::new(format!("{cannot}: {wrong:?}")))?;
        let name = self.script.within("invoice", &script.subject);
        let at = script.written.at(self.born);
        let draft = Invoice::draft(id(&name, at), client.id, client.name, &new, at);
        let found = store.get_invoice(draft.id).await.with_problem(&cannot)?;
        if found.is_none() {
            let made = self.team.create_invoice(&draft, &new.content).await;
            made.with_problem(&cannot)?;
        }
        let done = found.map_or(1, |found| found.invoice.version);
        if let Some(sent) = script.sent {
            if done == 1 {
                self.send_bill(&draft, &new, sent, &name).await?;
            }
            self.steps(&store, script, draft.id, &name).await?;
        }
        Ok(())
    }

    async fn engagement_named(
        &self,
        store: &Store<ClientScope>,
        title: &str,
    ) -> Result<String, Problem> {
        let cannot = format!("The demo's engagement \"{title}\" isn't there");
        let found = store
            .list_engagements(None)
            .await
            .with_problem(&cannot)?
            .rows;
        let found = found.into_iter().find(|finding| finding.title == title);
        let found = found.ok_or_else(|| Problem::new(cannot))?;
        Ok(found.id.to_string())
    }

    /// Sends it, as the owner did then. Nobody is reminded of what is past.
    async fn send_bill(
        &self,
        draft: &Invoice,
        new: &NewInvoice,
        sent: DemoTime,
        name: &str,
    ) -> Result<(), Problem> {
        let cannot = format!("The demo's invoice \"{}\" can't be sent", draft.subject);
        let at = sent.at(self.born);
        let home = super::stage::made(self.script, self.ws);
        let ways = self
            .team
            .get_billing_settings()
            .await
            .with_problem(&cannot)?;
        let n = self
            .team
            .get_last_invoice_number()
            .await
            .with_problem(&cannot)?
            + 1;
        let owner = self.owner()?;
        let change = issue_invoice(draft, owner, ways.invoice_number(n), home.today(at), at);
        let change = change.map_err(|refusal| Problem::new(format!("{cannot}: {refusal:?}")))?;
        let mut bill = new.content.clone();
        (bill.sender, bill.payment_instructions) = (ways.sender, ways.payment_instructions);
        let mut due = reminder_schedule(draft.due, &home, at);
        due.retain(|(at, what)| *at > self.born || *what == InvoiceReminder::DayOver);
        let entry = entry(name, 0, at);
        let sent = self
            .team
            .send_invoice(draft, &change, &bill, entry, n, &due);
        match sent.await.with_problem(&cannot)? {
            IssueOutcome::Sent => Ok(()),
            IssueOutcome::Gone | IssueOutcome::Taken => Err(Problem::new(cannot)),
        }
    }

    /// What happened since, but for what has happened already.
    async fn steps(
        &self,
        store: &Store<ClientScope>,
        script: &DemoInvoice,
        id: InvoiceId,
        name: &str,
    ) -> Result<(), Problem> {
        let home = super::stage::made(self.script, self.ws);
        for (n, step) in script.steps.iter().enumerate() {
            let cannot = format!(
                "The demo's {} of \"{}\" can't be noted",
                step.event, script.subject
            );
            let at = step.at.at(self.born);
            let entry = entry(name, n + 1, at);
            let done = store
                .get_invoice_entry(id, entry)
                .await
                .with_problem(&cannot)?;
            if done.is_some() {
                continue;
            }
            let invoice = store.get_sent_invoice(id).await.with_problem(&cannot)?;
            let invoice = invoice.ok_or_else(|| Problem::new(cannot.clone()))?;
            let (on, method) = (home.today(at), PaymentMethod::ByHand(step.note.clone()));
            let amount = match step.amount.as_str() {
                "" => 0,
                typed => {
                    Money::parse(typed, invoice.currency)
                        .map_err(|why| Problem::new(format!("{cannot}: {why}")))?
                        .minor
                }
            };
            let ask = match step.event.as_str() {
                "pay" => InvoiceCommand::Pay {
                    amount,
                    fee: 0,
                    on,
                    method,
                },
                "refund" => InvoiceCommand::Refund { amount, on, method },
                "void" => InvoiceCommand::Void(step.note.clone()),
                _ => InvoiceCommand::OpenDispute(amount),
            };
            let by = match ask {
                InvoiceCommand::OpenDispute(_) => InvoiceActor::System("The payer's bank"),
                _ => InvoiceActor::Person(self.owner()?),
            };
            let change = apply_command(&invoice, by, &ask, home.today(at), at);
            let change =
                change.map_err(|refusal| Problem::new(format!("{cannot}: {refusal:?}")))?;
            let kept = self.team.apply_invoice_change(&change, entry, None).await;
            kept.with_problem(&cannot)?;
        }
        Ok(())
    }
}
