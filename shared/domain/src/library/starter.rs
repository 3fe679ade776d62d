//! The starter templates of the product, parsed from the TOML files in this directory.

use std::sync::LazyLock;

use serde::Deserialize;

use super::category::Category;
use crate::cvss::CvssVector;
use crate::finding::FindingContent;

/// A template of the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StarterTemplate {
    /// The stable id in URLs.
    pub id: String,
    pub category: Category,
    pub tags: Vec<String>,
    /// Without assets.
    pub content: FindingContent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    template: Vec<StarterRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StarterRow {
    id: String,
    title: String,
    cwe: u32,
    vector: CvssVector,
    tags: Vec<String>,
    description: String,
    impact: String,
    recommendation: String,
    references: Vec<String>,
}

const FILES: [(Category, &str); 6] = [
    (Category::Web, include_str!("web.toml")),
    (Category::Api, include_str!("api.toml")),
    (Category::Cloud, include_str!("cloud.toml")),
    (Category::Network, include_str!("network.toml")),
    (Category::Mobile, include_str!("mobile.toml")),
    (
        Category::ActiveDirectory,
        include_str!("active_directory.toml"),
    ),
];

// An invalid file is left out; a test parses all of them.
static ALL: LazyLock<Vec<StarterTemplate>> = LazyLock::new(|| {
    let files = FILES.into_iter();
    let mut all: Vec<StarterTemplate> = files
        .flat_map(|(category, text)| read(category, text).unwrap_or_default())
        .collect();
    all.sort_by(|a, b| a.content.title.cmp(&b.content.title));
    all
});

/// All starter templates by title.
pub fn starters() -> &'static [StarterTemplate] {
    &ALL
}

pub fn find_starter(id: &str) -> Option<&'static StarterTemplate> {
    ALL.iter().find(|starter| starter.id == id)
}

fn read(category: Category, text: &str) -> Result<Vec<StarterTemplate>, toml::de::Error> {
    let file: File = toml::from_str(text)?;
    let starter = |row: StarterRow| {
        let severity = row.vector.severity();
        StarterTemplate {
            id: row.id,
            category,
            tags: row.tags,
            content: FindingContent {
                vector: Some(row.vector),
                cwe: Some(row.cwe),
                description: row.description.trim().to_owned(),
                impact: row.impact.trim().to_owned(),
                recommendation: row.recommendation.trim().to_owned(),
                references: reference_list(&row.references),
                ..FindingContent::titled(row.title, severity)
            },
        }
    };
    Ok(file.template.into_iter().map(starter).collect())
}

fn reference_list(links: &[String]) -> String {
    let links = links.iter().map(|link| format!("- <{link}>"));
    links.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
pub(super) fn read_all() -> Vec<StarterTemplate> {
    let files = FILES.into_iter();
    files
        .flat_map(|(category, text)| {
            read(category, text).unwrap_or_else(|e| panic!("{category:?}: {e}"))
        })
        .collect()
}
