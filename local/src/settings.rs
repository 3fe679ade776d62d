//! What `make run` was told.

use std::env;
use std::path::{Path, PathBuf};

use domain::money::Percentage;
use tracing_subscriber::filter::LevelFilter;
use web::StripeConfig;
use web::log::{LogFormat, LogSettings};

use crate::problem::{Problem, ProblemContext as _};

/// The settings of one run.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) root: PathBuf,
    /// Where to listen; 0 for any port that is free.
    pub(crate) port: u16,
    /// Where everything is kept.
    pub(crate) data: PathBuf,
    /// Whether to forget what is kept there.
    pub(crate) reset: bool,
    /// The Python that has the stand-ins.
    pub(crate) python: PathBuf,
    /// The way to Stripe itself. Without it there is a stand-in.
    pub(crate) stripe: Option<StripeConfig>,
    /// What the platform takes of a payment at the stand-in.
    pub(crate) fee: Percentage,
}

impl Settings {
    /// Reads the environment: `PORT`, `DATA_DIR`, `RESET`, `VENV`,
    /// and the settings of Stripe that a function reads.
    pub(crate) fn from_env() -> Result<Self, Problem> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the development server's one place that reads it"
        )]
        Self::read(|name| env::var(name).ok())
    }

    /// The log of the terminal: `LOG` and `LOG_FORMAT`; errors as text unless they are set.
    pub(crate) fn terminal_log() -> LogSettings {
        let default = LogSettings {
            level: LevelFilter::ERROR,
            format: LogFormat::Pretty,
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the development server's one place that reads it"
        )]
        LogSettings::read(|name| env::var(name).ok(), default)
    }

    fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, Problem> {
        let get = |name: &'static str| get(name).filter(|value| !value.is_empty());
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        let root = root.map(Path::to_path_buf).unwrap_or_default();
        let port = get("PORT").unwrap_or_else(|| "8080".to_owned());
        let port = port
            .parse()
            .with_problem(format!("PORT={port} is not the number of a port"))?;
        let reset = match get("RESET").as_deref() {
            None | Some("0") => false,
            Some("1") => true,
            Some(other) => {
                let words = format!(
                    "RESET={other} is not understood: RESET=1 forgets all data, RESET=0 keeps it."
                );
                return Err(Problem::new(words));
            }
        };
        let cannot = "The settings of Stripe can't be used";
        let stripe = StripeConfig::read(&get).with_problem(cannot)?;
        let fee = get("STRIPE_FEE_PERCENT").unwrap_or_else(|| "1".to_owned());
        let fee = fee
            .parse()
            .with_problem(format!("STRIPE_FEE_PERCENT={fee} is no part of a hundred"))?;
        let folder = |name, or: &str| get(name).map_or_else(|| root.join(or), PathBuf::from);
        Ok(Self {
            port,
            reset,
            data: folder("DATA_DIR", ".data"),
            python: folder("VENV", ".venv").join("bin/python"),
            root,
            stripe,
            fee,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn invalid_setting_is_named() {
        let read = |name: &'static str, value: &'static str| {
            Settings::read(|wanted| (wanted == name).then(|| value.to_owned()))
        };
        assert_eq!(read("PORT", "").map(|s| s.port).ok(), Some(8080));
        assert!(read("RESET", "1").is_ok_and(|s| s.reset));
        let stripe = |name, value| read(name, value).map(|s| s.stripe.is_some()).ok();
        assert_eq!(stripe("STRIPE_SECRET_KEY", "sk_test_1"), Some(true));
        assert_eq!(stripe("STRIPE_WEBHOOK_SECRETS", "whsec_1"), Some(false));
        let wrong = read("STRIPE_FEE_PERCENT", "much")
            .expect_err("wrong")
            .to_string();
        assert!(wrong.contains("STRIPE_FEE_PERCENT"), "{wrong}");
        for (name, value) in [("PORT", "http"), ("PORT", "70000"), ("RESET", "yes")] {
            let problem = read(name, value).expect_err("wrong").to_string();
            assert!(problem.contains(&format!("{name}={value}")), "{problem}");
        }
    }
}
