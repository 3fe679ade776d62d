//! What surrounds every page: brand, navigation, the person.

use domain::brand::{Accent, Branding, Logo};
use domain::id::UserId;
use domain::person::{Actor, initials};
use domain::role::{Action, Role};
use domain::workspace::{Workspace, WorkspaceMode};
use jiff::Timestamp;
use serde::Serialize;

use store::Session;

use crate::flash::Flash;

/// What the product calls itself where no workspace's name stands.
pub(crate) const PRODUCT_NAME: &str = "SecPortal";

/// A step of the way to a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Crumb {
    pub label: String,
    /// Where it leads.
    pub href: Option<String>,
}

impl Crumb {
    /// A step that leads somewhere.
    pub fn to(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: Some(href.into()),
        }
    }
}

/// Everything that a layout needs.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Layout {
    brand: Brand,
    side: &'static str,
    user: Option<User>,
    /// Whether the foot says what the portal runs on.
    badge: bool,
    /// That the plan isn't paid, for the team.
    unpaid: Option<Unpaid>,
    /// The client, where a contact belongs to several.
    portal: Option<String>,
    /// Notices that the person hasn't read.
    unread: i64,
    nav: Vec<Link>,
    crumbs: Vec<Crumb>,
    csrf: String,
    flash: Option<Flash>,
    tz: String,
    path: String,
    title: String,
    request_id: String,
}

#[derive(Debug, Clone, Serialize)]
struct Brand {
    name: String,
    initials: String,
    /// The company's own.
    logo: Option<Picture>,
    /// Whether the platform's stands in its place.
    ours: bool,
    /// The stylesheet of the company's own colour.
    colour: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct Picture {
    href: String,
    width: u32,
    height: u32,
}

impl Brand {
    fn of(name: &str, look: &Branding) -> Self {
        let logo = look.logo.map(|logo| Picture {
            href: logo_path(&logo),
            width: logo.width,
            height: logo.height,
        });
        let colour = look.accent.map(colour_path);
        Self {
            name: name.to_owned(),
            initials: initials(name),
            logo,
            ours: look.platform_logo,
            colour,
        }
    }
}

/// Where everybody finds a logo of the workspace's.
pub(crate) fn logo_path(logo: &Logo) -> String {
    format!("/brand/logo/{}", logo.id)
}

/// Where the stylesheet of a colour is.
fn colour_path(accent: Accent) -> String {
    format!("/brand/colour/{}", accent.to_hex())
}

/// From when on only the smallest plan applies, and whether it does by now.
#[derive(Debug, Clone, Serialize)]
struct Unpaid {
    lapses: Timestamp,
    lapsed: bool,
}

#[derive(Debug, Clone, Serialize)]
struct User {
    id: UserId,
    name: String,
    initials: String,
    email: String,
    role: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct Link {
    label: &'static str,
    href: &'static str,
    icon: &'static str,
    active: bool,
}

/// How pages look that are no workspace's.
fn product_branding() -> Branding {
    Branding {
        platform_logo: true,
        ..Branding::default()
    }
}

/// Where the navigation leads, for whom, and which addresses light it up.
const NAV: [(&str, &str, &str, Action, NavSide); 8] = [
    (
        "Dashboard",
        "/",
        "layout-dashboard",
        Action::ReadDashboard,
        NavSide::Both,
    ),
    (
        "Findings",
        "/findings",
        "flag",
        Action::ReadFindings,
        NavSide::Both,
    ),
    (
        "Clients",
        "/clients",
        "building",
        Action::ReadClients,
        NavSide::Team,
    ),
    (
        "Documents",
        "/documents",
        "file-text",
        Action::ReadDocuments,
        NavSide::Portal,
    ),
    (
        "Invoices",
        "/invoices",
        "receipt",
        Action::ReadInvoices,
        NavSide::Both,
    ),
    (
        "People",
        "/people",
        "users",
        Action::ReadContacts,
        NavSide::Portal,
    ),
    (
        "Settings",
        "/settings",
        "settings",
        Action::ReadSettings,
        NavSide::Team,
    ),
    (
        "Account",
        "/account",
        "user",
        Action::OwnAccount,
        NavSide::Both,
    ),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum NavSide {
    Team,
    Portal,
    Both,
}

impl NavSide {
    fn is_for(self, role: Role) -> bool {
        match self {
            Self::Team => role.is_team(),
            Self::Portal => !role.is_team(),
            Self::Both => true,
        }
    }
}

/// What a workspace's layout shows of a request.
pub(crate) struct LayoutInput<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) session: Option<&'a Session>,
    pub(crate) now: Timestamp,
    /// Path and query of the request.
    pub(crate) path: &'a str,
    pub(crate) request_id: &'a str,
    pub(crate) csrf: String,
    pub(crate) flash: Option<Flash>,
    pub(crate) title: String,
    pub(crate) crumbs: Vec<Crumb>,
}

/// The navigation of an actor who looks at `path`.
fn nav(actor: &Actor, mode: WorkspaceMode, path: &str) -> Vec<Link> {
    let is_active = |href: &str| match href {
        "/" => path == "/" || path.starts_with("/engagements"),
        href => path
            .strip_prefix(href)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
    };
    NAV.into_iter()
        .filter(|(.., action, side)| actor.role.may(*action) && side.is_for(actor.role))
        .filter(|(.., action, _)| {
            *action != Action::ReadInvoices || mode == WorkspaceMode::Consulting
        })
        .map(|(label, href, icon, ..)| Link {
            label,
            href,
            icon,
            active: is_active(href),
        })
        .collect()
}

impl Layout {
    /// The layout of a page at a workspace.
    pub(crate) fn at_workspace(input: LayoutInput<'_>) -> Self {
        let LayoutInput {
            workspace,
            session,
            now,
            ..
        } = input;
        let actor = session.map(Session::actor);
        let path = input.path.split('?').next().unwrap_or("/");
        let look = workspace.branding(now);
        let unpaid = actor
            .filter(|actor| actor.role.is_team())
            .and(workspace.downgrades_at)
            .map(|lapses| Unpaid {
                lapses,
                lapsed: now >= lapses,
            });
        Self {
            brand: Brand::of(&workspace.name, &look),
            badge: look.badge,
            unpaid,
            side: match actor {
                Some(actor) if actor.role.is_team() => "team",
                Some(_) => "portal",
                None => "anonymous",
            },
            user: actor.map(|actor| User {
                id: actor.user,
                name: actor.name.clone(),
                initials: initials(&actor.name),
                email: actor.email.as_str().to_owned(),
                role: actor.role.label(),
            }),
            portal: session.and_then(|session| session.portal().map(str::to_owned)),
            unread: session.map_or(0, Session::unread),
            nav: actor.map_or_else(Vec::new, |actor| nav(actor, workspace.mode, path)),
            crumbs: input.crumbs,
            csrf: input.csrf,
            flash: input.flash,
            tz: workspace.time_zone.clone(),
            path: path.to_owned(),
            title: input.title,
            request_id: input.request_id.to_owned(),
        }
    }

    /// The layout of a page at the sign-up host.
    pub(crate) fn at_signup_host(
        title: &str,
        path: &str,
        request_id: &str,
        csrf: String,
        flash: Option<Flash>,
    ) -> Self {
        Self {
            brand: Brand::of(PRODUCT_NAME, &product_branding()),
            badge: false,
            csrf,
            flash,
            path: path.split('?').next().unwrap_or("/").to_owned(),
            ..Self::outside_workspace(title, request_id)
        }
    }

    /// The layout of a page where no workspace is known.
    pub(crate) fn outside_workspace(title: &str, request_id: &str) -> Self {
        Self {
            brand: Brand::of("", &product_branding()),
            badge: true,
            unpaid: None,
            side: "anonymous",
            user: None,
            portal: None,
            unread: 0,
            nav: Vec::new(),
            crumbs: Vec::new(),
            csrf: String::new(),
            flash: None,
            tz: "UTC".to_owned(),
            path: "/".to_owned(),
            title: title.to_owned(),
            request_id: request_id.to_owned(),
        }
    }

    /// A layout for pages that are rendered with their samples: somebody of the
    /// team, or of a client.
    pub(crate) fn sample(team: bool, title: &str) -> Self {
        let user = User {
            id: UserId::new(1, 1),
            name: "Ada Lovelace".to_owned(),
            initials: "AL".to_owned(),
            email: "ada@example.com".to_owned(),
            role: "Member",
        };
        let nav = NAV.into_iter().map(|(label, href, icon, ..)| Link {
            label,
            href,
            icon,
            active: href == "/",
        });
        Self {
            brand: Brand::of("Acme Security", &Branding::default()),
            side: if team { "team" } else { "portal" },
            user: Some(user),
            unpaid: team.then_some(Unpaid {
                lapses: Timestamp::UNIX_EPOCH,
                lapsed: false,
            }),
            portal: (!team).then(|| "Initech <b>".to_owned()),
            unread: 3,
            nav: nav.collect(),
            crumbs: vec![
                Crumb::to("Clients", "/clients"),
                Crumb {
                    label: "Initech".to_owned(),
                    href: None,
                },
            ],
            csrf: "sample-token".to_owned(),
            flash: crate::flash::find("saved"),
            ..Self::outside_workspace(title, "sample")
        }
    }
}
