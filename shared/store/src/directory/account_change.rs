//! Changes of a person's own account: each ends every other session of the person, sends a
//! mail, and is recorded.

use domain::audit::AuditKind;
use domain::audit::{AuditActor, AuditNote};
use domain::email::EmailAddress;
use domain::mail::Mail;
use domain::person::Actor;
use jiff::Timestamp;

use crate::directory::account::Account;
use crate::directory::directory::Directory;
use crate::directory::login::{login_item, login_key};
use crate::directory::session::Session;
use crate::error::StoreError;
use crate::records::outbox::outbox;
use crate::retry::MAX_TRIES;
use crate::table::codec::string;
use crate::table::keys;
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::audit_item::AuditPlace;

/// How a change of the mail address ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailChangeOutcome {
    Done,
    /// Another account of the workspace has the address.
    Taken,
}

impl Directory {
    /// Records that the password was changed: every other session ends, `mail` is sent, and
    /// password reset links are void.
    pub async fn record_password_change(
        &self,
        session: &Session,
        mail: &Mail,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let note = AuditNote::of(AuditKind::PasswordChanged, "");
        let no_writes = |_: &mut Transaction, _: &Account| Ok(());
        self.update_own_account(session, note, mail, now, no_writes, |person| person)
            .await
    }

    /// Changes the address by which the person signs in; `mail` goes to the former one.
    pub async fn update_email(
        &self,
        session: &Session,
        email: &EmailAddress,
        mail: &Mail,
        now: Timestamp,
    ) -> Result<EmailChangeOutcome, StoreError> {
        let actor = session.actor();
        let after = Actor {
            email: email.clone(),
            ..actor.clone()
        };
        let note = AuditNote::of(AuditKind::EmailChanged, "");
        let note = note.with_change("e-mail", actor.email.as_str(), email.as_str());
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
        let changed = self.update_own_account(session, note, mail, now, build, each);
        match changed.await {
            Err(StoreError::Refused(0)) => Ok(EmailChangeOutcome::Taken),
            result => result.map(|()| EmailChangeOutcome::Done),
        }
    }

    /// Changes the person's name, at each of the account's clients. Other sessions keep the
    /// name with which they were opened.
    pub async fn update_name(&self, session: &Session, name: &str) -> Result<(), StoreError> {
        let actor = session.actor();
        let after = Actor {
            name: name.to_owned(),
            ..actor.clone()
        };
        let own_session = keys::session(session.hash());
        let account = self
            .get_own_account(
                actor.workspace,
                actor.user,
                &actor.email,
                Some(&own_session),
            )
            .await?;
        let mut transaction = Transaction::new(self.table());
        let own = Update::existing(own_session);
        transaction.update(own.set("actor", serde_dynamo::to_attribute_value(&after)?));
        for member in &account.rows {
            transaction.update(member.update().set("name", string(name)));
        }
        let note = AuditNote::of(AuditKind::NameChanged, "").with_change("name", &actor.name, name);
        let place = AuditPlace::of(actor);
        self.record(&mut transaction, place, Some(AuditActor::from(actor)), note)?;
        transaction.commit(self.table()).await
    }

    /// Enqueues a mail that the person asked for.
    pub async fn enqueue_mail(
        &self,
        session: &Session,
        mail: &Mail,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = Transaction::new(self.table());
        let home = session.person_key().pk;
        outbox::put_mail(&mut transaction, &home, self.context().next_id(), mail, now)?;
        transaction.commit(self.table()).await
    }

    /// A change of the person's own account, at each of its clients. `put_writes` adds writes
    /// to the transaction; `change_person` adds to the updates of the person's rows, which come
    /// after them.
    pub(crate) async fn update_own_account(
        &self,
        session: &Session,
        note: AuditNote,
        mail: &Mail,
        now: Timestamp,
        put_writes: impl Fn(&mut Transaction, &Account) -> Result<(), StoreError>,
        change_person: impl Fn(Update) -> Update,
    ) -> Result<(), StoreError> {
        let (own_row, actor) = (session.person_key(), session.actor());
        let own_session = keys::session(session.hash());
        for _ in 0..MAX_TRIES {
            let account = self
                .get_own_account(
                    actor.workspace,
                    actor.user,
                    &actor.email,
                    Some(&own_session),
                )
                .await?;
            let mut transaction = Transaction::new(self.table());
            put_writes(&mut transaction, &account)?;
            let first = transaction.next_index();
            for member in &account.rows {
                let person = member.update().add("epoch", 1).remove("reset");
                let person = if member.key == own_row {
                    person.set("sessions", session.as_only_entry())
                } else {
                    person.remove("sessions")
                };
                transaction.update(change_person(person));
            }
            let rows = first..transaction.next_index();
            for session_key in account.sessions().iter().filter(|key| **key != own_session) {
                transaction.delete(session_key);
            }
            let place = AuditPlace::of(actor);
            let by = Some(AuditActor::from(actor));
            self.record(&mut transaction, place, by, note.clone())?;
            outbox::put_mail(
                &mut transaction,
                &own_row.pk,
                self.context().next_id(),
                mail,
                now,
            )?;
            match transaction.commit(self.table()).await {
                // Another session was opened or ended, or a client joined, meanwhile.
                Err(StoreError::Refused(n)) if rows.contains(&n) => {}
                result => return result,
            }
        }
        Err(StoreError::Busy)
    }
}
