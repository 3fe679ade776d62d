//! What to ask of each route, as whom, and what should come of it: from the
//! route's own row and the permission matrix.

mod example;
mod examples;

use domain::finding::FindingStatus;
use domain::person::Person;
use domain::role::{ContactRole, Role};
use http::{Method, StatusCode};
use tests::{Answer, Browser, Client, Fixture, Tenant, route_groups};
use web::{Audience, Route};

use example::{ExampleForm, Thing};

/// Somebody's password, and the one that takes its place.
pub(crate) const PASSWORD: &str = "quiet lantern orbit 42";
pub(crate) const OTHER: &str = "violet harbor crumb 91";

/// An id that was never given to anything.
const NEVER_ID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
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
            // With the form that was refused.
            StatusCode::UNAUTHORIZED => Self::SignIn,
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

/// The route's address, with the ids of `client`'s things.
pub(crate) fn address(route: &Route, client: &Client) -> String {
    let thing = examples::find(route.path).map_or(Thing::Usual, |example| example.thing);
    let (documents, invoices) = (client.documents, client.invoices);
    let finding = match thing {
        Thing::Finding(status) => client.findings[&status],
        Thing::ProposedFinding => client.proposed,
        _ => client.findings[&FindingStatus::Open],
    };
    let document = match thing {
        Thing::DeletedDocument => documents.gone,
        Thing::TeamDocument => documents.report,
        _ => documents.proof,
    };
    let evidence = match thing {
        Thing::DeletedEvidence => client.evidence.gone,
        _ => client.evidence.proof,
    };
    let invoice = match thing {
        Thing::DraftInvoice => invoices.draft,
        Thing::PartlyPaidInvoice => invoices.part,
        _ => invoices.sent,
    };
    let upload = match thing {
        Thing::Attachment => client.attached,
        _ => documents.upload,
    };
    let (invite, user) = if route.path.starts_with("/settings") {
        (client.team_invite, client.team_user)
    } else {
        let contact = client.contact(ContactRole::Collaborator);
        (client.invite.id, contact.id)
    };
    fill(route.path, |name| match name {
        "client" => client.id.to_string(),
        "engagement" => client.engagement.to_string(),
        "finding" => finding.to_string(),
        "entry" => client.entry.to_string(),
        "message" => client.message.to_string(),
        "import" => client.import.to_string(),
        "invite" => invite.to_string(),
        "template" => client.template.to_string(),
        "document" => document.to_string(),
        "upload" => upload.to_string(),
        "evidence" => evidence.to_string(),
        "invoice" => invoice.to_string(),
        "notice" => client.notice.to_string(),
        "user" => user.to_string(),
        "logo" => NEVER_ID.to_owned(),
        "accent" => "1d5fb4".to_owned(),
        "token" => "x".repeat(43),
        _ => panic!(
            "{}: say in tests/it/matrix.rs which {name} it is",
            route.path
        ),
    })
}

/// An address of the same shape whose ids were never given to anything.
pub(crate) fn missing(route: &Route) -> String {
    fill(route.path, |name| match name {
        "token" => "y".repeat(43),
        _ => NEVER_ID.to_owned(),
    })
}

/// A pattern with a value for each of its names.
fn fill(pattern: &str, value: impl Fn(&str) -> String) -> String {
    let segments = pattern.split('/').map(|segment| {
        let name = segment.strip_prefix('{');
        let name = name.and_then(|name| name.strip_suffix('}'));
        name.map_or_else(|| segment.to_owned(), &value)
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The form of the example of a route that changes something.
fn form(route: &Route) -> &'static ExampleForm {
    let form = examples::find(route.path).and_then(|example| example.form.as_ref());
    form.unwrap_or_else(|| {
        let (method, path) = (route.method, route.path);
        panic!("{method} {path} has no example form: add one to tests/it/matrix/examples.rs")
    })
}

/// Asks for the route at `path`, with the form of its example. What it makes gets `id`.
pub(crate) async fn send(browser: &mut Browser, route: &Route, path: &str, id: &str) -> Answer {
    if route.method == Method::GET {
        return browser.get(path).await;
    }
    let invoice = path.rsplit('/').nth(1).and_then(|id| id.parse().ok());
    let payment = invoice.map(|id| tests::invoice_fixture::payment(id).to_string());
    let payment = payment.unwrap_or_default();
    let with_ids = |fields: &[(&'static str, &'static str)]| -> Vec<(&str, &str)> {
        let fields = fields.iter().map(|(name, value)| match *value {
            example::ID => (*name, id),
            example::PAYMENT => (*name, payment.as_str()),
            value => (*name, value),
        });
        fields.collect()
    };
    match form(route) {
        ExampleForm::Fields(fields) => browser.post(path, &with_ids(fields)).await,
        ExampleForm::File(fields, file) => {
            let fields = with_ids(fields);
            browser
                .upload_with(path, &fields, file.name, &(file.bytes)())
                .await
        }
        ExampleForm::AnnouncedFile(fields, file) => {
            browser.post(path, &with_ids(fields)).await;
            browser.upload(path, id, file.name, &(file.bytes)()).await
        }
    }
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
    let routes = route_groups().into_iter().flatten().copied();
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
