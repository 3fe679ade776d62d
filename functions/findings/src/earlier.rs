//! What stands below a finding and its page is too short for: changes and comments
//! of longer ago.

use domain::id::EntryId;
use futures::future::try_join5;
use serde::{Deserialize, Serialize};
use store::{Remark, Spoken};
use web::{Crumb, Error, Ids, Inside, Page, Query, Reply};

use crate::past::{Row, Voice};
use crate::paths::AtFinding;
use crate::shots::Shown;

/// What the address asks for.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    before: Option<EntryId>,
}

/// The page, of one of the two.
#[derive(Debug, Serialize)]
pub(crate) struct EarlierPage {
    title: &'static str,
    history: Vec<Row>,
    comments: Vec<Voice>,
    /// Where it goes on.
    next: Option<String>,
    evidence: Shown,
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
            history: Row::all(dossier.history.rows, here),
            comments: Voice::all(dossier.comments.rows),
            next: dossier.history.next,
            evidence: Shown::new(&dossier.evidence, here),
            back: here.to_owned(),
            crumbs: Vec::new(),
        }
    }
}

const HISTORY: &str = "History";
const COMMENTS: &str = "Comments";

/// Changes of longer ago.
pub(crate) async fn history(
    inside: Inside,
    Ids(path): Ids<AtFinding>,
    Query(wanted): Query<Wanted>,
) -> Result<Reply, Error> {
    let at = (path.engagement, path.finding);
    let read = inside.store.history(at, wanted.before);
    show(&inside, path, HISTORY, read, |page, rows: Vec<Remark>| {
        page.history = Row::all(rows, &page.back);
    })
    .await
}

/// Comments of longer ago.
pub(crate) async fn comments(
    inside: Inside,
    Ids(path): Ids<AtFinding>,
    Query(wanted): Query<Wanted>,
) -> Result<Reply, Error> {
    let at = (path.engagement, path.finding);
    let read = inside.store.comments(at, wanted.before);
    show(&inside, path, COMMENTS, read, |page, rows: Vec<Spoken>| {
        page.comments = Voice::all(rows);
    })
    .await
}

/// The page of what is read, put where it belongs.
async fn show<T>(
    inside: &Inside,
    path: AtFinding,
    title: &'static str,
    read: impl Future<Output = Result<store::page::Page<T>, store::Error>>,
    put: impl FnOnce(&mut EarlierPage, Vec<T>),
) -> Result<Reply, Error> {
    let (store, ctx) = (&inside.store, &inside.ctx);
    let all = try_join5(
        store.about(),
        store.engagement(path.engagement),
        store.finding(path.engagement, path.finding),
        store.evidence(path.engagement, path.finding),
        read,
    );
    let (Some(client), Some(engagement), Some(finding), evidence, found) = all.await? else {
        return Err(Error::NotFound);
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
        evidence: Shown::new(&evidence, &back),
        back,
        crumbs,
    };
    put(&mut page, found.rows);
    let origin = ctx.app.services.files.origin().await?;
    Ok(ctx.page(&page)?.with_pictures(&origin))
}
