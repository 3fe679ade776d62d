//! Scanner exports: from bytes to drafts of findings.

use crate::finding::Draft;

/// What a scanner's file would make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The scanner's name on the screen.
    pub scanner: &'static str,
    /// One draft a weakness, worst first; the same weakness on several assets
    /// is one draft with several assets.
    pub drafts: Vec<Draft>,
    /// Rows of the file that went into the drafts.
    pub rows: usize,
}
