//! What is known about a request when its handler runs.

use std::sync::Arc;

use domain::email::EmailAddress;
use domain::id::EntryId;
use domain::mail::{Mail, Message};
use domain::person::Actor;
use domain::plan::Plan;
use domain::slug::Slug;
use domain::workspace::Workspace;
use http::request::Parts;
use http::{HeaderValue, Method, header};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::directory::{Directory, hash};
use store::session::{Device, Session};
use store::{Limit, Meter, Trace};

use crate::address::ClientAddress;
use crate::app::App;
use crate::cookies::{self, Cookies};
use crate::error::Error;
use crate::flash::{self, Flash};
use crate::layout::Layout;
use crate::page::Page;
use crate::reply::Reply;

/// For how long something may be half done.
const STEP: SignedDuration = SignedDuration::from_mins(10);

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
    trace: Trace,
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
        request_id: EntryId,
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
        let address = request.extensions.get::<ClientAddress>().copied();
        let device = Device {
            agent: agent(&request.headers),
            address: address.map_or_else(String::new, |ClientAddress(ip)| ip.to_string()),
        };
        let trace = Trace::new(request_id, now, device);
        let directory = Directory::new(table, trace.clone());
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
        Ok(Self {
            app,
            now,
            workspace,
            session,
            path,
            page_path,
            request_id: request_id.to_string(),
            meter,
            trace,
            address,
            cookies,
            anonymous,
        })
    }

    /// The directory, its use counted on this request.
    pub fn directory(&self) -> Directory {
        let table = self.app.services.table.metered(&self.meter);
        Directory::new(table, self.trace.clone())
    }

    /// The plan that applies to the workspace now.
    pub fn plan(&self) -> Plan {
        self.workspace.plan_at(self.now)
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

    /// What the request was sent with.
    pub fn device(&self) -> &Device {
        self.trace.device()
    }

    /// What the browser is known by; drawn anew where it isn't.
    pub fn browser(&self) -> String {
        let known = self.cookies.get(cookies::BROWSER).map(str::to_owned);
        known.unwrap_or_else(|| self.app.new_secret())
    }

    /// Whether the password, and code, were given a short while ago; otherwise
    /// they are asked for first.
    pub fn fresh(&self) -> Result<(), Error> {
        let session = self.session.as_ref().ok_or(Error::SignIn)?;
        if session.is_fresh(self.now) {
            Ok(())
        } else {
            Err(Error::Confirm)
        }
    }

    /// Whether a second factor is demanded that the person doesn't have.
    pub(crate) fn must_enrol(&self) -> bool {
        let demanded = |session: &Session| {
            self.workspace.mfa.requires(session.actor().role) && !session.has_mfa()
        };
        self.session.as_ref().is_some_and(demanded)
    }

    /// What is half done, for a cookie of this browser's that only this server
    /// can read: see [`Context::step`].
    pub fn begin_step<T: Serialize>(&self, purpose: &str, value: &T) -> Result<HeaderValue, Error> {
        let until = self.now.saturating_add(STEP).unwrap_or(self.now);
        let subject = self.step_subject();
        let sealed = self.app.seal((purpose, &subject), until, value)?;
        Ok(cookies::set(cookies::STEP, &sealed, Some(STEP)))
    }

    /// What is half done for `purpose`, if it was begun in this browser, at
    /// this workspace, by whoever is signed in, and not long ago.
    pub fn step<T: DeserializeOwned>(&self, purpose: &str) -> Option<T> {
        let sealed = self.cookies.get(cookies::STEP)?;
        let subject = self.step_subject();
        self.app.unseal((purpose, &subject), sealed, self.now)
    }

    fn step_subject(&self) -> String {
        format!("{}/{}", self.workspace.id, self.binding())
    }

    /// A mail to somebody here.
    pub fn mail(&self, name: &str, email: &EmailAddress, message: Message) -> Mail {
        Mail {
            to: email.clone(),
            to_name: name.to_owned(),
            slug: self.workspace.slug.clone(),
            brand: self.workspace.name.clone(),
            message,
        }
    }

    /// Lets the next request read the workspace afresh, here at least; other
    /// processes follow within a minute.
    pub fn forget_workspace(&self) {
        self.app.tenants.forget(&self.workspace.slug);
    }

    /// Asks again what is at an address that the workspace has got.
    pub fn forget_address(&self, slug: &Slug) {
        self.app.tenants.forget(slug);
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
        let html = self.meter.page(|| {
            let layout = Layout::of(self, page.title(), page.crumbs());
            self.app.renderer.page(P::TEMPLATE, &layout, page)
        })?;
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
