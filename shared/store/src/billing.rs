//! How invoices are written, sent and changed. Only the team's scope does it, for
//! their numbers and the books are the workspace's.

use std::collections::BTreeMap;

use domain::audit::{Kind, Note};
use domain::id::{ClientId, EntryId};
use domain::invoice::{Bill, Change, Figure, Happening, How, Invoice, Posting, Reminder, Ways};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::codec::{Item, integer, item, number, place, row, string};
use crate::engagements::bump;
use crate::error::{Error, Outcome, once};
use crate::invoices::{InvoiceEntry, place_of};
use crate::keys;
use crate::money::Account;
use crate::outbox::{Effect, InvoiceDue, put_effect};
use crate::scope::{Store, WorkspaceScope};
use crate::trace::{Where, record};
use crate::transact::{Transaction, Update};

/// What came of sending under a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbered {
    /// It is sent.
    Sent,
    /// The draft isn't what it was, or gone.
    Gone,
    /// Another invoice got the number first.
    Taken,
}

impl Store<WorkspaceScope> {
    /// How the workspace bills; as it begins, where nobody has said.
    pub async fn invoice_ways(&self) -> Result<Ways, Error> {
        let found = self.get(&keys::invoice_ways(&self.prefix())).await?;
        found.map_or_else(|| Ok(Ways::default()), row)
    }

    /// Puts other ways in place of those of the version before.
    pub async fn change_invoice_ways(&self, before: &Ways, after: &Ways) -> Result<(), Error> {
        let item = item("ways", &keys::invoice_ways(&self.prefix()), after)?;
        let mut transaction = self.transaction();
        if before.version == 0 {
            transaction.put_new(item);
        } else {
            transaction.replace(item, before.version);
        }
        let days = |ways: &Ways| ways.days.to_string();
        let note = Note::of(Kind::InvoicingChanged, "")
            .change("numbers begin with", &before.prefix, &after.prefix)
            .change("sender", &before.from, &after.from)
            .change("how to pay", &before.pay, &after.pay)
            .change("currency", before.currency.code(), after.currency.code())
            .change("tax", &before.tax.to_string(), &after.tax.to_string())
            .change("days to pay", &days(before), &days(after));
        self.record(&mut transaction, note)?;
        self.commit(transaction).await
    }

    /// The number of the last invoice that was sent, 0 where none was.
    pub async fn last_invoice(&self) -> Result<i64, Error> {
        let found = self.get(&keys::invoice_count(&self.prefix())).await?;
        Ok(found.map_or(0, |found| integer(&found, "n")))
    }

    /// Keeps a new draft.
    pub async fn create_invoice(&self, draft: &Invoice, bill: &Bill) -> Result<Outcome, Error> {
        let mut transaction = self.transaction();
        let (row, text) = self.items(draft, bill)?;
        transaction.put_new(row);
        transaction.put_new(text);
        self.note_invoice(&mut transaction, Kind::InvoiceWritten, draft, &[])?;
        self.touch_client(&mut transaction, draft.client, false);
        once(self.commit(transaction).await)
    }

    /// Puts a draft in place of its version before.
    pub async fn update_invoice(&self, draft: &Invoice, bill: &Bill) -> Result<(), Error> {
        let mut transaction = self.transaction();
        let (row, text) = self.items(draft, bill)?;
        transaction.replace(row, draft.version - 1);
        transaction.put_any(text);
        self.note_invoice(&mut transaction, Kind::InvoiceWritten, draft, &[])?;
        self.touch_client(&mut transaction, draft.client, false);
        self.commit(transaction).await
    }

    /// Forgets a draft, if it is still as it was.
    pub async fn delete_invoice(&self, draft: &Invoice) -> Result<(), Error> {
        let mut transaction = self.transaction();
        self.remove_draft(&mut transaction, draft);
        self.note_invoice(&mut transaction, Kind::InvoiceDeleted, draft, &[])?;
        self.touch_client(&mut transaction, draft.client, false);
        self.commit(transaction).await
    }

    /// Sends the invoice that `draft` was, as the `n`th of the workspace: the
    /// number is used up, the books are told, and the client will hear of it, or
    /// nothing happens.
    pub async fn send_invoice(
        &self,
        draft: &Invoice,
        (change, bill): (&Change, &Bill),
        (entry, n): (EntryId, i64),
        schedule: &[(Timestamp, Reminder)],
    ) -> Result<Numbered, Error> {
        let invoice = &change.invoice;
        let mut transaction = self.transaction();
        self.remove_draft(&mut transaction, draft);
        let count = Update::upsert(keys::invoice_count(&self.prefix()))
            .set("t", string("sequence"))
            .set("n", number(n));
        let at = transaction.next();
        transaction.update(if n == 1 {
            count.only_if("attribute_not_exists(n)")
        } else {
            count.when("n = :before", ":before", number(n - 1))
        });
        let (row, text) = self.items(invoice, bill)?;
        transaction.put_new(row);
        transaction.put_new(text);
        self.tell(&mut transaction, std::slice::from_ref(change), entry)?;
        let c = keys::client(self.ws(), invoice.client);
        for (k, (due, what)) in (1..).zip(schedule) {
            let effect = Effect::Invoice(InvoiceDue {
                invoice: invoice.id,
                what: *what,
            });
            put_effect(&mut transaction, &c, entry.nth(k), effect, *due)?;
        }
        match self.commit(transaction).await {
            Ok(()) => Ok(Numbered::Sent),
            Err(Error::Refused(write)) if write == at => Ok(Numbered::Taken),
            Err(Error::Refused(0)) => Ok(Numbered::Gone),
            Err(error) => Err(error),
        }
    }

    /// Executes a change of an invoice that was sent, under an entry's id: the same
    /// again is done once. `taken` is the payment that is taken back.
    pub async fn change_invoice(
        &self,
        change: &Change,
        entry: EntryId,
        taken: Option<EntryId>,
    ) -> Result<Outcome, Error> {
        let invoice = &change.invoice;
        let (w, c) = (self.prefix(), keys::client(self.ws(), invoice.client));
        let mut transaction = self.transaction();
        self.tell(&mut transaction, std::slice::from_ref(change), entry)?;
        let mut row = item("invoice", &keys::invoice(&c, invoice.id), invoice)?;
        for one in keys::invoice_places(&w, &c, invoice) {
            place(&mut row, one);
        }
        transaction.replace(row, invoice.version - 1);
        if let Some(payment) = taken {
            let key = keys::invoice_entry(&c, invoice.id, payment);
            let mark =
                Update::existing(key).set("taken_back", serde_dynamo::to_attribute_value(true)?);
            transaction.update(mark.when(
                "taken_back = :open",
                ":open",
                serde_dynamo::to_attribute_value(false)?,
            ));
        }
        once(self.commit(transaction).await)
    }

    /// The entries, the books, the audit log, and open pages, for changes of one invoice
    /// that follow each other. The first entry, with the id `first`, is the first write of
    /// what only adds to an invoice.
    pub(crate) fn tell(
        &self,
        transaction: &mut Transaction,
        changes: &[Change],
        first: EntryId,
    ) -> Result<(), Error> {
        let Some(last) = changes.last() else {
            return Ok(());
        };
        let invoice = &last.invoice;
        let c = keys::client(self.ws(), invoice.client);
        let mut sums: BTreeMap<(Date, Figure), i64> = BTreeMap::new();
        for (n, change) in (0..).zip(changes) {
            let id = first.nth(n);
            let entry = InvoiceEntry {
                id,
                taken_back: false,
                entry: change.entry.clone(),
            };
            let key = keys::invoice_entry(&c, invoice.id, id);
            transaction.put_new(item("entry", &key, &entry)?);
            for posting in &change.postings {
                *sums.entry((posting.month, posting.figure)).or_default() += posting.minor;
            }
        }
        let account = Account {
            client: invoice.client,
            name: &invoice.client_name,
            currency: invoice.currency,
        };
        let sums = sums.into_iter().filter(|(_, minor)| *minor != 0);
        let postings = sums.map(|((month, figure), minor)| Posting {
            month,
            figure,
            minor,
        });
        self.post(transaction, &account, &postings.collect::<Vec<_>>());
        for change in changes {
            let (kind, values) = told(change);
            self.note_invoice(transaction, kind, &change.invoice, &values)?;
        }
        self.touch_client(transaction, invoice.client, true);
        Ok(())
    }

    fn remove_draft(&self, transaction: &mut Transaction, draft: &Invoice) {
        let c = keys::client(self.ws(), draft.client);
        let (row, text) = place_of(&c, draft.id, true);
        transaction.delete_version(&row, draft.version);
        transaction.delete(&text);
    }

    fn items(&self, invoice: &Invoice, bill: &Bill) -> Result<(Item, Item), Error> {
        let (w, c) = (self.prefix(), keys::client(self.ws(), invoice.client));
        let (row, text) = place_of(&c, invoice.id, invoice.issued.is_none());
        let mut row = item("invoice", &row, invoice)?;
        for one in keys::invoice_places(&w, &c, invoice) {
            place(&mut row, one);
        }
        Ok((row, item("bill", &text, bill)?))
    }

    fn note_invoice(
        &self,
        transaction: &mut Transaction,
        kind: Kind,
        invoice: &Invoice,
        values: &[(&str, String)],
    ) -> Result<(), Error> {
        let about = match &invoice.issued {
            Some(issued) => issued.number.clone(),
            None => invoice.subject.clone(),
        };
        let total = invoice.money(invoice.total).to_string();
        let note = Note::of(kind, &about)
            .change("client", "", &invoice.client_name)
            .change("total", "", &total);
        let note = values
            .iter()
            .fold(note, |note, (field, value)| note.change(field, "", value));
        let at = Where {
            ws: self.ws(),
            client: Some(invoice.client),
        };
        record(transaction, &self.trace, at, self.by.clone(), note)
    }

    pub(crate) fn touch_client(
        &self,
        transaction: &mut Transaction,
        client: ClientId,
        shared: bool,
    ) {
        let row = Update::existing(keys::meta(&keys::client(self.ws(), client)));
        transaction.update(bump(row, shared));
    }
}

/// What the audit log says of a change.
fn told(change: &Change) -> (Kind, Vec<(&'static str, String)>) {
    let money = |minor: i64| change.invoice.money(minor).to_string();
    let by_hand = |how: &How| match how {
        How::ByHand(reference) | How::Provider(reference) => reference.clone(),
    };
    match &change.entry.what {
        Happening::Sent => (Kind::InvoiceSent, Vec::new()),
        Happening::Paid {
            amount, on, how, ..
        } => {
            let values = vec![
                ("amount", money(*amount)),
                ("day", on.to_string()),
                ("reference", by_hand(how)),
            ];
            (Kind::InvoicePaid, values)
        }
        Happening::TakenBack { amount, .. } => (
            Kind::InvoicePaymentTakenBack,
            vec![("amount", money(*amount))],
        ),
        Happening::Refunded { amount, on, how } => {
            let values = vec![
                ("amount", money(*amount)),
                ("day", on.to_string()),
                ("reference", by_hand(how)),
            ];
            (Kind::InvoiceRefunded, values)
        }
        Happening::SetAside { amount, how, .. } => {
            let values = vec![("set aside", money(*amount)), ("reference", by_hand(how))];
            (Kind::InvoicePaymentTakenBack, values)
        }
        Happening::Restored { amount, how, .. } => {
            let values = vec![
                ("brought back", money(*amount)),
                ("reference", by_hand(how)),
            ];
            (Kind::InvoiceRefunded, values)
        }
        Happening::Voided => (
            Kind::InvoiceVoided,
            vec![("reason", change.entry.note.clone())],
        ),
        Happening::DisputeOpened { amount } => {
            (Kind::InvoiceDisputed, vec![("opened", money(*amount))])
        }
        Happening::DisputeWon { amount } => (Kind::InvoiceDisputed, vec![("won", money(*amount))]),
        Happening::DisputeLost { amount, .. } => {
            (Kind::InvoiceDisputed, vec![("lost", money(*amount))])
        }
        Happening::BecameOverdue => (Kind::InvoiceOverdue, Vec::new()),
    }
}
