//! `mail-event FILE WORKSPACE ADDRESS`: what SES would tell of a mail that the workspace
//! sent to the address just now, as it stands in a file like those of `events/`; for the
//! data folder that `DATA_DIR` names.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [file, workspace, address] = words.as_slice() else {
        eprintln!("Usage: mail-event FILE WORKSPACE ADDRESS");
        return ExitCode::from(2);
    };
    let event = match std::fs::read_to_string(file) {
        Ok(event) => event,
        Err(error) => {
            eprintln!("{file} can't be read: {error}");
            return ExitCode::FAILURE;
        }
    };
    match local::mail_event(&event, workspace, address).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
