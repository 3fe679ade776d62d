//! What one edit of a finding changed: each field before and after.

use domain::finding::FieldChange;
use domain::id::EntryId;
use futures::future::try_join4;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use web::{ClientAccess, Crumb, Ids, Page, PageError, Reply};

use domain::id::{EngagementId, FindingId};

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct EntryPath {
    engagement: EngagementId,
    finding: FindingId,
    entry: EntryId,
}

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct EditPage {
    who: String,
    at: Timestamp,
    note: Option<String>,
    changes: Vec<FieldChange>,
    back: String,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "pages/findings/edit_page.html";

    fn title(&self) -> String {
        "What was changed".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        Self {
            who: "Ana <b>".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            note: Some("Behind the **VPN**.".to_owned()),
            changes: vec![FieldChange {
                field: "description".to_owned(),
                before: "<script>alert(1)</script>".to_owned(),
                after: String::new(),
                cut: false,
            }],
            back: "/clients/c/engagements/e/findings/f".to_owned(),
            crumbs: Vec::new(),
        }
    }
}

pub(crate) async fn get(
    inside: ClientAccess,
    Ids(path): Ids<EntryPath>,
) -> Result<Reply, PageError> {
    let store = &inside.store;
    let read = try_join4(
        store.about(),
        store.engagement(path.engagement),
        store.finding(path.engagement, path.finding),
        store.edit_of(path.engagement, path.finding, path.entry),
    );
    let (Some(client), Some(engagement), Some(finding), Some((entry, changes))) = read.await?
    else {
        return Err(PageError::NotFound);
    };
    let around = format!("{}/engagements/{}", inside.base, engagement.id);
    let back = format!("{around}/findings/{}", finding.id);
    let mut crumbs = inside.crumbs(&client.name);
    crumbs.push(Crumb::to(&engagement.title, around));
    crumbs.push(Crumb::to(&finding.title, &back));
    inside.ctx.page(&EditPage {
        who: entry.by_name,
        at: entry.at,
        note: entry.note,
        changes,
        back,
        crumbs,
    })
}
