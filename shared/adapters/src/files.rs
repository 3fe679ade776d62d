//! Files in a bucket: kept, handed out and taken in by signed addresses.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::MetadataDirective;
use domain::id::{ClientId, WorkspaceId};
use jiff::{SignedDuration, Timestamp};

use crate::cached::CachedCredentials;
use crate::data_roles::cache;
use crate::offer::{PresignedPost, UploadTerms, sign};
use crate::{PerTenant, ServiceError};

/// For how long an address holds by which a file is fetched.
const LINK: Duration = Duration::from_mins(1);

/// A client of the service, and what signs its forms.
#[derive(Debug, Clone)]
pub struct FileClient {
    client: Client,
    credentials: CachedCredentials,
}

impl FileClient {
    /// A client by `config` that signs by `credentials`, without which it is none.
    pub fn new(
        config: Builder,
        credentials: Option<SharedCredentialsProvider>,
    ) -> Result<Self, ServiceError> {
        let credentials = credentials.ok_or_else(|| ServiceError::new("S3", "no credentials"))?;
        Ok(Self::signing(config, credentials))
    }

    /// The same, signing by other credentials.
    #[must_use]
    pub fn signing_by(&self, credentials: SharedCredentialsProvider) -> Self {
        let config = self.client.config().to_builder().identity_cache(cache());
        Self::signing(config, credentials)
    }

    fn signing(config: Builder, credentials: SharedCredentialsProvider) -> Self {
        let credentials = CachedCredentials::new(credentials);
        let config = config.credentials_provider(credentials.clone()).build();
        Self {
            client: Client::from_conf(config),
            credentials,
        }
    }
}

/// One bucket.
#[derive(Debug, Clone)]
pub struct Files {
    by: FileClient,
    bucket: String,
    tenants: Option<Arc<PerTenant<FileClient>>>,
}

/// A file that is sent to whoever asks for it.
#[derive(Debug, Clone, Copy)]
pub struct FileDownload<'a> {
    /// Where it lies.
    pub key: &'a str,
    /// Its `Content-Disposition`.
    pub disposition: &'a str,
    /// Its `Content-Type`.
    pub content_type: &'a str,
}

/// A file while it is read.
#[derive(Debug)]
pub struct FileRead {
    /// Names this very content.
    pub etag: String,
    body: ByteStream,
}

impl FileRead {
    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ServiceError> {
        let piece = self.body.try_next().await;
        let piece = piece.map_err(|e| ServiceError::new("GetObject", e))?;
        Ok(piece.map(|bytes| bytes.to_vec()))
    }

    /// All that is left of it.
    pub async fn all(self) -> Result<Vec<u8>, ServiceError> {
        let bytes = self.body.collect().await;
        let bytes = bytes.map_err(|e| ServiceError::new("GetObject", e))?;
        Ok(bytes.to_vec())
    }
}

impl Files {
    /// The bucket named `bucket`.
    pub fn new(by: FileClient, bucket: String) -> Self {
        let tenants = None;
        Self {
            by,
            bucket,
            tenants,
        }
    }

    /// The same bucket, for which each tenant has a client of its own.
    #[must_use]
    pub fn narrowed_by(self, tenants: PerTenant<FileClient>) -> Self {
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
            by: narrowed.unwrap_or_else(|| self.by.clone()),
            ..self.clone()
        }
    }

    /// One cheap call, so that the first user doesn't wait for the connection.
    pub async fn warm(&self) -> Result<(), ServiceError> {
        let request = self.by.client.head_bucket().bucket(&self.bucket);
        request
            .send()
            .await
            .map(drop)
            .map_err(|e| ServiceError::new("HeadBucket", e))
    }

    /// Keeps `bytes` at `key`.
    pub async fn put(
        &self,
        key: &str,
        bytes: Vec<u8>,
        content_type: &str,
    ) -> Result<(), ServiceError> {
        let request = self
            .by
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type);
        let sent = request.body(ByteStream::from(bytes)).send().await;
        sent.map(drop)
            .map_err(|e| ServiceError::new("PutObject", e))
    }

    /// What lies at `key`, if anything.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, ServiceError> {
        match self.read(key).await? {
            Some(reading) => Ok(Some(reading.all().await?)),
            None => Ok(None),
        }
    }

    /// What lies at `key`, if anything, to be read piece by piece.
    pub async fn read(&self, key: &str) -> Result<Option<FileRead>, ServiceError> {
        let request = self.by.client.get_object().bucket(&self.bucket).key(key);
        match request.send().await {
            Ok(answer) => Ok(Some(FileRead {
                etag: answer.e_tag.unwrap_or_default(),
                body: answer.body,
            })),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetObjectError::is_no_such_key) =>
            {
                Ok(None)
            }
            Err(error) => Err(ServiceError::new("GetObject", error)),
        }
    }

    /// The value of a tag of what lies at `key`.
    pub async fn tag(&self, key: &str, name: &str) -> Result<Option<String>, ServiceError> {
        let request = self.by.client.get_object_tagging();
        let answer = request.bucket(&self.bucket).key(key).send().await;
        let answer = answer.map_err(|e| ServiceError::new("GetObjectTagging", e))?;
        let tag = answer.tag_set.into_iter().find(|tag| tag.key == name);
        Ok(tag.map(|tag| tag.value))
    }

    /// Copies what lies at `from` to `to`, if it is still the content named by
    /// `etag`; it fails otherwise.
    pub async fn copy(
        &self,
        (from, etag): (&str, &str),
        to: &str,
        content_type: &str,
    ) -> Result<(), ServiceError> {
        let request = self
            .by
            .client
            .copy_object()
            .bucket(&self.bucket)
            .key(to)
            .copy_source(format!("{}/{from}", self.bucket))
            .copy_source_if_match(etag)
            .metadata_directive(MetadataDirective::Replace)
            .content_type(content_type)
            .content_disposition("attachment");
        let copied = request.send().await;
        copied
            .map(drop)
            .map_err(|e| ServiceError::new("CopyObject", e))
    }

    /// Deletes what lies at `key`, if anything.
    pub async fn delete(&self, key: &str) -> Result<(), ServiceError> {
        let request = self.by.client.delete_object().bucket(&self.bucket).key(key);
        let deleted = request.send().await;
        deleted
            .map(drop)
            .map_err(|e| ServiceError::new("DeleteObject", e))
    }

    /// Up to a thousand keys that begin with `prefix`, in order, from behind `after`.
    pub async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
    ) -> Result<Vec<String>, ServiceError> {
        let request = self
            .by
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .set_start_after(after.map(str::to_owned));
        let answer = request.send().await;
        let answer = answer.map_err(|e| ServiceError::new("ListObjectsV2", e))?;
        let keys = answer.contents.unwrap_or_default();
        Ok(keys.into_iter().filter_map(|object| object.key).collect())
    }

    /// Whether something lies at `key`. Asked of the list: to read what isn't there is
    /// an error to whoever may not list the bucket.
    pub async fn has(&self, key: &str) -> Result<bool, ServiceError> {
        let first = self.list(key, None).await?;
        Ok(first.first().is_some_and(|first| first == key))
    }

    /// The form by which a browser sends one file of exactly `size` bytes to
    /// `key`, within `holds`.
    pub async fn offer(
        &self,
        key: &str,
        content_type: &str,
        size: i64,
        holds: SignedDuration,
    ) -> Result<PresignedPost, ServiceError> {
        // By the clock that the SDK signs by, and the service judges by.
        #[allow(clippy::disallowed_methods)]
        let clock = SystemTime::now();
        let failed = |e| ServiceError::new("signing a form", e);
        let credentials = self.by.credentials.now().await;
        let credentials = credentials.map_err(|e| ServiceError::new("signing a form", e))?;
        let now = Timestamp::try_from(clock).map_err(failed)?;
        let region = self.by.client.config().region();
        let terms = UploadTerms {
            bucket: &self.bucket,
            region: region.map_or("", |region| region.as_ref()),
            key,
            content_type,
            size,
            time: (now, now.saturating_add(holds).map_err(failed)?),
        };
        let url = self.address().await?;
        let fields = sign(&terms, &credentials);
        Ok(PresignedPost { url, fields })
    }

    /// An address by which whoever has it fetches a file, within a minute.
    pub async fn link(&self, handed: FileDownload<'_>) -> Result<String, ServiceError> {
        let request = self
            .by
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(handed.key)
            .response_content_disposition(handed.disposition)
            .response_content_type(handed.content_type)
            .response_cache_control("no-store");
        let signing = PresigningConfig::expires_in(LINK);
        let signing = signing.map_err(|e| ServiceError::new("signing an address", e))?;
        let signed = request.presigned(signing).await;
        let signed = signed.map_err(|e| ServiceError::new("signing an address", e))?;
        Ok(signed.uri().to_owned())
    }

    /// Where the bucket answers, without a slash at the end.
    async fn address(&self) -> Result<String, ServiceError> {
        const KEY: &str = "k";
        let link = self.link(FileDownload {
            key: KEY,
            disposition: "inline",
            content_type: "text/plain",
        });
        let link = link.await?;
        let path = link.split('?').next().unwrap_or_default();
        let address = path.strip_suffix(&format!("/{KEY}"));
        Ok(address.unwrap_or(path).to_owned())
    }

    /// The origin that the bucket answers at, for a content security policy.
    pub async fn origin(&self) -> Result<String, ServiceError> {
        let address = self.address().await?;
        let mut parts = address.splitn(4, '/');
        let scheme = parts.next().unwrap_or_default();
        let host = parts.nth(1).unwrap_or_default();
        Ok(format!("{scheme}//{host}"))
    }
}
