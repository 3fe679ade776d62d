//! What is known about a request when its handler runs.

use std::sync::Arc;

use domain::person::Actor;
use domain::workspace::Workspace;
use http::request::Parts;
use http::{Method, header};
use jiff::Timestamp;
use store::directory::{Directory, hash};
use store::session::{Device, Session};
use store::{Limit, Meter};

use crate::address::ClientAddress;
use crate::app::App;
use crate::cookies::{self, Cookies};
use crate::error::Error;
use crate::flash::{self, Flash};
use crate::layout::Layout;
use crate::page::Page;
use crate::reply::Reply;

/// What is known about a request: where, who, when, and at what cost so far.
#[derive(Clone)]
pub struct Context {
    /// What the process has.
    pub app: Arc<App>,
    /// The time at which the request came.
    pub now: Timestamp,
    /// The workspace at the request's host.
    pub workspace: Workspace,
    /// Who is signed in.
    pub session: Option<Session>,
    /// Path and query.
    pub path: String,
    /// The page that the person looks at: the path itself, or for a form and a
    /// pulse the page that sent it, if that is known.
    pub(crate) page_path: Option<String>,
    pub(crate) request_id: String,
    pub(crate) meter: Meter,
    address: Option<ClientAddress>,
    agent: String,
    cookies: Cookies,
    /// What a browser without a session binds its forms to; new where it had none.
    anonymous: (String, bool),
}

impl Context {
    /// Reads a request that came for `workspace`.
    pub(crate) async fn read(
        app: Arc<App>,
        workspace: Workspace,
        meter: Meter,
        request: &Parts,
        request_id: String,
    ) -> Result<Self, Error> {
        let cookies = Cookies::read(&request.headers)
            .map_err(|_| Error::BadRequest("a cookie came twice"))?;
        let now = app.clock.now();
        let path = request
            .uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string);
        // Words at the top of the page follow a change.
        let changed = request.method == Method::GET && cookies.get(cookies::FLASH).is_some();
        let table = app.services.table.metered(&meter).consistent(changed);
        let directory = Directory::new(table);
        // What a page sends by itself, a pulse and the fetch of what changed,
        // keeps nobody signed in.
        let by_itself = request.uri.path().ends_with("/pulse")
            || (request.method == Method::GET && request.headers.contains_key("hx-request"));
        let page_path = if by_itself || request.method != Method::GET {
            let home = app.config.address(&workspace.slug);
            let sender = request.headers.get(header::REFERER);
            let sender = sender.and_then(|sender| sender.to_str().ok());
            let path = sender.and_then(|sender| sender.strip_prefix(&home));
            path.filter(|path| path.starts_with('/')).map(str::to_owned)
        } else {
            Some(path.clone())
        };
        let session = match cookies.get(cookies::SESSION) {
            Some(token) => {
                directory
                    .session(&hash(token), &workspace.slug, now, !by_itself)
                    .await?
            }
            None => None,
        };
        let known = cookies.get(cookies::ANONYMOUS).map(str::to_owned);
        let fresh = known.is_none();
        let anonymous = (known.unwrap_or_else(|| app.new_secret()), fresh);
        let address = request.extensions.get::<ClientAddress>().copied();
        Ok(Self {
            app,
            now,
            workspace,
            session,
            path,
            page_path,
            request_id,
            meter,
            agent: agent(&request.headers),
            address,
            cookies,
            anonymous,
        })
    }

    /// The directory, its use counted on this request.
    pub fn directory(&self) -> Directory {
        Directory::new(self.app.services.table.metered(&self.meter))
    }

    /// Who acts.
    pub fn actor(&self) -> Option<&Actor> {
        self.session.as_ref().map(Session::actor)
    }

    /// Counts one use of a limited thing by `subject`, within this workspace.
    pub async fn limit(&self, limit: Limit, subject: &str) -> Result<(), Error> {
        let subject = format!("{}/{subject}", self.workspace.id);
        self.directory()
            .allow(limit, &subject, self.now)
            .await?
            .map_err(Error::TooMany)
    }

    /// Counts one use of a limited thing by where the request comes from.
    pub async fn limit_address(&self, limit: Limit) -> Result<(), Error> {
        // Without an address all share one count: closed rather than open.
        let subject = self
            .address
            .map_or_else(|| "unknown".to_owned(), ClientAddress::subject);
        self.directory()
            .allow(limit, &subject, self.now)
            .await?
            .map_err(Error::TooMany)
    }

    /// The token of an invitation, after it was taken out of the address.
    pub fn invite_token(&self) -> Option<&str> {
        self.cookies.get(cookies::INVITE)
    }

    /// The token of a link to a new password, after it was taken out of the address.
    pub fn reset_token(&self) -> Option<&str> {
        self.cookies.get(cookies::RESET)
    }

    /// What the request was sent with, for the list of a person's sessions.
    pub fn device(&self) -> Device {
        Device {
            agent: self.agent.clone(),
            address: self
                .address
                .map_or_else(String::new, |ClientAddress(ip)| ip.to_string()),
        }
    }

    /// Lets the next request read the workspace afresh, here at least; other
    /// processes follow within a minute.
    pub fn forget_workspace(&self) {
        self.app.tenants.forget(&self.workspace.slug);
    }

    /// What forms are bound to.
    pub(crate) fn binding(&self) -> &str {
        self.session
            .as_ref()
            .map_or(&self.anonymous.0, Session::hash)
    }

    pub(crate) fn flash(&self) -> Option<Flash> {
        self.cookies.get(cookies::FLASH).and_then(flash::words)
    }

    /// The page as an answer.
    pub fn page<P: Page>(&self, page: &P) -> Result<Reply, Error> {
        let html = self.app.renderer.page(
            P::TEMPLATE,
            &Layout::of(self, page.title(), page.crumbs()),
            page,
        )?;
        let mut reply = Reply::html(html);
        if self.session.is_none() && self.anonymous.1 {
            reply = reply.cookie(cookies::set(cookies::ANONYMOUS, &self.anonymous.0, None));
        }
        if self.flash().is_some() {
            reply = reply.cookie(cookies::clear(cookies::FLASH));
        }
        Ok(reply)
    }

    /// The page as the answer to a form that can't be accepted.
    pub fn refused<P: Page>(&self, page: &P) -> Result<Reply, Error> {
        Ok(self
            .page(page)?
            .status(http::StatusCode::UNPROCESSABLE_ENTITY))
    }
}

/// What the browser says that it is, cut to what a list shows.
fn agent(headers: &http::HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    agent.unwrap_or_default().chars().take(200).collect()
}
