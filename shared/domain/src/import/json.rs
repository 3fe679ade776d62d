//! JSON of untrusted files, as a stream: what an importer needs is kept, the rest is skipped.
//!
//! `import/mod.rs` says which of the ways below fits which layout.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, BufRead};
use std::marker::PhantomData;

use serde::de::{
    DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::{Deserialize, Deserializer};

use super::error::ScanError;
use super::input::refusal_of;

/// Names of an object that are read at most.
const MAX_KEYS: usize = 200;
/// Texts of a list that are kept at most.
const MAX_TEXTS: usize = 50;

/// A text, which scanners also write as a number or `null`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Text(pub(crate) String);

/// A list of texts, which scanners also write as one text or `null`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Texts(pub(crate) Vec<String>);

impl Text {
    pub(crate) fn as_str(&self) -> &str {
        self.0.trim()
    }
}

impl Texts {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|text| text.trim())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor).map(Self)
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextsVisitor).map(Self)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_string<E>(self, text: String) -> Result<String, E> {
        Ok(text)
    }

    fn visit_bool<E>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_i64<E>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f64<E>(self, value: f64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_unit<E>(self) -> Result<String, E> {
        Ok(String::new())
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Vec<String>, E> {
        Ok(text.lines().take(MAX_TEXTS).map(str::to_owned).collect())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Vec<String>, E> {
        Ok(vec![value.to_string()])
    }

    fn visit_unit<E>(self) -> Result<Vec<String>, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<String>, A::Error> {
        let mut texts = Vec::new();
        while let Some(Text(text)) = list.next_element()? {
            if texts.len() < MAX_TEXTS {
                texts.push(text);
            }
        }
        Ok(texts)
    }
}

/// A field that can be `null`, which counts as missing.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A list of which the first `N` are kept; `null` counts as empty.
pub(crate) fn first_items<'de, D, T, const N: usize>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_any(FewVisitor::<T, N>(PhantomData))
}

struct FewVisitor<T, const N: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const N: usize> Visitor<'de> for FewVisitor<T, N> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut kept = Vec::new();
        while kept.len() < N {
            match list.next_element()? {
                Some(item) => kept.push(item),
                None => return Ok(kept),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(kept)
    }
}

/// Takes the fields of objects one by one: a level of a nested file.
pub(crate) trait ObjectHandler<'de> {
    /// Called where an object begins.
    fn begin(&mut self) {}
    /// Called for each field, whose value must be taken from `map`.
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error>;
    /// Called where the object ends.
    fn end(&mut self) {}
}

/// Hands an object, or each object of a list, to a handler.
pub(crate) struct ObjectStream<'a, F>(pub(crate) &'a mut F);

impl<'de, F: ObjectHandler<'de>> DeserializeSeed<'de> for ObjectStream<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: ObjectHandler<'de>> Visitor<'de> for ObjectStream<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of objects")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.begin();
        while let Some(name) = map.next_key::<String>()? {
            self.0.field(&name, &mut map)?;
        }
        self.0.end();
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list
            .next_element_seed(ObjectStream(&mut *self.0))?
            .is_some()
        {}
        Ok(())
    }
}

/// Reads a file that is one object or a list of objects.
pub(crate) fn read_objects<F: for<'de> ObjectHandler<'de>>(
    scanner: &'static str,
    input: &mut dyn BufRead,
    fields: &mut F,
) -> Result<(), ScanError> {
    let mut reader = serde_json::Deserializer::from_reader(input);
    ObjectStream(fields)
        .deserialize(&mut reader)
        .and_then(|()| reader.end())
        .map_err(|error| to_scan_error(scanner, error))
}

/// The names in the first object of a file (the file itself, the first of a list, or the first line),
/// as far as `head` goes; and whether `head` could be read.
pub(crate) fn first_object_keys(head: &[u8]) -> (Vec<String>, Result<(), serde_json::Error>) {
    let keys = RefCell::new(Vec::new());
    let mut reader = serde_json::Deserializer::from_slice(head);
    let visitor = KeysVisitor {
        keys: &keys,
        takes_list: true,
    };
    let parsed = visitor.deserialize(&mut reader);
    (keys.into_inner(), parsed)
}

/// Collects the names of an object.
#[derive(Clone, Copy)]
struct KeysVisitor<'a> {
    keys: &'a RefCell<Vec<String>>,
    /// Whether a list stands for its first object.
    takes_list: bool,
}

impl<'de> DeserializeSeed<'de> for KeysVisitor<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for KeysVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let mut keys = self.keys.borrow_mut();
            if keys.len() < MAX_KEYS {
                keys.push(key);
            }
            drop(keys);
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if !self.takes_list {
            return Err(serde::de::Error::invalid_type(Unexpected::Seq, &self));
        }
        list.next_element_seed(Self {
            takes_list: false,
            ..self
        })?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Gives each record of a list, or of lines (JSON Lines), to `on_record`.
pub(crate) fn read_records<T: DeserializeOwned>(
    input: &mut dyn BufRead,
    mut on_record: impl FnMut(T),
) -> Result<(), serde_json::Error> {
    if first_character(input).map_err(serde_json::Error::io)? == Some(b'[') {
        let mut reader = serde_json::Deserializer::from_reader(input);
        ForEachItem::new(&mut on_record).deserialize(&mut reader)?;
        return reader.end();
    }
    for record in serde_json::Deserializer::from_reader(input).into_iter() {
        on_record(record?);
    }
    Ok(())
}

/// Gives each item of a list to a function.
pub(crate) struct ForEachItem<'a, F, T>(&'a mut F, PhantomData<T>);

impl<'a, F: FnMut(T), T> ForEachItem<'a, F, T> {
    pub(crate) fn new(on_item: &'a mut F) -> Self {
        Self(on_item, PhantomData)
    }
}

impl<'de, F: FnMut(T), T: Deserialize<'de>> DeserializeSeed<'de> for ForEachItem<'_, F, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(T), T: Deserialize<'de>> Visitor<'de> for ForEachItem<'_, F, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(record) = list.next_element()? {
            (self.0)(record);
        }
        Ok(())
    }
}

/// The first byte that isn't white space; it stays in the input.
fn first_character(input: &mut dyn BufRead) -> std::io::Result<Option<u8>> {
    loop {
        let buffer = input.fill_buf()?;
        let (length, position) = (
            buffer.len(),
            buffer.iter().position(|b| !b.is_ascii_whitespace()),
        );
        match position {
            Some(at) => {
                let byte = buffer.get(at).copied();
                input.consume(at);
                return Ok(byte);
            }
            None if length == 0 => return Ok(None),
            None => input.consume(length),
        }
    }
}

/// The refusal for an error of the parser.
pub(crate) fn to_scan_error(scanner: &'static str, error: serde_json::Error) -> ScanError {
    let line = error.line();
    if error.is_io() {
        refusal_of(&io::Error::from(error)).unwrap_or(ScanError::Broken { line })
    } else if error.to_string().starts_with("recursion limit") {
        ScanError::TooDeep
    } else if error.is_data() {
        ScanError::Layout { scanner, line }
    } else {
        ScanError::Broken { line }
    }
}
