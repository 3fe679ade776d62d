//! What knows of money: invoices, payments, the plan, and the webhooks, which the schedule
//! calls as well.

use std::sync::Arc;

use portal::{PAYMENTS, function_name, serve};
use serde_json::{Value, json};
use web::App;
use web::lambda::{self, Failure, serve_with_writer};
use webhooks::{ROUTES, reconcile};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    match function_name()?.as_str() {
        "webhooks" => {
            let app = lambda::app("pages/webhooks")?;
            app.warm().await;
            serve_webhooks(&app).await
        }
        name => serve(name, &PAYMENTS).await,
    }
}

/// Serves the routes; `{"reconcile": true}` compares with what Stripe lists.
async fn serve_webhooks(app: &Arc<App>) -> Result<(), Failure> {
    serve_with_writer(app, ROUTES, async |app, event| {
        if event.get("reconcile").and_then(Value::as_bool) != Some(true) {
            return Err("nobody knows what is asked for".into());
        }
        let compared = reconcile(&app).await?;
        Ok(json!({ "accounts": compared.accounts, "missed": compared.missed }))
    })
    .await
}
