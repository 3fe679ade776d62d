//! Templates of findings: those that come with the product, and a workspace's own.

mod category;
mod starters;
mod template;
mod weaknesses;

pub use category::Category;
pub use starters::{StarterTemplate, starter, starters};
pub use template::{FindingTemplate, MAX_TEMPLATES, TemplateInput};
pub use weaknesses::weakness;

/// Whether every word of `query` is in one of `texts`, whatever its case.
pub fn matches<'a>(query: &str, texts: impl IntoIterator<Item = &'a str>) -> bool {
    let texts: Vec<String> = texts.into_iter().map(str::to_lowercase).collect();
    let query = query.to_lowercase();
    let mut words = query.split_whitespace();
    words.all(|word| texts.iter().any(|text| text.contains(word)))
}

#[cfg(test)]
mod tests;
