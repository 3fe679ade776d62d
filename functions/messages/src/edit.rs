//! Changing the words of one's own message.

use domain::engagement::Engagement;
use domain::input::FieldErrors;
use domain::message::{MessageInput, MessageRefusal, NewMessage, edit, may_edit};
use serde::{Deserialize, Serialize};
use web::{ClientAccess, Crumb, Form, Ids, Page, PageError, ProtectedForm, Reply, see_other};

use crate::paths::{MessagePath, thread};

/// The form.
#[derive(Debug, Serialize)]
pub(crate) struct EditMessagePage {
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
pub(crate) struct EditMessageForm {
    text: String,
}

impl Page for EditMessagePage {
    const TEMPLATE: &'static str = "pages/messages/edit.html";

    fn title(&self) -> String {
        "Edit message".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let wrong = FieldErrors::at("text", "Write something first.");
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

impl EditMessagePage {
    fn new(inside: &ClientAccess, parts: &Parts, form: Form) -> Self {
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
    posting: NewMessage,
}

async fn read(inside: &ClientAccess, path: MessagePath) -> Result<Parts, PageError> {
    let store = &inside.store;
    let read = futures::future::try_join3(
        store.about(),
        store.engagement(path.engagement),
        store.message(path.engagement, path.message),
    );
    let (Some(client), Some(engagement), Some(posting)) = read.await? else {
        return Err(PageError::NotFound);
    };
    Ok(Parts {
        client: client.name,
        engagement,
        posting,
    })
}

/// To the thread, where it is said why nothing can be changed.
fn too_late(inside: &ClientAccess, path: MessagePath) -> Reply {
    see_other(&format!("{}#end", thread(inside, path.engagement))).flash("message-fixed")
}

pub(crate) async fn get(
    inside: ClientAccess,
    Ids(path): Ids<MessagePath>,
) -> Result<Reply, PageError> {
    let parts = read(&inside, path).await?;
    let message = &parts.posting.message;
    if !may_edit(message, &inside.actor, inside.ctx.now) {
        return Ok(too_late(&inside, path));
    }
    let text = message.text.clone();
    let page = EditMessagePage::new(&inside, &parts, Form::filled(&EditMessageForm { text }));
    inside.ctx.page(&page)
}

pub(crate) async fn post(
    inside: ClientAccess,
    Ids(path): Ids<MessagePath>,
    form: ProtectedForm<EditMessageForm>,
) -> Result<Reply, PageError> {
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
        Ok(_) => FieldErrors::at(
            "form",
            "This message was changed meanwhile, perhaps in another window. Look at it again, then save.",
        ),
        Err(MessageRefusal::Invalid(invalid)) => invalid,
        Err(MessageRefusal::Fixed) => return Ok(too_late(&inside, path)),
        Err(MessageRefusal::Role) => return Err(PageError::Forbidden),
    };
    let form = Form::failed(&form.input, &invalid);
    inside
        .ctx
        .refused(&EditMessagePage::new(&inside, &parts, form))
}
