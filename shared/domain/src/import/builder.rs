//! What an importer builds while it reads a file.

use std::collections::BTreeMap;

use super::error::ScanError;
use super::finding_group::{FindingGroup, UnreadVectors};
use super::scan::{MAX_SCAN_FINDINGS, ScanSummary, ScannedFinding};
use super::text;
use crate::finding::content::MAX_BYTES;
use crate::finding::{FindingContent, Fingerprint};

/// The findings that an importer has read so far. It grows with the findings, not with the rows.
#[derive(Default)]
pub(crate) struct ScanBuilder {
    groups: BTreeMap<Fingerprint, FindingGroup>,
    rows: usize,
    /// Whether there were more findings than [`MAX_SCAN_FINDINGS`].
    is_full: bool,
    /// The scanner's own name, where the format is that of several scanners.
    scanner: Option<String>,
    remarks: Vec<String>,
}

impl ScanBuilder {
    /// Counts a row of the file.
    pub(crate) fn count_row(&mut self) {
        self.rows += 1;
    }

    /// The finding with this fingerprint, which `new` makes of its first row; `None` where there are
    /// too many.
    pub(crate) fn group_for(
        &mut self,
        fingerprint: Fingerprint,
        new: impl FnOnce() -> FindingGroup,
    ) -> Option<&mut FindingGroup> {
        if self.groups.len() >= MAX_SCAN_FINDINGS && !self.groups.contains_key(&fingerprint) {
            self.is_full = true;
            return None;
        }
        Some(self.groups.entry(fingerprint).or_insert_with(new))
    }

    /// Refuses the file in the end, for it has too many findings.
    pub(crate) fn set_full(&mut self) {
        self.is_full = true;
    }

    /// Names the scanner, where the format alone doesn't.
    pub(crate) fn set_scanner(&mut self, scanner: String) {
        self.scanner = Some(scanner);
    }

    /// Adds a sentence for the person.
    pub(crate) fn remark(&mut self, sentence: String) {
        self.remarks.push(sentence);
    }

    /// Remarks that rows were left out, where any were.
    pub(crate) fn remark_skipped(&mut self, rows: usize, reason: &str) {
        if rows > 0 {
            self.remark(format!("Left out: {rows} × {reason}."));
        }
    }

    /// Gives the findings to `on_finding`, worst first. `format` names the scanner where the file
    /// doesn't.
    pub(super) fn finish(
        self,
        format: &'static str,
        mut on_finding: impl FnMut(ScannedFinding),
    ) -> Result<ScanSummary, ScanError> {
        if self.is_full {
            return Err(ScanError::TooMany);
        }
        if self.groups.is_empty() {
            return Err(ScanError::NoFindings(format));
        }
        let scanner = self.scanner.unwrap_or_else(|| format.to_owned());
        let mut groups: Vec<(Fingerprint, FindingGroup)> = self.groups.into_iter().collect();
        groups.sort_by(|(_, a), (_, b)| {
            let (a, b) = (&a.content, &b.content);
            (a.severity, &a.title).cmp(&(b.severity, &b.title))
        });
        let mut unread = UnreadVectors::default();
        for (fingerprint, group) in groups {
            unread.merge(group.unread_vectors());
            let mut content = group.into_content();
            content.default_severity_reason(&format!("As rated by {scanner}."));
            shorten(&mut content);
            on_finding(ScannedFinding {
                content,
                fingerprint,
            });
        }
        let mut remarks = self.remarks;
        if unread.count > 0 {
            let UnreadVectors { count, example } = unread;
            remarks.push(format!(
                "CVSS vectors that can't be read: {count}, such as “{example}”. They were left out."
            ));
        }
        Ok(ScanSummary {
            scanner,
            rows: self.rows,
            remarks,
        })
    }
}

/// Cuts the longest part until the form would accept the content.
fn shorten(content: &mut FindingContent) {
    while content.bytes() > MAX_BYTES {
        let asset_bytes: usize = content.assets.iter().map(String::len).sum();
        let sections = [
            &mut content.description,
            &mut content.impact,
            &mut content.recommendation,
            &mut content.references,
        ];
        match sections.into_iter().max_by_key(|section| section.len()) {
            Some(longest) if longest.len() > asset_bytes => {
                *longest = text::truncate(longest, longest.chars().count() / 2);
            }
            _ => content.assets.truncate(content.assets.len() / 2),
        }
    }
}
