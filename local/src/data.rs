//! The folder in which everything is kept.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rand::TryRng as _;
use rand::rngs::SysRng;

use crate::problem::{Problem, ProblemContext as _};

/// Says that the folder is ours, and since when.
const MARKER: &str = "secportal.txt";
/// Held by the one server that uses the folder.
const LOCK: &str = "lock";
/// Held by the stand-ins that use it.
const STAND_INS_LOCK: &str = "stand-ins/lock";
/// Everything else that a server makes in it: what a reset takes away.
const MADE: [&str; 10] = [
    "table.sqlite",
    "table.sqlite-wal",
    "table.sqlite-shm",
    "secret.key",
    "seeded",
    "demo.json",
    "mail.json",
    "server.log",
    "stripe.json",
    "stand-ins",
];
/// How long the stand-ins of a server that was killed may take to save and end.
const PATIENCE: Duration = Duration::from_secs(30);

/// The folder, for as long as this server has it to itself.
#[derive(Debug)]
pub(crate) struct Data {
    dir: PathBuf,
    /// When it was made: what the demo's times are counted from.
    pub(crate) born: Timestamp,
    _lock: File,
}

impl Data {
    /// Takes the folder, and makes or empties it before if need be.
    pub(crate) async fn take(dir: &Path, reset: bool, now: Timestamp) -> Result<Self, Problem> {
        let name = dir.display();
        let cannot = format!("The data folder {name} can't be used");
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .with_problem(&cannot)?;
        let dir = dir.canonicalize().with_problem(&cannot)?;
        if !is_ours(&dir).with_problem(&cannot)? {
            return Err(Problem::new(format!(
                "{name} holds files that aren't SecPortal's, so nothing is written or deleted there.\n\
                 Choose an empty or new folder with DATA_DIR=…"
            )));
        }
        let lock = File::create(dir.join(LOCK)).with_problem(&cannot)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Problem::new(format!(
                    "Another SecPortal runs on the data folder {name}.\n\
                     Stop it first, or choose another folder with DATA_DIR=…"
                )));
            }
            Err(TryLockError::Error(error)) => return Err(error).with_problem(&cannot),
        }
        stand_ins_ended(&dir).await?;
        if reset {
            forget(&dir).with_problem(&cannot)?;
        }
        let born = born(&dir, now).with_problem(&cannot)?;
        Ok(Self {
            dir,
            born,
            _lock: lock,
        })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// A file in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// What the file `name` holds, if it is there.
    pub(crate) fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.path(name)).ok()
    }

    /// Puts `text` into the file `name`: all of it or nothing.
    pub(crate) fn write(&self, name: &str, text: &str) -> io::Result<()> {
        replace(&self.path(name), text.as_bytes())
    }

    /// The server's key: made once, so that sessions and links outlive a run.
    pub(crate) fn secret_key(&self) -> Result<[u8; 32], Problem> {
        let path = self.path("secret.key");
        let cannot = format!("The server's key in {} can't be used", path.display());
        match fs::read(&path) {
            Ok(bytes) => {
                let wrong = |_| format!("it is not 32 bytes long; {}", "RESET=1 makes another one");
                return bytes.try_into().map_err(wrong).with_problem(cannot);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_problem(cannot),
        }
        let mut key = [0; 32];
        SysRng.try_fill_bytes(&mut key).with_problem(&cannot)?;
        replace(&path, &key).with_problem(cannot)?;
        Ok(key)
    }
}

/// Whether the folder carries our mark, or nothing at all.
fn is_ours(dir: &Path) -> io::Result<bool> {
    if dir.join(MARKER).is_file() {
        return Ok(true);
    }
    for entry in fs::read_dir(dir)? {
        if entry?.file_name() != LOCK {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Waits for the stand-ins of a server that was killed: they are still saving.
async fn stand_ins_ended(dir: &Path) -> Result<(), Problem> {
    let Ok(lock) = File::open(dir.join(STAND_INS_LOCK)) else {
        return Ok(());
    };
    let waited = tokio::time::timeout(PATIENCE, async {
        while let Err(TryLockError::WouldBlock) = lock.try_lock() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    waited.await.map_err(|_| {
        Problem::new(format!(
            "The stand-ins of a former run still use {}. Look for a process \"stand_ins.py\" and end it.",
            dir.display()
        ))
    })
}

fn forget(dir: &Path) -> io::Result<()> {
    for path in MADE.iter().chain(&[MARKER]).map(|name| dir.join(name)) {
        let gone = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        match gone {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// When the folder was marked; it is now, if it wasn't.
fn born(dir: &Path, now: Timestamp) -> io::Result<Timestamp> {
    let marker = dir.join(MARKER);
    let known = fs::read_to_string(&marker).unwrap_or_default();
    if let Some(born) = known.lines().next().and_then(|line| line.parse().ok()) {
        return Ok(born);
    }
    let words = "Development data of SecPortal, made at this time. RESET=1 deletes it.";
    replace(&marker, format!("{now}\n{words}\n").as_bytes())?;
    Ok(now)
}

/// Writes a file for the owner alone, under another name first: a crash leaves
/// the old one or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(beside, path)
}
