//! The front: the one address that is no workspace's, where workspaces are made.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use domain::mail::{Mail, MailMessage};
use domain::signup::SignUp;
use http::request::Parts;
use store::RateLimit;

use crate::error::PageError;
use crate::layout::Layout;
use crate::page::Page;
use crate::reply::Reply;
use crate::request_info::RequestInfo;

/// A handler for whoever comes to the front: there is no workspace, and nobody is
/// signed in.
#[derive(Clone)]
pub struct SignupHost {
    request_info: Arc<RequestInfo>,
}

impl Deref for SignupHost {
    type Target = RequestInfo;

    fn deref(&self) -> &RequestInfo {
        &self.request_info
    }
}

impl SignupHost {
    pub(crate) fn new(visit: RequestInfo) -> Self {
        let visit = Arc::new(visit);
        Self {
            request_info: visit,
        }
    }

    /// Counts one use of a limited thing by `subject`.
    pub async fn limit_subject(&self, limit: RateLimit, subject: &str) -> Result<(), PageError> {
        self.check_limit(limit, subject).await
    }

    /// The mail to the address that somebody signs up with, without a word of theirs.
    pub fn new_mail(&self, sign_up: &SignUp, message: MailMessage) -> Mail {
        Mail {
            to: sign_up.email.clone(),
            to_name: sign_up.email.as_str().to_owned(),
            // Nothing is there yet: links in it lead to the front.
            slug: sign_up.slug.clone(),
            brand: crate::layout::PRODUCT_NAME.to_owned(),
            message,
        }
    }

    /// Asks again what is at an address that a workspace has got.
    pub fn evict_slug(&self, slug: &domain::slug::Slug) {
        self.app.tenants.evict(slug);
    }

    /// The page as an answer.
    pub fn render<P: Page>(&self, page: &P) -> Result<Reply, PageError> {
        let html = self.meter.time_page(|| {
            let layout = Layout::at_signup_host(
                &page.title(),
                &self.path,
                &self.request_id,
                self.app.secrets().csrf(self.csrf_binding()),
                self.flash(),
            );
            self.app.renderer.render_page(P::TEMPLATE, &layout, page)
        })?;
        Ok(self.request_info.html_reply(html, true))
    }

    /// The page as the answer to a form that can't be accepted.
    pub fn render_refused<P: Page>(&self, page: &P) -> Result<Reply, PageError> {
        Ok(self
            .render(page)?
            .status(http::StatusCode::UNPROCESSABLE_ENTITY))
    }
}

impl<S: Sync> FromRequestParts<S> for SignupHost {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let found = parts.extensions.get::<Self>().cloned();
        found.ok_or_else(|| PageError::internal("a route of the front elsewhere"))
    }
}
