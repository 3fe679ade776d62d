//! Samples of every mail, to try the mail templates with.

use domain::brand::{Branding, Logo};
use domain::email::EmailAddress;
use domain::id::{EntryId, InviteId, InvoiceId, UserId};
use domain::invoice::InvoiceReminder;
use domain::mail::MailMessage;
use domain::notification::Notification;
use domain::preference::{Cadence, NotificationKind};
use domain::severity::Severity;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::error::PageError;
use crate::mail_render::{MailBrand, MailData, first_line, template_name};
use crate::render::Renderer;

/// The parts of a mail, as the templates' names end.
pub const MAIL_PARTS: [&str; 3] = ["subject.txt", "txt", "html"];

/// A mail in one of its states.
#[derive(Debug, Clone)]
pub struct MailSample {
    message: MailMessage,
    branding: Branding,
}

impl MailSample {
    /// The template of one part.
    pub fn template(&self, part: &str) -> String {
        format!("emails/{}.{part}", template_name(&self.message))
    }

    /// One part as its recipient would get it.
    pub fn render(&self, renderer: &Renderer, part: &str) -> Result<String, PageError> {
        let base = "https://acme.portal.example";
        let data = MailData {
            brand: MailBrand::of("Acme <b>", &self.branding, base),
            to_name: "Ada <script>alert(1)</script>",
            link: format!("{base}/link"),
            first: first_line(&self.message),
            unsubscribe: matches!(self.message, MailMessage::Notifications { .. })
                .then_some("https://acme.portal.example/unsubscribe/x"),
            base,
            message: &self.message,
        };
        Ok(renderer.render_plain(&self.template(part), &data)?)
    }
}

fn email_sample() -> EmailAddress {
    let email = "ada@example.com".parse();
    email.unwrap_or_else(|_| unreachable!("a mail address"))
}

fn notification_sample() -> Notification {
    Notification {
        id: EntryId::new(1, 1),
        kind: NotificationKind::Commented,
        at: Timestamp::UNIX_EPOCH,
        by_name: "Ben <b>".to_owned(),
        words: "commented on".to_owned(),
        title: "SQL <script>alert(1)</script>".to_owned(),
        more: 2,
        severity: Some(Severity::High),
        place: "Initech & Sons <b>".to_owned(),
        path: "/findings".to_owned(),
    }
}

/// Notifications without the parts that not every kind has.
fn bare_notification_sample() -> Notification {
    Notification {
        by_name: String::new(),
        title: String::new(),
        more: 0,
        severity: None,
        place: String::new(),
        ..notification_sample()
    }
}

fn messages() -> Vec<MailMessage> {
    let (text, day) = (
        "Text <script>alert(1)</script>",
        Date::constant(2026, 11, 24),
    );
    let invite = |client_name: Option<&str>| MailMessage::Invite {
        invite: InviteId::new(1, 1),
        link_number: 1,
        by_name: text.to_owned(),
        client_name: client_name.map(str::to_owned),
        days: 7,
    };
    let notifications = |notices, more, cadence| MailMessage::Notifications {
        notices,
        more,
        cadence,
        time_zone: "UTC".to_owned(),
        user: UserId::new(1, 1),
        client: None,
    };
    let invoice = |reminder| MailMessage::Invoice {
        invoice: InvoiceId::new(1, 1),
        reminder,
        number: "2026-0001".to_owned(),
        subject: text.to_owned(),
        amount: "100.00 EUR".to_owned(),
        due: day,
    };
    let receipt = |refunded| MailMessage::Receipt {
        invoice: InvoiceId::new(1, 1),
        number: "2026-0001".to_owned(),
        subject: text.to_owned(),
        amount: "100.00 EUR".to_owned(),
        on: day,
        refunded,
    };
    let both = vec![notification_sample(), bare_notification_sample()];
    vec![
        invite(Some(text)),
        invite(None),
        MailMessage::Reset {
            reset: EntryId::new(1, 1),
            minutes: 60,
        },
        MailMessage::SignUp {
            sign_up: EntryId::new(1, 1),
            until: Timestamp::UNIX_EPOCH,
            hours: 24,
        },
        MailMessage::WorkspaceCreated,
        MailMessage::AddedToClient {
            by_name: text.to_owned(),
            client_name: text.to_owned(),
        },
        MailMessage::PasswordChanged,
        MailMessage::NewDevice {
            at: Timestamp::UNIX_EPOCH,
            device: text.to_owned(),
            address: "192.0.2.7".to_owned(),
        },
        MailMessage::ConfirmEmail {
            user: UserId::new(1, 1),
            from: email_sample(),
            epoch: 0,
            until: Timestamp::UNIX_EPOCH,
        },
        MailMessage::EmailChanged {
            to_email: email_sample(),
        },
        MailMessage::MfaEnabled,
        MailMessage::MfaDisabled,
        MailMessage::MfaReset {
            by_name: text.to_owned(),
        },
        notifications(both.clone(), true, Cadence::Immediate),
        notifications(vec![bare_notification_sample()], false, Cadence::Immediate),
        notifications(both.clone(), false, Cadence::Daily),
        notifications(both, false, Cadence::Weekly),
        MailMessage::PlanUnpaid {
            plan: "Team".to_owned(),
            downgrades_on: day,
        },
        invoice(InvoiceReminder::Sent),
        invoice(InvoiceReminder::DueSoon),
        invoice(InvoiceReminder::Overdue),
        receipt(false),
        receipt(true),
    ]
}

/// Every mail in each of its states, with and without the workspace's own brand.
pub fn mail_samples() -> Vec<MailSample> {
    let standard = Branding {
        logo: None,
        accent: None,
        platform_logo: true,
        badge: true,
    };
    let own = Branding {
        logo: Some(Logo {
            id: EntryId::new(1, 1),
            width: 96,
            height: 48,
        }),
        badge: false,
        ..standard
    };
    let branded = |message: MailMessage| {
        [standard, own].map(|branding| MailSample {
            message: message.clone(),
            branding,
        })
    };
    messages().into_iter().flat_map(branded).collect()
}
