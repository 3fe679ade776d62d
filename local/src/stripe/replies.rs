//! Idempotency keys: what was asked twice is done once, and answered the same.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::desk::Desk;
use super::refusal::Refusal;

/// How long a key is known, in seconds.
const KEPT: i64 = 24 * 60 * 60;

/// What was answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Reply {
    /// What was asked: method, path and parameters.
    asked: String,
    /// Seconds since the epoch.
    at: i64,
    answer: Value,
}

/// Does what `asked` says unless its key was used before, and says whether it was.
/// What was refused is kept by no key: as at Stripe, it may be put right.
pub(super) fn once(
    desk: &mut Desk<'_>,
    key: Option<&str>,
    asked: &str,
    run: impl FnOnce(&mut Desk<'_>) -> Result<Value, Refusal>,
) -> Result<(Value, bool), Refusal> {
    let Some(key) = key else {
        return Ok((run(desk)?, false));
    };
    let now = desk.seconds();
    desk.state.replies.retain(|_, reply| now - reply.at < KEPT);
    let account = desk.account.as_deref().unwrap_or_default();
    let name = format!("{account} {key}");
    match desk.state.replies.get(&name) {
        Some(reply) if reply.asked == asked => return Ok((reply.answer.clone(), true)),
        Some(_) => return Err(Refusal::reused(key)),
        None => {}
    }
    let answer = run(desk)?;
    let reply = Reply {
        asked: asked.to_owned(),
        at: now,
        answer: answer.clone(),
    };
    desk.state.replies.insert(name, reply);
    Ok((answer, false))
}
