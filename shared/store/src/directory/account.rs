//! Accounts: a contact may belong to several clients of a workspace, with a row at each
//! that holds the role and the sessions there. What belongs to the account (address,
//! password, codes) changes in all of its rows at once.

use domain::email::EmailAddress;
use domain::id::{ClientId, UserId, WorkspaceId};
use domain::invite::Invite;
use domain::person::Person;
use domain::suppression::SuppressionNotice;
use futures::future::try_join_all;

use crate::directory::directory::Directory;
use crate::directory::login::{Login, LoginItem, login_key};
use crate::directory::session_entry::session_keys;
use crate::error::StoreError;
use crate::table::codec::{Item, from_item, get_integer, get_strings, number, to_item};
use crate::table::keys::{self, Key};
use crate::table::transaction::Transaction;
use crate::table::update::Update;

/// Sessions that a change of an account ends in its own transaction; further ones end in
/// transactions before it.
const MAX_ENDED_SESSIONS: usize = 50;

/// An account with its rows at each of its clients.
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

impl Member {
    /// An update of the row, on the condition that it is as it was read.
    pub(crate) fn update(&self) -> Update {
        let v = number(get_integer(&self.found, "v"));
        let update = Update::existing(self.key.clone()).add("v", 1);
        update.when("v = :v", ":v", v)
    }
}

impl Member {
    /// Why its address is suppressed, as the row shows it.
    pub(crate) fn suppression_notice(&self) -> Option<SuppressionNotice> {
        let found = self.found.get("suppressed")?.clone();
        serde_dynamo::from_attribute_value(found).ok()
    }
}

impl Account {
    /// The user of the account.
    pub fn user(&self) -> UserId {
        self.login.user
    }

    /// The person at each client, in the order in which they were joined.
    pub fn people(&self) -> Result<Vec<Person>, StoreError> {
        let found = self
            .rows
            .iter()
            .map(|member| from_item(member.found.clone()));
        found.collect()
    }

    /// The person for whom a session is opened: at the client that was used last, of those
    /// where the person isn't disabled.
    pub fn person(&self) -> Result<Option<Person>, StoreError> {
        last_used_person(self.rows.clone())
    }

    /// The sessions at all of its clients.
    pub(crate) fn sessions(&self) -> Vec<Key> {
        let rows = self.rows.iter();
        rows.flat_map(|member| session_keys(&member.found))
            .collect()
    }

    /// The rows except the one at `key`.
    pub(crate) fn members_except(&self, key: &Key) -> impl Iterator<Item = &Member> {
        self.rows.iter().filter(move |member| member.key != *key)
    }

    /// Removes one of the account's clients. Where it is the only one, the account is deleted,
    /// and the result is `true`.
    pub(crate) fn put_removal(
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
        transaction.update(self.clients_update(first, others)?);
        Ok(false)
    }

    /// Adds the client of an invitation, with its role; gives the person and the keys that are
    /// written. Refused where the account belongs to the client already, or changed since it
    /// was read.
    pub(crate) fn put_membership(
        &self,
        transaction: &mut Transaction,
        ws: WorkspaceId,
        invite: &Invite,
    ) -> Result<(Person, Vec<Key>), StoreError> {
        let first = self.rows.first().map(|member| member.found.clone());
        let known: Person = from_item(first.ok_or(StoreError::Lacks("person"))?)?;
        let person = Person {
            // As whoever invites knows the person; nothing is told of elsewhere.
            name: invite.name.clone(),
            role: invite.role,
            client: invite.client,
            created_at: invite.accepted.unwrap_or(known.created_at),
            epoch: 0,
            disabled_at: None,
            ..known
        };
        let key = keys::person(&keys::home(ws, invite.client), person.id);
        let mut joined = to_item("person", &key, &person)?;
        joined.insert("v".to_owned(), number(1));
        let rows = self.rows.iter();
        let mut browsers: Vec<_> = rows
            .flat_map(|member| get_strings(&member.found, "browsers"))
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
        transaction.update(self.clients_update(self.login.client, others)?);
        // A change of the account that was begun before misses no row.
        for member in &self.rows {
            transaction.update(member.update());
        }
        let rows = self.rows.iter().map(|member| member.key.clone());
        Ok((person, rows.chain([self.key.clone()]).collect()))
    }

    fn clients_update(
        &self,
        first: Option<ClientId>,
        others: Vec<ClientId>,
    ) -> Result<Update, StoreError> {
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
fn last_used_person(rows: Vec<Member>) -> Result<Option<Person>, StoreError> {
    let used = |member: &Member| {
        let enabled = !member.found.contains_key("disabled");
        (enabled, get_integer(&member.found, "opened"))
    };
    // The first of several that were never used.
    let last = rows.into_iter().rev().max_by_key(used);
    last.map(|member| from_item(member.found)).transpose()
}

impl Directory {
    /// The account with this mail address, with the rows at all of its clients.
    pub async fn find_account(
        &self,
        ws: WorkspaceId,
        email: &EmailAddress,
    ) -> Result<Option<Account>, StoreError> {
        let Some(mut account) = self.find_account_without_rows(ws, email).await? else {
            return Ok(None);
        };
        account.rows = self.list_members(ws, &account.login).await?;
        Ok(Some(account))
    }

    /// The same without the rows, for changes of its list of clients only.
    pub(crate) async fn find_account_without_rows(
        &self,
        ws: WorkspaceId,
        email: &EmailAddress,
    ) -> Result<Option<Account>, StoreError> {
        let key = login_key(ws, email);
        let found = self.table().get(&key, true).await?;
        let found = found.map(from_item::<LoginItem>).transpose()?;
        Ok(found.map(|LoginItem { login, v }| Account {
            login,
            rows: Vec::new(),
            key,
            v,
        }))
    }

    /// The account of a known user, with no more open sessions than one transaction ends, not
    /// counting the one at `mine`.
    pub(crate) async fn get_own_account(
        &self,
        ws: WorkspaceId,
        user: UserId,
        email: &EmailAddress,
        own_session: Option<&Key>,
    ) -> Result<Account, StoreError> {
        loop {
            let account = self.find_account(ws, email).await?;
            let account = account.filter(|account| account.login.user == user);
            let account = account.ok_or(StoreError::Busy)?;
            let mut open = account.sessions().len();
            if open <= MAX_ENDED_SESSIONS {
                return Ok(account);
            }
            for member in &account.rows {
                let keys = session_keys(&member.found);
                let own = own_session.filter(|own_session| keys.contains(own_session));
                if open <= MAX_ENDED_SESSIONS || own.is_some() {
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

    /// The rows of an account that exist.
    pub(crate) async fn list_members(
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

    /// The person for whom a session of the account is opened.
    pub async fn person(
        &self,
        ws: WorkspaceId,
        login: &Login,
    ) -> Result<Option<Person>, StoreError> {
        last_used_person(self.list_members(ws, login).await?)
    }

    /// The names of clients, in the order of `clients`.
    pub async fn list_client_names(
        &self,
        ws: WorkspaceId,
        clients: &[ClientId],
    ) -> Result<Vec<String>, StoreError> {
        let reads = clients.iter().map(async |client| {
            let key = keys::meta(&keys::client(ws, *client));
            let found = self.table().get(&key, false).await?.unwrap_or_default();
            crate::table::codec::get_text(&found, "name").map(str::to_owned)
        });
        try_join_all(reads).await
    }
}
