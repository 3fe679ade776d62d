//! Findings across engagements, for both sides.

use domain::finding::FindingFilterInput;
use domain::role::Action;
use futures::future::try_join;
use serde::{Deserialize, Serialize};
use web::links::{self, LinkBase};
use web::view::{FindingList, FindingListContext};
use web::{Crumb, EitherSide, Page, PageError, Query, Reply};

use crate::list_scope::{ListScope, ListScopeQuery};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct FindingsQuery {
    #[serde(flatten)]
    pub(crate) scope: ListScopeQuery,
    #[serde(flatten)]
    pub(crate) filter: FindingFilterInput,
    #[serde(default)]
    after: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct FindingsPage {
    pulse: String,
    list: FindingList,
    /// Whether the actor may manage templates.
    templates: bool,
}

impl Page for FindingsPage {
    const TEMPLATE: &'static str = "pages/findings/findings.html";

    fn title(&self) -> String {
        "Findings".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        Vec::new()
    }

    fn samples() -> Vec<Self> {
        let empty = Self {
            list: FindingList::empty_sample(),
            templates: false,
            ..Self::sample()
        };
        vec![Self::sample(), empty]
    }

    fn sample() -> Self {
        Self {
            pulse: "/pulse?seen=1".to_owned(),
            list: FindingList::sample(),
            templates: true,
        }
    }
}

pub(crate) async fn get(
    side: EitherSide,
    Query(query): Query<FindingsQuery>,
) -> Result<Reply, PageError> {
    let scope = ListScope::of(side, &query.scope)?;
    let ctx = &scope.ctx;
    let filter = query.filter.parse(scope.actor.user);
    let today = ctx.workspace.today(ctx.now);
    let after = query.after.as_deref();
    let (findings, context) =
        try_join(scope.list(&filter, today, after), scope.load_context()).await?;
    let names = scope.load_names(&findings.rows, &context).await?;
    let team = scope.actor.role.is_team();
    let client = context.client.as_ref();
    let base = match client {
        Some(client) if team => LinkBase::Team(client.id),
        _ => LinkBase::Portal,
    };
    let pulse = format!("{}?seen={}", links::client_pulse(base), context.rev);
    let engagement = context.engagement.as_ref();
    let engagement = engagement.map(|engagement| engagement.title.clone());
    let view = FindingListContext {
        path: "/findings",
        client: scope.client(),
        engagement: scope.engagement,
        within: engagement.or_else(|| client.filter(|_| team).map(|client| client.name.clone())),
        input: &query.filter,
        after,
        actor: &scope.actor,
        people: &context.people,
        today,
        counts: [None; 4],
    };
    let place = |summary: &store::FindingSummary| {
        let client = names.client(summary).filter(|_| team && client.is_none());
        let parts: Vec<&str> = client
            .into_iter()
            .chain(names.engagement(summary))
            .collect();
        Some(parts.join(" · ")).filter(|place| !place.is_empty())
    };
    let list = FindingList::new(&findings, &view, place);
    let templates = team && scope.actor.role.may(Action::WriteFindings);
    ctx.render(&FindingsPage {
        pulse,
        list,
        templates,
    })
}
