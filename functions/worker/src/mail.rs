//! Mail: sent, unless its address is suppressed.

use domain::brand::Branding;
use domain::mail::{Mail, MailMessage};
use store::{Directory, LeasedEffect};
use web::mail_render::{self, Envelope};
use web::{App, PageError};

/// Sends a mail under an id of its own; not to a suppressed address: the inbox has what the
/// mail would say, and the people's pages show the suppression.
pub(crate) async fn send(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    mail_id: &str,
    mail: &Mail,
) -> Result<(), PageError> {
    let (Some(home), Some(team)) = (leased.home(), leased.workspace_store(directory)) else {
        return Err(PageError::internal("mail outside a workspace"));
    };
    let invite = match mail.message {
        MailMessage::Invite { invite, .. } => Some((home.1, invite)),
        _ => None,
    };
    if team
        .is_suppressed(&mail.to, invite, app.clock.now())
        .await?
    {
        tracing::info!(effect = %leased.id, "a mail stays here");
        return Ok(());
    }
    // Before a workspace is founded it has no branding.
    let workspace = leased.get_workspace(directory).await?;
    let envelope = Envelope {
        id: mail_id,
        at: leased.at,
        home,
        look: workspace.map_or_else(Branding::default, |workspace| {
            workspace.branding(app.clock.now())
        }),
    };
    mail_render::deliver_mail(app, envelope, mail).await
}
