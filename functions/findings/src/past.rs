//! What happened to a finding, as its page tells it.

use domain::finding::{FieldChange, Finding, FindingContent, FindingStatus, RetestOutcome};
use domain::history::FindingEvent;
use domain::id::EntryId;
use domain::person::initials;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::{CommentItem, FindingDetail, HistoryItem};

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

/// A retest.
#[derive(Debug, Serialize)]
pub(crate) struct RetestView {
    number: i64,
    outcome: &'static str,
    label: &'static str,
    at: Timestamp,
    who: String,
    note: Option<String>,
}

/// A comment.
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
    /// The rows of entries; `here` is the finding's page.
    pub(crate) fn all(history: Vec<HistoryItem>, here: &str) -> Vec<Self> {
        let rows = history.into_iter();
        rows.map(|remark| Self::new(remark, here)).collect()
    }

    fn new(HistoryItem { id, entry, shared }: HistoryItem, here: &str) -> Self {
        let (text, until, changes) = words(entry.what);
        let more = changes.iter().any(|change| change.cut);
        Self {
            at: entry.at,
            who: entry.by_name,
            side: side(entry.by_team),
            text,
            until,
            changes,
            more: more.then(|| format!("{here}/history/{id}")),
            note: entry.note,
            internal: !shared,
        }
    }
}

impl From<domain::finding::Retest> for RetestView {
    fn from(round: domain::finding::Retest) -> Self {
        Self {
            number: round.number,
            outcome: round.outcome.name(),
            label: round.outcome.label(),
            at: round.at,
            who: round.by_name,
            note: round.note,
        }
    }
}

impl CommentView {
    /// A page of comments as they are read: the oldest first.
    pub(crate) fn all(comments: Vec<CommentItem>) -> Vec<Self> {
        comments.into_iter().rev().map(Self::from).collect()
    }
}

impl From<CommentItem> for CommentView {
    fn from(CommentItem { comment, shared }: CommentItem) -> Self {
        Self {
            at: comment.at,
            initials: initials(&comment.by_name),
            who: comment.by_name,
            side: side(comment.by_team),
            text: comment.text,
            internal: !shared,
        }
    }
}

const fn side(team: bool) -> &'static str {
    if team { "team" } else { "client" }
}

/// What an entry says, the day it speaks of, and what it changed.
fn words(what: FindingEvent) -> (String, Option<Date>, Vec<FieldChange>) {
    let plain = |text: &str| (text.to_owned(), None, Vec::new());
    match what {
        FindingEvent::Created => plain("wrote it"),
        FindingEvent::Imported { scanner } => plain(&format!("imported it from {scanner}")),
        FindingEvent::Edited { changes } | FindingEvent::Planned { changes } => {
            let fields: Vec<&str> = changes.iter().map(|one| one.field.as_str()).collect();
            let fields = if fields.is_empty() {
                "the text".to_owned()
            } else {
                fields.join(", ")
            };
            (format!("changed {fields}"), None, changes)
        }
        FindingEvent::Moved { from, to } => plain(moved(from, to)),
        FindingEvent::Retested { round, outcome } => {
            plain(&format!("retested it, round {round}: {}", found(outcome)))
        }
        FindingEvent::Proposed { decision, until } => {
            let what = decided(decision.leads_to());
            (format!("proposed to {what}"), until, Vec::new())
        }
        FindingEvent::Declined { decision } => {
            plain(&format!("declined to {}", decided(decision.leads_to())))
        }
        FindingEvent::Decided {
            decision,
            until,
            proposed_by,
        } => {
            let verb = match decision.leads_to() {
                FindingStatus::AcceptedRisk => "accepted the risk",
                _ => "closed it as a false positive",
            };
            let asked = proposed_by.map(|who| format!(", as {who} had proposed"));
            let text = format!("{verb}{}", asked.unwrap_or_default());
            (text, until, Vec::new())
        }
        FindingEvent::Lapsed { until } => (
            "opened it again: the risk was accepted".to_owned(),
            Some(until),
            Vec::new(),
        ),
    }
}

const fn found(outcome: RetestOutcome) -> &'static str {
    match outcome {
        RetestOutcome::Fixed => "fixed, and closed it",
        RetestOutcome::Partly => "partly fixed, and reopened it",
        RetestOutcome::NotFixed => "not fixed, and reopened it",
    }
}

const fn decided(to: FindingStatus) -> &'static str {
    match to {
        FindingStatus::AcceptedRisk => "accept the risk",
        _ => "close it as a false positive",
    }
}

const fn moved(from: FindingStatus, to: FindingStatus) -> &'static str {
    match (from, to) {
        (_, FindingStatus::Draft) => "took it back to draft",
        (FindingStatus::Draft, _) => "published it",
        (_, FindingStatus::InProgress) => "started work",
        (_, FindingStatus::Resolved) => "marked it as resolved",
        (_, FindingStatus::Verified) => "verified and closed it",
        (_, FindingStatus::Reopened) => "reopened it",
        (_, FindingStatus::Open | FindingStatus::FalsePositive | FindingStatus::AcceptedRisk) => {
            "moved it"
        }
    }
}

/// What a finding says, with something in every place.
fn draft_sample(finding: &Finding) -> FindingContent {
    FindingContent {
        title: finding.title.clone(),
        severity: finding.severity,
        severity_reason: Some("Behind the <b>VPN</b>.".to_owned()),
        vector: "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H".parse().ok(),
        cwe: Some(79),
        cves: vec!["CVE-2021-44228".to_owned()],
        assets: vec!["app.example.com".to_owned(), "api.example.com".to_owned()],
        description: "The *search* shows `<script>` as it is.".to_owned(),
        impact: "Anything.".to_owned(),
        recommendation: "Escape it.".to_owned(),
        references: "- <https://example.com/>".to_owned(),
    }
}

fn page<T>(rows: Vec<T>) -> store::page::ListPage<T> {
    let next = Some(EntryId::new(1, 1).to_string());
    store::page::ListPage { rows, next }
}

/// A finding with something in every place, for the page's sample.
pub(crate) fn dossier_sample() -> FindingDetail {
    use crate::shots::evidence_sample;
    use domain::evidence::Evidence;
    use domain::finding::{Comment, Decision, Proposal};
    use domain::history::HistoryEntry;
    use domain::id::UserId;
    let (_, finding) = web::view::samples();
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
    let draft = draft_sample(&finding);
    let remark = |n, what, note: Option<&str>, shared| HistoryItem {
        id: EntryId::new(1, n),
        entry: HistoryEntry {
            at,
            by,
            by_name: "Ana".to_owned(),
            by_team: true,
            what,
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
    let planned = FindingEvent::Planned {
        changes: vec![field("tags", "", "pci", false)],
    };
    let retested = FindingEvent::Retested {
        round: 1,
        outcome: RetestOutcome::Partly,
    };
    let comment = |text: &str, by_team| Comment {
        at,
        by,
        by_name: "Ben <b>".to_owned(),
        by_team,
        text: text.to_owned(),
    };
    FindingDetail {
        draft,
        history: page(vec![
            remark(3, retested, Some("Escaped in **one** place."), true),
            remark(4, planned, None, true),
            remark(2, edited, None, false),
            remark(1, FindingEvent::Created, None, false),
        ]),
        comments: page(vec![
            CommentItem {
                comment: comment("See <script>alert(1)</script>", false),
                shared: true,
            },
            CommentItem {
                comment: comment("Between us.", true),
                shared: false,
            },
        ]),
        rounds: vec![domain::finding::Retest {
            number: 1,
            outcome: RetestOutcome::Partly,
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
