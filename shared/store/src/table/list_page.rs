//! Pages of lists, with the cursor of the next one.

/// Rows of one page.
pub const PAGE_SIZE: i32 = 50;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage<T> {
    pub rows: Vec<T>,
    /// The cursor of the next page; `None` on the last one.
    pub next: Option<String>,
}

impl<T> ListPage<T> {
    pub(crate) fn new(rows: Vec<T>, more: bool, cursor: impl Fn(&T) -> String) -> Self {
        let next = rows.last().filter(|_| more).map(cursor);
        Self { rows, next }
    }
}

impl<T> Default for ListPage<T> {
    /// An empty last page.
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            next: None,
        }
    }
}
