//! The kinds of audit records, as a table: a new one is a variant and a row.

use serde::{Deserialize, Serialize};

use super::group::AuditGroup;

/// What an audit record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditKind {
    SignedIn,
    SignInFailed,
    Confirmed,
    SessionsEnded,
    ClientSwitched,
    PasswordChanged,
    PasswordReset,
    EmailChanged,
    NameChanged,
    MfaEnabled,
    MfaDisabled,
    MfaReset,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    Invited,
    InviteResent,
    InviteRevoked,
    InviteAccepted,
    PersonAdded,
    RoleChanged,
    PersonDisabled,
    PersonEnabled,
    PersonRemoved,
    MailStopped,
    MailResumed,
    WorkspaceFounded,
    WorkspaceChanged,
    ClientAdded,
    EngagementAdded,
    EngagementChanged,
    FindingWritten,
    FindingDecided,
    FindingsImported,
    TemplateWritten,
    TemplateDeleted,
    FindingsExported,
    AuditExported,
    DocumentSent,
    DocumentDownloaded,
    DocumentShown,
    DocumentDeleted,
    DocumentRestored,
    EvidenceChanged,
    EvidenceDeleted,
    EvidenceRestored,
    InvoiceWritten,
    InvoiceDeleted,
    InvoiceSent,
    InvoicePaid,
    InvoicePaymentTakenBack,
    InvoiceRefunded,
    InvoiceVoided,
    InvoiceDisputed,
    InvoiceOverdue,
    InvoicingChanged,
    PaymentsChanged,
}

impl AuditKind {
    /// Every kind, with its group, its name in exports, and its displayed name.
    pub const ALL: [(Self, AuditGroup, &'static str, &'static str); 56] = {
        use AuditGroup as G;
        [
            (Self::SignedIn, G::SignIns, "signed_in", "Signed in"),
            (
                Self::SignInFailed,
                G::SignIns,
                "sign_in_failed",
                "Failed to sign in",
            ),
            (
                Self::Confirmed,
                G::SignIns,
                "confirmed",
                "Confirmed who they are",
            ),
            (
                Self::SessionsEnded,
                G::SignIns,
                "sessions_ended",
                "Ended sign-ins",
            ),
            (
                Self::ClientSwitched,
                G::SignIns,
                "client_switched",
                "Went over to another of their clients",
            ),
            (
                Self::PasswordChanged,
                G::Accounts,
                "password_changed",
                "Changed the password",
            ),
            (
                Self::PasswordReset,
                G::Accounts,
                "password_reset",
                "Set a forgotten password anew",
            ),
            (
                Self::EmailChanged,
                G::Accounts,
                "email_changed",
                "Changed the e-mail address",
            ),
            (
                Self::NameChanged,
                G::Accounts,
                "name_changed",
                "Changed their name",
            ),
            (
                Self::MfaEnabled,
                G::Accounts,
                "mfa_enabled",
                "Turned on two-factor authentication",
            ),
            (
                Self::MfaDisabled,
                G::Accounts,
                "mfa_disabled",
                "Turned off two-factor authentication",
            ),
            (
                Self::MfaReset,
                G::Accounts,
                "mfa_reset",
                "Reset the second factor of",
            ),
            (
                Self::RecoveryCodesMade,
                G::Accounts,
                "recovery_codes_made",
                "Made new recovery codes",
            ),
            (
                Self::RecoveryCodeUsed,
                G::Accounts,
                "recovery_code_used",
                "Used a recovery code",
            ),
            (Self::Invited, G::People, "invited", "Invited"),
            (
                Self::InviteResent,
                G::People,
                "invite_resent",
                "Sent the invitation again to",
            ),
            (
                Self::InviteRevoked,
                G::People,
                "invite_revoked",
                "Took back the invitation of",
            ),
            (
                Self::InviteAccepted,
                G::People,
                "invite_accepted",
                "Accepted the invitation",
            ),
            (
                Self::PersonAdded,
                G::People,
                "person_added",
                "Added an account to the client:",
            ),
            (
                Self::RoleChanged,
                G::People,
                "role_changed",
                "Changed the role of",
            ),
            (
                Self::PersonDisabled,
                G::People,
                "person_disabled",
                "Disabled",
            ),
            (
                Self::PersonEnabled,
                G::People,
                "person_enabled",
                "Enabled again",
            ),
            (Self::PersonRemoved, G::People, "person_removed", "Removed"),
            (
                Self::MailStopped,
                G::People,
                "mail_stopped",
                "Stopped mail to",
            ),
            (
                Self::MailResumed,
                G::People,
                "mail_resumed",
                "Let mail go again to",
            ),
            (
                Self::WorkspaceFounded,
                G::Workspace,
                "workspace_founded",
                "Founded the workspace",
            ),
            (
                Self::WorkspaceChanged,
                G::Workspace,
                "workspace_changed",
                "Changed the settings",
            ),
            (
                Self::ClientAdded,
                G::Work,
                "client_added",
                "Added the client",
            ),
            (
                Self::EngagementAdded,
                G::Work,
                "engagement_added",
                "Added the engagement",
            ),
            (
                Self::EngagementChanged,
                G::Work,
                "engagement_changed",
                "Changed the engagement",
            ),
            (
                Self::FindingWritten,
                G::Work,
                "finding_written",
                "Wrote the finding",
            ),
            (
                Self::FindingDecided,
                G::Work,
                "finding_decided",
                "Moved the finding",
            ),
            (
                Self::FindingsImported,
                G::Work,
                "findings_imported",
                "Imported findings from",
            ),
            (
                Self::TemplateWritten,
                G::Work,
                "template_written",
                "Wrote the template",
            ),
            (
                Self::TemplateDeleted,
                G::Work,
                "template_deleted",
                "Deleted the template",
            ),
            (
                Self::FindingsExported,
                G::Workspace,
                "findings_exported",
                "Exported findings",
            ),
            (
                Self::AuditExported,
                G::Workspace,
                "audit_exported",
                "Exported the audit log",
            ),
            (
                Self::DocumentSent,
                G::Work,
                "document_sent",
                "Sent the file",
            ),
            (
                Self::DocumentDownloaded,
                G::Work,
                "document_downloaded",
                "Downloaded the document",
            ),
            (
                Self::DocumentShown,
                G::Work,
                "document_shown",
                "Changed who sees the document",
            ),
            (
                Self::DocumentDeleted,
                G::Work,
                "document_deleted",
                "Deleted the document",
            ),
            (
                Self::DocumentRestored,
                G::Work,
                "document_restored",
                "Restored the document",
            ),
            (
                Self::EvidenceChanged,
                G::Work,
                "evidence_changed",
                "Changed the caption of the picture",
            ),
            (
                Self::EvidenceDeleted,
                G::Work,
                "evidence_deleted",
                "Deleted the picture",
            ),
            (
                Self::EvidenceRestored,
                G::Work,
                "evidence_restored",
                "Restored the picture",
            ),
            (
                Self::InvoiceWritten,
                G::Money,
                "invoice_written",
                "Wrote the draft of an invoice:",
            ),
            (
                Self::InvoiceDeleted,
                G::Money,
                "invoice_deleted",
                "Deleted the draft of an invoice:",
            ),
            (
                Self::InvoiceSent,
                G::Money,
                "invoice_sent",
                "Sent the invoice",
            ),
            (
                Self::InvoicePaid,
                G::Money,
                "invoice_paid",
                "Noted a payment of the invoice",
            ),
            (
                Self::InvoicePaymentTakenBack,
                G::Money,
                "invoice_payment_taken_back",
                "Took a payment out of the invoice",
            ),
            (
                Self::InvoiceRefunded,
                G::Money,
                "invoice_refunded",
                "Noted a refund of the invoice",
            ),
            (
                Self::InvoiceVoided,
                G::Money,
                "invoice_voided",
                "Voided the invoice",
            ),
            (
                Self::InvoiceDisputed,
                G::Money,
                "invoice_disputed",
                "A dispute moved about the invoice",
            ),
            (
                Self::InvoiceOverdue,
                G::Money,
                "invoice_overdue",
                "An invoice became overdue:",
            ),
            (
                Self::InvoicingChanged,
                G::Money,
                "invoicing_changed",
                "Changed how invoices are written",
            ),
            (
                Self::PaymentsChanged,
                G::Money,
                "payments_changed",
                "Payments by Stripe changed",
            ),
        ]
    };

    fn row(self) -> (AuditGroup, &'static str, &'static str) {
        let found = Self::ALL.into_iter().find(|(kind, ..)| *kind == self);
        found.map_or((AuditGroup::Work, "", ""), |(_, group, name, label)| {
            (group, name, label)
        })
    }

    /// The group that it belongs to.
    pub fn group(self) -> AuditGroup {
        self.row().0
    }

    /// Its name in exports.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The displayed name.
    pub fn label(self) -> &'static str {
        self.row().2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audit_kind_is_listed_once_under_its_stored_name() {
        let names: Vec<_> = AuditKind::ALL.iter().map(|(_, _, name, _)| *name).collect();
        for (kind, _, name, _) in AuditKind::ALL {
            let stored = serde_json::to_value(kind).unwrap();
            assert_eq!(stored, name);
            assert_eq!(names.iter().filter(|n| **n == name).count(), 1);
        }
    }
}
