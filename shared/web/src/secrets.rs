//! What the server's key is good for: tokens that need not be kept.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::id::{EntryId, InviteId};
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
        self.derive("csrf", binding)
    }

    /// Whether `token` is the one for `binding`, in a time that tells nothing.
    pub fn is_csrf(&self, binding: &str, token: &str) -> bool {
        self.csrf(binding).as_bytes().ct_eq(token.as_bytes()).into()
    }

    /// The token of an invitation's `turn`th link: 256 bits that nobody has to keep.
    pub fn invite_token(&self, invite: InviteId, turn: i64) -> String {
        self.derive("invite", &format!("{invite}/{turn}"))
    }

    /// The token of a link to a new password.
    pub fn reset_token(&self, reset: EntryId) -> String {
        self.derive("reset", &reset.to_string())
    }

    fn derive(&self, purpose: &str, subject: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        for part in [purpose, subject] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_belong_to_one_purpose_one_subject_and_one_key() {
        let secrets = Secrets::new(&[7; 32]);
        let id = InviteId::new(1, 1);
        assert!(secrets.is_csrf("a", &secrets.csrf("a")));
        assert!(!secrets.is_csrf("b", &secrets.csrf("a")));
        assert!(!secrets.is_csrf(&id.to_string(), &secrets.invite_token(id, 1)));
        assert!(!Secrets::new(&[8; 32]).is_csrf("a", &secrets.csrf("a")));
        assert!(!secrets.is_csrf("a", ""));
        assert_ne!(secrets.invite_token(id, 1), secrets.invite_token(id, 2));
    }
}
