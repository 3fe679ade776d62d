//! One action for many findings, chosen in a list. Each is decided separately, and the page
//! lists the results. Sent again, the form changes nothing.

use domain::finding::{
    Assignee, BulkAction, Finding, FindingChange, FindingEvent, MAX_BULK, Transition,
    TransitionRefusal,
};
use domain::id::{ClientId, EngagementId, FindingId};
use domain::input::FieldErrors;
use domain::person::Person;
use futures::future::{join_all, try_join_all};
use serde::Serialize;
use std::collections::BTreeMap;
use store::BulkChange;
use web::links::{self, LinkBase};
use web::{EitherSide, Page, PageError, ProtectedForm, Reply, see_other};

use crate::list_scope::{ListScope, ListScopeQuery};

/// Why a finding was not changed that has another version than the list showed.
const CHANGED_MEANWHILE: &str = "Somebody else changed it meanwhile.";

/// The fields of the form: the action, and one for each chosen row.
type Fields = BTreeMap<String, String>;

#[derive(Debug, Serialize)]
pub(crate) struct BulkPage {
    wrong: Option<String>,
    done: usize,
    rows: Vec<BulkRow>,
    back: String,
}

#[derive(Debug, Serialize)]
struct BulkRow {
    title: String,
    href: String,
    severity: &'static str,
    result: &'static str,
    why: String,
}

/// A row that was chosen, as the list showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ChosenFinding {
    client: ClientId,
    engagement: EngagementId,
    finding: FindingId,
    version: i64,
}

/// The decision on one finding.
enum BulkDecision {
    Change(Box<BulkChange>),
    Already,
    Refused(String),
}

impl Page for BulkPage {
    const TEMPLATE: &'static str = "pages/findings/bulk.html";

    fn title(&self) -> String {
        "What was changed".to_owned()
    }

    fn samples() -> Vec<Self> {
        let done = Self {
            wrong: None,
            ..Self::sample()
        };
        let refused = Self {
            done: 0,
            rows: Vec::new(),
            ..Self::sample()
        };
        vec![Self::sample(), done, refused]
    }

    fn sample() -> Self {
        let row = |result, why: &str| BulkRow {
            title: "<script>alert(1)</script> in the search".to_owned(),
            href: "/clients/c/engagements/e/findings/f".to_owned(),
            severity: "high",
            result,
            why: why.to_owned(),
        };
        Self {
            wrong: Some("Choose at least one finding.".to_owned()),
            done: 1,
            rows: vec![
                row("done", ""),
                row("already", ""),
                row("refused", CHANGED_MEANWHILE),
            ],
            back: "/findings".to_owned(),
        }
    }
}

pub(crate) async fn post(
    side: EitherSide,
    form: ProtectedForm<Fields>,
) -> Result<Reply, PageError> {
    let mut fields = form.input;
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let scope_query = ListScopeQuery {
        client: take("client"),
        ..ListScopeQuery::default()
    };
    let (back, publish_key) = (local_path(take("back")), take("publish"));
    let input = BulkInput {
        what: take("what"),
        note: take("note"),
        until: take("until"),
        assignee: take("to"),
        due: take("due"),
        severity: take("rate"),
    };
    let scope = ListScope::of(side, &scope_query)?;
    let context = scope.load_context().await?;
    if !publish_key.is_empty() {
        // The button of one row: that finding only, then back to the list.
        let bulk = publish_action();
        let chosen = parse_chosen(&scope, &fields, std::iter::once(publish_key.as_str()));
        let page = execute_bulk(&scope, &bulk, &chosen, back).await?;
        return if page.done == 1 {
            Ok(see_other(&page.back).flash("publish"))
        } else {
            scope.ctx.render(&page)
        };
    }
    let keys = fields.iter().filter(|(name, _)| name.starts_with('c'));
    let chosen = parse_chosen(&scope, &fields, keys.map(|(_, key)| key.as_str()));
    let bulk = input.parse(&context.people);
    let wrong = match (&bulk, chosen.len()) {
        (_, 0) => Some("Choose at least one finding.".to_owned()),
        (_, n) if n > MAX_BULK => Some(format!("Choose at most {MAX_BULK} findings at a time.")),
        (Err(invalid), _) => invalid.fields().values().next().cloned(),
        (Ok(_), _) => None,
    };
    match (bulk, wrong) {
        (Ok(bulk), None) => {
            let page = execute_bulk(&scope, &bulk, &chosen, back).await?;
            scope.ctx.render(&page)
        }
        (_, wrong) => scope.ctx.render_refused(&BulkPage {
            wrong,
            done: 0,
            rows: Vec::new(),
            back,
        }),
    }
}

/// The action, as typed.
struct BulkInput {
    what: String,
    note: String,
    until: String,
    assignee: String,
    due: String,
    severity: String,
}

impl BulkInput {
    fn parse(self, people: &[Person]) -> Result<BulkAction, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let bulk = match self.what.as_str() {
            "assign" => Some(BulkAction::Assign(match self.assignee.as_str() {
                "" => None,
                id => {
                    let person = people.iter().find(|person| person.id.to_string() == id);
                    if person.is_none() {
                        invalid.add("assignee", "Choose somebody from the list.");
                    }
                    person.map(|person| Assignee {
                        id: person.id,
                        name: person.name.clone(),
                    })
                }
            })),
            "due" => Some(BulkAction::SetDueDate(domain::finding::parse_due_date(
                &mut invalid,
                &self.due,
            ))),
            "severity" => {
                let severity = invalid.check("severity", self.severity.parse());
                let most = domain::finding::MAX_REASON;
                let reason = invalid.parse_optional_line("note", &self.note, most);
                severity.map(|severity| BulkAction::SetSeverity(severity, reason))
            }
            name => {
                let event = Transition::from_name(name).filter(|event| !event.needs_proposal());
                if event.is_none() {
                    invalid.add("what", "Choose what is to be done.");
                }
                event.map(|event| BulkAction::Transition {
                    transition: event,
                    note: self.note,
                    until: self.until,
                })
            }
        };
        match (bulk, invalid.fields().is_empty()) {
            (Some(bulk), true) => Ok(bulk),
            _ => Err(invalid),
        }
    }
}

const fn publish_action() -> BulkAction {
    BulkAction::Transition {
        transition: Transition::Publish,
        note: String::new(),
        until: String::new(),
    }
}

/// Parses the chosen rows: the key of each names the form's field that holds its engagement.
/// A key that can't be parsed is ignored, since no list contains it.
fn parse_chosen<'a>(
    scope: &ListScope,
    fields: &Fields,
    keys: impl Iterator<Item = &'a str>,
) -> Vec<ChosenFinding> {
    let parse_key = |key: &str| {
        let mut parts = key.split('.');
        let place = fields.get(&format!("e{}", parts.next()?))?;
        let (client, engagement) = match place.split_once('.') {
            Some((client, engagement)) if scope.actor.role.is_team() => {
                (client.parse().ok()?, engagement)
            }
            // A contact's own client is implied, whatever the field holds.
            Some((_, engagement)) => (scope.client()?, engagement),
            None => (scope.client()?, place.as_str()),
        };
        Some(ChosenFinding {
            client,
            engagement: engagement.parse().ok()?,
            finding: parts.next()?.parse().ok()?,
            version: parts.next()?.parse().ok()?,
        })
    };
    // A list of one client holds findings of that client only.
    let in_scope =
        |chosen: &ChosenFinding| scope.client().is_none_or(|client| client == chosen.client);
    let mut chosen: Vec<ChosenFinding> = keys.filter_map(parse_key).filter(in_scope).collect();
    chosen.sort();
    chosen.dedup_by_key(|chosen| chosen.finding);
    chosen
}

async fn execute_bulk(
    scope: &ListScope,
    bulk: &BulkAction,
    chosen: &[ChosenFinding],
    back: String,
) -> Result<BulkPage, PageError> {
    let findings = try_join_all(chosen.iter().map(async |key| {
        let Some(store) = scope.store(Some(key.client)) else {
            return Ok(None);
        };
        store.get_finding(key.engagement, key.finding).await
    }))
    .await?;
    let mut rows = Vec::new();
    let mut groups: BTreeMap<(ClientId, EngagementId), Vec<(usize, BulkChange)>> = BTreeMap::new();
    for (key, finding) in chosen.iter().zip(findings) {
        // One of another tenant and one that never existed are alike: neither is listed.
        let Some(finding) = finding else { continue };
        let decision = decide(scope, bulk, key, &finding);
        let (result, why) = match decision {
            BulkDecision::Change(change) => {
                let why = describe_date(&finding, &change.change);
                let group = groups.entry((key.client, key.engagement)).or_default();
                group.push((rows.len(), *change));
                ("done", why)
            }
            BulkDecision::Already => ("already", String::new()),
            BulkDecision::Refused(why) => ("refused", why),
        };
        rows.push(BulkRow {
            title: finding.title,
            href: finding_href(scope, key),
            severity: finding.severity.name(),
            result,
            why,
        });
    }
    let work = groups
        .into_iter()
        .map(async |((client, engagement), group)| {
            let Some(store) = scope.store(Some(client)) else {
                return Vec::new();
            };
            let (indexes, changes): (Vec<usize>, Vec<BulkChange>) = group.into_iter().unzip();
            let results = store.apply_changes(engagement, &changes).await;
            indexes.into_iter().zip(results).collect::<Vec<_>>()
        });
    for (index, result) in join_all(work).await.into_iter().flatten() {
        if let (Err(error), Some(row)) = (result, rows.get_mut(index)) {
            (row.result, row.why) = ("refused", describe_error(error));
        }
    }
    Ok(BulkPage {
        wrong: rows
            .is_empty()
            .then(|| "None of these findings is there any more.".to_owned()),
        done: rows.iter().filter(|row| row.result == "done").count(),
        rows,
        back,
    })
}

fn decide(
    scope: &ListScope,
    bulk: &BulkAction,
    key: &ChosenFinding,
    finding: &Finding,
) -> BulkDecision {
    if bulk.is_done(finding) {
        return BulkDecision::Already;
    }
    if key.version != finding.version {
        return BulkDecision::Refused(CHANGED_MEANWHILE.to_owned());
    }
    let ctx = &scope.ctx;
    match bulk.decide(finding, &scope.actor, &ctx.workspace, ctx.now) {
        Ok(None) => BulkDecision::Already,
        Ok(Some(change)) => BulkDecision::Change(Box::new(BulkChange {
            rating: match bulk {
                BulkAction::SetSeverity(severity, reason) => Some((*severity, reason.clone())),
                _ => None,
            },
            change,
            entry: ctx.app.new_id(),
        })),
        Err(refusal) => BulkDecision::Refused(match refusal {
            TransitionRefusal::Role => "Your role doesn't allow it.".to_owned(),
            TransitionRefusal::WrongStatus(status) => format!("It is “{}”.", status.label()),
            TransitionRefusal::NoProposal => "Nothing is proposed.".to_owned(),
            TransitionRefusal::Invalid(invalid) => {
                let first = invalid.fields().values().next();
                first.cloned().unwrap_or_default()
            }
        }),
    }
}

/// The due date that a change of the severity moved.
fn describe_date(before: &Finding, change: &FindingChange) -> String {
    let is_rated = matches!(change.entry.event, FindingEvent::Rated { .. });
    match change.finding.due {
        due if !is_rated || due == before.due => String::new(),
        Some(due) => format!("Now due on {}.", due.strftime("%-d %b %Y")),
        None => "It has no due date any more.".to_owned(),
    }
}

/// The result of a change that failed.
fn describe_error(error: store::StoreError) -> String {
    match error {
        store::StoreError::Refused(_) => CHANGED_MEANWHILE.to_owned(),
        store::StoreError::Busy => "It is busy just now. Try again in a moment.".to_owned(),
        error => {
            tracing::error!(cause = %error, "a change of many failed");
            "It didn't work. Try again in a moment.".to_owned()
        }
    }
}

fn finding_href(scope: &ListScope, key: &ChosenFinding) -> String {
    let base = if scope.actor.role.is_team() {
        LinkBase::Team(key.client)
    } else {
        LinkBase::Portal
    };
    links::finding(base, key.engagement, key.finding)
}

/// The path to go back to, if it is one of this host.
fn local_path(path: String) -> String {
    let ours = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    if ours && !path.chars().any(char::is_control) {
        path
    } else {
        "/findings".to_owned()
    }
}
