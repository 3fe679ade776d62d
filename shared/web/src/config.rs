//! The settings of a process: read from its environment once, at its start.

use adapters::{
    DataRoles, FileClient, Files, Identity, Mailer, PerTenant, RoleArns, Stripe, UserPool, cache,
};
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use aws_types::SdkConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::email::EmailAddress;
use domain::money::Percentage;
use store::{Table, TenantClients};

use crate::app::Services;

/// Where accounts are filled in, where is paid, and where subscriptions are managed.
const STRIPE_PAGES: &str =
    "https://connect.stripe.com https://checkout.stripe.com https://billing.stripe.com";
/// The name in the address at which workspaces are made: no workspace can have it.
const FRONT: &str = "app";

/// What a process is told.
#[derive(Debug, Clone)]
pub struct Config {
    /// What workspaces' addresses end with: `portal.example`, or with a port.
    pub base_domain: String,
    /// `https`, but for a machine of one's own.
    pub scheme: String,
    /// The header that holds the viewer's host; whoever is in front must set it.
    pub host_header: String,
    /// What the distribution in front is known by: its secret, and the one before it
    /// while secrets change. None where there is no distribution.
    pub origin_secrets: Vec<String>,
    /// 32 bytes from which the server's keys are made.
    pub secret_key: [u8; 32],
    /// The table.
    pub table: String,
    /// The bucket.
    pub bucket: String,
    /// Whether the bucket's name goes into the path, as stand-ins want it.
    pub bucket_in_path: bool,
    /// The user pool.
    pub pool: UserPool,
    /// The sender of mail.
    pub mail_from: EmailAddress,
    /// Whether uploads wait for the verdict of a scan for harmful content.
    pub malware_scan: bool,
    /// The roles that reach tenants' data. Without them the process's own role
    /// must.
    pub data_roles: Option<RoleArns>,
    /// The way to Stripe. Without it payments aren't offered.
    pub stripe: Option<StripeConfig>,
}

/// The platform's account at Stripe.
#[derive(Debug, Clone)]
pub struct StripeConfig {
    /// Its secret key.
    pub key: String,
    /// Where Stripe is, if not at its own address.
    pub url: Option<String>,
    /// What events of the platform's own account are signed with; several while they
    /// change.
    pub webhook_secrets: Vec<String>,
    /// What events of connected accounts are signed with.
    pub connect_secrets: Vec<String>,
    /// What the platform takes of a payment.
    pub fee: Percentage,
}

/// The AWS clients that a process has by its own role.
#[derive(Debug, Clone)]
pub struct AwsClients {
    /// For the table.
    pub dynamo: aws_sdk_dynamodb::Client,
    /// For files.
    pub s3: FileClient,
    /// For passwords.
    pub cognito: aws_sdk_cognitoidentityprovider::Client,
    /// For mail.
    pub ses: aws_sdk_ses::Client,
    /// For credentials that reach one tenant only.
    pub sts: aws_sdk_sts::Client,
}

/// A setting that is missing or can't be used.
#[derive(Debug, thiserror::Error)]
#[error("setting {name}: {why}")]
pub struct MissingSetting {
    name: &'static str,
    why: String,
}

impl Config {
    /// Reads the environment.
    pub fn from_env() -> Result<Self, MissingSetting> {
        #[allow(clippy::disallowed_methods)] // the one place that reads it
        Self::read(|name| std::env::var(name).ok())
    }

    /// The name of this function, where it is one: whoever runs it says so.
    pub fn function() -> Option<String> {
        #[allow(clippy::disallowed_methods)] // beside the one place that reads it
        std::env::var("AWS_LAMBDA_FUNCTION_NAME").ok()
    }

    /// Reads settings by name.
    pub fn read(get: impl Fn(&'static str) -> Option<String>) -> Result<Self, MissingSetting> {
        let need = |name| {
            let value = get(name).filter(|value| !value.is_empty());
            value.ok_or_else(|| MissingSetting {
                name,
                why: "is not set".to_owned(),
            })
        };
        let key = BASE64_STANDARD
            .decode(need("SECRET_KEY")?)
            .unwrap_or_default();
        let wrong = |name, why: &str| MissingSetting {
            name,
            why: why.to_owned(),
        };
        Ok(Self {
            base_domain: need("BASE_DOMAIN")?,
            scheme: get("SCHEME").unwrap_or_else(|| "https".to_owned()),
            host_header: get("HOST_HEADER").unwrap_or_else(|| "x-portal-host".to_owned()),
            origin_secrets: get("ORIGIN_SECRETS")
                .iter()
                .flat_map(|all| all.split(','))
                .filter(|one| !one.is_empty())
                .map(str::to_owned)
                .collect(),
            secret_key: key
                .try_into()
                .map_err(|_| wrong("SECRET_KEY", "must be 32 bytes in base64"))?,
            table: need("TABLE_NAME")?,
            bucket: need("BUCKET_NAME")?,
            bucket_in_path: get("BUCKET_IN_PATH").as_deref() == Some("1"),
            pool: UserPool {
                id: need("POOL_ID")?,
                client_id: need("POOL_CLIENT_ID")?,
                issuer: need("TOKEN_ISSUER")?,
                jwks_url: need("JWKS_URL")?,
            },
            mail_from: need("MAIL_FROM")?
                .parse()
                .map_err(|_| wrong("MAIL_FROM", "is not a mail address"))?,
            malware_scan: get("MALWARE_SCAN").as_deref() == Some("1"),
            data_roles: match get("TEAM_ROLE_ARN").or_else(|| get("PORTAL_ROLE_ARN")) {
                // Both or neither: with one alone a side would be unfenced.
                Some(_) => Some(RoleArns {
                    team: need("TEAM_ROLE_ARN")?,
                    portal: need("PORTAL_ROLE_ARN")?,
                }),
                None => None,
            },
            stripe: StripeConfig::read(&get)?,
        })
    }

    /// The way to Stripe, if there is one.
    pub fn stripe(&self) -> Result<Option<Stripe>, adapters::ServiceError> {
        let stripe = self.stripe.as_ref();
        let stripe = stripe.map(|stripe| Stripe::new(&stripe.key, stripe.url.as_deref()));
        stripe.transpose()
    }

    /// Where Stripe's own pages are: the origins, with spaces between. A stand-in has them
    /// beside its API, or under its own name of this installation.
    pub(crate) fn stripe_pages(&self) -> String {
        let elsewhere = self.stripe.as_ref().and_then(|stripe| stripe.url.as_ref());
        let elsewhere = elsewhere.and_then(|url| url.parse::<http::Uri>().ok());
        let parts = elsewhere.map(http::Uri::into_parts);
        match parts.and_then(|parts| Some((parts.scheme?, parts.authority?))) {
            Some((scheme, authority)) => format!(
                "{scheme}://{authority} {}://stripe.{}",
                self.scheme, self.base_domain
            ),
            None => STRIPE_PAGES.to_owned(),
        }
    }

    /// The address of a workspace, without a slash at the end.
    pub fn address(&self, slug: &domain::slug::Slug) -> String {
        format!("{}://{slug}.{}", self.scheme, self.base_domain)
    }

    /// The address at which workspaces are made, without a slash at the end.
    pub fn front(&self) -> String {
        format!("{}://{FRONT}.{}", self.scheme, self.base_domain)
    }

    /// Whether a host is that.
    pub(crate) fn is_front(&self, host: &str) -> bool {
        host.eq_ignore_ascii_case(&format!("{FRONT}.{}", self.base_domain))
    }

    /// The services, as the settings and those of AWS say.
    pub fn services(&self, aws: &SdkConfig) -> Result<Services, adapters::ServiceError> {
        let s3 = aws_sdk_s3::config::Builder::from(aws).force_path_style(self.bucket_in_path);
        self.services_by(AwsClients {
            dynamo: aws_sdk_dynamodb::Client::new(aws),
            s3: FileClient::new(s3, aws.credentials_provider())?,
            cognito: aws_sdk_cognitoidentityprovider::Client::new(aws),
            ses: aws_sdk_ses::Client::new(aws),
            sts: aws_sdk_sts::Client::new(aws),
        })
    }

    /// The services, by these clients.
    pub fn services_by(&self, clients: AwsClients) -> Result<Services, adapters::ServiceError> {
        let AwsClients {
            dynamo,
            s3,
            cognito,
            ses,
            sts,
        } = clients;
        let mut table = Table::new(dynamo.clone(), &self.table);
        let mut files = Files::new(s3.clone(), self.bucket.clone());
        if let Some(arns) = &self.data_roles {
            let roles = DataRoles::new(sts, arns.clone());
            let tables = PerTenant::new(roles.clone(), move |credentials| {
                let config = dynamo.config().to_builder().identity_cache(cache());
                let config = config.credentials_provider(credentials).build();
                aws_sdk_dynamodb::Client::from_conf(config)
            });
            table = table.narrowed_by(TenantClients::new(move |ws, client| tables.of(ws, client)));
            files = files.narrowed_by(PerTenant::new(roles, move |credentials| {
                s3.signing_by(SharedCredentialsProvider::new(credentials))
            }));
        }
        Ok(Services {
            table,
            identity: Identity::new(cognito, self.pool.clone())?,
            files,
            mailer: Mailer::new(ses, self.mail_from.clone()),
            stripe: self.stripe()?,
        })
    }
}

/// The settings of AWS that Lambda gives a function: its region, and the credentials of
/// its role, which hold for as long as the process lives. There are no profiles and no
/// other sources to look through, as elsewhere.
#[allow(clippy::disallowed_methods)] // beside the one place that reads them
pub(crate) fn on_lambda() -> Result<SdkConfig, MissingSetting> {
    let need = |name| {
        std::env::var(name).map_err(|why| MissingSetting {
            name,
            why: why.to_string(),
        })
    };
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
    #[allow(clippy::disallowed_methods)] // as above
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace(' ', "_");
        let own = std::env::var(format!("{}_{service}", key.env()));
        own.or_else(|_| std::env::var(key.env())).ok()
    }
}

impl StripeConfig {
    /// Reads the settings that are about Stripe; without a key there is no way to it.
    pub fn read(
        get: &impl Fn(&'static str) -> Option<String>,
    ) -> Result<Option<Self>, MissingSetting> {
        let text = |name| get(name).filter(|text| !text.is_empty());
        let list = |name| {
            let all = get(name).unwrap_or_default();
            let all = all.split(',').filter(|one| !one.is_empty());
            all.map(str::to_owned).collect::<Vec<_>>()
        };
        let (url, fee) = (text("STRIPE_API_URL"), text("STRIPE_FEE_PERCENT"));
        let webhook_secrets = list("STRIPE_WEBHOOK_SECRETS");
        let connect_secrets = list("STRIPE_CONNECT_WEBHOOK_SECRETS");
        let fee = fee.map(|fee| fee.parse::<Percentage>()).transpose();
        let fee = fee.map_err(|why| MissingSetting {
            name: "STRIPE_FEE_PERCENT",
            why,
        })?;
        Ok(text("STRIPE_SECRET_KEY").map(|key| Self {
            key,
            url,
            webhook_secrets,
            connect_secrets,
            fee: fee.unwrap_or_default(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_for_data_are_both_there_or_neither() {
        let read = |roles: &'static [&'static str]| {
            Config::read(move |name| {
                let role = name.ends_with("_ROLE_ARN");
                let value = match name {
                    "SECRET_KEY" => BASE64_STANDARD.encode([7; 32]),
                    "MAIL_FROM" => "portal@secportal.example".to_owned(),
                    "STRIPE_FEE_PERCENT" => "1.5".to_owned(),
                    name => name.to_owned(),
                };
                Some(value).filter(|_| !role || roles.contains(&name))
            })
        };
        let roles = |names| read(names).map(|config| config.data_roles.is_some());
        assert_eq!(roles(&[]).ok(), Some(false));
        assert_eq!(
            roles(&["TEAM_ROLE_ARN", "PORTAL_ROLE_ARN"]).ok(),
            Some(true)
        );
        let problem = |names| roles(names).map_err(|missing| missing.to_string());
        for (one, other) in [
            (&["TEAM_ROLE_ARN"], "PORTAL_ROLE_ARN"),
            (&["PORTAL_ROLE_ARN"], "TEAM_ROLE_ARN"),
        ] {
            let said = problem(one).expect_err("half is none");
            assert!(said.contains(other), "{said}");
        }
    }
}
