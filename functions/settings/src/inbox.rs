//! One's inbox: what happened, and what of it one has read.

use domain::id::{EntryId, UserId};
use domain::notification::{Notification, NotificationKind};
use domain::severity::Severity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::InboxItem;
use store::page;
use web::view::Pager;
use web::{
    Context, EitherSide, EmptyForm, Ids, Page, PageError, ProtectedForm, Query, Reply, see_other,
};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct InboxPage {
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
pub(crate) struct InboxQuery {
    after: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct NotificationPath {
    notice: EntryId,
}

impl Page for InboxPage {
    const TEMPLATE: &'static str = "pages/settings/inbox.html";

    fn title(&self) -> String {
        "Notifications".to_owned()
    }

    fn sample() -> Self {
        let notice = Notification {
            id: EntryId::new(1, 1),
            kind: NotificationKind::Commented,
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
            Row::of(InboxItem {
                notice: Notification {
                    id: EntryId::new(1, n),
                    ..notice.clone()
                },
                read,
            })
        };
        let page = page::ListPage {
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
    fn of(received: InboxItem) -> Self {
        let InboxItem { notice, read } = received;
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
const fn symbol(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Published | NotificationKind::Moved => "flag",
        NotificationKind::RetestAsked | NotificationKind::RetestDone => "rotate-clockwise",
        NotificationKind::Commented | NotificationKind::Message => "message",
        NotificationKind::Document => "file-text",
        NotificationKind::DueSoon | NotificationKind::Overdue => "calendar",
        NotificationKind::Risk => "alert-triangle",
        NotificationKind::Joined => "users",
        NotificationKind::MailFailed => "mail",
    }
}

/// Whose inbox, and the request.
fn whose(side: &EitherSide) -> (UserId, &Context) {
    match side {
        EitherSide::Team(team) => (team.actor.user, team.ctx.as_ref()),
        EitherSide::Portal(portal) => (portal.actor.user, portal.ctx.as_ref()),
    }
}

pub(crate) async fn get(
    side: EitherSide,
    Query(wanted): Query<InboxQuery>,
) -> Result<Reply, PageError> {
    let (user, ctx) = whose(&side);
    let after = wanted.after.as_deref().and_then(|id| id.parse().ok());
    let page = match &side {
        EitherSide::Team(team) => team.store.inbox(user, after, ctx.now).await?,
        EitherSide::Portal(portal) => portal.store.inbox(user, after, ctx.now).await?,
    };
    let pager = Pager::new(&page, "/notifications", wanted.after.as_deref(), None);
    ctx.page(&InboxPage {
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
    side: EitherSide,
    Ids(at): Ids<NotificationPath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let notice = read(&side, at.notice).await?;
    Ok(see_other(&notice.path))
}

/// Marks one notice as read.
pub(crate) async fn mark(
    side: EitherSide,
    Ids(at): Ids<NotificationPath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    read(&side, at.notice).await?;
    Ok(see_other("/notifications"))
}

async fn read(side: &EitherSide, id: EntryId) -> Result<Notification, PageError> {
    let (user, _) = whose(side);
    let notice = match side {
        EitherSide::Team(team) => team.store.read_notice(user, id).await?,
        EitherSide::Portal(portal) => portal.store.read_notice(user, id).await?,
    };
    notice.ok_or(PageError::NotFound)
}

pub(crate) async fn mark_all(
    side: EitherSide,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let (user, _) = whose(&side);
    match &side {
        EitherSide::Team(team) => team.store.read_all(user).await?,
        EitherSide::Portal(portal) => portal.store.read_all(user).await?,
    }
    Ok(see_other("/notifications").flash("notices-read"))
}
