//! Invitations of contacts: made by the team, redeemed by whoever holds the link.

use domain::client::Client;
use domain::id::{ClientId, InviteId, UserId, WorkspaceId};
use domain::invite::Invite;
use domain::mail::Mail;
use domain::person::Person;
use domain::role::Role;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{item, row, string};
use crate::directory::{Directory, put_person};
use crate::engagements::bump;
use crate::error::{Error, Outcome, once};
use crate::keys;
use crate::scope::{ClientScope, Store};
use crate::table::{Query, Range};
use crate::transact::Update;

/// Invitations that a client's page lists at most.
const MOST: i32 = 100;

#[derive(Serialize, Deserialize)]
struct Link {
    ws: WorkspaceId,
    client: ClientId,
    invite: InviteId,
    ttl: i64,
}

/// An invitation whose link is in hand and was not used.
#[derive(Debug, Clone)]
pub struct Redeemable {
    /// The invitation.
    pub invite: Invite,
    hash: String,
    ws: WorkspaceId,
    store: Store<ClientScope>,
}

impl Store<ClientScope> {
    /// The invitations of the client's contacts, the newest first.
    pub async fn invites(&self) -> Result<Vec<Invite>, Error> {
        let query = Query::of(self.prefix(), Range::Prefix(keys::INVITES.to_owned()), MOST);
        self.query(query.descending())
            .await?
            .items
            .into_iter()
            .map(row)
            .collect()
    }

    /// One invitation.
    pub async fn invite(&self, id: InviteId) -> Result<Option<Invite>, Error> {
        self.get(&keys::invite(&self.prefix(), id))
            .await?
            .map(row)
            .transpose()
    }

    /// Keeps an invitation, the hash of its link's token, and the mail that
    /// brings the link.
    pub async fn create_invite(
        &self,
        invite: &Invite,
        hash: &str,
        mail: &Mail,
    ) -> Result<Outcome, Error> {
        let (ws, client) = (self.ws(), self.client_id());
        let link = Link {
            ws,
            client,
            invite: invite.id,
            ttl: invite.expires().as_second(),
        };
        let mut transaction = self.transaction();
        transaction.put_new(item(
            "invite",
            &keys::invite(&self.prefix(), invite.id),
            invite,
        )?);
        crate::outbox::put(
            &mut transaction,
            &self.prefix(),
            invite.id.mail(),
            mail,
            invite.at,
        )?;
        self.touch_client(&mut transaction, false);
        // The link is the directory's, the rest the scope's own.
        let key = keys::invite_link(hash);
        transaction.put_new(item("invite-link", &key, &link)?);
        once(self.commit_beside(transaction, &[key]).await)
    }
}

impl Directory {
    /// The invitation that a link's token stands for, at the workspace it is
    /// of. Whether it has expired is for the caller to see.
    pub async fn redeemable(
        &self,
        ws: WorkspaceId,
        hash: &str,
    ) -> Result<Option<Redeemable>, Error> {
        let found = self.table().get(&keys::invite_link(hash), true).await?;
        let Some(link) = found
            .map(row::<Link>)
            .transpose()?
            .filter(|link| link.ws == ws)
        else {
            return Ok(None);
        };
        let store = Store::of_contact(self.table().clone(), ws, link.client);
        let found = store
            .get(&keys::invite(&store.prefix(), link.invite))
            .await?;
        let invite = found.map(row).transpose()?;
        Ok(invite.map(|invite| Redeemable {
            invite,
            hash: hash.to_owned(),
            ws,
            store,
        }))
    }
}

impl Redeemable {
    /// The client that the person will belong to.
    pub async fn client(&self) -> Result<Option<Client>, Error> {
        self.store.about().await
    }

    /// Makes the account, which is known as `user`; the link is used up. Refused
    /// where somebody was first, or the address has an account here.
    pub async fn accept(&self, user: UserId, now: Timestamp) -> Result<Person, Error> {
        let invite = &self.invite;
        let person = Person {
            id: user,
            name: invite.name.clone(),
            email: invite.email.clone(),
            role: Role::Contact(invite.role),
            client: Some(invite.client),
            since: now,
        };
        let link = keys::invite_link(&self.hash);
        let mut transaction = self.store.transaction();
        transaction.delete_existing(&link);
        let accepted = Update::existing(keys::invite(&self.store.prefix(), invite.id));
        let accepted = accepted
            .set("accepted", string(now))
            .only_if("attribute_not_exists(accepted)");
        transaction.update(accepted);
        put_person(&mut transaction, self.ws, &person)?;
        transaction.update(bump(
            Update::existing(keys::meta(&self.store.prefix())),
            false,
        ));
        let login = crate::directory::login_key(self.ws, &person.email);
        self.store
            .commit_beside(transaction, &[link, login])
            .await?;
        Ok(person)
    }
}
