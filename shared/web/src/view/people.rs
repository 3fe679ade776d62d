//! People, invitations and devices in lists, with what the reader may do.

use domain::invite::Invite;
use domain::person::{Actor, Person, initials};
use domain::role::Role;
use domain::suppression::SuppressionNotice;
use jiff::Timestamp;
use serde::Serialize;

use crate::links::{self, LinkBase};

use super::select_option::SelectOption;

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
    pub fn new(person: &Person, actor: &Actor, base: LinkBase) -> Self {
        let you = person.id == actor.user;
        // Nobody takes the own role away by accident: another one does it.
        let appoints = actor.role.may_assign(person.role);
        let may = !you && appoints;
        let again = person.suppressed.filter(|_| appoints);
        Self {
            name: person.name.clone(),
            email: person.email.as_str().to_owned(),
            initials: initials(&person.name),
            role: person.role.label(),
            since: person.created_at,
            you,
            disabled: person.disabled_at.is_some(),
            two_factor: person.mfa.is_some(),
            suppressed: person.suppressed.map(SuppressionMark::from),
            mail_again: again.map(|_| links::person_mail_again(base, person.id)),
            manage: may.then(|| Manage {
                id: person.id.to_string(),
                role_action: links::person_role(base, person.id),
                remove_action: links::person_remove(base, person.id),
                access_action: links::person_access(base, person.id),
                reset_action: (actor.role.is_team() && person.mfa.is_some())
                    .then(|| links::person_reset_factor(base, person.id)),
                roles: role_options(&actor.role.assignable_roles(person.role.is_team())),
                current: person.role.name(),
            }),
        }
    }
}

/// Roles to choose from.
pub fn role_options(roles: &[Role]) -> Vec<SelectOption> {
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
    pub fn new(invite: &Invite, actor: &Actor, base: LinkBase, now: Timestamp) -> Self {
        let state = invite.state(now);
        let may = state.is_open() && actor.role.may_assign(invite.role);
        Self {
            name: invite.name.clone(),
            email: invite.email.as_str().to_owned(),
            role: invite.role.label(),
            state: state.name(),
            at: invite.sent_at,
            expires: invite.expires_at(),
            by_name: invite.by_name.clone(),
            suppressed: invite
                .suppressed
                .filter(|_| state.is_open())
                .map(SuppressionMark::from),
            resend: may.then(|| links::invite_resend(base, invite.id)),
            revoke: may.then(|| links::invite_revoke(base, invite.id)),
        }
    }
}

/// A browser and its system, by what it says of itself: good enough to know
/// one's own devices apart.
pub fn device_label(agent: &str) -> String {
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
