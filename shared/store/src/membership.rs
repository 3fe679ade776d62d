//! An account as a whole: a contact may belong to several clients of a workspace,
//! and has a row at each, with the role and the sessions there. What belongs to
//! the account (address, password, codes) changes at all of them at once.

use domain::email::EmailAddress;
use domain::id::{ClientId, UserId, WorkspaceId};
use domain::invite::Invite;
use domain::person::Person;
use domain::suppression::SuppressionNotice;
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};

use crate::codec::{Item, integer, item, number, row, strings};
use crate::directory::{Directory, Login, login_key};
use crate::error::StoreError;
use crate::keys::{self, Key};
use crate::session::session_keys;
use crate::transact::{Transaction, Update};

/// Clients that an account may belong to.
pub(crate) const MOST_CLIENTS: usize = 20;
/// Sessions that a change of an account ends together with it; where there are
/// more, the rest ends right before it.
const ENDED_AT_ONCE: usize = 50;

/// An account with everything that it belongs to.
#[derive(Debug, Clone)]
pub struct Account {
    pub(crate) login: Login,
    pub(crate) rows: Vec<Member>,
    key: Key,
    v: i64,
}

/// The row of an account at one client, or at the team.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) key: Key,
    pub(crate) found: Item,
}

/// An account by its address, as it is kept.
#[derive(Serialize, Deserialize)]
struct Row {
    #[serde(flatten)]
    login: Login,
    /// Goes up whenever the list of clients changes.
    #[serde(default)]
    v: i64,
}

pub(crate) fn login_item(key: &Key, login: &Login) -> Result<Item, StoreError> {
    let login = login.clone();
    item("login", key, &Row { login, v: 1 })
}

impl Member {
    /// An update of the row, on the condition that it is as it was read.
    pub(crate) fn update(&self) -> Update {
        let v = number(integer(&self.found, "v"));
        let update = Update::existing(self.key.clone()).add("v", 1);
        update.when("v = :v", ":v", v)
    }
}

impl Member {
    /// Whether no mail goes to its address, as it is shown there.
    pub(crate) fn suppressed(&self) -> Option<SuppressionNotice> {
        let found = self.found.get("suppressed")?.clone();
        serde_dynamo::from_attribute_value(found).ok()
    }
}

impl Account {
    /// Whose account.
    pub fn user(&self) -> UserId {
        self.login.user
    }

    /// The person at each client, in the order in which they were joined.
    pub fn people(&self) -> Result<Vec<Person>, StoreError> {
        let found = self.rows.iter().map(|member| row(member.found.clone()));
        found.collect()
    }

    /// The person where a session is opened: at the client that was used last,
    /// of those where the person isn't disabled.
    pub fn person(&self) -> Result<Option<Person>, StoreError> {
        choose(self.rows.clone())
    }

    /// The sessions at all of its clients.
    pub(crate) fn sessions(&self) -> Vec<Key> {
        let rows = self.rows.iter();
        rows.flat_map(|member| session_keys(&member.found))
            .collect()
    }

    /// The rows but the one at `key`.
    pub(crate) fn beside(&self, key: &Key) -> impl Iterator<Item = &Member> {
        self.rows.iter().filter(move |member| member.key != *key)
    }

    /// Takes the account off one of its clients; where that is the only one, it
    /// is gone, which `true` says.
    pub(crate) fn leave(
        &self,
        transaction: &mut Transaction,
        client: Option<ClientId>,
    ) -> Result<bool, StoreError> {
        let mut left = self.login.homes().filter(|home| *home != client);
        let Some(first) = left.next() else {
            transaction.delete(&self.key);
            return Ok(true);
        };
        let others = left.flatten().collect();
        transaction.update(self.listed(first, others)?);
        Ok(false)
    }

    /// Adds the client that an invitation is for, with the role that it gives, and
    /// gives the keys that are written to. Refused where the account belongs to
    /// it, or changed since it was read.
    pub(crate) fn join(
        &self,
        transaction: &mut Transaction,
        (ws, invite): (WorkspaceId, &Invite),
    ) -> Result<(Person, Vec<Key>), StoreError> {
        let first = self.rows.first().map(|member| member.found.clone());
        let known: Person = row(first.ok_or(StoreError::Lacks("person"))?)?;
        let person = Person {
            // As whoever invites knows the person; nothing is told of elsewhere.
            name: invite.name.clone(),
            role: invite.role,
            client: invite.client,
            since: invite.accepted.unwrap_or(known.since),
            epoch: 0,
            disabled: None,
            ..known
        };
        let key = keys::person(&keys::home(ws, invite.client), person.id);
        let mut joined = item("person", &key, &person)?;
        joined.insert("v".to_owned(), number(1));
        let rows = self.rows.iter();
        let mut browsers: Vec<_> = rows
            .flat_map(|member| strings(&member.found, "browsers"))
            .collect();
        browsers.sort();
        browsers.dedup();
        if !browsers.is_empty() {
            let browsers = aws_sdk_dynamodb::types::AttributeValue::Ss(browsers);
            joined.insert("browsers".to_owned(), browsers);
        }
        transaction.put_new(joined);
        let mut others = self.login.others.clone();
        others.extend(invite.client);
        transaction.update(self.listed(self.login.client, others)?);
        // A change of the account that was begun before misses no row.
        for member in &self.rows {
            transaction.update(member.update());
        }
        let rows = self.rows.iter().map(|member| member.key.clone());
        Ok((person, rows.chain([self.key.clone()]).collect()))
    }

    fn listed(&self, first: Option<ClientId>, others: Vec<ClientId>) -> Result<Update, StoreError> {
        let update = Update::existing(self.key.clone())
            .add("v", 1)
            .set("client", serde_dynamo::to_attribute_value(first)?)
            .set("others", serde_dynamo::to_attribute_value(others)?);
        Ok(match self.v {
            0 => update.only_if("attribute_not_exists(v)"),
            v => update.when("v = :v", ":v", number(v)),
        })
    }

    pub(crate) fn login_key(&self) -> &Key {
        &self.key
    }
}

/// The person at the client that was used last.
fn choose(rows: Vec<Member>) -> Result<Option<Person>, StoreError> {
    let used = |member: &Member| {
        let enabled = !member.found.contains_key("disabled");
        (enabled, integer(&member.found, "opened"))
    };
    // The first of several that were never used.
    let last = rows.into_iter().rev().max_by_key(used);
    last.map(|member| row(member.found)).transpose()
}

impl Directory {
    /// The account with this mail address, with the rows at all of its clients.
    pub async fn account(
        &self,
        ws: WorkspaceId,
        email: &EmailAddress,
    ) -> Result<Option<Account>, StoreError> {
        let Some(mut account) = self.bare_account(ws, email).await? else {
            return Ok(None);
        };
        account.rows = self.members(ws, &account.login).await?;
        Ok(Some(account))
    }

    /// The same without the rows: for what concerns its list of clients only.
    pub(crate) async fn bare_account(
        &self,
        ws: WorkspaceId,
        email: &EmailAddress,
    ) -> Result<Option<Account>, StoreError> {
        let key = login_key(ws, email);
        let found = self.table().get(&key, true).await?;
        let found = found.map(row::<Row>).transpose()?;
        Ok(found.map(|Row { login, v }| Account {
            login,
            rows: Vec::new(),
            key,
            v,
        }))
    }

    /// The same, of somebody who is known to have it; with no more sessions than
    /// one transaction ends, but for the one at `mine`.
    pub(crate) async fn own_account(
        &self,
        ws: WorkspaceId,
        (user, email): (UserId, &EmailAddress),
        mine: Option<&Key>,
    ) -> Result<Account, StoreError> {
        loop {
            let account = self.account(ws, email).await?;
            let account = account.filter(|account| account.login.user == user);
            let account = account.ok_or(StoreError::Busy)?;
            let mut open = account.sessions().len();
            if open <= ENDED_AT_ONCE {
                return Ok(account);
            }
            for member in &account.rows {
                let keys = session_keys(&member.found);
                let own = mine.filter(|mine| keys.contains(mine));
                if open <= ENDED_AT_ONCE || own.is_some() {
                    continue;
                }
                open -= keys.len();
                let mut transaction = Transaction::new(self.table());
                for key in &keys {
                    transaction.delete(key);
                }
                transaction.update(member.update().remove("sessions"));
                transaction.commit(self.table()).await?;
            }
        }
    }

    /// The rows of an account: those that are there.
    pub(crate) async fn members(
        &self,
        ws: WorkspaceId,
        login: &Login,
    ) -> Result<Vec<Member>, StoreError> {
        let reads = login.homes().map(async |home| {
            let key = keys::person(&keys::home(ws, home), login.user);
            let found = self.table().get(&key, true).await?;
            Ok::<_, StoreError>(found.map(|found| Member { key, found }))
        });
        Ok(try_join_all(reads).await?.into_iter().flatten().collect())
    }

    /// The person behind an account, where a session is opened.
    pub async fn person(
        &self,
        ws: WorkspaceId,
        login: &Login,
    ) -> Result<Option<Person>, StoreError> {
        choose(self.members(ws, login).await?)
    }

    /// The names of clients, in the order in which they are asked for.
    pub async fn client_names(
        &self,
        ws: WorkspaceId,
        clients: &[ClientId],
    ) -> Result<Vec<String>, StoreError> {
        let reads = clients.iter().map(async |client| {
            let key = keys::meta(&keys::client(ws, *client));
            let found = self.table().get(&key, false).await?.unwrap_or_default();
            crate::codec::text(&found, "name").map(str::to_owned)
        });
        try_join_all(reads).await
    }
}
