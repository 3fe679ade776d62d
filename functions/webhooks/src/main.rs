//! What other services tell, as a Lambda function; and what they told and nobody heard.

use serde_json::{Value, json};
use web::lambda::Failure;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let app = web::lambda::app("pages/webhooks")?;
    app.warm().await;
    web::lambda::serve_with_writer(&app, webhooks::ROUTES, async |app, event| {
        if event.get("reconcile").and_then(Value::as_bool) != Some(true) {
            return Err("nobody knows what is asked for".into());
        }
        let compared = webhooks::reconcile(&app).await?;
        Ok(json!({ "accounts": compared.accounts, "missed": compared.missed }))
    })
    .await
}
