//! Mail that leaves, where mail goes to its address at all.

use domain::brand::Branding;
use domain::mail::{Mail, MailMessage};
use store::directory::Directory;
use store::outbox::LeasedEffect;
use web::letters::{self, Envelope};
use web::{App, PageError};

/// Hands a mail over under a name of its own; or leaves it, where no mail goes to its
/// address: the inbox has what it would have told, and the people's pages say so.
pub(crate) async fn send(
    app: &App,
    directory: &Directory,
    (leased, name): (&LeasedEffect, &str),
    mail: &Mail,
) -> Result<(), PageError> {
    let (Some(home), Some(team)) = (leased.home(), leased.team(directory)) else {
        return Err(PageError::internal("mail outside a workspace"));
    };
    let brought = match mail.message {
        MailMessage::Invite { invite, .. } => Some((home.1, invite)),
        _ => None,
    };
    if team.withholds(&mail.to, (brought, app.clock.now())).await? {
        tracing::info!(effect = %leased.id, "a mail stays here");
        return Ok(());
    }
    // A workspace that is still to be founded has no looks.
    let workspace = leased.workspace(directory).await?;
    let leaving = Envelope {
        id: name,
        at: leased.at,
        home,
        look: workspace.map_or_else(Branding::default, |workspace| {
            workspace.look(app.clock.now())
        }),
    };
    letters::send(app, leaving, mail).await
}
