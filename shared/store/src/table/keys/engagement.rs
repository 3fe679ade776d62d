//! Rows of an engagement: imports, findings, messages.

use domain::id::{EngagementId, EntryId, EvidenceId, FindingId, ImportId, MessageId, UserId};
use jiff::civil::Date;

use super::key::{Key, key};
use super::prefixes::month_name;

/// `E` / `BRIEF`: an engagement's long text.
pub(crate) fn brief(e: &str) -> Key {
    key(e.to_owned(), "BRIEF")
}

/// `E` / `IMPORT#<import>`: an uploaded scan and how far it got.
pub(crate) fn import(e: &str, import: ImportId) -> Key {
    key(e.to_owned(), format!("IMPORT#{import}"))
}

/// `E` / `PLAN#<import>#<reading>#<number>`: what one step of an import does.
pub(crate) fn import_step(e: &str, import: ImportId, reading: i64, n: i64) -> Key {
    key(e.to_owned(), format!("PLAN#{import}#{reading}#{n:05}"))
}

/// `E` / `PLAN#<import>#<reading>#SHOWN`: what is shown of an import's plan.
pub(crate) fn import_preview(e: &str, import: ImportId, reading: i64) -> Key {
    key(e.to_owned(), format!("PLAN#{import}#{reading}#SHOWN"))
}

/// Prefix of the imports of an engagement.
pub(crate) const IMPORTS: &str = "IMPORT#";

/// `E` / `N#<entry>`: what happened to an engagement, for its feeds.
pub(crate) fn engagement_activity(e: &str, entry: EntryId) -> Key {
    key(e.to_owned(), format!("N#{entry}"))
}

/// `DAYS#<yyyy-mm>` of a workspace or a client: where its findings stood when
/// each day of a month ended.
pub(crate) fn days(prefix: &str, month: Date) -> Key {
    key(prefix.to_owned(), format!("{DAYS}{}", month_name(month)))
}

/// Prefix of the months of a partition.
pub(crate) const DAYS: &str = "DAYS#";

/// Prefix of the findings of an engagement, with all that stands below them.
pub(crate) const FINDINGS: &str = "F#";

/// `E` / `F#<finding>`: what lists need of a finding.
pub(crate) fn finding(e: &str, finding: FindingId) -> Key {
    key(e.to_owned(), format!("F#{finding}"))
}

/// `E` / `F#<finding>#B`: the text of a finding. Sorts right after its row.
pub(crate) fn finding_body(e: &str, finding: FindingId) -> Key {
    key(e.to_owned(), format!("F#{finding}#B"))
}

/// `E` / `F#<finding>#H#<entry>` for what the client may read of the history,
/// `#I#` for what is the team's alone.
pub(crate) fn history(e: &str, finding: FindingId, shared: bool, entry: EntryId) -> Key {
    key(
        e.to_owned(),
        format!("{}{entry}", history_prefix(finding, shared)),
    )
}

/// Prefix of one half of a finding's history.
pub(crate) fn history_prefix(finding: FindingId, shared: bool) -> String {
    format!("F#{finding}#{}#", if shared { 'H' } else { 'I' })
}

/// `E` / `F#<finding>#C#<entry>`: a comment that both sides read, `#D#` for one
/// that is the team's alone.
pub(crate) fn comment(e: &str, finding: FindingId, shared: bool, entry: EntryId) -> Key {
    let prefix = comment_prefix(finding, shared);
    key(e.to_owned(), format!("{prefix}{entry}"))
}

/// Prefix of one half of a finding's comments.
pub(crate) fn comment_prefix(finding: FindingId, shared: bool) -> String {
    format!("F#{finding}#{}#", if shared { 'C' } else { 'D' })
}

/// `E` / `F#<finding>#E#<evidence>`: a picture; its row says who sees it.
pub(crate) fn evidence(e: &str, finding: FindingId, evidence: EvidenceId) -> Key {
    let prefix = evidence_prefix(finding);
    key(e.to_owned(), format!("{prefix}{evidence}"))
}

/// Prefix of a finding's pictures.
pub(crate) fn evidence_prefix(finding: FindingId) -> String {
    format!("F#{finding}#E#")
}

/// `E` / `F#<finding>#R#<number>`: a retest.
pub(crate) fn retest(e: &str, finding: FindingId, number: i64) -> Key {
    let prefix = retest_prefix(finding);
    key(e.to_owned(), format!("{prefix}{number:06}"))
}

/// Prefix of a finding's retests.
pub(crate) fn retest_prefix(finding: FindingId) -> String {
    format!("F#{finding}#R#")
}

/// `E` / `F#<finding>#T#<entry>`: what an edit changed, in full, where its entry
/// in the history holds it cut. The team's alone.
pub(crate) fn edit_text(e: &str, finding: FindingId, entry: EntryId) -> Key {
    key(e.to_owned(), format!("F#{finding}#T#{entry}"))
}

/// `E#MSG`: the partition of an engagement's messages.
pub(crate) fn thread(e: &str) -> String {
    format!("{e}#MSG")
}

/// `E#MSG` / `M#<message>`: a message that both sides read, `N#` for one that is the
/// team's alone.
pub(crate) fn message(e: &str, shared: bool, message: MessageId) -> Key {
    key(thread(e), format!("{}{message}", message_prefix(shared)))
}

/// Prefix of one half of a thread.
pub(crate) fn message_prefix(shared: bool) -> &'static str {
    if shared { "M#" } else { "N#" }
}

/// `E#MSG` / `ONCE#<entry>`: which message or comment was made of a form, so that
/// it isn't made twice.
pub(crate) fn posted_form(e: &str, form: EntryId) -> Key {
    key(thread(e), format!("ONCE#{form}"))
}

/// `READ#<user>#<engagement>`: how much of an engagement's thread a person has read.
pub(crate) fn read_mark(prefix: &str, user: UserId, engagement: EngagementId) -> Key {
    key(
        prefix.to_owned(),
        format!("{}{engagement}", read_marks(user)),
    )
}

/// Prefix of what a person has read of a client's threads.
pub(crate) fn read_marks(user: UserId) -> String {
    format!("READ#{user}#")
}

/// The entry that a key ends with.
pub(crate) fn entry_of(sk: &str) -> Option<EntryId> {
    sk.rsplit('#').next()?.parse().ok()
}
