//! Forms: read only with their token, shown again with what was typed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use domain::id::{EntryId, Id, WorkspaceId};
use domain::input::FieldErrors;
use http::{Extensions, header};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::app::App;
use crate::context::Context;
use crate::error::PageError;
use crate::field_hashes::hashes;
use crate::kept_form::KeptForm;
use crate::request_info::RequestInfo;
use crate::secrets::FormPlace;
use crate::signup_host::SignupHost;

/// More than any form of ours holds.
pub(crate) const MAX_FORM: usize = 1024 * 1024;

/// What a form says that was saved before with something else in it, as one
/// that somebody goes back to. The page gives it a new id.
pub const SAVED_BEFORE: &str =
    "This form was saved before with something else in it. Send it again to save this as well.";

/// A form whose token was right. Without one there is no way to its fields.
#[derive(Debug, Clone)]
pub struct ProtectedForm<T> {
    /// The fields; one that the form doesn't have is refused.
    pub input: T,
    form_id: Option<EntryId>,
    /// The version of the thing that the page showed.
    pub version: Option<i64>,
    /// Hashes of what the page showed, for [`crate::Merged`].
    pub(crate) seen: Option<String>,
    /// A form that was refused before, carried along by this one.
    pub kept: Option<KeptForm>,
}

/// The fields of a form that is a button only.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmptyForm {}

/// A form as it is shown.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Form {
    values: Map<String, Value>,
    errors: BTreeMap<String, String>,
    /// Hashes of what is stored, where the form changes something: see [`crate::Merged`].
    seen: String,
    /// What another person saved, in the fields that both changed.
    conflicts: BTreeMap<String, Value>,
}

impl Form {
    /// With these values in its fields.
    pub fn filled(input: &impl Serialize) -> Self {
        let values = match serde_json::to_value(input) {
            Ok(Value::Object(values)) => values,
            _ => Map::new(),
        };
        Self {
            seen: hashes(&values),
            values,
            ..Self::default()
        }
    }

    /// With what is stored as what the page shows, whatever was typed.
    #[must_use]
    pub fn shown(self, stored: &impl Serialize) -> Self {
        Self {
            seen: Self::filled(stored).seen,
            ..self
        }
    }

    /// With what the sender's page showed, for a page that shows what was typed and saves
    /// nothing.
    #[must_use]
    pub fn shown_as_sent<T>(self, form: &ProtectedForm<T>) -> Self {
        Self {
            seen: form.seen.clone().unwrap_or_default(),
            ..self
        }
    }

    pub(crate) fn with_conflicts(self, conflicts: &BTreeMap<String, Value>) -> Self {
        Self {
            conflicts: conflicts.clone(),
            ..self
        }
    }

    /// With what was typed, and what is wrong with it.
    pub fn with_errors(input: &impl Serialize, invalid: &FieldErrors) -> Self {
        let errors = invalid
            .fields()
            .iter()
            .map(|(field, message)| ((*field).to_owned(), message.clone()));
        Self {
            errors: errors.collect(),
            ..Self::filled(input)
        }
    }
}

/// Why a form's command was not carried out.
#[derive(Debug)]
pub enum FormError {
    /// Fields to correct: the form is shown again with its inputs and these messages.
    Fields(FieldErrors),
    /// An error page takes the place of the form.
    Page(PageError),
}

impl FormError {
    /// The fields to correct; an error that belongs to no field is returned as `Err`, so that
    /// a handler passes it on with `?`.
    pub fn fields(self) -> Result<FieldErrors, PageError> {
        match self {
            Self::Fields(errors) => Ok(errors),
            Self::Page(error) => Err(error),
        }
    }
}

impl From<FieldErrors> for FormError {
    fn from(errors: FieldErrors) -> Self {
        Self::Fields(errors)
    }
}

impl From<PageError> for FormError {
    fn from(error: PageError) -> Self {
        Self::Page(error)
    }
}

impl From<store::StoreError> for FormError {
    fn from(error: store::StoreError) -> Self {
        Self::Page(error.into())
    }
}

impl From<adapters::ServiceError> for FormError {
    fn from(error: adapters::ServiceError) -> Self {
        Self::Page(error.into())
    }
}

impl<T> ProtectedForm<T> {
    /// The id for what the form makes: the same when the same person sends the same form
    /// again, and never one that a sender chose.
    pub fn id<K>(&self) -> Result<Id<K>, PageError> {
        let id = self.form_id.map(|id| id.of_kind());
        id.ok_or(PageError::BadRequest("the form has no id"))
    }
}

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for ProtectedForm<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, _: &S) -> Result<Self, PageError> {
        let bound = FormBinding::of(request.extensions())?;
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            return Err(PageError::BadRequest("not a form"));
        }
        let body = to_bytes(request.into_body(), MAX_FORM)
            .await
            .map_err(|_| PageError::TooLarge)?;
        let mut fields = Map::new();
        for (name, value) in form_urlencoded::parse(&body) {
            // `name[]` may come several times: a list of what was ticked.
            if let Some(name) = name.strip_suffix("[]") {
                let list = fields
                    .entry(name)
                    .or_insert_with(|| Value::Array(Vec::new()));
                let Value::Array(list) = list else {
                    return Err(PageError::BadRequest("a field came twice"));
                };
                list.push(Value::String(value.into_owned()));
                continue;
            }
            if fields
                .insert(name.into_owned(), Value::String(value.into_owned()))
                .is_some()
            {
                return Err(PageError::BadRequest("a field came twice"));
            }
        }
        let kept = KeptForm::take_from(&mut fields);
        let mut take = |name: &str| match fields.remove(name) {
            Some(Value::String(value)) => Some(value),
            _ => None,
        };
        bound.verify(take("csrf").as_deref())?;
        let seen = take("seen");
        let form_id = bound.draw_id(take("id").as_deref());
        let version = take("version").map(|v| v.parse()).transpose();
        let version = version.map_err(|_| PageError::BadRequest("the version is no number"))?;
        let input = serde_json::from_value(Value::Object(fields));
        Ok(Self {
            input: input.map_err(|_| PageError::BadRequest("the fields are not the form's"))?,
            form_id,
            version,
            seen,
            kept,
        })
    }
}

/// What the forms of a browser are bound to.
pub(crate) struct FormBinding {
    app: Arc<App>,
    workspace: Option<WorkspaceId>,
    to: String,
    /// The person, or the browser of somebody who isn't signed in: the ids of their forms
    /// outlive a session.
    sender: String,
    path: String,
    now: Timestamp,
}

impl FormBinding {
    /// That of a request at a workspace, or at the front.
    pub(crate) fn of(request: &Extensions) -> Result<Self, PageError> {
        let new = |info: &RequestInfo, workspace, to: &str, sender: String| Self {
            app: Arc::clone(&info.app),
            workspace,
            to: to.to_owned(),
            sender,
            path: info.path.clone(),
            now: info.now,
        };
        if let Some(ctx) = request.get::<Arc<Context>>() {
            let to = ctx.csrf_binding();
            let person = ctx.actor().map(|actor| actor.user.to_string());
            let sender = person.unwrap_or_else(|| to.to_owned());
            Ok(new(ctx, Some(ctx.workspace.id), to, sender))
        } else if let Some(front) = request.get::<SignupHost>() {
            let to = front.csrf_binding();
            Ok(new(front, None, to, to.to_owned()))
        } else {
            Err(PageError::internal("a form outside the router"))
        }
    }

    /// Holds where the token is the one that our page gave to this browser.
    pub(crate) fn verify(&self, token: Option<&str>) -> Result<(), PageError> {
        let good = token.is_some_and(|token| self.app.secrets().is_csrf(&self.to, token));
        if good { Ok(()) } else { Err(PageError::Stale) }
    }

    /// The id for what a form makes, by the form's own; `None` where that is no id.
    pub(crate) fn draw_id(&self, sent: Option<&str>) -> Option<EntryId> {
        let sent: EntryId = sent?.parse().ok()?;
        let place = FormPlace {
            workspace: self.workspace,
            sender: &self.sender,
            path: &self.path,
        };
        Some(self.app.secrets().form_id(place, sent, self.now))
    }
}
