//! People of a workspace's team or of a client.

use domain::person::Person;
use domain::workspace::Workspace;

use crate::codec::{item, row};
use crate::directory::Versioned;
use crate::error::Error;
use crate::keys;
use crate::scope::{Scope, Store, WorkspaceScope};
use crate::table::{Query, Range};

/// People that are listed at most: what a team or a client may have.
const MOST: i32 = 100;

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
        transaction.replace(
            item(
                "workspace",
                &keys::meta(&self.prefix()),
                &Versioned::of(after),
            )?,
            before,
        );
        let address = keys::slug(&after.slug);
        transaction.replace(item("slug", &address, &Versioned::of(after))?, before);
        // The address lies outside the scope; its version holds it to this workspace.
        self.commit_beside(transaction, &[address]).await
    }
}
