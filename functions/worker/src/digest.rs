//! Digests: the notifications of an hour or a day, written once as one mail and put into the
//! outbox, so that the mail is the same however often it is sent.

use domain::mail::{Mail, MailMessage};
use domain::person::Person;
use domain::preference::Cadence;
use domain::workspace::Workspace;
use store::{Digest, DigestContent, Directory, LeasedEffect, Scope, Store};
use web::{App, PageError};

/// Closes a digest and enqueues its mail.
pub(crate) async fn handle(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    digest: Digest,
) -> Result<(), PageError> {
    if let Some(client) = leased.client_store(directory) {
        return send_digest(app, directory, leased, &client, digest).await;
    }
    match leased.workspace_store(directory) {
        Some(team) => send_digest(app, directory, leased, &team, digest).await,
        None => Err(PageError::internal("a digest outside a workspace")),
    }
}

async fn send_digest<S: Scope>(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    store: &Store<S>,
    digest: Digest,
) -> Result<(), PageError> {
    let content = store.close_digest(digest).await?;
    let person = store.get_person(digest.user).await?;
    let workspace = leased.get_workspace(directory).await?;
    let mail = match (person, workspace) {
        (Some(person), Some(workspace)) => {
            digest_mail(&person, &workspace, content, digest.cadence)
        }
        _ => None,
    };
    let now = app.clock.now();
    Ok(store.enqueue_digest(leased, mail.as_ref(), now).await?)
}

/// The mail of a digest; `None` where the person wants none of what is in it.
fn digest_mail(
    person: &Person,
    workspace: &Workspace,
    content: DigestContent,
    cadence: Cadence,
) -> Option<Mail> {
    let DigestContent {
        mut notifications,
        more,
    } = content;
    let preferences = &person.notification_preferences;
    notifications
        .retain(|notification| preferences.cadence(notification.kind, person.role) != Cadence::Off);
    let zone = preferences.zone(&workspace.time_zone);
    let is_wanted = person.disabled_at.is_none() && !notifications.is_empty();
    is_wanted.then(|| Mail {
        to: person.email.clone(),
        to_name: person.name.clone(),
        slug: workspace.slug.clone(),
        brand: workspace.name.clone(),
        message: MailMessage::Notifications {
            notices: notifications,
            more,
            cadence,
            time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
            user: person.id,
            client: person.client,
        },
    })
}
