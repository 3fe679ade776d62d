//! Limits of mail to people who didn't ask for it: invitations, and links that confirm an
//! address. They count by sender, by recipient and by workspace.

use domain::email::EmailAddress;
use domain::id::UserId;
use domain::plan::Plan;
use futures::future::try_join4;
use jiff::SignedDuration;
use store::RateLimit;

use crate::context::Context;
use crate::error::PageError;

/// For how many milliseconds a workspace counts as new: a week.
const NEW_MS: i64 = 7 * 24 * 3_600 * 1_000;

const BY_SENDER: RateLimit = RateLimit {
    rule: "mail-sender",
    most: 60,
    window: SignedDuration::from_hours(1),
};
const BY_RECIPIENT: RateLimit = RateLimit {
    rule: "mail-recipient",
    most: 6,
    window: SignedDuration::from_hours(24),
};
/// As [`BY_RECIPIENT`], from all workspaces together.
const BY_RECIPIENT_ANYWHERE: RateLimit = RateLimit {
    rule: "mail-recipient-anywhere",
    most: 20,
    window: SignedDuration::from_hours(24),
};
const BY_WORKSPACE: RateLimit = RateLimit {
    rule: "mail-workspace",
    most: 500,
    window: SignedDuration::from_hours(24),
};
/// Of a workspace that is new or pays nothing.
const BY_FREE_WORKSPACE: RateLimit = RateLimit {
    rule: "mail-workspace",
    most: 60,
    window: SignedDuration::from_hours(24),
};

impl Context {
    /// Counts a mail of `sender` to somebody who may not know of it; why it can't be sent now
    /// where there were too many.
    pub async fn limit_unasked_mail(
        &self,
        sender: UserId,
        to: &EmailAddress,
    ) -> Result<Option<String>, PageError> {
        let (sender, to) = (sender.to_string(), to.fold());
        let by_workspace = if self.plan() == Plan::Starter || self.is_new_workspace() {
            BY_FREE_WORKSPACE
        } else {
            BY_WORKSPACE
        };
        let counted = try_join4(
            self.limit_subject(BY_SENDER, &sender),
            self.limit_subject(BY_RECIPIENT, &to),
            self.limit_subject(by_workspace, ""),
            self.check_limit(BY_RECIPIENT_ANYWHERE, &to),
        );
        match counted.await {
            Ok(_) => Ok(None),
            Err(PageError::TooMany(wait)) => Ok(Some(explain(wait))),
            Err(error) => Err(error),
        }
    }

    fn is_new_workspace(&self) -> bool {
        let created = i64::try_from(self.workspace.id.unix_ms()).unwrap_or_default();
        self.now.as_millisecond() - created < NEW_MS
    }
}

/// What a form says of a mail that can't be sent for so long.
fn explain(wait: SignedDuration) -> String {
    let minutes = wait.as_mins() + 1;
    let when = if minutes > 90 {
        format!("{} hours", minutes / 60 + 1)
    } else {
        format!("{minutes} min")
    };
    format!("Too many of these mails were sent. Nothing was sent now: try again in {when}.")
}
