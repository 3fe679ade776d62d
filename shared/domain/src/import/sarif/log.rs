//! The parts of a SARIF log that the importer reads, with the names of the standard.
//!
//! Lists are truncated at lengths that no real log reaches.

use serde::Deserialize;

use super::super::json::{self, Text, Texts};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Tool {
    #[serde(deserialize_with = "json::null_as_default")]
    pub(super) driver: Component,
    #[serde(deserialize_with = "json::first_items::<_, _, 10>")]
    pub(super) extensions: Vec<Component>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Component {
    pub(super) name: Text,
    #[serde(deserialize_with = "json::first_items::<_, _, 5_000>")]
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Rule {
    pub(super) id: Text,
    pub(super) name: Text,
    #[serde(deserialize_with = "json::null_as_default")]
    pub(super) short_description: Message,
    #[serde(deserialize_with = "json::null_as_default")]
    pub(super) full_description: Message,
    #[serde(deserialize_with = "json::null_as_default")]
    pub(super) help: Message,
    pub(super) help_uri: Text,
    #[serde(deserialize_with = "json::null_as_default")]
    pub(super) default_configuration: Configuration,
    #[serde(deserialize_with = "json::null_as_default")]
    pub(super) properties: Properties,
    #[serde(deserialize_with = "json::first_items::<_, _, 10>")]
    pub(super) relationships: Vec<Relationship>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    pub(super) text: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Configuration {
    pub(super) level: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Properties {
    pub(super) tags: Texts,
    pub(super) cwe: Texts,
    #[serde(rename = "security-severity")]
    pub(super) security_severity: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Relationship {
    #[serde(deserialize_with = "json::null_as_default")]
    pub(super) target: Target,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Target {
    pub(super) id: Text,
    #[serde(deserialize_with = "json::null_as_default")]
    pub(super) tool_component: ComponentReference,
}

/// A reference to a component by name or index.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ComponentReference {
    pub(super) name: Text,
    pub(super) index: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Outcome {
    pub(super) rule_id: Text,
    pub(super) rule_index: Option<i64>,
    #[serde(deserialize_with = "json::null_as_default")]
    pub(super) rule: RuleReference,
    pub(super) kind: Text,
    pub(super) level: Text,
    pub(super) baseline_state: Text,
    #[serde(deserialize_with = "json::null_as_default")]
    pub(super) message: Message,
    #[serde(deserialize_with = "json::first_items::<_, _, 1_000>")]
    pub(super) locations: Vec<Location>,
    #[serde(deserialize_with = "json::first_items::<_, _, 100>")]
    pub(super) suppressions: Vec<Suppression>,
    #[serde(deserialize_with = "json::null_as_default")]
    pub(super) properties: Properties,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RuleReference {
    pub(super) id: Text,
    pub(super) index: Option<i64>,
    #[serde(deserialize_with = "json::null_as_default")]
    pub(super) tool_component: ComponentReference,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Suppression {
    pub(super) status: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Location {
    #[serde(deserialize_with = "json::null_as_default")]
    pub(super) physical_location: Physical,
    #[serde(deserialize_with = "json::first_items::<_, _, 10>")]
    pub(super) logical_locations: Vec<Logical>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Physical {
    #[serde(deserialize_with = "json::null_as_default")]
    pub(super) artifact_location: Artifact,
    #[serde(deserialize_with = "json::null_as_default")]
    pub(super) region: Region,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Artifact {
    pub(super) uri: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Logical {
    pub(super) fully_qualified_name: Text,
    pub(super) name: Text,
}
