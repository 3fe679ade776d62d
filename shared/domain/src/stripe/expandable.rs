//! A field of Stripe's objects that can be expanded.

use serde::Deserialize;

/// An id, or the object that it names.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Expandable {
    Id(String),
    Object { id: String },
}

impl Expandable {
    pub(super) fn id(self) -> String {
        match self {
            Self::Id(id) | Self::Object { id } => id,
        }
    }
}
