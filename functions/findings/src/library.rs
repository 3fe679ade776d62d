//! The library of templates: to start a finding from, and to manage the workspace's own.

use domain::cvss::CvssScore;
use domain::library::{Category, matches_query, starters, weakness_name};
use futures::future::try_join;
use serde::{Deserialize, Serialize};
use store::{ListPage, TemplateSummary};
use web::links;
use web::view::{Pager, url_encode};
use web::{ClientAccess, Crumb, Ids, Page, PageError, Query, Reply, TeamAccess};

use crate::paths::EngagementPath;

/// Templates that one page lists.
const PAGE_SIZE: usize = 25;

#[derive(Debug, Serialize)]
pub(crate) struct LibraryPage {
    /// Whether a template is chosen for a new finding; else the own ones are managed.
    choosing: bool,
    action: String,
    q: String,
    category: String,
    categories: Vec<CategoryOption>,
    rows: Vec<TemplateRow>,
    pager: Pager,
    /// Whether there is any template, whatever the search.
    any: bool,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Serialize)]
struct CategoryOption {
    value: &'static str,
    label: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct TemplateRow {
    href: String,
    title: String,
    severity: &'static str,
    score: Option<String>,
    category: &'static str,
    weakness: Option<String>,
    tags: Vec<String>,
    own: bool,
}

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

    fn samples() -> Vec<Self> {
        let query = LibraryQuery::default();
        let empty = Self::new(false, "/templates", Vec::new(), query, Vec::new());
        vec![Self::sample(), empty]
    }

    fn sample() -> Self {
        let mut rows: Vec<TemplateRow> = starters()
            .iter()
            .map(|starter| TemplateRow::of_starter(starter, "/new"))
            .collect();
        if let Some(first) = rows.first_mut() {
            "Ours <b>".clone_into(&mut first.title);
            first.own = true;
        }
        let query = LibraryQuery {
            q: "e".to_owned(),
            ..LibraryQuery::default()
        };
        Self::new(
            true,
            "/clients/c/engagements/e/library",
            rows,
            query,
            Vec::new(),
        )
    }
}

impl TemplateRow {
    fn of_starter(starter: &domain::library::StarterTemplate, form: &str) -> Self {
        let content = &starter.content;
        let score = content.vector.as_ref().map(domain::cvss::CvssVector::score);
        Self {
            href: format!("{form}?starter={}", starter.id),
            title: content.title.clone(),
            severity: content.severity.name(),
            score: score.map(|score| score.to_string()),
            category: starter.category.name(),
            weakness: content.cwe.map(weakness_label),
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
            weakness: row.cwe.map(weakness_label),
            tags: row.tags,
            own: true,
        }
    }

    /// Whether it is in the category and contains every word.
    fn matches(&self, query: &LibraryQuery) -> bool {
        let texts = [
            self.title.as_str(),
            self.severity,
            category_label(self.category),
        ];
        let texts = texts.into_iter().chain(self.weakness.as_deref());
        let texts = texts.chain(self.tags.iter().map(String::as_str));
        (query.category.is_empty() || query.category == self.category)
            && matches_query(&query.q, texts)
    }
}

fn category_label(category: &str) -> &'static str {
    category.parse::<Category>().map_or("", Category::label)
}

/// A weakness by its number, with its name where it is known.
fn weakness_label(number: u32) -> String {
    match weakness_name(number) {
        Some(name) => format!("CWE-{number} {name}"),
        None => format!("CWE-{number}"),
    }
}

impl LibraryPage {
    fn new(
        choosing: bool,
        action: &str,
        rows: Vec<TemplateRow>,
        query: LibraryQuery,
        crumbs: Vec<Crumb>,
    ) -> Self {
        let any = !rows.is_empty();
        let mut matching: Vec<TemplateRow> =
            rows.into_iter().filter(|row| row.matches(&query)).collect();
        matching.sort_by_key(|row| (!row.own, row.title.to_lowercase()));
        let from: usize = query
            .after
            .as_deref()
            .and_then(|n| n.parse().ok())
            .unwrap_or(0);
        let (all, from) = (matching.len(), from.min(matching.len()));
        let rows: Vec<TemplateRow> = matching.into_iter().skip(from).take(PAGE_SIZE).collect();
        let end = from + rows.len();
        let page = ListPage {
            rows,
            next: (end < all).then(|| end.to_string()),
        };
        let path = format!(
            "{action}?q={}&category={}",
            url_encode(&query.q),
            url_encode(&query.category)
        );
        let count = i64::try_from(all).unwrap_or(i64::MAX);
        let all_categories = CategoryOption {
            value: "",
            label: "All categories",
        };
        let options = Category::ALL.map(|category| CategoryOption {
            value: category.name(),
            label: category.label(),
        });
        Self {
            choosing,
            action: action.to_owned(),
            pager: Pager::new(&page, &path, query.after.as_deref(), Some(count)),
            rows: page
                .rows
                .into_iter()
                .map(|row| TemplateRow {
                    category: category_label(row.category),
                    ..row
                })
                .collect(),
            categories: std::iter::once(all_categories).chain(options).collect(),
            any,
            q: query.q,
            category: query.category,
            crumbs,
        }
    }
}

/// The workspace's own templates.
pub(crate) async fn own(
    team: TeamAccess,
    Query(query): Query<LibraryQuery>,
) -> Result<Reply, PageError> {
    let rows = team.store.list_templates().await?.into_iter().map(|row| {
        let href = links::template_edit(row.id);
        TemplateRow::of_own(row, href)
    });
    let crumbs = vec![Crumb::to("Findings", "/findings")];
    let page = LibraryPage::new(false, "/templates", rows.collect(), query, crumbs);
    team.ctx.render(&page)
}

/// All templates, to start a finding from one.
pub(crate) async fn choose(
    access: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<EngagementPath>,
    Query(query): Query<LibraryQuery>,
) -> Result<Reply, PageError> {
    let own = async { Ok(team.store.list_templates().await?) };
    let (context, own) = try_join(access.engagement(path.engagement), own).await?;
    let form = links::finding_new(access.base, path.engagement);
    let own = own.into_iter().map(|row| {
        let href = format!("{form}?template={}", row.id);
        TemplateRow::of_own(row, href)
    });
    let rows = own.chain(
        starters()
            .iter()
            .map(|starter| TemplateRow::of_starter(starter, &form)),
    );
    let action = links::engagement_library(access.base, path.engagement);
    let page = LibraryPage::new(true, &action, rows.collect(), query, context.crumbs);
    access.ctx.render(&page)
}
