//! Checks an exported audit log offline: `verify-audit FILE.csv`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("Usage: verify-audit FILE.csv");
        return ExitCode::from(2);
    };
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string());
    match text.and_then(|text| local::verify_export(&text)) {
        Ok(words) => {
            println!("{words}");
            ExitCode::SUCCESS
        }
        Err(words) => {
            eprintln!("{path}: {words}");
            ExitCode::FAILURE
        }
    }
}
