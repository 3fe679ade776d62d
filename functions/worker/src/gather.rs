//! Mail of what a person was told: gathered for as long as the person wishes, then
//! written once and put into the outbox as any mail, so that it is the same however
//! often it is sent.

use domain::mail::{Mail, MailMessage};
use domain::notification::Cadence;
use domain::person::Person;
use domain::workspace::Workspace;
use store::directory::Directory;
use store::outbox::{Digest, LeasedEffect};
use store::{DigestContent, Scope, Store};
use web::{App, PageError};

/// Closes what was gathered and hands the mail over.
pub(crate) async fn look(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    gather: Digest,
) -> Result<(), PageError> {
    match leased.client(directory) {
        Some(client) => close(app, directory, leased, &client, gather).await,
        None => match leased.team(directory) {
            Some(team) => close(app, directory, leased, &team, gather).await,
            None => Err(PageError::internal("mail outside a workspace")),
        },
    }
}

async fn close<S: Scope>(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    store: &Store<S>,
    gather: Digest,
) -> Result<(), PageError> {
    let gathered = store.gathered(gather).await?;
    let person = store.person(gather.user).await?;
    let workspace = leased.workspace(directory).await?;
    let mail = match (person, workspace) {
        (Some(person), Some(workspace)) => letter(&person, &workspace, gathered, gather.cadence),
        _ => None,
    };
    let handed = store.hand_over(leased, mail.as_ref(), app.clock.now());
    Ok(handed.await?)
}

/// Nothing, where nothing is left of which the person wants mail.
fn letter(
    person: &Person,
    workspace: &Workspace,
    gathered: DigestContent,
    cadence: Cadence,
) -> Option<Mail> {
    let DigestContent { mut notices, more } = gathered;
    let wanted = |kind| person.notify.cadence(kind, person.role) != Cadence::Off;
    notices.retain(|notice| wanted(notice.kind));
    let gone = person.disabled.is_some() || notices.is_empty();
    (!gone).then(|| Mail {
        to: person.email.clone(),
        to_name: person.name.clone(),
        slug: workspace.slug.clone(),
        brand: workspace.name.clone(),
        message: MailMessage::News {
            notices,
            more,
            cadence,
            time_zone: person
                .notify
                .zone(&workspace.time_zone)
                .iana_name()
                .unwrap_or("UTC")
                .to_owned(),
            user: person.id,
            client: person.client,
        },
    })
}
