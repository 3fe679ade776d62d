//! XML from strangers, as a stream: well-formed, bounded in size and depth,
//! without entities of its own.

use std::io::{BufReader, Read};

use encoding_rs::{Encoding, UTF_8};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::ScanError;
use super::input::{Decoded, Gauge, Gauged, told};

/// Elements within elements.
const MAX_DEPTH: usize = 40;
/// Elements within an item, and attributes of one.
const MAX_NODES: usize = 20_000;
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
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a XmlElement> {
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

/// A part of a document, as it goes by.
#[derive(Debug)]
pub(crate) enum XmlPart {
    /// A layer opens; only its attributes are known.
    Open(XmlElement),
    /// An item, whole.
    Item(XmlElement),
    /// The layer that opened last closes.
    Close,
}

/// A document's text, in bounded parts.
type Input<'a> = Gauged<Decoded<Box<dyn Read + 'a>>>;

/// A document of which the root element has opened.
pub(crate) struct XmlDocument<'a> {
    reader: Reader<BufReader<Input<'a>>>,
    gauge: Gauge,
    buffer: Vec<u8>,
    line: usize,
    depth: usize,
    root: XmlElement,
}

/// What the next event means.
enum Step {
    Open(XmlElement),
    Empty(XmlElement),
    Close,
    Text(String),
    Nothing,
    End,
}

/// Where in a document a walk is.
#[derive(Default)]
struct Place {
    /// The item that is open, and what is open in it.
    open: Vec<XmlElement>,
    nodes: usize,
    /// Elements that are open and of no interest.
    skipped: usize,
}

/// The encoding that a document without a byte order mark declares.
pub(crate) fn declared(head: &[u8]) -> &'static Encoding {
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
        let gauge = Gauge::new();
        let gauged = Gauged {
            inner: Decoded::new(input, encoding),
            gauge: gauge.clone(),
        };
        let mut reader = Reader::from_reader(BufReader::new(gauged));
        reader.config_mut().check_end_names = true;
        let mut document = Self {
            reader,
            gauge,
            buffer: Vec::new(),
            line: 1,
            depth: 0,
            root: XmlElement::default(),
        };
        loop {
            match document.step(true)? {
                Step::Open(root) => {
                    document.depth = 1;
                    document.root = root;
                    return Ok(document);
                }
                Step::Empty(root) => {
                    document.root = root;
                    return Ok(document);
                }
                Step::Text(text) if text.trim().is_empty() => {}
                Step::Nothing => {}
                Step::Close | Step::Text(_) => return Err(document.broken()),
                Step::End => return Err(ScanError::Unknown),
            }
        }
    }

    /// The root element's name.
    pub(crate) fn name(&self) -> &str {
        &self.root.name
    }

    /// Goes through the document to its end. Elements in `layers` within one
    /// another, the root being the first, are given as they open and close; those
    /// in `items`, directly in a layer, whole. The rest is passed over.
    pub(crate) fn walk(
        mut self,
        layers: &[&str],
        items: &[&str],
        mut take: impl FnMut(XmlPart),
    ) -> Result<(), ScanError> {
        let mut place = Place::default();
        loop {
            if place.open.is_empty() {
                self.gauge.begin();
            }
            let outside = self.depth == 0;
            match self.step(outside || place.skipped == 0)? {
                Step::Open(_) | Step::Empty(_) if outside => return Err(self.broken()),
                Step::Text(text) if outside && !text.trim().is_empty() => {
                    return Err(self.broken());
                }
                Step::Text(text) => {
                    if let Some(element) = place.open.last_mut() {
                        element.text.push_str(&text);
                    }
                }
                Step::Open(element) => {
                    if self.depth >= MAX_DEPTH {
                        return Err(ScanError::TooDeep);
                    }
                    self.depth += 1;
                    place.enter(element, (layers, items), &mut take)?;
                }
                Step::Empty(element) => {
                    place.enter(element, (layers, items), &mut take)?;
                    place.leave(&mut take);
                }
                Step::Close => {
                    self.depth = self.depth.saturating_sub(1);
                    place.leave(&mut take);
                }
                Step::Nothing => {}
                Step::End if outside => return Ok(()),
                Step::End => return Err(self.broken()),
            }
        }
    }

    fn broken(&self) -> ScanError {
        ScanError::Broken { line: self.line }
    }

    /// The next event; of what isn't wanted, without what is in it.
    fn step(&mut self, wanted: bool) -> Result<Step, ScanError> {
        self.buffer.clear();
        let broken = ScanError::Broken { line: self.line };
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(error)) => return Err(told(&error).unwrap_or(broken)),
            Err(_) => return Err(broken),
        };
        let text = |text: std::borrow::Cow<'_, str>| {
            if text.contains('\0') {
                return Err(ScanError::Unknown);
            }
            Ok(Step::Text(if wanted {
                text.into_owned()
            } else {
                String::new()
            }))
        };
        let step = match event {
            Event::Start(start) => Step::Open(element(&start, wanted)?.ok_or(broken)?),
            Event::Empty(start) => Step::Empty(element(&start, wanted)?.ok_or(broken)?),
            Event::End(_) => Step::Close,
            Event::Text(found) => text(found.xml10_content())?,
            Event::CData(found) if self.depth > 0 => text(found.xml10_content())?,
            Event::GeneralRef(_) | Event::CData(_) if self.depth == 0 => return Err(broken),
            Event::GeneralRef(found) => match found.resolve_char_ref().map_err(|_| broken)? {
                Some(character) => text(character.to_string().into())?,
                None => text(
                    resolve_predefined_entity(&found)
                        .ok_or(ScanError::Entities)?
                        .into(),
                )?,
            },
            Event::DocType(doctype) if doctype.contains("<!ENTITY") => {
                return Err(ScanError::Entities);
            }
            Event::CData(_)
            | Event::DocType(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_) => Step::Nothing,
            Event::Eof => Step::End,
        };
        self.line += memchr::memchr_iter(b'\n', &self.buffer).count();
        Ok(step)
    }
}

impl Place {
    fn enter(
        &mut self,
        element: XmlElement,
        (layers, items): (&[&str], &[&str]),
        take: &mut impl FnMut(XmlPart),
    ) -> Result<(), ScanError> {
        if !self.open.is_empty() {
            self.nodes += 1;
            if self.nodes > MAX_NODES {
                return Err(ScanError::Oversized);
            }
            self.open.push(element);
        } else if self.skipped == 0 && layers.contains(&element.name.as_str()) {
            take(XmlPart::Open(element));
        } else if self.skipped == 0 && items.contains(&element.name.as_str()) {
            self.nodes = 0;
            self.open.push(element);
        } else {
            self.skipped += 1;
        }
        Ok(())
    }

    fn leave(&mut self, take: &mut impl FnMut(XmlPart)) {
        match (self.open.pop(), self.open.last_mut()) {
            (Some(element), Some(parent)) => parent.children.push(element),
            (Some(item), None) => take(XmlPart::Item(item)),
            (None, _) if self.skipped > 0 => self.skipped -= 1,
            (None, _) => take(XmlPart::Close),
        }
    }
}

/// `None` where its attributes are broken.
fn element(start: &BytesStart<'_>, wanted: bool) -> Result<Option<XmlElement>, ScanError> {
    if !wanted {
        return Ok(Some(XmlElement::default()));
    }
    let mut attributes = Vec::new();
    // Comparing each with each, as a check for two alike does, would take ages.
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
