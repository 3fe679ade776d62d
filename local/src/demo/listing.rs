//! Who can sign in where: for the terminal, for the first page, for scripts.

use std::fmt::Write as _;

use domain::role::Role;
use domain::slug::Slug;
use serde::Serialize;

use super::script::Demo;

/// What `demo.json` holds.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Listing {
    pub(crate) workspaces: Vec<Workspace>,
    /// Where mail can be read.
    pub(crate) mailbox: String,
    /// Where Stripe's stand-in has its pages, unless it is Stripe itself.
    pub(crate) stripe: Option<String>,
    /// Where one makes a workspace of one's own.
    pub(crate) front: String,
}

/// A workspace and its people.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Workspace {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) people: Vec<Person>,
}

/// Somebody to sign in as.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Person {
    name: String,
    email: String,
    password: String,
    /// As in forms and the demo's files.
    role: &'static str,
    /// As on the screen.
    title: &'static str,
    /// The organisation of a contact.
    client: Option<String>,
}

impl Listing {
    /// Who there is, at the addresses that `address` gives, on `port`, with Stripe at
    /// `stripe`.
    pub(crate) fn of(
        demo: &Demo,
        address: impl Fn(&Slug) -> String,
        (port, stripe): (u16, Option<String>),
    ) -> Self {
        let workspaces = demo.workspaces.iter().map(|workspace| {
            let team = workspace.team.iter().map(|member| {
                let role = Role::Team(member.role);
                person(
                    &member.name,
                    member.email.as_str(),
                    &member.password,
                    role,
                    None,
                )
            });
            let contacts = workspace.clients.iter().flat_map(|client| {
                client.contacts.iter().map(|contact| {
                    let (email, role) = (contact.email.as_str(), Role::Contact(contact.role));
                    person(
                        &contact.name,
                        email,
                        &contact.password,
                        role,
                        Some(&client.name),
                    )
                })
            });
            Workspace {
                name: workspace.name.clone(),
                address: address(&workspace.slug),
                people: team.chain(contacts).collect(),
            }
        });
        Self {
            workspaces: workspaces.collect(),
            mailbox: format!("http://localhost:{port}/mail"),
            stripe,
            front: format!("http://app.localhost:{port}/sign-up"),
        }
    }

    /// The first address.
    pub(crate) fn first(&self) -> &str {
        self.workspaces.first().map_or("", |w| w.address.as_str())
    }

    /// For people, in a terminal.
    pub(crate) fn words(&self) -> String {
        let mut words = String::new();
        for workspace in &self.workspaces {
            let _ = writeln!(words, "\n  {}  {}", workspace.name, workspace.address);
            for one in &workspace.people {
                let client = one.client.as_deref();
                let client = client.map_or_else(String::new, |name| format!(", {name}"));
                let _ = writeln!(
                    words,
                    "    {:<26} {:<32} {}{client}",
                    one.email, one.password, one.title
                );
            }
        }
        let _ = writeln!(words, "\n  Mail that is sent  {}", self.mailbox);
        if let Some(stripe) = &self.stripe {
            let _ = writeln!(words, "  Stripe’s stand-in  {stripe}");
        }
        words
    }
}

fn person(name: &str, email: &str, password: &str, role: Role, client: Option<&str>) -> Person {
    Person {
        name: name.to_owned(),
        email: email.to_owned(),
        password: password.to_owned(),
        role: role.name(),
        title: role.label(),
        client: client.map(str::to_owned),
    }
}
