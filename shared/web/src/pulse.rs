//! The pulse of a page: whether what it shows has changed.

use http::StatusCode;

use crate::error::Error;
use crate::reply::Reply;

/// The answer to a page that shows the state `seen` of something that is now
/// at `rev`: no content where it is the same, otherwise OK. It says no more, so
/// it can't tell anybody anything.
pub fn pulse(seen: Option<i64>, rev: Option<i64>) -> Result<Reply, Error> {
    let rev = rev.ok_or(Error::NotFound)?;
    let status = if seen == Some(rev) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::OK
    };
    Ok(Reply::empty(status))
}
