//! Checks that several pages of settings and account share.

use store::Session;
use web::{Context, PageError};

/// The session of the request; without one, the person signs in first.
pub(crate) fn require_session(ctx: &Context) -> Result<&Session, PageError> {
    ctx.session.as_ref().ok_or(PageError::SignIn)
}
