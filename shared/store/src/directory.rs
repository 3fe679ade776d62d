//! What is needed before anybody is known: workspaces by address, accounts by
//! mail address, sessions, setup links, rate counters.

use std::fmt::Write as _;

use domain::audit::{AuditActor, AuditNote};
use domain::email::EmailAddress;
use domain::id::{ClientId, UserId, WorkspaceId};
use domain::person::Person;
use domain::workspace::Workspace;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::codec::{item, number, row};
use crate::error::{StoreError, WriteOutcome, once};
use crate::keys;
use crate::limits::put_seat;
use crate::membership::MOST_CLIENTS;
use crate::nights::put_night;
use crate::people::put_person;
use crate::scope::{Store, WorkspaceScope};
use crate::table::Table;
use crate::trace::{AuditContext, AuditPlace, record};
use crate::transact::Transaction;

/// The part of the table that belongs to no tenant.
#[derive(Debug, Clone)]
pub struct Directory {
    table: Table,
    trace: AuditContext,
}

/// An account, by the mail address that was typed at a workspace's sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// Whose account; also the username at the identity provider.
    pub user: UserId,
    /// The client of a contact, or the first of several.
    pub client: Option<ClientId>,
    /// Further clients of a contact.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<ClientId>,
}

impl Login {
    /// An account that belongs to one client, or to the team.
    pub fn of(user: UserId, client: Option<ClientId>) -> Self {
        let others = Vec::new();
        Self {
            user,
            client,
            others,
        }
    }

    /// Whether a further client can be added: to a contact's only, which doesn't
    /// belong to it yet, and to no more than an account may belong to.
    pub fn may_join(&self, client: Option<ClientId>) -> bool {
        let known = self.homes().any(|home| home == client);
        self.client.is_some() && !known && self.others.len() + 1 < MOST_CLIENTS
    }

    /// Where it belongs: one client or several, or the team.
    pub fn homes(&self) -> impl Iterator<Item = Option<ClientId>> {
        let others = self.others.iter().copied().map(Some);
        std::iter::once(self.client).chain(others)
    }
}

/// SHA-256 in lower-case hexadecimal: how secrets and addresses stand in keys.
pub fn hash(text: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

impl Directory {
    /// The directory of a table; what is recorded is noted as of `trace`.
    pub fn new(table: Table, trace: AuditContext) -> Self {
        Self { table, trace }
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// A workspace's store for what happens by itself: by the process's credentials,
    /// since there is nobody for whom a tenant's could be asked.
    pub(crate) fn workspace_store(&self, ws: WorkspaceId) -> Store<WorkspaceScope> {
        let store = Store::of_workspace(self.table.clone(), ws, self.trace.clone(), None);
        Store {
            table: self.table.as_process(),
            ..store
        }
    }

    pub(crate) fn trace(&self) -> &AuditContext {
        &self.trace
    }

    /// Records `note` in the transaction that it is about.
    pub(crate) fn record(
        &self,
        transaction: &mut Transaction,
        (ws, client): (WorkspaceId, Option<ClientId>),
        by: Option<AuditActor>,
        note: AuditNote,
    ) -> Result<(), StoreError> {
        let at = AuditPlace { ws, client };
        record(transaction, &self.trace, at, by, note)
    }

    /// Makes a workspace with its owner. An address that is taken is a repeat.
    pub async fn create_workspace(
        &self,
        workspace: &Workspace,
        owner: &Person,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = Transaction::new(&self.table);
        put_workspace(&mut transaction, workspace, owner)?;
        once(transaction.commit(&self.table).await)
    }

    /// Adds one of the team, whatever the plan says. An account that is there is a repeat.
    pub async fn add_team_member(
        &self,
        ws: WorkspaceId,
        person: &Person,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = Transaction::new(&self.table);
        put_person(&mut transaction, ws, person)?;
        put_seat(&mut transaction, &keys::workspace(ws));
        once(transaction.commit(&self.table).await)
    }

    /// The account with this mail address in this workspace.
    pub async fn login(
        &self,
        ws: WorkspaceId,
        email: &EmailAddress,
    ) -> Result<Option<Login>, StoreError> {
        self.table
            .get(&login_key(ws, email), true)
            .await?
            .map(row)
            .transpose()
    }
}

/// A workspace with its owner; its address, which may be taken, is the first write.
pub(crate) fn put_workspace(
    transaction: &mut Transaction,
    workspace: &Workspace,
    owner: &Person,
) -> Result<(), StoreError> {
    let (address, versioned) = (
        keys::slug(&workspace.slug),
        VersionedWorkspace::of(workspace),
    );
    transaction.put_new(item("slug", &address, &versioned)?);
    let home = keys::meta(&keys::workspace(workspace.id));
    let mut meta = item("workspace", &home, &versioned)?;
    // The first owner, and the one who can't leave.
    meta.insert("owners".to_owned(), number(1));
    transaction.put_new(meta);
    put_person(transaction, workspace.id, owner)?;
    put_seat(transaction, &keys::workspace(workspace.id));
    put_night(transaction, workspace.id)
}

/// A workspace as an item: its version is the attribute `v`, as everywhere.
#[derive(Serialize)]
pub(crate) struct VersionedWorkspace<'a> {
    #[serde(flatten)]
    workspace: &'a Workspace,
    v: i64,
}

impl<'a> VersionedWorkspace<'a> {
    pub(crate) fn of(workspace: &'a Workspace) -> Self {
        Self {
            workspace,
            v: workspace.version,
        }
    }
}

pub(crate) fn login_key(ws: WorkspaceId, email: &EmailAddress) -> keys::Key {
    keys::login(ws, &hash(&email.fold()))
}
