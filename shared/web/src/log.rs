//! Logs: one line of JSON an event, to standard output.

/// Starts logging, once. `filter` is in the form of `RUST_LOG`.
pub fn start(filter: &str) {
    let format = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false);
    let started = format
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .try_init();
    // A second start, as in tests, leaves the first one in place.
    drop(started);
}
