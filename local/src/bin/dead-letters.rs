//! What the outbox gave up: `dead-letters list [AFTER]`, `dead-letters retry NAME` or
//! `dead-letters retry all`, for the data folder that `DATA_DIR` names.

use std::process::ExitCode;

use local::DeadLetterCommand;

#[tokio::main]
async fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let wanted = match (words.next().as_deref(), words.next()) {
        (None | Some("list"), after) => DeadLetterCommand::List(after),
        (Some("retry"), Some(name)) => {
            DeadLetterCommand::Retry(Some(name).filter(|name| name != "all"))
        }
        _ => {
            eprintln!("Usage: dead-letters list [AFTER] | retry NAME | retry all");
            return ExitCode::from(2);
        }
    };
    match local::dead_letters(wanted).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
