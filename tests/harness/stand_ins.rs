//! S3, SES and Cognito: one stand-in for all tests of a process.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::mpsc::channel;
use std::{env, fs, thread};

use local::StandIns;

/// Where it answers; started by whoever asks first. It ends with the process,
/// since its input does.
pub(crate) fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        let (ready, started) = channel();
        // A runtime of its own: the one of a test ends with the test.
        thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            let stand_ins = runtime.block_on(StandIns::start(&python(), folder()));
            let stand_ins = stand_ins.unwrap_or_else(|problem| panic!("{problem}"));
            ready.send(stand_ins.url()).expect("somebody asked");
            runtime.block_on(std::future::pending::<()>());
            drop(stand_ins);
        });
        started.recv().expect("the stand-ins start")
    })
}

fn python() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a test's own setting")]
    let venv = env::var("VENV").map_or_else(
        |_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv"),
        PathBuf::from,
    );
    venv.join("bin/python")
}

/// A new folder, below the one that cargo keeps for tests.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tmp");
    let folder = folder.join(format!("stand-ins-{}", std::process::id()));
    drop(fs::remove_dir_all(&folder));
    folder
}
