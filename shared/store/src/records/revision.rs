//! Revisions: the numbers that open pages poll.

use crate::table::update::Update;

/// Adds one to the revision, and to the shared revision where the client sees the change.
pub(crate) fn with_revision(update: Update, shared: bool) -> Update {
    let update = update.add("rev", 1);
    if shared {
        update.add("shared_rev", 1)
    } else {
        update
    }
}
