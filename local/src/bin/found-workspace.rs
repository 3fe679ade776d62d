//! Makes a workspace in the deployment that the environment names, as `docs/OPERATIONS.md`
//! tells: `found-workspace ADDRESS COMPANY OWNER MAIL`.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [slug, company, owner, email] = given.as_slice() else {
        eprintln!("Usage: found-workspace ADDRESS COMPANY OWNER MAIL");
        return ExitCode::from(2);
    };
    match local::found(slug, company, (owner, email)).await {
        Ok((link, id)) => {
            println!("{owner} ({id}) sets a first password by a link from {link}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
