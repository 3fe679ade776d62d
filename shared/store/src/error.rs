//! Errors of the store, as far as a caller can act on them.

use aws_sdk_dynamodb::error::{BoxError, SdkError};
use domain::plan::PlanLimitReached;

/// Why a read or a write failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The condition of the `n`th write of a transaction didn't hold: the item changed, exists
    /// already, or is gone. Nothing was written.
    #[error("condition {0} of the transaction didn't hold")]
    Refused(usize),
    /// The workspace's plan has no room for it. Nothing was written.
    #[error("the plan has no room for it")]
    Full(PlanLimitReached),
    /// The same items are written too often, after several tries. Nothing was written.
    #[error("the table is busy")]
    Busy,
    /// A key outside the store's scope was about to be used: a bug, with an alarm.
    #[error("key outside its scope: {0}")]
    OutsideScope(String),
    /// An item can't be deserialised as its type.
    #[error("item can't be read")]
    Item(#[from] serde_dynamo::Error),
    /// An item lacks an attribute that its type always has.
    #[error("item lacks {0}")]
    Lacks(&'static str),
    #[error("{operation} failed")]
    Service {
        /// The operation of the service.
        operation: &'static str,
        source: BoxError,
    },
}

/// How an idempotent write ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteOutcome {
    Done,
    /// It was done before; nothing was written.
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

/// Takes a refusal of the first write, which creates an item, as a repeat.
pub(crate) fn to_write_outcome(result: Result<(), StoreError>) -> Result<WriteOutcome, StoreError> {
    match result {
        Ok(()) => Ok(WriteOutcome::Done),
        Err(StoreError::Refused(0)) => Ok(WriteOutcome::Repeated),
        Err(error) => Err(error),
    }
}
