//! Invitations: created, sent again and revoked by the team or a client's managers.

use domain::audit::{AuditKind, AuditNote};
use domain::email::EmailAddress;
use domain::id::{ClientId, InviteId, WorkspaceId};
use domain::invite::Invite;
use domain::mail::Mail;
use domain::plan::{Plan, PlanLimit};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::directory::account::Account;
use crate::error::{StoreError, WriteOutcome, to_write_outcome};
use crate::records::outbox::outbox;
use crate::records::people::person_label;
use crate::table::codec::{from_item, number, string, to_item};
use crate::table::keys;
use crate::table::query::{Query, Range};
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::scope::{Scope, Store};

/// Invitations that a page lists at most.
const MAX_LISTED: i32 = 100;

#[derive(Serialize, Deserialize)]
pub(crate) struct InviteLinkItem {
    pub(crate) ws: WorkspaceId,
    pub(crate) client: Option<ClientId>,
    pub(crate) invite: InviteId,
    ttl: i64,
}

/// A link to an invitation: the hash of its token, and the mail that brings it.
#[derive(Debug, Clone, Copy)]
pub struct InviteLink<'a> {
    pub hash: &'a str,
    pub mail: &'a Mail,
}

impl<S: Scope> Store<S> {
    /// The invitations of the scope, the newest first.
    pub async fn list_invites(&self) -> Result<Vec<Invite>, StoreError> {
        let query = Query::of(
            self.prefix(),
            Range::Prefix(keys::INVITES.to_owned()),
            MAX_LISTED,
        );
        self.query(query.descending())
            .await?
            .items
            .into_iter()
            .map(from_item)
            .collect()
    }

    /// The invite of that id in this scope; `None` where there is none.
    pub async fn get_invite(&self, id: InviteId) -> Result<Option<Invite>, StoreError> {
        self.get(&keys::invite(&self.prefix(), id))
            .await?
            .map(from_item)
            .transpose()
    }

    /// The open invitation to this address, in any case of its letters, besides `except`; of the newest
    /// ones.
    pub async fn find_open_invite(
        &self,
        email: &EmailAddress,
        except: InviteId,
        now: Timestamp,
    ) -> Result<Option<Invite>, StoreError> {
        let invites = self.list_invites().await?.into_iter();
        let mut open = invites.filter(|invite| invite.id != except && invite.state(now).is_open());
        Ok(open.find(|invite| invite.email.fold() == email.fold()))
    }

    /// Creates an invitation with its first link. One to the team takes a seat, where `plan`
    /// has one; it is released when the invitation is revoked, and kept when it is redeemed.
    pub async fn create_invite(
        &self,
        invite: &Invite,
        link: InviteLink<'_>,
        plan: Plan,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.transaction();
        let key = keys::invite(&self.prefix(), invite.id);
        transaction.put_new(to_item("invite", &key, invite)?);
        let directory_keys = self.put_link(&mut transaction, invite, link)?;
        self.record_invite(&mut transaction, AuditKind::Invited, invite)?;
        self.put_scope_revision(&mut transaction);
        let seat = invite.client.is_none();
        let claim = seat.then(|| self.put_claim(&mut transaction, plan, PlanLimit::Seats, 1));
        let directory_keys = [directory_keys, self.usage_key(PlanLimit::Seats)];
        let done = self
            .commit_with_directory(transaction, &directory_keys)
            .await;
        to_write_outcome(self.explain_refusal(done, claim).await)
    }

    /// Replaces the link with the hash `old`. `after` is the invitation with its next turn;
    /// refused where it changed since. A suppressed address is resumed.
    pub async fn resend_invite(
        &self,
        old: &str,
        after: &Invite,
        link: InviteLink<'_>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        let update = self
            .open_invite_update(after.id, after.link_number - 1)
            .set("by_name", string(&after.by_name))
            .set("at", string(after.sent_at))
            .set("turn", number(after.link_number));
        let mut directory_keys = Vec::new();
        if after.suppressed.is_some() {
            transaction.update(update.remove("suppressed"));
            directory_keys = self
                .put_mail_resumption(&mut transaction, &after.email)
                .await?;
        } else {
            transaction.update(update);
        }
        let old = keys::invite_link(old);
        transaction.delete(&old);
        let new = self.put_link(&mut transaction, after, link)?;
        directory_keys.extend([old, new]);
        self.record_invite(&mut transaction, AuditKind::InviteResent, after)?;
        self.put_scope_revision(&mut transaction);
        self.commit_with_directory(transaction, &directory_keys)
            .await
    }

    /// Revokes an invitation; its link, with the hash `hash`, is void.
    pub async fn revoke_invite(
        &self,
        invite: &Invite,
        hash: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        let update = self.open_invite_update(invite.id, invite.link_number);
        transaction.update(update.set("revoked", string(now)));
        let link = keys::invite_link(hash);
        transaction.delete(&link);
        self.record_invite(&mut transaction, AuditKind::InviteRevoked, invite)?;
        self.put_scope_revision(&mut transaction);
        if invite.client.is_none() {
            self.put_usage(&mut transaction, PlanLimit::Seats, -1);
        }
        let directory_keys = [link, self.usage_key(PlanLimit::Seats)];
        self.commit_with_directory(transaction, &directory_keys)
            .await
    }

    fn record_invite(
        &self,
        transaction: &mut Transaction,
        kind: AuditKind,
        invite: &Invite,
    ) -> Result<(), StoreError> {
        let note = AuditNote::of(kind, &person_label(&invite.name, &invite.email));
        self.record(
            transaction,
            note.with_change("role", "", invite.role.label()),
        )
    }

    /// The update of an invitation that is open and has had `turn` links.
    pub(crate) fn open_invite_update(&self, id: InviteId, turn: i64) -> Update {
        Update::existing(keys::invite(&self.prefix(), id))
            .when("turn = :turn", ":turn", number(turn))
            .only_if("attribute_not_exists(accepted)")
            .only_if("attribute_not_exists(revoked)")
    }

    /// Puts the link, an item of the directory; gives its key.
    fn put_link(
        &self,
        transaction: &mut Transaction,
        invite: &Invite,
        InviteLink { hash, mail }: InviteLink<'_>,
    ) -> Result<keys::Key, StoreError> {
        let link = InviteLinkItem {
            ws: self.ws(),
            client: self.scope.client(),
            invite: invite.id,
            ttl: invite.expires_at().as_second(),
        };
        let key = keys::invite_link(hash);
        transaction.put_new(to_item("invite-link", &key, &link)?);
        let id = invite.id.mail_id(invite.link_number);
        outbox::put_mail(transaction, &self.prefix(), id, mail, invite.sent_at)?;
        Ok(key)
    }
}

impl<S: Scope> Store<S> {
    /// Adds the client to a contact's account at once, with an invitation that is redeemed
    /// already, and sends `mail`. The same again is a repeat; refused where the account belongs
    /// to the client, or changed meanwhile.
    pub async fn create_accepted_invite(
        &self,
        account: &Account,
        invite: &Invite,
        mail: &Mail,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.transaction();
        let key = keys::invite(&self.prefix(), invite.id);
        transaction.put_new(to_item("invite", &key, invite)?);
        let (_, directory_keys) = account.put_membership(&mut transaction, self.ws(), invite)?;
        self.record_invite(&mut transaction, AuditKind::PersonAdded, invite)?;
        let (id, at) = (self.context.next_id(), self.context.at());
        outbox::put_mail(&mut transaction, &self.prefix(), id, mail, at)?;
        self.put_scope_revision(&mut transaction);
        to_write_outcome(
            self.commit_with_directory(transaction, &directory_keys)
                .await,
        )
    }
}
