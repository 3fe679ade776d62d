//! The addresses of pages, each spelled once: routes take the pattern, pages take the link.
//!
//! A pattern below a client is a [`SidePath`]. The team reaches it at `/clients/{client}/…`, a
//! contact at `/…`, where the session implies the client. The function that stands with a
//! pattern fills it in. `tests/it/links.rs` holds that each pattern is the path of a route.

use std::fmt;

use domain::id::{
    ClientId, DocumentId, EngagementId, EntryId, EvidenceId, FindingId, ImportId, InviteId,
    InvoiceId, MessageId, TemplateId, UploadId, UserId,
};

/// The side whose pages a link leads to. It is displayed as the beginning of its addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkBase {
    /// A team member's addresses name the client.
    Team(ClientId),
    /// A contact's addresses do not.
    Portal,
    /// The team's own people and invites.
    Settings,
}

impl fmt::Display for LinkBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Team(client) => write!(f, "/clients/{client}"),
            Self::Portal => Ok(()),
            Self::Settings => f.write_str("/settings"),
        }
    }
}

/// The patterns of a page that lies below a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SidePath {
    pub team: &'static str,
    pub portal: &'static str,
    /// For the team's own people and invites.
    pub settings: &'static str,
}

/// Declares patterns below a client, and the functions that fill them in.
macro_rules! below_client {
    ($($pattern:ident, $name:ident = $path:literal ($($id:ident: $kind:ty),*);)+) => {
        $(
            #[doc = concat!("The pattern `", $path, "`, below a client.")]
            pub const $pattern: SidePath = SidePath {
                team: concat!("/clients/{client}", $path),
                portal: $path,
                settings: concat!("/settings", $path),
            };

            #[doc = concat!("The address of [`", stringify!($pattern), "`] on one side.")]
            pub fn $name(base: LinkBase, $($id: $kind),*) -> String {
                format!(concat!("{base}", $path), base = base, $($id = $id),*)
            }
        )+

        /// Every pattern below a client.
        pub const BELOW_CLIENT: &[SidePath] = &[$($pattern),+];
    };
}

/// Declares patterns that one address serves, and the functions that fill them in.
macro_rules! elsewhere {
    ($($pattern:ident, $name:ident = $path:literal ($($id:ident: $kind:ty),*);)+) => {
        $(
            #[doc = concat!("The pattern `", $path, "`.")]
            pub const $pattern: &str = $path;

            #[doc = concat!("The address of [`", stringify!($pattern), "`].")]
            pub fn $name($($id: $kind),*) -> String {
                format!($path, $($id = $id),*)
            }
        )+

        /// Every pattern that one address serves.
        pub const ELSEWHERE: &[&str] = &[$($pattern),+];
    };
}

below_client! {
    CLIENT_PULSE, client_pulse = "/pulse" ();
    ENGAGEMENTS, engagements = "/engagements" ();
    ENGAGEMENT_NEW, engagement_new = "/engagements/new" ();
    ENGAGEMENT, engagement = "/engagements/{engagement}" (engagement: EngagementId);
    ENGAGEMENT_EDIT, engagement_edit = "/engagements/{engagement}/edit" (engagement: EngagementId);
    ENGAGEMENT_PULSE, engagement_pulse = "/engagements/{engagement}/pulse" (engagement: EngagementId);

    FINDINGS, findings = "/engagements/{engagement}/findings" (engagement: EngagementId);
    FINDING_NEW, finding_new = "/engagements/{engagement}/findings/new" (engagement: EngagementId);
    FINDING_NEW_CALCULATE, finding_new_calculate =
        "/engagements/{engagement}/findings/calculate" (engagement: EngagementId);
    FINDING, finding =
        "/engagements/{engagement}/findings/{finding}" (engagement: EngagementId, finding: FindingId);
    FINDING_EDIT, finding_edit =
        "/engagements/{engagement}/findings/{finding}/edit" (engagement: EngagementId, finding: FindingId);
    FINDING_CALCULATE, finding_calculate =
        "/engagements/{engagement}/findings/{finding}/calculate" (engagement: EngagementId, finding: FindingId);
    FINDING_PREVIEW, finding_preview =
        "/engagements/{engagement}/findings/{finding}/preview" (engagement: EngagementId, finding: FindingId);
    FINDING_PLAN, finding_plan =
        "/engagements/{engagement}/findings/{finding}/plan" (engagement: EngagementId, finding: FindingId);
    FINDING_HISTORY, finding_history =
        "/engagements/{engagement}/findings/{finding}/history" (engagement: EngagementId, finding: FindingId);
    FINDING_HISTORY_ENTRY, finding_history_entry =
        "/engagements/{engagement}/findings/{finding}/history/{entry}" (engagement: EngagementId, finding: FindingId, entry: EntryId);
    FINDING_COMMENTS, finding_comments =
        "/engagements/{engagement}/findings/{finding}/comments" (engagement: EngagementId, finding: FindingId);
    FINDING_TEMPLATE, finding_template =
        "/engagements/{engagement}/findings/{finding}/template" (engagement: EngagementId, finding: FindingId);
    EVIDENCE_LIST, evidence_list =
        "/engagements/{engagement}/findings/{finding}/evidence" (engagement: EngagementId, finding: FindingId);
    EVIDENCE, evidence =
        "/engagements/{engagement}/findings/{finding}/evidence/{evidence}" (engagement: EngagementId, finding: FindingId, evidence: EvidenceId);
    EVIDENCE_IMAGE, evidence_image =
        "/engagements/{engagement}/findings/{finding}/evidence/{evidence}/image" (engagement: EngagementId, finding: FindingId, evidence: EvidenceId);
    EVIDENCE_THUMBNAIL, evidence_thumbnail =
        "/engagements/{engagement}/findings/{finding}/evidence/{evidence}/thumb" (engagement: EngagementId, finding: FindingId, evidence: EvidenceId);
    EVIDENCE_CAPTION, evidence_caption =
        "/engagements/{engagement}/findings/{finding}/evidence/{evidence}/caption" (engagement: EngagementId, finding: FindingId, evidence: EvidenceId);
    EVIDENCE_REMOVE, evidence_remove =
        "/engagements/{engagement}/findings/{finding}/evidence/{evidence}/remove" (engagement: EngagementId, finding: FindingId, evidence: EvidenceId);
    EVIDENCE_RESTORE, evidence_restore =
        "/engagements/{engagement}/findings/{finding}/evidence/{evidence}/restore" (engagement: EngagementId, finding: FindingId, evidence: EvidenceId);

    IMPORT_NEW, import_new = "/engagements/{engagement}/import" (engagement: EngagementId);
    IMPORT, import = "/engagements/{engagement}/imports/{import}" (engagement: EngagementId, import: ImportId);
    IMPORT_COLUMNS, import_columns =
        "/engagements/{engagement}/imports/{import}/columns" (engagement: EngagementId, import: ImportId);
    ENGAGEMENT_LIBRARY, engagement_library = "/engagements/{engagement}/library" (engagement: EngagementId);

    THREAD, thread = "/engagements/{engagement}/messages" (engagement: EngagementId);
    THREAD_ATTACHMENTS, thread_attachments = "/engagements/{engagement}/messages/attachments" (engagement: EngagementId);
    THREAD_PREVIEW, thread_preview = "/engagements/{engagement}/messages/preview" (engagement: EngagementId);
    THREAD_READ, thread_read = "/engagements/{engagement}/messages/read" (engagement: EngagementId);
    MESSAGE_EDIT, message_edit =
        "/engagements/{engagement}/messages/{message}/edit" (engagement: EngagementId, message: MessageId);
    MESSAGE_FILE, message_file =
        "/engagements/{engagement}/messages/{message}/files/{upload}" (engagement: EngagementId, message: MessageId, upload: UploadId);

    DOCUMENTS, documents = "/documents" ();
    ENGAGEMENT_DOCUMENTS, engagement_documents = "/engagements/{engagement}/documents" (engagement: EngagementId);
    DOCUMENT, document = "/documents/{document}" (document: DocumentId);
    DOCUMENT_DOWNLOAD, document_download = "/documents/{document}/download" (document: DocumentId);
    DOCUMENT_DELETE, document_delete = "/documents/{document}/delete" (document: DocumentId);
    DOCUMENT_RESTORE, document_restore = "/documents/{document}/restore" (document: DocumentId);
    DOCUMENT_VISIBILITY, document_visibility = "/documents/{document}/readers" (document: DocumentId);
    UPLOAD, upload = "/uploads/{upload}" (upload: UploadId);
    UPLOAD_COMPLETE, upload_complete = "/uploads/{upload}/complete" (upload: UploadId);

    INVOICES, invoices = "/invoices" ();
    INVOICE_NEW, invoice_new = "/invoices/new" ();
    INVOICE, invoice = "/invoices/{invoice}" (invoice: InvoiceId);
    INVOICE_EDIT, invoice_edit = "/invoices/{invoice}/edit" (invoice: InvoiceId);
    INVOICE_PDF, invoice_pdf = "/invoices/{invoice}/pdf" (invoice: InvoiceId);
    INVOICE_PAY, invoice_pay = "/invoices/{invoice}/pay" (invoice: InvoiceId);
    INVOICE_SEND, invoice_send = "/invoices/{invoice}/send" (invoice: InvoiceId);
    INVOICE_DELETE, invoice_delete = "/invoices/{invoice}/delete" (invoice: InvoiceId);
    INVOICE_REFUND, invoice_refund = "/invoices/{invoice}/refund" (invoice: InvoiceId);
    INVOICE_TAKE_BACK, invoice_take_back = "/invoices/{invoice}/take-back" (invoice: InvoiceId);
    INVOICE_VOID, invoice_void = "/invoices/{invoice}/void" (invoice: InvoiceId);

    PEOPLE, people = "/people" ();
    INVITES, invites = "/invites" ();
    INVITE_NEW, invite_new = "/invites/new" ();
    INVITE_RESEND, invite_resend = "/invites/{invite}/resend" (invite: InviteId);
    INVITE_REVOKE, invite_revoke = "/invites/{invite}/revoke" (invite: InviteId);
    PERSON_ACCESS, person_access = "/people/{user}/access" (user: UserId);
    PERSON_MAIL_AGAIN, person_mail_again = "/people/{user}/mail-again" (user: UserId);
    PERSON_REMOVE, person_remove = "/people/{user}/remove" (user: UserId);
    PERSON_RESET_FACTOR, person_reset_factor = "/people/{user}/reset-factor" (user: UserId);
    PERSON_ROLE, person_role = "/people/{user}/role" (user: UserId);
}

elsewhere! {
    CLIENT, client = "/clients/{client}" (client: ClientId);
    SWITCH_CLIENT, switch_client = "/switch/{client}" (client: ClientId);
    TEMPLATE_EDIT, template_edit = "/templates/{template}/edit" (template: TemplateId);
    TEMPLATE_DELETE, template_delete = "/templates/{template}/delete" (template: TemplateId);
    INVOICE_PAYMENT, invoice_payment = "/invoices/{invoice}/payment" (invoice: InvoiceId);
    INVOICE_PAYMENT_CANCELLED, invoice_payment_cancelled = "/invoices/{invoice}/payment/cancelled" (invoice: InvoiceId);
    INVOICE_PAYMENT_PULSE, invoice_payment_pulse = "/invoices/{invoice}/payment/pulse" (invoice: InvoiceId);
}
