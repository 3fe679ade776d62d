//! The error of every adapter.

use std::error::Error as StdError;

/// A failed call of a service.
#[derive(Debug, thiserror::Error)]
#[error("{operation} failed")]
pub struct ServiceError {
    pub operation: &'static str,
    pub source: Box<dyn StdError + Send + Sync>,
}

impl ServiceError {
    pub(crate) fn new(
        operation: &'static str,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self {
            operation,
            source: source.into(),
        }
    }
}
