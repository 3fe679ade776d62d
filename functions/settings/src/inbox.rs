//! One's inbox of notifications.

use domain::id::{EntryId, UserId};
use domain::notification::Notification;
use domain::preference::NotificationKind;
use domain::severity::Severity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{InboxItem, ListPage};
use web::view::Pager;
use web::{
    Context, EitherSide, EmptyForm, Ids, Page, PageError, ProtectedForm, Query, Reply, see_other,
};

#[derive(Debug, Serialize)]
pub(crate) struct InboxPage {
    rows: Vec<NotificationRow>,
    unread: i64,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct NotificationRow {
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

    fn samples() -> Vec<Self> {
        let empty = Self {
            rows: Vec::new(),
            unread: 0,
            pager: Pager::default(),
        };
        vec![Self::sample(), empty]
    }

    fn sample() -> Self {
        let notice = Notification {
            id: EntryId::new(1, 1),
            kind: NotificationKind::Commented,
            at: Timestamp::UNIX_EPOCH,
            by_name: "Ada <b>".to_owned(),
            words: "commented on".to_owned(),
            title: "SQL <script>".to_owned(),
            more: 2,
            severity: Some(Severity::High),
            place: "Initech & Sons".to_owned(),
            path: "/findings".to_owned(),
        };
        let row = |read, n| {
            NotificationRow::of(InboxItem {
                notification: Notification {
                    id: EntryId::new(1, n),
                    ..notice.clone()
                },
                read,
            })
        };
        let page = ListPage {
            rows: Vec::<NotificationRow>::new(),
            next: Some("x".to_owned()),
        };
        Self {
            rows: vec![row(false, 1), row(true, 2)],
            unread: 1,
            pager: Pager::new(&page, "/notifications", Some("x"), None),
        }
    }
}

impl NotificationRow {
    fn of(item: InboxItem) -> Self {
        let InboxItem {
            notification: notice,
            read,
        } = item;
        Self {
            id: notice.id,
            symbol: notice.kind.info().icon,
            at: notice.at,
            by_name: notice.by_name,
            what: notice.words,
            title: notice.title,
            more: notice.more,
            severity: notice.severity.map(Severity::name),
            place: notice.place,
            path: notice.path,
            read,
        }
    }
}

/// The owner of the inbox, and the request.
fn owner(side: &EitherSide) -> (UserId, &Context) {
    match side {
        EitherSide::Team(team) => (team.actor.user, team.ctx.as_ref()),
        EitherSide::Portal(portal) => (portal.actor.user, portal.ctx.as_ref()),
    }
}

pub(crate) async fn get(
    side: EitherSide,
    Query(query): Query<InboxQuery>,
) -> Result<Reply, PageError> {
    let (user, ctx) = owner(&side);
    let after = query.after.as_deref().and_then(|id| id.parse().ok());
    let page = match &side {
        EitherSide::Team(team) => team.store.list_inbox(user, after, ctx.now).await?,
        EitherSide::Portal(portal) => portal.store.list_inbox(user, after, ctx.now).await?,
    };
    let pager = Pager::new(&page, "/notifications", query.after.as_deref(), None);
    ctx.render(&InboxPage {
        rows: page.rows.into_iter().map(NotificationRow::of).collect(),
        unread: ctx.session.as_ref().map_or(0, store::Session::unread),
        pager,
    })
}

/// Marks a notification as read, and redirects to its subject.
pub(crate) async fn open(
    side: EitherSide,
    Ids(path): Ids<NotificationPath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let notice = mark_notification(&side, path.notice).await?;
    Ok(see_other(&notice.path))
}

/// Marks a notification as read.
pub(crate) async fn mark_read(
    side: EitherSide,
    Ids(path): Ids<NotificationPath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    mark_notification(&side, path.notice).await?;
    Ok(see_other("/notifications"))
}

async fn mark_notification(side: &EitherSide, id: EntryId) -> Result<Notification, PageError> {
    let (user, _) = owner(side);
    let notice = match side {
        EitherSide::Team(team) => team.store.mark_notification_read(user, id).await?,
        EitherSide::Portal(portal) => portal.store.mark_notification_read(user, id).await?,
    };
    notice.ok_or(PageError::NotFound)
}

pub(crate) async fn mark_all_read(
    side: EitherSide,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let (user, _) = owner(&side);
    match &side {
        EitherSide::Team(team) => team.store.mark_all_read(user).await?,
        EitherSide::Portal(portal) => portal.store.mark_all_read(user).await?,
    }
    Ok(see_other("/notifications").flash("notices-read"))
}
