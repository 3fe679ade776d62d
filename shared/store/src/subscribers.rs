//! A workspace as a customer of ours: which one it is at Stripe, what is known of its
//! subscriptions, and the plan that follows from them.

use domain::audit::{AuditKind, AuditNote};
use domain::id::WorkspaceId;
use domain::mail::Mail;
use domain::subscription::BillingAccount;
use domain::workspace::Workspace;

use crate::codec::{item, row, text};
use crate::directory::{Directory, VersionedWorkspace};
use crate::error::{StoreError, WriteOutcome, once};
use crate::keys;
use crate::outbox;
use crate::payments::{EventRef, heard};
use crate::scope::{Store, WorkspaceScope};
use crate::workspace::{changed, changes};

/// A workspace, by its customer at Stripe: what events of that customer may touch.
#[derive(Debug, Clone)]
pub struct Subscriber {
    store: Store<WorkspaceScope>,
    customer: String,
}

impl Directory {
    /// Which workspace a customer at Stripe is; `None` where it is none of ours.
    pub async fn subscriber(&self, customer: &str) -> Result<Option<Subscriber>, StoreError> {
        let key = keys::stripe_customer(customer);
        let Some(found) = self.table().get(&key, true).await? else {
            return Ok(None);
        };
        let ws = text(&found, "ws")?.parse();
        let ws = ws.map_err(|_| StoreError::Lacks("ws"))?;
        Ok(Some(Subscriber {
            store: self.workspace_store(ws),
            customer: customer.to_owned(),
        }))
    }
}

impl Subscriber {
    /// The workspace's store.
    pub fn store(&self) -> &Store<WorkspaceScope> {
        &self.store
    }

    /// The workspace.
    pub fn id(&self) -> WorkspaceId {
        self.store.ws()
    }

    /// Whether an event was done.
    pub async fn has_heard(&self, event: &str) -> Result<bool, StoreError> {
        let key = keys::stripe_event(&self.customer, event);
        Ok(self.store.table.get(&key, true).await?.is_some())
    }

    /// What is known of the workspace's subscriptions, if it is still this customer.
    pub async fn account(&self) -> Result<Option<BillingAccount>, StoreError> {
        let found = self.store.subscriptions().await?;
        Ok(found.filter(|found| found.customer == self.customer))
    }

    /// Writes what came of an event: what is known, the plan where it is another one, the
    /// mail that tells of it, and that the event was done, or nothing of it.
    pub async fn tell(
        &self,
        told: EventRef<'_>,
        account: &BillingAccount,
        plan: Option<(&Workspace, &Workspace)>,
        mails: &[Mail],
    ) -> Result<WriteOutcome, StoreError> {
        let store = &self.store;
        let mut transaction = store.transaction();
        let mut beside = vec![heard(&mut transaction, &self.customer, told)?];
        let key = keys::subscription(&store.prefix());
        let known = item("subscription", &key, account)?;
        transaction.replace(known, account.version - 1);
        if let Some((before, after)) = plan {
            transaction.update(changed(before, after)?);
            let address = keys::slug(&after.slug);
            let copy = item("slug", &address, &VersionedWorkspace::of(after))?;
            transaction.replace(copy, before.version);
            store.record(&mut transaction, changes(before, after))?;
            beside.push(address);
        }
        for mail in mails {
            let id = store.trace.next();
            outbox::put(&mut transaction, &store.prefix(), id, mail, told.now)?;
        }
        once(store.commit_beside(transaction, &beside).await)
    }
}

impl Store<WorkspaceScope> {
    /// What is known of the workspace's subscriptions now; `None` where it never was a
    /// customer.
    pub async fn subscriptions(&self) -> Result<Option<BillingAccount>, StoreError> {
        let key = keys::subscription(&self.prefix());
        let found = self.table.get(&key, true).await?;
        found.map(row).transpose()
    }

    /// Makes the workspace a customer, and says whose the customer is; refused where it is
    /// one already.
    pub async fn keep_customer(&self, account: &BillingAccount) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        let pointer = keys::stripe_customer(&account.customer);
        let owner = serde_json::json!({ "ws": self.ws() });
        transaction.put_new_or_own(item("customer", &pointer, &owner)?, self.ws());
        let key = keys::subscription(&self.prefix());
        transaction.put_new(item("subscription", &key, account)?);
        let note = AuditNote::of(AuditKind::PaymentsChanged, "");
        self.record(
            &mut transaction,
            note.change("customer", "", &account.customer),
        )?;
        self.commit_beside(transaction, &[pointer]).await
    }
}
