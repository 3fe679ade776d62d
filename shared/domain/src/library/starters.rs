//! The templates that come with the product, read from the files beside this one.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Category;
use crate::finding::FindingContent;
use crate::score::CvssVector;
use crate::severity::Severity;

/// A template that comes with the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StarterTemplate {
    /// Names it in addresses; never changes.
    pub id: String,
    /// What kind of system it is about.
    pub category: Category,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Its text and rating; no assets.
    pub draft: FindingContent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    template: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
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

// A file that can't be read is left out; a test reads them all.
static ALL: LazyLock<Vec<StarterTemplate>> = LazyLock::new(|| {
    let files = FILES.into_iter();
    let mut all: Vec<StarterTemplate> = files
        .flat_map(|(category, text)| read(category, text).unwrap_or_default())
        .collect();
    all.sort_by(|a, b| a.draft.title.cmp(&b.draft.title));
    all
});

/// All of them, by title.
pub fn starters() -> &'static [StarterTemplate] {
    &ALL
}

/// The one with this id.
pub fn starter(id: &str) -> Option<&'static StarterTemplate> {
    ALL.iter().find(|starter| starter.id == id)
}

fn read(category: Category, text: &str) -> Result<Vec<StarterTemplate>, toml::de::Error> {
    let file: File = toml::from_str(text)?;
    let starter = |row: Row| StarterTemplate {
        id: row.id,
        category,
        tags: row.tags,
        draft: FindingContent {
            title: row.title,
            severity: severity(&row.vector),
            severity_reason: None,
            vector: Some(row.vector),
            cwe: Some(row.cwe),
            cves: Vec::new(),
            assets: Vec::new(),
            description: row.description.trim().to_owned(),
            impact: row.impact.trim().to_owned(),
            recommendation: row.recommendation.trim().to_owned(),
            references: list(&row.references),
        },
    };
    Ok(file.template.into_iter().map(starter).collect())
}

fn severity(vector: &CvssVector) -> Severity {
    vector.score().severity()
}

fn list(links: &[String]) -> String {
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
