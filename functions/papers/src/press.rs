//! Sets a paper in type and makes a PDF of it, by Typst.

use std::sync::LazyLock;

use serde::Serialize;
use typst::diag::{FileError, FileResult, SourceDiagnostic, Warned};
use typst::ecow::EcoVec;
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World, comemo};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;
use web::view::InvoiceView;

/// What is wrong with our own text, or with what was put into it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RenderError {
    #[error("the paper can't be written: {0}")]
    Data(#[from] serde_json::Error),
    #[error("the paper can't be set: {0}")]
    Type(String),
}

/// What is the same for every paper.
struct Shop {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    text: Source,
    data: FileId,
    logo: FileId,
}

/// What makes a paper the company's own.
pub(crate) struct PdfBranding {
    /// The colour, as `#rrggbb`.
    pub(crate) accent: String,
    /// The logo, a PNG.
    pub(crate) logo: Option<Vec<u8>>,
}

/// What our own text reads.
#[derive(Serialize)]
struct Data {
    #[serde(flatten)]
    paper: InvoiceView,
    accent: String,
    logo: bool,
}

static SHOP: LazyLock<Shop> = LazyLock::new(|| {
    let files = [
        dejavu::sans_condensed::regular(),
        dejavu::sans_condensed::bold(),
    ];
    let fonts = files.into_iter().map(Bytes::new);
    let fonts: Vec<_> = fonts.flat_map(Font::iter).collect();
    Shop {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        text: Source::new(id("invoice.typ"), include_str!("invoice.typ").to_owned()),
        data: id("paper.json"),
        logo: id("logo.png"),
    }
});

fn id(name: &str) -> FileId {
    let path = VirtualPath::new(name).unwrap_or_else(|_| unreachable!("a plain name"));
    FileId::new(RootedPath::new(VirtualRoot::Project, path))
}

/// One paper on its way. It can read nothing but itself: no file, no package, no clock.
struct Sheet {
    data: Bytes,
    logo: Option<Bytes>,
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &SHOP.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &SHOP.book
    }

    fn main(&self) -> FileId {
        SHOP.text.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == SHOP.text.id() {
            return Ok(SHOP.text.clone());
        }
        Err(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let logo = self.logo.as_ref().filter(|_| id == SHOP.logo);
        let found = Some(&self.data).filter(|_| id == SHOP.data).or(logo);
        found.cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        SHOP.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// The file. The same paper gives the same bytes.
///
/// # Errors
/// Where our own text is wrong.
pub(crate) fn pdf(paper: InvoiceView, brand: PdfBranding) -> Result<Vec<u8>, RenderError> {
    let PdfBranding { accent, logo } = brand;
    let data = Data {
        paper,
        accent,
        logo: logo.is_some(),
    };
    let document = set(&data, logo)?;
    let options = PdfOptions {
        creator: Smart::Custom(None),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|errors| failure(&errors))
}

fn set(data: &impl Serialize, logo: Option<Vec<u8>>) -> Result<PagedDocument, RenderError> {
    let sheet = Sheet {
        data: Bytes::new(serde_json::to_vec(data)?),
        logo: logo.map(Bytes::new),
    };
    let Warned { output, .. } = typst::compile::<PagedDocument>(&sheet);
    // What it remembers would be of use for the same paper only, and grows.
    comemo::evict(0);
    output.map_err(|errors| failure(&errors))
}

fn failure(errors: &EcoVec<SourceDiagnostic>) -> RenderError {
    let words: Vec<_> = errors.iter().map(|one| one.message.as_str()).collect();
    RenderError::Type(words.join("; "))
}

#[cfg(test)]
mod tests;
