//! The connected account of a workspace.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Whether a workspace can take payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectStatus {
    /// No account, or a disconnected one.
    NotConnected,
    /// The owner hasn't entered everything, or Stripe verifies it.
    Pending,
    /// Stripe blocks payments until the owner acts.
    Restricted,
    Ready,
}

/// What Stripe says of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccountFlags {
    pub charges_enabled: bool,
    #[serde(default)]
    pub payouts_enabled: bool,
    pub details_submitted: bool,
    /// Stripe's code for why it may not take payments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
}

/// The Stripe account of a workspace, which takes its payments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StripeConnection {
    /// Stripe's id.
    pub account: String,
    /// Whether real money moves.
    pub livemode: bool,
    #[serde(default)]
    pub flags: AccountFlags,
    /// The time of `flags`.
    #[serde(rename = "as_of", default)]
    pub flags_at: Timestamp,
    /// The time at which its owner disconnected it.
    #[serde(rename = "ended", default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Increases with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

impl ConnectStatus {
    pub const ALL: [Self; 4] = [
        Self::NotConnected,
        Self::Pending,
        Self::Restricted,
        Self::Ready,
    ];

    /// The name used in templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotConnected => "not_connected",
            Self::Pending => "pending",
            Self::Restricted => "restricted",
            Self::Ready => "ready",
        }
    }

    /// The displayed name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NotConnected => "Not connected",
            Self::Pending => "Pending",
            Self::Restricted => "Restricted",
            Self::Ready => "Ready",
        }
    }
}

impl AccountFlags {
    /// A sentence on why the account can't take payments; `None` where Stripe gives no reason.
    pub fn reason(&self) -> Option<&'static str> {
        let code = self.disabled_reason.as_deref()?;
        Some(match code {
            "requirements.past_due" => "Stripe lacks something that was due. Enter it there.",
            "requirements.pending_verification" => "Stripe checks what you entered.",
            "under_review" => "Stripe looks at the account.",
            "listed" => "Stripe checks names against lists that the law demands.",
            "platform_paused" => "Whoever runs this portal has paused the account.",
            "action_required.requested_capabilities" => {
                "Stripe asks which payments the account is for. Answer it there."
            }
            code if code.starts_with("rejected.") => {
                "Stripe has rejected the account. Only Stripe can say more."
            }
            _ => "Stripe says why in its own dashboard.",
        })
    }
}

impl From<&AccountFlags> for ConnectStatus {
    fn from(flags: &AccountFlags) -> Self {
        let is_pending = |reason: &str| {
            reason == "requirements.pending_verification"
                || reason == "under_review"
                || reason == "listed"
        };
        if !flags.details_submitted {
            Self::Pending
        } else if flags.charges_enabled {
            Self::Ready
        } else if flags.disabled_reason.as_deref().is_none_or(is_pending) {
            Self::Pending
        } else {
            Self::Restricted
        }
    }
}

impl StripeConnection {
    /// A new account.
    pub fn new(account: String, livemode: bool, now: Timestamp) -> Self {
        Self {
            account,
            livemode,
            flags: AccountFlags::default(),
            flags_at: now,
            ended_at: None,
            version: 1,
        }
    }

    /// Whether it can take payments.
    pub fn status(&self) -> ConnectStatus {
        match self.ended_at {
            Some(_) => ConnectStatus::NotConnected,
            None => ConnectStatus::from(&self.flags),
        }
    }

    /// The account with the flags of `at`; `None` where newer flags are known.
    pub fn with_flags(&self, flags: &AccountFlags, at: Timestamp) -> Option<Self> {
        if (self.flags_at, &self.flags) >= (at, flags) {
            return None;
        }
        Some(Self {
            flags: flags.clone(),
            flags_at: at,
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// The account, disconnected at `at`; `None` where that is known. It can't be connected again: the
    /// workspace gets another account.
    pub fn deauthorize(&self, at: Timestamp) -> Option<Self> {
        if self.ended_at.is_some_and(|ended| ended <= at) {
            return None;
        }
        Some(Self {
            ended_at: Some(at),
            version: self.version + 1,
            ..self.clone()
        })
    }
}
