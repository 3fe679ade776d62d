//! What is known about a request wherever it came, at a workspace or at the front.

use std::sync::Arc;

use domain::id::EntryId;
use http::header;
use http::request::Parts;
use jiff::Timestamp;
use store::{AuditContext, Device, Directory, Meter, RateDecision, RateLimit};

use crate::address::ClientAddress;
use crate::app::App;
use crate::cookies::{self, Cookies};
use crate::error::PageError;
use crate::flash::{self, Flash};
use crate::reply::Reply;

/// What is known about a request: when it came, from where, and at what cost so far.
#[derive(Clone)]
pub struct RequestInfo {
    /// What the process has.
    pub app: Arc<App>,
    /// The time at which the request came.
    pub now: Timestamp,
    /// Path and query.
    pub path: String,
    pub(crate) request_id: String,
    pub(crate) meter: Meter,
    pub(crate) audit: AuditContext,
    pub(crate) address: Option<ClientAddress>,
    cookies: Cookies,
    /// What a browser without a session binds its forms to; new where it had none.
    anonymous: (String, bool),
}

impl RequestInfo {
    pub(crate) fn read(
        app: Arc<App>,
        meter: Meter,
        request: &Parts,
        request_id: EntryId,
    ) -> Result<Self, PageError> {
        let cookies = Cookies::read(&request.headers)
            .map_err(|_| PageError::BadRequest("a cookie came twice"))?;
        let now = app.clock.now();
        let path = request
            .uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string);
        let address = request.extensions.get::<ClientAddress>().copied();
        let device = Device {
            agent: user_agent(&request.headers),
            address: address.map_or_else(String::new, |ClientAddress(ip)| ip.to_string()),
        };
        let known = cookies.get(cookies::ANONYMOUS).map(str::to_owned);
        let fresh = known.is_none();
        let anonymous = (known.unwrap_or_else(|| app.new_secret()), fresh);
        Ok(Self {
            app,
            now,
            path,
            request_id: request_id.to_string(),
            meter,
            audit: AuditContext::new(request_id, now, device),
            address,
            cookies,
            anonymous,
        })
    }

    /// The directory, its use counted on this request.
    pub fn directory(&self) -> Directory {
        let table = self.app.services.table.with_meter(&self.meter);
        Directory::new(table, self.audit.clone())
    }

    /// Counts one use of a limited thing by where the request comes from.
    pub async fn limit_address(&self, limit: RateLimit) -> Result<(), PageError> {
        // Without an address all share one count: closed rather than open.
        let subject = self
            .address
            .map_or_else(|| "unknown".to_owned(), ClientAddress::subject);
        self.check_limit(limit, &subject).await
    }

    /// Counts one use of a limited thing by `subject`, whatever the workspace.
    pub(crate) async fn check_limit(
        &self,
        limit: RateLimit,
        subject: &str,
    ) -> Result<(), PageError> {
        let directory = self.directory();
        match directory.check_rate(limit, subject, self.now).await? {
            RateDecision::Allowed => Ok(()),
            RateDecision::Exceeded(wait) => Err(PageError::TooMany(wait)),
        }
    }

    /// The token of an invitation, after it was taken out of the address.
    pub fn invite_token(&self) -> Option<&str> {
        self.cookie(cookies::INVITE)
    }

    /// The token of a link to a new password, after it was taken out of the address.
    pub fn reset_token(&self) -> Option<&str> {
        self.cookie(cookies::RESET)
    }

    /// The token of a link to a new workspace, after it was taken out of the address.
    pub fn sign_up_token(&self) -> Option<&str> {
        self.cookie(cookies::SIGN_UP)
    }

    /// The code that the front handed over, after it was taken out of the address.
    pub fn handoff_code(&self) -> Option<&str> {
        self.cookie(cookies::HANDOFF)
    }

    /// What the request was sent with.
    pub fn device(&self) -> &Device {
        self.audit.device()
    }

    /// What the browser is known by; drawn anew where it isn't.
    pub fn browser_token(&self) -> String {
        let known = self.cookie(cookies::BROWSER).map(str::to_owned);
        known.unwrap_or_else(|| self.app.new_secret())
    }

    /// What the browser was known by before this request.
    pub fn known_browser_token(&self) -> Option<&str> {
        self.cookie(cookies::BROWSER)
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name)
    }

    /// What the forms of somebody who isn't signed in are bound to.
    pub(crate) fn csrf_binding(&self) -> &str {
        &self.anonymous.0
    }

    pub(crate) fn flash(&self) -> Option<Flash> {
        self.cookie(cookies::FLASH).and_then(flash::find)
    }

    /// A page as an answer, with the cookies that go along.
    pub(crate) fn html_reply(&self, html: String, anonymous: bool) -> Reply {
        let mut reply = Reply::html(html);
        if anonymous && self.anonymous.1 {
            reply = reply.cookie(cookies::set(cookies::ANONYMOUS, &self.anonymous.0, None));
        }
        if self.flash().is_some() {
            reply = reply.cookie(cookies::clear(cookies::FLASH));
        }
        reply
    }
}

/// What the browser says that it is, cut to what a list shows.
fn user_agent(headers: &http::HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    agent.unwrap_or_default().chars().take(200).collect()
}
