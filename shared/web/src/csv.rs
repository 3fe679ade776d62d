//! Tables as files that a spreadsheet opens, and takes for text.

use domain::spreadsheet::escape_formula;
use http::{HeaderValue, header};

use crate::error::PageError;
use crate::reply::Reply;

/// A table as it grows: UTF-8 with a mark that says so, every cell quoted and
/// none of them a formula.
pub struct Csv {
    writer: ::csv::Writer<Vec<u8>>,
    failed: Option<::csv::Error>,
}

impl Csv {
    /// With the names of its columns.
    pub fn new<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        let mut csv = Self {
            writer: ::csv::WriterBuilder::new()
                .quote_style(::csv::QuoteStyle::Always)
                .terminator(::csv::Terminator::CRLF)
                .from_writer("\u{feff}".as_bytes().to_vec()),
            failed: None,
        };
        csv.row(columns);
        csv
    }

    /// One more row.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        let cells = cells
            .into_iter()
            .map(|cell| escape_formula(cell).into_owned());
        if let Err(error) = self.writer.write_record(cells) {
            self.failed = Some(error);
        }
    }

    /// The file as an answer, to be saved under `name`, which is plain ASCII.
    pub fn into_reply(self, name: &str) -> Result<Reply, PageError> {
        if let Some(error) = self.failed {
            return Err(PageError::internal(error));
        }
        let bytes = self
            .writer
            .into_inner()
            .map_err(|e| PageError::internal(e.to_string()))?;
        let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
        let disposition = disposition.map_err(PageError::internal)?;
        let kind = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
        Ok(Reply::file(bytes, kind).header(header::CONTENT_DISPOSITION, disposition))
    }
}
