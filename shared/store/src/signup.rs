//! Signing up: what waits for an address to be confirmed, and the founding of a
//! workspace. Nothing is looked up of who has the address anywhere: an account belongs
//! to one workspace, and a new workspace knows none.

use domain::audit::{AuditActor, AuditKind, AuditNote};
use domain::email::EmailAddress;
use domain::id::{EntryId, UserId, WorkspaceId};
use domain::mail::Mail;
use domain::person::Person;
use domain::signup::{HANDOFF, LIFETIME, SignUp};
use domain::workspace::Workspace;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::codec::{item, row, string};
use crate::directory::{Directory, Login, hash, put_workspace};
use crate::error::{StoreError, WriteOutcome, once};
use crate::keys;
use crate::outbox;
use crate::transact::Transaction;

/// For how long founding one may take.
const ATTEMPT: SignedDuration = SignedDuration::from_hours(1);

#[derive(Serialize, Deserialize)]
struct Waiting {
    #[serde(flatten)]
    sign_up: SignUp,
    ttl: i64,
}

#[derive(Serialize, Deserialize)]
struct Handoff {
    ws: WorkspaceId,
    user: UserId,
    at: Timestamp,
    ttl: i64,
}

/// How founding a workspace ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundingOutcome {
    /// It is there.
    Done,
    /// Its address is or was somebody else's.
    Taken,
    /// The link was used, or a newer one was sent, or it took too long.
    Gone,
}

/// A workspace that is to be founded.
#[derive(Debug, Clone, Copy)]
pub struct NewWorkspace<'a> {
    /// What its founder told.
    pub sign_up: &'a SignUp,
    /// It.
    pub workspace: &'a Workspace,
    /// Its first owner, whose password is set.
    pub owner: &'a Person,
    /// What began with the password.
    pub attempt: EntryId,
    /// The hash of the code by which the founder comes there.
    pub code: &'a str,
    /// The mail that tells of the address.
    pub mail: &'a Mail,
}

impl Directory {
    /// Keeps what somebody told who signs up, and the mail with the link: from now on
    /// it is the only one of the address that works. The same form again is a repeat.
    pub async fn begin_sign_up(
        &self,
        sign_up: &SignUp,
        mail: &Mail,
    ) -> Result<WriteOutcome, StoreError> {
        let waiting = Waiting {
            sign_up: sign_up.clone(),
            ttl: sign_up.until().as_second(),
        };
        let mut transaction = Transaction::new(self.table());
        let item = item("sign-up", &key(&sign_up.email), &waiting)?;
        let other = "attribute_not_exists(pk) OR id <> :v";
        transaction.put_when(item, other, string(sign_up.id));
        let home = keys::workspace(sign_up.ws);
        outbox::put(&mut transaction, &home, sign_up.id, mail, sign_up.at)?;
        once(transaction.commit(self.table()).await)
    }

    /// What waits for the link `id` that was sent to an address, if it is the newest.
    pub async fn sign_up(
        &self,
        email: &EmailAddress,
        id: EntryId,
        now: Timestamp,
    ) -> Result<Option<SignUp>, StoreError> {
        let found = self.table().get(&key(email), true).await?;
        let waiting = found.map(row::<Waiting>).transpose()?;
        let sign_up = waiting.map(|waiting| waiting.sign_up);
        let good = |one: &SignUp| one.id == id && now.duration_since(one.at) < LIFETIME;
        Ok(sign_up.filter(good))
    }

    /// Says that `user` is about to be made at the identity provider: unless
    /// `found` follows within an hour, it is deleted there.
    pub async fn begin_founding(
        &self,
        ws: WorkspaceId,
        attempt: EntryId,
        user: UserId,
    ) -> Result<(), StoreError> {
        let mut transaction = Transaction::new(self.table());
        let at = self.trace().at();
        let until = at.saturating_add(ATTEMPT).unwrap_or(at);
        let home = keys::workspace(ws);
        outbox::put_identity(&mut transaction, &home, attempt, user, until)?;
        transaction.commit(self.table()).await
    }

    /// Founds a workspace with its owner, all at once; the link is used up.
    pub async fn found(
        &self,
        founding: NewWorkspace<'_>,
        now: Timestamp,
    ) -> Result<FoundingOutcome, StoreError> {
        let NewWorkspace {
            sign_up,
            workspace,
            owner,
            ..
        } = founding;
        let until = now.saturating_add(HANDOFF).unwrap_or(now);
        let handoff = Handoff {
            ws: workspace.id,
            user: owner.id,
            at: now,
            ttl: until.as_second(),
        };
        let mut transaction = Transaction::new(self.table());
        put_workspace(&mut transaction, workspace, owner)?;
        let link = key(&sign_up.email);
        transaction.delete_when(&link, "id = :v", string(sign_up.id));
        let home = keys::workspace(workspace.id);
        outbox::take_back(&mut transaction, &home, founding.attempt);
        let code = keys::handoff(founding.code);
        transaction.put_new(item("handoff", &code, &handoff)?);
        let id = self.trace().next();
        outbox::put(&mut transaction, &home, id, founding.mail, now)?;
        let note = AuditNote::of(AuditKind::WorkspaceFounded, &workspace.name)
            .change("address", "", workspace.slug.as_str())
            .change("plan", "", workspace.plan.label());
        let by = Some(AuditActor::from(owner));
        self.record(&mut transaction, (workspace.id, None), by, note)?;
        match transaction.commit(self.table()).await {
            Ok(()) => Ok(FoundingOutcome::Done),
            Err(StoreError::Refused(0)) => Ok(FoundingOutcome::Taken),
            Err(StoreError::Refused(_)) => Ok(FoundingOutcome::Gone),
            Err(error) => Err(error),
        }
    }

    /// Whom a code brings from the front to a workspace, if it is good there.
    pub async fn handoff(
        &self,
        ws: WorkspaceId,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<Person>, StoreError> {
        let found = self.table().get(&keys::handoff(hash), true).await?;
        let handoff = found.map(row::<Handoff>).transpose()?;
        let good = |one: &Handoff| one.ws == ws && now.duration_since(one.at) < HANDOFF;
        match handoff.filter(good) {
            Some(handoff) => self.person(ws, &Login::of(handoff.user, None)).await,
            None => Ok(None),
        }
    }
}

fn key(email: &EmailAddress) -> keys::Key {
    keys::sign_up(&hash(&email.fold()))
}
