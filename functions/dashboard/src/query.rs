//! The queries of both dashboards, and the tabs that choose a phase.

use domain::engagement::Phase;
use domain::trend::TrendWindow;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(crate) struct PulseQuery {
    pub(crate) seen: Option<i64>,
}

/// The query of a dashboard; a value that can't be read is ignored.
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

    /// The phase of the engagements; `None` for any.
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
    /// A tab for every phase, after one for all of them where `with_all`.
    pub(crate) fn list(chosen: Option<Phase>, with_all: bool) -> Vec<Self> {
        let all = with_all.then(|| Self {
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
