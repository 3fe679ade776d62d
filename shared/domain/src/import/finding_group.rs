//! One finding of a scan, while its rows are read: the rows of one rule become one finding.

use super::asset_list::AssetList;
use super::text;
use super::text::MAX_REFERENCES;
use crate::finding::FindingContent;
use crate::severity::Severity;

/// Details of single places that one finding keeps.
const MAX_DETAILS: usize = 10;

/// A finding that later rows add to.
#[derive(Debug)]
pub(crate) struct FindingGroup {
    /// What the first row says, with what later rows added.
    pub(crate) content: FindingContent,
    pub(crate) assets: AssetList,
    /// References that rows added. Where there are any, they replace those of the first row.
    references: Vec<String>,
    /// Hash of the text that the first row says of the finding as a whole.
    described: u64,
    /// Details, each under the hash of its source text.
    details: Vec<(u64, String)>,
}

impl FindingGroup {
    /// A finding of its first row. A later detail that equals `described` is not repeated.
    pub(crate) fn new(content: FindingContent, described: &str) -> Self {
        Self {
            content,
            assets: AssetList::default(),
            references: Vec::new(),
            described: text::hash(described),
            details: Vec::new(),
        }
    }

    /// Applies another row's severity: the worst counts.
    pub(crate) fn raise_severity(&mut self, severity: Severity) {
        self.content.severity = self.content.severity.min(severity);
    }

    /// Adds a paragraph on a single place, once for the same `source` text and ten at most.
    pub(crate) fn add_detail(&mut self, source: &str, markdown: impl FnOnce() -> String) {
        let hash = text::hash(source);
        let is_known =
            hash == self.described || self.details.iter().any(|(known, _)| *known == hash);
        if !source.is_empty() && !is_known && self.details.len() < MAX_DETAILS {
            self.details.push((hash, markdown()));
        }
    }

    /// Adds a reference, once.
    pub(crate) fn add_reference(&mut self, reference: &str) {
        let is_known = self.references.iter().any(|known| known == reference);
        if !reference.is_empty() && !is_known && self.references.len() < MAX_REFERENCES {
            self.references.push(reference.to_owned());
        }
    }

    /// The content, with details, assets and references.
    pub(crate) fn into_content(self) -> FindingContent {
        let mut content = self.content;
        let (assets, remark) = self.assets.into_listed();
        let details = self.details.iter().map(|(_, markdown)| markdown.as_str());
        let parts = [
            content.description.as_str(),
            remark.as_deref().unwrap_or_default(),
        ];
        content.description = text::section(parts.into_iter().chain(details));
        content.assets = assets;
        if !self.references.is_empty() {
            let listed = text::reference_list(self.references.iter().map(String::as_str));
            content.references = text::section([listed.as_str()]);
        }
        content
    }
}
