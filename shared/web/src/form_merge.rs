//! Two people change the same thing: a field that only one of them changed keeps that change,
//! and a field that both changed is shown side by side.
//!
//! A form says which version it shows, and by a short hash of each field what it showed. Where
//! a newer version is stored, the hashes tell which fields the sender changed and which the
//! other person did.

use std::collections::BTreeMap;

use domain::input::FieldErrors;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::PageError;
use crate::field_hashes::{ROWS, hash, with_rows};
use crate::form::{Form, ProtectedForm};

/// What a form was sent for.
#[derive(Debug, Clone)]
pub enum FormBase {
    /// The version that is stored.
    Stored,
    /// An older one, with the hashes of what it showed.
    Older(String),
}

/// The input to save, after what another person saved meanwhile.
#[derive(Debug, Clone)]
pub struct Merged<T> {
    pub input: T,
    /// What is stored in the fields that both changed.
    conflicts: BTreeMap<String, Value>,
    /// Whether the other person's changes are part of it.
    pub has_others: bool,
}

impl<T> ProtectedForm<T> {
    /// What the form showed, where `version` is stored.
    pub fn base(&self, version: i64) -> FormBase {
        if self.version == Some(version) {
            FormBase::Stored
        } else {
            FormBase::Older(self.seen.clone().unwrap_or_default())
        }
    }
}

impl<T: Serialize + DeserializeOwned> Merged<T> {
    /// Merges what was typed with what is stored. A field in conflict stays as it was typed.
    pub fn new(typed: T, stored: &T, base: FormBase) -> Result<Self, PageError> {
        let FormBase::Older(seen) = base else {
            return Ok(Self {
                input: typed,
                conflicts: BTreeMap::new(),
                has_others: false,
            });
        };
        let seen: BTreeMap<&str, &str> = seen
            .split(' ')
            .filter_map(|pair| pair.split_once(':'))
            .collect();
        let mut fields = to_fields(&typed)?;
        let (mut conflicts, mut has_others) = (BTreeMap::new(), false);
        for (name, stored) in to_fields(stored)? {
            let typed = fields.get(&name).map(hash);
            let shown = seen.get(name.as_str()).copied();
            let now = hash(&stored);
            if typed.as_deref() == Some(now.as_str()) || shown == Some(now.as_str()) {
                continue;
            }
            if shown.is_some() && typed.as_deref() == shown {
                has_others = true;
                fields.insert(name, stored);
            } else {
                conflicts.insert(name, stored);
            }
        }
        if let Some(Value::Object(rows)) = fields.remove(ROWS.1) {
            fields.extend(rows);
        }
        let input = serde_json::from_value(Value::Object(fields)).map_err(PageError::internal)?;
        Ok(Self {
            input,
            conflicts,
            has_others,
        })
    }

    /// The name of the message after saving: `saved` unless another person's changes are kept
    /// as well.
    pub fn flash(&self, saved: &'static str) -> &'static str {
        if self.has_others {
            "saved-with-others"
        } else {
            saved
        }
    }

    /// Holds where no field is in conflict.
    pub fn check(&self) -> Result<(), FieldErrors> {
        if self.conflicts.is_empty() {
            return Ok(());
        }
        let why = "Another person changed the same fields meanwhile. Choose a text for each field \
                   marked below, then save. Nothing was saved yet.";
        Err(FieldErrors::of("form", why))
    }

    /// The form again, with what is wrong; it shows what is `stored` beside each field in
    /// conflict, and is sent for that version.
    pub fn refuse(&self, invalid: &FieldErrors, stored: &T) -> Form {
        Form::with_errors(&self.input, invalid)
            .shown(stored)
            .with_conflicts(&self.conflicts)
    }
}

fn to_fields(input: &impl Serialize) -> Result<Map<String, Value>, PageError> {
    match serde_json::to_value(input) {
        Ok(Value::Object(fields)) => Ok(with_rows(fields)),
        _ => Err(PageError::internal("a form's input is not an object")),
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::{FormBase, Merged, to_fields};
    use crate::field_hashes::hashes;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Input {
        title: String,
        text: String,
    }

    fn input(title: &str, text: &str) -> Input {
        Input {
            title: title.to_owned(),
            text: text.to_owned(),
        }
    }

    fn merged(shown: &Input, typed: &Input, stored: &Input) -> Merged<Input> {
        let seen = hashes(&to_fields(shown).expect("fields"));
        Merged::new(typed.clone(), stored, FormBase::Older(seen)).expect("merged")
    }

    #[test]
    fn fields_that_one_person_changed_are_both_kept() {
        let shown = input("a", "one\ntwo");
        let ours = merged(&shown, &input("b", "one\r\ntwo"), &input("a", "three"));
        assert_eq!(ours.input, input("b", "three"));
        assert!(ours.has_others && ours.check().is_ok());
    }

    #[test]
    fn field_that_both_changed_is_a_conflict_and_stays_as_typed() {
        let ours = merged(&input("a", "x"), &input("b", "x"), &input("c", "y"));
        assert_eq!(ours.input, input("b", "y"));
        assert!(ours.check().is_err());
        let names: Vec<_> = ours.conflicts.keys().collect();
        assert_eq!(names, ["title"]);
    }

    #[test]
    fn same_change_of_both_is_no_conflict() {
        let ours = merged(&input("a", "x"), &input("b", "x"), &input("b", "x"));
        assert_eq!(ours.input, input("b", "x"));
        assert!(!ours.has_others && ours.check().is_ok());
    }

    #[test]
    fn form_that_does_not_say_what_it_showed_overwrites_nothing() {
        let typed = input("a", "x");
        let ours = Merged::new(
            typed.clone(),
            &input("a", "y"),
            FormBase::Older(String::new()),
        );
        let ours = ours.expect("merged");
        assert_eq!(ours.input, typed);
        assert!(ours.check().is_err());
    }

    #[test]
    fn form_of_the_stored_version_is_taken_as_typed() {
        let typed = input("b", "");
        let ours = Merged::new(typed.clone(), &input("a", "x"), FormBase::Stored);
        assert_eq!(ours.expect("merged").input, typed);
    }
}
