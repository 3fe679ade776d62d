//! Links to the next and the first page of a list.

use serde::Serialize;
use store::ListPage;

use crate::query::url_encode;

/// Links to the next page and back to the first; `count` where the total is known.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Pager {
    count: Option<i64>,
    next: Option<String>,
    first: Option<String>,
}

impl Pager {
    /// The pager of a list at `path`, which may have a query: `next` is the cursor of the next
    /// page, `after` the cursor of this one.
    pub(crate) fn from_cursor(next: Option<&str>, path: &str, after: Option<&str>) -> Self {
        let joint = if path.contains('?') { '&' } else { '?' };
        Self {
            count: None,
            next: next.map(|cursor| format!("{path}{joint}after={}", url_encode(cursor))),
            first: after.map(|_| path.to_owned()),
        }
    }

    /// The pager of `page`, a page of a list at `path`, reached with the cursor `after`.
    pub fn new<T>(page: &ListPage<T>, path: &str, after: Option<&str>, count: Option<i64>) -> Self {
        Self {
            count,
            ..Self::from_cursor(page.next.as_deref(), path, after)
        }
    }
}
