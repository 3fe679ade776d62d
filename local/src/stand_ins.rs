//! S3, SES and Cognito: ministack, a child process that is looked after.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use std::{fs, io};

use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::http_fetch;
use crate::problem::{Problem, ProblemContext as _};

/// The credentials that it takes.
pub(crate) const KEY: &str = "test";
/// The region that it plays.
pub(crate) const REGION: &str = "us-east-1";

/// How long it may take to answer.
const TO_START: Duration = Duration::from_mins(1);
/// How long it may take to save and end.
const TO_STOP: Duration = Duration::from_secs(20);
/// How much of its log is shown when it doesn't start.
const LINES: usize = 12;

/// The child, and how to start it again.
#[derive(Debug)]
pub struct StandIns {
    python: PathBuf,
    script: PathBuf,
    folder: PathBuf,
    port: u16,
    child: Child,
    /// Held apart, because waiting for the child would close it, and its end is
    /// the sign to stop.
    input: Option<ChildStdin>,
}

impl StandIns {
    /// Starts the child with the Python of a virtual environment that has it,
    /// and waits until it answers. Its state lies in `folder`.
    pub async fn start(python: &Path, folder: PathBuf) -> Result<Self, Problem> {
        fs::create_dir_all(folder.join("tmp"))
            .with_problem("The stand-ins' folder can't be made")?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("stand_ins.py");
        let port = free_port().await.with_problem("There is no free port")?;
        if !python.exists() {
            return Err(Problem::new(format!(
                "The stand-ins for S3, SES and Cognito aren't installed: there is no {}.\n\
                 `make run` installs them; or name a virtual environment that has local/requirements.txt by VENV=…",
                python.display()
            )));
        }
        let python = python.to_path_buf();
        let mut child = spawn(&python, &script, &folder, port)
            .with_problem(format!("{} can't be started", python.display()))?;
        let mut this = Self {
            python,
            script,
            folder,
            port,
            input: child.stdin.take(),
            child,
        };
        this.answers().await?;
        Ok(this)
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts it again whenever it ends. Never done by itself.
    pub(crate) async fn keep(&mut self) {
        let mut pause = Duration::from_secs(1);
        loop {
            let status = self.child.wait().await;
            let how = status.map_or_else(|error| error.to_string(), |status| status.to_string());
            eprintln!(
                "The stand-ins for S3, SES and Cognito ended ({how}); they are started again. Their log: {}",
                self.log().display()
            );
            sleep(pause).await;
            match spawn(&self.python, &self.script, &self.folder, self.port) {
                Ok(child) => {
                    self.child = child;
                    self.input = self.child.stdin.take();
                }
                Err(error) => eprintln!("They can't be started: {error}"),
            }
            match self.answers().await {
                Ok(()) => {
                    eprintln!("The stand-ins for S3, SES and Cognito are back.");
                    pause = Duration::from_secs(1);
                }
                Err(problem) => {
                    eprintln!("{problem}");
                    pause = (pause * 2).min(Duration::from_secs(30));
                }
            }
        }
    }

    /// Lets it save and end.
    pub async fn stop(mut self) {
        drop(self.input.take());
        if timeout(TO_STOP, self.child.wait()).await.is_err() {
            eprintln!("The stand-ins for S3, SES and Cognito didn't end in time; they are killed.");
            drop(self.child.kill().await);
        }
    }

    async fn answers(&mut self) -> Result<(), Problem> {
        let health = format!("{}/_ministack/health", self.url());
        let deadline = Instant::now() + TO_START;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(self.failed(&format!("ended while starting ({status})")));
            }
            if http_fetch::get(&health).await.is_ok() {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(self.failed(&format!("didn't answer within {} s", TO_START.as_secs())));
            }
            sleep(Duration::from_millis(25)).await;
        }
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn failed(&self, how: &str) -> Problem {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let from = lines.len().saturating_sub(LINES);
        let end = lines.get(from..).unwrap_or_default().join("\n    ");
        Problem::new(format!(
            "The stand-ins for S3, SES and Cognito {how}.\n  The end of their log, {}:\n    {end}\n\
             If something is not installed there: delete .venv and run make again.",
            self.log().display()
        ))
    }
}

async fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    Ok(listener.local_addr()?.port())
}

fn spawn(python: &Path, script: &Path, folder: &Path, port: u16) -> io::Result<Child> {
    let log = fs::File::create(folder.join("log"))?;
    let mut command = Command::new(python);
    // A clean environment: what is set for the real AWS must not reach it.
    command.env_clear();
    #[expect(
        clippy::disallowed_methods,
        reason = "handed on to a child, not a setting"
    )]
    for name in ["PATH", "HOME", "LANG"] {
        command.envs(std::env::var(name).map(|value| (name, value)));
    }
    command
        .arg(script)
        .env("GATEWAY_PORT", port.to_string())
        .env("BIND_HOST", "127.0.0.1")
        .env("SERVICES", "s3,ses,cognito-idp")
        .env("IOT_MTLS_ENABLED", "0")
        .env("SFTP_ENABLED", "0")
        .env("AUTH", "true")
        .env("AWS_ACCESS_KEY_ID", KEY)
        .env("AWS_SECRET_ACCESS_KEY", KEY)
        .env("MINISTACK_REGION", REGION)
        .env("PERSIST_STATE", "1")
        .env("STATE_DIR", folder.join("state"))
        .env("S3_PERSIST", "1")
        .env("S3_DATA_DIR", folder.join("s3"))
        .env("TMPDIR", folder.join("tmp"))
        .env("PYTHONUNBUFFERED", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0) // a Ctrl-C in the terminal is for the server alone
        .spawn()
}
