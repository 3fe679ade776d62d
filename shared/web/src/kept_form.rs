//! A form that was sent and not taken: the answer holds it, so that nothing typed is lost.
//!
//! A session that has ended, an old token, a rate limit or a fault refuses a form before its
//! handler can show it again. The page that says so holds the form's fields, and sends them
//! again by one press; a sign-in that comes in between carries them along.

use http::{HeaderMap, Method, header};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::page::Page;

/// The field that names the address of a kept form. Its fields have this name and a dot before
/// theirs.
const ACTION: &str = "kept";
const PREFIX: &str = "kept.";
/// A form with one of these is not kept: a page never shows a secret again.
const SECRETS: [&str; 4] = ["password", "again", "current", "code"];
/// Fields that nobody typed.
const HIDDEN: [&str; 5] = ["id", "version", "seen", "next", "after"];

/// A form that was sent and not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptForm {
    action: String,
    fields: Vec<KeptField>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct KeptField {
    name: String,
    value: String,
    /// What the page calls the field; none for one that nobody typed.
    label: Option<String>,
    is_long: bool,
}

impl KeptField {
    fn new(name: &str, value: String) -> Self {
        let plain = name.trim_end_matches("[]");
        let is_typed = !HIDDEN.contains(&plain) && !name.ends_with("[]") && !value.is_empty();
        Self {
            name: name.to_owned(),
            label: is_typed.then(|| label(plain)),
            is_long: value.contains('\n') || value.len() > 80,
            value,
        }
    }
}

/// `due_date` as `Due date`.
fn label(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Whether a request is a form that could be kept.
pub(crate) fn is_form(method: &Method, headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok());
    *method == Method::POST
        && kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

impl KeptForm {
    /// The form in the body of a request to `action`; `None` where it holds a secret, or
    /// where the address is not one of this host.
    pub(crate) fn from_body(action: &str, body: &[u8]) -> Option<Self> {
        let mut fields = Vec::new();
        for (name, value) in form_urlencoded::parse(body) {
            if SECRETS.contains(&name.as_ref()) {
                return None;
            }
            if name != "csrf" {
                fields.push(KeptField::new(&name, value.into_owned()));
            }
        }
        let action = action.to_owned();
        is_local(&action).then_some(Self { action, fields })
    }

    /// Takes the kept form out of the fields of the form that carries it.
    pub(crate) fn take_from(fields: &mut Map<String, Value>) -> Option<Self> {
        let Some(Value::String(action)) = fields.remove(ACTION) else {
            return None;
        };
        let mut kept = Vec::new();
        fields.retain(|name, value| {
            let Some(name) = name.strip_prefix(PREFIX) else {
                return true;
            };
            match value.take() {
                Value::String(value) => kept.push(KeptField::new(name, value)),
                Value::Array(values) => {
                    let name = format!("{name}[]");
                    let values = values.iter().filter_map(Value::as_str);
                    kept.extend(values.map(|value| KeptField::new(&name, value.to_owned())));
                }
                _ => {}
            }
            false
        });
        is_local(&action).then_some(Self {
            action,
            fields: kept,
        })
    }

    /// Whether the person typed something into it.
    pub(crate) fn is_typed(&self) -> bool {
        self.fields.iter().any(|field| field.label.is_some())
    }

    /// Whether it says what its page showed: see [`crate::Merged`].
    pub(crate) fn can_be_merged(&self) -> bool {
        self.fields.iter().any(|field| field.name == "seen")
    }

    /// One with a text, for samples of pages.
    pub fn sample() -> Self {
        let text = "One line.\nAnother line.".to_owned();
        Self {
            action: "/engagements/01J/messages".to_owned(),
            fields: vec![
                KeptField::new("id", "01J".to_owned()),
                KeptField::new("title", "A title".to_owned()),
                KeptField::new("text", text),
                KeptField::new("findings[]", "01J".to_owned()),
            ],
        }
    }
}

/// Whether a form may be sent to `action`: a path of this host.
fn is_local(action: &str) -> bool {
    action.starts_with('/')
        && !action.starts_with("//")
        && action.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

/// The page that sends a kept form after its person has proved who they are.
#[derive(Debug, Serialize)]
pub struct KeptFormPage {
    kept: KeptForm,
    is_typed: bool,
    /// The token of the session that was opened with this answer.
    csrf: String,
    next: String,
}

impl KeptFormPage {
    pub(crate) fn new(kept: KeptForm, csrf: String, next: &str) -> Self {
        Self {
            is_typed: kept.is_typed(),
            kept,
            csrf,
            next: next.to_owned(),
        }
    }
}

impl Page for KeptFormPage {
    const TEMPLATE: &'static str = "pages/errors/kept_form.html";

    fn title(&self) -> String {
        "One more step".to_owned()
    }

    fn sample() -> Self {
        Self::new(KeptForm::sample(), "sample-token".to_owned(), "/")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::KeptForm;

    fn carried(kept: &KeptForm) -> Map<String, Value> {
        let mut fields = Map::from_iter([("kept".to_owned(), json!(kept.action))]);
        for field in &kept.fields {
            let value = json!(field.value);
            match field.name.strip_suffix("[]") {
                Some(name) => {
                    let list = fields.entry(format!("kept.{name}")).or_insert(json!([]));
                    list.as_array_mut().expect("a list").push(value);
                }
                None => drop(fields.insert(format!("kept.{}", field.name), value)),
            }
        }
        fields
    }

    #[test]
    fn form_carried_by_another_form_is_unchanged() {
        let body = b"csrf=x&id=01J&text=%C3%A4+b%0Ac&findings[]=1&findings[]=2";
        let kept = KeptForm::from_body("/findings/bulk", body).expect("kept");
        let mut fields = carried(&kept);
        fields.insert("email".to_owned(), json!("ada@example.com"));
        let taken = KeptForm::take_from(&mut fields).expect("kept");
        assert_eq!(fields.len(), 1, "{fields:?}");
        assert_eq!(taken.action, kept.action);
        let mut names: Vec<_> = taken.fields.iter().map(|f| (&*f.name, &*f.value)).collect();
        names.sort_unstable();
        let wanted = [
            ("findings[]", "1"),
            ("findings[]", "2"),
            ("id", "01J"),
            ("text", "ä b\nc"),
        ];
        assert_eq!(names, wanted);
        assert!(taken.is_typed());
    }

    #[test]
    fn form_with_a_secret_or_a_foreign_address_is_not_kept() {
        assert_eq!(KeptForm::from_body("/a", b"email=a&password=b"), None);
        for action in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "",
        ] {
            assert_eq!(KeptForm::from_body(action, b"text=a"), None, "{action}");
            let mut fields = Map::from_iter([("kept".to_owned(), json!(action))]);
            assert_eq!(KeptForm::take_from(&mut fields), None, "{action}");
        }
    }

    #[test]
    fn button_alone_is_kept_as_nothing_typed() {
        let kept = KeptForm::from_body("/people/1/disable", b"csrf=x&version=3").expect("kept");
        assert!(!kept.is_typed());
    }
}
