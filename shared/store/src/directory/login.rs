//! Logins: an account as sign-in finds it, by workspace and mail address.

use domain::email::EmailAddress;
use domain::id::{ClientId, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};

use crate::directory::directory::Directory;
use crate::error::StoreError;
use crate::table::codec::{Item, from_item, to_item};
use crate::table::hash::sha256_hex;
use crate::table::keys::{self, Key};

/// Clients that an account may belong to.
pub(crate) const MAX_CLIENTS: usize = 20;

/// An account, by the mail address that is typed at a workspace's sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// Also the username at the identity provider.
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

    /// Whether a further client can be added: to a contact's account only, to which it doesn't
    /// belong yet, and up to the maximum.
    pub fn may_join(&self, client: Option<ClientId>) -> bool {
        let known = self.homes().any(|home| home == client);
        self.client.is_some() && !known && self.others.len() + 1 < MAX_CLIENTS
    }

    /// The clients to which it belongs; `None` for the team.
    pub fn homes(&self) -> impl Iterator<Item = Option<ClientId>> {
        let others = self.others.iter().copied().map(Some);
        std::iter::once(self.client).chain(others)
    }
}

/// A login as an item.
#[derive(Serialize, Deserialize)]
pub(crate) struct LoginItem {
    #[serde(flatten)]
    pub(crate) login: Login,
    /// Goes up whenever the list of clients changes.
    #[serde(default)]
    pub(crate) v: i64,
}

pub(crate) fn login_item(key: &Key, login: &Login) -> Result<Item, StoreError> {
    let login = login.clone();
    to_item("login", key, &LoginItem { login, v: 1 })
}

impl Directory {
    /// The account with this mail address in this workspace.
    pub async fn find_login(
        &self,
        ws: WorkspaceId,
        email: &EmailAddress,
    ) -> Result<Option<Login>, StoreError> {
        self.table()
            .get(&login_key(ws, email), true)
            .await?
            .map(from_item)
            .transpose()
    }
}

pub(crate) fn login_key(ws: WorkspaceId, email: &EmailAddress) -> keys::Key {
    keys::login(ws, &sha256_hex(&email.fold()))
}
