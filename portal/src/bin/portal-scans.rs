//! What reads exports of scanners: the findings, and the worker.

use lambda_runtime::{LambdaEvent, service_fn};
use portal::{SCANS, function_name, serve};
use serde_json::{Value, json};
use web::App;
use web::lambda::{self, Failure};
use worker::{handle_reports, recount, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    match function_name()?.as_str() {
        "worker" => {
            let app = lambda::app("emails")?;
            app.warm().await;
            serve_worker(&app).await
        }
        name => serve(name, &SCANS).await,
    }
}

/// Handles events until the environment is taken down. The table's stream and the schedule
/// say only that there may be something to do; the outbox holds it. `{"recount": "<slug>"}`
/// counts the findings of a workspace again; messages of the queue report deliveries of mail.
async fn serve_worker(app: &App) -> Result<(), Failure> {
    lambda_runtime::run(service_fn(async |event| handle(app, event).await)).await
}

async fn handle(app: &App, event: LambdaEvent<Value>) -> Result<Value, Failure> {
    let LambdaEvent { payload, context } = event;
    if let Some(slug) = payload.get("recount").and_then(Value::as_str) {
        return Ok(recount(app, slug).await?);
    }
    let records = payload.get("Records").and_then(Value::as_array);
    let records = records.filter(|all| all.first().is_some_and(is_report));
    if let Some(records) = records {
        let failed = handle_reports(app, records).await;
        let failed = failed.iter().map(|name| json!({ "itemIdentifier": name }));
        return Ok(json!({ "batchItemFailures": failed.collect::<Vec<_>>() }));
    }
    let started = app.clock.now();
    let swept = run(app).await?;
    let took_ms = app.clock.now().duration_since(started).as_millis();
    tracing::info!(
        request_id = context.request_id,
        trace = context.xray_trace_id,
        took_ms = i64::try_from(took_ms)?,
        taken = swept.taken,
        errors = swept.failed,
        given_up = swept.given_up,
        outbox_age_s = swept.oldest.as_secs(),
        cold_starts = u8::from(app.is_cold()),
        "swept"
    );
    Ok(json!({ "taken": swept.taken }))
}

/// Whether a record is a message of the queue, by what Lambda says of it.
fn is_report(record: &Value) -> bool {
    record.get("eventSource").and_then(Value::as_str) == Some("aws:sqs")
}
