//! Pages that need nothing but the table and the files.

use portal::{PAGES, addresses, function_name, serve};
use web::lambda::{self, Failure};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    match function_name()?.as_str() {
        // The API's default leads here.
        "dashboard" => {
            let app = lambda::app("pages/dashboard")?;
            app.warm().await;
            lambda::serve_default(&app, dashboard::ROUTES, addresses()).await
        }
        name => serve(name, &PAGES).await,
    }
}
