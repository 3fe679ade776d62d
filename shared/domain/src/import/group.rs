//! What all formats do alike: assets, ratings, numbers of weaknesses and CVEs.

use std::collections::HashSet;

use super::plain;
use crate::finding::draft::{MAX_ASSETS, MAX_CVES, MAX_SECTION};
use crate::score::{Score, Vector};
use crate::severity::Severity;

/// The assets of one finding, as they are added: each once, in their order.
#[derive(Debug, Default)]
pub(crate) struct Assets {
    list: Vec<String>,
    seen: HashSet<String>,
}

impl Assets {
    /// Adds one, as a line.
    pub(crate) fn add(&mut self, asset: &str) {
        let asset = plain::line(asset, 500);
        if asset.is_empty() || self.seen.contains(&asset) {
            return;
        }
        self.seen.insert(asset.clone());
        if self.list.len() < MAX_ASSETS {
            self.list.push(asset);
        }
    }

    /// As many as a finding may have; and a sentence, where there are more.
    pub(crate) fn finish(self) -> (Vec<String>, Option<String>) {
        let (all, listed) = (self.seen.len(), self.list.len());
        let more = (all > listed).then(|| {
            format!(
                "The scan names {all} places; the first {listed} are listed as affected assets."
            )
        });
        (self.list, more)
    }
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
pub(crate) fn vector(text: &str) -> Option<Vector> {
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
    Score::from_tenths(tenths).map(Score::severity)
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
        let mut assets = Assets::default();
        for n in 0..MAX_ASSETS + 20 {
            assets.add(&format!("host{n}"));
            assets.add("host0");
        }
        let (list, more) = assets.finish();
        assert_eq!(list.len(), MAX_ASSETS);
        assert!(more.is_some_and(|text| text.contains("520 places")));
    }
}
