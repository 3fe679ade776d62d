//! The pages of an engagement, above each of them.

use domain::id::EngagementId;
use serde::Serialize;

use crate::links::{self, LinkBase};

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
    /// The tabs of an engagement on its page `at` (`overview`, `messages`, `documents`), for a
    /// reader with `unread` messages.
    pub fn new(base: LinkBase, engagement: EngagementId, at: &'static str, unread: i64) -> Self {
        Self {
            overview: links::engagement(base, engagement),
            messages: links::thread(base, engagement),
            documents: links::engagement_documents(base, engagement),
            unread,
            at,
        }
    }
}
