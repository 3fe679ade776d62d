//! What can go wrong with the table, as far as a caller can act on it.

use aws_sdk_dynamodb::error::{BoxError, SdkError};
use domain::plan::PlanLimitReached;

/// A read or a write that didn't happen.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The condition of the `n`th write of a transaction didn't hold: somebody
    /// was first, or the thing is gone. Nothing was written.
    #[error("condition {0} of the transaction didn't hold")]
    Refused(usize),
    /// The workspace's plan has no room for it. Nothing was written.
    #[error("the plan has no room for it")]
    Full(PlanLimitReached),
    /// Too much at once on the same items, after several tries. Nothing was written.
    #[error("the table is busy")]
    Busy,
    /// A key outside the scope was about to be used. A bug, and an alarm.
    #[error("key outside its scope: {0}")]
    OutsideScope(String),
    /// An item doesn't read as what it should be.
    #[error("item can't be read")]
    Item(#[from] serde_dynamo::Error),
    /// An item misses what its kind always has.
    #[error("item lacks {0}")]
    Lacks(&'static str),
    /// The service failed.
    #[error("{operation} failed")]
    Service {
        /// What was asked of it.
        operation: &'static str,
        /// Why.
        source: BoxError,
    },
}

/// How a write ended that is safe to repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It happened now.
    Done,
    /// It had happened before; nothing was written.
    Repeated,
}

impl StoreError {
    pub(crate) fn service<E, R>(operation: &'static str, error: SdkError<E, R>) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        Self::Service {
            operation,
            source: Box::new(error),
        }
    }
}

/// Reads a refusal of the first write, the one that makes a new item, as a repeat.
pub(crate) fn once(result: Result<(), StoreError>) -> Result<WriteOutcome, StoreError> {
    match result {
        Ok(()) => Ok(WriteOutcome::Done),
        Err(StoreError::Refused(0)) => Ok(WriteOutcome::Repeated),
        Err(error) => Err(error),
    }
}
