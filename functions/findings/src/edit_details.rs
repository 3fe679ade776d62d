//! The page of one edit of a finding: each changed field before and after.

use domain::finding::FieldChange;
use domain::id::EntryId;
use domain::id::{EngagementId, FindingId};
use futures::future::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use web::links;
use web::{ClientAccess, Crumb, Ids, Page, PageError, Reply};

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct EntryPath {
    engagement: EngagementId,
    finding: FindingId,
    entry: EntryId,
}

#[derive(Debug, Serialize)]
pub(crate) struct EditDetailsPage {
    who: String,
    at: Timestamp,
    note: Option<String>,
    changes: Vec<FieldChange>,
    back: String,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

impl Page for EditDetailsPage {
    const TEMPLATE: &'static str = "pages/findings/edit_page.html";

    fn title(&self) -> String {
        "What was changed".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn samples() -> Vec<Self> {
        let without_note = Self {
            note: None,
            ..Self::sample()
        };
        vec![Self::sample(), without_note]
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
    access: ClientAccess,
    Ids(path): Ids<EntryPath>,
) -> Result<Reply, PageError> {
    let store = &access.store;
    let (context, read) = try_join(access.engagement(path.engagement), async {
        let finding = store.get_finding(path.engagement, path.finding);
        let edit = store.get_edit(path.engagement, path.finding, path.entry);
        Ok(try_join(finding, edit).await?)
    })
    .await?;
    let (Some(finding), Some((entry, changes))) = read else {
        return Err(PageError::NotFound);
    };
    let back = links::finding(access.base, path.engagement, path.finding);
    let mut crumbs = context.crumbs;
    crumbs.push(Crumb::to(&finding.title, &back));
    access.ctx.render(&EditDetailsPage {
        who: entry.by_name,
        at: entry.at,
        note: entry.note,
        changes,
        back,
        crumbs,
    })
}
