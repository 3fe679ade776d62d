//! One change for many findings, chosen in a list. Each is decided by itself, and
//! the page says what came of each. Sent again, it finds everything done.

use std::collections::BTreeMap;

use domain::finding::{Assignee, BulkAction, Finding, MAX_BULK, Transition, TransitionRefusal};
use domain::id::{ClientId, EngagementId, FindingId};
use domain::input::FieldErrors;
use domain::person::Person;
use futures::future::{join_all, try_join_all};
use serde::Serialize;
use store::BulkChange;
use web::{EitherSide, Page, PageError, ProtectedForm, Reply, see_other};

use crate::reach::{ListScope, ListScopeQuery};

/// The form: what is to be done, and a field for each row that is chosen.
type Fields = BTreeMap<String, String>;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct BulkPage {
    wrong: Option<String>,
    done: usize,
    rows: Vec<Row>,
    back: String,
}

#[derive(Debug, Serialize)]
struct Row {
    title: String,
    href: String,
    severity: &'static str,
    result: &'static str,
    why: String,
}

/// A row that was chosen, as the list showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Chosen {
    client: ClientId,
    engagement: EngagementId,
    finding: FindingId,
    version: i64,
}

/// What comes of a row.
enum Fate {
    /// It is to be changed.
    Change(Box<BulkChange>),
    /// It stands so already.
    Already,
    /// It can't be.
    Refused(String),
}

impl Page for BulkPage {
    const TEMPLATE: &'static str = "pages/findings/bulk.html";

    fn title(&self) -> String {
        "What was changed".to_owned()
    }

    fn sample() -> Self {
        let row = |result, why: &str| Row {
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
                row("refused", "Somebody else changed it meanwhile."),
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
    let narrow = ListScopeQuery {
        client: take("client"),
        ..ListScopeQuery::default()
    };
    let (back, one) = (local(take("back")), take("publish"));
    let what = What {
        what: take("what"),
        note: take("note"),
        until: take("until"),
        assignee: take("to"),
        due: take("due"),
        severity: take("rate"),
    };
    let reach = ListScope::of(side, &narrow)?;
    let around = reach.around().await?;
    if !one.is_empty() {
        // A row's own button: that row only, and back to the list.
        let bulk = publish();
        let chosen = chosen(&reach, &fields, std::iter::once(one.as_str()));
        let page = carry_out(&reach, &bulk, &chosen, back).await?;
        return if page.done == 1 {
            Ok(see_other(&page.back).flash("publish"))
        } else {
            reach.ctx.page(&page)
        };
    }
    let keys = fields.iter().filter(|(name, _)| name.starts_with('c'));
    let chosen = chosen(&reach, &fields, keys.map(|(_, key)| key.as_str()));
    let bulk = what.parse(&around.people);
    let wrong = match (&bulk, chosen.len()) {
        (_, 0) => Some("Choose at least one finding.".to_owned()),
        (_, n) if n > MAX_BULK => Some(format!("Choose at most {MAX_BULK} findings at a time.")),
        (Err(invalid), _) => invalid.fields().values().next().cloned(),
        (Ok(_), _) => None,
    };
    match (bulk, wrong) {
        (Ok(bulk), None) => {
            let page = carry_out(&reach, &bulk, &chosen, back).await?;
            reach.ctx.page(&page)
        }
        (_, wrong) => reach.ctx.refused(&BulkPage {
            wrong,
            done: 0,
            rows: Vec::new(),
            back,
        }),
    }
}

/// What is to be done, as typed.
struct What {
    what: String,
    note: String,
    until: String,
    assignee: String,
    due: String,
    severity: String,
}

impl What {
    fn parse(self, people: &[Person]) -> Result<BulkAction, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let bulk = match self.what.as_str() {
            "assign" => Some(BulkAction::Assign(match self.assignee.as_str() {
                "" => None,
                id => {
                    let known = people.iter().find(|one| one.id.to_string() == id);
                    if known.is_none() {
                        invalid.add("assignee", "Choose somebody from the list.");
                    }
                    known.map(|one| Assignee {
                        id: one.id,
                        name: one.name.clone(),
                    })
                }
            })),
            "due" => Some(BulkAction::Due(domain::finding::due(
                &mut invalid,
                &self.due,
            ))),
            "severity" => {
                let severity = invalid.check("severity", self.severity.parse());
                let most = domain::finding::MAX_REASON;
                let reason = invalid.optional_line("note", &self.note, most);
                severity.map(|severity| BulkAction::Rate(severity, reason))
            }
            name => {
                let event = Transition::named(name).filter(|event| !event.answers());
                if event.is_none() {
                    invalid.add("what", "Choose what is to be done.");
                }
                event.map(|event| BulkAction::Move {
                    event,
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

const fn publish() -> BulkAction {
    BulkAction::Move {
        event: Transition::Publish,
        note: String::new(),
        until: String::new(),
    }
}

/// Reads the rows that were chosen: each names a field of the form that names its
/// engagement. What can't be read was never in a list.
fn chosen<'a>(
    reach: &ListScope,
    fields: &Fields,
    keys: impl Iterator<Item = &'a str>,
) -> Vec<Chosen> {
    let read = |key: &str| {
        let mut parts = key.split('.');
        let place = fields.get(&format!("e{}", parts.next()?))?;
        let (client, engagement) = match place.split_once('.') {
            Some((client, engagement)) if reach.actor.role.is_team() => {
                (client.parse().ok()?, engagement)
            }
            // A contact's own client is implied, whatever is said.
            Some((_, engagement)) => (reach.client()?, engagement),
            None => (reach.client()?, place.as_str()),
        };
        Some(Chosen {
            client,
            engagement: engagement.parse().ok()?,
            finding: parts.next()?.parse().ok()?,
            version: parts.next()?.parse().ok()?,
        })
    };
    // In a list of one client there are that client's only.
    let within = |one: &Chosen| reach.client().is_none_or(|client| client == one.client);
    let mut chosen: Vec<Chosen> = keys.filter_map(read).filter(within).collect();
    chosen.sort();
    chosen.dedup_by_key(|one| one.finding);
    chosen
}

async fn carry_out(
    reach: &ListScope,
    bulk: &BulkAction,
    chosen: &[Chosen],
    back: String,
) -> Result<BulkPage, PageError> {
    let found = try_join_all(chosen.iter().map(async |one| {
        let Some(store) = reach.store(Some(one.client)) else {
            return Ok(None);
        };
        store.finding(one.engagement, one.finding).await
    }))
    .await?;
    let mut rows = Vec::new();
    let mut groups: BTreeMap<(ClientId, EngagementId), Vec<(usize, BulkChange)>> = BTreeMap::new();
    for (one, finding) in chosen.iter().zip(found) {
        // Somebody else's and what never was are alike: nothing is said of them.
        let Some(finding) = finding else { continue };
        let fate = fate(reach, bulk, one, &finding);
        let (result, why) = match fate {
            Fate::Change(many) => {
                let group = groups.entry((one.client, one.engagement)).or_default();
                group.push((rows.len(), *many));
                ("done", String::new())
            }
            Fate::Already => ("already", String::new()),
            Fate::Refused(why) => ("refused", why),
        };
        rows.push(Row {
            title: finding.title,
            href: href(reach, one),
            severity: finding.severity.name(),
            result,
            why,
        });
    }
    let work = groups
        .into_iter()
        .map(async |((client, engagement), group)| {
            let Some(store) = reach.store(Some(client)) else {
                return Vec::new();
            };
            let (at, many): (Vec<usize>, Vec<BulkChange>) = group.into_iter().unzip();
            let results = store.change_many(engagement, &many).await;
            at.into_iter().zip(results).collect::<Vec<_>>()
        });
    for (at, result) in join_all(work).await.into_iter().flatten() {
        if let (Err(error), Some(row)) = (result, rows.get_mut(at)) {
            (row.result, row.why) = ("refused", words(error));
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

fn fate(reach: &ListScope, bulk: &BulkAction, one: &Chosen, finding: &Finding) -> Fate {
    if bulk.is_done(finding) {
        return Fate::Already;
    }
    if one.version != finding.version {
        return Fate::Refused("Somebody else changed it meanwhile.".to_owned());
    }
    let ctx = &reach.ctx;
    match bulk.decide(finding, &reach.actor, &ctx.workspace, ctx.now) {
        Ok(None) => Fate::Already,
        Ok(Some(change)) => Fate::Change(Box::new(BulkChange {
            rated: match bulk {
                BulkAction::Rate(severity, reason) => Some((*severity, reason.clone())),
                _ => None,
            },
            change,
            entry: ctx.app.new_id(),
        })),
        Err(refusal) => Fate::Refused(match refusal {
            TransitionRefusal::Role => "Your role doesn't allow it.".to_owned(),
            TransitionRefusal::From(status) => format!("It is “{}”.", status.label()),
            TransitionRefusal::NothingProposed => "Nothing is proposed.".to_owned(),
            TransitionRefusal::Invalid(invalid) => {
                let first = invalid.fields().values().next();
                first.cloned().unwrap_or_default()
            }
        }),
    }
}

/// Why a change didn't happen after all.
fn words(error: store::StoreError) -> String {
    match error {
        store::StoreError::Refused(_) => "Somebody else changed it meanwhile.".to_owned(),
        store::StoreError::Busy => "It is busy just now. Try again in a moment.".to_owned(),
        error => {
            tracing::error!(cause = %error, "a change of many failed");
            "It didn't work. Try again in a moment.".to_owned()
        }
    }
}

fn href(reach: &ListScope, one: &Chosen) -> String {
    let below = format!("/engagements/{}/findings/{}", one.engagement, one.finding);
    if reach.actor.role.is_team() {
        format!("/clients/{}{below}", one.client)
    } else {
        below
    }
}

/// A path of ours to go back to.
fn local(path: String) -> String {
    let ours = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    if ours && !path.chars().any(char::is_control) {
        path
    } else {
        "/findings".to_owned()
    }
}
