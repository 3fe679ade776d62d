//! The check of a file's content against its type, in one pass over a stream.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::file_type::{ContentSignature, FileType};

/// Bytes at the start and at the end that are inspected.
const HEAD: usize = 8 * 1024;
const TAIL: usize = 64 * 1024;

/// Beginnings by which a browser recognises text as a page.
const MARKUP: [&str; 9] = [
    "<!doctype",
    "<html",
    "<head",
    "<body",
    "<script",
    "<iframe",
    "<svg",
    "<?xml",
    "<style",
];

/// The check of a file while it is read.
#[derive(Debug)]
pub struct FileCheck {
    file_type: FileType,
    head: Vec<u8>,
    tail: Vec<u8>,
    binary: bool,
    size: i64,
    hash: Sha256,
}

/// The properties of an accepted file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedFile {
    /// In bytes.
    pub size: i64,
    /// In lower-case hexadecimal.
    pub sha256: String,
}

/// Why a file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFlaw {
    /// The file didn't arrive, or only a part of it.
    Missing,
    /// The size differs from the announced one.
    Size,
    /// The content doesn't match the name's type.
    #[serde(rename = "lies")]
    TypeMismatch,
    /// Text with markup that a browser would show as a page.
    Markup,
    /// Text in an unsupported encoding.
    Encoding,
    /// An Office file with macros.
    Macros,
    /// The image can't be decoded or has too many pixels.
    Image,
    /// The malware scan found something.
    Harmful,
    /// The malware scan couldn't read the file.
    Unscanned,
    /// The record that the file was uploaded for doesn't exist any more.
    #[serde(rename = "gone")]
    TargetGone,
    /// The record that the file was uploaded for has reached its limit.
    #[serde(rename = "full")]
    TargetFull,
    /// The file wasn't used in time.
    Unused,
}

impl FileFlaw {
    /// The message for the uploader.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Missing => "The file didn't arrive. Send it again.",
            Self::Size => {
                "What arrived has another size than the file that was chosen. Send it again."
            }
            Self::TypeMismatch => {
                "The content isn't what the name says. Save it in the right format and send it again."
            }
            Self::Markup => "It holds HTML, SVG or XML, which isn't taken. Put it into a ZIP.",
            Self::Encoding => "It isn't plain text. Save it as UTF-8 and send it again.",
            Self::Macros => "It holds macros, which aren't taken. Save it without them.",
            Self::Image => "The image can't be read, or has more than 40 million pixels.",
            Self::Harmful => "The scan for harmful content found something in it.",
            Self::Unscanned => {
                "It can't be scanned for harmful content: take a password off, or make it smaller."
            }
            Self::TargetGone => "What it was sent for is no longer there.",
            Self::TargetFull => {
                "The finding holds as many pictures as it can, those deleted within a month among them."
            }
            Self::Unused => "No message was sent with it.",
        }
    }
}

impl FileCheck {
    pub fn new(file_type: FileType) -> Self {
        Self {
            file_type,
            head: Vec::new(),
            tail: Vec::new(),
            binary: false,
            size: 0,
            hash: Sha256::new(),
        }
    }

    pub fn add(&mut self, bytes: &[u8]) {
        self.size = self
            .size
            .saturating_add(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        self.hash.update(bytes);
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend(bytes.iter().take(room));
        self.binary = self.binary || bytes.iter().any(|byte| is_binary(*byte));
        self.tail.extend_from_slice(bytes);
        let over = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..over);
    }

    /// The result, once all bytes were added; `size` is the announced size.
    pub fn finish(self, size: i64) -> Result<CheckedFile, FileFlaw> {
        if self.size != size {
            return Err(FileFlaw::Size);
        }
        self.check_signature()?;
        let mut sha256 = String::with_capacity(64);
        for byte in self.hash.finalize() {
            let _ = write!(sha256, "{byte:02x}");
        }
        Ok(CheckedFile { size, sha256 })
    }

    fn check_signature(&self) -> Result<(), FileFlaw> {
        let zip = self.head.starts_with(b"PK\x03\x04");
        let contains = |name: &[u8]| {
            [&self.head, &self.tail]
                .iter()
                .any(|bytes| bytes.windows(name.len()).any(|window| window == name))
        };
        let matches = match self.file_type.signature() {
            ContentSignature::Begins(signs) => signs.iter().any(|sign| self.head.starts_with(sign)),
            ContentSignature::Webp => {
                self.head.starts_with(b"RIFF") && self.head.get(8..12) == Some(b"WEBP")
            }
            ContentSignature::Text => return self.check_text(),
            ContentSignature::Anything => true,
            ContentSignature::Holds(_) if zip && contains(b"vbaProject.bin") => {
                return Err(FileFlaw::Macros);
            }
            ContentSignature::Holds(name) => zip && contains(name),
            ContentSignature::Declares(declaration) => {
                let first = self.head.get(30..).unwrap_or_default();
                zip && first.starts_with(declaration)
            }
        };
        if matches {
            Ok(())
        } else {
            Err(FileFlaw::TypeMismatch)
        }
    }

    fn check_text(&self) -> Result<(), FileFlaw> {
        if self.binary {
            return Err(FileFlaw::Encoding);
        }
        let head = String::from_utf8_lossy(&self.head);
        let begin = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let begin: String = begin.chars().take(16).collect();
        let begin = begin.to_ascii_lowercase();
        if MARKUP.iter().any(|sign| begin.starts_with(sign)) {
            return Err(FileFlaw::Markup);
        }
        Ok(())
    }
}

/// Whether a byte occurs in no text, by the MIME sniffing rules of browsers.
fn is_binary(byte: u8) -> bool {
    matches!(byte, 0x00..=0x08 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(file_type: FileType, bytes: &[u8]) -> Result<CheckedFile, FileFlaw> {
        let mut check = FileCheck::new(file_type);
        check.add(bytes);
        check.finish(i64::try_from(bytes.len()).unwrap())
    }

    fn zip(first: &str, names: &[&str]) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.extend([0; 26]);
        bytes.extend(first.bytes());
        bytes.extend(std::iter::repeat_n(7, 100_000));
        for name in names {
            bytes.extend(b"PK\x01\x02");
            bytes.extend(name.bytes());
        }
        bytes
    }

    #[test]
    fn file_with_content_of_other_type_is_refused() {
        use FileType as F;
        let word = zip("[Content_Types].xml", &["word/document.xml"]);
        let macros = zip(
            "[Content_Types].xml",
            &["word/document.xml", "word/vbaProject.bin"],
        );
        let odt = zip("mimetypeapplication/vnd.oasis.opendocument.text", &[]);
        let webp = b"RIFF\x10\0\0\0WEBPVP8 ".to_vec();
        let cases: [(F, &[u8], Result<(), FileFlaw>); 24] = [
            (F::Pdf, b"%PDF-1.7 ...", Ok(())),
            (F::Pdf, b"<html>%PDF-1.7", Err(FileFlaw::TypeMismatch)),
            (F::Pdf, b"MZ\x90", Err(FileFlaw::TypeMismatch)),
            (F::Png, b"\x89PNG\r\n\x1a\n....", Ok(())),
            (F::Png, b"\xff\xd8\xff\xe0", Err(FileFlaw::TypeMismatch)),
            (
                F::Png,
                b"<svg onload=alert(1)>",
                Err(FileFlaw::TypeMismatch),
            ),
            (F::Jpeg, b"\xff\xd8\xff\xe0", Ok(())),
            (F::Webp, &webp, Ok(())),
            (F::Webp, b"RIFF\x10\0\0\0WAVE", Err(FileFlaw::TypeMismatch)),
            (F::Gif, b"GIF89a...", Ok(())),
            (F::Gif, b"GIF8", Err(FileFlaw::TypeMismatch)),
            (F::Text, b"plain words", Ok(())),
            (
                F::Text,
                "\u{feff}  <!DOCTYPE html><p>".as_bytes(),
                Err(FileFlaw::Markup),
            ),
            (
                F::Markdown,
                b"\n<script>alert(1)</script>",
                Err(FileFlaw::Markup),
            ),
            (F::Markdown, b"# A title\n<b>x</b>", Ok(())),
            (F::Csv, b"a;b\r\nM\xfcller;2", Ok(())),
            (F::Csv, b"a\0b", Err(FileFlaw::Encoding)),
            (F::Json, b"<?xml version='1.0'?>", Err(FileFlaw::Markup)),
            (F::Docx, &word, Ok(())),
            (F::Docx, &macros, Err(FileFlaw::Macros)),
            (F::Xlsx, &word, Err(FileFlaw::TypeMismatch)),
            (F::Odt, &odt, Ok(())),
            (F::Ods, &odt, Err(FileFlaw::TypeMismatch)),
            (F::Zip, b"Rar!\x1a", Err(FileFlaw::TypeMismatch)),
        ];
        for (file_type, bytes, expected) in cases {
            let got = check(file_type, bytes).map(drop);
            assert_eq!(got, expected, "{file_type:?} {:?}", bytes.get(..20));
        }
    }

    #[test]
    fn file_check_compares_size_and_hashes_bytes() {
        let mut read = FileCheck::new(FileType::Text);
        read.add(b"abc");
        let whole = read.finish(3).unwrap();
        assert_eq!(
            whole.sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let mut short = FileCheck::new(FileType::Text);
        short.add(b"ab");
        assert_eq!(short.finish(3), Err(FileFlaw::Size));
    }

    proptest! {
        #![proptest_config(crate::testing::config())]

        #[test]
        fn file_check_of_stream_cut_anywhere_gives_same_result(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            prefix in prop_oneof![Just(&b""[..]), Just(&b"%PDF-"[..]), Just(&b"PK\x03\x04"[..])],
            cut in 1_usize..50,
        ) {
            let bytes = [prefix, &bytes].concat();
            let size = i64::try_from(bytes.len()).unwrap();
            for file_type in [FileType::Pdf, FileType::Text, FileType::Docx, FileType::Zip] {
                let mut pieces = FileCheck::new(file_type);
                for piece in bytes.chunks(cut) {
                    pieces.add(piece);
                }
                prop_assert_eq!(pieces.finish(size), check(file_type, &bytes));
            }
        }
    }
}
