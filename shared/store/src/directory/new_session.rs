//! Opening sessions: by password, code, recovery code or handoff, with the known browsers.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::audit::{AuditActor, AuditKind, AuditNote};
use domain::email::EmailAddress;
use domain::id::{ClientId, WorkspaceId};
use domain::mail::Mail;
use domain::person::{Actor, Person};
use domain::session::session_limits;
use domain::slug::Slug;
use futures::future::try_join;
use jiff::Timestamp;

use crate::directory::account::Member;
use crate::directory::directory::Directory;
use crate::directory::login::Login;
use crate::directory::mfa::{USED_CODES, add_used_code};
use crate::directory::session::{Session, SessionItem, person_key};
use crate::directory::session_entry::{entry_hash, entry_opened_at, format_entry, session_entries};
use crate::error::StoreError;
use crate::records::outbox::outbox;
use crate::retry::MAX_TRIES;
use crate::table::codec::{Item, get_integer, get_strings, number, string, to_item};
use crate::table::keys;
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::audit_item::AuditPlace;

/// Sessions that a person may have open; the oldest ends for another.
const MAX_SESSIONS: usize = 20;
/// Browsers that are known of a person; the one that was used longest ago is forgotten for
/// another.
const MAX_BROWSERS: usize = 10;

/// What was given at sign-in besides the password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SignInStep {
    /// Nothing else is asked for.
    #[default]
    Password,
    /// A code of the authenticator, by its hash: valid once.
    Code(String),
    /// A recovery code, by its hash: redeemed with the sign-in.
    Recovery(String),
    /// No password: a handoff code from the signup host, by its hash: redeemed with the sign-
    /// in.
    Handoff(String),
}

/// A session to open.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    pub ws: WorkspaceId,
    pub host: &'a Slug,
    /// The hash of the session's secret token.
    pub hash: &'a str,
    pub now: Timestamp,
    pub step: SignInStep,
    /// The hash of the browser's token, and the mail that is sent if the browser is new.
    pub browser: Option<(&'a str, &'a Mail)>,
    /// The session that this one replaces.
    pub replaces: Option<&'a Session>,
    /// Whether the replaced session is of another client: then nothing was given anew, and the
    /// time since its password goes on.
    pub is_switch: bool,
    /// Whether it is recorded in the audit log.
    pub is_recorded: bool,
}

impl<'a> NewSession<'a> {
    /// A session by password, from no known browser.
    pub fn with_password(ws: WorkspaceId, host: &'a Slug, hash: &'a str, now: Timestamp) -> Self {
        Self {
            ws,
            host,
            hash,
            now,
            step: SignInStep::Password,
            browser: None,
            replaces: None,
            is_switch: false,
            is_recorded: true,
        }
    }
}

/// How the write of a session ended.
enum CreateOutcome {
    Opened,
    /// The person's sessions changed meanwhile: it is tried again.
    SessionsChanged,
    UsedCode,
}

impl Directory {
    /// Opens a session for `person`, as read before the password was checked. `None` where the
    /// code or the recovery code was used before.
    pub async fn open_session(
        &self,
        person: &Person,
        new_session: &NewSession<'_>,
    ) -> Result<Option<Session>, StoreError> {
        let actor = Actor {
            user: person.id,
            name: person.name.clone(),
            email: person.email.clone(),
            role: person.role,
            workspace: new_session.ws,
            client: person.client,
        };
        let switched_from = new_session.replaces.filter(|_| new_session.is_switch);
        let opened = switched_from.map_or(new_session.now, |session| session.row.opened);
        let ttl = opened.saturating_add(session_limits(actor.role).absolute);
        let mut row = SessionItem {
            actor,
            host: new_session.host.clone(),
            opened,
            used: new_session.now,
            authenticated_at: switched_from
                .map_or(new_session.now, |session| session.row.authenticated_at),
            mfa: person.mfa.is_some(),
            portal: None,
            ttl: ttl.unwrap_or(new_session.now).as_second(),
            unread: 0,
            rings: 0,
            device: self.context().device().clone(),
        };
        for _ in 0..MAX_TRIES {
            match self.create_session(&mut row, person, new_session).await {
                Ok(CreateOutcome::SessionsChanged) => {}
                Ok(CreateOutcome::UsedCode) => return Ok(None),
                Ok(CreateOutcome::Opened) => {
                    return Ok(Some(Session {
                        hash: new_session.hash.to_owned(),
                        row,
                        table: self.table().clone(),
                        trace: self.context().clone(),
                    }));
                }
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Busy)
    }

    /// Whether a person was signed in before with a browser, by the hash of its token.
    pub async fn has_used_browser(
        &self,
        ws: WorkspaceId,
        person: &Person,
        hash: &str,
    ) -> Result<bool, StoreError> {
        let key = keys::person(&keys::home(ws, person.client), person.id);
        let found = self.table().get(&key, true).await?.unwrap_or_default();
        let known = get_strings(&found, "browsers");
        Ok(known.iter().any(|known| entry_hash(known) == hash))
    }

    /// Writes a session, and its entry at the person.
    async fn create_session(
        &self,
        row: &mut SessionItem,
        before: &Person,
        new_session: &NewSession<'_>,
    ) -> Result<CreateOutcome, StoreError> {
        let key = person_key(&row.actor);
        let (found, login) = try_join(
            self.table().get(&key, true),
            self.find_contact_login(&row.actor),
        )
        .await?;
        let found = found.unwrap_or_default();
        // Whoever got another role or password meanwhile starts again.
        if get_integer(&found, "epoch") != before.epoch || found.contains_key("disabled") {
            return Err(StoreError::Busy);
        }
        row.unread = get_integer(&found, "unread");
        row.rings = get_integer(&found, "rings");
        let other_members = self.list_other_members(row, login).await?;
        let mut transaction = Transaction::new(self.table());
        let mut person = Update::existing(key.clone()).add("v", 1);
        let mut used_codes = None;
        match &new_session.step {
            SignInStep::Password => {}
            SignInStep::Code(code) => {
                let Some(used) = add_used_code(&found, code, new_session.now) else {
                    return Ok(CreateOutcome::UsedCode);
                };
                person = person.set(USED_CODES, used.clone());
                used_codes = Some(used);
            }
            SignInStep::Recovery(code) => {
                let codes = Update::existing(keys::recovery_codes(new_session.ws, row.actor.user));
                let codes = codes.when("contains(codes, :code)", ":code", string(code));
                transaction.update(codes.delete_from_set("codes", vec![code.clone()]));
            }
            SignInStep::Handoff(code) => transaction.delete_existing(&keys::handoff(code)),
        }
        let open = close_others(&mut transaction, &found, row, new_session);
        person = person.set("sessions", AttributeValue::Ss(open));
        person = person.set("opened", number(new_session.now.as_millisecond()));
        let browsers = self.known_browsers(&mut transaction, &found, &key.pk, new_session)?;
        if let Some(browsers) = browsers {
            person = person.set("browsers", AttributeValue::Ss(browsers));
        }
        if new_session.is_recorded {
            self.record_opened(&mut transaction, before, new_session)?;
        }
        transaction.put_new(to_item("session", &keys::session(new_session.hash), row)?);
        let first = transaction.next_index();
        let v = number(get_integer(&found, "v"));
        transaction.update(person.when("v = :v", ":v", v));
        // A code is good once, at whatever client.
        if let Some(used) = used_codes {
            for member in &other_members {
                transaction.update(member.update().set(USED_CODES, used.clone()));
            }
        }
        let rows = first..transaction.next_index();
        match transaction.commit(self.table()).await {
            Ok(()) => Ok(CreateOutcome::Opened),
            Err(StoreError::Refused(n)) if rows.contains(&n) => Ok(CreateOutcome::SessionsChanged),
            Err(StoreError::Refused(0))
                if matches!(
                    new_session.step,
                    SignInStep::Recovery(_) | SignInStep::Handoff(_)
                ) =>
            {
                Ok(CreateOutcome::UsedCode)
            }
            Err(error) => Err(error),
        }
    }

    /// The login of a contact that belongs to several clients.
    async fn find_contact_login(&self, actor: &Actor) -> Result<Option<Login>, StoreError> {
        if actor.client.is_none() {
            return Ok(None);
        }
        let login = self.find_login(actor.workspace, &actor.email).await?;
        Ok(login.filter(|login| login.user == actor.user && !login.others.is_empty()))
    }

    /// The person's rows at other clients; where there are any, the session shows its client's
    /// name.
    async fn list_other_members(
        &self,
        row: &mut SessionItem,
        login: Option<Login>,
    ) -> Result<Vec<Member>, StoreError> {
        let (Some(login), Some(client)) = (login, row.actor.client) else {
            return Ok(Vec::new());
        };
        let (ws, own_key) = (row.actor.workspace, person_key(&row.actor));
        let clients = [client];
        let (mut rows, names) = try_join(
            self.list_members(ws, &login),
            self.list_client_names(ws, &clients),
        )
        .await?;
        rows.retain(|member| member.key != own_key);
        row.portal = names.into_iter().next().filter(|_| !rows.is_empty());
        Ok(rows)
    }

    /// The browsers that are known from now on; a mail is sent for a new one, unless it is the
    /// first.
    fn known_browsers(
        &self,
        transaction: &mut Transaction,
        found: &Item,
        home: &str,
        new_session: &NewSession<'_>,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let Some((hash, mail)) = new_session.browser else {
            return Ok(None);
        };
        let mut known = get_strings(found, "browsers");
        let first = known.is_empty();
        let before = known.len();
        known.retain(|known| entry_hash(known) != hash);
        // Whoever switches is known by it already.
        if known.len() == before && !first && !new_session.is_switch {
            let id = self.context().next_id();
            outbox::put_mail(transaction, home, id, mail, new_session.now)?;
        }
        known.sort();
        let over = (known.len() + 1).saturating_sub(MAX_BROWSERS);
        known.drain(..over);
        known.push(format_entry(hash, new_session.now));
        Ok(Some(known))
    }

    fn record_opened(
        &self,
        transaction: &mut Transaction,
        person: &Person,
        new_session: &NewSession<'_>,
    ) -> Result<(), StoreError> {
        let step = match new_session.step {
            SignInStep::Password => "password",
            SignInStep::Code(_) => "password and code",
            SignInStep::Recovery(_) => "password and recovery code",
            SignInStep::Handoff(_) => "founding the workspace",
        };
        let by = Some(AuditActor::from(person));
        let at = AuditPlace {
            ws: new_session.ws,
            client: person.client,
        };
        if matches!(new_session.step, SignInStep::Recovery(_)) {
            self.record(
                transaction,
                at,
                by.clone(),
                AuditNote::of(AuditKind::RecoveryCodeUsed, ""),
            )?;
        }
        let note = match new_session.replaces {
            Some(_) if new_session.is_switch => AuditNote::of(AuditKind::ClientSwitched, ""),
            Some(_) => AuditNote::of(AuditKind::Confirmed, "").with_change("by", "", step),
            None => AuditNote::of(AuditKind::SignedIn, "").with_change("by", "", step),
        };
        self.record(transaction, at, by, note)
    }

    /// Opens a session at another client of the same account, in place of the current one.
    /// `None` where the account doesn't belong to the client, or is disabled there; refused
    /// where the current session ended meanwhile.
    pub async fn switch_client(
        &self,
        session: &Session,
        client: ClientId,
        host: &Slug,
        hash: &str,
        browser: (&str, &Mail),
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let actor = session.actor();
        let account = self.find_account(actor.workspace, &actor.email).await?;
        let account = account.filter(|account| account.user() == actor.user);
        let people = account.map_or_else(|| Ok(Vec::new()), |account| account.people())?;
        let wanted =
            |person: &Person| person.client == Some(client) && person.disabled_at.is_none();
        let Some(person) = people.into_iter().find(wanted) else {
            return Ok(None);
        };
        let new_session = NewSession {
            browser: Some(browser),
            replaces: Some(session),
            is_switch: true,
            ..NewSession::with_password(actor.workspace, host, hash, now)
        };
        self.open_session(&person, &new_session).await
    }

    /// Records a failed sign-in: of the account that was tried, or of the workspace where there
    /// is none.
    pub async fn record_failed_sign_in(
        &self,
        ws: WorkspaceId,
        client: Option<ClientId>,
        email: &EmailAddress,
        why: &str,
    ) -> Result<(), StoreError> {
        let mut transaction = Transaction::new(self.table());
        let note =
            AuditNote::of(AuditKind::SignInFailed, email.as_str()).with_change("because", "", why);
        self.record(&mut transaction, AuditPlace { ws, client }, None, note)?;
        transaction.commit(self.table()).await
    }
}

/// The entries of the sessions that stay open, with the new one; deletes the replaced session,
/// and those above the maximum.
fn close_others(
    transaction: &mut Transaction,
    found: &Item,
    row: &SessionItem,
    new_session: &NewSession<'_>,
) -> Vec<String> {
    let mut open = session_entries(found);
    let since = new_session.now.as_second() - session_limits(row.actor.role).absolute.as_secs();
    let replaced = new_session.replaces.map(|old| old.hash.as_str());
    open.retain(|entry| entry_opened_at(entry) > since && Some(entry_hash(entry)) != replaced);
    open.sort();
    let over = (open.len() + 1).saturating_sub(MAX_SESSIONS);
    let ended: Vec<_> = open.drain(..over).collect();
    open.push(format_entry(new_session.hash, row.opened));
    for hash in ended.iter().map(|entry| entry_hash(entry)) {
        transaction.delete(&keys::session(hash));
    }
    match new_session.replaces {
        // Noted at the row of another client. What ended every session meanwhile
        // ended this one too, and refuses.
        Some(old) if new_session.is_switch => {
            transaction.delete_existing(&keys::session(&old.hash));
            let entries = vec![format_entry(&old.hash, old.row.opened)];
            let switched_from = Update::existing(person_key(&old.row.actor));
            transaction.update(switched_from.delete_from_set("sessions", entries));
        }
        Some(old) => transaction.delete(&keys::session(&old.hash)),
        None => {}
    }
    open
}
