//! One address, a page for each side.

use domain::engagement::Phase;
use domain::trend::TrendWindow;
use serde::{Deserialize, Serialize};
use web::{EitherSide, PageError, Query, Reply};

use crate::{portal, team};

#[derive(Deserialize)]
pub(crate) struct PulseQuery {
    seen: Option<i64>,
}

/// What the address asks for; what can't be read asks for nothing.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct DashboardQuery {
    /// Days that the trend reaches back.
    days: Option<String>,
    phase: Option<String>,
    pub(crate) after: Option<String>,
}

impl DashboardQuery {
    /// How far the trend reaches back.
    pub(crate) fn window(&self) -> TrendWindow {
        TrendWindow::named(self.days.as_deref())
    }

    /// Engagements in which phase; `None` for any.
    pub(crate) fn phase(&self) -> Option<Phase> {
        self.phase.as_deref()?.parse().ok()
    }
}

/// A phase to choose.
#[derive(Debug, Serialize)]
pub(crate) struct PhaseTab {
    label: &'static str,
    href: String,
    active: bool,
}

impl PhaseTab {
    /// Every phase, after `all` of them where they are shown together.
    pub(crate) fn all(chosen: Option<Phase>, together: bool) -> Vec<Self> {
        let all = together.then(|| Self {
            label: "All",
            href: "/#engagements".to_owned(),
            active: chosen.is_none(),
        });
        let phases = Phase::ALL.iter().map(|(phase, name, label)| Self {
            label,
            href: format!("/?phase={name}#engagements"),
            active: chosen == Some(*phase),
        });
        all.into_iter().chain(phases).collect()
    }
}

pub(crate) async fn get(
    side: EitherSide,
    Query(wanted): Query<DashboardQuery>,
) -> Result<Reply, PageError> {
    match side {
        EitherSide::Team(team) => team::show(&team, &wanted).await,
        EitherSide::Portal(portal) => portal::show(&portal, &wanted).await,
    }
}

pub(crate) async fn pulse(
    side: EitherSide,
    Query(PulseQuery { seen }): Query<PulseQuery>,
) -> Result<Reply, PageError> {
    let (ctx, rev) = match &side {
        EitherSide::Team(team) => (&team.ctx, team::rev(team).await?),
        EitherSide::Portal(portal) => (&portal.ctx, portal.store.client_rev().await?),
    };
    web::pulse(ctx, seen, rev)
}
