//! The source and rule by which a scanner's finding is known again in the next scan.

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::id::{EngagementId, FindingId};

/// Characters of a source's name at most.
const MAX_SOURCE: usize = 40;

/// `<source>:<32 hexadecimal digits>`: the scanner that reports, and a hash of
/// the rule that it reports by.
///
/// The same rule gives the same fingerprint in every run: hosts, ports, places,
/// words, ratings, the scanner's version, and the order of the file are not in
/// it. One rule is one finding, whose assets are all the places where it was
/// seen, so no asset is in it either. Each importer's `//!` says its source and rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(String);

/// The text is not a fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no fingerprint")]
pub struct InvalidFingerprint;

impl Fingerprint {
    /// The fingerprint of `rule` at `source`: the scanner's name, without a version.
    pub fn new(source: &str, rule: &str) -> Self {
        let mut name: String = source
            .trim()
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    '-'
                }
            })
            .take(MAX_SOURCE)
            .collect();
        if name.is_empty() {
            name.push('-');
        }
        let hash = Sha256::digest(format!("{name}\0{}", rule.trim()));
        name.push(':');
        for byte in hash.iter().take(16) {
            let _ = write!(name, "{byte:02x}");
        }
        Self(name)
    }

    /// The scanner's name. A finding can be missing only in a later scan of the same source.
    pub fn source(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }

    /// The id of the finding with this fingerprint in an engagement, always the same: so two imports
    /// can't create it twice.
    pub fn finding_id(&self, engagement: EngagementId) -> FindingId {
        let hash = Sha256::digest(format!("{engagement}\0{}", self.0));
        let number = hash.iter().take(10);
        engagement.finding_id(number.fold(0, |number, byte| number << 8 | u128::from(*byte)))
    }

    /// The fingerprint as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    fn from_str(text: &str) -> Result<Self, InvalidFingerprint> {
        let (source, hash) = text.split_once(':').ok_or(InvalidFingerprint)?;
        let is_lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let is_source = (1..=MAX_SOURCE).contains(&source.len())
            && source.chars().all(|c| is_lower(c) || c == '-');
        let is_hash =
            hash.len() == 32 && hash.chars().all(|c| is_lower(c) && c.is_ascii_hexdigit());
        (is_source && is_hash)
            .then(|| Self(text.to_owned()))
            .ok_or(InvalidFingerprint)
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = InvalidFingerprint;

    fn try_from(text: String) -> Result<Self, InvalidFingerprint> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprint_of_same_source_and_rule_is_stable() {
        let one = Fingerprint::new("Semgrep OSS", "sql-injection");
        assert_eq!(one.source(), "semgrep-oss");
        assert_eq!(one, Fingerprint::new(" semgrep oss ", "sql-injection\n"));
        assert_ne!(one, Fingerprint::new("semgrep oss", "sql-injection-2"));
        assert_ne!(one, Fingerprint::new("other", "sql-injection"));
        // Written down: a release that changed it would make everything new.
        assert_eq!(
            Fingerprint::new("nessus", "10863").as_str(),
            "nessus:b431e32546cda7e682e9ef4d7aa29a27"
        );
    }

    #[test]
    fn finding_id_depends_on_fingerprint_and_engagement() {
        let (one, other) = (EngagementId::new(1, 1), EngagementId::new(1, 2));
        let (a, b) = (Fingerprint::new("zap", "a"), Fingerprint::new("zap", "b"));
        assert_eq!(a.finding_id(one), a.finding_id(one));
        assert_ne!(a.finding_id(one), b.finding_id(one));
        assert_ne!(a.finding_id(one), a.finding_id(other));
    }

    #[test]
    fn text_that_is_not_a_fingerprint_is_refused() {
        let one = Fingerprint::new("ünï #1", "x");
        assert_eq!(one.as_str().parse(), Ok(one.clone()));
        for bad in [
            "",
            ":",
            "nessus",
            "nessus:12",
            "N:0123456789abcdef0123456789abcdef",
            "n#:0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(bad.parse::<Fingerprint>(), Err(InvalidFingerprint), "{bad}");
        }
    }
}
