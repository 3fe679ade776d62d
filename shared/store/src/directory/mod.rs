//! The directory: what is needed before a person is known. Sessions, accounts, links and
//! rate counters, and the changes of a person's own account.

pub(crate) mod account;
pub(crate) mod account_change;
pub(crate) mod directory;
pub(crate) mod login;
pub(crate) mod mfa;
pub(crate) mod new_session;
pub(crate) mod new_workspace;
pub(crate) mod password_reset;
pub(crate) mod rate_limit;
pub(crate) mod session;
pub(crate) mod session_entry;
