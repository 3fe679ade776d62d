//! What a request costs: capacity units, and round trips one after another.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What was spent so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CapacityUsed {
    /// Read capacity units, indexes included.
    pub read: f64,
    /// Write capacity units, indexes included.
    pub write: f64,
    /// Calls to the table.
    pub calls: u32,
    /// The longest chain of calls of which each waited for the one before.
    pub round_trips: u32,
}

/// Where a request's time went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestTimings {
    /// While at least one call to the table was under way.
    pub table: Duration,
    /// While pages were made of what was read.
    pub pages: Duration,
}

/// Adds up what one request costs. Clones share the sum.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<Tally>>);

#[derive(Debug, Default)]
struct Tally {
    spent: CapacityUsed,
    took: RequestTimings,
    /// Calls that are under way, and since when there are some.
    under_way: u32,
    since: Option<Instant>,
}

/// A call that is under way, until it is dropped.
#[derive(Debug)]
pub(crate) struct MeteredCall {
    meter: Meter,
    place: u32,
}

impl Meter {
    /// What was spent so far.
    pub fn spent(&self) -> CapacityUsed {
        self.locked().spent
    }

    /// Where the time went so far.
    pub fn took(&self) -> RequestTimings {
        self.locked().took
    }

    /// Makes a page, and notes how long that took.
    pub fn page<T>(&self, make: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let made = make();
        self.locked().took.pages += begun.elapsed();
        made
    }

    /// Call before a call; gives its place in the chain of those that wait for each
    /// other.
    pub(crate) fn begin(&self) -> MeteredCall {
        let mut tally = self.locked();
        if tally.under_way == 0 {
            tally.since = Some(Instant::now());
        }
        tally.under_way += 1;
        MeteredCall {
            meter: self.clone(),
            place: tally.spent.round_trips + 1,
        }
    }

    fn locked(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MeteredCall {
    /// Call after it, with its cost.
    pub(crate) fn end(self, read: f64, write: f64) {
        let spent = &mut self.meter.locked().spent;
        spent.read += read;
        spent.write += write;
        spent.calls += 1;
        spent.round_trips = spent.round_trips.max(self.place);
    }
}

impl Drop for MeteredCall {
    fn drop(&mut self) {
        let mut tally = self.meter.locked();
        tally.under_way -= 1;
        if tally.under_way == 0
            && let Some(since) = tally.since.take()
        {
            tally.took.table += since.elapsed();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_side_by_side_are_one_round_trip() {
        let meter = Meter::default();
        let (a, b) = (meter.begin(), meter.begin());
        a.end(0.5, 0.0);
        b.end(1.0, 0.0);
        let c = meter.begin();
        c.end(0.0, 2.0);
        assert_eq!(
            meter.spent(),
            CapacityUsed {
                read: 1.5,
                write: 2.0,
                calls: 3,
                round_trips: 2
            }
        );
    }
    #[test]
    fn a_call_that_fails_is_over_as_well() {
        let meter = Meter::default();
        let (a, b) = (meter.begin(), meter.begin());
        drop(a);
        assert_eq!(
            meter.took(),
            RequestTimings::default(),
            "another is under way"
        );
        drop(b);
        assert!(meter.took().table > Duration::ZERO && meter.locked().since.is_none());
        assert_eq!(meter.spent(), CapacityUsed::default());
    }
}
