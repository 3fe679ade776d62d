//! Editing one's own message.

use domain::input::FieldErrors;
use domain::message::{MessageInput, MessageRefusal, NewMessage, edit_message, may_edit};
use futures::future::try_join;
use serde::{Deserialize, Serialize};
use web::links;
use web::{
    ClientAccess, Crumb, EngagementContext, Form, Ids, Page, PageError, ProtectedForm, Reply,
    see_other,
};

use crate::paths::MessagePath;

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
        let wrong = FieldErrors::of("text", "Write something first.");
        Self {
            form: Form::with_errors(&MessageInput::default(), &wrong),
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
    fn new(access: &ClientAccess, data: &EditData, form: Form) -> Self {
        let EditData { context, posted } = data;
        let (base, engagement) = (access.base, context.engagement.id);
        let thread = links::thread(base, engagement);
        let mut crumbs = context.crumbs.clone();
        crumbs.push(Crumb::to("Messages", &thread));
        let message = &posted.message;
        Self {
            form,
            action: links::message_edit(base, engagement, message.id),
            preview: links::thread_preview(base, engagement),
            cancel: thread,
            version: message.version,
            internal: !posted.shared,
            crumbs,
        }
    }
}

/// The message to edit, and its engagement.
struct EditData {
    context: EngagementContext,
    posted: NewMessage,
}

async fn load_message(access: &ClientAccess, path: MessagePath) -> Result<EditData, PageError> {
    let posted = async {
        let posted = access
            .store
            .get_message(path.engagement, path.message)
            .await?;
        posted.ok_or(PageError::NotFound)
    };
    let (context, posted) = try_join(access.engagement(path.engagement), posted).await?;
    Ok(EditData { context, posted })
}

/// Back to the thread, with a notice that the message can't be edited any more.
fn not_editable_reply(access: &ClientAccess, path: MessagePath) -> Reply {
    see_other(&format!(
        "{}#end",
        links::thread(access.base, path.engagement)
    ))
    .flash("message-fixed")
}

pub(crate) async fn get(
    access: ClientAccess,
    Ids(path): Ids<MessagePath>,
) -> Result<Reply, PageError> {
    let data = load_message(&access, path).await?;
    let message = &data.posted.message;
    if !may_edit(message, &access.actor, access.ctx.now) {
        return Ok(not_editable_reply(&access, path));
    }
    let text = message.text.clone();
    let page = EditMessagePage::new(&access, &data, Form::filled(&EditMessageForm { text }));
    access.ctx.render(&page)
}

pub(crate) async fn post(
    access: ClientAccess,
    Ids(path): Ids<MessagePath>,
    form: ProtectedForm<EditMessageForm>,
) -> Result<Reply, PageError> {
    let data = load_message(&access, path).await?;
    let edited = edit_message(
        &data.posted,
        &access.actor,
        &form.input.text,
        access.ctx.now,
    );
    let invalid = match edited {
        Ok(edited) if form.version == Some(data.posted.message.version) => {
            access
                .store
                .update_message(path.engagement, &edited)
                .await?;
            let thread = format!("{}#end", links::thread(access.base, path.engagement));
            return Ok(see_other(&thread).flash("message-edited"));
        }
        Ok(_) => FieldErrors::of(
            "form",
            "This message was changed meanwhile, perhaps in another window. Look at it again, then save.",
        ),
        Err(MessageRefusal::Invalid(invalid)) => invalid,
        Err(MessageRefusal::NotEditable) => return Ok(not_editable_reply(&access, path)),
        Err(MessageRefusal::Role) => return Err(PageError::Forbidden),
    };
    let form = Form::with_errors(&form.input, &invalid);
    access
        .ctx
        .render_refused(&EditMessagePage::new(&access, &data, form))
}
