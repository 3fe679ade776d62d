//! Files that people bring: which types are taken, how content is held to its
//! type, and what a file may be called.

mod check;
mod kind;
mod name;

pub use check::{CheckedFile, FileCheck, FileFlaw};
pub use kind::FileType;
pub use name::{FileName, attachment, inline};

/// Bytes of one file at most.
pub const MAX_FILE: i64 = 100 * 1024 * 1024;

/// A size in words, in units of 1,024.
pub fn size_label(bytes: i64) -> String {
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
    use super::size_label;

    #[test]
    fn a_size_is_read_at_a_glance() {
        for (bytes, label) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KB"),
            (1_600_000, "1.5 MB"),
            (100 << 20, "100 MB"),
            (10 << 30, "10 GB"),
        ] {
            assert_eq!(size_label(bytes), label);
        }
    }
}
