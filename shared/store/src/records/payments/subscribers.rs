//! Subscribers: a workspace as a customer at Stripe, its subscriptions, and the plan that
//! follows from them.

use domain::audit::{AuditKind, AuditNote};
use domain::id::WorkspaceId;
use domain::mail::Mail;
use domain::subscription::BillingAccount;
use domain::workspace::Workspace;

use crate::directory::directory::Directory;
use crate::error::{StoreError, WriteOutcome, to_write_outcome};
use crate::records::outbox::outbox;
use crate::records::payments::connected_account::{EventRef, put_processed_event};
use crate::records::workspaces::{VersionedWorkspace, workspace_audit_note, workspace_update};
use crate::table::codec::{from_item, get_text, to_item};
use crate::table::keys;
use crate::tenancy::scope::{Store, WorkspaceScope};

/// A workspace by its customer at Stripe: what events of that customer may change.
#[derive(Debug, Clone)]
pub struct Subscriber {
    store: Store<WorkspaceScope>,
    customer: String,
}

impl Directory {
    /// The workspace of a customer at Stripe; `None` where it is none of ours.
    pub async fn find_subscriber(&self, customer: &str) -> Result<Option<Subscriber>, StoreError> {
        let key = keys::stripe_customer(customer);
        let Some(found) = self.table().get(&key, true).await? else {
            return Ok(None);
        };
        let ws = get_text(&found, "ws")?.parse();
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

    /// The id of the workspace.
    pub fn id(&self) -> WorkspaceId {
        self.store.ws()
    }

    /// Whether an event was applied before.
    pub async fn has_processed(&self, event: &str) -> Result<bool, StoreError> {
        let key = keys::stripe_event(&self.customer, event);
        Ok(self.store.table.get(&key, true).await?.is_some())
    }

    /// The workspace's billing account, if it is still this customer.
    pub async fn get_billing_account(&self) -> Result<Option<BillingAccount>, StoreError> {
        let found = self.store.get_billing_account().await?;
        Ok(found.filter(|found| found.customer == self.customer))
    }

    /// Writes what follows from an event: the billing account, the plan where it changes, the
    /// mails, and that the event was applied.
    pub async fn apply_subscription_event(
        &self,
        event: EventRef<'_>,
        account: &BillingAccount,
        plan: Option<(&Workspace, &Workspace)>,
        mails: &[Mail],
    ) -> Result<WriteOutcome, StoreError> {
        let store = &self.store;
        let mut transaction = store.transaction();
        let mut directory_keys = vec![put_processed_event(
            &mut transaction,
            &self.customer,
            event,
        )?];
        let key = keys::subscription(&store.prefix());
        let known = to_item("subscription", &key, account)?;
        transaction.replace(known, account.version - 1);
        if let Some((before, after)) = plan {
            transaction.update(workspace_update(before, after)?);
            let address = keys::slug(&after.slug);
            let copy = to_item("slug", &address, &VersionedWorkspace::of(after))?;
            transaction.replace(copy, before.version);
            store.record(&mut transaction, workspace_audit_note(before, after))?;
            directory_keys.push(address);
        }
        for mail in mails {
            let id = store.context.next_id();
            outbox::put_mail(&mut transaction, &store.prefix(), id, mail, event.now)?;
        }
        to_write_outcome(
            store
                .commit_with_directory(transaction, &directory_keys)
                .await,
        )
    }
}

impl Store<WorkspaceScope> {
    /// The workspace's billing account, by a consistent read; `None` where it never subscribed.
    pub async fn get_billing_account(&self) -> Result<Option<BillingAccount>, StoreError> {
        let key = keys::subscription(&self.prefix());
        let found = self.table.get(&key, true).await?;
        found.map(from_item).transpose()
    }

    /// Creates the billing account, with the pointer from the customer to the workspace;
    /// refused where there is one.
    pub async fn create_billing_account(&self, account: &BillingAccount) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        let pointer = keys::stripe_customer(&account.customer);
        let owner = serde_json::json!({ "ws": self.ws() });
        transaction.put_new_or_own(to_item("customer", &pointer, &owner)?, self.ws());
        let key = keys::subscription(&self.prefix());
        transaction.put_new(to_item("subscription", &key, account)?);
        let note = AuditNote::of(AuditKind::PaymentsChanged, "");
        self.record(
            &mut transaction,
            note.with_change("customer", "", &account.customer),
        )?;
        self.commit_with_directory(transaction, &[pointer]).await
    }
}
