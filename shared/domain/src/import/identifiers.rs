//! Numbers and scores in the texts that scanners write.

use std::collections::HashSet;

use crate::cvss::CvssScore;
use crate::finding::content::MAX_CVES;
use crate::severity::Severity;

/// The first CWE number in a text like `CWE-79`, `cwe-079: …` or `79`.
pub(crate) fn parse_cwe(text: &str) -> Option<u32> {
    let lower = text.trim().to_ascii_lowercase();
    let number = |part: &str| {
        let digits = part.trim_start_matches(['-', '_', ':', ' ']);
        let end = digits.find(|c: char| !c.is_ascii_digit());
        let number = digits.get(..end.unwrap_or(digits.len()))?.parse().ok();
        number.filter(|number| (1..=9_999).contains(number))
    };
    match lower.split_once("cwe") {
        Some((_, rest)) => rest.split("cwe").find_map(number),
        None if lower.starts_with('-') => None,
        None => number(&lower),
    }
}

/// The severity of a score that is written as a number from 0 to 10.
pub(crate) fn parse_score(text: &str) -> Option<Severity> {
    let score: f64 = text.trim().parse().ok()?;
    let is_score = score.is_finite() && (0.0..=10.0).contains(&score);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within 0 and 100"
    )]
    let tenths = is_score.then(|| (score * 10.0).round() as u8)?;
    CvssScore::from_tenths(tenths).map(CvssScore::severity)
}

/// The CVE numbers that a text names, in capitals, in their order.
pub(crate) fn parse_cves(text: &str) -> Vec<String> {
    let upper = text.to_ascii_uppercase();
    let numbers = upper.split("CVE-").skip(1).filter_map(|rest| {
        let year = rest.get(..4)?;
        let digits = rest.get(4..)?.strip_prefix('-')?;
        let end = digits.find(|c: char| !c.is_ascii_digit());
        let number = digits.get(..end.unwrap_or(digits.len()))?;
        let is_cve = year.bytes().all(|b| b.is_ascii_digit()) && (4..=9).contains(&number.len());
        is_cve.then(|| format!("CVE-{year}-{number}"))
    });
    numbers.collect()
}

/// The CVE numbers that any of the texts names, each once: as many as a finding may name, and those
/// beyond.
pub(crate) fn distinct_cves<'a>(
    texts: impl IntoIterator<Item = &'a str>,
) -> (Vec<String>, Vec<String>) {
    let mut seen = HashSet::new();
    let numbers = texts.into_iter().flat_map(parse_cves);
    let mut numbers: Vec<String> = numbers
        .filter(|number| seen.insert(number.clone()))
        .collect();
    let beyond = numbers.split_off(numbers.len().min(MAX_CVES));
    (numbers, beyond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cwe_in_scanners_texts_is_parsed() {
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
            assert_eq!(parse_cwe(text), number, "{text}");
        }
    }

    #[test]
    fn cves_in_text_are_recognised_once_and_up_to_limit() {
        assert_eq!(
            parse_cves("cve-2021-44228, CVE-20-1, CVE-2022-1 (CVE-2023-123456)"),
            ["CVE-2021-44228", "CVE-2023-123456"]
        );
        let many: Vec<String> = (0..60).map(|n| format!("CVE-2026-{n:04}")).collect();
        let texts = many.iter().chain(&many).map(String::as_str);
        let (named, beyond) = distinct_cves(texts);
        assert_eq!([named, beyond].concat(), many);
        assert_eq!(distinct_cves(["", "CVE-1"]), (Vec::new(), Vec::new()));
    }

    #[test]
    fn score_outside_scale_is_none() {
        assert_eq!(parse_score("9"), Some(Severity::Critical));
        assert_eq!(parse_score("0.0"), Some(Severity::Info));
        for wrong in ["", "NaN", "inf", "-1", "10.1", "1e309"] {
            assert_eq!(parse_score(wrong), None, "{wrong}");
        }
    }
}
