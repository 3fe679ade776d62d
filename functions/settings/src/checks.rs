//! Checks that several pages of settings and account share.

use domain::input::FieldErrors;
use store::Session;
use web::{Context, PageError};

/// The error of a form that shows an older version of the settings.
pub(crate) fn settings_changed_error() -> FieldErrors {
    FieldErrors::of(
        "form",
        "Somebody else changed the settings meanwhile. Look at them again, then save.",
    )
}

/// The session of the request; without one, the person signs in first.
pub(crate) fn require_session(ctx: &Context) -> Result<&Session, PageError> {
    ctx.session.as_ref().ok_or(PageError::SignIn)
}
