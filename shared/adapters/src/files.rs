//! Files in a bucket: read, written, and handed out and taken in by signed addresses.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{MetadataDirective, Object};
use domain::id::{ClientId, WorkspaceId};
use jiff::{SignedDuration, Timestamp};
use md5::{Digest as _, Md5};

use crate::cached_credentials::CachedCredentials;
use crate::data_roles::identity_cache;
use crate::error::ServiceError;
use crate::per_tenant::PerTenant;
use crate::presigned_post::{PresignedPost, UploadTerms, sign_fields};

/// For how long a download address is valid.
const LINK: Duration = Duration::from_mins(1);

/// A client of S3, with the credentials that sign its forms.
#[derive(Debug, Clone)]
pub struct FileClient {
    client: Client,
    credentials: CachedCredentials,
}

impl FileClient {
    /// A client by `config` that signs with `credentials`; an error without them.
    pub fn new(
        config: Builder,
        credentials: Option<SharedCredentialsProvider>,
    ) -> Result<Self, ServiceError> {
        let credentials = credentials.ok_or_else(|| ServiceError::new("S3", "no credentials"))?;
        Ok(Self::from_config(config, credentials))
    }

    /// The same client with other credentials.
    #[must_use]
    pub fn with_credentials(&self, credentials: SharedCredentialsProvider) -> Self {
        let config = self
            .client
            .config()
            .to_builder()
            .identity_cache(identity_cache());
        Self::from_config(config, credentials)
    }

    fn from_config(config: Builder, credentials: SharedCredentialsProvider) -> Self {
        let credentials = CachedCredentials::new(credentials);
        let config = config.credentials_provider(credentials.clone()).build();
        Self {
            client: Client::from_conf(config),
            credentials,
        }
    }
}

/// The objects of one S3 bucket. Keys come from the store; presigned requests leave from here.
#[derive(Debug, Clone)]
pub struct Files {
    client: FileClient,
    bucket: String,
    tenant_clients: Option<Arc<PerTenant<FileClient>>>,
}

/// A file to download.
#[derive(Debug, Clone, Copy)]
pub struct FileDownload<'a> {
    pub key: &'a str,
    pub disposition: &'a str,
    pub content_type: &'a str,
}

/// An object while it is read.
#[derive(Debug)]
pub struct FileRead {
    pub etag: String,
    body: ByteStream,
}

/// What came of writing an object where nothing was to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewObject {
    Written,
    /// An object of the same content was there: an earlier attempt wrote it.
    Same,
    /// An object of another content is there, and stays.
    Other,
}

impl FileRead {
    /// The next chunk; `None` at the end.
    pub async fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, ServiceError> {
        let piece = self.body.try_next().await;
        let piece = piece.map_err(|e| ServiceError::new("GetObject", e))?;
        Ok(piece.map(|bytes| bytes.to_vec()))
    }

    /// The rest of the object.
    pub async fn read_all(self) -> Result<Vec<u8>, ServiceError> {
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
            client: by,
            bucket,
            tenant_clients: tenants,
        }
    }

    /// The same bucket, with a client for each tenant.
    #[must_use]
    pub fn with_tenant_clients(self, tenants: PerTenant<FileClient>) -> Self {
        Self {
            tenant_clients: Some(Arc::new(tenants)),
            ..self
        }
    }

    /// The bucket with the credentials of one tenant: a workspace, or one client of it.
    #[must_use]
    pub fn of(&self, ws: WorkspaceId, client: Option<ClientId>) -> Self {
        let narrowed = self
            .tenant_clients
            .as_ref()
            .map(|tenants| tenants.get(ws, client));
        Self {
            client: narrowed.unwrap_or_else(|| self.client.clone()),
            ..self.clone()
        }
    }

    /// One cheap call, so that the first request doesn't wait for the connection.
    pub async fn warm(&self) -> Result<(), ServiceError> {
        let request = self.client.client.head_bucket().bucket(&self.bucket);
        request
            .send()
            .await
            .map(drop)
            .map_err(|e| ServiceError::new("HeadBucket", e))
    }

    /// Writes `bytes` to `key`.
    pub async fn put(
        &self,
        key: &str,
        bytes: Vec<u8>,
        content_type: &str,
    ) -> Result<(), ServiceError> {
        let request = self
            .client
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type);
        let sent = request.body(ByteStream::from(bytes)).send().await;
        sent.map(drop)
            .map_err(|e| ServiceError::new("PutObject", e))
    }

    /// Writes `bytes` to `key` where nothing is.
    pub async fn put_new(
        &self,
        key: &str,
        bytes: Vec<u8>,
        content_type: &str,
    ) -> Result<NewObject, ServiceError> {
        let etag = etag_of(&bytes);
        let request = self
            .client
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .if_none_match("*")
            .content_type(content_type);
        match request.body(ByteStream::from(bytes)).send().await {
            Ok(_) => Ok(NewObject::Written),
            Err(error) => {
                let refused =
                    is_refused(error.raw_response().map(|answer| answer.status().as_u16()));
                let error = ServiceError::new("PutObject", error);
                self.explain_refusal(refused, key, &etag, error).await
            }
        }
    }

    /// What is at `key`, where a write was refused because something is; otherwise `error`.
    async fn explain_refusal(
        &self,
        refused: bool,
        key: &str,
        etag: &str,
        error: ServiceError,
    ) -> Result<NewObject, ServiceError> {
        if !refused {
            return Err(error);
        }
        match self.find_etag(key).await? {
            Some(found) if unquoted(&found) == unquoted(etag) => Ok(NewObject::Same),
            Some(_) => Ok(NewObject::Other),
            None => Err(error),
        }
    }

    /// The content of the object at `key`, if it exists.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, ServiceError> {
        match self.read(key).await? {
            Some(reading) => Ok(Some(reading.read_all().await?)),
            None => Ok(None),
        }
    }

    /// The object at `key`, if it exists, to be read in chunks.
    pub async fn read(&self, key: &str) -> Result<Option<FileRead>, ServiceError> {
        let request = self
            .client
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key);
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

    /// The value of a tag of the object at `key`.
    pub async fn get_tag(&self, key: &str, name: &str) -> Result<Option<String>, ServiceError> {
        let request = self.client.client.get_object_tagging();
        let answer = request.bucket(&self.bucket).key(key).send().await;
        let answer = answer.map_err(|e| ServiceError::new("GetObjectTagging", e))?;
        let tag = answer.tag_set.into_iter().find(|tag| tag.key == name);
        Ok(tag.map(|tag| tag.value))
    }

    /// Copies the object at `from` to `to` where nothing is, if it still has the content
    /// `etag`; it fails otherwise.
    pub async fn copy_new(
        &self,
        from: &str,
        etag: &str,
        to: &str,
        content_type: &str,
    ) -> Result<NewObject, ServiceError> {
        let request = self
            .client
            .client
            .copy_object()
            .bucket(&self.bucket)
            .key(to)
            .if_none_match("*")
            .copy_source(format!("{}/{from}", self.bucket))
            .copy_source_if_match(etag)
            .metadata_directive(MetadataDirective::Replace)
            .content_type(content_type)
            .content_disposition("attachment");
        match request.send().await {
            Ok(_) => Ok(NewObject::Written),
            Err(error) => {
                let refused =
                    is_refused(error.raw_response().map(|answer| answer.status().as_u16()));
                let error = ServiceError::new("CopyObject", error);
                self.explain_refusal(refused, to, etag, error).await
            }
        }
    }

    /// Deletes the object at `key`, if it exists.
    pub async fn delete(&self, key: &str) -> Result<(), ServiceError> {
        let request = self
            .client
            .client
            .delete_object()
            .bucket(&self.bucket)
            .key(key);
        let deleted = request.send().await;
        deleted
            .map(drop)
            .map_err(|e| ServiceError::new("DeleteObject", e))
    }

    /// Up to a thousand keys that begin with `prefix`, in order, after `after`.
    pub async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
    ) -> Result<Vec<String>, ServiceError> {
        let objects = self.list_objects(prefix, after).await?;
        Ok(objects
            .into_iter()
            .filter_map(|object| object.key)
            .collect())
    }

    async fn list_objects(
        &self,
        prefix: &str,
        after: Option<&str>,
    ) -> Result<Vec<Object>, ServiceError> {
        let request = self
            .client
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .set_start_after(after.map(str::to_owned));
        let answer = request.send().await;
        let answer = answer.map_err(|e| ServiceError::new("ListObjectsV2", e))?;
        Ok(answer.contents.unwrap_or_default())
    }

    /// Whether there is an object at `key`. It is asked of the list: reading a missing object
    /// is an error for a role that may not list the bucket.
    pub async fn has(&self, key: &str) -> Result<bool, ServiceError> {
        Ok(self.find_etag(key).await?.is_some())
    }

    /// By which the content of the object at `key` is known, if there is one.
    async fn find_etag(&self, key: &str) -> Result<Option<String>, ServiceError> {
        let first = self.list_objects(key, None).await?.into_iter().next();
        let first = first.filter(|first| first.key.as_deref() == Some(key));
        Ok(first.map(|first| first.e_tag.unwrap_or_default()))
    }

    /// The form by which a browser uploads one file of exactly `size` bytes to `key`, within
    /// `holds`.
    pub async fn presign_post(
        &self,
        key: &str,
        content_type: &str,
        size: i64,
        holds: SignedDuration,
    ) -> Result<PresignedPost, ServiceError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "by the clock that the SDK signs by, and the service judges by"
        )]
        let clock = SystemTime::now();
        let failed = |e| ServiceError::new("signing a form", e);
        let credentials = self.client.credentials.get().await;
        let credentials = credentials.map_err(|e| ServiceError::new("signing a form", e))?;
        let now = Timestamp::try_from(clock).map_err(failed)?;
        let region = self.client.client.config().region();
        let terms = UploadTerms {
            bucket: &self.bucket,
            region: region.map_or("", |region| region.as_ref()),
            key,
            content_type,
            size,
            time: (now, now.saturating_add(holds).map_err(failed)?),
        };
        let url = self.address().await?;
        let fields = sign_fields(&terms, &credentials);
        Ok(PresignedPost { url, fields })
    }

    /// An address by which a file is downloaded, within a minute.
    pub async fn presign_get(&self, handed: FileDownload<'_>) -> Result<String, ServiceError> {
        let request = self
            .client
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

    /// The bucket's address, without a slash at the end.
    async fn address(&self) -> Result<String, ServiceError> {
        const KEY: &str = "k";
        let link = self.presign_get(FileDownload {
            key: KEY,
            disposition: "inline",
            content_type: "text/plain",
        });
        let link = link.await?;
        let path = link.split('?').next().unwrap_or_default();
        let address = path.strip_suffix(&format!("/{KEY}"));
        Ok(address.unwrap_or(path).to_owned())
    }

    /// The bucket's origin, for a content security policy.
    pub async fn origin(&self) -> Result<String, ServiceError> {
        let address = self.address().await?;
        let mut parts = address.splitn(4, '/');
        let scheme = parts.next().unwrap_or_default();
        let host = parts.nth(1).unwrap_or_default();
        Ok(format!("{scheme}//{host}"))
    }
}

/// The name that S3 gives to a content that is sent in one piece.
fn etag_of(bytes: &[u8]) -> String {
    let digest = Md5::digest(bytes);
    digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn unquoted(etag: &str) -> &str {
    etag.trim_matches('"')
}

/// Whether a write was refused by its condition, or for another one at the same time.
fn is_refused(status: Option<u16>) -> bool {
    matches!(status, Some(409 | 412))
}
