//! Pages that need nothing heavy: the function that the deployment names as its handler.

use portal::{PAGES, addresses, function_name, serve};
use web::lambda::{self, Failure};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    match function_name()?.as_str() {
        "auth" => {
            let app = lambda::app("pages/auth")?;
            futures::join!(app.warm(), app.warm_identity());
            lambda::serve(&app, auth::ROUTES).await
        }
        // The API's default leads here.
        "dashboard" => {
            let app = lambda::app("pages/dashboard")?;
            app.warm().await;
            lambda::serve_default(&app, dashboard::ROUTES, addresses()).await
        }
        name => serve(name, &PAGES).await,
    }
}
