//! The pulse of a page: whether what it shows has changed.

use http::{HeaderName, HeaderValue, StatusCode};
use store::Session;

use crate::context::Context;
use crate::error::PageError;
use crate::reply::Reply;

/// How many notices the person hasn't read, for the bell.
const UNREAD: HeaderName = HeaderName::from_static("x-unread");

/// The answer to a page that shows the state `seen` of something that is now
/// at `rev`: no content where it is the same, otherwise OK; with how much is unread, as
/// the session knows it. It says no more, so it can't tell anybody anything.
pub fn pulse_reply(ctx: &Context, seen: Option<i64>, rev: Option<i64>) -> Result<Reply, PageError> {
    let rev = rev.ok_or(PageError::NotFound)?;
    let status = if seen == Some(rev) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::OK
    };
    let unread = ctx.session.as_ref().map_or(0, Session::unread);
    Ok(Reply::empty(status).header(UNREAD, HeaderValue::from(unread)))
}
