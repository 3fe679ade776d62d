//! `DynamoDB`: a stand-in within this process.

use std::io;
use std::path::Path;

use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::problem::{Problem, ProblemContext as _};

/// The running stand-in.
#[derive(Debug)]
pub struct Embedded {
    /// Where it answers.
    pub url: String,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), String>>,
}

impl Embedded {
    /// Opens the file at `path` and serves it on a port of the system's choice.
    pub async fn file(path: &Path) -> Result<Self, Problem> {
        let database = Database::new(&path.to_string_lossy());
        let database =
            database.with_problem(format!("The table in {} can't be opened", path.display()))?;
        serve(database)
            .await
            .with_problem("The table's stand-in can't be served")
    }

    /// As [`Embedded::file`], but kept in memory only.
    pub async fn memory() -> Result<Self, Problem> {
        let database = Database::memory().with_problem("The table can't be made")?;
        serve(database)
            .await
            .with_problem("The table's stand-in can't be served")
    }

    /// Lets what runs finish.
    pub async fn stop(self) {
        drop(self.stop);
        drop(self.served.await);
    }
}

async fn serve(database: Database) -> io::Result<Embedded> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let (stop, stopped) = oneshot::channel();
    let shutdown = async { drop(stopped.await) };
    #[expect(clippy::disallowed_methods, reason = "no Lambda freezes this process")]
    let served = tokio::spawn(dynoxide::server::serve_with_shutdown(
        listener, database, shutdown,
    ));
    Ok(Embedded { url, stop, served })
}
