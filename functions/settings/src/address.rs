//! The workspace's address: looked up while it is chosen, and changed.

use domain::input::FieldErrors;
use domain::slug::Slug;
use domain::workspace::{SETTLED, Workspace};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::SlugChangeOutcome;
use web::{Crumb, Form, Page, PageError, ProtectedForm, Query, Reply, TeamAccess, see_other};

/// What is said of an address that is or was somebody else's.
const TAKEN: &str = "This address is taken. Choose another one.";

/// The form.
#[derive(Debug, Serialize)]
pub(crate) struct AddressPage {
    form: Form,
    /// The address that there is.
    now: String,
    /// What stands after the workspace's own part of it.
    base: String,
    /// Why it stays what it is, where it does.
    stays: Option<String>,
    /// When it can be changed again, where that is why.
    until: Option<Timestamp>,
    version: i64,
}

/// The page after the change, on which nothing else can be done.
#[derive(Debug, Serialize)]
pub(crate) struct AddressMovedPage {
    to: String,
    from: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddressForm {
    slug: String,
}

#[derive(Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    slug: String,
}

impl Page for AddressPage {
    const TEMPLATE: &'static str = "pages/settings/address.html";

    fn title(&self) -> String {
        "Address".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Settings", "/settings")]
    }

    fn sample() -> Self {
        let input = AddressForm {
            slug: "acme <b>".to_owned(),
        };
        Self {
            form: Form::failed(&input, &FieldErrors::at("slug", TAKEN)),
            now: "https://acme.portal.example".to_owned(),
            base: "portal.example".to_owned(),
            stays: None,
            until: None,
            version: 1,
        }
    }
}

impl Page for AddressMovedPage {
    const TEMPLATE: &'static str = "pages/settings/moved.html";

    fn title(&self) -> String {
        "Your portal has a new address".to_owned()
    }

    fn sample() -> Self {
        Self {
            to: "https://apex.portal.example".to_owned(),
            from: "https://acme.portal.example".to_owned(),
        }
    }
}

fn page(team: &TeamAccess, workspace: &Workspace, form: Form) -> AddressPage {
    let config = &team.ctx.app.config;
    let settled = workspace.moved.map(|at| at.saturating_add(SETTLED));
    AddressPage {
        form,
        now: config.address(&workspace.slug),
        base: config.base_domain.clone(),
        stays: workspace
            .may_move(team.ctx.now)
            .err()
            .map(|e| e.to_string()),
        until: settled
            .and_then(Result::ok)
            .filter(|end| team.ctx.now < *end),
        version: workspace.version,
    }
}

async fn read(team: &TeamAccess) -> Result<Workspace, PageError> {
    team.store.workspace().await?.ok_or(PageError::NotFound)
}

pub(crate) async fn get(team: TeamAccess) -> Result<Reply, PageError> {
    let workspace = read(&team).await?;
    let input = AddressForm {
        slug: workspace.slug.to_string(),
    };
    team.ctx
        .page(&page(&team, &workspace, Form::filled(&input)))
}

/// Whether an address is to be had, for whoever types one.
pub(crate) async fn check(
    team: TeamAccess,
    Query(typed): Query<Typed>,
) -> Result<Reply, PageError> {
    let ws = team.actor.workspace;
    let answer = match Slug::chosen(&typed.slug) {
        Err(bad) => json!({ "error": bad.to_string() }),
        Ok(slug) if slug == team.ctx.workspace.slug => json!({ "text": "Your address now" }),
        Ok(slug) if team.ctx.directory().is_free(&slug, ws).await? => {
            json!({ "text": format!("{slug} is free") })
        }
        Ok(_) => json!({ "error": TAKEN }),
    };
    Ok(Reply::json(&answer))
}

pub(crate) async fn post(
    team: TeamAccess,
    form: ProtectedForm<AddressForm>,
) -> Result<Reply, PageError> {
    let before = read(&team).await?;
    let refused = |field: &'static str, why: String| {
        let form = Form::failed(&form.input, &FieldErrors::at(field, why));
        team.ctx.refused(&page(&team, &before, form))
    };
    let slug = match Slug::chosen(&form.input.slug) {
        Ok(slug) if slug == before.slug => return Ok(see_other("/settings")),
        Ok(slug) => slug,
        Err(bad) => return refused("slug", bad.to_string()),
    };
    if form.version != Some(before.version) {
        let why = "Somebody else changed the settings meanwhile. Look at them again, then save.";
        return refused("form", why.to_owned());
    }
    let after = match before.move_to(slug, team.ctx.now) {
        Ok(after) => after,
        Err(unmoved) => return refused("slug", unmoved.to_string()),
    };
    match team.store.move_workspace(&before, &after).await? {
        SlugChangeOutcome::Taken => refused("slug", TAKEN.to_owned()),
        SlugChangeOutcome::Done => {
            team.ctx.forget_workspace();
            team.ctx.forget_address(&after.slug);
            let config = &team.ctx.app.config;
            team.ctx.page(&AddressMovedPage {
                to: config.address(&after.slug),
                from: config.address(&before.slug),
            })
        }
    }
}
