//! The types of files that are taken: nothing that a browser would run.

use serde::{Deserialize, Serialize};

/// A type of files, known by the end of the name and held to its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // `label` says what each is
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
    /// What a scanner wrote, of any format: whoever reads it judges it.
    Scan,
}

/// What the content of a type must look like.
#[derive(Debug, Clone, Copy)]
pub(super) enum ContentSignature {
    /// It begins with one of these.
    Begins(&'static [&'static [u8]]),
    /// RIFF, a length, WEBP.
    Webp,
    /// Text without markup that a browser would take for a page.
    Text,
    /// A ZIP that names this part.
    Holds(&'static [u8]),
    /// A ZIP whose first part says this.
    Declares(&'static [u8]),
    /// Anything: it is never handed out.
    Anything,
}

/// Name of the type, ends of names, media type, words, signs.
type Row = (
    FileType,
    &'static [&'static str],
    &'static str,
    &'static str,
    ContentSignature,
);

const TABLE: [Row; 16] = {
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
    /// The images that evidence may be.
    pub const IMAGES: [Self; 4] = [Self::Png, Self::Jpeg, Self::Webp, Self::Gif];

    /// The type of files whose names end so, in any case; `None` for what isn't
    /// taken.
    pub fn by_extension(extension: &str) -> Option<Self> {
        let known = |(_, ends, ..): &&Row| ends.iter().any(|e| e.eq_ignore_ascii_case(extension));
        TABLE.iter().find(known).map(|row| row.0)
    }

    /// Whether it is one of the images that evidence may be.
    pub fn is_image(self) -> bool {
        Self::IMAGES.contains(&self)
    }

    /// Every end of a name that is taken, with its dot, for a form.
    pub fn accepted() -> String {
        Self::ends(|_| true)
    }

    /// The same for what evidence may be.
    pub fn accepted_images() -> String {
        Self::ends(Self::is_image)
    }

    fn ends(of: impl Fn(Self) -> bool) -> String {
        let rows = TABLE.iter().filter(|row| of(row.0));
        let ends = rows.flat_map(|(_, ends, ..)| *ends);
        let ends: Vec<String> = ends.map(|end| format!(".{end}")).collect();
        ends.join(",")
    }

    fn row(self) -> &'static Row {
        const PDF: Row = TABLE[0];
        TABLE.iter().find(|row| row.0 == self).unwrap_or(&PDF)
    }

    /// The media type that it is kept and handed out under.
    pub fn media_type(self) -> &'static str {
        self.row().2
    }

    /// The words on the screen.
    pub fn label(self) -> &'static str {
        self.row().3
    }

    pub(super) fn signs(self) -> ContentSignature {
        self.row().4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_its_row_and_no_two_share_an_end() {
        let mut ends: Vec<&str> = TABLE.iter().flat_map(|row| row.1.iter().copied()).collect();
        let all = ends.len();
        ends.sort_unstable();
        ends.dedup();
        assert_eq!(ends.len(), all);
        for (kind, ends, media, ..) in TABLE {
            assert_eq!(kind.media_type(), media);
            for end in ends {
                assert_eq!(FileType::by_extension(&end.to_uppercase()), Some(kind));
            }
        }
    }

    #[test]
    fn what_a_browser_would_run_is_not_taken() {
        for end in [
            "svg", "html", "htm", "xhtml", "xml", "js", "docm", "exe", "", "pdf ",
        ] {
            assert_eq!(FileType::by_extension(end), None, "{end}");
        }
    }
}
