//! An engagement's thread, for both sides: it opens at its end, with the composer below.

use domain::engagement::Engagement;
use domain::file::{FileType, MAX_FILE, format_size};
use domain::id::{EngagementId, EntryId, MessageId, UploadId, UserId};
use domain::input::FieldErrors;
use domain::message::{Attachment, Message, MessageCounts, MessageInput, NewMessage, may_edit};
use domain::person::{Actor, initials};
use domain::role::Action;
use domain::upload::UploadState;
use futures::future::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::ThreadSlice;
use web::links::{self, LinkBase};
use web::view::EngagementTabs;
use web::{ClientAccess, Crumb, Form, Ids, MAX_UPLOAD, Page, PageError, Query, Reply};

use crate::paths::EngagementPath;

#[derive(Debug, Serialize)]
pub(crate) struct ThreadPage {
    pulse: String,
    title: String,
    client_name: String,
    tabs: EngagementTabs,
    rows: Vec<MessageView>,
    earlier: Option<String>,
    latest: Option<String>,
    unread: i64,
    read: String,
    seen: MessageCounts,
    compose: Option<Composer>,
    team: bool,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Serialize)]
struct MessageView {
    id: MessageId,
    at: Timestamp,
    who: String,
    initials: String,
    side: &'static str,
    mine: bool,
    internal: bool,
    new: bool,
    text: String,
    files: Vec<AttachmentRow>,
    edited: Option<Timestamp>,
    edit: Option<String>,
}

#[derive(Debug, Serialize)]
struct AttachmentRow {
    href: String,
    name: String,
    size: String,
    state: &'static str,
}

impl AttachmentRow {
    fn new(file: &Attachment, href: String) -> Self {
        Self {
            href,
            name: file.name.clone(),
            size: format_size(file.size),
            state: file.state.name(),
        }
    }
}

/// The form of a new message.
#[derive(Debug, Serialize)]
struct Composer {
    action: String,
    preview: String,
    id: EntryId,
    form: Form,
    choose: bool,
    attach: String,
    upload: UploadId,
    /// Files that were uploaded for it already.
    waiting: Vec<WaitingFile>,
    max: i64,
    most: String,
    small: String,
    accept: String,
}

/// A file that waits for its message.
#[derive(Debug, Serialize)]
struct WaitingFile {
    id: UploadId,
    name: String,
    size: String,
}

#[derive(Deserialize)]
pub(crate) struct ThreadQuery {
    #[serde(default)]
    before: Option<String>,
}

struct ThreadData {
    client: String,
    engagement: Engagement,
    seen: MessageCounts,
    thread: ThreadSlice,
    crumbs: Vec<Crumb>,
}

/// The actor, the addresses and the composer of the page.
struct ThreadContext<'a> {
    actor: &'a Actor,
    base: LinkBase,
    engagement: EngagementId,
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

    fn samples() -> Vec<Self> {
        let data = ThreadData {
            client: "Initech <b>".to_owned(),
            engagement: web::view::engagement_sample(),
            seen: MessageCounts::default(),
            thread: ThreadSlice {
                rows: Vec::new(),
                before: None,
            },
            crumbs: Vec::new(),
        };
        let context = ThreadContext {
            actor: &web::view::actor_sample(),
            base: LinkBase::Portal,
            engagement: EngagementId::new(1, 1),
            now: Timestamp::UNIX_EPOCH,
            form: EntryId::new(1, 1),
            upload: UploadId::new(1, 1),
            waiting: &[],
            before: None,
        };
        let form = Form::filled(&MessageInput::default());
        let empty = Self::new(data, &context, form);
        vec![Self::sample(), empty]
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
        let data = ThreadData {
            client: "Initech <b>".to_owned(),
            engagement: web::view::engagement_sample(),
            seen: MessageCounts::default(),
            thread: ThreadSlice {
                rows: rows.into(),
                before: Some(MessageId::new(1, 1)),
            },
            crumbs: Vec::new(),
        };
        let context = ThreadContext {
            actor: &actor,
            base: LinkBase::Portal,
            engagement: EngagementId::new(1, 1),
            now: Timestamp::UNIX_EPOCH,
            form: EntryId::new(1, 1),
            upload: UploadId::new(1, 1),
            waiting: &[file(UploadState::Ready)],
            before: Some(MessageId::new(3, 1)),
        };
        let wrong = FieldErrors::of("text", "Write something first.");
        let form = Form::with_errors(&MessageInput::default(), &wrong);
        Self::new(data, &context, form)
    }
}

impl Composer {
    fn new(context: &ThreadContext<'_>, form: Form) -> Self {
        let waiting = context.waiting.iter().map(|file| WaitingFile {
            id: file.id,
            name: file.name.clone(),
            size: format_size(file.size),
        });
        Self {
            action: links::thread(context.base, context.engagement),
            preview: links::thread_preview(context.base, context.engagement),
            id: context.form,
            form,
            choose: context.actor.role.is_team(),
            attach: links::thread_attachments(context.base, context.engagement),
            upload: context.upload,
            waiting: waiting.collect(),
            max: MAX_FILE,
            most: format_size(MAX_FILE),
            small: format_size(i64::try_from(MAX_UPLOAD).unwrap_or(i64::MAX)),
            accept: FileType::accepted_extensions(),
        }
    }
}

impl ThreadPage {
    fn new(data: ThreadData, context: &ThreadContext<'_>, form: Form) -> Self {
        let ThreadData {
            client,
            engagement,
            seen,
            thread,
            crumbs,
        } = data;
        let team = context.actor.role.is_team();
        let (base, id) = (context.base, engagement.id);
        let href = links::thread(base, id);
        let unread = engagement.messages.unread(seen);
        let rev = if team {
            engagement.rev
        } else {
            engagement.shared_rev
        };
        let earlier = thread.before.map(|id| format!("{href}?before={id}"));
        let may_post = context.actor.role.may(Action::PostMessages);
        Self {
            pulse: format!("{}?seen={rev}", links::engagement_pulse(base, id)),
            tabs: EngagementTabs::new(base, id, "messages", unread.total()),
            rows: render_messages(thread, context, unread),
            earlier,
            latest: context.before.map(|_| format!("{href}#end")),
            unread: unread.total(),
            read: links::thread_read(base, id),
            seen: engagement.messages,
            compose: may_post.then(|| Composer::new(context, form)),
            title: engagement.title,
            client_name: client,
            team,
            crumbs,
        }
    }
}

/// The messages as the page shows them. As many of the newest by others are marked as new as
/// are unread of their kind.
fn render_messages(
    thread: ThreadSlice,
    context: &ThreadContext<'_>,
    mut unread: MessageCounts,
) -> Vec<MessageView> {
    let is_newest_page = context.before.is_none();
    let mut views: Vec<MessageView> = Vec::with_capacity(thread.rows.len());
    for NewMessage { message, shared } in thread.rows.into_iter().rev() {
        let mine = message.by == context.actor.user;
        let unread_left = if shared {
            &mut unread.messages
        } else {
            &mut unread.notes
        };
        let new = is_newest_page && !mine && *unread_left > 0;
        *unread_left -= i64::from(new);
        let is_editable = may_edit(&message, context.actor, context.now);
        let (base, engagement) = (context.base, context.engagement);
        let files = message.files.iter().map(|file| {
            let href = links::message_file(base, engagement, message.id, file.id);
            AttachmentRow::new(file, href)
        });
        views.push(MessageView {
            files: files.collect(),
            edit: is_editable.then(|| links::message_edit(base, engagement, message.id)),
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
    views.reverse();
    views
}

async fn load_thread(
    access: &ClientAccess,
    path: EngagementPath,
    before: Option<MessageId>,
) -> Result<ThreadData, PageError> {
    let (store, id) = (&access.store, path.engagement);
    let messages = async {
        let read = try_join(
            store.get_read_mark(access.actor.user, id),
            store.get_thread(id, before),
        );
        Ok(read.await?)
    };
    let (context, (seen, thread)) = try_join(access.engagement(id), messages).await?;
    Ok(ThreadData {
        client: context.client.name,
        engagement: context.engagement,
        seen,
        thread,
        crumbs: context.crumbs,
    })
}

async fn render_thread(
    access: &ClientAccess,
    data: ThreadData,
    before: Option<MessageId>,
    form: Form,
    waiting: &[Attachment],
    refused: bool,
) -> Result<Reply, PageError> {
    let ctx = &access.ctx;
    let context = ThreadContext {
        actor: &access.actor,
        base: access.base,
        engagement: data.engagement.id,
        now: ctx.now,
        form: ctx.app.new_id(),
        upload: ctx.app.new_id(),
        waiting,
        before,
    };
    let page = ThreadPage::new(data, &context, form);
    let origin = ctx.app.services.files.origin().await?;
    let reply = if refused {
        ctx.render_refused(&page)
    } else {
        ctx.render(&page)
    };
    Ok(reply?.with_files(&origin))
}

pub(crate) async fn get(
    access: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    Query(query): Query<ThreadQuery>,
) -> Result<Reply, PageError> {
    // A value that is no message's id opens the end of the thread.
    let before = query.before.and_then(|id| id.parse().ok());
    let data = load_thread(&access, path, before).await?;
    let form = Form::filled(&MessageInput::default());
    render_thread(&access, data, before, form, &[], false).await
}

/// The thread with the refused form, its waiting files and its errors.
pub(crate) async fn render_refused(
    access: &ClientAccess,
    path: EngagementPath,
    input: &MessageInput,
    waiting: &[Attachment],
    invalid: &FieldErrors,
) -> Result<Reply, PageError> {
    let data = load_thread(access, path, None).await?;
    let form = Form::with_errors(input, invalid);
    render_thread(access, data, None, form, waiting, true).await
}
