//! A form by which a browser sends a file to the bucket: signed, for one key, one
//! type and one size (AWS's "POST policy", Signature Version 4).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_sdk_s3::config::Credentials;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use sha2::Sha256;

/// A form that uploads a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PresignedPost {
    /// It takes the form as `multipart/form-data`.
    pub url: String,
    /// They must be sent before the field `file`.
    pub fields: BTreeMap<String, String>,
}

/// The terms of an upload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UploadTerms<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) region: &'a str,
    pub(crate) key: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) size: i64,
    /// When the form is signed, and until when it is valid.
    pub(crate) time: (Timestamp, Timestamp),
}

/// The signed fields of a form with these terms.
pub(crate) fn sign_fields(
    terms: &UploadTerms<'_>,
    credentials: &Credentials,
) -> BTreeMap<String, String> {
    let (now, until) = terms.time;
    let stamp = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let day = stamp.get(..8).unwrap_or_default();
    let scope = format!("{day}/{}/s3/aws4_request", terms.region);
    let mut fields = BTreeMap::from([
        ("key".to_owned(), terms.key.to_owned()),
        ("content-type".to_owned(), terms.content_type.to_owned()),
        ("success_action_status".to_owned(), "201".to_owned()),
        ("x-amz-algorithm".to_owned(), "AWS4-HMAC-SHA256".to_owned()),
        (
            "x-amz-credential".to_owned(),
            format!("{}/{scope}", credentials.access_key_id()),
        ),
        ("x-amz-date".to_owned(), stamp.clone()),
    ]);
    if let Some(token) = credentials.session_token() {
        fields.insert("x-amz-security-token".to_owned(), token.to_owned());
    }
    let exactly = fields.iter().map(|(name, value)| json!({ name: value }));
    let bounds = [
        json!({ "bucket": terms.bucket }),
        json!(["content-length-range", terms.size, terms.size]),
    ];
    let policy = json!({
        "expiration": format!("{until:.3}"),
        "conditions": exactly.chain(bounds).collect::<Vec<_>>(),
    });
    let policy = BASE64_STANDARD.encode(policy.to_string());
    let secret = format!("AWS4{}", credentials.secret_access_key());
    let parts = [day, terms.region, "s3", "aws4_request"];
    let key = parts
        .iter()
        .fold(secret.into_bytes(), |key: Vec<u8>, part| hmac(&key, part));
    let mut signature = String::with_capacity(64);
    for byte in hmac(&key, &policy) {
        let _ = write!(signature, "{byte:02x}");
    }
    fields.insert("policy".to_owned(), policy);
    fields.insert("x-amz-signature".to_owned(), signature);
    fields
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    // A key of any length will do: there is nothing that could fail.
    Hmac::<Sha256>::new_from_slice(key).map_or_else(
        |_| Vec::new(),
        |mut mac| {
            mac.update(text.as_bytes());
            mac.finalize().into_bytes().to_vec()
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chain of keys, by the example in AWS's documentation of Signature
    /// Version 4 (the signing key of 2015-08-30 for IAM in us-east-1).
    #[test]
    fn signing_key_equals_published_example() {
        let secret = b"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_vec();
        let parts = ["20150830", "us-east-1", "iam", "aws4_request"];
        let key = parts
            .iter()
            .fold(secret, |key: Vec<u8>, part| hmac(&key, part));
        let start = [0xc4, 0xaf, 0xb1, 0xcc, 0x57, 0x71, 0xd8, 0x71];
        let end = [0x1a, 0x5e, 0x86, 0xda, 0x6e, 0xd3, 0xc1, 0x54, 0xa4, 0xb9];
        assert!(key.starts_with(&start) && key.ends_with(&end), "{key:?}");
    }

    #[test]
    fn policy_fixes_every_field_and_the_exact_size() {
        let now = Timestamp::constant(1_767_603_600, 0);
        let terms = UploadTerms {
            bucket: "b",
            region: "eu-central-1",
            key: "in/w/1/c/2/3",
            content_type: "application/pdf",
            size: 42,
            time: (now, now + jiff::SignedDuration::from_hours(1)),
        };
        let token = Some("t".to_owned());
        let credentials = Credentials::new("id", "secret", token, None, "test");
        let fields = sign_fields(&terms, &credentials);
        let policy = BASE64_STANDARD.decode(&fields["policy"]).unwrap();
        let policy: serde_json::Value = serde_json::from_slice(&policy).unwrap();
        assert_eq!(policy["expiration"], "2026-01-05T10:00:00.000Z");
        let conditions = policy["conditions"].as_array().unwrap();
        for (name, value) in &fields {
            if name != "policy" && name != "x-amz-signature" {
                assert!(conditions.contains(&json!({ name: value })), "{name}");
            }
        }
        assert!(conditions.contains(&json!(["content-length-range", 42, 42])));
        assert!(conditions.contains(&json!({ "bucket": "b" })));
        assert_eq!(
            fields["x-amz-credential"],
            "id/20260105/eu-central-1/s3/aws4_request"
        );
    }
}
