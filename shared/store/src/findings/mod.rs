//! Findings: what is read of them, and the changes that are executed.

mod read;
mod write;

use domain::finding::{Draft, Finding, Status};
use domain::history::Entry;
use domain::id::{ClientId, EngagementId, EntryId, FindingId};
use domain::score::Score;
use domain::severity::Severity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{Item, item, place, row};
use crate::error::Error;
use crate::keys;
use crate::scope::{ClientScope, Store};

/// The lists that an engagement's findings stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Published, and something is to be done.
    Active,
    /// Verified and closed.
    Closed,
    /// Not published: the team's alone.
    Drafts,
}

/// A finding in a list across engagements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The finding.
    pub finding: Finding,
    /// Whose it is.
    pub client: ClientId,
    /// Where it was found.
    pub engagement: EngagementId,
}

/// A finding with its text and history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// The finding.
    pub finding: Finding,
    /// Its text and rating.
    pub draft: Draft,
    /// What happened to it, newest first, as far as the holder may know.
    pub history: Vec<Remark>,
}

/// An entry of a finding's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The entry.
    pub entry: Entry,
    /// Whether the client can read it.
    pub shared: bool,
}

#[derive(Serialize, Deserialize)]
struct Row {
    id: FindingId,
    client: ClientId,
    engagement: EngagementId,
    title: String,
    severity: Severity,
    score: Option<Score>,
    status: Status,
    asset: Option<String>,
    assets: i64,
    updated: Timestamp,
    v: i64,
}

fn listed(found: Item) -> Result<Listed, Error> {
    let row: Row = row(found)?;
    let finding = Finding {
        id: row.id,
        title: row.title,
        severity: row.severity,
        score: row.score,
        status: row.status,
        asset: row.asset,
        assets: row.assets,
        updated: row.updated,
        version: row.v,
    };
    Ok(Listed {
        finding,
        client: row.client,
        engagement: row.engagement,
    })
}

impl Store<ClientScope> {
    /// The row of a finding as an item, in the indexes where it belongs.
    fn finding_item(&self, engagement: EngagementId, finding: &Finding) -> Result<Item, Error> {
        let e = self.partition(engagement);
        let row = Row {
            id: finding.id,
            client: self.client_id(),
            engagement,
            title: finding.title.clone(),
            severity: finding.severity,
            score: finding.score,
            status: finding.status,
            asset: finding.asset.clone(),
            assets: finding.assets,
            updated: finding.updated,
            v: finding.version,
        };
        let mut item = item("finding", &keys::finding(&e, finding.id), &row)?;
        let w = keys::workspace(self.ws());
        for at in keys::finding_places(&w, &self.prefix(), &e, finding) {
            place(&mut item, at);
        }
        Ok(item)
    }

    fn history_item(
        &self,
        engagement: EngagementId,
        finding: FindingId,
        id: EntryId,
        entry: &Entry,
    ) -> Result<Item, Error> {
        let key = keys::history(&self.partition(engagement), finding, entry.is_shared(), id);
        item("history", &key, entry)
    }
}
