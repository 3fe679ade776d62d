//! How the handling of an effect ended.

/// How the handling of an effect ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EffectOutcome {
    /// It is to be completed.
    Done,
    /// It is completed already, with another change.
    Completed,
    /// It is due again when its lease ends.
    Deferred,
}
