//! A workspace's account at Stripe.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Whether a workspace can take payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectStatus {
    /// There is no account, or it was taken away from us.
    NotConnected,
    /// It isn't filled in yet, or Stripe looks at it.
    Pending,
    /// Stripe doesn't let it take payments until something is done.
    Restricted,
    /// It takes payments.
    Ready,
}

/// What Stripe says of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccountFlags {
    /// Whether it may take payments.
    pub charges_enabled: bool,
    /// Whether money leaves it for a bank account.
    #[serde(default)]
    pub payouts_enabled: bool,
    /// Whether its owner has said everything that was asked first.
    pub details_submitted: bool,
    /// Why it may not, in Stripe's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
}

/// An account that a workspace has at Stripe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StripeConnection {
    /// Its id at Stripe.
    pub account: String,
    /// Whether it takes real money.
    pub livemode: bool,
    /// What Stripe says of it.
    #[serde(default)]
    pub flags: AccountFlags,
    /// As of when.
    #[serde(default)]
    pub as_of: Timestamp,
    /// When its owner took it away from us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// Goes up with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

impl ConnectStatus {
    /// Every state.
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

    /// The words on the screen.
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
    /// Why the account can't take payments, in words; `None` where Stripe says nothing.
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
        let waits = |why: &str| {
            why == "requirements.pending_verification" || why == "under_review" || why == "listed"
        };
        if !flags.details_submitted {
            Self::Pending
        } else if flags.charges_enabled {
            Self::Ready
        } else if flags.disabled_reason.as_deref().is_none_or(waits) {
            Self::Pending
        } else {
            Self::Restricted
        }
    }
}

impl StripeConnection {
    /// An account that was just made.
    pub fn new(account: String, livemode: bool, now: Timestamp) -> Self {
        Self {
            account,
            livemode,
            flags: AccountFlags::default(),
            as_of: now,
            ended: None,
            version: 1,
        }
    }

    /// Whether it can take payments.
    pub fn state(&self) -> ConnectStatus {
        match self.ended {
            Some(_) => ConnectStatus::NotConnected,
            None => ConnectStatus::from(&self.flags),
        }
    }

    /// The same once Stripe said `flags` at `at`; `None` where that is nothing new.
    /// What was said later holds, whatever comes later.
    pub fn updated(&self, flags: &AccountFlags, at: Timestamp) -> Option<Self> {
        if (self.as_of, &self.flags) >= (at, flags) {
            return None;
        }
        Some(Self {
            flags: flags.clone(),
            as_of: at,
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// The same once its owner took it away at `at`; `None` where that is known. There
    /// is no way back: who connects again gets another account.
    pub fn deauthorized(&self, at: Timestamp) -> Option<Self> {
        if self.ended.is_some_and(|ended| ended <= at) {
            return None;
        }
        Some(Self {
            ended: Some(at),
            version: self.version + 1,
            ..self.clone()
        })
    }
}
