//! What to ask of each route, as whom, and what should come of it: from the
//! route's own row and the permission matrix.

use domain::finding::FindingStatus;
use domain::person::Person;
use domain::role::{ContactRole, Role};
use http::{Method, StatusCode};
use local::GROUPS;
use tests::{Answer, Browser, Client, Fixture, Tenant};
use web::{Audience, Route};

/// Somebody's password, and the one that takes its place.
pub(crate) const PASSWORD: &str = "quiet lantern orbit 42";
pub(crate) const OTHER: &str = "violet harbor crumb 91";

/// A row that no list ever had, and where it would be.
const NEVER: (&str, &str) = (
    "01ARZ3NDEKTSV4RRFFQ69G5FAV.01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "1.01ARZ3NDEKTSV4RRFFQ69G5FAV.1",
);

/// Whose things an address names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// The first client's of Acme.
    Own,
    /// The second client's of Acme.
    Sibling,
    /// A client's of Northwind.
    Foreign,
    /// Nobody's.
    Missing,
}

/// What is to come of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// It does what was asked.
    Done,
    /// Nothing is there.
    NotFound,
    /// One's role doesn't allow it.
    Forbidden,
    /// To the way in.
    SignIn,
}

impl Outcome {
    pub(crate) fn of(answer: &Answer) -> Self {
        match answer.status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::SEE_OTHER if answer.location().starts_with("/sign-in") => Self::SignIn,
            status if status.is_success() || status == StatusCode::SEE_OTHER => Self::Done,
            status => panic!("{status}: {}", answer.body),
        }
    }

    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Done => "yes",
            Self::NotFound => "404",
            Self::Forbidden => "403",
            Self::SignIn => "sign in",
        }
    }
}

/// What the route's own row and the permission matrix say should come of it.
pub(crate) fn expected(route: &Route, role: Option<Role>, target: Target) -> Outcome {
    let (action, fits) = match (route.audience, role) {
        // There is no front at a workspace's address.
        (Audience::SignupHost, _) => return Outcome::NotFound,
        (Audience::Public, _) => return Outcome::Done,
        (_, None) => return Outcome::SignIn,
        (Audience::Team(action), Some(role)) => (action, role.is_team()),
        (Audience::Portal(action), Some(role)) => (action, !role.is_team()),
        (Audience::Both(action), Some(_)) => (action, true),
    };
    let role = role.expect("just matched");
    let names_something = route.path.contains('{');
    let reach = match target {
        Target::Own => true,
        // The team's address names the client, a contact's own client is implied.
        Target::Sibling => role.is_team(),
        Target::Foreign | Target::Missing => false,
    };
    match (fits, role.may(action), reach || !names_something) {
        (true, false, _) => Outcome::Forbidden,
        (true, true, true) => Outcome::Done,
        (true, true, false) | (false, ..) => Outcome::NotFound,
    }
}

/// Routes whose address holds a secret, not the name of a thing: every one is
/// taken out of the address, and only then looked at.
pub(crate) fn is_link(route: &Route) -> bool {
    route.path.ends_with("/{token}")
}

pub(crate) fn address(route: &Route, client: &Client) -> String {
    let status = match route.path.rsplit('/').next() {
        Some("publish") => FindingStatus::Draft,
        Some("fixed" | "partly-fixed" | "not-fixed") => FindingStatus::Resolved,
        Some("reopen" | "{entry}") => FindingStatus::Verified,
        _ => FindingStatus::Open,
    };
    let finding = match route.path.rsplit('/').next() {
        Some("approve" | "decline") => client.proposed,
        _ => client.findings[&status],
    };
    let papers = client.papers;
    let document = match route.path.rsplit('/').next() {
        Some("restore") => papers.gone,
        Some("readers") => papers.report,
        _ => papers.proof,
    };
    let evidence = match route.path.rsplit('/').next() {
        Some("restore") => client.shots.gone,
        _ => client.shots.proof,
    };
    let upload = if route.path.contains("{message}") {
        client.attached
    } else {
        papers.upload
    };
    let bills = client.bills;
    let invoice = match route.path.rsplit('/').next() {
        Some("edit" | "delete" | "send") => bills.draft,
        Some("take-back" | "refund") => bills.part,
        _ => bills.sent,
    };
    let (invite, user) = if route.path.starts_with("/settings") {
        (client.team_invite, client.team_user)
    } else {
        (
            client.invite.id,
            client.contact(ContactRole::Collaborator).id,
        )
    };
    route
        .path
        .replace("{client}", &client.id.to_string())
        .replace("{engagement}", &client.engagement.to_string())
        .replace("{finding}", &finding.to_string())
        .replace("{entry}", &client.entry.to_string())
        .replace("{message}", &client.message.to_string())
        .replace("{import}", &client.import.to_string())
        .replace("{invite}", &invite.to_string())
        .replace("{template}", &client.template.to_string())
        .replace("{document}", &document.to_string())
        .replace("{upload}", &upload.to_string())
        .replace("{evidence}", &evidence.to_string())
        .replace("{invoice}", &invoice.to_string())
        .replace("{notice}", &client.notice.to_string())
        .replace("{user}", &user.to_string())
        .replace("{logo}", "01ARZ3NDEKTSV4RRFFQ69G5FAV")
        .replace("{accent}", "1d5fb4")
        .replace("{token}", &"x".repeat(43))
}

/// An address of the same shape whose ids were never given to anything.
pub(crate) fn missing(route: &Route) -> String {
    let never = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let mut path = route.path.replace("{token}", &"y".repeat(43));
    for name in [
        "{client}",
        "{engagement}",
        "{finding}",
        "{entry}",
        "{message}",
        "{import}",
        "{invite}",
        "{template}",
        "{document}",
        "{evidence}",
        "{invoice}",
        "{upload}",
        "{notice}",
        "{user}",
        "{logo}",
        "{accent}",
    ] {
        path = path.replace(name, never);
    }
    path
}

/// What a form of the route is sent with, for it to be accepted.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(crate) async fn send(browser: &mut Browser, route: &Route, path: &str, id: &str) -> Answer {
    if route.method == Method::GET {
        return browser.get(path).await;
    }
    let last = route.path.rsplit('/').next().unwrap_or_default();
    // Drafts have one version, published findings two, resolved ones and those
    // with a proposal three, the closed and edited one five.
    let version = match last {
        "publish" => "1",
        "fixed" | "partly-fixed" | "not-fixed" | "approve" | "decline" => "3",
        "reopen" => "5",
        _ => "2",
    };
    let risk = [
        ("note", "Because."),
        ("until", "2026-06-30"),
        ("version", version),
    ];
    let plan = [("assignee", ""), ("version", version)];
    let invoice = path.rsplit('/').nth(1).and_then(|id| id.parse().ok());
    let payment = invoice.map_or_else(String::new, |id| {
        tests::invoice_fixture::payment(id).to_string()
    });
    let bill = [
        ("subject", "New"),
        ("to", "New"),
        ("currency", "EUR"),
        ("due", "2026-02-04"),
        ("line_text[]", "Testing"),
        ("line_quantity[]", "1"),
        ("line_price[]", "100"),
        ("line_tax[]", "19"),
    ];
    let new_bill = [&bill[..], &[("id", id)]].concat();
    let other_bill = [&bill[..], &[("version", "1")]].concat();
    let noted = |version| {
        [
            ("amount", "1.00"),
            ("on", "2026-01-05"),
            ("id", id),
            ("version", version),
        ]
    };
    let (paid, refunded) = (noted("2"), noted("3"));
    let taken = [("payment", payment.as_str()), ("id", id), ("version", "3")];
    let fields: &[(&str, &str)] = match last {
        "invoices" => &new_bill,
        "edit" if route.path.contains("{invoice}") => &other_bill,
        "send" => &[("id", id), ("version", "1")],
        "pay" if route.path.starts_with("/invoices") => &[],
        "pay" => &paid,
        "refund" => &refunded,
        "take-back" => &taken,
        "void" => &[("reason", "New"), ("id", id), ("version", "2")],
        "settings" if route.path.starts_with("/invoices") => {
            &[("currency", "EUR"), ("days", "30"), ("version", "0")]
        }
        "subscribe" => &[("offer", "pro_monthly"), ("id", id)],
        "clients" => &[("name", "New"), ("id", id)],
        "engagements" => &[
            ("title", "New"),
            ("kind", "api"),
            ("phase", "active"),
            ("id", id),
        ],
        "findings" => &[("title", "New"), ("severity", "low"), ("id", id)],
        "template" => &[
            ("title", "New"),
            ("severity", "low"),
            ("category", "web"),
            ("id", id),
        ],
        "edit" if route.path.contains("{message}") => &[("text", "New"), ("version", "1")],
        "read" if route.path.starts_with("/notifications") => &[],
        "read" => &[("messages", "1")],
        "notifications" => &[("message", "weekly")],
        "edit" if route.path.contains("{template}") => &[
            ("title", "New"),
            ("severity", "low"),
            ("category", "web"),
            ("version", "1"),
        ],
        "delete" => &[("version", "1")],
        "edit" if route.path.contains("{finding}") => {
            &[("title", "New"), ("severity", "low"), ("version", "2")]
        }
        "edit" => &[
            ("title", "New"),
            ("kind", "api"),
            ("phase", "active"),
            ("version", "1"),
        ],
        "invites" => &[
            ("name", "New"),
            ("email", "new@new.example"),
            ("role", "viewer"),
            ("id", id),
        ],
        "settings" => &[("name", "New"), ("time_zone", "UTC"), ("version", "1")],
        "calculate" => &[("title", "New"), ("id", id), ("calculate", "3.1")],
        "bulk" => &[("what", "start"), ("e1", NEVER.0), ("c1", NEVER.1)],
        "comments" | "messages" => &[("text", "New"), ("id", id)],
        "plan" => &plan,
        last if route.path.contains("{finding}")
            && domain::finding::Transition::from_name(last).is_some() =>
        {
            &risk
        }
        "role" => &[(
            "role",
            if route.path.starts_with("/settings") {
                "member"
            } else {
                "viewer"
            },
        )],
        "name" => &[("name", "New")],
        "code" | "setup" => &[("code", "123456")],
        "confirm" if route.path.starts_with("/account") => &[("token", "x")],
        "confirm" => &[("password", PASSWORD), ("next", "/")],
        "access" => &[("access", "disabled")],
        "branding" => &[("name", "New"), ("accent", "#1d5fb4"), ("version", "1")],
        "logo" => {
            let picture = crate::evidence_upload::picture(image::ImageFormat::Png);
            return browser.upload(path, id, "new.png", &picture).await;
        }
        "security" => &[("mfa", "nobody")],
        "address" => &[("slug", "acme")],
        "export" if route.path.starts_with("/settings") => &[("from", "1")],
        "email" => &[("email", "moved@new.example"), ("password", PASSWORD)],
        "start" if route.path.starts_with("/account") => &[("password", PASSWORD)],
        "password" => &[("current", PASSWORD), ("password", OTHER), ("again", OTHER)],
        "end" => &[("session", "0123456789abcdef")],
        "preview" => &[("text", "*new*")],
        "columns" => &[("title", "Name")],
        "download" => &[("number", "1")],
        "caption" => &[("caption", "New"), ("version", "1")],
        "remove" if route.path.contains("{evidence}") => &[("version", "1")],
        "attachments" => &[("id", id), ("n", "0"), ("name", "new.txt"), ("size", "4")],
        "restore" => &[("version", "2")],
        "readers" => &[("visibility", "team"), ("version", "1")],
        "evidence" => {
            let fields = [("id", id), ("caption", "New")];
            return browser
                .upload_with(path, &fields, "new.png", b"\x89PNG\r\n\x1a\n")
                .await;
        }
        "documents" => {
            let fields = [("id", id), ("kind", "evidence"), ("title", "New")];
            return browser.upload_with(path, &fields, "new.txt", b"New.").await;
        }
        "{document}" => return browser.upload(path, id, "new.txt", b"New.").await,
        "import" => {
            let said = [("id", id), ("name", "scan.xml"), ("size", "9")];
            browser.post(path, &said).await;
            let file =
                b"<issues><issue><type>1</type><name>n</name><host>h</host></issue></issues>";
            return browser.upload(path, id, "scan.xml", file).await;
        }
        _ => &[],
    };
    browser.post(path, fields).await
}

/// Everybody who may try: a name, and who it is.
pub(crate) fn people(cast: &Fixture) -> Vec<(String, Option<Who<'_>>)> {
    let mut people = vec![("nobody".to_owned(), None)];
    for (tenant, prefix) in [(&cast.acme, ""), (&cast.northwind, "northwind's ")] {
        for person in &tenant.team {
            let name = format!("{prefix}{}", person.role.label());
            people.push((name.to_lowercase(), Some((tenant, person, None))));
        }
    }
    for (n, client) in cast.acme.clients.iter().enumerate() {
        for person in &client.contacts {
            let which = if n == 0 { "" } else { "sibling's " };
            let name = format!("{which}{}", person.role.label()).to_lowercase();
            people.push((name, Some((&cast.acme, person, Some(client)))));
        }
    }
    people
}

/// What nobody but its owner may ever read.
pub(crate) fn foreign_marks(
    cast: &Fixture,
    tenant: &Tenant,
    client: Option<&Client>,
) -> Vec<String> {
    let mut marks = Vec::new();
    for other in [&cast.acme, &cast.northwind] {
        let mine = other.workspace.id == tenant.workspace.id;
        if !mine {
            marks.push(format!("CANARY-{}", other.workspace.slug));
        }
        for one in &other.clients {
            let own = client.is_some_and(|client| client.id == one.id);
            if !mine || client.is_some() {
                // A contact never reads a draft, not even of its own client.
                marks.push(one.secret.clone());
            }
            if (!mine || client.is_some()) && !own {
                marks.push(one.mark.clone());
            }
        }
    }
    marks
}

pub(crate) fn routes() -> impl Iterator<Item = Route> {
    // Other services' routes are nobody's pages: `webhooks.rs` holds them.
    let routes = GROUPS.into_iter().flatten().copied();
    routes.filter(|route| !route.service_call)
}

/// Somebody who tries, with a browser.
pub(crate) struct Visitor<'a> {
    pub(crate) name: String,
    pub(crate) who: Option<Who<'a>>,
    pub(crate) browser: Browser,
}

pub(crate) type Who<'a> = (&'a Tenant, &'a Person, Option<&'a Client>);

impl Visitor<'_> {
    /// Whose things `client`'s are, seen from here.
    pub(crate) fn target(&self, cast: &Fixture, client: Option<&Client>) -> Target {
        let (home, own) = self
            .who
            .map_or((&cast.acme, None), |(tenant, _, own)| (tenant, own));
        let Some(client) = client else {
            return Target::Missing;
        };
        match own {
            Some(own) if own.id == client.id => Target::Own,
            _ if !home.clients.iter().any(|one| one.id == client.id) => Target::Foreign,
            Some(_) => Target::Sibling,
            None => Target::Own,
        }
    }
}
