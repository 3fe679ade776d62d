//! An answer, with what goes along with it.

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use jiff::SignedDuration;

use crate::config::Config;
use crate::cookies;
use crate::headers::{csp_with_files, csp_with_form_action, csp_with_images};

/// An HTTP response that a handler returns.
#[derive(Debug)]
pub struct Reply(Response);

/// To another page, to be fetched by GET: what follows every change.
pub fn see_other(to: &str) -> Reply {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(to) = HeaderValue::from_str(to) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    Reply(response)
}

impl Reply {
    /// A page or a part of one.
    pub fn html(html: String) -> Self {
        Self(Html(html).into_response())
    }

    /// Data for a script of ours.
    pub fn json(value: &serde_json::Value) -> Self {
        Self(axum::Json(value).into_response())
    }

    /// A response with the bytes of a file of that content type.
    pub fn file(bytes: Vec<u8>, kind: HeaderValue) -> Self {
        let mut response = bytes.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        Self(response)
    }

    /// Nothing but a status.
    pub fn empty(status: StatusCode) -> Self {
        Self(status.into_response())
    }

    /// A file that never changes at its address, for anybody and for any page: mail is
    /// read elsewhere.
    pub fn immutable(bytes: Vec<u8>, kind: &'static str) -> Self {
        let year = HeaderValue::from_static("public, max-age=31536000, immutable");
        let everywhere = HeaderValue::from_static("cross-origin");
        let policy = HeaderName::from_static("cross-origin-resource-policy");
        Self::file(bytes, HeaderValue::from_static(kind))
            .header(header::CACHE_CONTROL, year)
            .header(policy, everywhere)
    }

    /// With another status.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        *self.0.status_mut() = status;
        self
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers_mut().append(name, value);
        self
    }

    /// With a content security policy that lets this page send files to the bucket
    /// at `origin`, and go there after a form was sent.
    #[must_use]
    pub fn with_files(self, origin: &str) -> Self {
        self.with_csp(&csp_with_files(origin))
    }

    /// With one that lets this page send pictures there, and show those which lie
    /// there.
    #[must_use]
    pub fn with_images(self, origin: &str) -> Self {
        self.with_csp(&csp_with_images(origin))
    }

    /// With one that lets a form of this page lead to Stripe's: browsers hold a form to
    /// its page's policy wherever it is led on to.
    #[must_use]
    pub fn with_stripe_form_action(self, config: &Config) -> Self {
        self.with_form_action(&config.stripe_origins())
    }

    /// With one that lets whoever sent its form be led on to the pages at `origins`.
    #[must_use]
    pub fn with_form_action(self, origins: &str) -> Self {
        self.with_csp(&csp_with_form_action(origins))
    }

    fn with_csp(self, csp: &str) -> Self {
        match HeaderValue::from_str(csp) {
            Ok(csp) => self.header(header::CONTENT_SECURITY_POLICY, csp),
            Err(_) => self,
        }
    }

    /// Known to this browser for so many seconds, and to nobody in between.
    #[must_use]
    pub fn cached_privately(self, seconds: u32) -> Self {
        match HeaderValue::from_str(&format!("private, max-age={seconds}")) {
            Ok(value) => self.header(header::CACHE_CONTROL, value),
            Err(_) => self,
        }
    }

    /// With a cookie set or taken away.
    #[must_use]
    pub fn cookie(self, cookie: HeaderValue) -> Self {
        self.header(header::SET_COOKIE, cookie)
    }

    /// With the secret of a session that was just opened.
    #[must_use]
    pub fn set_session(self, secret: &str) -> Self {
        self.cookie(cookies::set(cookies::SESSION, secret, None))
    }

    /// With the session's secret taken away, and whatever the browser kept of
    /// its pages.
    #[must_use]
    pub fn clear_session(self) -> Self {
        let what = HeaderValue::from_static("\"cache\", \"storage\"");
        self.cookie(cookies::clear(cookies::SESSION))
            .header(HeaderName::from_static("clear-site-data"), what)
    }

    /// With the token of an invitation, out of the address.
    #[must_use]
    pub fn set_invite(self, token: &str) -> Self {
        self.cookie(cookies::set(cookies::INVITE, token, None))
    }

    /// With the invitation's token taken away.
    #[must_use]
    pub fn clear_invite(self) -> Self {
        self.cookie(cookies::clear(cookies::INVITE))
    }

    /// With the token of a link to a new password, out of the address.
    #[must_use]
    pub fn set_reset(self, token: &str) -> Self {
        self.cookie(cookies::set(cookies::RESET, token, None))
    }

    /// With that token taken away.
    #[must_use]
    pub fn clear_reset(self) -> Self {
        self.cookie(cookies::clear(cookies::RESET))
    }

    /// With the token of a link to a new workspace, out of the address.
    #[must_use]
    pub fn set_sign_up(self, token: &str) -> Self {
        self.cookie(cookies::set(cookies::SIGN_UP, token, None))
    }

    /// With that token taken away.
    #[must_use]
    pub fn clear_sign_up(self) -> Self {
        self.cookie(cookies::clear(cookies::SIGN_UP))
    }

    /// With the code that the front handed over, out of the address.
    #[must_use]
    pub fn set_handoff(self, code: &str) -> Self {
        self.cookie(cookies::set(cookies::HANDOFF, code, None))
    }

    /// With that code taken away.
    #[must_use]
    pub fn clear_handoff(self) -> Self {
        self.cookie(cookies::clear(cookies::HANDOFF))
    }

    /// With nothing half done any more.
    #[must_use]
    pub fn clear_step(self) -> Self {
        self.cookie(cookies::clear(cookies::STEP))
    }

    /// With what the browser is known by.
    #[must_use]
    pub fn set_browser(self, browser: &str) -> Self {
        let year = SignedDuration::from_hours(24 * 365);
        self.cookie(cookies::set(cookies::BROWSER, browser, Some(year)))
    }

    /// With words for the top of the next page: one of [`crate::flash`]'s codes.
    #[must_use]
    pub fn flash(self, code: &str) -> Self {
        self.cookie(cookies::set(cookies::FLASH, code, None))
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        self.0
    }
}
