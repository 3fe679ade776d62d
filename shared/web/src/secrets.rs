//! What the server's key is good for: tokens that need not be kept.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::id::{ClientId, EntryId, InviteId, UserId};
use domain::slug::Slug;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Whether a text could be one of our tokens: 256 bits in base64.
pub fn is_token(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    text.len() == 43 && text.bytes().all(plain)
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
        self.derive_key("csrf", binding)
    }

    /// Whether `token` is the one for `binding`, in a time that tells nothing.
    pub fn is_csrf(&self, binding: &str, token: &str) -> bool {
        self.csrf(binding).as_bytes().ct_eq(token.as_bytes()).into()
    }

    /// The token of an invitation's `turn`th link: 256 bits that nobody has to keep.
    pub fn invite_token(&self, invite: InviteId, turn: i64) -> String {
        self.derive_key("invite", &format!("{invite}/{turn}"))
    }

    /// The token of a link to a new password.
    pub fn reset_token(&self, reset: EntryId) -> String {
        self.derive_key("reset", &reset.to_string())
    }

    /// The token of the link that ends mail of what happens to `user`, of a client's or of
    /// the team, at the workspace at `slug`. It names them, and proves that it is ours.
    pub fn unsubscribe_token(&self, slug: &Slug, client: Option<ClientId>, user: UserId) -> String {
        let client = client.map_or_else(|| "-".to_owned(), |client| client.to_string());
        let whose = format!("{user}.{client}");
        let proof = self.derive_key("unsubscribe", &format!("{slug}/{whose}"));
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
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.mac("nonce", purpose)?).ok()?;
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
        let bytes = self.mac("seal", purpose)?;
        UnboundKey::new(&AES_256_GCM, &bytes)
            .ok()
            .map(LessSafeKey::new)
    }

    fn derive_key(&self, purpose: &str, subject: &str) -> String {
        let bytes = self.mac(purpose, subject);
        bytes.map_or_else(String::new, |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    fn mac(&self, purpose: &str, subject: &str) -> Option<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for part in [purpose, subject] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        Some(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_bound_to_purpose_subject_and_key() {
        let secrets = Secrets::new(&[7; 32]);
        let id = InviteId::new(1, 1);
        assert!(secrets.is_csrf("a", &secrets.csrf("a")));
        assert!(!secrets.is_csrf("b", &secrets.csrf("a")));
        assert!(!secrets.is_csrf(&id.to_string(), &secrets.invite_token(id, 1)));
        assert!(!Secrets::new(&[8; 32]).is_csrf("a", &secrets.csrf("a")));
        assert!(!secrets.is_csrf("a", ""));
        assert_ne!(secrets.invite_token(id, 1), secrets.invite_token(id, 2));
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
