//! The services that a process calls, and the AWS clients they are built on.

use adapters::{
    DataRoles, FileClient, Files, Identity, Mailer, PerTenant, ServiceError, Stripe, identity_cache,
};
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use aws_types::SdkConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use store::{Table, TenantClients};

use crate::config::{Config, MissingSetting};

/// The services that a process calls.
#[derive(Debug)]
pub struct Services {
    pub table: Table,
    pub identity: Identity,
    pub files: Files,
    pub mailer: Mailer,
    /// `None` where the installation takes no payments.
    pub stripe: Option<Stripe>,
}

/// The AWS clients that act by the process's own role.
#[derive(Debug, Clone)]
pub struct AwsClients {
    pub dynamo: aws_sdk_dynamodb::Client,
    pub s3: FileClient,
    pub cognito: aws_sdk_cognitoidentityprovider::Client,
    pub ses: aws_sdk_ses::Client,
    /// Assumes the roles that reach one tenant's data.
    pub sts: aws_sdk_sts::Client,
}

impl Services {
    /// Builds the services from the settings and an AWS SDK configuration.
    pub fn from_sdk_config(config: &Config, aws: &SdkConfig) -> Result<Self, ServiceError> {
        let s3 = aws_sdk_s3::config::Builder::from(aws).force_path_style(config.bucket_in_path);
        let clients = AwsClients {
            dynamo: aws_sdk_dynamodb::Client::new(aws),
            s3: FileClient::new(s3, aws.credentials_provider())?,
            cognito: aws_sdk_cognitoidentityprovider::Client::new(aws),
            ses: aws_sdk_ses::Client::new(aws),
            sts: aws_sdk_sts::Client::new(aws),
        };
        Self::from_clients(config, clients)
    }

    /// Builds the services from the settings and AWS clients. Where the settings name data
    /// roles, tables and files of a tenant are reached by that tenant's credentials only.
    pub fn from_clients(config: &Config, clients: AwsClients) -> Result<Self, ServiceError> {
        let AwsClients {
            dynamo,
            s3,
            cognito,
            ses,
            sts,
        } = clients;
        let mut table = Table::new(dynamo.clone(), &config.table);
        let mut files = Files::new(s3.clone(), config.bucket.clone());
        if let Some(arns) = &config.data_roles {
            let roles = DataRoles::new(sts, arns.clone());
            let tables = PerTenant::new(roles.clone(), move |credentials| {
                let tenant = dynamo
                    .config()
                    .to_builder()
                    .identity_cache(identity_cache());
                let tenant = tenant.credentials_provider(credentials).build();
                aws_sdk_dynamodb::Client::from_conf(tenant)
            });
            table = table
                .with_tenant_clients(TenantClients::new(move |ws, client| tables.get(ws, client)));
            files = files.with_tenant_clients(PerTenant::new(roles, move |credentials| {
                s3.with_credentials(SharedCredentialsProvider::new(credentials))
            }));
        }
        Ok(Services {
            table,
            identity: Identity::new(cognito, config.pool.clone())?,
            files,
            mailer: Mailer::new(ses, config.mail_from.clone()),
            stripe: stripe(config)?,
        })
    }
}

/// The Stripe client, if the settings name a key.
pub fn stripe(config: &Config) -> Result<Option<Stripe>, ServiceError> {
    let stripe = config.stripe.as_ref();
    let stripe = stripe.map(|stripe| Stripe::new(&stripe.key, stripe.url.as_deref()));
    stripe.transpose()
}

/// The settings of AWS that Lambda gives a function: its region, and the credentials of
/// its role, which hold for as long as the process lives. There are no profiles and no
/// other sources to look through, as elsewhere.
#[expect(
    clippy::disallowed_methods,
    reason = "AWS's own variables, which no Config names"
)]
pub(crate) fn lambda_sdk_config() -> Result<SdkConfig, MissingSetting> {
    let need =
        |name| std::env::var(name).map_err(|why| MissingSetting::new(name, &why.to_string()));
    let credentials = Credentials::new(
        need("AWS_ACCESS_KEY_ID")?,
        need("AWS_SECRET_ACCESS_KEY")?,
        std::env::var("AWS_SESSION_TOKEN").ok(),
        None,
        "Lambda",
    );
    Ok(SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(need("AWS_REGION")?))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .service_config(Endpoints)
        .build())
}

/// Addresses in AWS's place, by the variables that all its tools know.
#[derive(Debug)]
struct Endpoints;

impl LoadServiceConfig for Endpoints {
    #[expect(
        clippy::disallowed_methods,
        reason = "AWS's own variables, which no Config names"
    )]
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace(' ', "_");
        let own = std::env::var(format!("{}_{service}", key.env()));
        own.or_else(|_| std::env::var(key.env())).ok()
    }
}
