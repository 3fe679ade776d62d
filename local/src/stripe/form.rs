//! What a request says: pairs of names and values, the names as Stripe documents them,
//! `line_items[0][price_data][currency]` for example.

use serde_json::{Map, Value};

use super::refusal::Refusal;

/// The pairs, in the order in which they were sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a body or a query.
    pub(super) fn read(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// The value of `name`, unless it is missing or empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        found
            .next_back()
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The value of `name`, which must be there.
    pub(super) fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| {
            Refusal::of(name, format!("Missing required param: {name}.")).coded("parameter_missing")
        })
    }

    /// The value of `name` as a whole number.
    pub(super) fn whole(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let text = self.text(name);
        let number = text.map(|text| {
            text.parse().map_err(|_| {
                Refusal::of(name, format!("Invalid integer: {text}"))
                    .coded("parameter_invalid_integer")
            })
        });
        number.transpose()
    }

    /// The value of `name` as yes or no.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.text(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(text) => Err(Refusal::of(name, format!("Invalid boolean: {text}"))),
        }
    }

    /// The value of `name` as an address to which a browser can be sent.
    pub(super) fn address(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let text = self.text(name);
        let good = |text: &str| {
            ["http://", "https://"].iter().any(|scheme| {
                text.strip_prefix(scheme)
                    .is_some_and(|rest| !rest.is_empty())
            })
        };
        match text {
            Some(text) if !good(text) => {
                Err(Refusal::of(name, "Not a valid URL".to_owned()).coded("url_invalid"))
            }
            text => Ok(text),
        }
    }

    /// The values of a list: `name[]` or `name[0]` and so on.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        let within = |known: &str| {
            known
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('['))
        };
        let found = self.0.iter().filter(|(known, _)| within(known));
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// How many rows a list of objects has, counted from 0 without a gap.
    pub(super) fn rows(&self, name: &str) -> usize {
        let is_there = |row: &usize| {
            let prefix = format!("{name}[{row}]");
            self.0.iter().any(|(known, _)| known.starts_with(&prefix))
        };
        (0..self.0.len()).take_while(is_there).count()
    }

    /// Whether anything is said of the object `name`.
    pub(super) fn has(&self, name: &str) -> bool {
        let within = |known: &str| {
            known
                .strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
        };
        self.0.iter().any(|(known, _)| within(known))
    }

    /// The pairs that are put on an object.
    pub(super) fn metadata(&self, name: &str) -> Value {
        let pair = |(known, value): &(String, String)| {
            let key = known
                .strip_prefix(name)?
                .strip_prefix('[')?
                .strip_suffix(']')?;
            Some((key.to_owned(), Value::from(value.as_str())))
        };
        Value::Object(self.0.iter().filter_map(pair).collect::<Map<_, _>>())
    }

    /// Refuses what isn't one of `known`, by the name before the first bracket.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        let name = |full: &str| full.split('[').next().unwrap_or_default().to_owned();
        let other = self.0.iter().map(|(full, _)| name(full));
        match other
            .into_iter()
            .find(|name| !known.contains(&name.as_str()) && name != "expand")
        {
            None => Ok(()),
            Some(name) => Err(
                Refusal::of(&name, format!("Received unknown parameter: {name}"))
                    .coded("parameter_unknown"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_form_names_are_parsed() {
        let form = Form::read(
            b"mode=payment&line_items[0][quantity]=1&line_items%5B1%5D%5Bquantity%5D=2&metadata[a]=b%26c&keys[]=x&keys[]=y&empty=",
        );
        assert_eq!(form.text("mode"), Some("payment"));
        assert_eq!(form.whole("line_items[1][quantity]").ok(), Some(Some(2)));
        assert_eq!(form.rows("line_items"), 2);
        assert_eq!(form.metadata("metadata"), serde_json::json!({ "a": "b&c" }));
        assert_eq!(form.list("keys"), ["x", "y"]);
        assert_eq!(form.text("empty"), None);
        assert!(form.whole("mode").is_err() && form.need("empty").is_err());
        assert!(form.has("line_items") && !form.has("line"));
        let all = ["mode", "line_items", "metadata", "keys", "empty"];
        assert!(form.only(&all).is_ok() && form.only(&all[1..]).is_err());
    }
}
