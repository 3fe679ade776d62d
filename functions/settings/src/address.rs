//! The workspace's address: a check while a new one is typed, and the change.

use domain::input::FieldErrors;
use domain::slug::Slug;
use domain::workspace::{SLUG_CHANGE_INTERVAL, Workspace};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::SlugChangeOutcome;
use web::{
    Crumb, Form, Merged, Page, PageError, ProtectedForm, Query, Reply, TeamAccess, see_other,
};

/// The error of an address that belongs, or belonged, to another workspace.
const TAKEN: &str = "This address is taken. Choose another one.";

#[derive(Debug, Serialize)]
pub(crate) struct AddressPage {
    form: Form,
    /// The present address.
    now: String,
    /// The domain after the slug.
    base: String,
    /// Why it can't be changed now.
    stays: Option<String>,
    /// When it can be changed again.
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
pub(crate) struct AddressCheckQuery {
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

    fn samples() -> Vec<Self> {
        let fixed = Self {
            form: Form::filled(&AddressForm::default()),
            stays: Some("The address changed a moment ago.".to_owned()),
            until: Some(Timestamp::UNIX_EPOCH),
            ..Self::sample()
        };
        vec![Self::sample(), fixed]
    }

    fn sample() -> Self {
        let input = AddressForm {
            slug: "acme <b>".to_owned(),
        };
        Self {
            form: Form::with_errors(&input, &FieldErrors::of("slug", TAKEN)),
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

fn build_page(team: &TeamAccess, workspace: &Workspace, form: Form) -> AddressPage {
    let config = &team.ctx.app.config;
    let change_again_at = workspace
        .slug_changed_at
        .map(|at| at.saturating_add(SLUG_CHANGE_INTERVAL));
    AddressPage {
        form,
        now: config.workspace_url(&workspace.slug),
        base: config.base_domain.clone(),
        stays: workspace
            .check_slug_change(team.ctx.now)
            .err()
            .map(|refusal| refusal.to_string()),
        until: change_again_at
            .and_then(Result::ok)
            .filter(|end| team.ctx.now < *end),
        version: workspace.version,
    }
}

async fn load_workspace(team: &TeamAccess) -> Result<Workspace, PageError> {
    team.store.get_workspace().await?.ok_or(PageError::NotFound)
}

pub(crate) async fn get(team: TeamAccess) -> Result<Reply, PageError> {
    let workspace = load_workspace(&team).await?;
    let input = AddressForm {
        slug: workspace.slug.to_string(),
    };
    team.ctx
        .render(&build_page(&team, &workspace, Form::filled(&input)))
}

/// Whether a typed address is free, as JSON.
pub(crate) async fn check(
    team: TeamAccess,
    Query(query): Query<AddressCheckQuery>,
) -> Result<Reply, PageError> {
    let ws = team.actor.workspace;
    let answer = match Slug::parse_chosen(&query.slug) {
        Err(invalid) => json!({ "error": invalid.to_string() }),
        Ok(slug) if slug == team.ctx.workspace.slug => json!({ "text": "Your address now" }),
        Ok(slug) if team.ctx.directory().is_slug_free(&slug, ws).await? => {
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
    let before = load_workspace(&team).await?;
    let stored = AddressForm {
        slug: before.slug.as_str().to_owned(),
    };
    let base = form.base(before.version);
    let merged = Merged::new(form.input, &stored, base)?;
    let render_refused = |invalid: FieldErrors| {
        let form = merged.refuse(&invalid, &stored);
        team.ctx.render_refused(&build_page(&team, &before, form))
    };
    if let Err(invalid) = merged.check() {
        return render_refused(invalid);
    }
    let slug = match Slug::parse_chosen(&merged.input.slug) {
        Ok(slug) if slug == before.slug => return Ok(see_other("/settings")),
        Ok(slug) => slug,
        Err(invalid) => return render_refused(FieldErrors::of("slug", invalid.to_string())),
    };
    let after = match before.change_slug(slug, team.ctx.now) {
        Ok(after) => after,
        Err(refusal) => return render_refused(FieldErrors::of("slug", refusal.to_string())),
    };
    match team.store.update_slug(&before, &after).await? {
        SlugChangeOutcome::Taken => render_refused(FieldErrors::of("slug", TAKEN)),
        SlugChangeOutcome::Done => {
            team.ctx.evict_workspace();
            team.ctx.evict_slug(&after.slug);
            let config = &team.ctx.app.config;
            team.ctx.render(&AddressMovedPage {
                to: config.workspace_url(&after.slug),
                from: config.workspace_url(&before.slug),
            })
        }
    }
}
