//! What a request costs: capacity units, and round trips one after another.

use std::sync::{Arc, Mutex, PoisonError};

/// What was spent so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spent {
    /// Read capacity units, indexes included.
    pub read: f64,
    /// Write capacity units, indexes included.
    pub write: f64,
    /// Calls to the table.
    pub calls: u32,
    /// The longest chain of calls of which each waited for the one before.
    pub round_trips: u32,
}

/// Adds up what one request costs. Clones share the sum.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<Spent>>);

impl Meter {
    /// What was spent so far.
    pub fn spent(&self) -> Spent {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Call before a call: its place in the chain of those that wait for each other.
    pub(crate) fn begin(&self) -> u32 {
        self.spent().round_trips + 1
    }

    /// Call after it, with its place and its cost.
    pub(crate) fn end(&self, place: u32, read: f64, write: f64) {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spent.read += read;
        spent.write += write;
        spent.calls += 1;
        spent.round_trips = spent.round_trips.max(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_side_by_side_are_one_round_trip() {
        let meter = Meter::default();
        let (a, b) = (meter.begin(), meter.begin());
        meter.end(a, 0.5, 0.0);
        meter.end(b, 1.0, 0.0);
        let c = meter.begin();
        meter.end(c, 0.0, 2.0);
        assert_eq!(
            meter.spent(),
            Spent {
                read: 1.5,
                write: 2.0,
                calls: 3,
                round_trips: 2
            }
        );
    }
}
