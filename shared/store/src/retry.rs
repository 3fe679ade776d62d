//! A change that is decided anew when another one was first.

use crate::error::StoreError;

/// How often a change is usually decided anew.
pub const MAX_TRIES: u32 = 4;

/// Runs `attempt` again while it is refused because of a change by another, `tries` times
/// at most; then it is [`StoreError::Busy`]. Each attempt reads what it decides by.
pub async fn retry_on_conflict<T, F>(tries: u32, attempt: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    for _ in 0..tries {
        match attempt().await {
            Err(StoreError::Refused(_)) => {}
            result => return result,
        }
    }
    Err(StoreError::Busy)
}
