//! Words at the top of the page that follows a change. The cookie carries a
//! code, never the words, so nobody can put others there.

use domain::finding::flash_text;
use serde::Serialize;

/// What is said, and in which colour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flash {
    kind: &'static str,
    text: String,
}

/// Every code but those of [`domain::finding::flash_text`], which what happens to a finding has;
/// `{}` takes the number that may follow it (`imported.7`).
const WORDS: [(&str, &str, &str); 75] = [
    (
        "saved-with-others",
        "success",
        "Saved. Changes that another person made meanwhile are kept as well.",
    ),
    (
        "payments-ready",
        "success",
        "Stripe says that the account takes payments.",
    ),
    (
        "payments-checked",
        "success",
        "Stripe was asked: this is how it stands.",
    ),
    (
        "payments-missing",
        "error",
        "This installation has no way to Stripe. Whoever runs it can set it up.",
    ),
    (
        "payments-silent",
        "error",
        "Stripe didn't answer as it should. Nothing was changed: try again in a moment.",
    ),
    (
        "pay-cancelled",
        "info",
        "You came back without paying. The invoice is as it was.",
    ),
    (
        "pay-not-ready",
        "error",
        "This can't be paid here just now. How else to pay stands on the invoice.",
    ),
    (
        "pay-nothing",
        "info",
        "There is nothing to pay of this invoice.",
    ),
    (
        "pay-not-online",
        "error",
        "This invoice can't be paid online. How else to pay stands on the invoice.",
    ),
    (
        "pay-busy",
        "info",
        "A colleague of yours begins to pay this very moment. Try again in a minute or two.",
    ),
    (
        "pay-too-often",
        "error",
        "This was begun too often. Please ask the company how to pay.",
    ),
    ("client-added", "success", "The client was added."),
    ("engagement-added", "success", "The engagement was added."),
    ("engagement-saved", "success", "The engagement was saved."),
    ("commented", "success", "Your comment is there."),
    (
        "imported",
        "success",
        "Drafts made by the import: {}. Publish them when the client may see them.",
    ),
    (
        "rerun-imported",
        "success",
        "The run is imported. It held nothing new.",
    ),
    ("invited", "success", "The invitation is on its way."),
    (
        "invite-resent",
        "success",
        "A new link is on its way. The old one no longer works.",
    ),
    (
        "invite-limit",
        "error",
        "Too many invitations were sent. No mail was sent now: try again later.",
    ),
    (
        "invite-revoked",
        "success",
        "The invitation is taken back. Its link no longer works.",
    ),
    (
        "role-changed",
        "success",
        "The role is changed. The person has to sign in again.",
    ),
    (
        "person-removed",
        "success",
        "The person is removed and signed out everywhere.",
    ),
    (
        "last-owner",
        "error",
        "A workspace needs an owner. Make somebody else an owner first.",
    ),
    (
        "changed-meanwhile",
        "error",
        "Somebody else changed that meanwhile. Look at it again.",
    ),
    (
        "password-set",
        "success",
        "Your password is set. Sign in with it.",
    ),
    (
        "password-changed",
        "success",
        "Your password is changed. Your other devices are signed out.",
    ),
    (
        "sign-in-again",
        "info",
        "That took too long. Sign in again.",
    ),
    (
        "confirmed",
        "success",
        "Thank you. Go on: you won't be asked again for ten minutes.",
    ),
    ("step-over", "info", "That took too long. Begin again."),
    ("mfa-off", "success", "Two-factor authentication is off."),
    (
        "mfa-reset",
        "success",
        "The second factor is reset. The person was told, and has to sign in again.",
    ),
    (
        "person-disabled",
        "success",
        "The person is disabled and signed out everywhere.",
    ),
    ("mail-again", "success", "Mail goes to the address again."),
    ("person-enabled", "success", "The person can sign in again."),
    (
        "plan-begun",
        "success",
        "The payment is there: this is your plan now.",
    ),
    (
        "plan-runs",
        "info",
        "There is a plan already. Change it under Manage billing.",
    ),
    (
        "plan-gone",
        "error",
        "Plans can't be paid for here just now. Nothing was changed.",
    ),
    (
        "plan-silent",
        "error",
        "Stripe didn't answer as it should. Nothing was changed: try again in a moment.",
    ),
    (
        "no-seat",
        "error",
        "The person stays disabled, for there is no seat: {} are used, and the plan has no more. \
         Disable or remove somebody, revoke an invitation, or change the plan under Settings, Plan.",
    ),
    (
        "person-added",
        "success",
        "The person has an account already. It was added, and a mail tells of it.",
    ),
    (
        "joined",
        "success",
        "The organisation was added to your account.",
    ),
    ("name-changed", "success", "Your name was changed."),
    (
        "email-asked",
        "success",
        "A link is on its way to the new address. Open it here to finish.",
    ),
    (
        "email-gone",
        "error",
        "This link can't be used: it is too old or done, belongs to another account, or somebody here has that address. Ask for another.",
    ),
    (
        "email-changed",
        "success",
        "Your e-mail address is changed. Sign in by it from now on.",
    ),
    ("session-ended", "success", "That sign-in is over."),
    ("saved", "success", "Saved."),
    (
        "logo-saved",
        "success",
        "Your logo is on the portal and in mail.",
    ),
    ("logo-removed", "success", "The logo is removed."),
    ("steps-away", "info", "The first steps are put away."),
    ("message-sent", "success", "The message was sent."),
    ("message-edited", "success", "The message was changed."),
    (
        "message-fixed",
        "info",
        "That message can't be changed any more: only whoever wrote it can, for 15 minutes.",
    ),
    (
        "messages-read",
        "success",
        "Everything here is marked as read.",
    ),
    ("invoice-saved", "success", "The draft is saved."),
    ("invoice-deleted", "success", "The draft is deleted."),
    (
        "invoice-sent",
        "success",
        "The invoice is sent. The client sees it now, and a mail is on its way.",
    ),
    (
        "invoice-sent-unmailed",
        "success",
        "The invoice is sent, and the client sees it in the portal. No mail goes out, as no contact can get one.",
    ),
    ("payment-noted", "success", "The payment is noted."),
    (
        "payment-taken-back",
        "success",
        "The payment is taken out. It is outstanding again.",
    ),
    ("refund-noted", "success", "The refund is noted."),
    (
        "invoice-void",
        "success",
        "The invoice is void: nothing is outstanding of it.",
    ),
    ("notices-read", "success", "Everything is marked as read."),
    ("template-saved", "success", "The template was saved."),
    ("template-deleted", "success", "The template was deleted."),
    (
        "file-sent",
        "success",
        "The file is there. It is listed as soon as it is checked.",
    ),
    (
        "document-deleted",
        "success",
        "The document is deleted. It can be restored for 30 days.",
    ),
    ("document-restored", "success", "The document is back."),
    (
        "picture-deleted",
        "success",
        "The picture is deleted. The team can restore it for 30 days.",
    ),
    (
        "file-unchecked",
        "info",
        "The file isn't checked yet, or it was refused.",
    ),
    ("picture-restored", "success", "The picture is back."),
    (
        "document-shared",
        "success",
        "The client can see the document now.",
    ),
    (
        "document-withdrawn",
        "success",
        "Only your team sees the document now.",
    ),
    (
        "signed-out-everywhere",
        "info",
        "You are signed out everywhere.",
    ),
];

/// The words of a code; `None` for any other text.
pub fn find(code: &str) -> Option<Flash> {
    let (code, number) = code
        .split_once('.')
        .map_or((code, None), |(code, n)| (code, n.parse::<u32>().ok()));
    let of_finding = || flash_text(code).map(|text| ("success", text));
    let found = WORDS.into_iter().find(|(known, ..)| *known == code);
    let (kind, text) = found
        .map(|(_, kind, text)| (kind, text))
        .or_else(of_finding)?;
    let text = match number {
        Some(n) => text.replace("{}", &n.to_string()),
        None => text.to_owned(),
    };
    Some(Flash { kind, text })
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn flash_of_an_unknown_code_is_empty() {
        let said = |code| find(code).map(|flash| flash.text);
        assert!(said("imported.7").is_some_and(|text| text.contains("import: 7.")));
        assert_eq!(said("<script>"), None);
        assert_eq!(said(""), None);
    }
}
