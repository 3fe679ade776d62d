//! The webhooks as a Lambda function, which the schedule calls as well.

use std::sync::Arc;

use serde_json::{Value, json};
use web::App;
use web::lambda::{Failure, serve_with_writer};
use webhooks::{ROUTES, reconcile};

/// Serves the routes; `{"reconcile": true}` compares with what Stripe lists.
pub(crate) async fn serve(app: &Arc<App>) -> Result<(), Failure> {
    serve_with_writer(app, ROUTES, async |app, event| {
        if event.get("reconcile").and_then(Value::as_bool) != Some(true) {
            return Err("nobody knows what is asked for".into());
        }
        let compared = reconcile(&app).await?;
        Ok(json!({ "accounts": compared.accounts, "missed": compared.missed }))
    })
    .await
}
