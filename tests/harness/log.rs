//! What the process logs, kept to be looked at.

use std::io::{self, Write};
use std::sync::{Mutex, Once};

use tracing_subscriber::EnvFilter;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Keep;

impl Write for Keep {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts keeping, in the format of production, once for all worlds.
pub(crate) fn start() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let format = tracing_subscriber::fmt().json().flatten_event(true);
        let format = format.with_current_span(false).with_writer(|| Keep);
        let started = format.with_env_filter(EnvFilter::new("info")).try_init();
        started.expect("the only one");
    });
}

/// Every line that any world of this process has logged so far.
pub fn logged() -> String {
    let lines = LINES.lock().expect("the log").clone();
    String::from_utf8(lines).expect("text")
}
