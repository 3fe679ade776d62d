//! People of a workspace's team or of a client.

use domain::id::{UserId, WorkspaceId};
use domain::person::Person;
use domain::role::{Role, TeamRole};
use domain::workspace::Workspace;
use serde::{Deserialize, Serialize};

use crate::codec::{Item, item, number, row, string};
use crate::directory::{Login, Versioned, login_key};
use crate::engagements::bump;
use crate::error::Error;
use crate::keys;
use crate::scope::{Scope, Store, WorkspaceScope};
use crate::session::session_keys;
use crate::table::{Query, Range};
use crate::transact::{Transaction, Update};

/// People that are listed at most: what a team or a client may have.
const MOST: i32 = 100;

/// A person as an item. Its version goes up whenever a session is opened, so
/// that nobody who is being removed can slip in.
#[derive(Serialize, Deserialize)]
struct Row {
    #[serde(flatten)]
    person: Person,
    v: i64,
}

/// A person, and the address by which it is found at sign-in: one address, one
/// account in a workspace.
pub(crate) fn put_person(
    transaction: &mut Transaction,
    ws: WorkspaceId,
    person: &Person,
) -> Result<(), Error> {
    let login = Login {
        user: person.id,
        client: person.client,
    };
    transaction.put_new(item("login", &login_key(ws, &person.email), &login)?);
    let key = keys::person(&keys::home(ws, person.client), person.id);
    let person = person.clone();
    transaction.put_new(item("person", &key, &Row { person, v: 1 })?);
    Ok(())
}

/// Why a person's role stays, or the person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It would leave the workspace without an owner.
    LastOwner,
    /// It changed meanwhile, or is gone.
    Changed,
}

impl<S: Scope> Store<S> {
    /// The people who belong to the scope itself: the team, or the contacts.
    pub async fn people(&self) -> Result<Vec<Person>, Error> {
        let query = Query::of(self.prefix(), Range::Prefix(keys::PEOPLE.to_owned()), MOST);
        self.query(query)
            .await?
            .items
            .into_iter()
            .map(row)
            .collect()
    }

    /// One of them.
    pub async fn person(&self, id: UserId) -> Result<Option<Person>, Error> {
        let found = self.get(&keys::person(&self.prefix(), id)).await?;
        found.map(row).transpose()
    }

    /// Gives a person another role. Every session ends with the old one.
    pub async fn change_role(
        &self,
        person: &Person,
        role: Role,
    ) -> Result<Result<(), Kept>, Error> {
        self.end(person, Some(role)).await
    }

    /// Removes a person, with the address to sign in by and every session.
    pub async fn remove_person(&self, person: &Person) -> Result<Result<(), Kept>, Error> {
        self.end(person, None).await
    }

    /// Ends what a person is here; `next` is what it becomes.
    async fn end(&self, person: &Person, next: Option<Role>) -> Result<Result<(), Kept>, Error> {
        let key = keys::person(&self.prefix(), person.id);
        let Some(found) = self.get_now(&key).await? else {
            return Ok(Err(Kept::Changed));
        };
        let sessions = session_keys(&found);
        let Row { person: now, v } = row(found)?;
        if now.role != person.role {
            return Ok(Err(Kept::Changed));
        }
        let mut transaction = self.transaction();
        let counts = self.count_owner(&mut transaction, Some(now.role), next);
        let mut beside = sessions;
        for session in &beside {
            transaction.delete(session);
        }
        if let Some(role) = next {
            let update = Update::existing(key)
                .set("role", serde_dynamo::to_attribute_value(role)?)
                .add("v", 1)
                .add("epoch", 1)
                .remove("sessions");
            transaction.update(update.when("v = :v", ":v", number(v)));
        } else {
            transaction.delete_version(&key, v);
            let login = login_key(self.ws(), &now.email);
            transaction.delete(&login);
            beside.push(login);
        }
        self.touch(&mut transaction);
        match self.commit_beside(transaction, &beside).await {
            Ok(()) => Ok(Ok(())),
            Err(Error::Refused(0)) if counts => Ok(Err(Kept::LastOwner)),
            Err(Error::Refused(_)) => Ok(Err(Kept::Changed)),
            Err(error) => Err(error),
        }
    }

    /// Keeps the count of owners, of whom one must stay: the transaction's next
    /// write, where there is anything to count.
    pub(crate) fn count_owner(
        &self,
        transaction: &mut Transaction,
        from: Option<Role>,
        to: Option<Role>,
    ) -> bool {
        let owner = Some(Role::Team(TeamRole::Owner));
        let row = Update::existing(keys::meta(&self.prefix()));
        match (from == owner, to == owner) {
            (true, false) => {
                let row = row.add("owners", -1);
                transaction.update(row.when("owners > :one", ":one", number(1)));
            }
            (false, true) => transaction.update(row.add("owners", 1)),
            (true, true) | (false, false) => return false,
        }
        true
    }

    /// Lets the client's pages know that something changed there.
    pub(crate) fn touch(&self, transaction: &mut Transaction) {
        if self.scope.client().is_some() {
            let row = Update::existing(keys::meta(&self.prefix()));
            transaction.update(bump(row, true));
        }
    }

    async fn get_now(&self, key: &keys::Key) -> Result<Option<Item>, Error> {
        let store = Self {
            table: self.table.clone().consistent(true),
            scope: self.scope.clone(),
        };
        store.get(key).await
    }
}

impl Store<WorkspaceScope> {
    /// The workspace, fresh from the table.
    pub async fn workspace(&self) -> Result<Option<Workspace>, Error> {
        self.get(&keys::meta(&self.prefix()))
            .await?
            .map(row)
            .transpose()
    }

    /// Puts `after` in place of its former version. The copy at its address
    /// follows in the same transaction.
    pub async fn update_workspace(&self, before: i64, after: &Workspace) -> Result<(), Error> {
        let mut transaction = self.transaction();
        let row = Update::existing(keys::meta(&self.prefix()))
            .set("name", string(&after.name))
            .set("time_zone", string(&after.time_zone))
            .set("version", number(after.version))
            .set("v", number(after.version));
        transaction.update(row.when("v = :before", ":before", number(before)));
        let address = keys::slug(&after.slug);
        transaction.replace(item("slug", &address, &Versioned::of(after))?, before);
        // The address lies outside the scope; its version holds it to this workspace.
        self.commit_beside(transaction, &[address]).await
    }
}
