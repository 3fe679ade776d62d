//! Opening a session: who may, by what, from which browser.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::audit::{AuditActor, AuditKind, AuditNote};
use domain::email::EmailAddress;
use domain::id::{ClientId, WorkspaceId};
use domain::mail::Mail;
use domain::person::{Actor, Person};
use domain::session::limits;
use domain::slug::Slug;
use futures::future::try_join;
use jiff::Timestamp;

use crate::codec::{Item, integer, item, number, string, strings, text};
use crate::directory::{Directory, Login};
use crate::error::StoreError;
use crate::keys;
use crate::membership::Member;
use crate::outbox;
use crate::session::{Session, SessionItem, entry, hash_of, open_sessions, opened_at, person_key};
use crate::transact::{Transaction, Update};

/// Sessions that a person may have open at once; the oldest ends for another.
const MOST: usize = 20;
/// Browsers that are known at once; the one that was used longest ago is forgotten for another.
const BROWSERS: usize = 10;

/// How often opening one is tried while others of the person open or end.
const TRIES: u32 = 4;

/// How somebody shows who it is, besides the password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SignInStep {
    /// Nothing else is asked for.
    #[default]
    Password,
    /// A code of the authenticator, by its hash: good once.
    Code(String),
    /// A recovery code, by its hash: it is used up.
    Recovery(String),
    /// No password: a code that the front handed over, by its hash. It is used up.
    Handoff(String),
}

/// A session that is to be opened.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    /// At which workspace.
    pub ws: WorkspaceId,
    /// By which address.
    pub host: &'a Slug,
    /// The hash of its secret token.
    pub hash: &'a str,
    /// When.
    pub now: Timestamp,
    /// What was given besides the password.
    pub step: SignInStep,
    /// The hash of what the browser is known by, and the mail that tells the
    /// person of a new one.
    pub browser: Option<(&'a str, &'a Mail)>,
    /// The session that it takes the place of.
    pub instead: Option<&'a Session>,
    /// Whether that one is of another client: then nothing was given anew, and
    /// the time since its password goes on.
    pub switches: bool,
    /// Whether the audit log tells of it.
    pub recorded: bool,
}

impl<'a> NewSession<'a> {
    /// By a password alone, from no known browser.
    pub fn plain(ws: WorkspaceId, host: &'a Slug, hash: &'a str, now: Timestamp) -> Self {
        Self {
            ws,
            host,
            hash,
            now,
            step: SignInStep::Password,
            browser: None,
            instead: None,
            switches: false,
            recorded: true,
        }
    }
}

/// What became of a session that was to be kept.
enum Kept {
    Opened,
    /// The person's sessions changed meanwhile: again.
    Changed,
    UsedCode,
}

impl Directory {
    /// Opens a session for `person`, as it was read before the password was
    /// checked. `None` where the code or the recovery code was used before.
    pub async fn open_session(
        &self,
        person: &Person,
        opening: &NewSession<'_>,
    ) -> Result<Option<Session>, StoreError> {
        let actor = Actor {
            user: person.id,
            name: person.name.clone(),
            email: person.email.clone(),
            role: person.role,
            workspace: opening.ws,
            client: person.client,
        };
        let former = opening.instead.filter(|_| opening.switches);
        let opened = former.map_or(opening.now, |session| session.row.opened);
        let ttl = opened.saturating_add(limits(actor.role).absolute);
        let mut row = SessionItem {
            actor,
            host: opening.host.clone(),
            opened,
            used: opening.now,
            proven: former.map_or(opening.now, |session| session.row.proven),
            mfa: person.mfa.is_some(),
            portal: None,
            ttl: ttl.unwrap_or(opening.now).as_second(),
            unread: 0,
            rings: 0,
            device: self.trace().device().clone(),
        };
        for _ in 0..TRIES {
            match self.keep_session(&mut row, person, opening).await {
                Ok(Kept::Changed) => {}
                Ok(Kept::UsedCode) => return Ok(None),
                Ok(Kept::Opened) => {
                    return Ok(Some(Session {
                        hash: opening.hash.to_owned(),
                        row,
                        table: self.table().clone(),
                        trace: self.trace().clone(),
                    }));
                }
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Busy)
    }

    /// Keeps a session, and notes it at the person.
    async fn keep_session(
        &self,
        row: &mut SessionItem,
        before: &Person,
        opening: &NewSession<'_>,
    ) -> Result<Kept, StoreError> {
        let key = person_key(&row.actor);
        let (found, login) =
            try_join(self.table().get(&key, true), self.contact(&row.actor)).await?;
        let found = found.unwrap_or_default();
        // Whoever got another role or password meanwhile starts again.
        if integer(&found, "epoch") != before.epoch || found.contains_key("disabled") {
            return Err(StoreError::Busy);
        }
        row.unread = integer(&found, "unread");
        row.rings = integer(&found, "rings");
        let elsewhere = self.elsewhere(row, login).await?;
        let mut transaction = Transaction::new(self.table());
        let mut person = Update::existing(key.clone()).add("v", 1);
        match &opening.step {
            SignInStep::Password => {}
            SignInStep::Code(code) if text(&found, "code").is_ok_and(|last| last == code) => {
                return Ok(Kept::UsedCode);
            }
            SignInStep::Code(code) => person = person.set("code", string(code)),
            SignInStep::Recovery(code) => {
                let codes = Update::existing(keys::mfa(opening.ws, row.actor.user));
                let codes = codes.when("contains(codes, :code)", ":code", string(code));
                transaction.update(codes.take_from_set("codes", vec![code.clone()]));
            }
            SignInStep::Handoff(code) => transaction.delete_existing(&keys::handoff(code)),
        }
        let open = end_others(&mut transaction, &found, row, opening);
        person = person.set("sessions", AttributeValue::Ss(open));
        person = person.set("opened", number(opening.now.as_millisecond()));
        let browsers = self.browsers(&mut transaction, &found, &key.pk, opening)?;
        if let Some(browsers) = browsers {
            person = person.set("browsers", AttributeValue::Ss(browsers));
        }
        if opening.recorded {
            self.note_opened(&mut transaction, before, opening)?;
        }
        transaction.put_new(item("session", &keys::session(opening.hash), row)?);
        let first = transaction.next();
        let v = number(integer(&found, "v"));
        transaction.update(person.when("v = :v", ":v", v));
        // A code is good once, at whatever client.
        if let SignInStep::Code(code) = &opening.step {
            for member in &elsewhere {
                transaction.update(member.update().set("code", string(code)));
            }
        }
        let rows = first..transaction.next();
        match transaction.commit(self.table()).await {
            Ok(()) => Ok(Kept::Opened),
            Err(StoreError::Refused(n)) if rows.contains(&n) => Ok(Kept::Changed),
            Err(StoreError::Refused(0))
                if matches!(
                    opening.step,
                    SignInStep::Recovery(_) | SignInStep::Handoff(_)
                ) =>
            {
                Ok(Kept::UsedCode)
            }
            Err(error) => Err(error),
        }
    }

    /// The account of a contact, which may belong to other clients too.
    async fn contact(&self, actor: &Actor) -> Result<Option<Login>, StoreError> {
        if actor.client.is_none() {
            return Ok(None);
        }
        let login = self.login(actor.workspace, &actor.email).await?;
        Ok(login.filter(|login| login.user == actor.user && !login.others.is_empty()))
    }

    /// The person's rows at other clients; where there are any, the session says
    /// which client it is of.
    async fn elsewhere(
        &self,
        row: &mut SessionItem,
        login: Option<Login>,
    ) -> Result<Vec<Member>, StoreError> {
        let (Some(login), Some(client)) = (login, row.actor.client) else {
            return Ok(Vec::new());
        };
        let (ws, here) = (row.actor.workspace, person_key(&row.actor));
        let clients = [client];
        let (mut rows, names) =
            try_join(self.members(ws, &login), self.client_names(ws, &clients)).await?;
        rows.retain(|member| member.key != here);
        row.portal = names.into_iter().next().filter(|_| !rows.is_empty());
        Ok(rows)
    }

    /// The browsers that are known from now on; the person is told of a new
    /// one, unless it is the first.
    fn browsers(
        &self,
        transaction: &mut Transaction,
        found: &Item,
        home: &str,
        opening: &NewSession<'_>,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let Some((hash, mail)) = opening.browser else {
            return Ok(None);
        };
        let mut known = strings(found, "browsers");
        let first = known.is_empty();
        let before = known.len();
        known.retain(|known| hash_of(known) != hash);
        // Whoever switches is known by it already.
        if known.len() == before && !first && !opening.switches {
            let id = self.trace().next();
            outbox::put(transaction, home, id, mail, opening.now)?;
        }
        known.sort();
        let over = (known.len() + 1).saturating_sub(BROWSERS);
        known.drain(..over);
        known.push(entry(hash, opening.now));
        Ok(Some(known))
    }

    fn note_opened(
        &self,
        transaction: &mut Transaction,
        person: &Person,
        opening: &NewSession<'_>,
    ) -> Result<(), StoreError> {
        let step = match opening.step {
            SignInStep::Password => "password",
            SignInStep::Code(_) => "password and code",
            SignInStep::Recovery(_) => "password and recovery code",
            SignInStep::Handoff(_) => "founding the workspace",
        };
        let by = Some(AuditActor::from(person));
        let at = (opening.ws, person.client);
        if matches!(opening.step, SignInStep::Recovery(_)) {
            self.record(
                transaction,
                at,
                by.clone(),
                AuditNote::of(AuditKind::RecoveryCodeUsed, ""),
            )?;
        }
        let note = match opening.instead {
            Some(_) if opening.switches => AuditNote::of(AuditKind::ClientSwitched, ""),
            Some(_) => AuditNote::of(AuditKind::Confirmed, "").change("by", "", step),
            None => AuditNote::of(AuditKind::SignedIn, "").change("by", "", step),
        };
        self.record(transaction, at, by, note)
    }

    /// Opens another client of whoever is signed in, in place of the session.
    /// `None` where the account doesn't belong to it, or is disabled there; refused
    /// where the session has ended meanwhile.
    pub async fn switch(
        &self,
        session: &Session,
        client: ClientId,
        (host, hash, browser): (&Slug, &str, (&str, &Mail)),
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let actor = session.actor();
        let account = self.account(actor.workspace, &actor.email).await?;
        let account = account.filter(|account| account.user() == actor.user);
        let people = account.map_or_else(|| Ok(Vec::new()), |account| account.people())?;
        let wanted = |person: &Person| person.client == Some(client) && person.disabled.is_none();
        let Some(person) = people.into_iter().find(wanted) else {
            return Ok(None);
        };
        let opening = NewSession {
            browser: Some(browser),
            instead: Some(session),
            switches: true,
            ..NewSession::plain(actor.workspace, host, hash, now)
        };
        self.open_session(&person, &opening).await
    }

    /// Records a sign-in that failed: for the account that was tried, or for
    /// the workspace where there is none.
    pub async fn sign_in_failed(
        &self,
        ws: WorkspaceId,
        client: Option<ClientId>,
        email: &EmailAddress,
        why: &str,
    ) -> Result<(), StoreError> {
        let mut transaction = Transaction::new(self.table());
        let note =
            AuditNote::of(AuditKind::SignInFailed, email.as_str()).change("because", "", why);
        self.record(&mut transaction, (ws, client), None, note)?;
        transaction.commit(self.table()).await
    }
}

/// The sessions of the row that stay open, with the new one; deletes the one that
/// it takes the place of, and those that are too many.
fn end_others(
    transaction: &mut Transaction,
    found: &Item,
    row: &SessionItem,
    opening: &NewSession<'_>,
) -> Vec<String> {
    let mut open = open_sessions(found);
    let since = opening.now.as_second() - limits(row.actor.role).absolute.as_secs();
    let replaced = opening.instead.map(|old| old.hash.as_str());
    open.retain(|entry| opened_at(entry) > since && Some(hash_of(entry)) != replaced);
    open.sort();
    let over = (open.len() + 1).saturating_sub(MOST);
    let ended: Vec<_> = open.drain(..over).collect();
    open.push(entry(opening.hash, row.opened));
    for hash in ended.iter().map(|entry| hash_of(entry)) {
        transaction.delete(&keys::session(hash));
    }
    match opening.instead {
        // Noted at the row of another client. What ended every session meanwhile
        // ended this one too, and refuses.
        Some(old) if opening.switches => {
            transaction.delete_existing(&keys::session(&old.hash));
            let entries = vec![entry(&old.hash, old.row.opened)];
            let former = Update::existing(person_key(&old.row.actor));
            transaction.update(former.take_from_set("sessions", entries));
        }
        Some(old) => transaction.delete(&keys::session(&old.hash)),
        None => {}
    }
    open
}
