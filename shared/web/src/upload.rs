//! Uploads through the function: small files, read with their form's token.

use std::sync::Arc;

use axum::extract::{FromRequest, Multipart, Request};

use crate::context::Context;
use crate::error::Error;
use crate::form::check;

/// Bytes of a file at most. A function is handed 6 MB at most, in base64.
pub const MAX_UPLOAD: usize = 4 * 1024 * 1024;

/// Bytes that are read at most, so that a browser which sends more gets an
/// answer instead of a broken connection.
pub(crate) const MAX_READ: usize = 64 * 1024 * 1024;

/// An upload whose token was right.
#[derive(Debug)]
pub struct ProtectedUpload {
    /// The id that the page gave to the thing to be made.
    pub id: Option<String>,
    /// The name of the file at the sender's: for people, never for a path.
    pub file_name: String,
    /// The file; `None` where it is larger than [`MAX_UPLOAD`].
    pub bytes: Option<Vec<u8>>,
}

impl<S: Sync + Send> FromRequest<S> for ProtectedUpload {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let ctx = request.extensions().get::<Arc<Context>>().cloned();
        let ctx = ctx.ok_or_else(|| Error::internal("an upload outside the router"))?;
        let unreadable = |_| Error::BadRequest("not an upload");
        let mut parts = Multipart::from_request(request, state)
            .await
            .map_err(|_| Error::BadRequest("not an upload"))?;
        let (mut token, mut id, mut file) = (None, None, None);
        while let Some(mut part) = parts.next_field().await.map_err(unreadable)? {
            let slot = match part.name() {
                Some("csrf") => &mut token,
                Some("id") => &mut id,
                Some("file") => {
                    // The token comes first in our forms: nothing is kept without it.
                    check(&ctx, token.as_deref())?;
                    let name = part
                        .file_name()
                        .unwrap_or_default()
                        .chars()
                        .filter(|c| !c.is_control())
                        .take(120);
                    let name: String = name.collect();
                    let (mut bytes, mut fits) = (Vec::new(), true);
                    while let Some(chunk) = part.chunk().await.map_err(|_| Error::TooLarge)? {
                        fits = fits && bytes.len() + chunk.len() <= MAX_UPLOAD;
                        if fits {
                            bytes.extend_from_slice(&chunk);
                        }
                    }
                    file = Some((name, fits.then_some(bytes)));
                    continue;
                }
                _ => return Err(Error::BadRequest("the fields are not the form's")),
            };
            *slot = Some(part.text().await.map_err(unreadable)?);
        }
        check(&ctx, token.as_deref())?;
        let (file_name, bytes) = file.unwrap_or_else(|| (String::new(), Some(Vec::new())));
        Ok(Self {
            id,
            file_name,
            bytes,
        })
    }
}
