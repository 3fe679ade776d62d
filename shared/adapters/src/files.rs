//! Files in a bucket.

use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use domain::id::{ClientId, WorkspaceId};

use crate::{Error, PerTenant};

/// One bucket.
#[derive(Debug, Clone)]
pub struct Files {
    client: Client,
    bucket: String,
    tenants: Option<Arc<PerTenant<Client>>>,
}

impl Files {
    /// The bucket named `bucket`.
    pub fn new(client: Client, bucket: String) -> Self {
        let tenants = None;
        Self {
            client,
            bucket,
            tenants,
        }
    }

    /// The same bucket, for which each tenant has a client of its own.
    #[must_use]
    pub fn narrowed_by(self, tenants: PerTenant<Client>) -> Self {
        Self {
            tenants: Some(Arc::new(tenants)),
            ..self
        }
    }

    /// The bucket as a tenant speaks to it: a workspace, or one client of it.
    #[must_use]
    pub fn of(&self, ws: WorkspaceId, client: Option<ClientId>) -> Self {
        let narrowed = self.tenants.as_ref().map(|tenants| tenants.of(ws, client));
        Self {
            client: narrowed.unwrap_or_else(|| self.client.clone()),
            ..self.clone()
        }
    }

    /// One cheap call, so that the first user doesn't wait for the connection.
    pub async fn warm(&self) -> Result<(), Error> {
        let request = self.client.head_bucket().bucket(&self.bucket);
        request
            .send()
            .await
            .map(drop)
            .map_err(|e| Error::new("HeadBucket", e))
    }

    /// Keeps `bytes` at `key`.
    pub async fn put(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<(), Error> {
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type);
        let sent = request.body(ByteStream::from(bytes)).send().await;
        sent.map(drop).map_err(|e| Error::new("PutObject", e))
    }

    /// What lies at `key`, if anything.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let answer = match self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
        {
            Ok(answer) => answer,
            Err(error)
                if error.as_service_error().is_some_and(
                    aws_sdk_s3::operation::get_object::GetObjectError::is_no_such_key,
                ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(Error::new("GetObject", error)),
        };
        let bytes = answer
            .body
            .collect()
            .await
            .map_err(|e| Error::new("GetObject", e))?;
        Ok(Some(bytes.to_vec()))
    }
}
