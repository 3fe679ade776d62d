//! People of a workspace's team or of a client.

use domain::audit::{AuditKind, AuditNote};
use domain::email::EmailAddress;
use domain::id::{UserId, WorkspaceId};
use domain::mail::Mail;
use domain::person::Person;
use domain::plan::{Plan, PlanLimit};
use domain::role::{Role, TeamRole};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::directory::directory::Directory;
use crate::directory::login::{Login, login_item, login_key};
use crate::directory::mfa::USED_CODES;
use crate::directory::session_entry::session_keys;
use crate::error::StoreError;
use crate::records::outbox::effect::Effect;
use crate::records::outbox::outbox;
use crate::records::revision::with_revision;
use crate::table::codec::{Item, from_item, number, string, to_item};
use crate::table::keys;
use crate::table::query::{Query, Range};
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::plan_limits::LimitClaim;
use crate::tenancy::scope::{Scope, Store};

/// People that are listed at most: what a team or a client may have.
const MAX_PEOPLE: i32 = 100;

/// A person as an item. Its version goes up whenever a session is opened, so that a person who
/// is being removed can't open one.
#[derive(Serialize, Deserialize)]
struct PersonItem {
    #[serde(flatten)]
    person: Person,
    v: i64,
}

/// Puts a person, and the login by the mail address: one address, one account in a workspace.
pub(crate) fn put_person(
    transaction: &mut Transaction,
    ws: WorkspaceId,
    person: &Person,
) -> Result<(), StoreError> {
    let login = Login::of(person.id, person.client);
    transaction.put_new(login_item(&login_key(ws, &person.email), &login)?);
    let key = keys::person(&keys::home(ws, person.client), person.id);
    let person = person.clone();
    transaction.put_new(to_item("person", &key, &PersonItem { person, v: 1 })?);
    Ok(())
}

/// How a change of a person's membership ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembershipOutcome {
    Done,
    /// Nothing was changed: it would leave the workspace without an owner.
    LastOwner,
    /// Nothing was changed: the person changed meanwhile, or is gone.
    Changed,
}

/// A change of a person that ends every session.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PersonChange<'a> {
    Role(Role),
    Disabled(Timestamp),
    /// Enabled again, where the plan has a seat.
    Enabled(Plan),
    /// Without a second factor; a mail says so.
    WithoutMfa(&'a Mail),
    Gone,
}

impl PersonChange<'_> {
    /// The role after the change, for the count of owners.
    fn role_after(self, now: &Person) -> Option<Role> {
        match self {
            Self::Role(role) => Some(role).filter(|_| now.disabled_at.is_none()),
            Self::Enabled(_) => Some(now.role),
            Self::WithoutMfa(_) => Some(now.role).filter(|_| now.disabled_at.is_none()),
            Self::Disabled(_) | Self::Gone => None,
        }
    }

    fn apply(self, person: Update) -> Result<Update, StoreError> {
        Ok(match self {
            Self::Role(role) => person.set("role", serde_dynamo::to_attribute_value(role)?),
            Self::Disabled(at) => person.set("disabled", string(at)),
            Self::Enabled(_) => person.remove("disabled"),
            Self::WithoutMfa(_) => person.remove("mfa").remove(USED_CODES),
            Self::Gone => person,
        })
    }

    fn note(self, now: &Person) -> AuditNote {
        let (kind, role) = match self {
            Self::Role(role) => (AuditKind::RoleChanged, role.label()),
            Self::Disabled(_) => (AuditKind::PersonDisabled, now.role.label()),
            Self::Enabled(_) => (AuditKind::PersonEnabled, now.role.label()),
            Self::WithoutMfa(_) => (AuditKind::MfaReset, now.role.label()),
            Self::Gone => (AuditKind::PersonRemoved, ""),
        };
        let note = AuditNote::of(kind, &person_label(&now.name, &now.email));
        note.with_change("role", now.role.label(), role)
    }
}

impl<S: Scope> Store<S> {
    /// The people of the scope itself: the team, or the contacts.
    pub async fn list_people(&self) -> Result<Vec<Person>, StoreError> {
        let query = Query::of(
            self.prefix(),
            Range::Prefix(keys::PEOPLE.to_owned()),
            MAX_PEOPLE,
        );
        self.query(query)
            .await?
            .items
            .into_iter()
            .map(from_item)
            .collect()
    }

    /// One person of the scope.
    pub async fn get_person(&self, id: UserId) -> Result<Option<Person>, StoreError> {
        let found = self.get(&keys::person(&self.prefix(), id)).await?;
        found.map(from_item).transpose()
    }

    /// Changes a person's role. Every session ends.
    pub async fn update_role(
        &self,
        person: &Person,
        role: Role,
    ) -> Result<MembershipOutcome, StoreError> {
        self.apply_person_change(person, PersonChange::Role(role))
            .await
    }

    /// Removes a person with the login and every session. The inbox is deleted later, by an
    /// effect.
    pub async fn delete_person(&self, person: &Person) -> Result<MembershipOutcome, StoreError> {
        self.apply_person_change(person, PersonChange::Gone).await
    }

    /// Disables a person, who keeps everything, until `enable_person`.
    pub async fn disable_person(
        &self,
        person: &Person,
        now: Timestamp,
    ) -> Result<MembershipOutcome, StoreError> {
        self.apply_person_change(person, PersonChange::Disabled(now))
            .await
    }

    /// Enables a disabled person; a member where `plan` has a seat.
    pub async fn enable_person(
        &self,
        person: &Person,
        plan: Plan,
    ) -> Result<MembershipOutcome, StoreError> {
        self.apply_person_change(person, PersonChange::Enabled(plan))
            .await
    }

    /// Removes the second factor of a person who lost the authenticator; every session ends,
    /// and `mail` is sent.
    pub async fn reset_mfa(
        &self,
        person: &Person,
        mail: &Mail,
    ) -> Result<MembershipOutcome, StoreError> {
        self.apply_person_change(person, PersonChange::WithoutMfa(mail))
            .await
    }

    /// Executes a change of a person, with every session over.
    pub(crate) async fn apply_person_change(
        &self,
        person: &Person,
        change: PersonChange<'_>,
    ) -> Result<MembershipOutcome, StoreError> {
        let key = keys::person(&self.prefix(), person.id);
        let Some(found) = self.get_consistent(&key).await? else {
            return Ok(MembershipOutcome::Changed);
        };
        let sessions = session_keys(&found);
        let PersonItem { person: now, v } = from_item(found)?;
        if now.role != person.role || now.disabled_at != person.disabled_at {
            return Ok(MembershipOutcome::Changed);
        }
        let mut transaction = self.transaction();
        // A disabled owner is none of those of whom one must stay.
        let role = Some(now.role).filter(|_| now.disabled_at.is_none());
        let counts_owner = self.put_owner_count(&mut transaction, role, change.role_after(&now));
        let mut directory_keys = sessions;
        for session in &directory_keys {
            transaction.delete(session);
        }
        if let PersonChange::Gone = change {
            transaction.delete_version(&key, v);
            directory_keys.extend(self.put_account_removal(&mut transaction, &now).await?);
            let (id, at) = (self.context.next_id(), self.context.at());
            let inbox = Effect::DeleteInbox(now.id);
            outbox::put_effect(&mut transaction, &self.prefix(), id, inbox, at)?;
        } else {
            let update = Update::existing(key.clone()).add("v", 1).add("epoch", 1);
            let update = change.apply(update.remove("sessions"))?;
            transaction.update(update.when("v = :v", ":v", number(v)));
        }
        if let PersonChange::WithoutMfa(mail) = change {
            let other_keys = self.put_mfa_reset(&mut transaction, &now, &key).await?;
            directory_keys.extend(other_keys);
            let id = self.context.next_id();
            outbox::put_mail(
                &mut transaction,
                &self.prefix(),
                id,
                mail,
                self.context.at(),
            )?;
        }
        self.record(&mut transaction, change.note(&now))?;
        self.put_scope_revision(&mut transaction);
        let seat = self.put_seat_change(&mut transaction, &now, change);
        directory_keys.push(self.usage_key(PlanLimit::Seats));
        let done = self
            .commit_with_directory(transaction, &directory_keys)
            .await;
        match self.explain_refusal(done, seat).await {
            Ok(()) => Ok(MembershipOutcome::Done),
            Err(StoreError::Refused(0)) if counts_owner => Ok(MembershipOutcome::LastOwner),
            Err(StoreError::Refused(_)) => Ok(MembershipOutcome::Changed),
            Err(error) => Err(error),
        }
    }

    /// A disabled member has no seat: it is released, and taken again when enabled.
    fn put_seat_change(
        &self,
        transaction: &mut Transaction,
        now: &Person,
        change: PersonChange<'_>,
    ) -> Option<LimitClaim> {
        let has_seat = self.scope.client().is_none() && now.disabled_at.is_none();
        match change {
            PersonChange::Gone | PersonChange::Disabled(_) if has_seat => {
                self.put_usage(transaction, PlanLimit::Seats, -1);
                None
            }
            PersonChange::Enabled(plan) if self.scope.client().is_none() && !has_seat => {
                Some(self.put_claim(transaction, plan, PlanLimit::Seats, 1))
            }
            _ => None,
        }
    }

    /// Removes the scope from a person's account. Where it is the only one, the account is
    /// deleted, and its user at the identity provider. Gives the keys that are written.
    async fn put_account_removal(
        &self,
        transaction: &mut Transaction,
        now: &Person,
    ) -> Result<Vec<keys::Key>, StoreError> {
        let account = self
            .directory()
            .find_account_without_rows(self.ws(), &now.email)
            .await?;
        let account = account.filter(|account| account.user() == now.id);
        let mut directory_keys: Vec<_> = account
            .iter()
            .map(|account| account.login_key().clone())
            .collect();
        let is_deleted = match &account {
            Some(account) => account.put_removal(transaction, self.scope.client())?,
            None => true,
        };
        if is_deleted {
            let codes = keys::recovery_codes(self.ws(), now.id);
            transaction.delete(&codes);
            directory_keys.push(codes);
            let (id, at) = (self.context.next_id(), self.context.at());
            outbox::put_identity_deletion(transaction, &self.prefix(), id, now.id, at)?;
        }
        Ok(directory_keys)
    }

    /// Removes the second factor of the account, at its other clients too. Gives the keys that
    /// are written.
    async fn put_mfa_reset(
        &self,
        transaction: &mut Transaction,
        now: &Person,
        own_row: &keys::Key,
    ) -> Result<Vec<keys::Key>, StoreError> {
        let codes = keys::recovery_codes(self.ws(), now.id);
        transaction.delete(&codes);
        let mut directory_keys = vec![codes];
        if self.scope.client().is_none() {
            return Ok(directory_keys);
        }
        let directory = self.directory();
        let account = directory
            .get_own_account(self.ws(), now.id, &now.email, None)
            .await?;
        for member in account.members_except(own_row) {
            let update = member.update().add("epoch", 1);
            transaction.update(update.remove("sessions").remove("mfa").remove(USED_CODES));
            let sessions = session_keys(&member.found);
            for session in &sessions {
                transaction.delete(session);
            }
            directory_keys.extend(sessions);
            directory_keys.push(member.key.clone());
        }
        Ok(directory_keys)
    }

    /// The directory, by the process's credentials.
    pub(crate) fn directory(&self) -> Directory {
        Directory::new(self.table.with_process_credentials(), self.context.clone())
    }

    /// Puts the change of the number of owners, of whom one must stay: the next write, where
    /// the number changes.
    pub(crate) fn put_owner_count(
        &self,
        transaction: &mut Transaction,
        from: Option<Role>,
        to: Option<Role>,
    ) -> bool {
        let owner = Some(Role::Team(TeamRole::Owner));
        let row = Update::existing(keys::meta(&self.prefix()));
        match (from == owner, to == owner) {
            (true, false) => {
                let row = row.add("owners", -1);
                transaction.update(row.when("owners > :one", ":one", number(1)));
            }
            (false, true) => transaction.update(row.add("owners", 1)),
            (true, true) | (false, false) => return false,
        }
        true
    }

    /// Puts a new revision of the client, whose pages show its people.
    pub(crate) fn put_scope_revision(&self, transaction: &mut Transaction) {
        if self.scope.client().is_some() {
            let row = Update::existing(keys::meta(&self.prefix()));
            transaction.update(with_revision(row, true));
        }
    }

    async fn get_consistent(&self, key: &keys::Key) -> Result<Option<Item>, StoreError> {
        let store = Self {
            table: self.table.clone().with_consistent_reads(true),
            ..self.clone()
        };
        store.get(key).await
    }
}

/// A person's label in the audit log.
pub(crate) fn person_label(name: &str, email: &EmailAddress) -> String {
    format!("{name} <{}>", email.as_str())
}
