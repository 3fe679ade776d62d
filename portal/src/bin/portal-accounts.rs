//! Accounts: what knows of passwords and second factors.

use portal::{ACCOUNTS, function_name, serve};
use web::lambda::{self, Failure};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    match function_name()?.as_str() {
        "auth" => {
            let app = lambda::app("pages/auth")?;
            futures::join!(app.warm(), app.warm_identity());
            lambda::serve(&app, auth::ROUTES).await
        }
        name => serve(name, &ACCOUNTS).await,
    }
}
