//! The way out.

use serde::Serialize;
use web::{Anyone, Error, Nothing, Page, ProtectedForm, Reply, see_other};

/// The page that says good-bye.
#[derive(Debug, Serialize)]
pub(crate) struct SignedOut {}

impl Page for SignedOut {
    const TEMPLATE: &'static str = "pages/auth/signed_out.html";

    fn title(&self) -> String {
        "Signed out".to_owned()
    }

    fn sample() -> Self {
        Self {}
    }
}

pub(crate) async fn get(Anyone { ctx }: Anyone) -> Result<Reply, Error> {
    ctx.page(&SignedOut {})
}

pub(crate) async fn post(
    Anyone { ctx }: Anyone,
    _form: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
    if let Some(session) = &ctx.session {
        ctx.directory().close_session(session).await?;
    }
    Ok(see_other("/signed-out").signed_out())
}
