//! Ids in an address: anything else there is a page that doesn't exist.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::PageError;

/// The ids in a route's address, by name.
#[derive(Debug, Clone, Copy)]
pub struct Ids<T>(pub T);

/// The secret at the end of a link that was mailed. It has no `Debug`, so that nothing can
/// log it.
#[derive(Deserialize)]
pub struct Token {
    /// As it stands in the address.
    pub token: String,
}

impl<S: Sync + Send, T: DeserializeOwned + Send> FromRequestParts<S> for Ids<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(ids)| Self(ids))
            .map_err(|_| PageError::NotFound)
    }
}
