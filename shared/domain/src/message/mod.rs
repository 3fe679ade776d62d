//! Messages: one thread for each engagement, in which both sides write.
//!
//! - The team's internal notes are a half of their own, counted by itself, so that nothing of them shows
//!   to the client.
//! - Unread messages are the difference of two counts, so they cost the same in any thread: the
//!   engagement's row counts messages and notes ([`MessageCounts`]), and a row for each reader says how
//!   many of each were read. That mark never goes back, and never beyond what there is.
//! - Up to ten files are attached. A script uploads them before, and the form names their uploads;
//!   [`create_message_with_files`] attaches them in the same transaction. An upload that no message took
//!   within two hours is refused as unused.
//! - The writer may change the text for 15 minutes ([`EDIT_WINDOW`]).

mod counts;
#[expect(clippy::module_inception, reason = "the file holds the type `Message`")]
mod message;
mod new_message;

pub use counts::MessageCounts;
pub use message::{Attachment, Message};
pub use new_message::{
    EDIT_WINDOW, MAX_FILES, MAX_TEXT, MessageInput, MessageRefusal, NewMessage, create_message,
    create_message_with_files, edit_message, may_edit,
};

#[cfg(test)]
mod tests;
