//! Why a file makes nothing. The words for the person stand in `formats.rs`, for some of them name
//! the formats that are accepted.

/// Why a file makes no finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanError {
    Empty,
    /// More bytes than [`MAX_SCAN_BYTES`](crate::file::MAX_SCAN_BYTES).
    TooLarge,
    /// Not text in the encoding that it declares, which this names.
    Encoding(String),
    /// No format that is known here.
    Unknown,
    /// Known by its root element or first object, but laid out otherwise than that scanner does it.
    Layout {
        scanner: &'static str,
        /// From 1.
        line: usize,
    },
    /// XML or JSON that breaks off or isn't well-formed.
    Broken {
        /// From 1.
        line: usize,
    },
    /// It declares or uses XML entities, which no scanner's export needs.
    XmlEntities,
    /// Nested more deeply than any scanner's export.
    TooDeep,
    /// A file of another kind, which this names.
    Unsupported(String),
    /// A scan of this scanner without a single finding.
    NoFindings(&'static str),
    /// A table of which no column is mapped to the title.
    NoTitle,
    /// A table with more columns than this.
    TooManyColumns(usize),
    /// An element, a row or a text that is larger than any scanner's.
    Oversized,
    /// More findings than an engagement may have.
    TooMany,
}
