//! Mail as it is written: from what the outbox holds to words.

use adapters::MimeMessage;
use domain::brand::Branding;
use domain::email::EmailAddress;
use domain::id::{ClientId, EntryId, WorkspaceId};
use domain::mail::{Mail, MailMessage};
use domain::notification::Notification;
use domain::suppression;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::PageError;
use crate::layout::logo_path;

#[derive(Serialize)]
struct Words<'a> {
    brand: Brand<'a>,
    to_name: &'a str,
    link: String,
    /// What mail of what happened tells first, in one line.
    first: Option<String>,
    /// Where such mail is ended.
    unsubscribe: Option<&'a str>,
    /// The workspace's address.
    base: &'a str,
    #[serde(flatten)]
    message: &'a MailMessage,
}

#[derive(Serialize)]
struct Brand<'a> {
    name: &'a str,
    /// Where the company's logo is, and how large it is shown.
    logo: Option<Shown>,
    /// The ground of buttons.
    accent: String,
    badge: bool,
}

#[derive(Serialize)]
struct Shown {
    href: String,
    width: u32,
    height: u32,
}

impl<'a> Brand<'a> {
    fn of(name: &'a str, look: &Branding, base: &str) -> Self {
        let logo = look.logo.map(|logo| Shown {
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
    /// The new one.
    pub to: EmailAddress,
}

/// What the link to a new workspace is sealed for.
pub const SIGN_UP: (&str, &str) = ("sign-up", "");

/// What that link says: whose it is, and which. No other of this address is good.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignUpLink {
    /// The address that it was sent to.
    pub email: EmailAddress,
    /// Which.
    pub id: EntryId,
}

/// The token of the link that ends such mail, where it is of the kind that can be ended.
fn unsubscribe(app: &App, mail: &Mail) -> Option<String> {
    match mail.message {
        MailMessage::News { user, client, .. } => {
            Some(app.secrets().unsubscribe_token(&mail.slug, client, user))
        }
        _ => None,
    }
}

fn first(message: &MailMessage) -> Option<String> {
    match message {
        MailMessage::News { notices, .. } => notices.first().map(Notification::line),
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
pub async fn send(app: &App, leaving: Envelope<'_>, mail: &Mail) -> Result<(), PageError> {
    let (name, path) = match &mail.message {
        MailMessage::Invite { invite, turn, .. } => {
            let token = app.secrets().invite_token(*invite, *turn);
            ("invite", format!("/invite/{token}"))
        }
        MailMessage::Reset { reset, .. } => {
            let token = app.secrets().reset_token(*reset);
            ("reset", format!("/reset/{token}"))
        }
        MailMessage::SignUp { sign_up, until, .. } => {
            let link = SignUpLink {
                email: mail.to.clone(),
                id: *sign_up,
            };
            let token = app.seal_again(SIGN_UP, *until, &link)?;
            ("sign_up", format!("/sign-up/{token}"))
        }
        MailMessage::Founded => ("founded", "/sign-in".to_owned()),
        MailMessage::Added { .. } => ("added", "/switch".to_owned()),
        MailMessage::PasswordChanged => ("password_changed", "/forgot".to_owned()),
        MailMessage::NewDevice { .. } => ("new_device", "/account".to_owned()),
        MailMessage::ConfirmEmail { user, from, until } => {
            let change = EmailChange {
                from: from.clone(),
                to: mail.to.clone(),
            };
            let purpose = (EMAIL_CHANGE, user.to_string());
            let token = app.seal_again((purpose.0, &purpose.1), *until, &change)?;
            (
                "confirm_email",
                format!("/account/email/confirm?token={token}"),
            )
        }
        MailMessage::EmailChanged { .. } => ("email_changed", "/".to_owned()),
        MailMessage::MfaEnabled => ("mfa_enabled", "/account".to_owned()),
        MailMessage::MfaDisabled => ("mfa_disabled", "/account".to_owned()),
        MailMessage::MfaReset { .. } => ("mfa_reset", "/account".to_owned()),
        MailMessage::PlanUnpaid { .. } => ("plan_unpaid", "/settings/plan".to_owned()),
        MailMessage::Invoice { invoice, .. } => ("invoice", format!("/invoices/{invoice}")),
        MailMessage::Receipt { invoice, .. } => ("receipt", format!("/invoices/{invoice}")),
        MailMessage::News { .. } => ("news", "/notifications".to_owned()),
    };
    let base = match mail.message {
        MailMessage::SignUp { .. } => app.config.front(),
        _ => app.config.address(&mail.slug),
    };
    let unsubscribe = unsubscribe(app, mail).map(|token| format!("{base}/unsubscribe/{token}"));
    let words = Words {
        brand: Brand::of(&mail.brand, &leaving.look, &base),
        to_name: &mail.to_name,
        link: format!("{base}{path}"),
        first: first(&mail.message),
        unsubscribe: unsubscribe.as_deref(),
        base: &base,
        message: &mail.message,
    };
    let part = |kind: &str| app.renderer.plain(&format!("emails/{name}.{kind}"), &words);
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
        unsubscribe: words.unsubscribe,
        tags: &suppression::tags(home.0, home.1, mail),
    };
    Ok(app.services.mailer.send(&letter).await?)
}
