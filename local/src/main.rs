//! Starts the development server; with `recount` and workspaces' addresses, counts
//! their findings again instead.

use std::process::ExitCode;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("The server can't start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut asked = std::env::args().skip(1);
    let recount = asked.next().is_some_and(|first| first == "recount");
    let slugs: Vec<String> = asked.collect();
    let done = if recount {
        runtime.block_on(local::recount(&slugs))
    } else {
        runtime.block_on(local::run())
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
