//! The table's definition, read from the file that is deployed: `infra/table.json`.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use serde::Deserialize;

use crate::error::StoreError;

const DEFINITION: &str = include_str!("../../../../infra/table.json");

/// The file as `CloudFormation` reads it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TableDefinition {
    attribute_definitions: Vec<AttributeName>,
    key_schema: Vec<KeyElement>,
    global_secondary_indexes: Vec<IndexDefinition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AttributeName {
    attribute_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeyElement {
    attribute_name: String,
    key_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IndexDefinition {
    index_name: String,
    key_schema: Vec<KeyElement>,
    projection: IndexProjection,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IndexProjection {
    projection_type: String,
    #[serde(default)]
    non_key_attributes: Option<Vec<String>>,
}

/// Creates the table `name`, unless it exists: for development and tests, which have no
/// deployment.
pub async fn create_table(client: &Client, name: &str) -> Result<(), StoreError> {
    let failed = |source| StoreError::Service {
        operation: "CreateTable",
        source,
    };
    let definition: TableDefinition =
        serde_json::from_str(DEFINITION).map_err(|e| failed(Box::new(e)))?;
    let build = |e: aws_sdk_dynamodb::error::BuildError| failed(Box::new(e));
    let mut request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest);
    for AttributeName { attribute_name } in definition.attribute_definitions {
        let attribute = AttributeDefinition::builder().attribute_name(attribute_name);
        let attribute = attribute
            .attribute_type(ScalarAttributeType::S)
            .build()
            .map_err(build)?;
        request = request.attribute_definitions(attribute);
    }
    for element in &definition.key_schema {
        request = request.key_schema(key_element(element).map_err(build)?);
    }
    for index in definition.global_secondary_indexes {
        let projection = Projection::builder()
            .projection_type(ProjectionType::from(
                index.projection.projection_type.as_str(),
            ))
            .set_non_key_attributes(index.projection.non_key_attributes)
            .build();
        let mut built = GlobalSecondaryIndex::builder()
            .index_name(index.index_name)
            .projection(projection);
        for element in &index.key_schema {
            built = built.key_schema(key_element(element).map_err(build)?);
        }
        request = request.global_secondary_indexes(built.build().map_err(build)?);
    }
    match request.send().await {
        Ok(_) => Ok(()),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(aws_sdk_dynamodb::operation::create_table::CreateTableError::is_resource_in_use_exception) =>
        {
            Ok(())
        }
        Err(error) => Err(StoreError::service("CreateTable", error)),
    }
}

fn key_element(
    element: &KeyElement,
) -> Result<KeySchemaElement, aws_sdk_dynamodb::error::BuildError> {
    let kind = KeyType::from(element.key_type.as_str());
    KeySchemaElement::builder()
        .attribute_name(&element.attribute_name)
        .key_type(kind)
        .build()
}

#[cfg(test)]
mod tests {
    use domain::id::WorkspaceId;

    use super::*;
    use crate::records::findings::finding_item::SUMMARY;
    use crate::table::keys::{self, ListKey};

    /// `DynamoDB`'s quotas, by "Service, account, and table quotas" of its documentation,
    /// secondary indexes and projected attributes.
    const MAX_INDEXES: usize = 20;
    const MAX_PROJECTED_PER_INDEX: usize = 20;
    const MAX_PROJECTED_PER_TABLE: usize = 100;

    fn definition() -> TableDefinition {
        serde_json::from_str(DEFINITION).expect("a definition")
    }

    #[test]
    fn table_definition_stays_within_quotas_of_dynamodb() {
        let indexes = definition().global_secondary_indexes;
        assert!(indexes.len() <= MAX_INDEXES, "{} indexes", indexes.len());
        let mut of_table = 0;
        for index in &indexes {
            let attributes = index.projection.non_key_attributes.as_deref();
            let projected = attributes.unwrap_or_default().len();
            let name = &index.index_name;
            assert!(projected <= MAX_PROJECTED_PER_INDEX, "{name}: {projected}");
            of_table += projected;
        }
        assert!(of_table <= MAX_PROJECTED_PER_TABLE, "{of_table} projected");
    }

    /// A field of a finding is in every list, as the summary is one attribute.
    #[test]
    fn indexes_of_findings_project_summary() {
        let w = keys::workspace(WorkspaceId::new(1, 1));
        let lists: [ListKey; 5] = [
            keys::engagement_findings(&w, true),
            keys::client_findings_by_severity(&w, true),
            keys::client_findings_by_due(&w, true),
            keys::workspace_findings_by_severity(&w, true),
            keys::workspace_findings_by_due(&w, true),
        ];
        for list in lists {
            assert!(projects(&list, SUMMARY), "{:?}", list.index.names());
        }
    }

    #[test]
    fn indexes_of_feeds_project_activity() {
        let w = keys::workspace(WorkspaceId::new(1, 1));
        let feeds: [ListKey; 3] = [
            keys::workspace_feed(&w),
            keys::client_feed(&w, true),
            keys::engagement_feed(&w, true),
        ];
        for feed in feeds {
            assert!(projects(&feed, "feed"), "{:?}", feed.index.names());
        }
    }

    fn projects(list: &ListKey, attribute: &str) -> bool {
        let (name, ..) = list.index.names();
        let indexes = definition().global_secondary_indexes;
        let index = indexes.iter().find(|index| index.index_name == name);
        let projection = &index.expect("the index of a list").projection;
        let included = projection.non_key_attributes.as_deref().unwrap_or_default();
        projection.projection_type == "ALL" || included.iter().any(|name| name == attribute)
    }
}
