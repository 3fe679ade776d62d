//! Redeeming an invitation: the holder of its link creates an account, or adds a client to
//! one.

use domain::audit::{AuditActor, AuditKind, AuditNote};
use domain::client::Client;
use domain::id::{EntryId, UserId, WorkspaceId};
use domain::invite::Invite;
use domain::mail::Mail;
use domain::notification::NotificationEvent;
use domain::person::Person;
use jiff::{SignedDuration, Timestamp};

use crate::directory::account::Account;
use crate::directory::directory::Directory;
use crate::directory::login::login_key;
use crate::error::StoreError;
use crate::records::clients;
use crate::records::invites::InviteLinkItem;
use crate::records::outbox::outbox;
use crate::records::people::put_person;
use crate::table::codec::{from_item, string};
use crate::table::keys;
use crate::table::transaction::Transaction;
use crate::tenancy::scope::{InvitedScope, Store};

/// For how long an attempt to redeem may take.
const ATTEMPT: SignedDuration = SignedDuration::from_hours(1);
/// An invitation by a valid link.
#[derive(Debug, Clone)]
pub struct InviteRedemption {
    pub invite: Invite,
    hash: String,
    store: Store<InvitedScope>,
}

impl Directory {
    /// The invitation that a link's token stands for, at its workspace. Whether it is still
    /// open is for the caller to check.
    pub async fn find_invite_redemption(
        &self,
        ws: WorkspaceId,
        hash: &str,
    ) -> Result<Option<InviteRedemption>, StoreError> {
        let found = self.table().get(&keys::invite_link(hash), true).await?;
        let link = found.map(from_item::<InviteLinkItem>).transpose()?;
        let Some(link) = link.filter(|link| link.ws == ws) else {
            return Ok(None);
        };
        let store = Store {
            table: self.table().clone().for_tenant(ws, link.client),
            scope: InvitedScope {
                ws,
                client: link.client,
            },
            context: self.context().clone(),
            by: None,
        };
        let invite = store.get_invite(link.invite).await?;
        Ok(invite.map(|invite| InviteRedemption {
            invite,
            hash: hash.to_owned(),
            store,
        }))
    }
}

impl InviteRedemption {
    /// The client that the person joins; `None` for the team.
    pub async fn get_client(&self) -> Result<Option<Client>, StoreError> {
        if self.invite.client.is_none() {
            return Ok(None);
        }
        let found = self.store.get(&keys::meta(&self.store.prefix())).await?;
        found.map(clients::client_from_item).transpose()
    }

    /// Records that `user` is about to be created at the identity provider: unless `redeem`
    /// follows within an hour, the user is deleted there.
    pub async fn record_attempt(&self, attempt: EntryId, user: UserId) -> Result<(), StoreError> {
        let store = &self.store;
        let mut transaction = store.transaction();
        let until = store.context.at().saturating_add(ATTEMPT);
        let until = until.unwrap_or(store.context.at());
        outbox::put_identity_deletion(&mut transaction, &store.prefix(), attempt, user, until)?;
        store.commit_with_directory(transaction, &[]).await
    }

    /// Creates the account of `user`, whose attempt was recorded as `attempt`; the link is
    /// redeemed. Refused where it was redeemed meanwhile, the address has an account here, or
    /// the attempt expired.
    pub async fn redeem(
        &self,
        attempt: Option<EntryId>,
        user: UserId,
        now: Timestamp,
    ) -> Result<Person, StoreError> {
        let (invite, store) = (&self.invite, &self.store);
        let person = Person {
            id: user,
            name: invite.name.clone(),
            email: invite.email.clone(),
            role: invite.role,
            client: invite.client,
            created_at: now,
            epoch: 0,
            mfa: None,
            disabled_at: None,
            suppressed: invite.suppressed,
            notification_preferences: domain::preference::NotificationPreferences::default(),
        };
        let (mut transaction, link) = self.put_redemption(now);
        if let Some(attempt) = attempt {
            outbox::put_withdrawal(&mut transaction, &store.prefix(), attempt);
        }
        put_person(&mut transaction, store.ws(), &person)?;
        store.put_owner_count(&mut transaction, None, Some(person.role));
        self.record_acceptance(&mut transaction, &person)?;
        self.put_notification(&mut transaction, &person, now)?;
        let login = login_key(store.ws(), &person.email);
        store
            .commit_with_directory(transaction, &[link, login])
            .await?;
        Ok(person)
    }

    /// Adds the client to the account that the address has already, and sends `mail`; the link
    /// is redeemed. Refused where it was redeemed meanwhile, or the account belongs to the
    /// client.
    pub async fn redeem_for_account(
        &self,
        account: &Account,
        mail: &Mail,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let store = &self.store;
        let (mut transaction, link) = self.put_redemption(now);
        let invite = Invite {
            accepted: Some(now),
            ..self.invite.clone()
        };
        let (person, mut directory_keys) =
            account.put_membership(&mut transaction, store.ws(), &invite)?;
        self.record_acceptance(&mut transaction, &person)?;
        self.put_notification(&mut transaction, &person, now)?;
        let id = store.context.next_id();
        outbox::put_mail(&mut transaction, &store.prefix(), id, mail, now)?;
        directory_keys.push(link);
        store
            .commit_with_directory(transaction, &directory_keys)
            .await
    }

    fn put_notification(
        &self,
        transaction: &mut Transaction,
        person: &Person,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let events = vec![NotificationEvent::of_accepted_invite(person, now)];
        outbox::put_notifications(transaction, &self.store.prefix(), &self.invite.id, events)
    }

    /// Begins the transaction that redeems the link and the invitation; gives the link's key
    /// too.
    fn put_redemption(&self, now: Timestamp) -> (Transaction, keys::Key) {
        let link = keys::invite_link(&self.hash);
        let mut transaction = self.store.transaction();
        transaction.delete_existing(&link);
        let accepted = self
            .store
            .open_invite_update(self.invite.id, self.invite.link_number);
        transaction.update(accepted.set("accepted", string(now)));
        (transaction, link)
    }

    fn record_acceptance(
        &self,
        transaction: &mut Transaction,
        person: &Person,
    ) -> Result<(), StoreError> {
        let accepting = Store {
            by: Some(AuditActor::from(person)),
            ..self.store.clone()
        };
        let note = AuditNote::of(AuditKind::InviteAccepted, "");
        let note = note.with_change("role", "", person.role.label());
        accepting.record(transaction, note)?;
        self.store.put_scope_revision(transaction);
        Ok(())
    }
}
