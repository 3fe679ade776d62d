//! Logs: one line of JSON an event. On Lambda a line also says what `CloudWatch`
//! shall count of it (the embedded metric format): no call is made for that.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::{Format, Json, JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The crates of this repository that log.
const CRATES: [&str; 20] = [
    "adapters",
    "auth",
    "billing",
    "dashboard",
    "documents",
    "engagements",
    "findings",
    "invites",
    "invoice_pdf",
    "invoices",
    "local",
    "messages",
    "payments",
    "settings",
    "signup",
    "store",
    "tests",
    "web",
    "webhooks",
    "worker",
];

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

/// The level and the format of a log.
#[derive(Debug, Clone, Copy)]
pub struct LogSettings {
    pub level: LevelFilter,
    pub format: LogFormat,
}

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// One line of text, for a terminal.
    Pretty,
}

impl LogSettings {
    /// Reads `LOG` (`error`, `warn`, `info`, `debug`, `trace` or `off`) and `LOG_FORMAT`
    /// (`json` or `pretty`). Unset or unknown values leave the defaults.
    pub fn read(get: impl Fn(&'static str) -> Option<String>, default: Self) -> Self {
        let level = get("LOG").and_then(|level| level.parse().ok());
        let format = match get("LOG_FORMAT").as_deref() {
            Some("json") => Some(LogFormat::Json),
            Some("pretty") => Some(LogFormat::Pretty),
            _ => None,
        };
        Self {
            level: level.unwrap_or(default.level),
            format: format.unwrap_or(default.format),
        }
    }

    /// The filter: this level for the crates of this repository, warnings for all others.
    pub fn targets(self) -> Targets {
        let others = self.level.min(LevelFilter::WARN);
        let ours = CRATES.map(|name| (name, self.level));
        Targets::new().with_default(others).with_targets(ours)
    }
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            level: LevelFilter::INFO,
            format: LogFormat::Json,
        }
    }
}

/// Starts logging, once. `function` is the name by which `CloudWatch` counts the lines, if it
/// counts them.
pub fn init<W>(settings: LogSettings, function: Option<String>, writer: W)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let started = tracing_subscriber::registry()
        .with(layer(settings, function, writer))
        .try_init();
    // A second start, as in tests, leaves the first one in place.
    drop(started);
}

/// A layer that writes lines to `writer`, to combine with others.
pub fn layer<S, W>(
    settings: LogSettings,
    function: Option<String>,
    writer: W,
) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    match settings.format {
        LogFormat::Json => {
            let json = Format::default().json().flatten_event(true);
            let json = json.with_span_list(false);
            tracing_subscriber::fmt::layer()
                .fmt_fields(JsonFields::new())
                .event_format(JsonLine { json, function })
                .with_writer(writer)
                .with_filter(settings.targets())
                .boxed()
        }
        LogFormat::Pretty => tracing_subscriber::fmt::layer()
            .event_format(PrettyLine)
            .with_writer(writer)
            .with_filter(settings.targets())
            .boxed(),
    }
}

struct JsonLine {
    json: Format<Json>,
    function: Option<String>,
}

impl<S, N> FormatEvent<S, N> for JsonLine
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
        let members = members.and_then(|function| metric_members(function, event.metadata()));
        match (members, line.strip_prefix('{')) {
            (Some(members), Some(rest)) => write!(writer, "{{{members},{rest}"),
            _ => writer.write_str(&line),
        }
    }
}

/// What a line begins with that holds something to count: members of its object.
fn metric_members(function: &str, line: &Metadata<'_>) -> Option<String> {
    let metrics: Vec<_> = METRICS
        .iter()
        .filter(|(name, _)| line.fields().field(name).is_some())
        .map(|(name, unit)| json!({ "Name": name, "Unit": unit }))
        .collect();
    if metrics.is_empty() {
        return None;
    }
    #[expect(
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

/// A line of text: level, message, fields. A request's line shows its method, route, status,
/// time and capacity.
struct PrettyLine;

/// The fields of an event, by name.
#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Fields {
    fn take(&mut self, name: &str) -> String {
        self.0.remove(name).unwrap_or_default()
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl<S, N> FormatEvent<S, N> for PrettyLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let (level, message) = (event.metadata().level(), fields.take("message"));
        write!(writer, "{level:>5} ")?;
        if message == "request" {
            let [method, route, status] =
                ["method", "route", "status"].map(|name| fields.take(name));
            let [took, read, write] =
                ["took_ms", "read_units", "write_units"].map(|name| fields.take(name));
            let (id, cause) = (fields.take("request_id"), fields.take("cause"));
            write!(
                writer,
                "{status} {method:4} {route}  {took} ms, {read} read, {write} write  {id}"
            )?;
            return if cause.is_empty() {
                writeln!(writer)
            } else {
                writeln!(writer, "  {cause}")
            };
        }
        write!(writer, "{message}")?;
        for (name, value) in &fields.0 {
            write!(writer, " {name}={value}")?;
        }
        writeln!(writer)
    }
}
