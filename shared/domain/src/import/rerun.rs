//! A scan beside the findings that an engagement has: what is unchanged, reappeared or missing.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, FindingStatus, Fingerprint, RetestOutcome, Transition};

/// A scan beside the findings of an engagement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RerunComparison {
    /// The number of findings that need no change, accepted risks and false positives among them.
    pub unchanged: usize,
    /// Resolved or verified findings that the scan reports again.
    pub reappeared: Vec<Finding>,
    /// Findings that are being fixed, and that the scan no longer reports.
    pub missing: Vec<Finding>,
    /// Drafts that the scan no longer reports: they stay.
    pub missing_drafts: usize,
}

/// The transition that reopens a finding in `status` when a scan reports it again: a resolved one by a
/// failed retest. `None` for findings that aren't fixed.
pub const fn reopening_transition(status: FindingStatus) -> Option<Transition> {
    match status {
        FindingStatus::Resolved => Some(Transition::Retest(RetestOutcome::NotFixed)),
        FindingStatus::Verified => Some(Transition::Reopen),
        _ => None,
    }
}

/// Compares a scan with the findings of an engagement by fingerprints. Findings of other scanners and
/// those written by hand are left out.
pub fn compare_with_known(scan: &[Fingerprint], known: &[Finding]) -> RerunComparison {
    let reported: BTreeSet<&Fingerprint> = scan.iter().collect();
    let sources: BTreeSet<&str> = reported
        .iter()
        .map(|fingerprint| fingerprint.source())
        .collect();
    let known: BTreeMap<&Fingerprint, &Finding> = known
        .iter()
        .filter_map(|finding| Some((finding.fingerprint.as_ref()?, finding)))
        .collect();
    let mut comparison = RerunComparison::default();
    for (fingerprint, finding) in known {
        let status = finding.status;
        match reported.contains(fingerprint) {
            true if reopening_transition(status).is_some() => {
                comparison.reappeared.push(finding.clone());
            }
            true => comparison.unchanged += 1,
            false if !sources.contains(fingerprint.source()) => {}
            false if Transition::Resolve.allowed_from().contains(&status) => {
                comparison.missing.push(finding.clone());
            }
            false if status == FindingStatus::Draft => comparison.missing_drafts += 1,
            false => {}
        }
    }
    for findings in [&mut comparison.reappeared, &mut comparison.missing] {
        findings.sort_by(|a, b| (a.severity, &a.title).cmp(&(b.severity, &b.title)));
    }
    comparison
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::FindingId;
    use crate::severity::Severity;
    use jiff::Timestamp;

    fn known(source: Option<&str>, rule: &str, status: FindingStatus) -> Finding {
        Finding {
            title: rule.to_owned(),
            status,
            fingerprint: source.map(|source| Fingerprint::new(source, rule)),
            ..Finding::blank(FindingId::new(1, 1), Severity::High, Timestamp::UNIX_EPOCH)
        }
    }

    #[test]
    fn reopening_transition_is_allowed_and_reopens() {
        for status in FindingStatus::ALL {
            let Some(transition) = reopening_transition(status) else {
                continue;
            };
            assert!(transition.allowed_from().contains(&status), "{status:?}");
            assert_eq!(
                transition.target_status(),
                Some(FindingStatus::Reopened),
                "{status:?}"
            );
        }
    }

    #[test]
    fn known_findings_are_unchanged_reappeared_or_missing() {
        let scan = [
            "new", "open", "draft", "resolved", "verified", "accepted", "false",
        ]
        .map(|rule| Fingerprint::new("zap", rule));
        let zap = Some("zap");
        let known = [
            known(zap, "open", FindingStatus::Open),
            known(zap, "draft", FindingStatus::Draft),
            known(zap, "resolved", FindingStatus::Resolved),
            known(zap, "verified", FindingStatus::Verified),
            known(zap, "accepted", FindingStatus::AcceptedRisk),
            known(zap, "false", FindingStatus::FalsePositive),
            known(zap, "gone", FindingStatus::InProgress),
            known(zap, "gone draft", FindingStatus::Draft),
            known(zap, "gone and closed", FindingStatus::Verified),
            known(zap, "gone and accepted", FindingStatus::AcceptedRisk),
            known(Some("nessus"), "another scanner's", FindingStatus::Open),
            known(None, "new", FindingStatus::Open),
        ];
        let compared = compare_with_known(&scan, &known);
        let titles = |list: &[Finding]| {
            list.iter()
                .map(|finding| finding.title.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!((compared.unchanged, compared.missing_drafts), (4, 1));
        assert_eq!(titles(&compared.reappeared), ["resolved", "verified"]);
        assert_eq!(titles(&compared.missing), ["gone"]);
        assert_eq!(
            compare_with_known(&scan, &known[10..]),
            RerunComparison::default()
        );
    }
}
