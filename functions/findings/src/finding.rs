//! A finding's page, for both sides: what it is, what is next, what happened.

use domain::client::Client;
use domain::engagement::Engagement;
use domain::finding::{Event, Finding, Status};
use domain::history::Happening;
use domain::input::Invalid;
use domain::role::{Action, Role};
use futures::future::try_join3;
use jiff::Timestamp;
use serde::Serialize;
use store::{Dossier, Remark};
use web::{Crumb, Error, Form, Ids, Inside, Page, Reply};

use crate::moves::Note;
use crate::paths::AtFinding;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct FindingPage {
    pulse: String,
    title: String,
    severity: &'static str,
    score: Option<String>,
    vector: Option<String>,
    cwe: Option<Cwe>,
    status: &'static str,
    assets: Vec<String>,
    description: String,
    impact: String,
    recommendation: String,
    references: String,
    published: bool,
    updated: Timestamp,
    engagement: Link,
    history: Vec<Row>,
    actions: Vec<Offer>,
    form: Form,
    failed: Option<&'static str>,
    edit: Option<String>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Serialize)]
struct Cwe {
    label: String,
    href: String,
}

#[derive(Debug, Serialize)]
struct Link {
    title: String,
    href: String,
}

#[derive(Debug, Serialize)]
struct Row {
    at: Timestamp,
    who: String,
    side: &'static str,
    text: String,
    to: Option<&'static str>,
    note: Option<String>,
    internal: bool,
}

#[derive(Debug, Serialize)]
struct Offer {
    action: String,
    name: &'static str,
    label: &'static str,
    note: &'static str,
    hint: &'static str,
    primary: bool,
    version: i64,
}

/// What the page is made of.
pub(crate) struct Parts {
    client: Client,
    engagement: Engagement,
    dossier: Dossier,
}

impl Page for FindingPage {
    const TEMPLATE: &'static str = "pages/findings/finding.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let (client, finding) = web::view::samples();
        let finding = Finding {
            status: Status::Resolved,
            ..finding
        };
        let parts = Parts {
            client,
            engagement: web::view::engagement_sample(),
            dossier: dossier_sample(finding),
        };
        let role = Role::Team(domain::role::TeamRole::Owner);
        let failed = (
            Event::Reopen,
            Note::default(),
            Invalid::at("note", "Say why it is reopened."),
        );
        Self::new(parts, role, "/clients/c", Vec::new(), Some(failed))
    }
}

impl FindingPage {
    fn new(
        parts: Parts,
        role: Role,
        base: &str,
        crumbs: Vec<Crumb>,
        failed: Option<(Event, Note, Invalid)>,
    ) -> Self {
        let Parts {
            engagement,
            dossier:
                Dossier {
                    finding,
                    draft,
                    history,
                },
            ..
        } = parts;
        let team = role.is_team();
        let around = format!("{base}/engagements/{}", engagement.id);
        let here = format!("{around}/findings/{}", finding.id);
        let rev = if team {
            engagement.rev
        } else {
            engagement.shared_rev
        };
        let form = match &failed {
            Some((_, note, invalid)) => Form::failed(note, invalid),
            None => Form::filled(&Note::default()),
        };
        Self {
            pulse: format!("{around}/pulse?seen={rev}"),
            severity: finding.severity.name(),
            score: finding.score.map(|score| score.to_string()),
            vector: draft.vector.map(String::from),
            cwe: draft.cwe.map(Cwe::new),
            status: finding.status.name(),
            assets: draft.assets,
            description: draft.description,
            impact: draft.impact,
            recommendation: draft.recommendation,
            references: draft.references,
            published: finding.status.is_published(),
            updated: finding.updated,
            engagement: Link {
                title: engagement.title,
                href: around,
            },
            history: history.into_iter().map(Row::from).collect(),
            actions: Event::offered(role, finding.status)
                .map(|event| Offer::new(event, &here, &finding))
                .collect(),
            form,
            failed: failed.map(|(event, ..)| event.name()),
            edit: role
                .may(Action::WriteFindings)
                .then(|| format!("{here}/edit")),
            title: finding.title,
            crumbs,
        }
    }
}

impl Cwe {
    fn new(number: u32) -> Self {
        Self {
            label: format!("CWE-{number}"),
            href: format!("https://cwe.mitre.org/data/definitions/{number}.html"),
        }
    }
}

impl Offer {
    fn new(event: Event, here: &str, finding: &Finding) -> Self {
        let (note, hint) = match event {
            Event::Publish => ("none", "The client will see it."),
            Event::Start => ("optional", "Say who is on it, or by when."),
            Event::Resolve => ("optional", "Say what was done, so that it can be verified."),
            Event::Verify => ("optional", "Say how it was verified."),
            Event::Reopen => ("required", "Say what is still open."),
        };
        let primary = event != Event::Reopen && event != Event::Start;
        let action = format!("{here}/{}", event.name());
        Self {
            action,
            name: event.name(),
            label: event.label(),
            note,
            hint,
            primary,
            version: finding.version,
        }
    }
}

impl From<Remark> for Row {
    fn from(Remark { entry, shared }: Remark) -> Self {
        let (text, to) = match entry.what {
            Happening::Created => ("wrote it".to_owned(), None),
            Happening::Imported { scanner } => (format!("imported it from {scanner}"), None),
            Happening::Edited { fields } => (format!("changed {}", fields.join(", ")), None),
            Happening::Moved { from, to } => (moved(from, to).to_owned(), Some(to.name())),
        };
        Self {
            at: entry.at,
            who: entry.by_name,
            side: if entry.by_team { "team" } else { "client" },
            text,
            to,
            note: entry.note,
            internal: !shared,
        }
    }
}

const fn moved(from: Status, to: Status) -> &'static str {
    match (from, to) {
        (Status::Draft, _) => "published it",
        (_, Status::InProgress) => "started work",
        (_, Status::Resolved) => "marked it as resolved",
        (_, Status::Verified) => "verified and closed it",
        (_, Status::Reopened) => "reopened it",
        (_, Status::Draft | Status::Open) => "moved it",
    }
}

fn dossier_sample(finding: Finding) -> Dossier {
    use domain::finding::Draft;
    use domain::history::Entry;
    use domain::id::UserId;
    let draft = Draft {
        title: finding.title.clone(),
        severity: finding.severity,
        vector: "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H".parse().ok(),
        cwe: Some(79),
        assets: vec!["app.example.com".to_owned(), "api.example.com".to_owned()],
        description: "The *search* shows `<script>` as it is.".to_owned(),
        impact: "Anything.".to_owned(),
        recommendation: "Escape it.".to_owned(),
        references: "- <https://example.com/>".to_owned(),
    };
    let entry = |what, note: Option<&str>| Entry {
        at: Timestamp::UNIX_EPOCH,
        by: UserId::new(1, 1),
        by_name: "Ana".to_owned(),
        by_team: true,
        what,
        note: note.map(str::to_owned),
    };
    let moved = Happening::Moved {
        from: Status::Open,
        to: Status::Resolved,
    };
    let history = vec![
        Remark {
            entry: entry(moved, Some("Escaped in **all** places.")),
            shared: true,
        },
        Remark {
            entry: entry(Happening::Created, None),
            shared: false,
        },
    ];
    Dossier {
        finding,
        draft,
        history,
    }
}

/// Reads what the page shows.
pub(crate) async fn read(inside: &Inside, path: AtFinding) -> Result<Parts, Error> {
    let store = &inside.store;
    let read = try_join3(
        store.about(),
        store.engagement(path.engagement),
        store.dossier(path.engagement, path.finding),
    );
    let (Some(client), Some(engagement), Some(dossier)) = read.await? else {
        return Err(Error::NotFound);
    };
    Ok(Parts {
        client,
        engagement,
        dossier,
    })
}

pub(crate) async fn get(inside: Inside, Ids(path): Ids<AtFinding>) -> Result<Reply, Error> {
    let parts = read(&inside, path).await?;
    inside.ctx.page(&page(&inside, parts, None))
}

/// The page again, with what was typed and why a move failed.
pub(crate) async fn again(
    inside: &Inside,
    path: AtFinding,
    event: Event,
    note: Note,
    invalid: Invalid,
) -> Result<Reply, Error> {
    let parts = read(inside, path).await?;
    inside
        .ctx
        .refused(&page(inside, parts, Some((event, note, invalid))))
}

fn page(inside: &Inside, parts: Parts, failed: Option<(Event, Note, Invalid)>) -> FindingPage {
    let mut crumbs = inside.crumbs(&parts.client.name);
    let engagement = format!("{}/engagements/{}", inside.base, parts.engagement.id);
    crumbs.push(Crumb::to(&parts.engagement.title, engagement));
    FindingPage::new(parts, inside.actor.role, &inside.base, crumbs, failed)
}
