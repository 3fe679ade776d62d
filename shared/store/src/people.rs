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

use crate::codec::{Item, item, number, row, string};
use crate::directory::{Directory, Login, login_key};
use crate::engagements::bump;
use crate::error::StoreError;
use crate::keys;
use crate::limits::LimitClaim;
use crate::membership::login_item;
use crate::outbox::{self, Effect};
use crate::scope::{Scope, Store};
use crate::session::session_keys;
use crate::table::{Query, Range};
use crate::transact::{Transaction, Update};

/// People that are listed at most: what a team or a client may have.
const MOST: i32 = 100;

/// A person as an item. Its version goes up whenever a session is opened, so
/// that nobody who is being removed can slip in.
#[derive(Serialize, Deserialize)]
struct Row {
    #[serde(flatten)]
    person: Person,
    v: i64,
}

/// A person, and the address by which it is found at sign-in: one address, one
/// account in a workspace.
pub(crate) fn put_person(
    transaction: &mut Transaction,
    ws: WorkspaceId,
    person: &Person,
) -> Result<(), StoreError> {
    let login = Login::of(person.id, person.client);
    transaction.put_new(login_item(&login_key(ws, &person.email), &login)?);
    let key = keys::person(&keys::home(ws, person.client), person.id);
    let person = person.clone();
    transaction.put_new(item("person", &key, &Row { person, v: 1 })?);
    Ok(())
}

/// Why a person's role stays, or the person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembershipRefusal {
    /// It would leave the workspace without an owner.
    LastOwner,
    /// It changed meanwhile, or is gone.
    Changed,
}

/// What a person becomes, with every session over.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PersonChange<'a> {
    /// The same with another role.
    Role(Role),
    /// Kept out.
    Disabled(Timestamp),
    /// Let in again, where the plan has a seat.
    Enabled(Plan),
    /// Somebody who signs in without a code, as the mail tells.
    WithoutMfa(&'a Mail),
    /// Nobody.
    Gone,
}

impl PersonChange<'_> {
    /// The role that counts from now on.
    fn role(self, now: &Person) -> Option<Role> {
        match self {
            Self::Role(role) => Some(role).filter(|_| now.disabled.is_none()),
            Self::Enabled(_) => Some(now.role),
            Self::WithoutMfa(_) => Some(now.role).filter(|_| now.disabled.is_none()),
            Self::Disabled(_) | Self::Gone => None,
        }
    }

    fn apply(self, person: Update) -> Result<Update, StoreError> {
        Ok(match self {
            Self::Role(role) => person.set("role", serde_dynamo::to_attribute_value(role)?),
            Self::Disabled(at) => person.set("disabled", string(at)),
            Self::Enabled(_) => person.remove("disabled"),
            Self::WithoutMfa(_) => person.remove("mfa").remove("code"),
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
        let note = AuditNote::of(kind, &named(&now.name, &now.email));
        note.change("role", now.role.label(), role)
    }
}

impl<S: Scope> Store<S> {
    /// The people who belong to the scope itself: the team, or the contacts.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let query = Query::of(self.prefix(), Range::Prefix(keys::PEOPLE.to_owned()), MOST);
        self.query(query)
            .await?
            .items
            .into_iter()
            .map(row)
            .collect()
    }

    /// One of them.
    pub async fn person(&self, id: UserId) -> Result<Option<Person>, StoreError> {
        let found = self.get(&keys::person(&self.prefix(), id)).await?;
        found.map(row).transpose()
    }

    /// Gives a person another role. Every session ends with the old one.
    pub async fn change_role(
        &self,
        person: &Person,
        role: Role,
    ) -> Result<Result<(), MembershipRefusal>, StoreError> {
        self.end(person, PersonChange::Role(role)).await
    }

    /// Removes a person, with the address to sign in by and every session. What the
    /// person was told here goes after that.
    pub async fn remove_person(
        &self,
        person: &Person,
    ) -> Result<Result<(), MembershipRefusal>, StoreError> {
        self.end(person, PersonChange::Gone).await
    }

    /// Keeps a person out, with everything that is theirs, until `enable_person`.
    pub async fn disable_person(
        &self,
        person: &Person,
        now: Timestamp,
    ) -> Result<Result<(), MembershipRefusal>, StoreError> {
        self.end(person, PersonChange::Disabled(now)).await
    }

    /// Lets a disabled person in again; one of the team where `plan` has a seat.
    pub async fn enable_person(
        &self,
        person: &Person,
        plan: Plan,
    ) -> Result<Result<(), MembershipRefusal>, StoreError> {
        self.end(person, PersonChange::Enabled(plan)).await
    }

    /// Ends what a person is here; `next` is what it becomes.
    pub(crate) async fn end(
        &self,
        person: &Person,
        next: PersonChange<'_>,
    ) -> Result<Result<(), MembershipRefusal>, StoreError> {
        let key = keys::person(&self.prefix(), person.id);
        let Some(found) = self.get_now(&key).await? else {
            return Ok(Err(MembershipRefusal::Changed));
        };
        let sessions = session_keys(&found);
        let Row { person: now, v } = row(found)?;
        if now.role != person.role || now.disabled != person.disabled {
            return Ok(Err(MembershipRefusal::Changed));
        }
        let mut transaction = self.transaction();
        // A disabled owner is none of those of whom one must stay.
        let role = Some(now.role).filter(|_| now.disabled.is_none());
        let counts = self.count_owner(&mut transaction, role, next.role(&now));
        let mut beside = sessions;
        for session in &beside {
            transaction.delete(session);
        }
        if let PersonChange::Gone = next {
            transaction.delete_version(&key, v);
            beside.extend(self.leave(&mut transaction, &now).await?);
            let (id, at) = (self.trace.next(), self.trace.at());
            let inbox = Effect::Forget(now.id);
            outbox::put_effect(&mut transaction, &self.prefix(), id, inbox, at)?;
        } else {
            let update = Update::existing(key.clone()).add("v", 1).add("epoch", 1);
            let update = next.apply(update.remove("sessions"))?;
            transaction.update(update.when("v = :v", ":v", number(v)));
        }
        if let PersonChange::WithoutMfa(mail) = next {
            let elsewhere = self.without_codes(&mut transaction, &now, &key).await?;
            beside.extend(elsewhere);
            let id = self.trace.next();
            outbox::put(&mut transaction, &self.prefix(), id, mail, self.trace.at())?;
        }
        self.record(&mut transaction, next.note(&now))?;
        self.touch(&mut transaction);
        let seat = self.take_seat(&mut transaction, &now, next);
        beside.push(self.used_key(PlanLimit::Seats));
        let done = self.commit_beside(transaction, &beside).await;
        match self.explained(done, seat).await {
            Ok(()) => Ok(Ok(())),
            Err(StoreError::Refused(0)) if counts => Ok(Err(MembershipRefusal::LastOwner)),
            Err(StoreError::Refused(_)) => Ok(Err(MembershipRefusal::Changed)),
            Err(error) => Err(error),
        }
    }

    /// One of the team who is disabled has no seat: it is given back, and taken again.
    fn take_seat(
        &self,
        transaction: &mut Transaction,
        now: &Person,
        next: PersonChange<'_>,
    ) -> Option<LimitClaim> {
        let sits = self.scope.client().is_none() && now.disabled.is_none();
        match next {
            PersonChange::Gone | PersonChange::Disabled(_) if sits => {
                self.count_use(transaction, PlanLimit::Seats, -1);
                None
            }
            PersonChange::Enabled(plan) if self.scope.client().is_none() && !sits => {
                Some(self.claim(transaction, plan, (PlanLimit::Seats, 1)))
            }
            _ => None,
        }
    }

    /// Takes a person's account off here. Where it belongs to no other client it is
    /// gone, and its user at the identity provider with it. Gives what is written
    /// of the account.
    async fn leave(
        &self,
        transaction: &mut Transaction,
        now: &Person,
    ) -> Result<Vec<keys::Key>, StoreError> {
        let account = self.directory().bare_account(self.ws(), &now.email).await?;
        let account = account.filter(|account| account.user() == now.id);
        let mut beside: Vec<_> = account
            .iter()
            .map(|account| account.login_key().clone())
            .collect();
        let gone = match &account {
            Some(account) => account.leave(transaction, self.scope.client())?,
            None => true,
        };
        if gone {
            let codes = keys::mfa(self.ws(), now.id);
            transaction.delete(&codes);
            beside.push(codes);
            let (id, at) = (self.trace.next(), self.trace.at());
            outbox::put_identity(transaction, &self.prefix(), id, now.id, at)?;
        }
        Ok(beside)
    }

    /// Ends what the person's codes stood for: they are the account's, so it is
    /// told of at every other client too. Gives what is written there.
    async fn without_codes(
        &self,
        transaction: &mut Transaction,
        now: &Person,
        here: &keys::Key,
    ) -> Result<Vec<keys::Key>, StoreError> {
        let codes = keys::mfa(self.ws(), now.id);
        transaction.delete(&codes);
        let mut beside = vec![codes];
        if self.scope.client().is_none() {
            return Ok(beside);
        }
        let (directory, who) = (self.directory(), (now.id, &now.email));
        let account = directory.own_account(self.ws(), who, None).await?;
        for member in account.beside(here) {
            let update = member.update().add("epoch", 1);
            transaction.update(update.remove("sessions").remove("mfa").remove("code"));
            let sessions = session_keys(&member.found);
            for session in &sessions {
                transaction.delete(session);
            }
            beside.extend(sessions);
            beside.push(member.key.clone());
        }
        Ok(beside)
    }

    /// The directory, by the process's credentials.
    pub(crate) fn directory(&self) -> Directory {
        Directory::new(self.table.as_process(), self.trace.clone())
    }

    /// Keeps the count of owners, of whom one must stay: the transaction's next
    /// write, where there is anything to count.
    pub(crate) fn count_owner(
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

    /// Lets the client's pages know that something changed there.
    pub(crate) fn touch(&self, transaction: &mut Transaction) {
        if self.scope.client().is_some() {
            let row = Update::existing(keys::meta(&self.prefix()));
            transaction.update(bump(row, true));
        }
    }

    async fn get_now(&self, key: &keys::Key) -> Result<Option<Item>, StoreError> {
        let store = Self {
            table: self.table.clone().consistent(true),
            ..self.clone()
        };
        store.get(key).await
    }
}

/// A person as the audit log names it.
pub(crate) fn named(name: &str, email: &EmailAddress) -> String {
    format!("{name} <{}>", email.as_str())
}
