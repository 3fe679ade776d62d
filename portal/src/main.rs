//! The function that the deployment names as its handler.

mod webhooks_function;
mod worker_function;

use portal::FUNCTIONS;
use web::Config;
use web::lambda::{self, Failure};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let name = Config::handler().ok_or("_HANDLER doesn't say which function this is")?;
    if name == "worker" {
        let app = lambda::app("emails")?;
        app.warm().await;
        return worker_function::serve(&app).await;
    }
    let function = FUNCTIONS.iter().find(|(known, _)| *known == name);
    let (_, routes) = function.ok_or_else(|| format!("no function is called {name}"))?;
    let app = lambda::app(&format!("pages/{name}"))?;
    match name.as_str() {
        "auth" => {
            futures::join!(app.warm(), app.warm_identity());
        }
        _ => app.warm().await,
    }
    match name.as_str() {
        "webhooks" => webhooks_function::serve(&app).await,
        _ => lambda::serve(&app, routes).await,
    }
}
