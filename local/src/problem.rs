//! Why the server can't go on, in words for whoever started it.

use std::error::Error;
use std::fmt::Display;

/// What went wrong, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Problem(String);

impl Problem {
    /// A problem in these words.
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

/// Puts words before an error.
pub(crate) trait ProblemContext<T> {
    /// The value, or a problem: what couldn't be done, and the chain of causes.
    fn with_problem(self, what: impl Display) -> Result<T, Problem>;
}

impl<T, E: Into<Box<dyn Error + Send + Sync>>> ProblemContext<T> for Result<T, E> {
    fn with_problem(self, what: impl Display) -> Result<T, Problem> {
        self.map_err(|error| {
            let error = error.into();
            let mut words = format!("{what}: {error}");
            let mut cause = error.source();
            while let Some(deeper) = cause {
                let text = deeper.to_string();
                if !words.contains(&text) {
                    words.push_str(": ");
                    words.push_str(&text);
                }
                cause = deeper.source();
            }
            Problem(words)
        })
    }
}
