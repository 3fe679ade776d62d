//! The pages of an engagement, above each of them.

use serde::Serialize;

/// The ways between an engagement's pages.
#[derive(Debug, Clone, Serialize)]
pub struct EngagementTabs {
    overview: String,
    messages: String,
    documents: String,
    unread: i64,
    at: &'static str,
}

impl EngagementTabs {
    /// Of the engagement at `around`, on the page `at` (`overview`, `messages`,
    /// `documents`), for
    /// somebody who hasn't read `unread` messages.
    pub fn new(around: &str, at: &'static str, unread: i64) -> Self {
        Self {
            overview: around.to_owned(),
            messages: format!("{around}/messages"),
            documents: format!("{around}/documents"),
            unread,
            at,
        }
    }
}
