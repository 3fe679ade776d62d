//! The bucket, as `infra/bucket.json` describes it.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, CorsConfiguration, CorsRule, ExpirationStatus,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter,
};
use serde::Deserialize;

use crate::http_fetch::Failure;
use crate::provision::NAME;

const DESCRIPTION: &str = include_str!("../../infra/bucket.json");

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Bucket {
    #[serde(rename = "CORSRules")]
    cors: Vec<Cors>,
    lifecycle_rules: Vec<Lifecycle>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Cors {
    allowed_origins: Vec<String>,
    allowed_methods: Vec<String>,
    allowed_headers: Vec<String>,
    max_age_seconds: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Lifecycle {
    #[serde(rename = "ID")]
    id: String,
    prefix: String,
    expiration_days: i32,
}

/// Makes the bucket, for pages at `origins`. One that is there is described anew.
pub(crate) async fn make(s3: &Client, origins: &str) -> Result<(), Failure> {
    s3.create_bucket().bucket(NAME).send().await?;
    let text = DESCRIPTION.replace("${PortalOrigins}", origins);
    let bucket: Bucket = serde_json::from_str(&text)?;
    let mut rules = CorsConfiguration::builder();
    for rule in bucket.cors {
        let rule = CorsRule::builder()
            .set_allowed_origins(Some(rule.allowed_origins))
            .set_allowed_methods(Some(rule.allowed_methods))
            .set_allowed_headers(Some(rule.allowed_headers))
            .max_age_seconds(rule.max_age_seconds)
            .build()?;
        rules = rules.cors_rules(rule);
    }
    let cors = s3.put_bucket_cors().bucket(NAME);
    cors.cors_configuration(rules.build()?).send().await?;
    let mut rules = BucketLifecycleConfiguration::builder();
    for rule in bucket.lifecycle_rules {
        let ends = LifecycleExpiration::builder().days(rule.expiration_days);
        let rule = LifecycleRule::builder()
            .id(rule.id)
            .filter(LifecycleRuleFilter::builder().prefix(rule.prefix).build())
            .expiration(ends.build())
            .status(ExpirationStatus::Enabled)
            .build()?;
        rules = rules.rules(rule);
    }
    let lifecycle = s3.put_bucket_lifecycle_configuration().bucket(NAME);
    lifecycle
        .lifecycle_configuration(rules.build()?)
        .send()
        .await?;
    Ok(())
}
