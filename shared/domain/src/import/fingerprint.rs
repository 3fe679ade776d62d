//! What a scanner's finding is known by in the next run of the scan.

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
/// seen, so no asset is in it either. What each format's source and rule are,
/// its own file says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(String);

/// The text is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no fingerprint")]
pub struct InvalidFingerprint;

impl Fingerprint {
    /// Of the rule `rule` of the scanner `source`, by its name without a version.
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

    /// Who reports: findings of one source can be missing in a later run of
    /// that source only.
    pub fn source(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }

    /// The id that what is known by it has in an engagement: one id, one finding.
    pub fn finding(&self, engagement: EngagementId) -> FindingId {
        let hash = Sha256::digest(format!("{engagement}\0{}", self.0));
        let number = hash.iter().take(10);
        engagement.finding(number.fold(0, |number, byte| number << 8 | u128::from(*byte)))
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
        let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let named = (1..=MAX_SOURCE).contains(&source.len())
            && source.chars().all(|c| lower(c) || c == '-');
        let hashed = hash.len() == 32 && hash.chars().all(|c| lower(c) && c.is_ascii_hexdigit());
        (named && hashed)
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
    fn a_fingerprint_is_the_scanners_and_the_rules() {
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
    fn a_finding_has_one_id_in_an_engagement() {
        let (one, other) = (EngagementId::new(1, 1), EngagementId::new(1, 2));
        let (a, b) = (Fingerprint::new("zap", "a"), Fingerprint::new("zap", "b"));
        assert_eq!(a.finding(one), a.finding(one));
        assert_ne!(a.finding(one), b.finding(one));
        assert_ne!(a.finding(one), a.finding(other));
    }

    #[test]
    fn only_a_fingerprint_reads_as_one() {
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
