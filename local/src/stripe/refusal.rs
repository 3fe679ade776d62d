//! Why a request isn't done, as Stripe says it.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use super::objects::set;

/// An error of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
}

impl Refusal {
    /// What was asked for can't be, whatever is in it.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "invalid_request_error",
            code: None,
            param: None,
            message: message.into(),
        }
    }

    /// A parameter can't be as it is.
    pub(super) fn of(param: &str, message: impl Into<String>) -> Self {
        Self {
            param: Some(param.to_owned()),
            ..Self::new(message)
        }
    }

    /// There is no such object, or it is another account's.
    pub(super) fn missing(kind: &str, id: &str, param: &str) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            ..Self::of(param, format!("No such {kind}: '{id}'")).coded("resource_missing")
        }
    }

    /// There is no such address.
    pub(super) fn unknown(method: &str, path: &str) -> Self {
        let message = format!("Unrecognized request URL ({method}: {path}).");
        Self {
            status: StatusCode::NOT_FOUND,
            ..Self::new(message)
        }
    }

    /// Who asks isn't known.
    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            ..Self::new(message)
        }
    }

    /// The platform has nothing to do with the account.
    pub(super) fn no_access(account: &str) -> Self {
        let message = format!(
            "The provided key does not have access to account '{account}' (or that account does \
             not exist). Application access may have been revoked."
        );
        Self {
            status: StatusCode::FORBIDDEN,
            ..Self::new(message).coded("account_invalid")
        }
    }

    /// The key was used for something else before.
    pub(super) fn reused(key: &str) -> Self {
        Self {
            kind: "idempotency_error",
            ..Self::new(format!(
                "Keys for idempotent requests can only be used with the same parameters they were \
                 first used with. Try using a key other than '{key}' if you meant to execute a \
                 different request."
            ))
        }
    }

    /// With Stripe's name for it.
    pub(super) fn coded(self, code: &'static str) -> Self {
        Self {
            code: Some(code),
            ..self
        }
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut error = json!({ "type": self.kind, "message": self.message });
        if let Some(code) = self.code {
            let more = format!("https://docs.stripe.com/error-codes#{code}");
            set(&mut error, json!({ "code": code, "doc_url": more }));
        }
        if let Some(param) = self.param {
            set(&mut error, json!({ "param": param }));
        }
        (self.status, Json(json!({ "error": error }))).into_response()
    }
}
