//! The table's definition, as deployed: read from the one file that holds it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use serde::Deserialize;

use crate::error::StoreError;

const DEFINITION: &str = include_str!("../../../infra/table.json");

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    attribute_definitions: Vec<Attribute>,
    key_schema: Vec<Element>,
    global_secondary_indexes: Vec<Secondary>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Element {
    attribute_name: String,
    key_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Secondary {
    index_name: String,
    key_schema: Vec<Element>,
    projection: Projected,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Projected {
    projection_type: String,
    #[serde(default)]
    non_key_attributes: Option<Vec<String>>,
}

/// Makes the table `name` where it isn't there: for development and tests,
/// which have no deployment to make it.
pub async fn create(client: &Client, name: &str) -> Result<(), StoreError> {
    let failed = |source| StoreError::Service {
        operation: "CreateTable",
        source,
    };
    let definition: Definition =
        serde_json::from_str(DEFINITION).map_err(|e| failed(Box::new(e)))?;
    let build = |e: aws_sdk_dynamodb::error::BuildError| failed(Box::new(e));
    let mut request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest);
    for Attribute { attribute_name } in definition.attribute_definitions {
        let attribute = AttributeDefinition::builder().attribute_name(attribute_name);
        let attribute = attribute
            .attribute_type(ScalarAttributeType::S)
            .build()
            .map_err(build)?;
        request = request.attribute_definitions(attribute);
    }
    for element in &definition.key_schema {
        request = request.key_schema(key(element).map_err(build)?);
    }
    for secondary in definition.global_secondary_indexes {
        let projected = secondary.projection;
        let projection = Projection::builder()
            .projection_type(ProjectionType::from(projected.projection_type.as_str()))
            .set_non_key_attributes(projected.non_key_attributes)
            .build();
        let mut index = GlobalSecondaryIndex::builder()
            .index_name(secondary.index_name)
            .projection(projection);
        for element in &secondary.key_schema {
            index = index.key_schema(key(element).map_err(build)?);
        }
        request = request.global_secondary_indexes(index.build().map_err(build)?);
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

fn key(element: &Element) -> Result<KeySchemaElement, aws_sdk_dynamodb::error::BuildError> {
    let kind = KeyType::from(element.key_type.as_str());
    KeySchemaElement::builder()
        .attribute_name(&element.attribute_name)
        .key_type(kind)
        .build()
}
