//! What the process logs, kept to be looked at.

use std::io::{self, Write};
use std::sync::{Mutex, Once};

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct LogBuffer;

impl Write for LogBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts keeping, as a function named `tests` would log, once for all worlds.
pub(crate) fn start() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let settings = web::log::LogSettings::default();
        web::log::init(settings, Some("tests".to_owned()), || LogBuffer);
    });
}

/// Every line that any world of this process has logged so far.
pub fn log_lines() -> String {
    let lines = LINES.lock().expect("the log").clone();
    String::from_utf8(lines).expect("text")
}
