//! The cost of a request: capacity units, and round trips one after another.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::ConsumedCapacity;
use tracing::debug;

/// Capacity units and calls of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CapacityUsed {
    /// Read capacity units, indexes included.
    pub read: f64,
    /// Write capacity units, indexes included.
    pub write: f64,
    pub calls: u32,
    /// The longest chain of calls of which each waited for the one before.
    pub round_trips: u32,
}

/// Where the time of a request went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestTimings {
    /// Time with at least one call to the table under way.
    pub table: Duration,
    /// Time in rendering.
    pub pages: Duration,
}

/// Adds up the cost of one request. Clones share the sum.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<Tally>>);

#[derive(Debug, Default)]
struct Tally {
    spent: CapacityUsed,
    took: RequestTimings,
    /// The number of calls under way, and since when there is one.
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
    pub fn timings(&self) -> RequestTimings {
        self.locked().took
    }

    /// Renders a page, and adds its time.
    pub fn time_page<T>(&self, make: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let made = make();
        self.locked().took.pages += begun.elapsed();
        made
    }

    /// Begins a call, with its place in the chain of calls that wait for each other.
    pub(crate) fn begin_call(&self) -> MeteredCall {
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
    /// Ends a read of `pk` of the table, or of `index`, with the capacity that it used.
    ///
    /// The log names the partition only: a sort key may hold a name that somebody typed.
    pub(crate) fn end_read(
        self,
        operation: &'static str,
        index: Option<&str>,
        pk: &str,
        capacity: &[ConsumedCapacity],
    ) {
        let units = capacity_units(capacity);
        debug!(operation, index, pk, units, "table read");
        self.end(units, 0.0);
    }

    /// Ends a write of `pk` with the capacity that it used.
    pub(crate) fn end_write(
        self,
        operation: &'static str,
        pk: &str,
        capacity: &[ConsumedCapacity],
    ) {
        let units = capacity_units(capacity);
        debug!(operation, pk, units, "table write");
        self.end(0.0, units);
    }

    /// Ends the call, with its cost.
    pub(crate) fn end(self, read: f64, write: f64) {
        let spent = &mut self.meter.locked().spent;
        spent.read += read;
        spent.write += write;
        spent.calls += 1;
        spent.round_trips = spent.round_trips.max(self.place);
    }
}

fn capacity_units(capacity: &[ConsumedCapacity]) -> f64 {
    capacity.iter().filter_map(|used| used.capacity_units).sum()
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
    fn concurrent_calls_count_as_one_round_trip() {
        let meter = Meter::default();
        let (a, b) = (meter.begin_call(), meter.begin_call());
        a.end(0.5, 0.0);
        b.end(1.0, 0.0);
        let c = meter.begin_call();
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
    fn failed_call_ends_its_timing() {
        let meter = Meter::default();
        let (a, b) = (meter.begin_call(), meter.begin_call());
        drop(a);
        assert_eq!(
            meter.timings(),
            RequestTimings::default(),
            "another is under way"
        );
        drop(b);
        assert!(meter.timings().table > Duration::ZERO && meter.locked().since.is_none());
        assert_eq!(meter.spent(), CapacityUsed::default());
    }
}
