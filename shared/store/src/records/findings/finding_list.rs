//! Filtered lists of findings: each page reads a bounded number of rows, whatever the
//! filter is, and says where it stopped.

use domain::cvss::CvssScore;
use domain::finding::{Finding, FindingFilter, FindingOrder, FindingStatus, StatusGroup};
use domain::id::{ClientId, EngagementId, FindingId};
use domain::severity::Severity;
use jiff::civil::Date;

use crate::error::StoreError;
use crate::records::findings::finding_item::{FindingSummary, summary_from_item};
use crate::table::keys::{self, ListKey};
use crate::table::list_page::PAGE_SIZE;
use crate::table::query::{Query, Range, start_at};
use crate::tenancy::scope::{ClientScope, Scope, Store, WorkspaceScope};

/// Rows that one page reads at most.
pub const MAX_SCANNED: usize = 1_000;
/// Rows that are read at first where a filter leaves some out: two pages.
const FIRST_SCAN: usize = 100;

/// A page of a filtered list.
#[derive(Debug, Clone, Default)]
pub struct FilteredFindings {
    pub rows: Vec<FindingSummary>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<String>,
    /// Whether it stopped at the maximum of read rows before the page was full.
    pub stopped: bool,
    pub scanned: usize,
}

/// The lists that a page reads: of published findings and of drafts.
struct ListSource {
    published: ListKey,
    drafts: Option<ListKey>,
    /// Of a list that holds other engagements' findings too: the one that is shown.
    engagement: Option<EngagementId>,
}

/// A part of a list that is read in order: published or not, active or not.
struct Segment<'a> {
    list: &'a ListKey,
    published: bool,
    active: bool,
    range: Range,
}

/// Where a list goes on, by the parts of the last row's key.
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
        let w = self.prefix();
        let list = |published| match filter.order {
            FindingOrder::Severity => keys::workspace_findings_by_severity(&w, published),
            FindingOrder::Due => keys::workspace_findings_by_due(&w, published),
        };
        let source = ListSource {
            published: list(true),
            drafts: Some(list(false)),
            engagement: None,
        };
        self.scan_page(&source, filter, today, after).await
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
        let c = self.prefix();
        let list = |published| match (filter.order, engagement) {
            (FindingOrder::Severity, Some(id)) => {
                keys::engagement_findings(&self.engagement_partition(id), published)
            }
            (FindingOrder::Severity, None) => keys::client_findings_by_severity(&c, published),
            (FindingOrder::Due, _) => keys::client_findings_by_due(&c, published),
        };
        let source = ListSource {
            published: list(true),
            drafts: self.sees_drafts().then(|| list(false)),
            // By date, an engagement's findings stand among its client's.
            engagement: engagement.filter(|_| filter.order == FindingOrder::Due),
        };
        self.scan_page(&source, filter, today, after).await
    }
}

impl<S: Scope> Store<S> {
    async fn scan_page(
        &self,
        source: &ListSource,
        filter: &FindingFilter,
        today: Date,
        after: Option<&str>,
    ) -> Result<FilteredFindings, StoreError> {
        let page = usize::try_from(PAGE_SIZE).unwrap_or(50);
        let leaves_some_out = filter.needs_scan() || source.engagement.is_some();
        let mut start = after.and_then(Cursor::parse);
        let mut found = FilteredFindings::default();
        let mut last = None;
        for segment in source.segments(filter, today) {
            if start.as_ref().is_some_and(|start| !start.is_in(&segment)) {
                // The list goes on behind it.
                continue;
            }
            let mut cursor = start.take();
            loop {
                let room = page - found.rows.len();
                if room == 0 {
                    found.next = last;
                    return Ok(found);
                }
                let limit = if leaves_some_out {
                    scan_limit(&found, room)
                } else {
                    room
                };
                let query = self.segment_query(&segment, filter.order, cursor.as_ref(), limit);
                let slice = self.query(query).await?;
                for item in slice.items {
                    let summary: FindingSummary = summary_from_item(item)?;
                    let here = Cursor::of(&summary);
                    let is_listed = source
                        .engagement
                        .is_none_or(|engagement| summary.engagement == engagement);
                    if is_listed && filter.matches(&summary.finding, today) {
                        if found.rows.len() == page {
                            // One more than fits: the list goes on before it.
                            found.next = last;
                            return Ok(found);
                        }
                        found.rows.push(summary);
                    }
                    found.scanned += 1;
                    last = Some(here.format());
                    cursor = Some(here);
                }
                if !slice.more {
                    break;
                }
                if found.scanned >= MAX_SCANNED || found.rows.len() == page {
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
        segment: &Segment<'_>,
        order: FindingOrder,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Query {
        let after = cursor.map(|cursor| {
            let client = keys::client(self.ws(), cursor.client);
            let e = keys::engagement(&client, cursor.engagement);
            let index_key = segment.list.at(cursor.sort_key(order));
            start_at(&keys::finding(&e, cursor.finding), Some(&index_key))
        });
        let limit = i32::try_from(limit).unwrap_or(PAGE_SIZE);
        Query::list(segment.list, segment.range.clone(), limit).after(after)
    }
}

/// The number of rows to read next for a page with so much room: as many as would fill it if as
/// large a share of them matches as did so far, and a quarter more.
fn scan_limit(found: &FilteredFindings, room: usize) -> usize {
    let wanted = match (found.scanned, found.rows.len()) {
        (0, _) => FIRST_SCAN,
        (scanned, 0) => scanned * 4,
        (scanned, fitted) => (room * scanned * 5).div_ceil(fitted * 4).max(FIRST_SCAN),
    };
    wanted.min(MAX_SCANNED.saturating_sub(found.scanned)).max(1)
}

impl ListSource {
    /// The segments in which a filter's findings stand, in order.
    fn segments(&self, filter: &FindingFilter, today: Date) -> Vec<Segment<'_>> {
        let parts: &[(bool, bool)] = match filter.group {
            StatusGroup::Active => &[(true, true)],
            StatusGroup::Closed => &[(true, false)],
            StatusGroup::Drafts => &[(false, true)],
            StatusGroup::All => &[(true, true), (true, false), (false, true)],
        };
        let segments = parts.iter().filter_map(|&(published, active)| {
            let list = if published {
                Some(&self.published)
            } else {
                self.drafts.as_ref()
            };
            let range = match keys::finding_segment(active, filter, today) {
                (prefix, None) => Range::Prefix(prefix),
                (from, Some(to)) => Range::Between(from, to),
            };
            list.map(|list| Segment {
                list,
                published,
                active,
                range,
            })
        });
        segments.collect()
    }
}

impl Cursor {
    fn of(summary: &FindingSummary) -> Self {
        let finding = &summary.finding;
        Self {
            published: finding.status.is_published(),
            active: is_listed_first(finding),
            severity: finding.severity,
            score: finding.score,
            due: finding.due,
            finding: finding.id,
            client: summary.client,
            engagement: summary.engagement,
        }
    }

    fn is_in(&self, segment: &Segment<'_>) -> bool {
        (self.published, self.active) == (segment.published, segment.active)
    }

    fn sort_key(&self, order: FindingOrder) -> String {
        match order {
            FindingOrder::Severity => {
                keys::finding_severity_sk(self.active, self.severity, self.score, self.finding)
            }
            FindingOrder::Due => {
                keys::finding_due_sk(self.active, self.due, self.severity, self.finding)
            }
        }
    }

    /// The cursor as a query parameter.
    fn format(&self) -> String {
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

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let mut flags = parts.next()?.chars().map(|flag| flag == '1');
        let cursor = Self {
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
        parts.next().is_none().then_some(cursor)
    }
}

fn is_listed_first(finding: &Finding) -> bool {
    finding.status.is_active() || finding.status == FindingStatus::Draft
}
