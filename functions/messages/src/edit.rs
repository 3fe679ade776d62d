//! Changing the words of one's own message.

use domain::engagement::Engagement;
use domain::input::Invalid;
use domain::message::{MessageInput, Posting, Refusal, edit, may_edit};
use serde::{Deserialize, Serialize};
use web::{Crumb, Error, Form, Ids, Inside, Page, ProtectedForm, Reply, see_other};

use crate::paths::{AtMessage, thread};

/// The form.
#[derive(Debug, Serialize)]
pub(crate) struct EditMessage {
    form: Form,
    action: String,
    preview: String,
    cancel: String,
    version: i64,
    internal: bool,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// Other words, as typed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    text: String,
}

impl Page for EditMessage {
    const TEMPLATE: &'static str = "pages/messages/edit.html";

    fn title(&self) -> String {
        "Edit message".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let wrong = Invalid::at("text", "Write something first.");
        Self {
            form: Form::failed(&MessageInput::default(), &wrong),
            action: "/engagements/e/messages/m/edit".to_owned(),
            preview: "/engagements/e/messages/preview".to_owned(),
            cancel: "/engagements/e/messages".to_owned(),
            version: 1,
            internal: true,
            crumbs: Vec::new(),
        }
    }
}

impl EditMessage {
    fn new(inside: &Inside, parts: &Parts, form: Form) -> Self {
        let here = thread(inside, parts.engagement.id);
        let mut crumbs = inside.crumbs(&parts.client);
        let around = format!("{}/engagements/{}", inside.base, parts.engagement.id);
        crumbs.push(Crumb::to(&parts.engagement.title, around));
        crumbs.push(Crumb::to("Messages", &here));
        let message = &parts.posting.message;
        Self {
            form,
            action: format!("{here}/{}/edit", message.id),
            preview: format!("{here}/preview"),
            cancel: here,
            version: message.version,
            internal: !parts.posting.shared,
            crumbs,
        }
    }
}

/// What the form is about.
struct Parts {
    client: String,
    engagement: Engagement,
    posting: Posting,
}

async fn read(inside: &Inside, path: AtMessage) -> Result<Parts, Error> {
    let store = &inside.store;
    let read = futures::future::try_join3(
        store.about(),
        store.engagement(path.engagement),
        store.message(path.engagement, path.message),
    );
    let (Some(client), Some(engagement), Some(posting)) = read.await? else {
        return Err(Error::NotFound);
    };
    Ok(Parts {
        client: client.name,
        engagement,
        posting,
    })
}

/// To the thread, where it is said why nothing can be changed.
fn too_late(inside: &Inside, path: AtMessage) -> Reply {
    see_other(&format!("{}#end", thread(inside, path.engagement))).flash("message-fixed")
}

pub(crate) async fn get(inside: Inside, Ids(path): Ids<AtMessage>) -> Result<Reply, Error> {
    let parts = read(&inside, path).await?;
    let message = &parts.posting.message;
    if !may_edit(message, &inside.actor, inside.ctx.now) {
        return Ok(too_late(&inside, path));
    }
    let text = message.text.clone();
    let page = EditMessage::new(&inside, &parts, Form::filled(&Words { text }));
    inside.ctx.page(&page)
}

pub(crate) async fn post(
    inside: Inside,
    Ids(path): Ids<AtMessage>,
    form: ProtectedForm<Words>,
) -> Result<Reply, Error> {
    let parts = read(&inside, path).await?;
    let edited = edit(
        &parts.posting,
        &inside.actor,
        &form.input.text,
        inside.ctx.now,
    );
    let invalid = match edited {
        Ok(edited) if form.version == Some(parts.posting.message.version) => {
            let kept = inside.store.edit_message(path.engagement, &edited);
            kept.await?;
            let there = format!("{}#end", thread(&inside, path.engagement));
            return Ok(see_other(&there).flash("message-edited"));
        }
        Ok(_) => Invalid::at(
            "form",
            "This message was changed meanwhile, perhaps in another window. Look at it again, then save.",
        ),
        Err(Refusal::Invalid(invalid)) => invalid,
        Err(Refusal::Fixed) => return Ok(too_late(&inside, path)),
        Err(Refusal::Role) => return Err(Error::Forbidden),
    };
    let form = Form::failed(&form.input, &invalid);
    inside.ctx.refused(&EditMessage::new(&inside, &parts, form))
}
