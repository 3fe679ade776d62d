//! An example for each route that changes something: a form that the route accepts, and the
//! thing that its address names.
//!
//! A new POST route needs an example here, if only an empty form. The order of the examples has
//! no meaning: a pattern has at most one.

use domain::finding::{Decision, FindingStatus, RetestOutcome, Transition};
use web::links::{self, SidePath};

use super::example::{
    Example, ExampleFile, ExampleForm, Fields, ID, PAYMENT, Paths, Thing, both, every, file, one,
    transition,
};
use super::{NEVER, OTHER, PASSWORD, routes};

const OPEN: Thing = Thing::Finding(FindingStatus::Open);
const RESOLVED: Thing = Thing::Finding(FindingStatus::Resolved);
const VERIFIED: Thing = Thing::Finding(FindingStatus::Verified);

/// The fields of a transition; the version is the finding's.
const OF_DRAFT: Fields = &[
    ("note", "Because."),
    ("until", "2026-06-30"),
    ("version", "1"),
];
const OF_OPEN: Fields = &[
    ("note", "Because."),
    ("until", "2026-06-30"),
    ("version", "2"),
];
/// Of a resolved finding, and of one with a proposal.
const OF_RESOLVED: Fields = &[
    ("note", "Because."),
    ("until", "2026-06-30"),
    ("version", "3"),
];
/// Of one that is closed, and was edited.
const OF_VERIFIED: Fields = &[
    ("note", "Because."),
    ("until", "2026-06-30"),
    ("version", "5"),
];

/// Every example, by the function that has the route.
const EXAMPLES: &[Example] = &[
    // auth
    one("/sign-in", &[]),
    one("/sign-in/code", &[("code", "123456")]),
    one("/confirm", &[("password", PASSWORD), ("next", "/")]),
    one("/forgot", &[]),
    one("/reset", &[]),
    one(links::SWITCH_CLIENT, &[]),
    one("/sign-out", &[]),
    // billing
    one(
        "/settings/plan/subscribe",
        &[("offer", "pro_monthly"), ("id", ID)],
    ),
    one("/settings/plan/manage", &[]),
    // documents
    file(links::DOCUMENTS, NEW_DOCUMENT, "new.txt", text),
    file(links::ENGAGEMENT_DOCUMENTS, NEW_DOCUMENT, "new.txt", text),
    file(links::DOCUMENT, &[("id", ID)], "new.txt", text),
    both(links::DOCUMENT_DOWNLOAD, &[("number", "1")]),
    both(links::DOCUMENT_DELETE, &[("version", "1")]),
    both(links::DOCUMENT_RESTORE, &[("version", "2")]).names(Thing::DeletedDocument),
    both(
        links::DOCUMENT_VISIBILITY,
        &[("visibility", "team"), ("version", "1")],
    )
    .names(Thing::TeamDocument),
    both(links::UPLOAD_COMPLETE, &[]),
    // engagements
    one("/clients", &[("name", "New"), ("id", ID)]),
    both(
        links::ENGAGEMENTS,
        &[
            ("title", "New"),
            ("kind", "api"),
            ("phase", "active"),
            ("id", ID),
        ],
    ),
    both(
        links::ENGAGEMENT_EDIT,
        &[
            ("title", "New"),
            ("kind", "api"),
            ("phase", "active"),
            ("version", "1"),
        ],
    ),
    // findings
    one("/findings/export", &[]),
    one(
        "/findings/bulk",
        &[("what", "start"), ("e1", NEVER.0), ("c1", NEVER.1)],
    ),
    both(
        links::FINDINGS,
        &[("title", "New"), ("severity", "low"), ("id", ID)],
    ),
    both(links::FINDING_NEW_CALCULATE, CALCULATE),
    both(links::FINDING_CALCULATE, CALCULATE),
    both(
        links::FINDING_EDIT,
        &[("title", "New"), ("severity", "low"), ("version", "2")],
    ),
    transition(
        Transition::Publish,
        Thing::Finding(FindingStatus::Draft),
        OF_DRAFT,
    ),
    transition(Transition::Withdraw, OPEN, OF_OPEN),
    transition(Transition::Start, OPEN, OF_OPEN),
    transition(Transition::Resolve, OPEN, OF_OPEN),
    transition(Transition::Unresolve, RESOLVED, OF_RESOLVED),
    transition(
        Transition::Retest(RetestOutcome::Fixed),
        RESOLVED,
        OF_RESOLVED,
    ),
    transition(
        Transition::Retest(RetestOutcome::PartlyFixed),
        RESOLVED,
        OF_RESOLVED,
    ),
    transition(
        Transition::Retest(RetestOutcome::NotFixed),
        RESOLVED,
        OF_RESOLVED,
    ),
    transition(Transition::Reopen, VERIFIED, OF_VERIFIED),
    transition(Transition::Decide(Decision::AcceptRisk), OPEN, OF_OPEN),
    transition(Transition::Decide(Decision::FalsePositive), OPEN, OF_OPEN),
    transition(Transition::Propose(Decision::AcceptRisk), OPEN, OF_OPEN),
    transition(Transition::Propose(Decision::FalsePositive), OPEN, OF_OPEN),
    transition(
        Transition::WithdrawProposal,
        Thing::ProposedFinding,
        OF_RESOLVED,
    ),
    transition(Transition::Approve, Thing::ProposedFinding, OF_RESOLVED),
    transition(Transition::Decline, Thing::ProposedFinding, OF_RESOLVED),
    both(links::FINDING_PLAN, &[("assignee", ""), ("version", "2")]),
    Example::new(Paths::BothSides(links::FINDING_HISTORY_ENTRY), None).names(VERIFIED),
    both(links::FINDING_COMMENTS, &[("text", "New"), ("id", ID)]),
    file(
        links::EVIDENCE_LIST,
        &[("id", ID), ("caption", "New")],
        "new.png",
        png_start,
    ),
    both(
        links::EVIDENCE_CAPTION,
        &[("caption", "New"), ("version", "1")],
    ),
    both(links::EVIDENCE_REMOVE, &[("version", "1")]),
    both(links::EVIDENCE_RESTORE, &[("version", "2")]).names(Thing::DeletedEvidence),
    both(links::FINDING_PREVIEW, &[("text", "*new*")]),
    Example::new(Paths::BothSides(links::IMPORT_NEW), Some(SCAN)),
    both(links::IMPORT, &[]),
    both(links::IMPORT_COLUMNS, &[("title", "Name")]),
    both(
        links::FINDING_TEMPLATE,
        &[
            ("title", "New"),
            ("severity", "low"),
            ("category", "web"),
            ("id", ID),
        ],
    ),
    one(
        links::TEMPLATE_EDIT,
        &[
            ("title", "New"),
            ("severity", "low"),
            ("category", "web"),
            ("version", "1"),
        ],
    ),
    one(links::TEMPLATE_DELETE, &[("version", "1")]),
    one("/preview", &[("text", "*new*")]),
    // invites
    every(
        links::INVITES,
        &[
            ("name", "New"),
            ("email", "new@new.example"),
            ("role", "viewer"),
            ("id", ID),
        ],
    ),
    every(links::INVITE_RESEND, &[]),
    every(links::INVITE_REVOKE, &[]),
    both(links::PERSON_ROLE, &[("role", "viewer")]),
    one(links::PERSON_ROLE.settings, &[("role", "member")]),
    every(links::PERSON_ACCESS, &[("access", "disabled")]),
    every(links::PERSON_RESET_FACTOR, &[]),
    every(links::PERSON_REMOVE, &[]),
    every(links::PERSON_MAIL_AGAIN, &[]),
    one("/invite", &[]),
    // invoices and payments
    one(
        "/invoices/settings",
        &[("currency", "EUR"), ("days", "30"), ("version", "0")],
    ),
    one(links::INVOICES.team, INVOICE),
    one(links::INVOICE_EDIT.team, INVOICE).names(Thing::DraftInvoice),
    one(links::INVOICE_DELETE.team, &[("version", "1")]).names(Thing::DraftInvoice),
    one(links::INVOICE_SEND.team, &[("id", ID), ("version", "1")]).names(Thing::DraftInvoice),
    one(
        links::INVOICE_PAY.team,
        &[
            ("amount", "1.00"),
            ("on", "2026-01-05"),
            ("id", ID),
            ("version", "2"),
        ],
    ),
    one(links::INVOICE_PAY.portal, &[]),
    one(
        links::INVOICE_TAKE_BACK.team,
        &[("payment", PAYMENT), ("id", ID), ("version", "3")],
    )
    .names(Thing::PartlyPaidInvoice),
    one(
        links::INVOICE_REFUND.team,
        &[
            ("amount", "1.00"),
            ("on", "2026-01-05"),
            ("id", ID),
            ("version", "3"),
        ],
    )
    .names(Thing::PartlyPaidInvoice),
    one(
        links::INVOICE_VOID.team,
        &[("reason", "New"), ("id", ID), ("version", "2")],
    ),
    one("/settings/payments/connect", &[]),
    one("/settings/payments/check", &[]),
    // messages
    both(links::THREAD, &[("text", "New"), ("id", ID)]),
    both(links::THREAD_READ, &[("messages", "1")]),
    both(links::THREAD_PREVIEW, &[("text", "*new*")]),
    both(
        links::THREAD_ATTACHMENTS,
        &[("id", ID), ("n", "0"), ("name", "new.txt"), ("size", "4")],
    ),
    both(links::MESSAGE_EDIT, &[("text", "New"), ("version", "1")]),
    both(links::MESSAGE_FILE, &[]).names(Thing::Attachment),
    // settings
    one(
        "/settings",
        &[("name", "New"), ("time_zone", "UTC"), ("version", "1")],
    ),
    one("/settings/security", &[("mfa", "nobody")]),
    one("/settings/address", &[("slug", "acme")]),
    one(
        "/settings/branding",
        &[("name", "New"), ("accent", "#1d5fb4"), ("version", "1")],
    ),
    Example::new(Paths::One("/settings/branding/logo"), Some(LOGO)),
    one("/settings/branding/logo/remove", &[]),
    one("/settings/first-steps", &[]),
    one("/settings/audit/export", &[("from", "1")]),
    one(
        "/account/email",
        &[("email", "moved@new.example"), ("password", PASSWORD)],
    ),
    one("/account/email/confirm", &[("token", "x")]),
    one("/account/two-factor/start", &[("password", PASSWORD)]),
    one("/account/two-factor/setup", &[("code", "123456")]),
    one("/account/two-factor/codes", &[]),
    one("/account/two-factor/off", &[]),
    one("/notifications/read", &[]),
    one("/notifications/{notice}/read", &[]),
    one("/notifications/{notice}/open", &[]),
    one("/account/notifications", &[("message", "weekly")]),
    one("/unsubscribe/{token}", &[]),
    one("/account/name", &[("name", "New")]),
    one("/account/password", NEW_PASSWORD),
    one("/account/sessions/end", &[("session", "0123456789abcdef")]),
    one("/account/sign-out-everywhere", &[]),
    // signup
    one("/sign-up", &[]),
    one("/sign-up/password", NEW_PASSWORD),
    one("/welcome", &[]),
];

const NEW_PASSWORD: Fields = &[("current", PASSWORD), ("password", OTHER), ("again", OTHER)];
const NEW_DOCUMENT: Fields = &[("id", ID), ("kind", "evidence"), ("title", "New")];
const CALCULATE: Fields = &[("title", "New"), ("id", ID), ("calculate", "3.1")];
// A new invoice has an id and no version, an edited one a version and no id: each takes its own.
const INVOICE: Fields = &[
    ("subject", "New"),
    ("to", "New"),
    ("currency", "EUR"),
    ("due", "2026-02-04"),
    ("line_text[]", "Testing"),
    ("line_quantity[]", "1"),
    ("line_price[]", "100"),
    ("line_tax[]", "19"),
    ("id", ID),
    ("version", "1"),
];
const SCAN: ExampleForm = ExampleForm::AnnouncedFile(
    &[("id", ID), ("name", "scan.xml"), ("size", "9")],
    ExampleFile {
        name: "scan.xml",
        bytes: || {
            b"<issues><issue><type>1</type><name>n</name><host>h</host></issue></issues>".to_vec()
        },
    },
);
const LOGO: ExampleForm = ExampleForm::File(
    &[("id", ID)],
    ExampleFile {
        name: "new.png",
        bytes: || crate::evidence_upload::picture(image::ImageFormat::Png),
    },
);

fn text() -> Vec<u8> {
    b"New.".to_vec()
}

fn png_start() -> Vec<u8> {
    b"\x89PNG\r\n\x1a\n".to_vec()
}

/// The example of the pattern, if there is one.
pub(super) fn find(path: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.paths.contains(path))
}

#[test]
fn each_changing_route_has_one_example() {
    for route in routes() {
        let examples = EXAMPLES
            .iter()
            .filter(|example| example.paths.contains(route.path));
        assert!(examples.count() <= 1, "{} has several examples", route.path);
        if route.method == http::Method::POST {
            super::form(&route);
        }
    }
    for example in EXAMPLES {
        let serves = |route: web::Route| example.paths.contains(route.path);
        let (Paths::One(path)
        | Paths::BothSides(SidePath { portal: path, .. })
        | Paths::EverySide(SidePath { portal: path, .. })) = example.paths;
        assert!(routes().any(serves), "the example of {path} is of no route");
    }
}
