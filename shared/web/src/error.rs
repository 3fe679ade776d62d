//! What a handler gives instead of a page, and how it is shown.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::SignedDuration;

/// Why there is no page.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PageError {
    /// Nothing there for this person, or nothing at all: never told apart.
    #[error("not found")]
    NotFound,
    /// The person can see it, but the role doesn't allow this.
    #[error("the role doesn't allow this")]
    Forbidden,
    /// Nobody is signed in.
    #[error("not signed in")]
    SignIn,
    /// The password, and code, must be given again first.
    #[error("the password was given too long ago")]
    Confirm,
    /// A second factor must be set up first.
    #[error("a second factor is demanded")]
    Enrol,
    /// The request doesn't come from one of our pages, or an old one.
    #[error("the form is out of date")]
    Stale,
    /// The request can't be read.
    #[error("the request can't be read: {0}")]
    BadRequest(&'static str),
    /// More than is taken.
    #[error("the request is too large")]
    TooLarge,
    /// Too often; again after a while.
    #[error("too many tries")]
    TooMany(SignedDuration),
    /// Somebody else changed it first.
    #[error("somebody else changed it first")]
    Changed,
    /// Too busy just now.
    #[error("too busy")]
    Unavailable,
    /// A fault of the product: the cause goes to the log only.
    #[error("internal error")]
    Internal(Arc<dyn std::error::Error + Send + Sync>),
}

impl PageError {
    /// Something that must not happen.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(Arc::from(source.into()))
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::Stale | Self::Confirm | Self::Enrol => StatusCode::FORBIDDEN,
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Changed => StatusCode::CONFLICT,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What happened and what to do, for the person.
    pub(crate) fn message(&self) -> (&'static str, String) {
        let fixed = |title, text: &str| (title, text.to_owned());
        match self {
            Self::NotFound => fixed(
                "Not found",
                "There is nothing at this address, or it is not yours to see.",
            ),
            Self::Forbidden => fixed(
                "Not allowed",
                "Your role doesn't allow this. Ask an owner or admin of the workspace.",
            ),
            Self::SignIn => fixed(
                "Sign in to continue",
                "Your session has ended, so nothing was sent yet.",
            ),
            Self::Confirm => fixed(
                "Confirm your identity",
                "This action needs your password again. Nothing was changed yet.",
            ),
            Self::Enrol => fixed(
                "Set up two-factor authentication",
                "This workspace asks for it before anything else opens.",
            ),
            Self::Stale => fixed(
                "This page was out of date",
                "Nothing was changed yet. Send it again, or go back and reload the page.",
            ),
            Self::BadRequest(_) => fixed(
                "That didn't work",
                "The request couldn't be read. Go back and try again.",
            ),
            Self::TooLarge => fixed(
                "Too large",
                "That is more than can be taken at once. Nothing was changed.",
            ),
            Self::TooMany(wait) => {
                let minutes = wait.as_secs().div_euclid(60) + 1;
                (
                    "Too many attempts",
                    format!("Nothing was changed. Wait {minutes} min, then try again."),
                )
            }
            Self::Changed => fixed(
                "This has changed",
                "A newer version was saved while this page was open, so nothing was changed.",
            ),
            Self::Unavailable => fixed(
                "Busy",
                "This is busy just now. Nothing was changed: try again in a moment.",
            ),
            Self::Internal(_) => fixed(
                "Something went wrong",
                "It is our fault, and it has been logged. Try again in a while.",
            ),
        }
    }

    /// The chain of causes, for the log.
    pub fn cause_chain(&self) -> String {
        let mut text = self.to_string();
        let Self::Internal(cause) = self else {
            return text;
        };
        let mut cause: Option<&dyn std::error::Error> = Some(cause.as_ref());
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

impl From<store::StoreError> for PageError {
    fn from(error: store::StoreError) -> Self {
        match error {
            store::StoreError::Busy => Self::Unavailable,
            // Forms say of what there is no more; elsewhere nothing is added.
            store::StoreError::Refused(_) | store::StoreError::Full(_) => Self::Changed,
            other => Self::internal(other),
        }
    }
}

impl From<adapters::ServiceError> for PageError {
    fn from(error: adapters::ServiceError) -> Self {
        Self::internal(error)
    }
}

impl From<tera::Error> for PageError {
    fn from(error: tera::Error) -> Self {
        Self::internal(error)
    }
}

impl IntoResponse for PageError {
    /// Bare: the layer around all handlers makes a page of it.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
