//! Lists of findings across engagements, filtered: each page reads a bounded
//! number of rows, whatever is looked for, and says where it stopped.

use domain::finding::{Finding, FindingFilter, FindingOrder, FindingStatus, StatusGroup};
use domain::id::{ClientId, EngagementId, FindingId};
use domain::score::CvssScore;
use domain::severity::Severity;
use jiff::civil::Date;

use super::{Listed, listed};
use crate::error::StoreError;
use crate::keys::{self, Index, IndexKey};
use crate::page::SIZE;
use crate::scope::{ClientScope, Scope, Store, WorkspaceScope};
use crate::table::{Query, Range, start};

/// Rows that one page reads at most.
pub const MAX_SCANNED: usize = 1_000;
/// Rows that are read at first where a filter leaves some out: two pages.
const FIRST: usize = 100;

/// A page of a filtered list.
#[derive(Debug, Clone, Default)]
pub struct FilteredFindings {
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
struct ListSource {
    rank: Index,
    due: Index,
    scope: String,
    engagement: Option<EngagementId>,
    drafts: bool,
}

/// A stretch of a list.
struct Segment {
    published: bool,
    active: bool,
    range: Range,
}

/// A place in a list, by what its key is made of.
struct Cursor {
    published: bool,
    active: bool,
    severity: Severity,
    score: Option<CvssScore>,
    due: Option<Date>,
    finding: FindingId,
    client: ClientId,
    engagement: EngagementId,
}

impl Store<WorkspaceScope> {
    /// A page of the workspace's findings.
    pub async fn list(
        &self,
        filter: &FindingFilter,
        today: Date,
        after: Option<&str>,
    ) -> Result<FilteredFindings, StoreError> {
        let shelfful = ListSource {
            rank: Index::Gsi3,
            due: Index::Gsi5,
            scope: self.prefix(),
            engagement: None,
            drafts: true,
        };
        self.scan_page(&shelfful, filter, today, after).await
    }
}

impl Store<ClientScope> {
    /// A page of the client's findings, or of one engagement's.
    pub async fn list(
        &self,
        engagement: Option<EngagementId>,
        filter: &FindingFilter,
        today: Date,
        after: Option<&str>,
    ) -> Result<FilteredFindings, StoreError> {
        // By date, an engagement's findings are looked for among its client's.
        let (rank, scope) = match engagement {
            Some(id) if filter.order == FindingOrder::Severity => (Index::Gsi1, self.partition(id)),
            _ => (Index::Gsi6, self.prefix()),
        };
        let shelfful = ListSource {
            rank,
            due: Index::Gsi4,
            scope,
            engagement,
            drafts: self.sees_drafts(),
        };
        self.scan_page(&shelfful, filter, today, after).await
    }
}

impl<S: Scope> Store<S> {
    async fn scan_page(
        &self,
        shelfful: &ListSource,
        filter: &FindingFilter,
        today: Date,
        after: Option<&str>,
    ) -> Result<FilteredFindings, StoreError> {
        let page = usize::try_from(SIZE).unwrap_or(50);
        let looks =
            filter.looks() || (shelfful.engagement.is_some() && filter.order == FindingOrder::Due);
        let mut spot = after.and_then(Cursor::read);
        let mut found = FilteredFindings::default();
        let mut last = None;
        for lane in segments(filter, shelfful.drafts, today) {
            let Some(mut at) = segment_start(&mut spot, &lane) else {
                continue;
            };
            loop {
                let room = page - found.rows.len();
                if room == 0 {
                    found.next = last;
                    return Ok(found);
                }
                let chunk = if looks { chunk(&found, room) } else { room };
                let query = self.segment_query(shelfful, filter.order, &lane, at.as_ref(), chunk);
                let slice = self.query(query).await?;
                for item in slice.items {
                    let one = listed(item)?;
                    let here = Cursor::of(&one);
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
                if found.looked >= MAX_SCANNED || found.rows.len() == page {
                    found.stopped = found.rows.len() < page;
                    found.next = last;
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    fn segment_query(
        &self,
        shelfful: &ListSource,
        order: FindingOrder,
        lane: &Segment,
        at: Option<&Cursor>,
        chunk: usize,
    ) -> Query {
        let index = match order {
            FindingOrder::Severity => shelfful.rank,
            FindingOrder::Due => shelfful.due,
        };
        let pk = keys::findings(&shelfful.scope, lane.published);
        let after = at.map(|spot| {
            let e = keys::engagement(&keys::client(self.ws(), spot.client), spot.engagement);
            let place = IndexKey {
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
fn segment_start(spot: &mut Option<Cursor>, lane: &Segment) -> Option<Option<Cursor>> {
    match spot {
        Some(waits) if !waits.is_on(lane) => None,
        _ => Some(spot.take()),
    }
}

/// How many rows to read next for a page with so much room: as many as would fill it if
/// as large a share of them fits as did so far, and a quarter more.
fn chunk(found: &FilteredFindings, room: usize) -> usize {
    let wanted = match (found.looked, found.rows.len()) {
        (0, _) => FIRST,
        (looked, 0) => looked * 4,
        (looked, fitted) => (room * looked * 5).div_ceil(fitted * 4).max(FIRST),
    };
    wanted.min(MAX_SCANNED.saturating_sub(found.looked)).max(1)
}

/// The stretches in which what is wanted may stand, in order.
fn segments(filter: &FindingFilter, drafts: bool, today: Date) -> Vec<Segment> {
    let parts: &[(bool, bool)] = match filter.show {
        StatusGroup::Active => &[(true, true)],
        StatusGroup::Closed => &[(true, false)],
        StatusGroup::Drafts => &[(false, true)],
        StatusGroup::All => &[(true, true), (true, false), (false, true)],
    };
    let parts = parts.iter().filter(|(published, _)| *published || drafts);
    let lane = |(published, active): &(bool, bool)| Segment {
        published: *published,
        active: *active,
        range: match keys::finding_stretch(*active, filter, today) {
            (prefix, None) => Range::Prefix(prefix),
            (from, Some(to)) => Range::Between(from, to),
        },
    };
    parts.map(lane).collect()
}

impl Cursor {
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

    fn is_on(&self, lane: &Segment) -> bool {
        (self.published, self.active) == (lane.published, lane.active)
    }

    fn sort_key(&self, order: FindingOrder) -> String {
        match order {
            FindingOrder::Severity => {
                keys::finding_rank(self.active, self.severity, self.score, self.finding)
            }
            FindingOrder::Due => {
                keys::finding_due(self.active, self.due, self.severity, self.finding)
            }
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
            self.score.map_or(0, CvssScore::tenths),
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
            score: CvssScore::from_tenths(parts.next()?.parse().ok()?),
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
    finding.status.is_active() || finding.status == FindingStatus::Draft
}
