//! The supported file types. None of them runs in a browser.

use serde::{Deserialize, Serialize};

/// A supported file type, recognised by the extension and checked against the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileType {
    Pdf,
    Png,
    Jpeg,
    Webp,
    Gif,
    Text,
    Markdown,
    Csv,
    Json,
    Docx,
    Xlsx,
    Pptx,
    Odt,
    Ods,
    Zip,
    /// A scanner's report of any format; the import recognises it.
    Scan,
}

/// The condition that a type's content must fulfil.
#[derive(Debug, Clone, Copy)]
pub(super) enum ContentSignature {
    /// Begins with one of these.
    Begins(&'static [&'static [u8]]),
    /// `RIFF`, a length and `WEBP`.
    Webp,
    /// Text without markup that a browser would show as a page.
    Text,
    /// A ZIP with an entry of this name.
    Holds(&'static [u8]),
    /// A ZIP whose first entry has this content.
    Declares(&'static [u8]),
    /// Any content; such files are never served.
    Anything,
}

/// Type, extensions, media type, displayed name and signature.
type FileTypeRow = (
    FileType,
    &'static [&'static str],
    &'static str,
    &'static str,
    ContentSignature,
);

const TABLE: [FileTypeRow; 16] = {
    use ContentSignature as S;
    use FileType as F;
    [
        (
            F::Pdf,
            &["pdf"],
            "application/pdf",
            "PDF",
            S::Begins(&[b"%PDF-"]),
        ),
        (
            F::Png,
            &["png"],
            "image/png",
            "PNG image",
            S::Begins(&[b"\x89PNG\r\n\x1a\n"]),
        ),
        (
            F::Jpeg,
            &["jpg", "jpeg"],
            "image/jpeg",
            "JPEG image",
            S::Begins(&[b"\xff\xd8\xff"]),
        ),
        (F::Webp, &["webp"], "image/webp", "WebP image", S::Webp),
        (
            F::Gif,
            &["gif"],
            "image/gif",
            "GIF image",
            S::Begins(&[b"GIF87a", b"GIF89a"]),
        ),
        (
            F::Text,
            &["txt", "log"],
            "text/plain; charset=utf-8",
            "Text",
            S::Text,
        ),
        (
            F::Markdown,
            &["md"],
            "text/plain; charset=utf-8",
            "Markdown",
            S::Text,
        ),
        (
            F::Csv,
            &["csv"],
            "text/plain; charset=utf-8",
            "CSV",
            S::Text,
        ),
        (
            F::Json,
            &["json"],
            "text/plain; charset=utf-8",
            "JSON",
            S::Text,
        ),
        (
            F::Docx,
            &["docx"],
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "Word document",
            S::Holds(b"word/document.xml"),
        ),
        (
            F::Xlsx,
            &["xlsx"],
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "Excel workbook",
            S::Holds(b"xl/workbook.xml"),
        ),
        (
            F::Pptx,
            &["pptx"],
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "PowerPoint presentation",
            S::Holds(b"ppt/presentation.xml"),
        ),
        (
            F::Odt,
            &["odt"],
            "application/vnd.oasis.opendocument.text",
            "OpenDocument text",
            S::Declares(b"mimetypeapplication/vnd.oasis.opendocument.text"),
        ),
        (
            F::Ods,
            &["ods"],
            "application/vnd.oasis.opendocument.spreadsheet",
            "OpenDocument spreadsheet",
            S::Declares(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
        ),
        (
            F::Zip,
            &["zip"],
            "application/zip",
            "ZIP archive",
            S::Begins(&[b"PK\x03\x04"]),
        ),
        (
            F::Scan,
            &[],
            "application/octet-stream",
            "Export of a scan",
            S::Anything,
        ),
    ]
};

impl FileType {
    /// The image types of evidence.
    pub const IMAGES: [Self; 4] = [Self::Png, Self::Jpeg, Self::Webp, Self::Gif];

    /// The type with this extension in any case; `None` if it isn't supported.
    pub fn from_extension(extension: &str) -> Option<Self> {
        let known =
            |(_, ends, ..): &&FileTypeRow| ends.iter().any(|e| e.eq_ignore_ascii_case(extension));
        TABLE.iter().find(known).map(|row| row.0)
    }

    pub fn is_image(self) -> bool {
        Self::IMAGES.contains(&self)
    }

    /// The extensions with their dots, for the `accept` attribute of a form.
    pub fn accepted_extensions() -> String {
        Self::extension_list(|_| true)
    }

    /// The extensions of evidence, for the `accept` attribute of a form.
    pub fn accepted_image_extensions() -> String {
        Self::extension_list(Self::is_image)
    }

    fn extension_list(of: impl Fn(Self) -> bool) -> String {
        let rows = TABLE.iter().filter(|row| of(row.0));
        let ends = rows.flat_map(|(_, ends, ..)| *ends);
        let ends: Vec<String> = ends.map(|end| format!(".{end}")).collect();
        ends.join(",")
    }

    fn row(self) -> &'static FileTypeRow {
        const PDF: FileTypeRow = TABLE[0];
        TABLE.iter().find(|row| row.0 == self).unwrap_or(&PDF)
    }

    /// The media type with which a file is stored and served.
    pub fn media_type(self) -> &'static str {
        self.row().2
    }

    /// The displayed name.
    pub fn label(self) -> &'static str {
        self.row().3
    }

    pub(super) fn signature(self) -> ContentSignature {
        self.row().4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_types_have_one_row_each_and_distinct_extensions() {
        let mut ends: Vec<&str> = TABLE.iter().flat_map(|row| row.1.iter().copied()).collect();
        let all = ends.len();
        ends.sort_unstable();
        ends.dedup();
        assert_eq!(ends.len(), all);
        for (kind, ends, media, ..) in TABLE {
            assert_eq!(kind.media_type(), media);
            for end in ends {
                assert_eq!(FileType::from_extension(&end.to_uppercase()), Some(kind));
            }
        }
    }

    #[test]
    fn file_type_that_runs_in_browser_is_unsupported() {
        for end in [
            "svg", "html", "htm", "xhtml", "xml", "js", "docm", "exe", "", "pdf ",
        ] {
            assert_eq!(FileType::from_extension(end), None, "{end}");
        }
    }
}
