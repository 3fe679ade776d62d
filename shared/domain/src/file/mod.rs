//! Uploaded files: the supported types, the check of the content, and file names.

mod file_check;
mod file_name;
mod file_type;

pub use file_check::{CheckedFile, FileCheck, FileFlaw};
pub use file_name::{FileName, attachment_disposition, inline_disposition};
pub use file_type::FileType;

/// The most bytes of a scanner's file.
pub const MAX_SCAN_BYTES: usize = 50 * 1024 * 1024;

/// The most bytes of any other file.
pub const MAX_FILE: i64 = 100 * 1024 * 1024;

/// A displayed size in units of 1,024.
pub fn format_size(bytes: i64) -> String {
    const UNITS: [(&str, i64); 3] = [("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)];
    let unit = UNITS.into_iter().find(|(_, size)| bytes >= *size);
    unit.map_or_else(
        || format!("{bytes} B"),
        |(name, size)| {
            let tenths = (bytes.saturating_mul(10) + size / 2) / size;
            match tenths % 10 {
                0 => format!("{} {name}", tenths / 10),
                rest => format!("{}.{rest} {name}", tenths / 10),
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::format_size;

    #[test]
    fn format_size_uses_largest_unit() {
        for (bytes, label) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KB"),
            (1_600_000, "1.5 MB"),
            (100 << 20, "100 MB"),
            (10 << 30, "10 GB"),
        ] {
            assert_eq!(format_size(bytes), label);
        }
    }
}
