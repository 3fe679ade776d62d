//! XML of untrusted files, as a stream: well-formed, bounded in size and depth, without entities.

use std::io::{BufReader, Read};

use encoding_rs::{Encoding, UTF_8};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::error::ScanError;
use super::input::{PartLimit, PartReader, Utf8Reader, refusal_of};

/// Depth of nested elements at most.
const MAX_DEPTH: usize = 40;
/// Elements within an item at most.
const MAX_NODES: usize = 20_000;
/// Attributes of an element at most.
const MAX_ATTRIBUTES: usize = 100;

/// An element with what is in it.
#[derive(Debug, Default)]
pub(crate) struct XmlElement {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    pub(crate) children: Vec<XmlElement>,
    pub(crate) text: String,
}

impl XmlElement {
    /// The value of an attribute; empty where there is none.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// The children with this name.
    pub(crate) fn children_named<'a>(
        &'a self,
        name: &'a str,
    ) -> impl Iterator<Item = &'a XmlElement> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The trimmed text of the first child with this name; empty where there is none.
    pub(crate) fn text_of(&self, name: &str) -> &str {
        self.children
            .iter()
            .find(|child| child.name == name)
            .map_or("", |child| child.text.trim())
    }
}

/// A part of a document.
#[derive(Debug)]
pub(crate) enum XmlPart {
    /// A layer opens; its children aren't known yet.
    Open(XmlElement),
    /// An item with its children.
    Item(XmlElement),
    /// The layer that opened last closes.
    Close,
}

/// The document's text in bounded parts.
type Input<'a> = PartReader<Utf8Reader<Box<dyn Read + 'a>>>;

/// A document whose root element has opened.
pub(crate) struct XmlDocument<'a> {
    reader: Reader<BufReader<Input<'a>>>,
    limit: PartLimit,
    buffer: Vec<u8>,
    line: usize,
    depth: usize,
    root: XmlElement,
}

/// A token of the document.
enum Token {
    Open(XmlElement),
    Empty(XmlElement),
    Close,
    Text(String),
    /// A comment or a declaration.
    Skipped,
    End,
}

/// The open elements below the layers.
#[derive(Default)]
struct OpenElements {
    /// The open item, and the open elements in it.
    stack: Vec<XmlElement>,
    /// Elements of the item so far.
    node_count: usize,
    /// Open elements that are neither layer nor item.
    skipped: usize,
}

/// The encoding that a document without a byte order mark declares.
pub(crate) fn declared_encoding(head: &[u8]) -> &'static Encoding {
    let head: String = head.iter().take(200).map(|b| char::from(*b)).collect();
    let declaration = head
        .trim_start()
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split("?>").next());
    let value = declaration
        .and_then(|d| d.split("encoding").nth(1))
        .and_then(|rest| rest.split(['"', '\'']).nth(1));
    value
        .and_then(|label| Encoding::for_label(label.as_bytes()))
        .unwrap_or(UTF_8)
}

impl<'a> XmlDocument<'a> {
    /// Reads up to the root element.
    pub(crate) fn open(
        input: Box<dyn Read + 'a>,
        encoding: &'static Encoding,
    ) -> Result<Self, ScanError> {
        let limit = PartLimit::new();
        let bounded = PartReader {
            inner: Utf8Reader::new(input, encoding),
            limit: limit.clone(),
        };
        let mut reader = Reader::from_reader(BufReader::new(bounded));
        reader.config_mut().check_end_names = true;
        let mut document = Self {
            reader,
            limit,
            buffer: Vec::new(),
            line: 1,
            depth: 0,
            root: XmlElement::default(),
        };
        loop {
            match document.next_token(true)? {
                Token::Open(root) => {
                    document.depth = 1;
                    document.root = root;
                    return Ok(document);
                }
                Token::Empty(root) => {
                    document.root = root;
                    return Ok(document);
                }
                Token::Text(text) if text.trim().is_empty() => {}
                Token::Skipped => {}
                Token::Close | Token::Text(_) => return Err(document.broken()),
                Token::End => return Err(ScanError::Unknown),
            }
        }
    }

    /// The root element's name.
    pub(crate) fn root_name(&self) -> &str {
        &self.root.name
    }

    /// Reads the document to its end. Elements in `layers`, nested in one another below the root, are
    /// given where they open and close; those in `items`, directly in a layer, with their children.
    /// Other elements are skipped.
    pub(crate) fn read_parts(
        mut self,
        layers: &[&str],
        items: &[&str],
        mut on_part: impl FnMut(XmlPart),
    ) -> Result<(), ScanError> {
        let mut open = OpenElements::default();
        loop {
            if open.stack.is_empty() {
                self.limit.reset();
            }
            let is_outside = self.depth == 0;
            match self.next_token(is_outside || open.skipped == 0)? {
                Token::Open(_) | Token::Empty(_) if is_outside => return Err(self.broken()),
                Token::Text(text) if is_outside && !text.trim().is_empty() => {
                    return Err(self.broken());
                }
                Token::Text(text) => {
                    if let Some(element) = open.stack.last_mut() {
                        element.text.push_str(&text);
                    }
                }
                Token::Open(element) => {
                    if self.depth >= MAX_DEPTH {
                        return Err(ScanError::TooDeep);
                    }
                    self.depth += 1;
                    open.enter(element, layers, items, &mut on_part)?;
                }
                Token::Empty(element) => {
                    open.enter(element, layers, items, &mut on_part)?;
                    open.leave(&mut on_part);
                }
                Token::Close => {
                    self.depth = self.depth.saturating_sub(1);
                    open.leave(&mut on_part);
                }
                Token::Skipped => {}
                Token::End if is_outside => return Ok(()),
                Token::End => return Err(self.broken()),
            }
        }
    }

    fn broken(&self) -> ScanError {
        ScanError::Broken { line: self.line }
    }

    /// The next token, without its content where that isn't wanted.
    fn next_token(&mut self, is_wanted: bool) -> Result<Token, ScanError> {
        self.buffer.clear();
        let broken = ScanError::Broken { line: self.line };
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(error)) => return Err(refusal_of(&error).unwrap_or(broken)),
            Err(_) => return Err(broken),
        };
        let text = |text: std::borrow::Cow<'_, str>| {
            if text.contains('\0') {
                return Err(ScanError::Unknown);
            }
            Ok(Token::Text(if is_wanted {
                text.into_owned()
            } else {
                String::new()
            }))
        };
        let token = match event {
            Event::Start(start) => Token::Open(element(&start, is_wanted)?.ok_or(broken)?),
            Event::Empty(start) => Token::Empty(element(&start, is_wanted)?.ok_or(broken)?),
            Event::End(_) => Token::Close,
            Event::Text(found) => text(found.xml10_content())?,
            Event::CData(found) if self.depth > 0 => text(found.xml10_content())?,
            Event::GeneralRef(_) | Event::CData(_) if self.depth == 0 => return Err(broken),
            Event::GeneralRef(found) => match found.resolve_char_ref().map_err(|_| broken)? {
                Some(character) => text(character.to_string().into())?,
                None => text(
                    resolve_predefined_entity(&found)
                        .ok_or(ScanError::XmlEntities)?
                        .into(),
                )?,
            },
            Event::DocType(doctype) if doctype.contains("<!ENTITY") => {
                return Err(ScanError::XmlEntities);
            }
            Event::CData(_)
            | Event::DocType(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_) => Token::Skipped,
            Event::Eof => Token::End,
        };
        self.line += memchr::memchr_iter(b'\n', &self.buffer).count();
        Ok(token)
    }
}

impl OpenElements {
    fn enter(
        &mut self,
        element: XmlElement,
        layers: &[&str],
        items: &[&str],
        on_part: &mut impl FnMut(XmlPart),
    ) -> Result<(), ScanError> {
        if !self.stack.is_empty() {
            self.node_count += 1;
            if self.node_count > MAX_NODES {
                return Err(ScanError::Oversized);
            }
            self.stack.push(element);
        } else if self.skipped == 0 && layers.contains(&element.name.as_str()) {
            on_part(XmlPart::Open(element));
        } else if self.skipped == 0 && items.contains(&element.name.as_str()) {
            self.node_count = 0;
            self.stack.push(element);
        } else {
            self.skipped += 1;
        }
        Ok(())
    }

    fn leave(&mut self, on_part: &mut impl FnMut(XmlPart)) {
        match (self.stack.pop(), self.stack.last_mut()) {
            (Some(element), Some(parent)) => parent.children.push(element),
            (Some(item), None) => on_part(XmlPart::Item(item)),
            (None, _) if self.skipped > 0 => self.skipped -= 1,
            (None, _) => on_part(XmlPart::Close),
        }
    }
}

/// The opening element; `None` where its attributes are broken.
fn element(start: &BytesStart<'_>, is_wanted: bool) -> Result<Option<XmlElement>, ScanError> {
    if !is_wanted {
        return Ok(Some(XmlElement::default()));
    }
    let mut attributes = Vec::new();
    // The library's check for duplicates takes quadratic time; the bound below makes ours cheap.
    for attribute in start.attributes().with_checks(false) {
        let Ok(attribute) = attribute else {
            return Ok(None);
        };
        let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0) else {
            return Ok(None);
        };
        let name = attribute.key.as_ref();
        if attributes.len() >= MAX_ATTRIBUTES {
            return Err(ScanError::Oversized);
        }
        if attributes.iter().any(|(known, _)| known == name) {
            return Ok(None);
        }
        attributes.push((name.to_owned(), value.into_owned()));
    }
    Ok(Some(XmlElement {
        name: start.name().as_ref().to_owned(),
        attributes,
        ..XmlElement::default()
    }))
}
