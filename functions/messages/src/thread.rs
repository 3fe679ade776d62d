//! An engagement's thread, for both sides: opened at its end, with the composer
//! below it.

use domain::engagement::Engagement;
use domain::file::{FileType, MAX_FILE, size_label};
use domain::id::{EntryId, MessageId, UploadId, UserId};
use domain::input::FieldErrors;
use domain::message::{Attachment, Message, MessageCounts, MessageInput, NewMessage, may_edit};
use domain::person::{Actor, initials};
use domain::role::Action;
use domain::upload::UploadState;
use futures::future::try_join4;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::ThreadSlice;
use web::view::EngagementTabs;
use web::{ClientAccess, Crumb, Form, Ids, MAX_UPLOAD, Page, PageError, Query, Reply};

use crate::paths::EngagementPath;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct ThreadPage {
    pulse: String,
    title: String,
    client_name: String,
    tabs: EngagementTabs,
    rows: Vec<Voice>,
    earlier: Option<String>,
    latest: Option<String>,
    unread: i64,
    read: String,
    seen: MessageCounts,
    compose: Option<Compose>,
    team: bool,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// A message.
#[derive(Debug, Serialize)]
struct Voice {
    id: MessageId,
    at: Timestamp,
    who: String,
    initials: String,
    side: &'static str,
    mine: bool,
    internal: bool,
    new: bool,
    text: String,
    files: Vec<File>,
    edited: Option<Timestamp>,
    edit: Option<String>,
}

/// A file that goes along with it.
#[derive(Debug, Serialize)]
struct File {
    href: String,
    name: String,
    size: String,
    state: &'static str,
}

impl File {
    fn new(file: &Attachment, here: &str) -> Self {
        Self {
            href: format!("{here}/files/{}", file.id),
            name: file.name.clone(),
            size: size_label(file.size),
            state: file.state.name(),
        }
    }
}

/// The form of a new message.
#[derive(Debug, Serialize)]
struct Compose {
    action: String,
    preview: String,
    id: EntryId,
    form: Form,
    choose: bool,
    attach: String,
    upload: UploadId,
    /// Files that were sent for it already.
    waiting: Vec<Waiting>,
    max: i64,
    most: String,
    small: String,
    accept: String,
}

/// A file that waits for its message.
#[derive(Debug, Serialize)]
struct Waiting {
    id: UploadId,
    name: String,
    size: String,
}

#[derive(Deserialize)]
pub(crate) struct ThreadQuery {
    #[serde(default)]
    before: Option<String>,
}

/// What the page is made of.
struct Parts {
    client: String,
    engagement: Engagement,
    seen: MessageCounts,
    thread: ThreadSlice,
}

/// Where the page is shown, to whom, and when.
struct Frame<'a> {
    actor: &'a Actor,
    base: &'a str,
    now: Timestamp,
    form: EntryId,
    upload: UploadId,
    waiting: &'a [Attachment],
    before: Option<MessageId>,
}

impl Page for ThreadPage {
    const TEMPLATE: &'static str = "pages/messages/thread.html";

    fn title(&self) -> String {
        "Messages".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let actor = web::view::actor_sample();
        let file = |state| Attachment {
            id: UploadId::new(1, 1),
            name: "log <b>.txt".to_owned(),
            file_type: FileType::Text,
            size: 2_000,
            state,
        };
        let message = |n, by: UserId| Message {
            id: MessageId::new(n, 1),
            at: Timestamp::UNIX_EPOCH,
            by,
            by_name: "Carl <b>".to_owned(),
            by_team: by == actor.user,
            text: "**Hello** <script>alert(1)</script>".to_owned(),
            files: [
                UploadState::Checking,
                UploadState::Ready,
                UploadState::Refused,
            ]
            .map(file)
            .into(),
            edited: Some(Timestamp::UNIX_EPOCH),
            version: 2,
        };
        let rows = [(1, UserId::new(1, 7), true), (2, actor.user, false)];
        let rows = rows.map(|(n, by, shared)| NewMessage {
            message: message(n, by),
            shared,
        });
        let parts = Parts {
            client: "Initech <b>".to_owned(),
            engagement: web::view::engagement_sample(),
            seen: MessageCounts::default(),
            thread: ThreadSlice {
                rows: rows.into(),
                before: Some(MessageId::new(1, 1)),
            },
        };
        let frame = Frame {
            actor: &actor,
            base: "/clients/c",
            now: Timestamp::UNIX_EPOCH,
            form: EntryId::new(1, 1),
            upload: UploadId::new(1, 1),
            waiting: &[file(UploadState::Ready)],
            before: Some(MessageId::new(3, 1)),
        };
        let wrong = FieldErrors::at("text", "Write something first.");
        let form = Form::failed(&MessageInput::default(), &wrong);
        Self::new(parts, &frame, form, Vec::new())
    }
}

impl Compose {
    fn new(frame: &Frame<'_>, here: &str, form: Form) -> Self {
        let waiting = frame.waiting.iter().map(|file| Waiting {
            id: file.id,
            name: file.name.clone(),
            size: size_label(file.size),
        });
        Self {
            action: here.to_owned(),
            preview: format!("{here}/preview"),
            id: frame.form,
            form,
            choose: frame.actor.role.is_team(),
            attach: format!("{here}/attachments"),
            upload: frame.upload,
            waiting: waiting.collect(),
            max: MAX_FILE,
            most: size_label(MAX_FILE),
            small: size_label(i64::try_from(MAX_UPLOAD).unwrap_or(i64::MAX)),
            accept: FileType::accepted(),
        }
    }
}

impl ThreadPage {
    fn new(parts: Parts, frame: &Frame<'_>, form: Form, crumbs: Vec<Crumb>) -> Self {
        let Parts {
            client,
            engagement,
            seen,
            thread,
        } = parts;
        let team = frame.actor.role.is_team();
        let around = format!("{}/engagements/{}", frame.base, engagement.id);
        let here = format!("{around}/messages");
        let unread = engagement.messages.unread(seen);
        let rev = if team {
            engagement.rev
        } else {
            engagement.shared_rev
        };
        let earlier = thread.before.map(|id| format!("{here}?before={id}"));
        let may_post = frame.actor.role.may(Action::PostMessages);
        Self {
            pulse: format!("{around}/pulse?seen={rev}"),
            tabs: EngagementTabs::new(&around, "messages", unread.total()),
            rows: voices(thread, frame, &here, unread),
            earlier,
            latest: frame.before.map(|_| format!("{here}#end")),
            unread: unread.total(),
            read: format!("{here}/read"),
            seen: engagement.messages,
            compose: may_post.then(|| Compose::new(frame, &here, form)),
            title: engagement.title,
            client_name: client,
            team,
            crumbs,
        }
    }
}

/// The messages as they are shown. The newest of others' are marked, as many as are
/// unread of each kind.
fn voices(
    thread: ThreadSlice,
    frame: &Frame<'_>,
    here: &str,
    mut unread: MessageCounts,
) -> Vec<Voice> {
    let newest = frame.before.is_none();
    let mut voices: Vec<Voice> = Vec::with_capacity(thread.rows.len());
    for NewMessage { message, shared } in thread.rows.into_iter().rev() {
        let mine = message.by == frame.actor.user;
        let left = if shared {
            &mut unread.messages
        } else {
            &mut unread.notes
        };
        let new = newest && !mine && *left > 0;
        *left -= i64::from(new);
        let may = may_edit(&message, frame.actor, frame.now);
        let at = format!("{here}/{}", message.id);
        let files = message.files.iter().map(|file| File::new(file, &at));
        voices.push(Voice {
            files: files.collect(),
            edit: may.then(|| format!("{at}/edit")),
            id: message.id,
            at: message.at,
            initials: initials(&message.by_name),
            who: message.by_name,
            side: if message.by_team { "team" } else { "client" },
            mine,
            internal: !shared,
            new,
            text: message.text,
            edited: message.edited,
        });
    }
    voices.reverse();
    voices
}

async fn read(
    inside: &ClientAccess,
    path: EngagementPath,
    before: Option<MessageId>,
) -> Result<Parts, PageError> {
    let (store, id) = (&inside.store, path.engagement);
    let read = try_join4(
        store.about(),
        store.engagement(id),
        store.read_mark(inside.actor.user, id),
        store.thread(id, before),
    );
    let (Some(client), Some(engagement), seen, thread) = read.await? else {
        return Err(PageError::NotFound);
    };
    Ok(Parts {
        client: client.name,
        engagement,
        seen,
        thread,
    })
}

async fn page(
    inside: &ClientAccess,
    parts: Parts,
    before: Option<MessageId>,
    (form, waiting): (Form, &[Attachment]),
    refused: bool,
) -> Result<Reply, PageError> {
    let mut crumbs = inside.crumbs(&parts.client);
    let around = format!("{}/engagements/{}", inside.base, parts.engagement.id);
    crumbs.push(Crumb::to(&parts.engagement.title, around));
    let ctx = &inside.ctx;
    let frame = Frame {
        actor: &inside.actor,
        base: &inside.base,
        now: ctx.now,
        form: ctx.app.new_id(),
        upload: ctx.app.new_id(),
        waiting,
        before,
    };
    let page = ThreadPage::new(parts, &frame, form, crumbs);
    let origin = ctx.app.services.files.origin().await?;
    let reply = if refused {
        ctx.refused(&page)
    } else {
        ctx.page(&page)
    };
    Ok(reply?.with_files(&origin))
}

pub(crate) async fn get(
    inside: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    Query(wanted): Query<ThreadQuery>,
) -> Result<Reply, PageError> {
    // What is no message's id gives the end of the thread.
    let before = wanted.before.and_then(|id| id.parse().ok());
    let parts = read(&inside, path, before).await?;
    let form = Form::filled(&MessageInput::default());
    page(&inside, parts, before, (form, &[]), false).await
}

/// The thread again, with what was typed, the files that wait, and what is wrong.
pub(crate) async fn again(
    inside: &ClientAccess,
    path: EngagementPath,
    (input, waiting): (&MessageInput, &[Attachment]),
    invalid: &FieldErrors,
) -> Result<Reply, PageError> {
    let parts = read(inside, path, None).await?;
    let form = Form::failed(input, invalid);
    page(inside, parts, None, (form, waiting), true).await
}
