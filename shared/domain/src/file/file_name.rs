//! File names, and their form in HTTP headers.

use std::fmt::Write as _;

use super::file_type::FileType;

/// The most characters of a name.
const MAX: usize = 120;

/// A file name of a supported type: one line in any script, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    pub name: String,
    /// The type by the extension.
    pub file_type: FileType,
}

impl FileName {
    /// The last part of a path, without control characters and bidirectional marks.
    ///
    /// # Errors
    /// The message for the uploader, if the type isn't supported.
    pub fn parse(raw: &str) -> Result<Self, &'static str> {
        let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
        let kept: String = last.chars().filter(|c| !is_unsafe(*c)).collect();
        let name = kept.trim().trim_end_matches(['.', ' ']);
        let Some((stem, extension)) = name.rsplit_once('.') else {
            return Err(NOT_TAKEN);
        };
        let file_type = FileType::from_extension(extension).ok_or(NOT_TAKEN)?;
        let stem = stem.trim_start_matches(['.', ' ']);
        if stem.is_empty() {
            return Err("Give the file a name.");
        }
        let room = MAX.saturating_sub(extension.chars().count() + 1);
        let stem: String = stem.chars().take(room).collect();
        Ok(Self {
            name: format!("{stem}.{extension}"),
            file_type,
        })
    }

    /// The name of a scanner's file, which can have any extension.
    pub fn of_scan(raw: &str) -> Self {
        let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
        let name: String = last.chars().filter(|c| !is_unsafe(*c)).take(MAX).collect();
        Self {
            name: name.trim().to_owned(),
            file_type: FileType::Scan,
        }
    }

    /// The name without its extension.
    pub fn stem(&self) -> &str {
        self.name.rsplit_once('.').map_or("", |(stem, _)| stem)
    }
}

const NOT_TAKEN: &str = "Files of this type aren't taken: use PDF, an image (PNG, JPEG, WebP, GIF), \
    text (TXT, MD, CSV, JSON), an Office or OpenDocument file, or a ZIP.";

/// Whether the character is a control character or a mark that can show `fdp.exe` as `exe.pdf`.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// `Content-Disposition` of a download by RFC 6266, with the name in ASCII and in UTF-8 (RFC 5987).
///
/// The result is ASCII without line breaks for any name.
pub fn attachment_disposition(name: &str) -> String {
    disposition("attachment", name)
}

/// `Content-Disposition` of a file that is shown in a page.
pub fn inline_disposition(name: &str) -> String {
    disposition("inline", name)
}

fn disposition(kind: &str, name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' | '/' => '_',
            c if c.is_ascii_graphic() || c == ' ' => c,
            _ => '_',
        })
        .collect();
    let mut text = format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn file_name_of_path_is_its_last_part() {
        for (raw, name) in [
            ("report.pdf", Some("report.pdf")),
            ("C:\\fakepath\\Report v2.PDF", Some("Report v2.PDF")),
            ("../../x.pdf", Some("x.pdf")),
            ("../../x", None),
            ("..", None),
            (".pdf", None),
            ("تقرير الاختبار.pdf", Some("تقرير الاختبار.pdf")),
            ("報告書.docx", Some("報告書.docx")),
            ("a\u{202e}fdp.exe", None),
            ("evil\u{202e}xcod.pdf", Some("evilxcod.pdf")),
            ("line\r\nbreak.txt", Some("linebreak.txt")),
            ("page.html", None),
            ("page.html.txt", Some("page.html.txt")),
            ("drawing.svg", None),
            ("report.pdf.", Some("report.pdf")),
        ] {
            let parsed = FileName::parse(raw).ok().map(|parsed| parsed.name);
            assert_eq!(parsed.as_deref(), name, "{raw:?}");
        }
    }

    #[test]
    fn attachment_disposition_has_ascii_and_utf8_name() {
        assert_eq!(
            attachment_disposition("Prüf \"1\".pdf"),
            "attachment; filename=\"Pr_f _1_.pdf\"; filename*=UTF-8''Pr%C3%BCf%20%221%22.pdf"
        );
    }

    proptest! {
        #![proptest_config(crate::testing::config())]

        #[test]
        fn disposition_of_any_name_is_one_safe_header(raw in "\\PC{0,40}|[\\x00-\\x7f]{0,40}") {
            let raw = format!("{raw}.pdf");
            if let Ok(parsed) = FileName::parse(&raw) {
                prop_assert!(!parsed.name.contains(['/', '\\', '\r', '\n', '\0']));
                prop_assert!(parsed.name.chars().count() <= MAX);
                prop_assert_eq!(FileName::parse(&parsed.name).unwrap(), parsed.clone());
                let header = attachment_disposition(&parsed.name);
                prop_assert!(header.bytes().all(|b| (0x20..0x7f).contains(&b)), "{}", header);
                prop_assert_eq!(header.matches('"').count(), 2);
                let encoded = header.rsplit("''").next().unwrap();
                let mut bytes = Vec::new();
                let mut rest = encoded.bytes();
                while let Some(byte) = rest.next() {
                    if byte == b'%' {
                        let hex = [rest.next().unwrap(), rest.next().unwrap()];
                        let hex = std::str::from_utf8(&hex).unwrap().to_owned();
                        bytes.push(u8::from_str_radix(&hex, 16).unwrap());
                    } else {
                        bytes.push(byte);
                    }
                }
                prop_assert_eq!(String::from_utf8(bytes).unwrap(), parsed.name);
            }
        }
    }
}
