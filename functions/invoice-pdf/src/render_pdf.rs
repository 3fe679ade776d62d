//! Renders an invoice as PDF, by Typst.

use serde::Serialize;
use std::sync::LazyLock;
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

/// Why an invoice can't be rendered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RenderError {
    #[error("the invoice's data can't be written: {0}")]
    Data(#[from] serde_json::Error),
    #[error("the invoice can't be compiled: {0}")]
    Compile(String),
}

/// The parts of Typst's world that are the same for every invoice.
struct SharedWorld {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    text: Source,
    data: FileId,
    logo: FileId,
}

/// The workspace's brand, as the PDF shows it.
pub(crate) struct PdfBranding {
    /// The colour, as `#rrggbb`.
    pub(crate) accent: String,
    /// A PNG.
    pub(crate) logo: Option<Vec<u8>>,
}

/// The data that `invoice.typ` reads.
#[derive(Serialize)]
struct TemplateData {
    #[serde(flatten)]
    invoice: InvoiceView,
    accent: String,
    logo: bool,
}

static SHARED: LazyLock<SharedWorld> = LazyLock::new(|| {
    let font_files = [
        dejavu::sans_condensed::regular(),
        dejavu::sans_condensed::bold(),
    ];
    let fonts = font_files.into_iter().map(Bytes::new);
    let fonts: Vec<_> = fonts.flat_map(Font::iter).collect();
    SharedWorld {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        text: Source::new(
            file_id("invoice.typ"),
            include_str!("invoice.typ").to_owned(),
        ),
        data: file_id("paper.json"),
        logo: file_id("logo.png"),
    }
});

fn file_id(name: &str) -> FileId {
    let path = VirtualPath::new(name).unwrap_or_else(|_| unreachable!("a plain name"));
    FileId::new(RootedPath::new(VirtualRoot::Project, path))
}

/// The world of one invoice. It holds its own data only: no file, no package, no clock.
struct InvoiceWorld {
    data: Bytes,
    logo: Option<Bytes>,
}

impl World for InvoiceWorld {
    fn library(&self) -> &LazyHash<Library> {
        &SHARED.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &SHARED.book
    }

    fn main(&self) -> FileId {
        SHARED.text.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == SHARED.text.id() {
            return Ok(SHARED.text.clone());
        }
        Err(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let logo = self.logo.as_ref().filter(|_| id == SHARED.logo);
        let bytes = Some(&self.data).filter(|_| id == SHARED.data).or(logo);
        bytes.cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        SHARED.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// The PDF of an invoice. The same invoice gives the same bytes.
///
/// # Errors
/// Where `invoice.typ` is wrong.
pub(crate) fn render_pdf(
    invoice: InvoiceView,
    branding: PdfBranding,
) -> Result<Vec<u8>, RenderError> {
    let PdfBranding { accent, logo } = branding;
    let data = TemplateData {
        invoice,
        accent,
        logo: logo.is_some(),
    };
    let document = compile(&data, logo)?;
    let options = PdfOptions {
        creator: Smart::Custom(None),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|errors| to_render_error(&errors))
}

fn compile(data: &impl Serialize, logo: Option<Vec<u8>>) -> Result<PagedDocument, RenderError> {
    let world = InvoiceWorld {
        data: Bytes::new(serde_json::to_vec(data)?),
        logo: logo.map(Bytes::new),
    };
    let Warned { output, .. } = typst::compile::<PagedDocument>(&world);
    // The cache would be of use for the same invoice only, and grows.
    comemo::evict(0);
    output.map_err(|errors| to_render_error(&errors))
}

fn to_render_error(errors: &EcoVec<SourceDiagnostic>) -> RenderError {
    let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    RenderError::Compile(messages.join("; "))
}

#[cfg(test)]
mod tests;
