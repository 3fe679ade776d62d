//! Two-factor sign-in: whether a person signs in with a code, and the recovery codes. The
//! authenticator's secret is the identity provider's.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::audit::{AuditActor, AuditKind, AuditNote};
use domain::mail::Mail;
use jiff::Timestamp;

use crate::directory::account::Account;
use crate::directory::directory::Directory;
use crate::directory::session::Session;
use crate::error::StoreError;
use crate::table::codec::{Item, get_strings, string, to_item};
use crate::table::keys;
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::audit_item::AuditPlace;

/// The set, at each row of a person, of the codes that were used: `<milliseconds>.<hash>`.
pub(crate) const USED_CODES: &str = "used_codes";
/// Used codes that are kept: more than can be tried while one of them is good.
const KEPT_CODES: usize = 20;

/// The used codes of a person's row with one more, by its hash; `None` where it is one of them.
pub(crate) fn add_used_code(person: &Item, code: &str, now: Timestamp) -> Option<AttributeValue> {
    let mut used = get_strings(person, USED_CODES);
    let is_used = |entry: &String| entry.split_once('.').is_some_and(|(_, hash)| hash == code);
    if used.iter().any(is_used) {
        return None;
    }
    used.push(format!("{:015}.{code}", now.as_millisecond()));
    used.sort();
    let newest = used.split_off(used.len().saturating_sub(KEPT_CODES));
    Some(AttributeValue::Ss(newest))
}

fn codes_item(session: &Session, codes: &[String]) -> Result<Item, StoreError> {
    let key = codes_key(session);
    let mut item = to_item("mfa", &key, &serde_json::json!({}))?;
    item.insert("codes".to_owned(), AttributeValue::Ss(codes.to_vec()));
    Ok(item)
}

fn codes_key(session: &Session) -> keys::Key {
    keys::recovery_codes(session.actor().workspace, session.actor().user)
}

impl Directory {
    /// Turns on sign-in by code; the hashes are those of the recovery codes and of the
    /// authenticator's first code, which is used by that.
    pub async fn enable_mfa(
        &self,
        session: &Session,
        (codes, first): (&[String], &str),
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
        let used = add_used_code(&Item::new(), first, now);
        let each = |person: Update| {
            let person = person.set("mfa", string(now));
            match &used {
                Some(used) => person.set(USED_CODES, used.clone()),
                None => person,
            }
        };
        self.update_own_account(session, note, mail, now, build, each)
            .await
    }

    /// Turns off sign-in by code.
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
        let each = |person: Update| person.remove("mfa").remove(USED_CODES);
        self.update_own_account(session, note, mail, now, build, each)
            .await
    }

    /// Replaces the recovery codes, by their hashes.
    pub async fn update_recovery_codes(
        &self,
        session: &Session,
        codes: &[String],
    ) -> Result<(), StoreError> {
        let actor = session.actor();
        let mut transaction = Transaction::new(self.table());
        let row = Update::existing(codes_key(session));
        transaction.update(row.set("codes", AttributeValue::Ss(codes.to_vec())));
        let note = AuditNote::of(AuditKind::RecoveryCodesMade, "");
        let at = AuditPlace::of(actor);
        self.record(&mut transaction, at, Some(AuditActor::from(actor)), note)?;
        transaction.commit(self.table()).await
    }

    /// The number of recovery codes that are left.
    pub async fn count_recovery_codes(&self, session: &Session) -> Result<usize, StoreError> {
        let found = self.table().get(&codes_key(session), true).await?;
        Ok(get_strings(&found.unwrap_or_default(), "codes").len())
    }
}
