//! What leaves after a change, as a Lambda function.

use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::{Value, json};
use web::lambda::Failure;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let app = web::lambda::app("emails")?;
    app.warm().await;
    let app = app.as_ref();
    // The table's stream and the schedule say only that there may be something
    // to do; what it is stands in the outbox. `{"recount": "<address>"}` asks for
    // a workspace's findings to be counted again; messages of the queue tell what
    // became of mail.
    run(service_fn(async move |event: LambdaEvent<Value>| {
        if let Some(slug) = event.payload.get("recount").and_then(Value::as_str) {
            return Ok::<_, Failure>(worker::recount(app, slug).await?);
        }
        let records = event.payload.get("Records").and_then(Value::as_array);
        let records = records.filter(|all| all.first().is_some_and(is_report));
        if let Some(records) = records {
            let failed = worker::handle_reports(app, records).await;
            let failed = failed.iter().map(|name| json!({ "itemIdentifier": name }));
            return Ok(json!({ "batchItemFailures": failed.collect::<Vec<_>>() }));
        }
        let started = app.clock.now();
        let swept = worker::run(app).await?;
        let took_ms = app.clock.now().duration_since(started).as_millis();
        tracing::info!(
            request_id = event.context.request_id,
            trace = event.context.xray_trace_id,
            took_ms = i64::try_from(took_ms)?,
            taken = swept.taken,
            errors = swept.failed,
            given_up = swept.given_up,
            outbox_age_s = swept.oldest.as_secs(),
            cold_starts = u8::from(app.is_cold()),
            "swept"
        );
        Ok(json!({ "taken": swept.taken }))
    }))
    .await
}

/// Whether a record is a message of the queue, by what Lambda says of it.
fn is_report(record: &Value) -> bool {
    record.get("eventSource").and_then(Value::as_str) == Some("aws:sqs")
}
