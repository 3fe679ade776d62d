//! The history, retests and comments of a finding, as pages show them.

use domain::finding::{
    FieldChange, Finding, FindingContent, FindingEvent, FindingStatus, RetestOutcome,
};
use domain::id::EntryId;
use domain::person::initials;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::{CommentItem, FindingDetail, HistoryItem};
use web::links;

use crate::paths::FindingRef;

/// An entry of the history.
#[derive(Debug, Serialize)]
pub(crate) struct HistoryView {
    at: Timestamp,
    who: String,
    side: &'static str,
    text: String,
    until: Option<Date>,
    changes: Vec<FieldChange>,
    more: Option<String>,
    note: Option<String>,
    internal: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct RetestView {
    number: i64,
    outcome: &'static str,
    label: &'static str,
    at: Timestamp,
    who: String,
    note: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct CommentView {
    at: Timestamp,
    who: String,
    initials: String,
    side: &'static str,
    text: String,
    internal: bool,
}

impl HistoryView {
    pub(crate) fn list(history: Vec<HistoryItem>, finding: FindingRef) -> Vec<Self> {
        let rows = history.into_iter();
        rows.map(|item| Self::new(item, finding)).collect()
    }

    fn new(HistoryItem { id, entry, shared }: HistoryItem, finding: FindingRef) -> Self {
        let changes = entry.event.field_changes().to_vec();
        let more = changes.iter().any(|change| change.cut);
        Self {
            at: entry.at,
            who: entry.by_name,
            side: side_name(entry.by_team),
            text: entry.event.history_text(),
            until: entry.event.until(),
            changes,
            more: more.then(|| {
                let FindingRef {
                    base,
                    engagement,
                    finding,
                } = finding;
                links::finding_history_entry(base, engagement, finding, id)
            }),
            note: entry.note,
            internal: !shared,
        }
    }
}

impl From<domain::finding::Retest> for RetestView {
    fn from(retest: domain::finding::Retest) -> Self {
        Self {
            number: retest.number,
            outcome: retest.outcome.name(),
            label: retest.outcome.label(),
            at: retest.at,
            who: retest.by_name,
            note: retest.note,
        }
    }
}

impl CommentView {
    /// A page of comments, the oldest first.
    pub(crate) fn list(comments: Vec<CommentItem>) -> Vec<Self> {
        comments.into_iter().rev().map(Self::from).collect()
    }
}

impl From<CommentItem> for CommentView {
    fn from(CommentItem { comment, shared }: CommentItem) -> Self {
        Self {
            at: comment.at,
            initials: initials(&comment.by_name),
            who: comment.by_name,
            side: side_name(comment.by_team),
            text: comment.text,
            internal: !shared,
        }
    }
}

const fn side_name(team: bool) -> &'static str {
    if team { "team" } else { "client" }
}

/// Content with something in every place.
fn content_sample(finding: &Finding) -> FindingContent {
    FindingContent {
        severity_reason: Some("Behind the <b>VPN</b>.".to_owned()),
        vector: "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H".parse().ok(),
        cwe: Some(79),
        cves: vec!["CVE-2021-44228".to_owned()],
        assets: vec!["app.example.com".to_owned(), "api.example.com".to_owned()],
        description: "The *search* shows `<script>` as it is.".to_owned(),
        impact: "Anything.".to_owned(),
        recommendation: "Escape it.".to_owned(),
        references: "- <https://example.com/>".to_owned(),
        ..FindingContent::titled(&finding.title, finding.severity)
    }
}

fn page_sample<T>(rows: Vec<T>) -> store::ListPage<T> {
    let next = Some(EntryId::new(1, 1).to_string());
    store::ListPage { rows, next }
}

/// A finding with something in every place, for the page's sample.
pub(crate) fn detail_sample() -> FindingDetail {
    use crate::evidence_gallery::evidence_sample;
    use domain::evidence::Evidence;
    use domain::finding::{Comment, Decision, HistoryEntry, Proposal};
    use domain::id::UserId;
    let (_, finding) = web::view::finding_samples();
    let (by, at) = (UserId::new(1, 1), Timestamp::UNIX_EPOCH);
    let finding = Finding {
        status: FindingStatus::Reopened,
        proposal: Some(Proposal {
            decision: Decision::AcceptRisk,
            until: Some(Date::constant(2027, 1, 1)),
            by,
            by_name: "Carl <b>".to_owned(),
            at,
        }),
        ..finding
    };
    let content = content_sample(&finding);
    let item = |n, event, note: Option<&str>, shared| HistoryItem {
        id: EntryId::new(1, n),
        entry: HistoryEntry {
            at,
            by,
            by_name: "Ana".to_owned(),
            by_team: true,
            event,
            note: note.map(str::to_owned),
        },
        shared,
    };
    let field = |field: &str, before: &str, after: &str, cut| FieldChange {
        field: field.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
        cut,
    };
    let edited = FindingEvent::Edited {
        changes: vec![field("title", "<script>alert(0)</script>", "Other", true)],
    };
    let planned = FindingEvent::RemediationChanged {
        changes: vec![field("tags", "", "pci", false)],
    };
    let retested = FindingEvent::Retested {
        number: 1,
        outcome: RetestOutcome::PartlyFixed,
    };
    let comment = |text: &str, by_team| Comment {
        at,
        by,
        by_name: "Ben <b>".to_owned(),
        by_team,
        text: text.to_owned(),
    };
    FindingDetail {
        content,
        history: page_sample(vec![
            item(3, retested, Some("Escaped in **one** place."), true),
            item(4, planned, None, true),
            item(2, edited, None, false),
            item(1, FindingEvent::Created, None, false),
        ]),
        comments: page_sample(vec![
            CommentItem {
                comment: comment("See <script>alert(1)</script>", false),
                shared: true,
            },
            CommentItem {
                comment: comment("Between us.", true),
                shared: false,
            },
        ]),
        retests: vec![domain::finding::Retest {
            number: 1,
            outcome: RetestOutcome::PartlyFixed,
            note: Some("Escaped in **one** place.".to_owned()),
            at,
            by,
            by_name: "Ana".to_owned(),
        }],
        evidence: vec![
            evidence_sample(),
            Evidence {
                shared: false,
                deleted: Some(at),
                ..evidence_sample()
            },
        ],
        finding,
    }
}
