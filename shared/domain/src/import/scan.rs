//! A scan: the findings that a scanner's file makes.

use serde::{Deserialize, Serialize};

use crate::engagement::MAX_FINDINGS;
use crate::finding::{FindingContent, Fingerprint};

/// Findings of one scan at most: as many as an engagement may have.
#[expect(clippy::cast_possible_truncation, reason = "a few thousand")]
pub const MAX_SCAN_FINDINGS: usize = MAX_FINDINGS as usize;

/// The findings that a scanner's file makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The scanner's displayed name.
    pub scanner: String,
    /// Worst first; the same weakness on several assets is one finding with several assets.
    pub findings: Vec<ScannedFinding>,
    /// Rows of the file.
    pub rows: usize,
    /// Sentences for the person on how the file was read.
    pub remarks: Vec<String>,
}

/// A weakness that a scan reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScannedFinding {
    #[serde(rename = "draft")]
    pub content: FindingContent,
    /// Different for each finding of a scan.
    pub fingerprint: Fingerprint,
}

/// A scan without its findings, once the whole file was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanSummary {
    /// The scanner's displayed name.
    pub scanner: String,
    /// Rows of the file.
    pub rows: usize,
    /// Sentences for the person on how the file was read.
    pub remarks: Vec<String>,
}
