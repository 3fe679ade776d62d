//! Mail as it is written: from what the outbox holds to words.

use adapters::MimeMessage;
use domain::brand::Branding;
use domain::email::EmailAddress;
use domain::id::{ClientId, EntryId, WorkspaceId};
use domain::mail::{Mail, MailMessage};
use domain::notification::Notification;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::PageError;
use crate::layout::logo_path;
use crate::links::{self, LinkBase};

#[derive(Serialize)]
pub(crate) struct MailData<'a> {
    pub(crate) brand: MailBrand<'a>,
    pub(crate) to_name: &'a str,
    pub(crate) link: String,
    /// What mail of what happened tells first, in one line.
    pub(crate) first: Option<String>,
    /// Where such mail is ended.
    pub(crate) unsubscribe: Option<&'a str>,
    /// The workspace's address.
    pub(crate) base: &'a str,
    #[serde(flatten)]
    pub(crate) message: &'a MailMessage,
}

#[derive(Serialize)]
pub(crate) struct MailBrand<'a> {
    name: &'a str,
    /// Where the company's logo is, and how large it is shown.
    logo: Option<LogoView>,
    /// The ground of buttons.
    accent: String,
    badge: bool,
}

#[derive(Serialize)]
struct LogoView {
    href: String,
    width: u32,
    height: u32,
}

impl<'a> MailBrand<'a> {
    pub(crate) fn of(name: &'a str, look: &Branding, base: &str) -> Self {
        let logo = look.logo.map(|logo| LogoView {
            href: format!("{base}{}", logo_path(&logo)),
            // Half as large as it is, for fine screens.
            width: logo.width.div_ceil(2),
            height: logo.height.div_ceil(2),
        });
        Self {
            name,
            logo,
            accent: look.colour().to_string(),
            badge: look.badge,
        }
    }
}

/// What the link to a new address is sealed for, with the person's id.
pub const EMAIL_CHANGE: &str = "email-change";

/// What the link to a new address says: from which to which.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EmailChange {
    /// The address so far: the link is good while it is that.
    pub from: EmailAddress,
    /// The person's epoch, which each change of the address ends: the link is good once, also
    /// where the address comes back.
    pub epoch: i64,
    /// The new one.
    pub to: EmailAddress,
}

/// What the link to a new workspace is sealed for.
pub const SIGN_UP: &str = "sign-up";

/// What that link says: whose it is, and which. No other of this address is good.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignUpLink {
    /// The address that it was sent to.
    pub email: EmailAddress,
    /// The outbox entry of the link.
    pub id: EntryId,
}

/// The token of the link that ends such mail, where it is of the kind that can be ended.
fn unsubscribe_link(app: &App, mail: &Mail) -> Option<String> {
    match mail.message {
        MailMessage::Notifications { user, client, .. } => {
            Some(app.secrets().unsubscribe_token(&mail.slug, client, user))
        }
        _ => None,
    }
}

/// The templates of a message: `emails/{name}.{part}`.
pub(crate) fn template_name(message: &MailMessage) -> &'static str {
    match message {
        MailMessage::Invite { .. } => "invite",
        MailMessage::Reset { .. } => "reset",
        MailMessage::SignUp { .. } => "sign_up",
        MailMessage::WorkspaceCreated => "founded",
        MailMessage::AddedToClient { .. } => "added",
        MailMessage::PasswordChanged => "password_changed",
        MailMessage::NewDevice { .. } => "new_device",
        MailMessage::ConfirmEmail { .. } => "confirm_email",
        MailMessage::EmailChanged { .. } => "email_changed",
        MailMessage::MfaEnabled => "mfa_enabled",
        MailMessage::MfaDisabled => "mfa_disabled",
        MailMessage::MfaReset { .. } => "mfa_reset",
        MailMessage::PlanUnpaid { .. } => "plan_unpaid",
        MailMessage::Invoice { .. } => "invoice",
        MailMessage::Receipt { .. } => "receipt",
        MailMessage::Notifications { .. } => "news",
    }
}

/// The first notification in one line, for the subject.
pub(crate) fn first_line(message: &MailMessage) -> Option<String> {
    match message {
        MailMessage::Notifications { notices, .. } => notices.first().map(Notification::line),
        _ => None,
    }
}

/// What a mail goes by that is to leave.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// Its name, the same at every try.
    pub id: &'a str,
    /// Its time, the same at every try.
    pub at: Timestamp,
    /// Where it was written: what SES tells of it belongs there.
    pub home: (WorkspaceId, Option<ClientId>),
    /// How the workspace looks.
    pub look: Branding,
}

/// Writes a mail and hands it over: all that it says is the same at every try. Whether mail
/// goes to its address is for the caller to know.
pub async fn deliver_mail(app: &App, leaving: Envelope<'_>, mail: &Mail) -> Result<(), PageError> {
    let path = match &mail.message {
        MailMessage::Invite {
            invite,
            link_number,
            ..
        } => {
            let token = app
                .secrets()
                .invite_token(leaving.home, *invite, *link_number);
            format!("/invite/{token}")
        }
        MailMessage::Reset { reset, .. } => {
            let token = app.secrets().reset_token(leaving.home.0, *reset);
            format!("/reset/{token}")
        }
        MailMessage::SignUp { sign_up, until, .. } => {
            let link = SignUpLink {
                email: mail.to.clone(),
                id: *sign_up,
            };
            let token = app.seal_deterministic(SIGN_UP, "", *until, &link)?;
            format!("/sign-up/{token}")
        }
        MailMessage::WorkspaceCreated => "/sign-in".to_owned(),
        MailMessage::AddedToClient { .. } => "/switch".to_owned(),
        MailMessage::PasswordChanged => "/forgot".to_owned(),
        MailMessage::NewDevice { .. }
        | MailMessage::MfaEnabled
        | MailMessage::MfaDisabled
        | MailMessage::MfaReset { .. } => "/account".to_owned(),
        MailMessage::ConfirmEmail {
            user,
            from,
            epoch,
            until,
        } => {
            let change = EmailChange {
                from: from.clone(),
                epoch: *epoch,
                to: mail.to.clone(),
            };
            let token = app.seal_deterministic(EMAIL_CHANGE, &user.to_string(), *until, &change)?;
            format!("/account/email/confirm?token={token}")
        }
        MailMessage::EmailChanged { .. } => "/".to_owned(),
        MailMessage::PlanUnpaid { .. } => "/settings/plan".to_owned(),
        MailMessage::Invoice { invoice, .. } | MailMessage::Receipt { invoice, .. } => {
            links::invoice(LinkBase::Portal, *invoice)
        }
        MailMessage::Notifications { .. } => "/notifications".to_owned(),
    };
    let base = match mail.message {
        MailMessage::SignUp { .. } => app.config.signup_url(),
        _ => app.config.workspace_url(&mail.slug),
    };
    let unsubscribe =
        unsubscribe_link(app, mail).map(|token| format!("{base}/unsubscribe/{token}"));
    let data = MailData {
        brand: MailBrand::of(&mail.brand, &leaving.look, &base),
        to_name: &mail.to_name,
        link: format!("{base}{path}"),
        first: first_line(&mail.message),
        unsubscribe: unsubscribe.as_deref(),
        base: &base,
        message: &mail.message,
    };
    let name = template_name(&mail.message);
    let part = |kind: &str| {
        app.renderer
            .render_plain(&format!("emails/{name}.{kind}"), &data)
    };
    let subject = part("subject.txt")?;
    let Envelope { id, at, home, .. } = leaving;
    let letter = MimeMessage {
        from_name: &mail.brand,
        to_name: &mail.to_name,
        to: &mail.to,
        subject: subject.trim(),
        text: &part("txt")?,
        html: &part("html")?,
        id,
        at,
        unsubscribe: data.unsubscribe,
        tags: &mail.message_tags(home.0, home.1),
    };
    Ok(app.services.mailer.send(&letter).await?)
}
