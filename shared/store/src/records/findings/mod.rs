//! Findings: their lists, one of them with its history, and the changes that are executed.

pub(crate) mod bulk_changes;
pub(crate) mod due_findings;
pub(crate) mod finding_changes;
pub(crate) mod finding_contents;
pub(crate) mod finding_detail;
pub(crate) mod finding_item;
pub(crate) mod finding_list;
pub(crate) mod scanned_findings;
