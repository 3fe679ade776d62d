//! Uploads through the function: small files, read with their form's token.

use axum::extract::{FromRequest, Multipart, Request};
use domain::id::{EntryId, Id};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::PageError;
use crate::form::{EmptyForm, FormBinding};

/// Bytes of a file at most. A function is handed 6 MB at most, in base64.
pub const MAX_UPLOAD: usize = 4 * 1024 * 1024;

/// Bytes that are read at most, so that a browser which sends more gets an
/// answer instead of a broken connection.
pub(crate) const MAX_READ: usize = 64 * 1024 * 1024;

/// Fields beside the file at most, and bytes of one.
const MAX_FIELDS: usize = 20;
const MAX_FIELD: usize = 16 * 1024;

/// An upload whose token was right, with the form's other fields.
#[derive(Debug)]
pub struct ProtectedUpload<T = EmptyForm> {
    /// The other fields; one that the form doesn't have is refused.
    pub input: T,
    form_id: Option<EntryId>,
    /// The name of the file at the sender's: for people, never for a path.
    pub file_name: String,
    /// The file; `None` where it is larger than [`MAX_UPLOAD`].
    pub bytes: Option<Vec<u8>>,
}

impl<T> ProtectedUpload<T> {
    /// The id for what the form makes, as [`ProtectedForm::id`](crate::ProtectedForm::id) gives it.
    pub fn id<K>(&self) -> Result<Id<K>, PageError> {
        let id = self.form_id.map(|id| id.of_kind());
        id.ok_or(PageError::BadRequest("the form has no id"))
    }
}

impl<S: Sync + Send, T: DeserializeOwned> FromRequest<S> for ProtectedUpload<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let bound = FormBinding::of(request.extensions())?;
        let unreadable = |_| PageError::BadRequest("not an upload");
        let mut parts = Multipart::from_request(request, state)
            .await
            .map_err(|_| PageError::BadRequest("not an upload"))?;
        let (mut token, mut id, mut file, mut fields) = (None, None, None, Map::new());
        while let Some(mut part) = parts.next_field().await.map_err(unreadable)? {
            let slot = match part.name() {
                Some("csrf") if token.is_none() => &mut token,
                Some("id") if id.is_none() => &mut id,
                Some("file") if file.is_none() => {
                    // The token comes first in our forms: nothing is kept without it.
                    bound.verify(token.as_deref())?;
                    let name = part
                        .file_name()
                        .unwrap_or_default()
                        .chars()
                        .filter(|c| !c.is_control())
                        .take(120);
                    let name: String = name.collect();
                    let (mut bytes, mut fits) = (Vec::new(), true);
                    while let Some(chunk) = part.chunk().await.map_err(|_| PageError::TooLarge)? {
                        fits = fits && bytes.len() + chunk.len() <= MAX_UPLOAD;
                        if fits {
                            bytes.extend_from_slice(&chunk);
                        }
                    }
                    file = Some((name, fits.then_some(bytes)));
                    continue;
                }
                Some("csrf" | "id" | "file") => {
                    return Err(PageError::BadRequest("a field came twice"));
                }
                Some(name) if fields.len() < MAX_FIELDS && !fields.contains_key(name) => {
                    let name = name.to_owned();
                    let text = part.text().await.map_err(unreadable)?;
                    if text.len() > MAX_FIELD {
                        return Err(PageError::TooLarge);
                    }
                    fields.insert(name, Value::String(text));
                    continue;
                }
                _ => return Err(PageError::BadRequest("the fields are not the form's")),
            };
            *slot = Some(part.text().await.map_err(unreadable)?);
        }
        bound.verify(token.as_deref())?;
        let (file_name, bytes) = file.unwrap_or_else(|| (String::new(), Some(Vec::new())));
        let input = serde_json::from_value(Value::Object(fields));
        Ok(Self {
            input: input.map_err(|_| PageError::BadRequest("the fields are not the form's"))?,
            form_id: bound.draw_id(id.as_deref()),
            file_name,
            bytes,
        })
    }
}
