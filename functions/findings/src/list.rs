//! Findings across engagements, for both sides.

use domain::finding::FindingFilterInput;
use domain::role::Action;
use futures::future::try_join;
use serde::{Deserialize, Serialize};
use web::view::{FindingList, FindingListContext};
use web::{Crumb, EitherSide, Page, PageError, Query, Reply};

use crate::reach::{ListScope, ListScopeQuery};

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct FindingsQuery {
    #[serde(flatten)]
    pub(crate) narrow: ListScopeQuery,
    #[serde(flatten)]
    pub(crate) filter: FindingFilterInput,
    #[serde(default)]
    after: Option<String>,
}

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct FindingsPage {
    pulse: String,
    list: FindingList,
    /// Whether templates can be tended by who looks.
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
    Query(wanted): Query<FindingsQuery>,
) -> Result<Reply, PageError> {
    let reach = ListScope::of(side, &wanted.narrow)?;
    let ctx = &reach.ctx;
    let filter = wanted.filter.parse(reach.actor.user);
    let today = ctx.workspace.today(ctx.now);
    let after = wanted.after.as_deref();
    let (found, around) = try_join(reach.list(&filter, today, after), reach.around()).await?;
    let places = reach.places(&found.rows, &around).await?;
    let team = reach.actor.role.is_team();
    let client = around.client.as_ref();
    let pulse = match client {
        Some(client) if team => format!("/clients/{}/pulse?seen={}", client.id, around.rev),
        _ => format!("/pulse?seen={}", around.rev),
    };
    let engagement = around.engagement.as_ref().map(|one| one.title.clone());
    let frame = FindingListContext {
        path: "/findings",
        client: reach.client(),
        engagement: reach.engagement,
        within: engagement.or_else(|| client.filter(|_| team).map(|one| one.name.clone())),
        input: &wanted.filter,
        after,
        actor: &reach.actor,
        people: &around.people,
        today,
        counts: [None; 4],
    };
    let place = |one: &store::Listed| {
        let client = places.client(one).filter(|_| team && client.is_none());
        let parts: Vec<&str> = client.into_iter().chain(places.engagement(one)).collect();
        Some(parts.join(" · ")).filter(|place| !place.is_empty())
    };
    let list = FindingList::new(&found, &frame, place);
    let templates = team && reach.actor.role.may(Action::WriteFindings);
    ctx.page(&FindingsPage {
        pulse,
        list,
        templates,
    })
}
