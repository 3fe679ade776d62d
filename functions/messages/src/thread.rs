//! An engagement's thread, for both sides: opened at its end, with the composer
//! below it.

use domain::engagement::Engagement;
use domain::id::{EntryId, MessageId, UserId};
use domain::input::Invalid;
use domain::message::{Message, MessageInput, Posting, Refusal, Tally, may_edit, post as decide};
use domain::person::{Actor, initials};
use domain::role::Action;
use futures::future::try_join4;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Limit, Outcome, Thread};
use web::view::EngagementTabs;
use web::{
    Crumb, Error, Form, Ids, Inside, Page, ProtectedForm, Query, Reply, SAVED_BEFORE, see_other,
};

use crate::paths::{InEngagement, thread};

/// Messages that one person writes at most.
const LIMIT: Limit = Limit {
    rule: "message",
    most: 60,
    window: jiff::SignedDuration::from_hours(1),
};

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
    seen: Tally,
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
    edited: Option<Timestamp>,
    edit: Option<String>,
}

/// The form of a new message.
#[derive(Debug, Serialize)]
struct Compose {
    action: String,
    preview: String,
    id: EntryId,
    form: Form,
    choose: bool,
}

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    before: Option<String>,
}

/// What the page is made of.
struct Parts {
    client: String,
    engagement: Engagement,
    seen: Tally,
    thread: Thread,
}

/// Where the page is shown, to whom, and when.
struct Frame<'a> {
    actor: &'a Actor,
    base: &'a str,
    now: Timestamp,
    form: EntryId,
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
        let message = |n, by: UserId| Message {
            id: MessageId::new(n, 1),
            at: Timestamp::UNIX_EPOCH,
            by,
            by_name: "Carl <b>".to_owned(),
            by_team: by == actor.user,
            text: "**Hello** <script>alert(1)</script>".to_owned(),
            edited: Some(Timestamp::UNIX_EPOCH),
            version: 2,
        };
        let rows = [(1, UserId::new(1, 7), true), (2, actor.user, false)];
        let rows = rows.map(|(n, by, shared)| Posting {
            message: message(n, by),
            shared,
        });
        let parts = Parts {
            client: "Initech <b>".to_owned(),
            engagement: web::view::engagement_sample(),
            seen: Tally::default(),
            thread: Thread {
                rows: rows.into(),
                before: Some(MessageId::new(1, 1)),
            },
        };
        let frame = Frame {
            actor: &actor,
            base: "/clients/c",
            now: Timestamp::UNIX_EPOCH,
            form: EntryId::new(1, 1),
            before: Some(MessageId::new(3, 1)),
        };
        let wrong = Invalid::at("text", "Write something first.");
        let form = Form::failed(&MessageInput::default(), &wrong);
        Self::new(parts, &frame, form, Vec::new())
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
            compose: may_post.then(|| Compose {
                action: here.clone(),
                preview: format!("{here}/preview"),
                id: frame.form,
                form,
                choose: team,
            }),
            title: engagement.title,
            client_name: client,
            team,
            crumbs,
        }
    }
}

/// The messages as they are shown. The newest of others' are marked, as many as are
/// unread of each kind.
fn voices(thread: Thread, frame: &Frame<'_>, here: &str, mut unread: Tally) -> Vec<Voice> {
    let newest = frame.before.is_none();
    let mut voices: Vec<Voice> = Vec::with_capacity(thread.rows.len());
    for Posting { message, shared } in thread.rows.into_iter().rev() {
        let mine = message.by == frame.actor.user;
        let left = if shared {
            &mut unread.messages
        } else {
            &mut unread.notes
        };
        let new = newest && !mine && *left > 0;
        *left -= i64::from(new);
        let may = may_edit(&message, frame.actor, frame.now);
        voices.push(Voice {
            edit: may.then(|| format!("{here}/{}/edit", message.id)),
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
    inside: &Inside,
    path: InEngagement,
    before: Option<MessageId>,
) -> Result<Parts, Error> {
    let (store, id) = (&inside.store, path.engagement);
    let read = try_join4(
        store.about(),
        store.engagement(id),
        store.read_mark(inside.actor.user, id),
        store.thread(id, before),
    );
    let (Some(client), Some(engagement), seen, thread) = read.await? else {
        return Err(Error::NotFound);
    };
    Ok(Parts {
        client: client.name,
        engagement,
        seen,
        thread,
    })
}

fn page(inside: &Inside, parts: Parts, before: Option<MessageId>, form: Form) -> ThreadPage {
    let mut crumbs = inside.crumbs(&parts.client);
    let around = format!("{}/engagements/{}", inside.base, parts.engagement.id);
    crumbs.push(Crumb::to(&parts.engagement.title, around));
    let frame = Frame {
        actor: &inside.actor,
        base: &inside.base,
        now: inside.ctx.now,
        form: inside.ctx.app.new_id(),
        before,
    };
    ThreadPage::new(parts, &frame, form, crumbs)
}

pub(crate) async fn get(
    inside: Inside,
    Ids(path): Ids<InEngagement>,
    Query(wanted): Query<Wanted>,
) -> Result<Reply, Error> {
    // What is no message's id gives the end of the thread.
    let before = wanted.before.and_then(|id| id.parse().ok());
    let parts = read(&inside, path, before).await?;
    let form = Form::filled(&MessageInput::default());
    inside.ctx.page(&page(&inside, parts, before, form))
}

pub(crate) async fn post(
    inside: Inside,
    Ids(path): Ids<InEngagement>,
    form: ProtectedForm<MessageInput>,
) -> Result<Reply, Error> {
    let (store, ctx) = (&inside.store, &inside.ctx);
    let engagement = store.engagement(path.engagement).await?;
    engagement.ok_or(Error::NotFound)?;
    let once = form.id()?;
    let sent = see_other(&format!("{}#end", thread(&inside, path.engagement)));
    let invalid = match decide(ctx.app.new_id(), &inside.actor, &form.input, ctx.now) {
        Ok(posting) => {
            ctx.limit(LIMIT, &inside.actor.user.to_string()).await?;
            let kept = store.post_message(path.engagement, &posting, once);
            if kept.await? == Outcome::Done || is_saved(&inside, path, once, &posting).await? {
                return Ok(sent.flash("message-sent"));
            }
            Invalid::at("form", SAVED_BEFORE)
        }
        Err(Refusal::Invalid(invalid)) => invalid,
        Err(Refusal::Role | Refusal::Fixed) => return Err(Error::Forbidden),
    };
    let parts = read(&inside, path, None).await?;
    let form = Form::failed(&form.input, &invalid);
    ctx.refused(&page(&inside, parts, None, form))
}

/// Whether what the form made before is what it says now, or said until it was edited.
async fn is_saved(
    inside: &Inside,
    path: InEngagement,
    once: EntryId,
    posting: &Posting,
) -> Result<bool, Error> {
    let found = inside.store.posted(path.engagement, once).await?;
    Ok(found.is_some_and(|found| {
        let (then, now) = (&found.message, &posting.message);
        let same = then.text == now.text && found.shared == posting.shared;
        then.by == now.by && (same || then.edited.is_some())
    }))
}
