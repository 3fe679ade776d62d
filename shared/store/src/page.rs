//! Pages of lists, and where they go on.

/// Rows of one page.
pub const SIZE: i32 = 50;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins, for the link to it; `None` on the last one.
    pub next: Option<String>,
}

impl<T> ListPage<T> {
    pub(crate) fn new(rows: Vec<T>, more: bool, cursor: impl Fn(&T) -> String) -> Self {
        let next = rows.last().filter(|_| more).map(cursor);
        Self { rows, next }
    }
}
