//! The person who is to fix a finding, or who works on an engagement.

use serde::{Deserialize, Serialize};

use crate::id::UserId;

/// A person by account, with the name at the time of assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignee {
    pub id: UserId,
    pub name: String,
}
