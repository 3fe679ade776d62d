//! People, invitations and devices in lists, with what the reader may do.

use domain::invite::Invite;
use domain::person::{Actor, Person, initials};
use domain::role::Role;
use domain::suppression::SuppressionNotice;
use jiff::Timestamp;
use serde::Serialize;

use super::SelectOption;

/// A person in a list, with what the reader may do about it.
#[derive(Debug, Clone, Serialize)]
pub struct PersonRow {
    name: String,
    email: String,
    initials: String,
    role: &'static str,
    since: Timestamp,
    you: bool,
    disabled: bool,
    two_factor: bool,
    suppressed: Option<SuppressionMark>,
    /// Where mail is let go to the address again, by whoever may: one's own too, since
    /// there may be nobody else.
    mail_again: Option<String>,
    manage: Option<Manage>,
}

/// Why no mail goes to an address.
#[derive(Debug, Clone, Serialize)]
pub struct SuppressionMark {
    label: &'static str,
    since: Timestamp,
}

impl From<SuppressionNotice> for SuppressionMark {
    fn from(suppressed: SuppressionNotice) -> Self {
        Self {
            label: suppressed.reason.label(),
            since: suppressed.since,
        }
    }
}

#[derive(Debug, Clone, Serialize)]
struct Manage {
    id: String,
    role_action: String,
    remove_action: String,
    access_action: String,
    /// The codes are the account's, which may reach other clients: the team's alone.
    reset_action: Option<String>,
    roles: Vec<SelectOption>,
    current: &'static str,
}

impl PersonRow {
    /// The row of `person` as `actor` sees it; `base` begins the addresses of
    /// what can be done.
    pub fn new(person: &Person, actor: &Actor, base: &str) -> Self {
        let you = person.id == actor.user;
        // Nobody takes the own role away by accident: another one does it.
        let appoints = actor.role.may_appoint(person.role);
        let may = !you && appoints;
        let here = format!("{base}/people/{}", person.id);
        let again = person.suppressed.filter(|_| appoints);
        Self {
            name: person.name.clone(),
            email: person.email.as_str().to_owned(),
            initials: initials(&person.name),
            role: person.role.label(),
            since: person.since,
            you,
            disabled: person.disabled.is_some(),
            two_factor: person.mfa.is_some(),
            suppressed: person.suppressed.map(SuppressionMark::from),
            mail_again: again.map(|_| format!("{here}/mail-again")),
            manage: may.then(|| Manage {
                id: person.id.to_string(),
                role_action: format!("{here}/role"),
                remove_action: format!("{here}/remove"),
                access_action: format!("{here}/access"),
                reset_action: (actor.role.is_team() && person.mfa.is_some())
                    .then(|| format!("{here}/reset-factor")),
                roles: roles(&actor.role.appoints(person.role.is_team())),
                current: person.role.name(),
            }),
        }
    }
}

/// Roles to choose from.
pub fn roles(roles: &[Role]) -> Vec<SelectOption> {
    let choice = |role: &Role| SelectOption {
        value: role.name(),
        label: role.label(),
    };
    roles.iter().map(choice).collect()
}

/// An invitation in a list, with what the reader may do about it.
#[derive(Debug, Clone, Serialize)]
pub struct InviteRow {
    name: String,
    email: String,
    role: &'static str,
    state: &'static str,
    at: Timestamp,
    expires: Timestamp,
    by_name: String,
    suppressed: Option<SuppressionMark>,
    resend: Option<String>,
    revoke: Option<String>,
}

impl InviteRow {
    /// The row of `invite` at `now` as `actor` sees it; `base` begins the
    /// addresses of what can be done.
    pub fn new(invite: &Invite, actor: &Actor, base: &str, now: Timestamp) -> Self {
        let state = invite.state(now);
        let may = state.is_open() && actor.role.may_appoint(invite.role);
        let here = |what: &str| may.then(|| format!("{base}/invites/{}/{what}", invite.id));
        Self {
            name: invite.name.clone(),
            email: invite.email.as_str().to_owned(),
            role: invite.role.label(),
            state: state.name(),
            at: invite.at,
            expires: invite.expires(),
            by_name: invite.by_name.clone(),
            suppressed: invite
                .suppressed
                .filter(|_| state.is_open())
                .map(SuppressionMark::from),
            resend: here("resend"),
            revoke: here("revoke"),
        }
    }
}

/// A browser and its system, by what it says of itself: good enough to know
/// one's own devices apart.
pub fn device(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 5] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let named = |names: &[(&str, &'static str)]| {
        let mut known = names.iter().filter(|(sign, _)| agent.contains(sign));
        known.next().map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "Unknown device".to_owned(),
    }
}
