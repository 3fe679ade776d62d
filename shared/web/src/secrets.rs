//! What the server's key is good for: tokens that need not be kept.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::id::{ClientId, EntryId, Id, InviteId, UserId, WorkspaceId};
use domain::slug::Slug;
use hmac::{Hmac, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Whether a text could be one of our tokens: 256 bits in base64.
pub fn is_token(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    text.len() == 43 && text.bytes().all(plain)
}

/// For how long a form is known again: longer than any session lasts, and shorter than the row
/// of an upload is kept.
const FORM_LIFETIME: SignedDuration = SignedDuration::from_hours(26);
/// By how much the clock of another process may be ahead.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(1);

/// The milliseconds of a day.
const DAY_MS: i64 = 24 * 3_600 * 1_000;

/// Where a form was sent from and to: its id counts for this alone.
#[derive(Debug, Clone, Copy)]
pub struct FormPlace<'a> {
    /// The workspace; `None` at the front.
    pub workspace: Option<WorkspaceId>,
    /// The person, or the browser of somebody who isn't signed in.
    pub sender: &'a str,
    /// The address that the form was sent to.
    pub path: &'a str,
}

/// The server's key.
pub struct Secrets([u8; 32]);

impl Secrets {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(*key)
    }

    /// The token that a form must carry which was given to `binding`: a
    /// session, or a browser that has none.
    pub fn csrf(&self, binding: &str) -> String {
        self.derive_key(&["csrf", binding])
    }

    /// Whether `token` is the one for `binding`, in a time that tells nothing.
    pub fn is_csrf(&self, binding: &str, token: &str) -> bool {
        self.csrf(binding).as_bytes().ct_eq(token.as_bytes()).into()
    }

    /// The id of what a form makes that carries the id `sent`. The same form sent again gives
    /// the same id, and no sender can choose one: it follows from the server's key, from who
    /// sends the form, and from where it goes. Its time is the form's, where that can be.
    pub fn form_id(&self, place: FormPlace<'_>, sent: EntryId, now: Timestamp) -> EntryId {
        let workspace = optional(place.workspace);
        let path = place.path.split('?').next().unwrap_or_default();
        let mac = self.mac(&["form", &workspace, place.sender, path, &sent.to_string()]);
        let mut random = [0; 16];
        if let Some(drawn) = mac.as_ref().and_then(|mac| mac.first_chunk::<10>()) {
            random[6..].copy_from_slice(drawn);
        }
        let at = i64::try_from(sent.unix_ms()).map(Timestamp::from_millisecond);
        let at = at.ok().and_then(Result::ok).filter(|at| {
            let age = now.duration_since(*at);
            -CLOCK_SKEW <= age && age <= FORM_LIFETIME
        });
        // Any other is one of today.
        let today = now.as_millisecond().div_euclid(DAY_MS) * DAY_MS;
        let ms = at.map_or(today, Timestamp::as_millisecond);
        Id::new(
            u64::try_from(ms).unwrap_or_default(),
            u128::from_be_bytes(random),
        )
    }

    /// The token of the `turn`th link of an invitation to a workspace, or to one client of it:
    /// 256 bits that nobody has to keep.
    pub fn invite_token(
        &self,
        (ws, client): (WorkspaceId, Option<ClientId>),
        invite: InviteId,
        turn: i64,
    ) -> String {
        let (ws, client) = (ws.to_string(), optional(client));
        let (invite, turn) = (invite.to_string(), turn.to_string());
        self.derive_key(&["invite", &ws, &client, &invite, &turn])
    }

    /// The token of a link to a new password at a workspace.
    pub fn reset_token(&self, ws: WorkspaceId, reset: EntryId) -> String {
        self.derive_key(&["reset", &ws.to_string(), &reset.to_string()])
    }

    /// The token of the link that ends mail of what happens to `user`, of a client's or of
    /// the team, at the workspace at `slug`. It names them, and proves that it is ours.
    pub fn unsubscribe_token(&self, slug: &Slug, client: Option<ClientId>, user: UserId) -> String {
        let whose = format!("{user}.{}", optional(client));
        let proof = self.derive_key(&["unsubscribe", &format!("{slug}/{whose}")]);
        format!("{whose}.{proof}")
    }

    /// Whose mail a token ends at the workspace at `slug`, if it is one of ours.
    pub fn is_unsubscribe_token(
        &self,
        slug: &Slug,
        token: &str,
    ) -> Option<(Option<ClientId>, UserId)> {
        let mut parts = token.split('.');
        let (user, client) = (parts.next()?.parse().ok()?, parts.next()?);
        let client = match client {
            "-" => None,
            client => Some(client.parse().ok()?),
        };
        let ours = self.unsubscribe_token(slug, client, user);
        let same: bool = ours.as_bytes().ct_eq(token.as_bytes()).into();
        same.then_some((client, user))
    }

    /// What only this server can read again, for `purpose` and `subject` only:
    /// AES-256-GCM, as text for cookies and links. `nonce` must be drawn anew.
    pub(crate) fn seal(
        &self,
        purpose: &str,
        subject: &str,
        nonce: [u8; 12],
        plain: &[u8],
    ) -> Option<String> {
        let mut sealed = plain.to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        let key = self.sealing_key(purpose)?;
        key.seal_in_place_append_tag(unique, Aad::from(subject), &mut sealed)
            .ok()?;
        Some(BASE64_URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// The same, under a nonce that follows from all of it: another one for any other
    /// text, so none is used for two.
    pub(crate) fn seal_deterministic(
        &self,
        purpose: &str,
        subject: &str,
        plain: &[u8],
    ) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.mac(&["nonce", purpose])?).ok()?;
        mac.update(&(subject.len() as u64).to_be_bytes());
        mac.update(subject.as_bytes());
        mac.update(plain);
        let bytes: [u8; 32] = mac.finalize().into_bytes().into();
        let (nonce, _) = bytes.split_first_chunk::<12>()?;
        self.seal(purpose, subject, *nonce, plain)
    }

    /// What was sealed for `purpose` and `subject`; `None` for any other text.
    pub(crate) fn unseal(&self, purpose: &str, subject: &str, text: &str) -> Option<Vec<u8>> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<12>()?;
        let mut sealed = sealed.to_vec();
        let unique = Nonce::assume_unique_for_key(*nonce);
        let key = self.sealing_key(purpose)?;
        let plain = key.open_in_place(unique, Aad::from(subject), &mut sealed);
        plain.ok().map(|plain| plain.to_vec())
    }

    /// A key of its own for each purpose.
    fn sealing_key(&self, purpose: &str) -> Option<LessSafeKey> {
        let bytes = self.mac(&["seal", purpose])?;
        UnboundKey::new(&AES_256_GCM, &bytes)
            .ok()
            .map(LessSafeKey::new)
    }

    fn derive_key(&self, parts: &[&str]) -> String {
        let bytes = self.mac(parts);
        bytes.map_or_else(String::new, |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Over the purpose and what it is for, so that parts can't run into each other.
    fn mac(&self, parts: &[&str]) -> Option<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        Some(mac.finalize().into_bytes().into())
    }
}

/// An id that may be missing, in a way that no id is written.
fn optional<K>(id: Option<Id<K>>) -> String {
    id.map_or_else(|| "-".to_owned(), |id| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_id_is_bound_to_sender_and_address_and_never_the_one_sent() {
        let secrets = Secrets::new(&[7; 32]);
        let now = Timestamp::constant(1_767_603_600, 0);
        let ms = |at: Timestamp| u64::try_from(at.as_millisecond()).unwrap();
        let sent = EntryId::new(ms(now), 5);
        let place = FormPlace {
            workspace: Some(WorkspaceId::new(1, 1)),
            sender: "somebody",
            path: "/documents",
        };
        let id = secrets.form_id(place, sent, now);
        let later = now + SignedDuration::from_hours(20);
        assert_eq!(id, secrets.form_id(place, sent, later), "sent again");
        assert_ne!(id, sent);
        assert_eq!(id.unix_ms(), ms(now));
        for other in [
            FormPlace {
                workspace: Some(WorkspaceId::new(1, 2)),
                ..place
            },
            FormPlace {
                workspace: None,
                ..place
            },
            FormPlace {
                sender: "another",
                ..place
            },
            FormPlace {
                path: "/uploads",
                ..place
            },
        ] {
            assert_ne!(id, secrets.form_id(other, sent, now), "{other:?}");
        }
        assert_ne!(id, Secrets::new(&[8; 32]).form_id(place, sent, now));
        // An id of no time near now is placed today.
        for far in [0, 1, ms(now) + 3_600_000, (1 << 48) - 1] {
            let id = secrets.form_id(place, EntryId::new(far, 5), now);
            assert!(id.unix_ms() <= ms(now), "{far}");
            assert!(id.unix_ms() + 86_400_000 > ms(now), "{far}");
            let again = now + SignedDuration::from_mins(1);
            assert_eq!(id, secrets.form_id(place, EntryId::new(far, 5), again));
        }
    }

    #[test]
    fn invite_token_is_bound_to_workspace_client_and_turn() {
        let secrets = Secrets::new(&[7; 32]);
        let (ws, client, invite) = (
            WorkspaceId::new(1, 1),
            Some(ClientId::new(1, 2)),
            InviteId::new(1, 3),
        );
        let token = secrets.invite_token((ws, client), invite, 1);
        for (home, turn) in [
            ((WorkspaceId::new(1, 9), client), 1),
            ((ws, Some(ClientId::new(1, 9))), 1),
            ((ws, None), 1),
            ((ws, client), 2),
        ] {
            assert_ne!(token, secrets.invite_token(home, invite, turn));
        }
        let reset = EntryId::new(1, 4);
        assert_ne!(
            secrets.reset_token(ws, reset),
            secrets.reset_token(WorkspaceId::new(1, 9), reset)
        );
    }

    #[test]
    fn token_is_bound_to_purpose_subject_and_key() {
        let secrets = Secrets::new(&[7; 32]);
        let (ws, id) = (WorkspaceId::new(1, 1), EntryId::new(1, 1));
        assert!(secrets.is_csrf("a", &secrets.csrf("a")));
        assert!(!secrets.is_csrf("b", &secrets.csrf("a")));
        assert!(!secrets.is_csrf(&id.to_string(), &secrets.reset_token(ws, id)));
        assert!(!Secrets::new(&[8; 32]).is_csrf("a", &secrets.csrf("a")));
        assert!(!secrets.is_csrf("a", ""));
        let (acme, other): (Slug, Slug) = ("acme".parse().unwrap(), "other".parse().unwrap());
        let (user, client) = (UserId::new(1, 2), Some(ClientId::new(1, 3)));
        for client in [client, None] {
            let token = secrets.unsubscribe_token(&acme, client, user);
            assert_eq!(
                secrets.is_unsubscribe_token(&acme, &token),
                Some((client, user))
            );
            assert_eq!(secrets.is_unsubscribe_token(&other, &token), None);
            let forged = token.replace(&user.to_string(), &UserId::new(1, 9).to_string());
            assert_eq!(secrets.is_unsubscribe_token(&acme, &forged), None);
            assert_eq!(
                secrets.is_unsubscribe_token(&acme, &format!("{token}.x")),
                None
            );
        }
    }

    #[test]
    fn sealed_value_opens_for_its_purpose_and_subject_only() {
        let secrets = Secrets::new(&[7; 32]);
        let sealed = secrets.seal("a", "x", [1; 12], b"text").unwrap();
        assert!(!sealed.contains("text"));
        assert_eq!(secrets.unseal("a", "x", &sealed).unwrap(), b"text");
        for other in [("b", "x"), ("a", "y")] {
            assert_eq!(secrets.unseal(other.0, other.1, &sealed), None);
        }
        assert_eq!(Secrets::new(&[8; 32]).unseal("a", "x", &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            let other = if changed.as_bytes()[at] == b'A' {
                "B"
            } else {
                "A"
            };
            changed.replace_range(at..=at, other);
            assert_eq!(secrets.unseal("a", "x", &changed), None, "{at}");
        }
        assert_eq!(secrets.unseal("a", "x", ""), None);
        let again = |text| secrets.seal_deterministic("a", "x", text).unwrap();
        assert_eq!(again(b"text"), again(b"text"));
        assert_ne!(again(b"text"), again(b"texts"));
        let opened = secrets.unseal("a", "x", &again(b"text"));
        assert_eq!(opened.unwrap(), b"text");
    }
}
