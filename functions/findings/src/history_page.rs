//! The earlier history and comments of a finding, beyond those on its page.

use domain::id::EntryId;
use futures::future::{try_join, try_join3};
use serde::{Deserialize, Serialize};
use store::{CommentItem, HistoryItem};
use web::{ClientAccess, Crumb, Ids, Page, PageError, Query, Reply};

use crate::evidence_gallery::EvidenceLinks;
use crate::history_views::{CommentView, HistoryView};
use crate::paths::{FindingPath, FindingRef};

#[derive(Debug, Deserialize)]
pub(crate) struct HistoryQuery {
    before: Option<EntryId>,
}

/// A page of the history, or of the comments.
#[derive(Debug, Serialize)]
pub(crate) struct HistoryPage {
    title: &'static str,
    history: Vec<HistoryView>,
    comments: Vec<CommentView>,
    /// The next page.
    next: Option<String>,
    evidence: EvidenceLinks,
    back: String,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

impl Page for HistoryPage {
    const TEMPLATE: &'static str = "pages/findings/earlier.html";

    fn title(&self) -> String {
        self.title.to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn samples() -> Vec<Self> {
        let empty = Self {
            title: COMMENTS,
            history: Vec::new(),
            comments: Vec::new(),
            next: None,
            ..Self::sample()
        };
        vec![Self::sample(), empty]
    }

    fn sample() -> Self {
        let detail = crate::history_views::detail_sample();
        let finding = FindingRef::sample();
        Self {
            title: HISTORY,
            history: HistoryView::list(detail.history.rows, finding),
            comments: CommentView::list(detail.comments.rows),
            next: detail.history.next,
            evidence: EvidenceLinks::new(&detail.evidence, finding),
            back: finding.href(),
            crumbs: Vec::new(),
        }
    }
}

const HISTORY: &str = "History";
const COMMENTS: &str = "Comments";

pub(crate) async fn history(
    access: ClientAccess,
    Ids(path): Ids<FindingPath>,
    Query(query): Query<HistoryQuery>,
) -> Result<Reply, PageError> {
    let finding = FindingRef::new(&access, path);
    let read = access
        .store
        .list_history(path.engagement, path.finding, query.before);
    render_items(
        &access,
        path,
        HISTORY,
        read,
        |page, rows: Vec<HistoryItem>| {
            page.history = HistoryView::list(rows, finding);
        },
    )
    .await
}

pub(crate) async fn comments(
    access: ClientAccess,
    Ids(path): Ids<FindingPath>,
    Query(query): Query<HistoryQuery>,
) -> Result<Reply, PageError> {
    let read = access
        .store
        .list_comments(path.engagement, path.finding, query.before);
    render_items(
        &access,
        path,
        COMMENTS,
        read,
        |page, rows: Vec<CommentItem>| {
            page.comments = CommentView::list(rows);
        },
    )
    .await
}

/// Renders the page of the items that `read` gives; `put` sets them.
async fn render_items<T>(
    access: &ClientAccess,
    path: FindingPath,
    title: &'static str,
    read: impl Future<Output = Result<store::ListPage<T>, store::StoreError>>,
    put: impl FnOnce(&mut HistoryPage, Vec<T>),
) -> Result<Reply, PageError> {
    let (store, ctx) = (&access.store, &access.ctx);
    let (context, (finding, evidence, items)) =
        try_join(access.engagement(path.engagement), async {
            let finding = store.get_finding(path.engagement, path.finding);
            let evidence = store.list_evidence(path.engagement, path.finding);
            Ok(try_join3(finding, evidence, read).await?)
        })
        .await?;
    let finding = finding.ok_or(PageError::NotFound)?;
    let finding_ref = FindingRef::new(access, path);
    let mut crumbs = context.crumbs;
    crumbs.push(Crumb::to(&finding.title, finding_ref.href()));
    let mut page = HistoryPage {
        title,
        history: Vec::new(),
        comments: Vec::new(),
        next: items.next.map(|at| format!("?before={at}")),
        evidence: EvidenceLinks::new(&evidence, finding_ref),
        back: finding_ref.href(),
        crumbs,
    };
    put(&mut page, items.rows);
    let origin = ctx.app.services.files.origin().await?;
    Ok(ctx.render(&page)?.with_images(&origin))
}
