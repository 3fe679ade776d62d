//! Lists of findings across engagements, filtered: each page reads a bounded
//! number of rows, whatever is looked for, and says where it stopped.

use domain::finding::{Filter, Finding, Order, Show, Status};
use domain::id::{ClientId, EngagementId, FindingId};
use domain::score::Score;
use domain::severity::Severity;
use jiff::civil::Date;

use super::{Listed, listed};
use crate::error::Error;
use crate::keys::{self, Index, Place};
use crate::page::SIZE;
use crate::scope::{ClientScope, Scope, Store, WorkspaceScope};
use crate::table::{Query, Range, start};

/// Rows that one page reads at most.
pub const LOOK: usize = 1_000;
/// Rows that are read at first where a filter leaves some out: two pages.
const FIRST: usize = 100;

/// A page of a filtered list.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The rows.
    pub rows: Vec<Listed>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<String>,
    /// Whether it stopped because it had read as much as it may, not because the
    /// page was full.
    pub stopped: bool,
    /// Rows that were read.
    pub looked: usize,
}

/// Where a list stands in an index, and of which engagement it is.
struct Shelfful {
    rank: Index,
    due: Index,
    scope: String,
    engagement: Option<EngagementId>,
    drafts: bool,
}

/// A stretch of a list.
struct Lane {
    published: bool,
    active: bool,
    range: Range,
}

/// A place in a list, by what its key is made of.
struct Spot {
    published: bool,
    active: bool,
    severity: Severity,
    score: Option<Score>,
    due: Option<Date>,
    finding: FindingId,
    client: ClientId,
    engagement: EngagementId,
}

impl Store<WorkspaceScope> {
    /// A page of the workspace's findings.
    pub async fn list(
        &self,
        filter: &Filter,
        today: Date,
        after: Option<&str>,
    ) -> Result<Found, Error> {
        let shelfful = Shelfful {
            rank: Index::Gsi3,
            due: Index::Gsi5,
            scope: self.prefix(),
            engagement: None,
            drafts: true,
        };
        self.walk(&shelfful, filter, today, after).await
    }
}

impl Store<ClientScope> {
    /// A page of the client's findings, or of one engagement's.
    pub async fn list(
        &self,
        engagement: Option<EngagementId>,
        filter: &Filter,
        today: Date,
        after: Option<&str>,
    ) -> Result<Found, Error> {
        // By date, an engagement's findings are looked for among its client's.
        let (rank, scope) = match engagement {
            Some(id) if filter.order == Order::Severity => (Index::Gsi1, self.partition(id)),
            _ => (Index::Gsi6, self.prefix()),
        };
        let shelfful = Shelfful {
            rank,
            due: Index::Gsi4,
            scope,
            engagement,
            drafts: self.sees_drafts(),
        };
        self.walk(&shelfful, filter, today, after).await
    }
}

impl<S: Scope> Store<S> {
    async fn walk(
        &self,
        shelfful: &Shelfful,
        filter: &Filter,
        today: Date,
        after: Option<&str>,
    ) -> Result<Found, Error> {
        let page = usize::try_from(SIZE).unwrap_or(50);
        let looks = filter.looks() || (shelfful.engagement.is_some() && filter.order == Order::Due);
        let mut spot = after.and_then(Spot::read);
        let mut found = Found::default();
        let mut last = None;
        for lane in lanes(filter, shelfful.drafts, today) {
            let Some(mut at) = entrance(&mut spot, &lane) else {
                continue;
            };
            loop {
                let room = page - found.rows.len();
                if room == 0 {
                    found.next = last;
                    return Ok(found);
                }
                let chunk = if looks { chunk(&found, room) } else { room };
                let query = self.stretch(shelfful, filter.order, &lane, at.as_ref(), chunk);
                let slice = self.query(query).await?;
                for item in slice.items {
                    let one = listed(item)?;
                    let here = Spot::of(&one);
                    let wanted = shelfful.engagement.is_none_or(|id| one.engagement == id);
                    if wanted && filter.shows(&one.finding, today) {
                        if found.rows.len() == page {
                            // One more than fits: the list goes on before it.
                            found.next = last;
                            return Ok(found);
                        }
                        found.rows.push(one);
                    }
                    found.looked += 1;
                    last = Some(here.write());
                    at = Some(here);
                }
                if !slice.more {
                    break;
                }
                if found.looked >= LOOK || found.rows.len() == page {
                    found.stopped = found.rows.len() < page;
                    found.next = last;
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    fn stretch(
        &self,
        shelfful: &Shelfful,
        order: Order,
        lane: &Lane,
        at: Option<&Spot>,
        chunk: usize,
    ) -> Query {
        let index = match order {
            Order::Severity => shelfful.rank,
            Order::Due => shelfful.due,
        };
        let pk = keys::findings(&shelfful.scope, lane.published);
        let after = at.map(|spot| {
            let e = keys::engagement(&keys::client(self.ws(), spot.client), spot.engagement);
            let place = Place {
                index,
                pk: pk.clone(),
                sk: spot.sort_key(order),
            };
            start(&keys::finding(&e, spot.finding), Some(&place))
        });
        let limit = i32::try_from(chunk).unwrap_or(SIZE);
        Query::of(pk, lane.range.clone(), limit)
            .on(index)
            .after(after)
    }
}

/// Where a lane is entered: at the spot from which the list goes on, or at its
/// beginning; `None` for lanes before that spot.
#[allow(clippy::option_option)] // the lane, and the place in it
fn entrance(spot: &mut Option<Spot>, lane: &Lane) -> Option<Option<Spot>> {
    match spot {
        Some(waits) if !waits.is_on(lane) => None,
        _ => Some(spot.take()),
    }
}

/// How many rows to read next for a page with so much room: as many as would fill it if
/// as large a share of them fits as did so far, and a quarter more.
fn chunk(found: &Found, room: usize) -> usize {
    let wanted = match (found.looked, found.rows.len()) {
        (0, _) => FIRST,
        (looked, 0) => looked * 4,
        (looked, fitted) => (room * looked * 5).div_ceil(fitted * 4).max(FIRST),
    };
    wanted.min(LOOK.saturating_sub(found.looked)).max(1)
}

/// The stretches in which what is wanted may stand, in order.
fn lanes(filter: &Filter, drafts: bool, today: Date) -> Vec<Lane> {
    let parts: &[(bool, bool)] = match filter.show {
        Show::Active => &[(true, true)],
        Show::Closed => &[(true, false)],
        Show::Drafts => &[(false, true)],
        Show::All => &[(true, true), (true, false), (false, true)],
    };
    let parts = parts.iter().filter(|(published, _)| *published || drafts);
    let lane = |(published, active): &(bool, bool)| Lane {
        published: *published,
        active: *active,
        range: match keys::finding_stretch(*active, filter, today) {
            (prefix, None) => Range::Prefix(prefix),
            (from, Some(to)) => Range::Between(from, to),
        },
    };
    parts.map(lane).collect()
}

impl Spot {
    fn of(
        Listed {
            finding,
            client,
            engagement,
        }: &Listed,
    ) -> Self {
        Self {
            published: finding.status.is_published(),
            active: is_listed_first(finding),
            severity: finding.severity,
            score: finding.score,
            due: finding.due,
            finding: finding.id,
            client: *client,
            engagement: *engagement,
        }
    }

    fn is_on(&self, lane: &Lane) -> bool {
        (self.published, self.active) == (lane.published, lane.active)
    }

    fn sort_key(&self, order: Order) -> String {
        match order {
            Order::Severity => {
                keys::finding_rank(self.active, self.severity, self.score, self.finding)
            }
            Order::Due => keys::finding_due(self.active, self.due, self.severity, self.finding),
        }
    }

    /// As it stands in an address.
    fn write(&self) -> String {
        let flag = |flag| if flag { '1' } else { '0' };
        format!(
            "{}{}.{}.{}.{}.{}.{}.{}",
            flag(self.published),
            flag(self.active),
            self.severity,
            self.score.map_or(0, Score::tenths),
            self.due.map_or_else(String::new, |due| due.to_string()),
            self.finding,
            self.client,
            self.engagement,
        )
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let mut flags = parts.next()?.chars().map(|flag| flag == '1');
        let spot = Self {
            published: flags.next()?,
            active: flags.next()?,
            severity: parts.next()?.parse().ok()?,
            score: Score::from_tenths(parts.next()?.parse().ok()?),
            due: match parts.next()? {
                "" => None,
                day => Some(day.parse().ok()?),
            },
            finding: parts.next()?.parse().ok()?,
            client: parts.next()?.parse().ok()?,
            engagement: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(spot)
    }
}

fn is_listed_first(finding: &Finding) -> bool {
    finding.status.is_active() || finding.status == Status::Draft
}
