//! The page of an error, with the form that it refused.

use serde::Serialize;

use crate::context::Context;
use crate::error::PageError;
use crate::form::Form;
use crate::kept_form::KeptForm;
use crate::page::Page;

/// The page of an error.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorPage {
    status: u16,
    title: &'static str,
    text: String,
    pub(crate) request_id: String,
    home: &'static str,
    refused: Option<RefusedForm>,
}

/// A form that was refused, and how it can still be taken.
#[derive(Debug, Serialize)]
struct RefusedForm {
    /// Of the page's own fields.
    form: Form,
    kept: KeptForm,
    is_typed: bool,
    way: Way,
}

/// What is asked for before the form is sent again.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Way {
    /// Mail address and password.
    SignIn { next: String },
    /// The password, and a code of whoever has a second factor.
    Confirm {
        email: String,
        asks_for_code: bool,
        next: String,
    },
    /// One press.
    Send,
    /// Nothing helps: the thing has changed, so the text is there to be copied.
    Copy { next: String },
}

impl ErrorPage {
    pub(crate) fn new(error: &PageError, request_id: &str) -> Self {
        let (title, text) = error.message();
        Self {
            status: error.status().as_u16(),
            title,
            text,
            request_id: request_id.to_owned(),
            home: "/",
            refused: None,
        }
    }

    /// With the form that was refused, where sending it again can help.
    pub(crate) fn with_form(
        self,
        error: &PageError,
        form: KeptForm,
        ctx: Option<&Context>,
    ) -> Self {
        let next = ctx.and_then(|ctx| ctx.page_path.clone());
        let next = next.unwrap_or_else(|| "/".to_owned());
        let session = ctx.and_then(|ctx| ctx.session.as_ref());
        let way = match (error, session) {
            (PageError::SignIn, _) => Way::SignIn { next },
            (PageError::Confirm, Some(session)) => Way::Confirm {
                email: session.actor().email.as_str().to_owned(),
                asks_for_code: session.has_mfa(),
                next,
            },
            // Where the form says what it showed, both changes can be kept.
            (PageError::Changed, _) if !form.can_be_merged() => Way::Copy { next },
            (
                PageError::Stale
                | PageError::Changed
                | PageError::TooMany(_)
                | PageError::Unavailable
                | PageError::Internal(_),
                _,
            ) => Way::Send,
            _ => return self,
        };
        let refused = RefusedForm {
            form: Form::default(),
            is_typed: form.is_typed(),
            kept: form,
            way,
        };
        Self {
            refused: Some(refused),
            ..self
        }
    }

    /// Whether it asks for what the error lacks, and needs no other page for it.
    pub(crate) fn has_form(&self) -> bool {
        self.refused.is_some()
    }
}

impl Page for ErrorPage {
    const TEMPLATE: &'static str = "pages/errors/error.html";

    fn title(&self) -> String {
        self.title.to_owned()
    }

    fn samples() -> Vec<Self> {
        let next = || "/findings".to_owned();
        let ways = [
            Way::SignIn { next: next() },
            Way::Confirm {
                email: "ada@example.com".to_owned(),
                asks_for_code: true,
                next: next(),
            },
            Way::Send,
            Way::Copy { next: next() },
        ];
        let refused = ways.map(|way| Self {
            refused: Some(RefusedForm {
                form: Form::default(),
                kept: KeptForm::sample(),
                is_typed: true,
                way,
            }),
            ..Self::sample()
        });
        std::iter::once(Self::sample()).chain(refused).collect()
    }

    fn sample() -> Self {
        Self::new(&PageError::NotFound, "01J")
    }
}
