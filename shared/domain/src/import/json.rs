//! JSON from strangers: read as a stream into what a format needs; the rest is
//! passed over without being kept.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, BufRead};
use std::marker::PhantomData;

use serde::de::{
    DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::{Deserialize, Deserializer};

use super::ScanError;
use super::input::told;

/// Names of an object that are looked at.
const MAX_KEYS: usize = 200;
/// Texts of a list that are kept.
const MAX_TEXTS: usize = 50;

/// A text that scanners also write as a number, or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Text(pub(crate) String);

/// One text, several, or none.
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

/// A field that may be `null`: that counts as not being there.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A list of which the first `N` are kept; `null` counts as empty.
pub(crate) fn few<'de, D, T, const N: usize>(deserializer: D) -> Result<Vec<T>, D::Error>
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

/// What is made of an object's fields, as they go by.
pub(crate) trait Fields<'de> {
    /// Another object begins.
    fn begin(&mut self) {}
    /// One field, whose value is to be taken from `map`.
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error>;
    /// The object is over.
    fn end(&mut self) {}
}

/// Objects of a list, or one by itself.
pub(crate) struct Objects<'a, F>(pub(crate) &'a mut F);

impl<'de, F: Fields<'de>> DeserializeSeed<'de> for Objects<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: Fields<'de>> Visitor<'de> for Objects<'_, F> {
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
        while list.next_element_seed(Objects(&mut *self.0))?.is_some() {}
        Ok(())
    }
}

/// Reads a file that is one object, or a list of such.
pub(crate) fn read<F: for<'de> Fields<'de>>(
    scanner: &'static str,
    input: &mut dyn BufRead,
    fields: &mut F,
) -> Result<(), ScanError> {
    let mut reader = serde_json::Deserializer::from_reader(input);
    Objects(fields)
        .deserialize(&mut reader)
        .and_then(|()| reader.end())
        .map_err(|error| refused(scanner, error))
}

/// The names in the first object of the file, as far as `head` goes: the file
/// itself, the first of a list, or the first line; and what is wrong with it.
pub(crate) fn keys(head: &[u8]) -> (Vec<String>, Result<(), serde_json::Error>) {
    let keys = RefCell::new(Vec::new());
    let mut reader = serde_json::Deserializer::from_slice(head);
    let read = KeysVisitor(&keys, true).deserialize(&mut reader);
    (keys.into_inner(), read)
}

/// Whether a list may stand for its first object.
#[derive(Clone, Copy)]
struct KeysVisitor<'a>(&'a RefCell<Vec<String>>, bool);

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
            let mut keys = self.0.borrow_mut();
            if keys.len() < MAX_KEYS {
                keys.push(key);
            }
            drop(keys);
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if !self.1 {
            return Err(serde::de::Error::invalid_type(Unexpected::Seq, &self));
        }
        list.next_element_seed(Self(self.0, false))?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Gives each record of a list, or of lines (JSON Lines), to `take`, one at a time.
pub(crate) fn records<T: DeserializeOwned>(
    input: &mut dyn BufRead,
    mut take: impl FnMut(T),
) -> Result<(), serde_json::Error> {
    if first(input).map_err(serde_json::Error::io)? == Some(b'[') {
        let mut reader = serde_json::Deserializer::from_reader(input);
        Each::new(&mut take).deserialize(&mut reader)?;
        return reader.end();
    }
    for record in serde_json::Deserializer::from_reader(input).into_iter() {
        take(record?);
    }
    Ok(())
}

/// The items of a list, each given to a function.
pub(crate) struct Each<'a, F, T>(&'a mut F, PhantomData<T>);

impl<'a, F: FnMut(T), T> Each<'a, F, T> {
    pub(crate) fn new(take: &'a mut F) -> Self {
        Self(take, PhantomData)
    }
}

impl<'de, F: FnMut(T), T: Deserialize<'de>> DeserializeSeed<'de> for Each<'_, F, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(T), T: Deserialize<'de>> Visitor<'de> for Each<'_, F, T> {
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

/// The first byte that is no white space; it stays in the input.
fn first(input: &mut dyn BufRead) -> std::io::Result<Option<u8>> {
    loop {
        let buffer = input.fill_buf()?;
        let (length, found) = (
            buffer.len(),
            buffer.iter().position(|b| !b.is_ascii_whitespace()),
        );
        match found {
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

/// Why it couldn't be read, for the person.
pub(crate) fn refused(scanner: &'static str, error: serde_json::Error) -> ScanError {
    let line = error.line();
    if error.is_io() {
        told(&io::Error::from(error)).unwrap_or(ScanError::Broken { line })
    } else if error.to_string().starts_with("recursion limit") {
        ScanError::TooDeep
    } else if error.is_data() {
        ScanError::Layout { scanner, line }
    } else {
        ScanError::Broken { line }
    }
}
