//! Why a text is no CVSS vector.

/// Why a text is not a vector that can be scored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCvssVector {
    /// Neither a version nor metrics of one are in it.
    #[error("Enter a CVSS vector, such as CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H.")]
    Version,
    /// A metric is missing, repeated or has no such value.
    #[error("This is not a complete CVSS vector: {0}.")]
    Metrics(String),
}
