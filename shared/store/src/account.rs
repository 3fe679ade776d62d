//! Changes of one's own account: each ends every other session of the person,
//! is told by mail, and is recorded.

use domain::audit::AuditKind;
use domain::audit::{AuditActor, AuditNote};
use domain::email::EmailAddress;
use domain::mail::Mail;
use domain::person::Actor;
use jiff::Timestamp;

use crate::codec::string;
use crate::directory::{Directory, login_key};
use crate::error::StoreError;
use crate::keys;
use crate::membership::{Account, login_item};
use crate::outbox;
use crate::session::Session;
use crate::transact::{Transaction, Update};

/// How often a change is tried while sessions of the person open or end.
const TRIES: u32 = 4;

/// Somebody else has the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmailTaken;

impl Directory {
    /// Ends every session of the person but this one, and tells by `mail` that
    /// the password was changed. A link to a forgotten one is dead.
    pub async fn password_changed(
        &self,
        session: &Session,
        mail: &Mail,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let note = AuditNote::of(AuditKind::PasswordChanged, "");
        let nothing = |_: &mut Transaction, _: &Account| Ok(());
        let change = (nothing, |person: Update| person);
        self.change_own(session, (note, mail), now, change).await
    }

    /// Gives the person another address to sign in by; `mail` tells the former.
    pub async fn change_email(
        &self,
        session: &Session,
        email: &EmailAddress,
        mail: &Mail,
        now: Timestamp,
    ) -> Result<Result<(), EmailTaken>, StoreError> {
        let actor = session.actor();
        let after = Actor {
            email: email.clone(),
            ..actor.clone()
        };
        let note = AuditNote::of(AuditKind::EmailChanged, "");
        let note = note.change("e-mail", actor.email.as_str(), email.as_str());
        let build = |transaction: &mut Transaction, account: &Account| {
            let key = login_key(actor.workspace, email);
            transaction.put_new(login_item(&key, &account.login)?);
            transaction.delete_existing(account.login_key());
            let own = Update::existing(keys::session(session.hash()));
            transaction.update(own.set("actor", serde_dynamo::to_attribute_value(&after)?));
            Ok(())
        };
        // What is known of the former address says nothing of this one.
        let each = |person: Update| {
            let person = person.set("email", string(email.as_str()));
            person.remove("suppressed")
        };
        let changed = self.change_own(session, (note, mail), now, (build, each));
        match changed.await {
            Err(StoreError::Refused(0)) => Ok(Err(EmailTaken)),
            result => result.map(Ok),
        }
    }

    /// Gives the person another name, at each of the account's clients. Other
    /// sessions go on under the name that they were opened with.
    pub async fn change_name(&self, session: &Session, name: &str) -> Result<(), StoreError> {
        let actor = session.actor();
        let after = Actor {
            name: name.to_owned(),
            ..actor.clone()
        };
        let who = (actor.user, &actor.email);
        let mine = keys::session(session.hash());
        let account = self.own_account(actor.workspace, who, Some(&mine)).await?;
        let mut transaction = Transaction::new(self.table());
        let own = Update::existing(mine);
        transaction.update(own.set("actor", serde_dynamo::to_attribute_value(&after)?));
        for member in &account.rows {
            transaction.update(member.update().set("name", string(name)));
        }
        let note = AuditNote::of(AuditKind::NameChanged, "").change("name", &actor.name, name);
        let place = (actor.workspace, actor.client);
        self.record(&mut transaction, place, Some(AuditActor::from(actor)), note)?;
        transaction.commit(self.table()).await
    }

    /// Puts a mail that somebody asked for into the outbox.
    pub async fn send(
        &self,
        session: &Session,
        mail: &Mail,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = Transaction::new(self.table());
        let home = session.person_key().pk;
        outbox::put(&mut transaction, &home, self.trace().next(), mail, now)?;
        transaction.commit(self.table()).await
    }

    /// One change of the person's own account, at each of its clients. `build`
    /// adds its writes to the transaction; `each` adds to the updates of the
    /// person's rows, which come after them.
    pub(crate) async fn change_own(
        &self,
        session: &Session,
        (note, mail): (AuditNote, &Mail),
        now: Timestamp,
        (build, each): (
            impl Fn(&mut Transaction, &Account) -> Result<(), StoreError>,
            impl Fn(Update) -> Update,
        ),
    ) -> Result<(), StoreError> {
        let (here, actor) = (session.person_key(), session.actor());
        let mine = keys::session(session.hash());
        let who = (actor.user, &actor.email);
        for _ in 0..TRIES {
            let account = self.own_account(actor.workspace, who, Some(&mine)).await?;
            let mut transaction = Transaction::new(self.table());
            build(&mut transaction, &account)?;
            let first = transaction.next();
            for member in &account.rows {
                let person = member.update().add("epoch", 1).remove("reset");
                let person = if member.key == here {
                    person.set("sessions", session.alone())
                } else {
                    person.remove("sessions")
                };
                transaction.update(each(person));
            }
            let rows = first..transaction.next();
            for other in account.sessions().iter().filter(|key| **key != mine) {
                transaction.delete(other);
            }
            let place = (actor.workspace, actor.client);
            let by = Some(AuditActor::from(actor));
            self.record(&mut transaction, place, by, note.clone())?;
            outbox::put(&mut transaction, &here.pk, self.trace().next(), mail, now)?;
            match transaction.commit(self.table()).await {
                // Another session was opened or ended, or a client joined, meanwhile.
                Err(StoreError::Refused(n)) if rows.contains(&n) => {}
                result => return result,
            }
        }
        Err(StoreError::Busy)
    }
}
