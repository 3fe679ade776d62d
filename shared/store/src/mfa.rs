//! Codes at sign-in: whether a person uses them, and what helps without the
//! authenticator. The authenticator's secret is the identity provider's.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::audit::{AuditActor, AuditKind, AuditNote};
use domain::mail::Mail;
use domain::person::Person;
use jiff::Timestamp;

use crate::codec::{Item, item, string, strings};
use crate::directory::Directory;
use crate::error::StoreError;
use crate::keys;
use crate::membership::Account;
use crate::people::{MembershipRefusal, PersonChange};
use crate::scope::{Scope, Store};
use crate::session::Session;
use crate::transact::{Transaction, Update};

fn codes_item(session: &Session, codes: &[String]) -> Result<Item, StoreError> {
    let key = codes_key(session);
    let mut item = item("mfa", &key, &serde_json::json!({}))?;
    item.insert("codes".to_owned(), AttributeValue::Ss(codes.to_vec()));
    Ok(item)
}

fn codes_key(session: &Session) -> keys::Key {
    keys::mfa(session.actor().workspace, session.actor().user)
}

impl Directory {
    /// From now on the person signs in with a code; `codes` are the hashes of
    /// the recovery codes.
    pub async fn enable_mfa(
        &self,
        session: &Session,
        codes: &[String],
        mail: &Mail,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let note = AuditNote::of(AuditKind::MfaEnabled, "");
        let build = |transaction: &mut Transaction, _: &Account| {
            transaction.put_any(codes_item(session, codes)?);
            let own = Update::existing(keys::session(session.hash()));
            transaction.update(own.set("mfa", AttributeValue::Bool(true)));
            Ok(())
        };
        let each = |person: Update| person.set("mfa", string(now));
        self.change_own(session, (note, mail), now, (build, each))
            .await
    }

    /// From now on the password is enough.
    pub async fn disable_mfa(
        &self,
        session: &Session,
        mail: &Mail,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let note = AuditNote::of(AuditKind::MfaDisabled, "");
        let build = |transaction: &mut Transaction, _: &Account| {
            transaction.delete(&codes_key(session));
            let own = Update::existing(keys::session(session.hash()));
            transaction.update(own.set("mfa", AttributeValue::Bool(false)));
            Ok(())
        };
        let each = |person: Update| person.remove("mfa").remove("code");
        self.change_own(session, (note, mail), now, (build, each))
            .await
    }

    /// Puts new recovery codes, by their hashes, in place of what is left of the old.
    pub async fn renew_recovery_codes(
        &self,
        session: &Session,
        codes: &[String],
    ) -> Result<(), StoreError> {
        let actor = session.actor();
        let mut transaction = Transaction::new(self.table());
        let row = Update::existing(codes_key(session));
        transaction.update(row.set("codes", AttributeValue::Ss(codes.to_vec())));
        let note = AuditNote::of(AuditKind::RecoveryCodesMade, "");
        let at = (actor.workspace, actor.client);
        self.record(&mut transaction, at, Some(AuditActor::from(actor)), note)?;
        transaction.commit(self.table()).await
    }

    /// How many recovery codes are left.
    pub async fn recovery_codes_left(&self, session: &Session) -> Result<usize, StoreError> {
        let found = self.table().get(&codes_key(session), true).await?;
        Ok(strings(&found.unwrap_or_default(), "codes").len())
    }
}

impl<S: Scope> Store<S> {
    /// Lets a person who lost the authenticator sign in without a code; every
    /// session ends, and `mail` tells.
    pub async fn reset_mfa(
        &self,
        person: &Person,
        mail: &Mail,
    ) -> Result<Result<(), MembershipRefusal>, StoreError> {
        self.end(person, PersonChange::WithoutMfa(mail)).await
    }
}
