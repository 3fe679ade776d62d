//! Finding templates: the starter templates of the product and a workspace's own templates.

mod category;
mod starter;
mod template;
mod weakness;

pub use category::Category;
pub use starter::{StarterTemplate, find_starter, starters};
pub use template::{FindingTemplate, MAX_TEMPLATES, TemplateInput};
pub use weakness::weakness_name;

/// Whether each word of `query` occurs in one of `texts`, ignoring case.
pub fn matches_query<'a>(query: &str, texts: impl IntoIterator<Item = &'a str>) -> bool {
    let texts: Vec<String> = texts.into_iter().map(str::to_lowercase).collect();
    let query = query.to_lowercase();
    let mut words = query.split_whitespace();
    words.all(|word| texts.iter().any(|text| has_word_beginning(text, word)))
}

/// Whether a word of `text` begins with `start`, both in lower case.
fn has_word_beginning(text: &str, start: &str) -> bool {
    text.match_indices(start).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|before| !before.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests;
