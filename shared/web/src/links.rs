//! The addresses of pages, each spelled once: routes take the pattern, pages take the link.
//!
//! A pattern below a client is a [`SidePath`]. The team reaches it at `/clients/{client}/…`, a
//! contact at `/…`, where the session implies the client. The function that stands with a
//! pattern fills it in. Rows of routes take their paths from here: `links::FINDING_EDIT.team`, or
//! `links::FINDING` for both sides. `tests/it/links.rs` holds that each pattern is the path of a
//! route.

use std::fmt;

use domain::finding::{Decision, RetestOutcome, Transition};
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

/// Spells a pattern below a client for each side.
macro_rules! side_path {
    ($($part:literal),+) => {
        SidePath {
            team: concat!("/clients/{client}", $($part),+),
            portal: concat!($($part),+),
            settings: concat!("/settings", $($part),+),
        }
    };
}

/// Declares one pattern below a client, and the function that fills it in.
macro_rules! link {
    (
        $start:literal ($($start_id:ident: $start_kind:ty),*)
        $pattern:ident, $name:ident = $path:literal ($($id:ident: $kind:ty),*)
    ) => {
        #[doc = concat!("The pattern `", $start, $path, "`, below a client.")]
        pub const $pattern: SidePath = side_path!($start, $path);

        #[doc = concat!("The address of [`", stringify!($pattern), "`] on one side.")]
        pub fn $name(base: LinkBase, $($start_id: $start_kind,)* $($id: $kind),*) -> String {
            format!(
                concat!("{base}", $start, $path),
                base = base,
                $($start_id = $start_id,)*
                $($id = $id),*
            )
        }
    };
}

/// Declares groups of patterns below a client. The patterns of a group have the same start,
/// with the same ids.
macro_rules! below_client {
    ($($start:literal $start_ids:tt { $($pattern:ident, $name:ident = $path:literal $ids:tt;)+ })+) => {
        $($(link! { $start $start_ids $pattern, $name = $path $ids })+)+

        /// Every pattern below a client, but those of [`transition_path`].
        pub const BELOW_CLIENT: &[SidePath] = &[$($($pattern),+),+];
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
    "" () {
        CLIENT_PULSE, client_pulse = "/pulse" ();
        ENGAGEMENTS, engagements = "/engagements" ();
        ENGAGEMENT_NEW, engagement_new = "/engagements/new" ();
        DOCUMENTS, documents = "/documents" ();
        UPLOAD, upload = "/uploads/{upload}" (upload: UploadId);
        UPLOAD_COMPLETE, upload_complete = "/uploads/{upload}/complete" (upload: UploadId);
        INVOICES, invoices = "/invoices" ();
        INVOICE_NEW, invoice_new = "/invoices/new" ();
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
    "/engagements/{engagement}" (engagement: EngagementId) {
        ENGAGEMENT, engagement = "" ();
        ENGAGEMENT_EDIT, engagement_edit = "/edit" ();
        ENGAGEMENT_PULSE, engagement_pulse = "/pulse" ();
        FINDINGS, findings = "/findings" ();
        FINDING_NEW, finding_new = "/findings/new" ();
        FINDING_NEW_CALCULATE, finding_new_calculate = "/findings/calculate" ();
        IMPORT_NEW, import_new = "/import" ();
        IMPORT, import = "/imports/{import}" (import: ImportId);
        IMPORT_COLUMNS, import_columns = "/imports/{import}/columns" (import: ImportId);
        ENGAGEMENT_LIBRARY, engagement_library = "/library" ();
        THREAD, thread = "/messages" ();
        THREAD_ATTACHMENTS, thread_attachments = "/messages/attachments" ();
        THREAD_PREVIEW, thread_preview = "/messages/preview" ();
        THREAD_READ, thread_read = "/messages/read" ();
        MESSAGE_EDIT, message_edit = "/messages/{message}/edit" (message: MessageId);
        MESSAGE_FILE, message_file = "/messages/{message}/files/{upload}" (message: MessageId, upload: UploadId);
        ENGAGEMENT_DOCUMENTS, engagement_documents = "/documents" ();
    }
    "/engagements/{engagement}/findings/{finding}" (engagement: EngagementId, finding: FindingId) {
        FINDING, finding = "" ();
        FINDING_EDIT, finding_edit = "/edit" ();
        FINDING_CALCULATE, finding_calculate = "/calculate" ();
        FINDING_PREVIEW, finding_preview = "/preview" ();
        FINDING_PLAN, finding_plan = "/plan" ();
        FINDING_HISTORY, finding_history = "/history" ();
        FINDING_HISTORY_ENTRY, finding_history_entry = "/history/{entry}" (entry: EntryId);
        FINDING_COMMENTS, finding_comments = "/comments" ();
        FINDING_TEMPLATE, finding_template = "/template" ();
        EVIDENCE_LIST, evidence_list = "/evidence" ();
    }
    "/engagements/{engagement}/findings/{finding}/evidence/{evidence}" (engagement: EngagementId, finding: FindingId, evidence: EvidenceId) {
        EVIDENCE, evidence = "" ();
        EVIDENCE_IMAGE, evidence_image = "/image" ();
        EVIDENCE_THUMBNAIL, evidence_thumbnail = "/thumb" ();
        EVIDENCE_CAPTION, evidence_caption = "/caption" ();
        EVIDENCE_REMOVE, evidence_remove = "/remove" ();
        EVIDENCE_RESTORE, evidence_restore = "/restore" ();
    }
    "/documents/{document}" (document: DocumentId) {
        DOCUMENT, document = "" ();
        DOCUMENT_DOWNLOAD, document_download = "/download" ();
        DOCUMENT_DELETE, document_delete = "/delete" ();
        DOCUMENT_RESTORE, document_restore = "/restore" ();
        DOCUMENT_VISIBILITY, document_visibility = "/readers" ();
    }
    "/invoices/{invoice}" (invoice: InvoiceId) {
        INVOICE, invoice = "" ();
        INVOICE_EDIT, invoice_edit = "/edit" ();
        INVOICE_PDF, invoice_pdf = "/pdf" ();
        INVOICE_PAY, invoice_pay = "/pay" ();
        INVOICE_SEND, invoice_send = "/send" ();
        INVOICE_DELETE, invoice_delete = "/delete" ();
        INVOICE_REFUND, invoice_refund = "/refund" ();
        INVOICE_TAKE_BACK, invoice_take_back = "/take-back" ();
        INVOICE_VOID, invoice_void = "/void" ();
    }
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

/// The pattern, below a client, of the address that a transition's form is sent to. It ends with
/// [`Transition::name`].
pub const fn transition_path(transition: Transition) -> SidePath {
    macro_rules! finding_path {
        ($name:literal) => {
            side_path!("/engagements/{engagement}/findings/{finding}/", $name)
        };
    }
    match transition {
        Transition::Publish => finding_path!("publish"),
        Transition::Start => finding_path!("start"),
        Transition::Resolve => finding_path!("resolve"),
        Transition::Retest(RetestOutcome::Fixed) => finding_path!("fixed"),
        Transition::Retest(RetestOutcome::PartlyFixed) => finding_path!("partly-fixed"),
        Transition::Retest(RetestOutcome::NotFixed) => finding_path!("not-fixed"),
        Transition::Propose(Decision::AcceptRisk) => finding_path!("propose-risk"),
        Transition::Propose(Decision::FalsePositive) => finding_path!("propose-false-positive"),
        Transition::Approve => finding_path!("approve"),
        Transition::Decline => finding_path!("decline"),
        Transition::Decide(Decision::AcceptRisk) => finding_path!("accept-risk"),
        Transition::Decide(Decision::FalsePositive) => finding_path!("false-positive"),
        Transition::Reopen => finding_path!("reopen"),
        Transition::Withdraw => finding_path!("withdraw"),
        Transition::Unresolve => finding_path!("unresolve"),
        Transition::WithdrawProposal => finding_path!("withdraw-proposal"),
    }
}

/// The address of [`transition_path`] on one side.
pub fn finding_transition(
    base: LinkBase,
    engagement: EngagementId,
    finding: FindingId,
    transition: Transition,
) -> String {
    let finding = self::finding(base, engagement, finding);
    format!("{finding}/{}", transition.name())
}
