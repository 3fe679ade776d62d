//! What all formats do alike: assets, ratings, numbers of weaknesses and CVEs.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::plain;
use super::plain::MAX_REFERENCES;
use crate::finding::FindingContent;
use crate::finding::draft::{MAX_ASSETS, MAX_CVES, MAX_SECTION};
use crate::score::{CvssScore, CvssVector};
use crate::severity::Severity;

/// Places of one finding that are counted.
const MAX_COUNTED: usize = 10_000;
/// What is told of single places, of one finding.
const MAX_DETAILS: usize = 10;

/// The assets of one finding, as they are added: each once, in their order. Of
/// many findings with many assets each, so in as little room as may be.
#[derive(Debug, Default)]
pub(crate) struct AssetList {
    /// One a line.
    list: String,
    listed: usize,
    seen: HashSet<u64>,
}

impl AssetList {
    /// Adds one, as a line.
    pub(crate) fn add(&mut self, asset: &str) {
        let asset = plain::line(asset, 500);
        if asset.is_empty() || self.seen.len() > MAX_COUNTED || !self.seen.insert(hash(&asset)) {
            return;
        }
        if self.listed < MAX_ASSETS {
            self.list.push_str(&asset);
            self.list.push('\n');
            self.listed += 1;
        }
    }

    /// Adds those of another.
    pub(crate) fn merge(&mut self, other: &Self) {
        for asset in other.list.lines() {
            self.add(asset);
        }
        for one in &other.seen {
            if self.seen.len() <= MAX_COUNTED {
                self.seen.insert(*one);
            }
        }
    }

    /// As many as a finding may have; and a sentence, where there are more.
    pub(crate) fn finish(self) -> (Vec<String>, Option<String>) {
        let (all, listed) = (self.seen.len(), self.listed);
        let all = match all {
            n if n <= listed => None,
            n if n <= MAX_COUNTED => Some(n.to_string()),
            _ => Some(format!("more than {MAX_COUNTED}")),
        };
        let more = all.map(|all| {
            format!(
                "The scan names {all} places; the first {listed} are listed as affected assets."
            )
        });
        (self.list.lines().map(str::to_owned).collect(), more)
    }
}

/// A finding while its rows are read.
#[derive(Debug)]
pub(crate) struct FindingGroup {
    /// What its first row says; what later rows add to is added here.
    pub(crate) draft: FindingContent,
    pub(crate) assets: AssetList,
    /// Where to read more, where rows add to that.
    pub(crate) references: Vec<String>,
    about: u64,
    details: Vec<(u64, String)>,
}

impl FindingGroup {
    /// Of a first row, which says `about`, before any of its places.
    pub(crate) fn new(draft: FindingContent, about: &str) -> Self {
        Self {
            draft,
            assets: AssetList::default(),
            references: Vec::new(),
            about: hash(about),
            details: Vec::new(),
        }
    }

    /// Another row's severity: the worst counts.
    pub(crate) fn rate(&mut self, severity: Severity) {
        self.draft.severity = self.draft.severity.min(severity);
    }

    /// What is particular to one place, of which `said` was said; once.
    pub(crate) fn tell(&mut self, said: &str, words: impl FnOnce() -> String) {
        let hash = hash(said);
        let known = hash == self.about || self.details.iter().any(|(known, _)| *known == hash);
        if !said.is_empty() && !known && self.details.len() < MAX_DETAILS {
            self.details.push((hash, words()));
        }
    }

    /// Where to read more, in another row's words.
    pub(crate) fn refer(&mut self, reference: &str) {
        let known = self.references.iter().any(|known| known == reference);
        if !reference.is_empty() && !known && self.references.len() < MAX_REFERENCES {
            self.references.push(reference.to_owned());
        }
    }

    pub(crate) fn finish(self) -> FindingContent {
        let mut draft = self.draft;
        let (assets, more) = self.assets.finish();
        let details = self.details.iter().map(|(_, words)| words.as_str());
        let parts = [
            draft.description.as_str(),
            more.as_deref().unwrap_or_default(),
        ];
        let described = section(parts.into_iter().chain(details));
        draft.description = described;
        draft.assets = assets;
        if !self.references.is_empty() {
            let listed = plain::references(self.references.iter().map(String::as_str));
            draft.references = section([listed.as_str()]);
        }
        draft
    }
}

/// Texts are compared by it where keeping them would take too much room.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Paragraphs that say something, as one section.
pub(crate) fn section<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let parts: Vec<&str> = parts
        .into_iter()
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    plain::cut(&parts.join("\n\n"), MAX_SECTION)
}

/// The first number of a weakness in a text like `CWE-79`, `cwe-079: …` or `79`.
pub(crate) fn cwe(text: &str) -> Option<u32> {
    let lower = text.trim().to_ascii_lowercase();
    let number = |part: &str| {
        let digits = part.trim_start_matches(['-', '_', ':', ' ']);
        let end = digits.find(|c: char| !c.is_ascii_digit());
        let number = digits.get(..end.unwrap_or(digits.len()))?.parse().ok();
        number.filter(|n| (1..=9_999).contains(n))
    };
    match lower.split_once("cwe") {
        Some((_, named)) => named.split("cwe").find_map(number),
        None if lower.starts_with('-') => None,
        None => number(&lower),
    }
}

/// A vector, where it has a score. 3.0 has the base metrics of 3.1; metrics
/// beyond the base, which we don't score, are left out.
pub(crate) fn vector(text: &str) -> Option<CvssVector> {
    const BASE: [&str; 8] = ["AV", "AC", "PR", "UI", "S", "C", "I", "A"];
    let text = text.trim().replacen("CVSS:3.0/", "CVSS:3.1/", 1);
    if text.starts_with("CVSS:4.0/") {
        return text.parse().ok();
    }
    let metrics = text.strip_prefix("CVSS:3.1/")?.split('/');
    let base: Vec<&str> = metrics
        .filter(|metric| BASE.contains(&metric.split(':').next().unwrap_or_default()))
        .collect();
    format!("CVSS:3.1/{}", base.join("/")).parse().ok()
}

/// The severity of a score written as a number from 0 to 10.
pub(crate) fn scored(text: &str) -> Option<Severity> {
    let score: f64 = text.trim().parse().ok()?;
    let known = score.is_finite() && (0.0..=10.0).contains(&score);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within 0 and 100
    let tenths = known.then(|| (score * 10.0).round() as u8)?;
    CvssScore::from_tenths(tenths).map(CvssScore::severity)
}

/// The CVE numbers that a text names, in capitals, in their order.
pub(crate) fn cves(text: &str) -> Vec<String> {
    let upper = text.to_ascii_uppercase();
    let numbers = upper.split("CVE-").skip(1).filter_map(|rest| {
        let year = rest.get(..4)?;
        let digits = rest.get(4..)?.strip_prefix('-')?;
        let end = digits.find(|c: char| !c.is_ascii_digit());
        let number = digits.get(..end.unwrap_or(digits.len()))?;
        let good = year.bytes().all(|b| b.is_ascii_digit()) && (4..=9).contains(&number.len());
        good.then(|| format!("CVE-{year}-{number}"))
    });
    numbers.collect()
}

/// The CVE numbers that any of the texts names, each once: as many as a finding
/// may name, and those beyond.
pub(crate) fn known<'a>(texts: impl IntoIterator<Item = &'a str>) -> (Vec<String>, Vec<String>) {
    let mut seen = HashSet::new();
    let numbers = texts.into_iter().flat_map(cves);
    let mut numbers: Vec<String> = numbers.filter(|one| seen.insert(one.clone())).collect();
    let beyond = numbers.split_off(numbers.len().min(MAX_CVES));
    (numbers, beyond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_weaknesses_are_found_in_what_scanners_write() {
        for (text, number) in [
            ("CWE-79", Some(79)),
            ("external/cwe/cwe-079", Some(79)),
            ("CWE-89: SQL Injection", Some(89)),
            (" 352 ", Some(352)),
            ("0", None),
            ("-1", None),
            ("CWE-", None),
            ("99999999999999999999", None),
            ("ASVS 5.1", None),
        ] {
            assert_eq!(cwe(text), number, "{text}");
        }
    }

    #[test]
    fn vectors_lose_what_is_not_scored_and_cves_are_recognised() {
        let vector = vector("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O");
        assert_eq!(
            vector.map(|v| v.score().to_string()).as_deref(),
            Some("9.8")
        );
        assert_eq!(
            cves("cve-2021-44228, CVE-20-1, CVE-2022-1 (CVE-2023-123456)"),
            ["CVE-2021-44228", "CVE-2023-123456"]
        );
        let many: Vec<String> = (0..60).map(|n| format!("CVE-2026-{n:04}")).collect();
        let texts = many.iter().chain(&many).map(String::as_str);
        let (named, beyond) = known(texts);
        assert_eq!([named, beyond].concat(), many);
        assert_eq!(known(["", "CVE-1"]), (Vec::new(), Vec::new()));
        assert_eq!(scored("9"), Some(Severity::Critical));
        assert_eq!(scored("0.0"), Some(Severity::Info));
        for wrong in ["", "NaN", "inf", "-1", "10.1", "1e309"] {
            assert_eq!(scored(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn assets_beyond_the_limit_are_counted() {
        let mut assets = AssetList::default();
        for n in 0..MAX_ASSETS + 20 {
            assets.add(&format!("host{n}"));
            assets.add("host0");
        }
        let (list, more) = assets.finish();
        assert_eq!(list.len(), MAX_ASSETS);
        assert!(more.is_some_and(|text| text.contains("520 places")));
    }
}
