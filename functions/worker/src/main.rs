//! What leaves after a change, as a Lambda function.

use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::{Value, json};
use web::lambda::Failure;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let app = web::lambda::app().await?;
    let app = app.as_ref();
    // The table's stream and the schedule say only that there may be something
    // to do; what it is stands in the outbox. `{"recount": "<address>"}` asks for
    // a workspace's findings to be counted again.
    run(service_fn(async move |event: LambdaEvent<Value>| {
        if let Some(slug) = event.payload.get("recount").and_then(Value::as_str) {
            return Ok::<_, Failure>(worker::recount(app, slug).await?);
        }
        let taken = worker::drain(app).await?;
        Ok(json!({ "taken": taken }))
    }))
    .await
}
