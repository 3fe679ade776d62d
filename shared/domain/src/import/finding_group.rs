//! One finding of a scan, while its rows are read: the rows of one rule become one finding.

use super::asset_list::AssetList;
use super::text;
use super::text::MAX_REFERENCES;
use crate::finding::FindingContent;
use crate::severity::Severity;

/// Details of single places that one finding keeps.
const MAX_DETAILS: usize = 10;

/// What stands in place of a vector, in lower case.
const NO_VECTOR: [&str; 7] = ["", "-", "--", "n/a", "na", "none", "null"];

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
    unread_vectors: UnreadVectors,
}

/// Vectors that can't be read.
#[derive(Debug, Default)]
pub(crate) struct UnreadVectors {
    pub(crate) count: usize,
    /// The first of them.
    pub(crate) example: String,
}

impl UnreadVectors {
    fn add(&mut self, text: &str) {
        if self.count == 0 {
            self.example = text::single_line(text, 80);
        }
        self.count += 1;
    }

    /// Adds those of another finding.
    pub(crate) fn merge(&mut self, other: &Self) {
        if self.count == 0 {
            self.example.clone_from(&other.example);
        }
        self.count += other.count;
    }
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
            unread_vectors: UnreadVectors::default(),
        }
    }

    /// Takes the first of the vectors that has a score, unless an earlier row had one. A vector that
    /// can't be read is counted; scanners' words for none are no vectors.
    pub(crate) fn add_vector<'a>(&mut self, vectors: impl IntoIterator<Item = &'a str>) {
        let vectors = vectors.into_iter().map(str::trim);
        for text in vectors.filter(|text| !NO_VECTOR.contains(&text.to_lowercase().as_str())) {
            match text.parse() {
                Ok(vector) => {
                    self.content.vector.get_or_insert(vector);
                    return;
                }
                Err(_) => self.unread_vectors.add(text),
            }
        }
    }

    pub(crate) const fn unread_vectors(&self) -> &UnreadVectors {
        &self.unread_vectors
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
