//! Invitations: made by whoever may, redeemed by whoever holds the link.

use domain::audit::{AuditActor, AuditKind, AuditNote};
use domain::client::Client;
use domain::id::{ClientId, EntryId, InviteId, UserId, WorkspaceId};
use domain::invite::Invite;
use domain::mail::Mail;
use domain::notification::NotificationEvent;
use domain::person::Person;
use domain::plan::{Plan, PlanLimit};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::clients;
use crate::codec::{item, number, row, string};
use crate::directory::{Directory, login_key};
use crate::error::{StoreError, WriteOutcome, once};
use crate::keys;
use crate::membership::Account;
use crate::outbox;
use crate::people::{named, put_person};
use crate::scope::{InvitedScope, Scope, Store};
use crate::table::{Query, Range};
use crate::transact::{Transaction, Update};

/// For how long an attempt to accept may take.
const ATTEMPT: SignedDuration = SignedDuration::from_hours(1);
/// Invitations that a page lists at most.
const MOST: i32 = 100;

#[derive(Serialize, Deserialize)]
struct Link {
    ws: WorkspaceId,
    client: Option<ClientId>,
    invite: InviteId,
    ttl: i64,
}

/// An invitation whose link is in hand and was not used.
#[derive(Debug, Clone)]
pub struct InviteRedemption {
    /// The invitation.
    pub invite: Invite,
    hash: String,
    store: Store<InvitedScope>,
}

/// A link that brings somebody to an invitation: the hash of its token, and the
/// mail that brings it.
#[derive(Debug, Clone, Copy)]
pub struct InviteLink<'a> {
    /// The hash of its token.
    pub hash: &'a str,
    /// The mail.
    pub mail: &'a Mail,
}

impl<S: Scope> Store<S> {
    /// The invitations to where the scope is, the newest first.
    pub async fn invites(&self) -> Result<Vec<Invite>, StoreError> {
        let query = Query::of(self.prefix(), Range::Prefix(keys::INVITES.to_owned()), MOST);
        self.query(query.descending())
            .await?
            .items
            .into_iter()
            .map(row)
            .collect()
    }

    /// One invitation.
    pub async fn invite(&self, id: InviteId) -> Result<Option<Invite>, StoreError> {
        self.get(&keys::invite(&self.prefix(), id))
            .await?
            .map(row)
            .transpose()
    }

    /// Keeps an invitation with its first link. One to the team takes a seat, where
    /// `plan` has one, until it is revoked; whoever accepts it keeps the seat.
    pub async fn create_invite(
        &self,
        invite: &Invite,
        link: InviteLink<'_>,
        plan: Plan,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.transaction();
        let key = keys::invite(&self.prefix(), invite.id);
        transaction.put_new(item("invite", &key, invite)?);
        let beside = self.put_link(&mut transaction, invite, link)?;
        self.note_invite(&mut transaction, AuditKind::Invited, invite)?;
        self.touch(&mut transaction);
        let seat = invite.client.is_none();
        let claim = seat.then(|| self.claim(&mut transaction, plan, (PlanLimit::Seats, 1)));
        let beside = [beside, self.used_key(PlanLimit::Seats)];
        let done = self.commit_beside(transaction, &beside).await;
        once(self.explained(done, claim).await)
    }

    /// Puts a new link in place of the one with the hash `old`. `after` is the
    /// invitation with its next turn; refused where somebody was first. Where no mail
    /// went to its address, it does again.
    pub async fn resend_invite(
        &self,
        old: &str,
        after: &Invite,
        link: InviteLink<'_>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        let update = self
            .open_invite(after.id, after.turn - 1)
            .set("by_name", string(&after.by_name))
            .set("at", string(after.at))
            .set("turn", number(after.turn));
        let mut beside = Vec::new();
        if after.suppressed.is_some() {
            transaction.update(update.remove("suppressed"));
            beside = self.mail_again_to(&mut transaction, &after.email).await?;
        } else {
            transaction.update(update);
        }
        let old = keys::invite_link(old);
        transaction.delete(&old);
        let new = self.put_link(&mut transaction, after, link)?;
        beside.extend([old, new]);
        self.note_invite(&mut transaction, AuditKind::InviteResent, after)?;
        self.touch(&mut transaction);
        self.commit_beside(transaction, &beside).await
    }

    /// Takes an invitation back; its link, with the hash `hash`, is dead.
    pub async fn revoke_invite(
        &self,
        invite: &Invite,
        hash: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        let update = self.open_invite(invite.id, invite.turn);
        transaction.update(update.set("revoked", string(now)));
        let link = keys::invite_link(hash);
        transaction.delete(&link);
        self.note_invite(&mut transaction, AuditKind::InviteRevoked, invite)?;
        self.touch(&mut transaction);
        if invite.client.is_none() {
            self.count_use(&mut transaction, PlanLimit::Seats, -1);
        }
        let beside = [link, self.used_key(PlanLimit::Seats)];
        self.commit_beside(transaction, &beside).await
    }

    fn note_invite(
        &self,
        transaction: &mut Transaction,
        kind: AuditKind,
        invite: &Invite,
    ) -> Result<(), StoreError> {
        let note = AuditNote::of(kind, &named(&invite.name, &invite.email));
        self.record(transaction, note.change("role", "", invite.role.label()))
    }

    /// An update of an invitation that is not over and has had `turn` links.
    fn open_invite(&self, id: InviteId, turn: i64) -> Update {
        Update::existing(keys::invite(&self.prefix(), id))
            .when("turn = :turn", ":turn", number(turn))
            .only_if("attribute_not_exists(accepted)")
            .only_if("attribute_not_exists(revoked)")
    }

    /// The link is the directory's; gives its key.
    fn put_link(
        &self,
        transaction: &mut Transaction,
        invite: &Invite,
        InviteLink { hash, mail }: InviteLink<'_>,
    ) -> Result<keys::Key, StoreError> {
        let link = Link {
            ws: self.ws(),
            client: self.scope.client(),
            invite: invite.id,
            ttl: invite.expires().as_second(),
        };
        let key = keys::invite_link(hash);
        transaction.put_new(item("invite-link", &key, &link)?);
        let id = invite.id.mail(invite.turn);
        outbox::put(transaction, &self.prefix(), id, mail, invite.at)?;
        Ok(key)
    }
}

impl Directory {
    /// The invitation that a link's token stands for, at the workspace it is
    /// of. Whether it is still open is for the caller to see.
    pub async fn redeemable(
        &self,
        ws: WorkspaceId,
        hash: &str,
    ) -> Result<Option<InviteRedemption>, StoreError> {
        let found = self.table().get(&keys::invite_link(hash), true).await?;
        let link = found.map(row::<Link>).transpose()?;
        let Some(link) = link.filter(|link| link.ws == ws) else {
            return Ok(None);
        };
        let store = Store {
            table: self.table().clone().of(ws, link.client),
            scope: InvitedScope {
                ws,
                client: link.client,
            },
            trace: self.trace().clone(),
            by: None,
        };
        let invite = store.invite(link.invite).await?;
        Ok(invite.map(|invite| InviteRedemption {
            invite,
            hash: hash.to_owned(),
            store,
        }))
    }
}

impl InviteRedemption {
    /// The client that the person will belong to; `None` for the team.
    pub async fn client(&self) -> Result<Option<Client>, StoreError> {
        if self.invite.client.is_none() {
            return Ok(None);
        }
        let found = self.store.get(&keys::meta(&self.store.prefix())).await?;
        found.map(clients::read).transpose()
    }

    /// Says that `user` is about to be made at the identity provider: unless
    /// `accept` follows within an hour, it is deleted there.
    pub async fn begin(&self, attempt: EntryId, user: UserId) -> Result<(), StoreError> {
        let store = &self.store;
        let mut transaction = store.transaction();
        let until = store.trace.at().saturating_add(ATTEMPT);
        let until = until.unwrap_or(store.trace.at());
        outbox::put_identity(&mut transaction, &store.prefix(), attempt, user, until)?;
        store.commit_beside(transaction, &[]).await
    }

    /// Makes the account, which is known as `user`, as was begun by `attempt`; the
    /// link is used up. Refused where somebody was first, the address has an account
    /// here, or the attempt took too long.
    pub async fn accept(
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
            since: now,
            epoch: 0,
            mfa: None,
            disabled: None,
            suppressed: invite.suppressed,
            notify: domain::notification::NotificationPreferences::default(),
        };
        let (mut transaction, link) = self.use_up(now);
        if let Some(attempt) = attempt {
            outbox::take_back(&mut transaction, &store.prefix(), attempt);
        }
        put_person(&mut transaction, store.ws(), &person)?;
        store.count_owner(&mut transaction, None, Some(person.role));
        self.note(&mut transaction, &person)?;
        self.tell(&mut transaction, &person, now)?;
        let login = login_key(store.ws(), &person.email);
        store.commit_beside(transaction, &[link, login]).await?;
        Ok(person)
    }

    /// Adds the client to an account that the address has already, and tells by
    /// `mail`; the link is used up. Refused where somebody was first, or the
    /// account belongs to the client.
    pub async fn join(
        &self,
        account: &Account,
        mail: &Mail,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let store = &self.store;
        let (mut transaction, link) = self.use_up(now);
        let invite = Invite {
            accepted: Some(now),
            ..self.invite.clone()
        };
        let (person, mut beside) = account.join(&mut transaction, (store.ws(), &invite))?;
        self.note(&mut transaction, &person)?;
        self.tell(&mut transaction, &person, now)?;
        let id = store.trace.next();
        outbox::put(&mut transaction, &store.prefix(), id, mail, now)?;
        beside.push(link);
        store.commit_beside(transaction, &beside).await
    }

    fn tell(
        &self,
        transaction: &mut Transaction,
        person: &Person,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let news = vec![NotificationEvent::of_joining(person, now)];
        outbox::put_news(transaction, &self.store.prefix(), &self.invite.id, news)
    }

    /// Uses the link up, whose key it gives, and with it the invitation.
    fn use_up(&self, now: Timestamp) -> (Transaction, keys::Key) {
        let link = keys::invite_link(&self.hash);
        let mut transaction = self.store.transaction();
        transaction.delete_existing(&link);
        let accepted = self.store.open_invite(self.invite.id, self.invite.turn);
        transaction.update(accepted.set("accepted", string(now)));
        (transaction, link)
    }

    fn note(&self, transaction: &mut Transaction, person: &Person) -> Result<(), StoreError> {
        let accepting = Store {
            by: Some(AuditActor::from(person)),
            ..self.store.clone()
        };
        let note = AuditNote::of(AuditKind::InviteAccepted, "");
        let note = note.change("role", "", person.role.label());
        accepting.record(transaction, note)?;
        self.store.touch(transaction);
        Ok(())
    }
}

impl<S: Scope> Store<S> {
    /// Adds the client to an account of a contact at once, with an invitation that
    /// is accepted already, and tells by `mail`. The same again is a repeat;
    /// refused where the account belongs to the client, or changed meanwhile.
    pub async fn add_contact(
        &self,
        account: &Account,
        invite: &Invite,
        mail: &Mail,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.transaction();
        let key = keys::invite(&self.prefix(), invite.id);
        transaction.put_new(item("invite", &key, invite)?);
        let (_, beside) = account.join(&mut transaction, (self.ws(), invite))?;
        self.note_invite(&mut transaction, AuditKind::PersonAdded, invite)?;
        let (id, at) = (self.trace.next(), self.trace.at());
        outbox::put(&mut transaction, &self.prefix(), id, mail, at)?;
        self.touch(&mut transaction);
        once(self.commit_beside(transaction, &beside).await)
    }
}
