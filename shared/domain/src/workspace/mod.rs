//! A workspace: a tenant, one security consultancy at one subdomain, and its settings.

mod mfa_policy;
mod mode;
mod settings;
#[expect(
    clippy::module_inception,
    reason = "the file holds the type `Workspace`"
)]
mod workspace;

pub use mfa_policy::MfaPolicy;
pub use mode::WorkspaceMode;
pub use settings::{WorkspaceInput, WorkspaceSettings};
pub use workspace::{SLUG_CHANGE_INTERVAL, SlugChangeRefusal, Workspace};
