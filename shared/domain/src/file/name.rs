//! What a file may be called, and how that is said to a browser.

use std::fmt::Write as _;

use super::FileType;

/// Characters of a name at most.
const MAX: usize = 120;

/// The name of a file whose type is taken: one line, no path, any script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// The name.
    pub name: String,
    /// The type that it claims.
    pub file_type: FileType,
}

impl FileName {
    /// What a sender's name is worth: the last part of a path, without control
    /// characters and marks that turn the direction of writing. Why not, for the
    /// person, where its type isn't taken.
    pub fn parse(raw: &str) -> Result<Self, &'static str> {
        let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
        let kept: String = last.chars().filter(|c| !is_odd(*c)).collect();
        let name = kept.trim().trim_end_matches(['.', ' ']);
        let Some((stem, extension)) = name.rsplit_once('.') else {
            return Err(NOT_TAKEN);
        };
        let file_type = FileType::by_extension(extension).ok_or(NOT_TAKEN)?;
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

    /// The name of a scanner's file, which may end as it likes.
    pub fn scan(raw: &str) -> Self {
        let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
        let name: String = last.chars().filter(|c| !is_odd(*c)).take(MAX).collect();
        Self {
            name: name.trim().to_owned(),
            file_type: FileType::Scan,
        }
    }

    /// The name without its end, for a title.
    pub fn stem(&self) -> &str {
        self.name.rsplit_once('.').map_or("", |(stem, _)| stem)
    }
}

const NOT_TAKEN: &str = "Files of this type aren't taken: use PDF, an image (PNG, JPEG, WebP, GIF), \
    text (TXT, MD, CSV, JSON), an Office or OpenDocument file, or a ZIP.";

/// Control characters, and marks that can make `exe.pdf` of `fdp.exe`.
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// `Content-Disposition` of a download with this name: by RFC 6266, in ASCII for
/// old browsers and in UTF-8 by RFC 5987. All ASCII, no line breaks, whatever the
/// name is.
pub fn attachment(name: &str) -> String {
    disposition("attachment", name)
}

/// The same for what is shown in a page.
pub fn inline(name: &str) -> String {
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
    fn a_name_is_the_last_part_of_a_path_in_any_script() {
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
    fn a_download_is_named_for_old_and_new_browsers() {
        assert_eq!(
            attachment("Prüf \"1\".pdf"),
            "attachment; filename=\"Pr_f _1_.pdf\"; filename*=UTF-8''Pr%C3%BCf%20%221%22.pdf"
        );
    }

    proptest! {
        #![proptest_config(crate::testing::config())]

        #[test]
        fn any_name_gives_one_safe_header_that_reads_back(raw in "\\PC{0,40}|[\\x00-\\x7f]{0,40}") {
            let raw = format!("{raw}.pdf");
            if let Ok(parsed) = FileName::parse(&raw) {
                prop_assert!(!parsed.name.contains(['/', '\\', '\r', '\n', '\0']));
                prop_assert!(parsed.name.chars().count() <= MAX);
                prop_assert_eq!(FileName::parse(&parsed.name).unwrap(), parsed.clone());
                let header = attachment(&parsed.name);
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
