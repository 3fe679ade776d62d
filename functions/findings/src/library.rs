//! Templates of findings: to begin a finding with, and the workspace's own to tend.

use domain::library::{Category, matches, starters, weakness};
use domain::score::CvssScore;
use futures::future::try_join;
use serde::{Deserialize, Serialize};
use store::TemplateSummary;
use store::page::ListPage;
use web::view::{Pager, encode};
use web::{ClientAccess, Crumb, Ids, Page, PageError, Query, Reply, TeamAccess};

use crate::import::around;
use crate::paths::EngagementPath;

/// Templates that one page lists.
const SHOWN: usize = 25;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct LibraryPage {
    /// For a finding that is about to be written, or to tend.
    choosing: bool,
    action: String,
    q: String,
    category: String,
    categories: Vec<Choice>,
    rows: Vec<Row>,
    pager: Pager,
    /// Whether there is anything at all to look for.
    any: bool,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Serialize)]
struct Choice {
    value: &'static str,
    label: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct Row {
    href: String,
    title: String,
    severity: &'static str,
    score: Option<String>,
    category: &'static str,
    weakness: Option<String>,
    tags: Vec<String>,
    own: bool,
}

/// What is looked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LibraryQuery {
    q: String,
    category: String,
    after: Option<String>,
}

impl Page for LibraryPage {
    const TEMPLATE: &'static str = "pages/findings/library.html";

    fn title(&self) -> String {
        if self.choosing {
            "Start from a template"
        } else {
            "Templates"
        }
        .to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let mut rows: Vec<Row> = starters()
            .iter()
            .map(|s| Row::of_starter(s, "/new"))
            .collect();
        if let Some(first) = rows.first_mut() {
            "Ours <b>".clone_into(&mut first.title);
            first.own = true;
        }
        let wanted = LibraryQuery {
            q: "e".to_owned(),
            ..LibraryQuery::default()
        };
        Self::new(
            true,
            "/clients/c/engagements/e/library",
            rows,
            wanted,
            Vec::new(),
        )
    }
}

impl Row {
    fn of_starter(starter: &domain::library::StarterTemplate, form: &str) -> Self {
        let draft = &starter.draft;
        let score = draft.vector.as_ref().map(domain::score::CvssVector::score);
        Self {
            href: format!("{form}?starter={}", starter.id),
            title: draft.title.clone(),
            severity: draft.severity.name(),
            score: score.map(|score| score.to_string()),
            category: starter.category.name(),
            weakness: draft.cwe.map(named),
            tags: starter.tags.clone(),
            own: false,
        }
    }

    fn of_own(row: TemplateSummary, href: String) -> Self {
        Self {
            href,
            title: row.title,
            severity: row.severity.name(),
            score: row.score.as_ref().map(CvssScore::to_string),
            category: row.category.name(),
            weakness: row.cwe.map(named),
            tags: row.tags,
            own: true,
        }
    }

    /// Whether it is in the category and holds every word.
    fn fits(&self, wanted: &LibraryQuery) -> bool {
        let texts = [self.title.as_str(), self.severity, label(self.category)];
        let texts = texts.into_iter().chain(self.weakness.as_deref());
        let texts = texts.chain(self.tags.iter().map(String::as_str));
        (wanted.category.is_empty() || wanted.category == self.category)
            && matches(&wanted.q, texts)
    }
}

fn label(category: &str) -> &'static str {
    category.parse::<Category>().map_or("", Category::label)
}

/// A weakness by its number, with its name where it has one here.
fn named(number: u32) -> String {
    match weakness(number) {
        Some(name) => format!("CWE-{number} {name}"),
        None => format!("CWE-{number}"),
    }
}

impl LibraryPage {
    fn new(
        choosing: bool,
        action: &str,
        rows: Vec<Row>,
        wanted: LibraryQuery,
        crumbs: Vec<Crumb>,
    ) -> Self {
        let any = !rows.is_empty();
        let mut found: Vec<Row> = rows.into_iter().filter(|row| row.fits(&wanted)).collect();
        found.sort_by_key(|row| (!row.own, row.title.to_lowercase()));
        let from: usize = wanted
            .after
            .as_deref()
            .and_then(|n| n.parse().ok())
            .unwrap_or(0);
        let (all, from) = (found.len(), from.min(found.len()));
        let rows: Vec<Row> = found.into_iter().skip(from).take(SHOWN).collect();
        let end = from + rows.len();
        let page = ListPage {
            rows,
            next: (end < all).then(|| end.to_string()),
        };
        let path = format!(
            "{action}?q={}&category={}",
            encode(&wanted.q),
            encode(&wanted.category)
        );
        let count = i64::try_from(all).unwrap_or(i64::MAX);
        let every = Choice {
            value: "",
            label: "All categories",
        };
        let named = Category::ALL.map(|c| Choice {
            value: c.name(),
            label: c.label(),
        });
        Self {
            choosing,
            action: action.to_owned(),
            pager: Pager::new(&page, &path, wanted.after.as_deref(), Some(count)),
            rows: page
                .rows
                .into_iter()
                .map(|row| Row {
                    category: label(row.category),
                    ..row
                })
                .collect(),
            categories: std::iter::once(every).chain(named).collect(),
            any,
            q: wanted.q,
            category: wanted.category,
            crumbs,
        }
    }
}

/// The workspace's own templates.
pub(crate) async fn own(
    team: TeamAccess,
    Query(wanted): Query<LibraryQuery>,
) -> Result<Reply, PageError> {
    let rows = team.store.templates().await?.into_iter().map(|row| {
        let href = format!("/templates/{}/edit", row.id);
        Row::of_own(row, href)
    });
    let crumbs = vec![Crumb::to("Findings", "/findings")];
    let page = LibraryPage::new(false, "/templates", rows.collect(), wanted, crumbs);
    team.ctx.page(&page)
}

/// All templates, to begin a finding with one.
pub(crate) async fn choose(
    inside: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<EngagementPath>,
    Query(wanted): Query<LibraryQuery>,
) -> Result<Reply, PageError> {
    let own = async { Ok(team.store.templates().await?) };
    let ((_, link, crumbs), own) = try_join(around(&inside, path), own).await?;
    let form = format!("{}/findings/new", link.href);
    let own = own.into_iter().map(|row| {
        let href = format!("{form}?template={}", row.id);
        Row::of_own(row, href)
    });
    let rows = own.chain(
        starters()
            .iter()
            .map(|starter| Row::of_starter(starter, &form)),
    );
    let action = format!("{}/library", link.href);
    let page = LibraryPage::new(true, &action, rows.collect(), wanted, crumbs);
    inside.ctx.page(&page)
}
