//! Short hashes of a form's fields, by which a changed field is noticed.

use serde_json::{Map, Value};
use store::sha256_hex;

/// Hex digits of a field's hash: enough to notice a change.
const DIGITS: usize = 12;
/// Lists of one length that make the rows of a table: they change together, as this field.
pub(crate) const ROWS: (&str, &str) = ("line_", "lines");

/// The fields with the lists of a table as one.
pub(crate) fn with_rows(fields: Map<String, Value>) -> Map<String, Value> {
    let is_row = |name: &str| name.starts_with(ROWS.0);
    let (rows, mut fields): (Map<_, _>, Map<_, _>) =
        fields.into_iter().partition(|(name, _)| is_row(name));
    if !rows.is_empty() {
        fields.insert(ROWS.1.to_owned(), Value::Object(rows));
    }
    fields
}

/// The hashes of a form's fields, for a hidden field.
pub(crate) fn hashes(fields: &Map<String, Value>) -> String {
    let fields = with_rows(fields.clone());
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}:{}", hash(value)));
    pairs.collect::<Vec<_>>().join(" ")
}

/// Browsers send line ends of their own, and none at the end of a text that had one.
pub(crate) fn hash(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.replace("\r\n", "\n").trim().to_owned(),
        other => other.to_string(),
    };
    sha256_hex(&text).chars().take(DIGITS).collect()
}
