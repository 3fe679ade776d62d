//! Data roles: credentials that reach one tenant's data only. A role is assumed with the
//! tenant as session tags, to which the role's policy binds every request.

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future;
use aws_credential_types::provider::{ProvideCredentials, Result};
use aws_sdk_sts::Client;
use aws_sdk_sts::config::{Credentials, IdentityCache, SharedIdentityCache};
use aws_sdk_sts::types::Tag;
use domain::id::{ClientId, WorkspaceId};

/// For how long credentials are valid, in seconds: the longest for a role that assumes another.
const LIFETIME: i32 = 60 * 60;
/// How long before their expiry credentials are renewed.
pub(crate) const RENEW_BEFORE: Duration = Duration::from_mins(15);

/// The roles that reach tenants' data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleArns {
    pub team: String,
    /// The role for one client of a workspace.
    pub portal: String,
}

/// Assumes the roles that reach tenants' data.
#[derive(Debug, Clone)]
pub struct DataRoles {
    sts: Client,
    arns: RoleArns,
}

/// The credentials of one tenant, asked for when a request is first signed by them.
#[derive(Debug)]
pub struct TenantCredentials {
    roles: DataRoles,
    ws: WorkspaceId,
    client: Option<ClientId>,
}

impl DataRoles {
    /// The roles `arns`; no call is made yet.
    pub fn new(sts: Client, arns: RoleArns) -> Self {
        Self { sts, arns }
    }

    /// Credentials for a workspace, or for one client of it.
    pub fn tenant_credentials(
        &self,
        ws: WorkspaceId,
        client: Option<ClientId>,
    ) -> TenantCredentials {
        let roles = self.clone();
        TenantCredentials { roles, ws, client }
    }
}

/// A cache that renews credentials a quarter of an hour before they expire.
pub fn identity_cache() -> SharedIdentityCache {
    IdentityCache::lazy().buffer_time(RENEW_BEFORE).build()
}

impl TenantCredentials {
    async fn assume(&self) -> Result {
        let DataRoles { sts, arns } = &self.roles;
        let ws = self.ws.to_string();
        let (role, session) = match self.client {
            None => (&arns.team, ws.clone()),
            Some(client) => (&arns.portal, format!("{ws}.{client}")),
        };
        let mut request = sts
            .assume_role()
            .role_arn(role)
            .role_session_name(session)
            .duration_seconds(LIFETIME)
            .tags(tag("ws", ws)?);
        if let Some(client) = self.client {
            request = request.tags(tag("cl", client.to_string())?);
        }
        let answer = request.send().await;
        let answer = answer.map_err(CredentialsError::provider_error)?;
        let given = answer.credentials;
        let given = given.ok_or_else(|| CredentialsError::not_loaded("an answer without any"))?;
        let ends = SystemTime::try_from(*given.expiration());
        let ends = ends.map_err(CredentialsError::invalid_configuration)?;
        Ok(Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            Some(ends),
            "data-role",
        ))
    }
}

fn tag(key: &str, value: String) -> std::result::Result<Tag, CredentialsError> {
    let tag = Tag::builder().key(key).value(value).build();
    tag.map_err(CredentialsError::invalid_configuration)
}

impl ProvideCredentials for TenantCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}
