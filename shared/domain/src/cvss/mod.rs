//! CVSS 2.0, 3.0, 3.1 and 4.0: vectors, scores and severities.
//!
//! A vector is taken in any usual spelling, here and nowhere else, and kept in that of the
//! specification. Metrics beyond the base are kept, and scored.

mod invalid;
mod metric;
mod score;
mod spelling;
mod vector;

pub use invalid::InvalidCvssVector;
pub use metric::{CvssMetric, CvssVersion, vector_values};
pub use score::CvssScore;
pub use vector::CvssVector;
