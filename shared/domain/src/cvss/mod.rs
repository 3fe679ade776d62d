//! CVSS 3.1 and 4.0: vectors, scores and severities.

mod metric;
mod score;
mod vector;

pub use metric::{CvssMetric, CvssVersion, vector_values};
pub use score::CvssScore;
pub use vector::{CvssVector, InvalidCvssVector};
