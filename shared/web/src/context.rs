//! What is known about a request at a workspace when its handler runs.

use std::ops::Deref;
use std::sync::Arc;

use domain::email::EmailAddress;
use domain::id::EntryId;
use domain::mail::{Mail, MailMessage};
use domain::person::Actor;
use domain::plan::Plan;
use domain::slug::Slug;
use domain::workspace::Workspace;
use http::request::Parts;
use http::{HeaderValue, Method, header};
use jiff::SignedDuration;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Directory, Meter, RateDecision, RateLimit, Session, sha256_hex};

use crate::app::App;
use crate::cookies;
use crate::error::PageError;
use crate::layout::{Layout, LayoutInput};
use crate::page::Page;
use crate::reply::Reply;
use crate::request_info::RequestInfo;

/// For how long something may be half done.
const STEP: SignedDuration = SignedDuration::from_mins(10);

/// What is known about a request at a workspace: where, who, when, and at what cost
/// so far.
#[derive(Clone)]
pub struct Context {
    /// The request, wherever it came.
    pub(crate) request_info: RequestInfo,
    /// The workspace at the request's host.
    pub workspace: Workspace,
    /// Who is signed in.
    pub session: Option<Session>,
    /// The page that the person looks at: the path itself, or for a form and a
    /// pulse the page that sent it, if that is known.
    pub(crate) page_path: Option<String>,
}

impl Deref for Context {
    type Target = RequestInfo;

    fn deref(&self) -> &RequestInfo {
        &self.request_info
    }
}

impl Context {
    /// Reads a request that came for `workspace`.
    pub(crate) async fn read(
        app: Arc<App>,
        workspace: Workspace,
        meter: Meter,
        request: &Parts,
        request_id: EntryId,
    ) -> Result<Self, PageError> {
        let visit = RequestInfo::read(app, meter, request, request_id)?;
        // What a page sends by itself, a pulse and the fetch of what changed,
        // keeps nobody signed in.
        let by_itself = request.uri.path().ends_with("/pulse")
            || (request.method == Method::GET && request.headers.contains_key("hx-request"));
        let page_path = if by_itself || request.method != Method::GET {
            let home = visit.app.config.workspace_url(&workspace.slug);
            let sender = request.headers.get(header::REFERER);
            let sender = sender.and_then(|sender| sender.to_str().ok());
            let path = sender.and_then(|sender| sender.strip_prefix(&home));
            path.filter(|path| path.starts_with('/')).map(str::to_owned)
        } else {
            Some(visit.path.clone())
        };
        let session = match visit.cookie(cookies::SESSION) {
            Some(token) => {
                // Words at the top of the page follow a change.
                let changed =
                    request.method == Method::GET && visit.cookie(cookies::FLASH).is_some();
                let table = visit.app.services.table.with_meter(&visit.meter);
                let directory =
                    Directory::new(table.with_consistent_reads(changed), visit.audit.clone());
                directory
                    .find_session(&sha256_hex(token), &workspace.slug, visit.now, !by_itself)
                    .await?
            }
            None => None,
        };
        Ok(Self {
            request_info: visit,
            workspace,
            session,
            page_path,
        })
    }

    /// The plan that applies to the workspace now.
    pub fn plan(&self) -> Plan {
        self.workspace.plan_at(self.now)
    }

    /// The signed-in person, if any.
    pub fn actor(&self) -> Option<&Actor> {
        self.session.as_ref().map(Session::actor)
    }

    /// Counts one use of a limited thing by `subject`, within this workspace.
    pub async fn limit_subject(&self, limit: RateLimit, subject: &str) -> Result<(), PageError> {
        self.limit_uses(limit, subject, 1).await
    }

    /// Counts several uses of a limited thing by `subject` at once, within this workspace.
    pub(crate) async fn limit_uses(
        &self,
        limit: RateLimit,
        subject: &str,
        uses: i64,
    ) -> Result<(), PageError> {
        let subject = format!("{}/{subject}", self.workspace.id);
        let directory = self.directory();
        let counted = directory.check_rate_of(limit, &subject, uses, self.now);
        match counted.await? {
            RateDecision::Allowed => Ok(()),
            RateDecision::Exceeded(wait) => Err(PageError::TooMany(wait)),
        }
    }

    /// Whether the password, and code, were given a short while ago; otherwise
    /// they are asked for first.
    pub fn require_reauth(&self) -> Result<(), PageError> {
        let session = self.session.as_ref().ok_or(PageError::SignIn)?;
        if session.is_fresh(self.now) {
            Ok(())
        } else {
            Err(PageError::Confirm)
        }
    }

    /// Whether a second factor is demanded that the person doesn't have.
    pub(crate) fn requires_enrolment(&self) -> bool {
        let demanded = |session: &Session| {
            self.workspace.mfa.requires(session.actor().role) && !session.has_mfa()
        };
        self.session.as_ref().is_some_and(demanded)
    }

    /// What is half done, for a cookie of this browser's that only this server
    /// can read: see [`Context::step`].
    pub fn set_step<T: Serialize>(
        &self,
        purpose: &str,
        value: &T,
    ) -> Result<HeaderValue, PageError> {
        let until = self.now.saturating_add(STEP).unwrap_or(self.now);
        let subject = self.step_subject();
        let sealed = self.app.seal(purpose, &subject, until, value)?;
        Ok(cookies::set(cookies::STEP, &sealed, Some(STEP)))
    }

    /// What is half done for `purpose`, if it was begun in this browser, at
    /// this workspace, by whoever is signed in, and not long ago.
    pub fn step<T: DeserializeOwned>(&self, purpose: &str) -> Option<T> {
        let sealed = self.cookie(cookies::STEP)?;
        let subject = self.step_subject();
        self.app.unseal(purpose, &subject, sealed, self.now)
    }

    fn step_subject(&self) -> String {
        format!("{}/{}", self.workspace.id, self.csrf_binding())
    }

    /// A mail to somebody here.
    pub fn new_mail(&self, name: &str, email: &EmailAddress, message: MailMessage) -> Mail {
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
    pub fn evict_workspace(&self) {
        self.app.tenants.evict(&self.workspace.slug);
    }

    /// Asks again what is at an address that the workspace has got.
    pub fn evict_slug(&self, slug: &Slug) {
        self.app.tenants.evict(slug);
    }

    /// What forms are bound to.
    pub(crate) fn csrf_binding(&self) -> &str {
        self.session
            .as_ref()
            .map_or(self.request_info.csrf_binding(), Session::hash)
    }

    /// The page as an answer.
    pub fn render<P: Page>(&self, page: &P) -> Result<Reply, PageError> {
        let html = self.meter.time_page(|| {
            let layout = Layout::at_workspace(LayoutInput {
                workspace: &self.workspace,
                session: self.session.as_ref(),
                now: self.now,
                path: &self.path,
                request_id: &self.request_id,
                csrf: self.app.secrets().csrf(self.csrf_binding()),
                flash: self.flash(),
                title: page.title(),
                crumbs: page.crumbs(),
            });
            self.app.renderer.render_page(P::TEMPLATE, &layout, page)
        })?;
        Ok(self.request_info.html_reply(html, self.session.is_none()))
    }

    /// The page as the answer to a form that can't be accepted.
    pub fn render_refused<P: Page>(&self, page: &P) -> Result<Reply, PageError> {
        Ok(self
            .render(page)?
            .status(http::StatusCode::UNPROCESSABLE_ENTITY))
    }
}
