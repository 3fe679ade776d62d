//! A later run of a scan beside what an engagement knows already.

use std::collections::{BTreeMap, BTreeSet};

use super::Fingerprint;
use crate::finding::{Finding, FindingStatus, RetestOutcome, Transition};

/// What a run says of what the engagement has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RerunComparison {
    /// How many it has, and nothing is to be done about them: accepted risks and
    /// false positives are among them.
    pub still: usize,
    /// It has them as fixed, and the scan reports them again.
    pub back: Vec<Finding>,
    /// It has them as open, and the scan no longer reports them.
    pub gone: Vec<Finding>,
    /// Drafts that the scan no longer reports: they stay as they are.
    pub gone_drafts: usize,
}

/// What becomes of a finding in `status` that a scan reports again; `None` where
/// nobody said that it is fixed. A claim is answered like one by a retest.
pub const fn back(status: FindingStatus) -> Option<Transition> {
    match status {
        FindingStatus::Resolved => Some(Transition::Retest(RetestOutcome::NotFixed)),
        FindingStatus::Verified => Some(Transition::Reopen),
        _ => None,
    }
}

/// Compares what a scan reports by fingerprints. What other scanners reported, or
/// people wrote, is left alone.
pub fn compare(scan: &[Fingerprint], known: &[Finding]) -> RerunComparison {
    let reported: BTreeSet<&Fingerprint> = scan.iter().collect();
    let sources: BTreeSet<&str> = reported.iter().map(|known| known.source()).collect();
    let known = known
        .iter()
        .filter_map(|finding| Some((finding.fingerprint.as_ref()?, finding)));
    let known: BTreeMap<&Fingerprint, &Finding> = known.collect();
    let mut comparison = RerunComparison::default();
    for (fingerprint, finding) in known {
        let status = finding.status;
        match reported.contains(fingerprint) {
            true if back(status).is_some() => comparison.back.push(finding.clone()),
            true => comparison.still += 1,
            false if !sources.contains(fingerprint.source()) => {}
            false if Transition::Resolve.from().contains(&status) => {
                comparison.gone.push(finding.clone());
            }
            false if status == FindingStatus::Draft => comparison.gone_drafts += 1,
            false => {}
        }
    }
    for list in [&mut comparison.back, &mut comparison.gone] {
        list.sort_by(|a, b| (a.severity, &a.title).cmp(&(b.severity, &b.title)));
    }
    comparison
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::blank;
    use crate::id::FindingId;
    use crate::severity::Severity;
    use jiff::Timestamp;

    fn known(source: Option<&str>, rule: &str, status: FindingStatus) -> Finding {
        Finding {
            title: rule.to_owned(),
            status,
            fingerprint: source.map(|source| Fingerprint::new(source, rule)),
            ..blank(FindingId::new(1, 1), Severity::High, Timestamp::UNIX_EPOCH)
        }
    }

    #[test]
    fn what_is_back_can_be_opened_from_where_it_stands() {
        for status in FindingStatus::ALL {
            let Some(event) = back(status) else {
                continue;
            };
            assert!(event.from().contains(&status), "{status:?}");
            assert_eq!(event.to(), Some(FindingStatus::Reopened), "{status:?}");
        }
    }

    #[test]
    fn a_run_is_new_still_there_back_or_gone() {
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
        let compared = compare(&scan, &known);
        let titles = |list: &[Finding]| list.iter().map(|f| f.title.clone()).collect::<Vec<_>>();
        assert_eq!((compared.still, compared.gone_drafts), (4, 1));
        assert_eq!(titles(&compared.back), ["resolved", "verified"]);
        assert_eq!(titles(&compared.gone), ["gone"]);
        assert_eq!(compare(&scan, &known[10..]), RerunComparison::default());
    }
}
