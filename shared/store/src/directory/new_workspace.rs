//! Signing up: sign-ups that wait for their address to be confirmed, and the founding of a
//! workspace. An account belongs to one workspace, so no other workspace is asked for the
//! address.

use domain::audit::{AuditActor, AuditKind, AuditNote};
use domain::email::EmailAddress;
use domain::id::{EntryId, UserId, WorkspaceId};
use domain::mail::Mail;
use domain::person::Person;
use domain::signup::{HANDOFF_LIFETIME, SIGN_UP_LIFETIME, SignUp};
use domain::workspace::Workspace;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::directory::directory::Directory;
use crate::directory::login::Login;
use crate::error::{StoreError, WriteOutcome, to_write_outcome};
use crate::records::daily_jobs::put_daily_job;
use crate::records::outbox::outbox;
use crate::records::people::put_person;
use crate::records::workspaces::VersionedWorkspace;
use crate::table::codec::{from_item, number, string, to_item};
use crate::table::hash::sha256_hex;
use crate::table::keys;
use crate::table::transaction::Transaction;
use crate::tenancy::audit_item::AuditPlace;
use crate::tenancy::plan_limits::put_seat;

/// How long a founding may take.
const ATTEMPT_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

#[derive(Serialize, Deserialize)]
struct SignUpItem {
    #[serde(flatten)]
    sign_up: SignUp,
    ttl: i64,
}

#[derive(Serialize, Deserialize)]
struct HandoffItem {
    ws: WorkspaceId,
    user: UserId,
    at: Timestamp,
    ttl: i64,
}

/// How founding a workspace ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundingOutcome {
    Done,
    /// Another workspace has or had the slug.
    Taken,
    /// The link was used, a newer one was sent, or the attempt expired.
    Gone,
}

/// A workspace to found.
#[derive(Debug, Clone, Copy)]
pub struct NewWorkspace<'a> {
    pub sign_up: &'a SignUp,
    pub workspace: &'a Workspace,
    /// The first owner, whose password is set already.
    pub owner: &'a Person,
    /// The attempt that was recorded before the password was set.
    pub attempt: EntryId,
    /// The hash of the handoff code, by which the founder comes to the workspace.
    pub code: &'a str,
    /// The mail with the workspace's address.
    pub mail: &'a Mail,
}

impl Directory {
    /// Creates a workspace with its owner. A slug that is taken is a repeat.
    pub async fn create_workspace(
        &self,
        workspace: &Workspace,
        owner: &Person,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = Transaction::new(self.table());
        put_workspace(&mut transaction, workspace, owner)?;
        to_write_outcome(transaction.commit(self.table()).await)
    }

    /// Creates a member of the team, whatever the plan allows. An account that exists is a
    /// repeat.
    pub async fn create_team_member(
        &self,
        ws: WorkspaceId,
        person: &Person,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = Transaction::new(self.table());
        put_person(&mut transaction, ws, person)?;
        put_seat(&mut transaction, &keys::workspace(ws));
        to_write_outcome(transaction.commit(self.table()).await)
    }

    /// Keeps a sign-up, and enqueues the mail with its link, which is the only valid one of the
    /// address from now on. The same form again is a repeat.
    pub async fn create_sign_up(
        &self,
        sign_up: &SignUp,
        mail: &Mail,
    ) -> Result<WriteOutcome, StoreError> {
        let waiting = SignUpItem {
            sign_up: sign_up.clone(),
            ttl: sign_up.expires_at().as_second(),
        };
        let mut transaction = Transaction::new(self.table());
        let item = to_item("sign-up", &key(&sign_up.email), &waiting)?;
        let other = "attribute_not_exists(pk) OR id <> :v";
        transaction.put_when(item, other, string(sign_up.id));
        let home = keys::workspace(sign_up.ws);
        outbox::put_mail(&mut transaction, &home, sign_up.id, mail, sign_up.at)?;
        to_write_outcome(transaction.commit(self.table()).await)
    }

    /// The sign-up of the link `id`, if it is the newest of the address and not expired.
    pub async fn find_sign_up(
        &self,
        email: &EmailAddress,
        id: EntryId,
        now: Timestamp,
    ) -> Result<Option<SignUp>, StoreError> {
        let found = self.table().get(&key(email), true).await?;
        let waiting = found.map(from_item::<SignUpItem>).transpose()?;
        let sign_up = waiting.map(|waiting| waiting.sign_up);
        let is_newest = |sign_up: &SignUp| {
            sign_up.id == id && now.duration_since(sign_up.at) < SIGN_UP_LIFETIME
        };
        Ok(sign_up.filter(is_newest))
    }

    /// Records that `user` is about to be created at the identity provider: unless
    /// `redeem_sign_up` follows within an hour, the user is deleted there.
    pub async fn record_founding_attempt(
        &self,
        ws: WorkspaceId,
        attempt: EntryId,
        user: UserId,
    ) -> Result<(), StoreError> {
        let mut transaction = Transaction::new(self.table());
        let at = self.context().at();
        let until = at.saturating_add(ATTEMPT_LIFETIME).unwrap_or(at);
        let home = keys::workspace(ws);
        outbox::put_identity_deletion(&mut transaction, &home, attempt, user, until)?;
        transaction.commit(self.table()).await
    }

    /// Creates the workspace with its owner in one transaction, and redeems the link.
    pub async fn redeem_sign_up(
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
        let until = now.saturating_add(HANDOFF_LIFETIME).unwrap_or(now);
        let handoff = HandoffItem {
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
        outbox::put_withdrawal(&mut transaction, &home, founding.attempt);
        let code = keys::handoff(founding.code);
        transaction.put_new(to_item("handoff", &code, &handoff)?);
        let id = self.context().next_id();
        outbox::put_mail(&mut transaction, &home, id, founding.mail, now)?;
        let note = AuditNote::of(AuditKind::WorkspaceFounded, &workspace.name)
            .with_change("address", "", workspace.slug.as_str())
            .with_change("plan", "", workspace.plan.label());
        let by = Some(AuditActor::from(owner));
        let at = AuditPlace {
            ws: workspace.id,
            client: None,
        };
        self.record(&mut transaction, at, by, note)?;
        match transaction.commit(self.table()).await {
            Ok(()) => Ok(FoundingOutcome::Done),
            Err(StoreError::Refused(0)) => Ok(FoundingOutcome::Taken),
            Err(StoreError::Refused(_)) => Ok(FoundingOutcome::Gone),
            Err(error) => Err(error),
        }
    }

    /// The person of a handoff code, if it is valid at the workspace.
    pub async fn find_handoff(
        &self,
        ws: WorkspaceId,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<Person>, StoreError> {
        let found = self.table().get(&keys::handoff(hash), true).await?;
        let handoff = found.map(from_item::<HandoffItem>).transpose()?;
        let is_valid = |handoff: &HandoffItem| {
            handoff.ws == ws && now.duration_since(handoff.at) < HANDOFF_LIFETIME
        };
        match handoff.filter(is_valid) {
            Some(handoff) => self.person(ws, &Login::of(handoff.user, None)).await,
            None => Ok(None),
        }
    }
}

fn key(email: &EmailAddress) -> keys::Key {
    keys::sign_up(&sha256_hex(&email.fold()))
}

/// Puts a workspace with its owner; its slug, which may be taken, is the first write.
pub(crate) fn put_workspace(
    transaction: &mut Transaction,
    workspace: &Workspace,
    owner: &Person,
) -> Result<(), StoreError> {
    let (address, versioned) = (
        keys::slug(&workspace.slug),
        VersionedWorkspace::of(workspace),
    );
    transaction.put_new(to_item("slug", &address, &versioned)?);
    let home = keys::meta(&keys::workspace(workspace.id));
    let mut meta = to_item("workspace", &home, &versioned)?;
    // The first owner, and the one who can't leave.
    meta.insert("owners".to_owned(), number(1));
    transaction.put_new(meta);
    put_person(transaction, workspace.id, owner)?;
    put_seat(transaction, &keys::workspace(workspace.id));
    put_daily_job(transaction, workspace.id)
}
