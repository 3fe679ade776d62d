//! The settings of a process: read from its environment once, at its start.

use adapters::{Files, Identity, Mailer, Pool};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::email::EmailAddress;
use store::Table;

use crate::app::Services;

/// What a process is told.
#[derive(Debug, Clone)]
pub struct Config {
    /// What workspaces' addresses end with: `portal.example`, or with a port.
    pub base_domain: String,
    /// `https`, but for a machine of one's own.
    pub scheme: String,
    /// The header that holds the viewer's host; whoever is in front must set it.
    pub host_header: String,
    /// 32 bytes from which the server's keys are made.
    pub secret_key: [u8; 32],
    /// The table.
    pub table: String,
    /// The bucket.
    pub bucket: String,
    /// Whether the bucket's name goes into the path, as stand-ins want it.
    pub bucket_in_path: bool,
    /// The user pool.
    pub pool: Pool,
    /// The sender of mail.
    pub mail_from: EmailAddress,
}

/// A setting that is missing or can't be used.
#[derive(Debug, thiserror::Error)]
#[error("setting {name}: {why}")]
pub struct Missing {
    name: &'static str,
    why: String,
}

impl Config {
    /// Reads the environment.
    pub fn from_env() -> Result<Self, Missing> {
        #[allow(clippy::disallowed_methods)] // the one place that reads it
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads settings by name.
    pub fn read(get: impl Fn(&'static str) -> Option<String>) -> Result<Self, Missing> {
        let need = |name| {
            let value = get(name).filter(|value| !value.is_empty());
            value.ok_or_else(|| Missing {
                name,
                why: "is not set".to_owned(),
            })
        };
        let key = BASE64_STANDARD
            .decode(need("SECRET_KEY")?)
            .unwrap_or_default();
        let wrong = |name, why: &str| Missing {
            name,
            why: why.to_owned(),
        };
        Ok(Self {
            base_domain: need("BASE_DOMAIN")?,
            scheme: get("SCHEME").unwrap_or_else(|| "https".to_owned()),
            host_header: get("HOST_HEADER").unwrap_or_else(|| "x-portal-host".to_owned()),
            secret_key: key
                .try_into()
                .map_err(|_| wrong("SECRET_KEY", "must be 32 bytes in base64"))?,
            table: need("TABLE_NAME")?,
            bucket: need("BUCKET_NAME")?,
            bucket_in_path: get("BUCKET_IN_PATH").as_deref() == Some("1"),
            pool: Pool {
                id: need("POOL_ID")?,
                client_id: need("POOL_CLIENT_ID")?,
                issuer: need("TOKEN_ISSUER")?,
                jwks_url: need("JWKS_URL")?,
            },
            mail_from: need("MAIL_FROM")?
                .parse()
                .map_err(|_| wrong("MAIL_FROM", "is not a mail address"))?,
        })
    }

    /// The address of a workspace, without a slash at the end.
    pub fn address(&self, slug: &domain::slug::Slug) -> String {
        format!("{}://{slug}.{}", self.scheme, self.base_domain)
    }

    /// The services, as the settings and the machine's own AWS settings say.
    pub async fn services(&self) -> Result<Services, adapters::Error> {
        let aws = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
        let s3 = aws_sdk_s3::config::Builder::from(&aws)
            .force_path_style(self.bucket_in_path)
            .build();
        let identity = aws_sdk_cognitoidentityprovider::Client::new(&aws);
        Ok(Services {
            table: Table::new(aws_sdk_dynamodb::Client::new(&aws), &self.table),
            identity: Identity::new(identity, self.pool.clone())?,
            files: Files::new(aws_sdk_s3::Client::from_conf(s3), self.bucket.clone()),
            mailer: Mailer::new(aws_sdk_ses::Client::new(&aws), self.mail_from.clone()),
        })
    }
}
