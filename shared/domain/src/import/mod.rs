//! Imports: from a scanner's file to findings of an engagement.
//!
//! # An import
//!
//! [`Import`] is a row with a stage, changed by its version only, and a job of the worker:
//!
//! 1. *Reading.* The worker reads the file as a stream with [`parse_stream`]. [`ImportPlanner`] gathers
//!    the findings into steps, each one item and later one transaction: at most 30 new drafts and
//!    256 KB, or 15 transitions. A table whose title column isn't known waits in stage *columns*.
//! 2. *Ready.* The page shows the plan in numbers and a preview. A person confirms it, or it expires
//!    after a week.
//! 3. *Importing.* One transaction a step: findings, totals, entries, and the import one step on.
//!    A repeated step is refused by the version.
//! 4. *Done*, or *failed* with a reason.
//!
//! # Formats
//!
//! A format is a file beside this one and a row of the table in `formats.rs`. XML is recognised by its
//! root element, JSON by a name in its first object; a file of neither can be a table ([`ColumnMapping`]
//! says which column holds what). An importer adds each row to the finding of its rule: it builds a
//! `FindingGroup` for the first row and calls `add_detail`, `raise_severity` and `add_reference` for
//! the others. What is kept grows with the findings, not with the rows, and one row, element or text
//! is bounded too. Rows that are left out on purpose are remarked in the preview.
//!
//! Ways to read JSON as a stream, from the simplest on (`json.rs`):
//!
//! - a list of records, or JSON Lines: `read_records` (see `nuclei.rs`);
//! - lists of findings within objects, as `Results[].Vulnerabilities[]`: `read_objects` with an
//!   `ObjectHandler` for each level, whose `field` hands the next level to `ObjectStream` and the list
//!   of findings to `ForEachItem` (see `sarif/mod.rs`, `zap.rs`);
//! - a list that one finding holds: `first_items` keeps the first of it, or a `Visitor` of its own
//!   folds all of it (see `Instances` in `zap.rs`).
//!
//! # Later scans
//!
//! A finding that a scan reported has a [`Fingerprint`](crate::finding::Fingerprint): the scanner and a
//! hash of the rule, without hosts, words, ratings and versions.
//!
//! | format | source | rule |
//! |---|---|---|
//! | Nessus | `nessus` | the plugin's number |
//! | Burp Suite | `burp` | the type's number; with the name for what extensions report |
//! | ZAP, XML or JSON | `zap` | the alert's reference, else the plugin's number |
//! | Nuclei | `nuclei` | the template's id |
//! | SARIF 2.1.0 | the tool's name, without its version | the rule's id |
//! | CSV | `csv` | the column that holds a rule, else the title in lower case |
//!
//! [`compare_with_known`] puts a scan beside the engagement's findings. New ones become drafts.
//! *Unchanged* ones stay, accepted risks and false positives among them. *Reappeared* ones, which were
//! resolved or verified, are reopened; *missing* ones, which are being fixed, are resolved. Both are
//! transitions of the state machine, and happen only where the person confirmed that. A finding's id
//! follows from engagement and fingerprint, so two imports can't create it twice.

mod asset_list;
mod builder;
mod burp;
mod csv;
mod error;
mod finding_group;
mod formats;
mod html;
mod identifiers;
#[expect(clippy::module_inception, reason = "the file holds the type `Import`")]
mod import;
mod input;
mod json;
mod mapping;
mod nessus;
mod nuclei;
mod plan;
mod planner;
mod reader;
mod rerun;
mod sarif;
mod scan;
mod text;
mod xml;
mod zap;

pub use csv::CsvColumns;
pub use error::ScanError;
pub use formats::format_hint;
pub use import::{IMPORT_LIFETIME, Import, ImportConfirmation, ImportStage};
pub use input::HEAD_BYTES;
pub use mapping::{ColumnMapping, MAPPED_FIELDS, MappedField};
pub use plan::{
    ExistingFindingRow, ImportPlan, ImportPreview, ImportStep, NewFindingRow, RescannedFinding,
};
pub use planner::{CREATE_BATCH, ImportPlanner, TRANSITION_BATCH};
pub use reader::{ScanStreamError, parse_columns, parse_scan, parse_stream};
pub use rerun::{RerunComparison, compare_with_known, reopening_transition};
pub use scan::{MAX_SCAN_FINDINGS, Scan, ScanSummary, ScannedFinding};

#[cfg(test)]
mod tests;
