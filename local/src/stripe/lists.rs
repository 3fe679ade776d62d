//! Lists, a page at a time, the newest first.

use serde_json::Value;

use super::desk::Desk;
use super::form::Form;
use super::objects::{list, text, whole};
use super::refusal::Refusal;

/// How many a page holds if it isn't said, and at most.
const PAGE: (i64, i64) = (10, 100);

/// Reads a page of the objects of `kind`, which may be narrowed by the `fields` that a
/// request names.
pub(super) fn read(
    desk: &Desk<'_>,
    (kind, url): (&str, &str),
    form: &Form,
    fields: &[&str],
) -> Result<Value, Refusal> {
    let mut known = vec!["created", "ending_before", "limit", "starting_after"];
    known.extend(fields);
    form.only(&known)?;
    let (usual, most) = PAGE;
    let limit = form.whole("limit")?.unwrap_or(usual);
    if !(1..=most).contains(&limit) {
        let words = format!("This value must be between 1 and {most}.");
        return Err(Refusal::of("limit", words));
    }
    let created = created(form)?;
    let all = desk.state.all(desk.account.as_deref(), kind).into_iter();
    let all = all.filter(|object| {
        created
            .iter()
            .all(|bound| bound.holds(whole(object, "created")))
    });
    let left = &desk.state.left;
    let mut all: Vec<_> = all
        .filter(|object| !left.contains(text(object, "id")))
        .filter(|object| fields.iter().all(|field| fits(object, field, form)))
        .collect();
    if let Some(after) = form.text("starting_after") {
        let at = all.iter().position(|object| text(object, "id") == after);
        let at = at.ok_or_else(|| Refusal::missing(kind, after, "starting_after"))?;
        all.drain(..=at);
    }
    let limit = usize::try_from(limit).unwrap_or_default();
    if let Some(before) = form.text("ending_before") {
        let at = all.iter().position(|object| text(object, "id") == before);
        let at = at.ok_or_else(|| Refusal::missing(kind, before, "ending_before"))?;
        all.truncate(at);
        let first = all.len().saturating_sub(limit);
        let page: Vec<_> = all.drain(first..).cloned().collect();
        return Ok(list(url, &page, first > 0));
    }
    let more = all.len() > limit;
    let page: Vec<_> = all.into_iter().take(limit).cloned().collect();
    Ok(list(url, &page, more))
}

/// Whether an object is as a request wants it in one field. Those in the plural hold
/// several values, any of which will do.
fn fits(one: &Value, field: &str, form: &Form) -> bool {
    let is = |name: &str, wanted: &str| match one.get(name) {
        Some(Value::String(known)) => known == wanted,
        Some(Value::Bool(known)) => known.to_string() == wanted,
        _ => false,
    };
    match field {
        "lookup_keys" | "types" => {
            let wanted = form.list(field);
            let name = field.trim_end_matches('s');
            wanted.is_empty() || wanted.iter().any(|wanted| is(name, wanted))
        }
        // Every one that hasn't ended, unless it is said otherwise.
        "status" if text(one, "object") == "subscription" => match form.text(field) {
            None => !is(field, "canceled"),
            Some("all") => true,
            Some(wanted) => is(field, wanted),
        },
        "type" if text(one, "object") == "event" => form.text(field).is_none_or(|wanted| {
            let kind = text(one, "type");
            match wanted.strip_suffix('*') {
                Some(begin) => kind.starts_with(begin),
                None => kind == wanted,
            }
        }),
        _ => form.text(field).is_none_or(|wanted| is(field, wanted)),
    }
}

/// A bound of time.
struct TimeBound {
    op: &'static str,
    at: i64,
}

impl TimeBound {
    fn holds(&self, created: i64) -> bool {
        match self.op {
            "gt" => created > self.at,
            "gte" => created >= self.at,
            "lt" => created < self.at,
            "lte" => created <= self.at,
            _ => created == self.at,
        }
    }
}

fn created(form: &Form) -> Result<Vec<TimeBound>, Refusal> {
    let mut bounds = Vec::new();
    for op in ["gt", "gte", "lt", "lte"] {
        if let Some(at) = form.whole(&format!("created[{op}]"))? {
            bounds.push(TimeBound { op, at });
        }
    }
    if let Some(at) = form.whole("created")? {
        bounds.push(TimeBound { op: "eq", at });
    }
    Ok(bounds)
}
