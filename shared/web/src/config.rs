//! The settings of a process: read from its environment once, at its start.

use adapters::{RoleArns, UserPool};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::email::EmailAddress;
use domain::money::Percentage;

use crate::log::LogSettings;

/// Where accounts are filled in, where is paid, and where subscriptions are managed.
const STRIPE_PAGES: &str =
    "https://connect.stripe.com https://checkout.stripe.com https://billing.stripe.com";
/// The name in the address at which workspaces are made: no workspace can have it.
const SIGNUP_LABEL: &str = "app";

/// Every setting that a function reads, with its meaning. `docs/REFERENCE.md` lists them.
pub const SETTINGS: &[(&str, &str)] = &[
    (
        "BASE_DOMAIN",
        "The domain below which workspaces have their subdomains, with a port if it has one.",
    ),
    (
        "SCHEME",
        "`https` unless set; `http` on a developer's machine.",
    ),
    (
        "HOST_HEADER",
        "The header that holds the viewer's host: `x-portal-host` unless set.",
    ),
    (
        "ORIGIN_SECRETS",
        "The distribution's secrets, separated by commas: the current one, and the former while they rotate. Empty where no distribution is in front.",
    ),
    (
        "SECRET_KEY",
        "32 bytes in base64, from which the server's keys are derived.",
    ),
    ("TABLE_NAME", "The DynamoDB table."),
    ("BUCKET_NAME", "The S3 bucket."),
    (
        "BUCKET_IN_PATH",
        "`1` to address the bucket in the path, as stand-ins need it.",
    ),
    ("POOL_ID", "The Cognito user pool."),
    ("POOL_CLIENT_ID", "The app client of the user pool."),
    (
        "TOKEN_ISSUER",
        "The issuer that tokens of the user pool name.",
    ),
    ("JWKS_URL", "The address of the user pool's public keys."),
    ("MAIL_FROM", "The sender's mail address."),
    (
        "MALWARE_SCAN",
        "`1` where uploads wait for the verdict of a malware scan.",
    ),
    (
        "TEAM_ROLE_ARN",
        "The role that reaches a workspace's data. Set with `PORTAL_ROLE_ARN` or not at all.",
    ),
    ("PORTAL_ROLE_ARN", "The role that reaches a client's data."),
    (
        "STRIPE_SECRET_KEY",
        "The platform's secret key at Stripe. Without it payments are not offered.",
    ),
    (
        "STRIPE_API_URL",
        "The address of Stripe's API, if it is not Stripe's own.",
    ),
    (
        "STRIPE_WEBHOOK_SECRETS",
        "Signing secrets of the platform's webhook, separated by commas.",
    ),
    (
        "STRIPE_CONNECT_WEBHOOK_SECRETS",
        "Signing secrets of the connected accounts' webhook, separated by commas.",
    ),
    (
        "STRIPE_FEE_PERCENT",
        "The platform's share of a payment, in per cent.",
    ),
    (
        "LOG",
        "The log level: `error`, `warn`, `info` (the default), `debug`, `trace` or `off`.",
    ),
    ("LOG_FORMAT", "`json` (the default) or `pretty`."),
];

/// The settings of a process.
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
    pub table: String,
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

/// A setting that is missing or can't be used.
#[derive(Debug, thiserror::Error)]
#[error("setting {name}: {why}")]
pub struct MissingSetting {
    name: &'static str,
    why: String,
}

impl MissingSetting {
    pub(crate) fn new(name: &'static str, why: &str) -> Self {
        let why = why.to_owned();
        Self { name, why }
    }
}

impl Config {
    /// Reads the environment.
    pub fn from_env() -> Result<Self, MissingSetting> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the environment"
        )]
        Self::read(|name| std::env::var(name).ok())
    }

    /// The name of this function, where it is one: whoever runs it says so.
    pub fn function_name() -> Option<String> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the environment"
        )]
        std::env::var("AWS_LAMBDA_FUNCTION_NAME").ok()
    }

    /// The handler that this function is deployed with, where it is one: Lambda's `_HANDLER`.
    pub fn handler() -> Option<String> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the environment"
        )]
        std::env::var("_HANDLER").ok()
    }

    /// The level and format of the log: `LOG` and `LOG_FORMAT`.
    pub fn log_settings() -> LogSettings {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the environment"
        )]
        LogSettings::read(|name| std::env::var(name).ok(), LogSettings::default())
    }

    /// Reads settings by name.
    pub fn read(get: impl Fn(&'static str) -> Option<String>) -> Result<Self, MissingSetting> {
        let need = |name| {
            let value = get(name).filter(|value| !value.is_empty());
            value.ok_or_else(|| MissingSetting::new(name, "is not set"))
        };
        let key = BASE64_STANDARD
            .decode(need("SECRET_KEY")?)
            .unwrap_or_default();
        let wrong = MissingSetting::new;
        Ok(Self {
            base_domain: need("BASE_DOMAIN")?,
            scheme: get("SCHEME").unwrap_or_else(|| "https".to_owned()),
            host_header: get("HOST_HEADER").unwrap_or_else(|| "x-portal-host".to_owned()),
            origin_secrets: get("ORIGIN_SECRETS")
                .iter()
                .flat_map(|all| all.split(','))
                .filter(|part| !part.is_empty())
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
                // Both or neither: with one alone a side would lack IAM isolation.
                Some(_) => Some(RoleArns {
                    team: need("TEAM_ROLE_ARN")?,
                    portal: need("PORTAL_ROLE_ARN")?,
                }),
                None => None,
            },
            stripe: StripeConfig::read(&get)?,
        })
    }

    /// Where Stripe's own pages are: the origins, with spaces between. A stand-in has them
    /// beside its API, or under its own name of this installation.
    pub(crate) fn stripe_origins(&self) -> String {
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
    pub fn workspace_url(&self, slug: &domain::slug::Slug) -> String {
        format!("{}://{slug}.{}", self.scheme, self.base_domain)
    }

    /// The address at which workspaces are made, without a slash at the end.
    pub fn signup_url(&self) -> String {
        format!("{}://{SIGNUP_LABEL}.{}", self.scheme, self.base_domain)
    }

    /// Whether a host is that.
    pub(crate) fn is_signup_host(&self, host: &str) -> bool {
        host.eq_ignore_ascii_case(&format!("{SIGNUP_LABEL}.{}", self.base_domain))
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
            let all = all.split(',').filter(|part| !part.is_empty());
            all.map(str::to_owned).collect::<Vec<_>>()
        };
        let (url, fee) = (text("STRIPE_API_URL"), text("STRIPE_FEE_PERCENT"));
        let webhook_secrets = list("STRIPE_WEBHOOK_SECRETS");
        let connect_secrets = list("STRIPE_CONNECT_WEBHOOK_SECRETS");
        let fee = fee.map(|fee| fee.parse::<Percentage>()).transpose();
        let fee = fee.map_err(|why| MissingSetting::new("STRIPE_FEE_PERCENT", &why))?;
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
    fn data_roles_must_be_set_together() {
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
