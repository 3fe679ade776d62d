//! Compares the bucket with the table: `reconcile-files [ADDRESS…]`, for the data
//! folder that `DATA_DIR` names.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let slugs: Vec<String> = std::env::args().skip(1).collect();
    match local::reconcile_data(&slugs).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
