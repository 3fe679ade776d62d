//! Changes of one's own account: each ends every other session of the person,
//! is told by mail, and is recorded.

use domain::audit::Kind;
use domain::audit::{Note, Who};
use domain::email::EmailAddress;
use domain::mail::Mail;
use domain::person::Actor;
use jiff::Timestamp;

use crate::codec::{integer, item, number, string};
use crate::directory::{Directory, Login, login_key};
use crate::error::Error;
use crate::keys;
use crate::outbox;
use crate::session::{Session, session_keys};
use crate::transact::{Transaction, Update};

/// How often a change is tried while sessions of the person open or end.
const TRIES: u32 = 4;

/// Somebody else has the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken;

impl Directory {
    /// Ends every session of the person but this one, and tells by `mail` that
    /// the password was changed. A link to a forgotten one is dead.
    pub async fn password_changed(
        &self,
        session: &Session,
        mail: &Mail,
        now: Timestamp,
    ) -> Result<(), Error> {
        let note = Note::of(Kind::PasswordChanged, "");
        self.change_own(session, (note, mail), now, |_, person| Ok(person))
            .await
    }

    /// Gives the person another address to sign in by; `mail` tells the former.
    pub async fn change_email(
        &self,
        session: &Session,
        email: &EmailAddress,
        mail: &Mail,
        now: Timestamp,
    ) -> Result<Result<(), Taken>, Error> {
        let actor = session.actor();
        let after = Actor {
            email: email.clone(),
            ..actor.clone()
        };
        let login = Login {
            user: actor.user,
            client: actor.client,
        };
        let key = |email| login_key(actor.workspace, email);
        let note = Note::of(Kind::EmailChanged, "");
        let note = note.change("e-mail", actor.email.as_str(), email.as_str());
        let changed = self
            .change_own(session, (note, mail), now, |transaction, person| {
                transaction.put_new(item("login", &key(email), &login)?);
                transaction.delete_existing(&key(&actor.email));
                let own = Update::existing(keys::session(session.hash()));
                transaction.update(own.set("actor", serde_dynamo::to_attribute_value(&after)?));
                Ok(person.set("email", string(email.as_str())))
            })
            .await;
        match changed {
            Err(Error::Refused(0)) => Ok(Err(Taken)),
            result => result.map(Ok),
        }
    }

    /// Puts a mail that somebody asked for into the outbox.
    pub async fn send(&self, session: &Session, mail: &Mail, now: Timestamp) -> Result<(), Error> {
        let mut transaction = Transaction::new(self.table());
        let home = session.person_key().pk;
        outbox::put(&mut transaction, &home, self.trace().next(), mail, now)?;
        transaction.commit(self.table()).await
    }

    /// One change of the person's own account. `build` adds its writes to the
    /// transaction and to the update of the person's row, which comes after them.
    pub(crate) async fn change_own(
        &self,
        session: &Session,
        (note, mail): (Note, &Mail),
        now: Timestamp,
        build: impl Fn(&mut Transaction, Update) -> Result<Update, Error>,
    ) -> Result<(), Error> {
        let (key, actor) = (session.person_key(), session.actor());
        let mine = keys::session(session.hash());
        for _ in 0..TRIES {
            let found = self.table().get(&key, true).await?.unwrap_or_default();
            let mut transaction = Transaction::new(self.table());
            let person = Update::existing(key.clone()).add("v", 1).add("epoch", 1);
            let person = person.remove("reset").set("sessions", session.alone());
            let person = build(&mut transaction, person)?;
            let at = transaction.next();
            transaction.update(person.when("v = :v", ":v", number(integer(&found, "v"))));
            for other in session_keys(&found).iter().filter(|key| **key != mine) {
                transaction.delete(other);
            }
            let place = (actor.workspace, actor.client);
            self.record(
                &mut transaction,
                place,
                Some(Who::from(actor)),
                note.clone(),
            )?;
            outbox::put(&mut transaction, &key.pk, self.trace().next(), mail, now)?;
            match transaction.commit(self.table()).await {
                // Another session was opened or ended meanwhile.
                Err(Error::Refused(n)) if n == at => {}
                result => return result,
            }
        }
        Err(Error::Busy)
    }
}
