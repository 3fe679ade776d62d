//! Logs: one line of JSON an event. On Lambda a line also says what `CloudWatch`
//! shall count of it (the embedded metric format): no call is made for that.

use std::fmt;

use serde_json::json;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::{Format, Json, JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

/// The fields that are counted, wherever they are logged.
pub const METRICS: [(&str, &str); 11] = [
    ("took_ms", "Milliseconds"),
    ("errors", "Count"),
    ("cold_starts", "Count"),
    ("read_units", "Count"),
    ("write_units", "Count"),
    ("outbox_age_s", "Seconds"),
    ("given_up", "Count"),
    ("events", "Count"),
    ("events_refused", "Count"),
    ("events_unknown", "Count"),
    ("events_missed", "Count"),
];

/// Starts logging, once. `function` is the name by which it is counted, if it is.
pub fn start<W>(function: Option<String>, to: W)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let json = Format::default().json().flatten_event(true);
    let json = json.with_current_span(false);
    let started = tracing_subscriber::fmt()
        .fmt_fields(JsonFields::new())
        .event_format(Line { json, function })
        .with_writer(to)
        .with_max_level(LevelFilter::INFO)
        .try_init();
    // A second start, as in tests, leaves the first one in place.
    drop(started);
}

struct Line {
    json: Format<Json>,
    function: Option<String>,
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = String::new();
        self.json
            .format_event(context, Writer::new(&mut line), event)?;
        let members = self.function.as_deref();
        let members = members.and_then(|function| counted(function, event.metadata()));
        match (members, line.strip_prefix('{')) {
            (Some(members), Some(rest)) => write!(writer, "{{{members},{rest}"),
            _ => writer.write_str(&line),
        }
    }
}

/// What a line begins with that holds something to count: members of its object.
fn counted(function: &str, line: &Metadata<'_>) -> Option<String> {
    let metrics: Vec<_> = METRICS
        .iter()
        .filter(|(name, _)| line.fields().field(name).is_some())
        .map(|(name, unit)| json!({ "Name": name, "Unit": unit }))
        .collect();
    if metrics.is_empty() {
        return None;
    }
    #[allow(
        clippy::disallowed_methods,
        reason = "a line's own time, as its other one"
    )]
    let now = jiff::Timestamp::now().as_millisecond();
    let metrics = json!({
        "Timestamp": now,
        "CloudWatchMetrics": [{
            "Namespace": "SecPortal",
            "Dimensions": [["function"]],
            "Metrics": metrics,
        }],
    });
    let function = json!(function);
    Some(format!("\"_aws\":{metrics},\"function\":{function}"))
}
