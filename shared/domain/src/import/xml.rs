//! XML from strangers, as a tree: well-formed, bounded in size and depth,
//! without entities of its own.

use encoding_rs::{Encoding, UTF_8};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::Refused;

/// Elements within elements.
const MAX_DEPTH: usize = 40;

/// An element with what is in it.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    pub(crate) text: String,
}

impl Element {
    /// The value of an attribute; empty where there is none.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// The children with this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
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

/// The root element of a document.
pub(crate) fn parse(bytes: &[u8]) -> Result<Element, Refused> {
    let text = decode(bytes)?;
    let text = text.trim_start();
    if !text.starts_with('<') || text.contains('\0') {
        return Err(Refused::Unknown);
    }
    tree(text)
}

/// The text, by its byte order mark or by the encoding it declares.
fn decode(bytes: &[u8]) -> Result<String, Refused> {
    let (encoding, length) = Encoding::for_bom(bytes).unwrap_or_else(|| (declared(bytes), 0));
    let body = bytes.get(length..).unwrap_or_default();
    let text = encoding.decode_without_bom_handling_and_without_replacement(body);
    text.map(std::borrow::Cow::into_owned)
        .ok_or_else(|| Refused::Encoding(encoding.name().to_owned()))
}

fn declared(bytes: &[u8]) -> &'static Encoding {
    let head: String = bytes.iter().take(200).map(|b| char::from(*b)).collect();
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

fn tree(text: &str) -> Result<Element, Refused> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event = reader.read_event();
        let broken = || Refused::Broken {
            line: line(text, reader.buffer_position()),
        };
        let event = event.map_err(|_| broken())?;
        if root.is_some() && is_content(&event) {
            return Err(broken());
        }
        match event {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err(Refused::TooDeep);
                }
                open.push(element(&start).ok_or_else(broken)?);
            }
            Event::Empty(start) => close(element(&start).ok_or_else(broken)?, &mut open, &mut root),
            Event::End(_) => close(open.pop().ok_or_else(broken)?, &mut open, &mut root),
            Event::Text(text) => push(&mut open, &text.xml10_content()),
            Event::CData(data) => push(&mut open, &data.xml10_content()),
            Event::GeneralRef(reference) => {
                match reference.resolve_char_ref().map_err(|_| broken())? {
                    Some(character) => push(&mut open, character.encode_utf8(&mut [0; 4])),
                    None => push(
                        &mut open,
                        resolve_predefined_entity(&reference).ok_or(Refused::Entities)?,
                    ),
                }
            }
            Event::DocType(doctype) if doctype.contains("<!ENTITY") => {
                return Err(Refused::Entities);
            }
            Event::DocType(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => {
                return root.ok_or_else(|| {
                    if open.is_empty() {
                        Refused::Unknown
                    } else {
                        broken()
                    }
                });
            }
        }
    }
}

fn is_content(event: &Event<'_>) -> bool {
    match event {
        Event::Start(_)
        | Event::Empty(_)
        | Event::End(_)
        | Event::CData(_)
        | Event::GeneralRef(_) => true,
        Event::Text(text) => !text.trim().is_empty(),
        _ => false,
    }
}

fn element(start: &BytesStart<'_>) -> Option<Element> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .ok()?
            .into_owned();
        attributes.push((attribute.key.as_ref().to_owned(), value));
    }
    Some(Element {
        name: start.name().as_ref().to_owned(),
        attributes,
        ..Element::default()
    })
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
}

fn push(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn line(text: &str, position: u64) -> usize {
    let end = usize::try_from(position)
        .unwrap_or(usize::MAX)
        .min(text.len());
    text.bytes().take(end).filter(|b| *b == b'\n').count() + 1
}
