//! Whether Stripe sent it: `Stripe-Signature: t=<seconds>,v1=<hex>,…`, an HMAC of the time
//! and the body as it came.

use hmac::{Hmac, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

/// How far the time of a signature may be from ours. Each delivery is signed anew.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// Signatures of one header: one for each secret that is in use.
const MAX_SIGNATURES: usize = 8;

/// Why it isn't believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureError {
    Header,
    /// No signature is by a secret of ours.
    Signature,
    /// It was signed too long ago, or will be.
    Stale,
}

/// Checks the signature of a body against each secret.
pub(crate) fn verify(
    header: &str,
    body: &[u8],
    secrets: &[String],
    now: Timestamp,
) -> Result<(), SignatureError> {
    let (mut time, mut signatures) = (None, Vec::new());
    for pair in header.split(',') {
        let (name, value) = pair.trim().split_once('=').ok_or(SignatureError::Header)?;
        match name {
            "t" if time.is_none() => time = Some(value),
            "t" => return Err(SignatureError::Header),
            "v1" => signatures.push(unhex(value).ok_or(SignatureError::Header)?),
            // Other schemes, which may come.
            _ => {}
        }
    }
    let time = time.ok_or(SignatureError::Header)?;
    let seconds: i64 = time.parse().map_err(|_| SignatureError::Header)?;
    let signed = Timestamp::from_second(seconds).map_err(|_| SignatureError::Header)?;
    if signatures.is_empty() || signatures.len() > MAX_SIGNATURES {
        return Err(SignatureError::Header);
    }
    let is_by = |secret: &String, signature: &[u8]| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
            return false;
        };
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        mac.verify_slice(signature).is_ok()
    };
    let known = signatures
        .iter()
        .any(|signature| secrets.iter().any(|secret| is_by(secret, signature)));
    if !known {
        return Err(SignatureError::Signature);
    }
    if now.duration_since(signed).abs() > TOLERANCE {
        return Err(SignatureError::Stale);
    }
    Ok(())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let pairs = (0..text.len()).step_by(2);
    pairs
        .map(|at| {
            let pair = text.get(at..at + 2)?;
            u8::from_str_radix(pair, 16).ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of Stripe's own libraries' tests: secret, time and body, and what they sign them as.
    const SECRET: &str = "whsec_test_secret";

    fn sign(secret: &str, time: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{time}.").as_bytes());
        mac.update(body);
        let bytes = mac.finalize().into_bytes();
        bytes
            .iter()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
    }

    #[test]
    fn signature_is_verified_by_secret_and_age() {
        let now = Timestamp::constant(1_769_898_000, 0);
        let body = b"{\"id\":\"evt_1\"}";
        let good = sign(SECRET, 1_769_898_000, body);
        let secrets = ["whsec_new".to_owned(), SECRET.to_owned()];
        let old = sign(SECRET, 1_769_898_000 - 301, body);
        let late = sign(SECRET, 1_769_898_000 + 301, body);
        let edge = sign(SECRET, 1_769_898_000 - 300, body);
        let other = sign("whsec_other", 1_769_898_000, body);
        let t = 1_769_898_000;
        for (header, said) in [
            (format!("t={t},v1={good}"), Ok(())),
            (format!("t={t},v1={other},v1={good},v0=x"), Ok(())),
            (format!("t={},v1={edge}", t - 300), Ok(())),
            (
                format!("t={},v1={old}", t - 301),
                Err(SignatureError::Stale),
            ),
            (
                format!("t={},v1={late}", t + 301),
                Err(SignatureError::Stale),
            ),
            (format!("t={t},v1={other}"), Err(SignatureError::Signature)),
            (
                format!("t={},v1={good}", t - 1),
                Err(SignatureError::Signature),
            ),
            (format!("t={t},v0={good}"), Err(SignatureError::Header)),
            (format!("v1={good}"), Err(SignatureError::Header)),
            (
                format!("t={t},t={t},v1={good}"),
                Err(SignatureError::Header),
            ),
            (
                format!("t={t},v1={}", &good[..62]),
                Err(SignatureError::Header),
            ),
            (format!("t=x,v1={good}"), Err(SignatureError::Header)),
            (
                format!("t={t},v1={}", "é".repeat(32)),
                Err(SignatureError::Header),
            ),
            (String::new(), Err(SignatureError::Header)),
        ] {
            assert_eq!(verify(&header, body, &secrets, now), said, "{header}");
        }
        let header = format!("t={t},v1={good}");
        assert_eq!(
            verify(&header, b"{}", &secrets, now),
            Err(SignatureError::Signature)
        );
        assert_eq!(
            verify(&header, body, &[], now),
            Err(SignatureError::Signature)
        );
    }
}
