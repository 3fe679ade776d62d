//! One's inbox: what happened, and what of it one has read.

use domain::id::{EntryId, UserId};
use domain::notification::{Kind, Notice};
use domain::severity::Severity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Received;
use store::page;
use web::view::Pager;
use web::{Context, Error, Ids, Nothing, Page, ProtectedForm, Query, Reply, Side, see_other};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct Inbox {
    rows: Vec<Row>,
    unread: i64,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct Row {
    id: EntryId,
    symbol: &'static str,
    at: Timestamp,
    by_name: String,
    what: String,
    title: String,
    more: i64,
    severity: Option<&'static str>,
    place: String,
    path: String,
    read: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    after: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct AtNotice {
    notice: EntryId,
}

impl Page for Inbox {
    const TEMPLATE: &'static str = "pages/settings/inbox.html";

    fn title(&self) -> String {
        "Notifications".to_owned()
    }

    fn sample() -> Self {
        let notice = Notice {
            id: EntryId::new(1, 1),
            kind: Kind::Commented,
            at: Timestamp::UNIX_EPOCH,
            by_name: "Ada <b>".to_owned(),
            what: "commented on".to_owned(),
            title: "SQL <script>".to_owned(),
            more: 2,
            severity: Some(Severity::High),
            place: "Initech & Sons".to_owned(),
            path: "/findings".to_owned(),
        };
        let row = |read, n| {
            Row::of(Received {
                notice: Notice {
                    id: EntryId::new(1, n),
                    ..notice.clone()
                },
                read,
            })
        };
        let page = page::Page {
            rows: Vec::<Row>::new(),
            next: Some("x".to_owned()),
        };
        Self {
            rows: vec![row(false, 1), row(true, 2)],
            unread: 1,
            pager: Pager::new(&page, "/notifications", Some("x"), None),
        }
    }
}

impl Row {
    fn of(received: Received) -> Self {
        let Received { notice, read } = received;
        Self {
            id: notice.id,
            symbol: symbol(notice.kind),
            at: notice.at,
            by_name: notice.by_name,
            what: notice.what,
            title: notice.title,
            more: notice.more,
            severity: notice.severity.map(Severity::name),
            place: notice.place,
            path: notice.path,
            read,
        }
    }
}

/// The icon that stands for what happened.
const fn symbol(kind: Kind) -> &'static str {
    match kind {
        Kind::Published | Kind::Moved => "flag",
        Kind::RetestAsked | Kind::RetestDone => "rotate-clockwise",
        Kind::Commented | Kind::Message => "message",
        Kind::Document => "file-text",
        Kind::DueSoon | Kind::Overdue => "calendar",
        Kind::Risk => "alert-triangle",
        Kind::Joined => "users",
        Kind::MailFailed => "mail",
    }
}

/// Whose inbox, and the request.
fn whose(side: &Side) -> (UserId, &Context) {
    match side {
        Side::Team(team) => (team.actor.user, team.ctx.as_ref()),
        Side::Portal(portal) => (portal.actor.user, portal.ctx.as_ref()),
    }
}

pub(crate) async fn get(side: Side, Query(wanted): Query<Wanted>) -> Result<Reply, Error> {
    let (user, ctx) = whose(&side);
    let after = wanted.after.as_deref().and_then(|id| id.parse().ok());
    let page = match &side {
        Side::Team(team) => team.store.inbox(user, after, ctx.now).await?,
        Side::Portal(portal) => portal.store.inbox(user, after, ctx.now).await?,
    };
    let pager = Pager::new(&page, "/notifications", wanted.after.as_deref(), None);
    ctx.page(&Inbox {
        rows: page.rows.into_iter().map(Row::of).collect(),
        unread: ctx
            .session
            .as_ref()
            .map_or(0, store::session::Session::unread),
        pager,
    })
}

/// Marks one notice as read, and leads to what it tells of.
pub(crate) async fn open(
    side: Side,
    Ids(at): Ids<AtNotice>,
    _form: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
    let notice = read(&side, at.notice).await?;
    Ok(see_other(&notice.path))
}

/// Marks one notice as read.
pub(crate) async fn mark(
    side: Side,
    Ids(at): Ids<AtNotice>,
    _form: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
    read(&side, at.notice).await?;
    Ok(see_other("/notifications"))
}

async fn read(side: &Side, id: EntryId) -> Result<Notice, Error> {
    let (user, _) = whose(side);
    let notice = match side {
        Side::Team(team) => team.store.read_notice(user, id).await?,
        Side::Portal(portal) => portal.store.read_notice(user, id).await?,
    };
    notice.ok_or(Error::NotFound)
}

pub(crate) async fn mark_all(side: Side, _form: ProtectedForm<Nothing>) -> Result<Reply, Error> {
    let (user, _) = whose(&side);
    match &side {
        Side::Team(team) => team.store.read_all(user).await?,
        Side::Portal(portal) => portal.store.read_all(user).await?,
    }
    Ok(see_other("/notifications").flash("notices-read"))
}
