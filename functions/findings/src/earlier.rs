//! What stands below a finding and its page is too short for: changes and comments
//! of longer ago.

use domain::id::EntryId;
use futures::future::try_join5;
use serde::{Deserialize, Serialize};
use store::{CommentItem, HistoryItem};
use web::{ClientAccess, Crumb, Ids, Page, PageError, Query, Reply};

use crate::past::{CommentView, HistoryView};
use crate::paths::FindingPath;
use crate::shots::EvidenceLinks;

/// What the address asks for.
#[derive(Debug, Deserialize)]
pub(crate) struct EarlierQuery {
    before: Option<EntryId>,
}

/// The page, of one of the two.
#[derive(Debug, Serialize)]
pub(crate) struct EarlierPage {
    title: &'static str,
    history: Vec<HistoryView>,
    comments: Vec<CommentView>,
    /// Where it goes on.
    next: Option<String>,
    evidence: EvidenceLinks,
    back: String,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

impl Page for EarlierPage {
    const TEMPLATE: &'static str = "pages/findings/earlier.html";

    fn title(&self) -> String {
        self.title.to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let dossier = crate::past::dossier_sample();
        let here = "/clients/c/engagements/e/findings/f";
        Self {
            title: HISTORY,
            history: HistoryView::all(dossier.history.rows, here),
            comments: CommentView::all(dossier.comments.rows),
            next: dossier.history.next,
            evidence: EvidenceLinks::new(&dossier.evidence, here),
            back: here.to_owned(),
            crumbs: Vec::new(),
        }
    }
}

const HISTORY: &str = "History";
const COMMENTS: &str = "Comments";

/// Changes of longer ago.
pub(crate) async fn history(
    inside: ClientAccess,
    Ids(path): Ids<FindingPath>,
    Query(wanted): Query<EarlierQuery>,
) -> Result<Reply, PageError> {
    let at = (path.engagement, path.finding);
    let read = inside.store.history(at, wanted.before);
    show(
        &inside,
        path,
        HISTORY,
        read,
        |page, rows: Vec<HistoryItem>| {
            page.history = HistoryView::all(rows, &page.back);
        },
    )
    .await
}

/// Comments of longer ago.
pub(crate) async fn comments(
    inside: ClientAccess,
    Ids(path): Ids<FindingPath>,
    Query(wanted): Query<EarlierQuery>,
) -> Result<Reply, PageError> {
    let at = (path.engagement, path.finding);
    let read = inside.store.comments(at, wanted.before);
    show(
        &inside,
        path,
        COMMENTS,
        read,
        |page, rows: Vec<CommentItem>| {
            page.comments = CommentView::all(rows);
        },
    )
    .await
}

/// The page of what is read, put where it belongs.
async fn show<T>(
    inside: &ClientAccess,
    path: FindingPath,
    title: &'static str,
    read: impl Future<Output = Result<store::page::ListPage<T>, store::StoreError>>,
    put: impl FnOnce(&mut EarlierPage, Vec<T>),
) -> Result<Reply, PageError> {
    let (store, ctx) = (&inside.store, &inside.ctx);
    let all = try_join5(
        store.about(),
        store.engagement(path.engagement),
        store.finding(path.engagement, path.finding),
        store.evidence(path.engagement, path.finding),
        read,
    );
    let (Some(client), Some(engagement), Some(finding), evidence, found) = all.await? else {
        return Err(PageError::NotFound);
    };
    let around = format!("{}/engagements/{}", inside.base, engagement.id);
    let back = format!("{around}/findings/{}", finding.id);
    let mut crumbs = inside.crumbs(&client.name);
    crumbs.push(Crumb::to(&engagement.title, around));
    crumbs.push(Crumb::to(&finding.title, &back));
    let mut page = EarlierPage {
        title,
        history: Vec::new(),
        comments: Vec::new(),
        next: found.next.map(|at| format!("?before={at}")),
        evidence: EvidenceLinks::new(&evidence, &back),
        back,
        crumbs,
    };
    put(&mut page, found.rows);
    let origin = ctx.app.services.files.origin().await?;
    Ok(ctx.page(&page)?.with_pictures(&origin))
}
