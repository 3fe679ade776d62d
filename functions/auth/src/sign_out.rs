//! Signing out.

use serde::Serialize;
use web::{EmptyForm, Page, PageError, ProtectedForm, PublicAccess, Reply, see_other};

#[derive(Debug, Serialize)]
pub(crate) struct SignedOutPage {}

impl Page for SignedOutPage {
    const TEMPLATE: &'static str = "pages/auth/signed_out.html";

    fn title(&self) -> String {
        "Signed out".to_owned()
    }

    fn sample() -> Self {
        Self {}
    }
}

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    ctx.render(&SignedOutPage {})
}

pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    if let Some(session) = &ctx.session {
        ctx.directory().close_session(session).await?;
    }
    Ok(see_other("/signed-out").clear_session())
}
