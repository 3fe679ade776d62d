//! The outbox: effects that are decided with a change and leave after it, at least once,
//! and in order where they are of one thread.

pub(crate) mod dead_letters;
pub(crate) mod effect;
pub(crate) mod lease;
pub(crate) mod outbox;
