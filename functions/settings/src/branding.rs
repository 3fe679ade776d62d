//! The workspace's brand: name, colour and logo.

use domain::brand::{Accent, BrandInput, Logo, MAX_LOGO};
use domain::id::EntryId;
use domain::input::FieldErrors;
use domain::plan::Feature;
use domain::workspace::Workspace;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::RateLimit;
use web::{
    Crumb, EmptyForm, Form, Ids, Merged, NewObject, Page, PageError, ProtectedForm,
    ProtectedUpload, PublicAccess, Reply, TeamAccess, see_other,
};

use crate::logo::{FLAW, render_logo};

const PATH: &str = "/settings/branding";
const UPLOAD_LIMIT: RateLimit = RateLimit {
    rule: "logo",
    most: 30,
    window: SignedDuration::from_hours(24),
};

#[derive(Debug, Serialize)]
pub(crate) struct BrandingPage {
    form: Form,
    /// Why a file was refused.
    flaw: Option<&'static str>,
    /// The id that the next logo gets.
    id: EntryId,
    logo: Option<LogoData>,
    /// Why the plan allows no logo.
    lacks: Option<String>,
    standard: String,
    version: i64,
}

#[derive(Debug, Serialize)]
struct LogoData {
    href: String,
    width: u32,
    height: u32,
}

#[derive(Deserialize)]
pub(crate) struct LogoPath {
    logo: EntryId,
}

#[derive(Deserialize)]
pub(crate) struct ColourPath {
    accent: String,
}

impl Page for BrandingPage {
    const TEMPLATE: &'static str = "pages/settings/branding.html";

    fn title(&self) -> String {
        "Branding".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Settings", "/settings")]
    }

    fn samples() -> Vec<Self> {
        let workspace = web::view::workspace_sample(web::view::actor_sample().workspace);
        let without_logo = Self {
            logo: None,
            lacks: Some("A logo is part of the plans Pro and Team.".to_owned()),
            ..Self::new(filled_form(&workspace), &workspace, EntryId::new(1, 2))
        };
        vec![Self::sample(), without_logo]
    }

    fn sample() -> Self {
        let input = BrandInput {
            name: "Acme <b>".to_owned(),
            accent: "#ffcc00".to_owned(),
            standard: String::new(),
        };
        let logo = Logo {
            id: EntryId::new(1, 1),
            width: 96,
            height: 48,
        };
        let workspace = Workspace {
            logo: Some(logo),
            ..web::view::workspace_sample(web::view::actor_sample().workspace)
        };
        let invalid = FieldErrors::of("accent", "White text on this colour is hard to read.");
        Self {
            flaw: Some(FLAW),
            lacks: None,
            ..Self::new(
                Form::with_errors(&input, &invalid),
                &workspace,
                EntryId::new(1, 2),
            )
        }
    }
}

impl BrandingPage {
    fn new(form: Form, workspace: &Workspace, id: EntryId) -> Self {
        let logo = workspace.logo.map(|logo| LogoData {
            href: logo_href(logo.id),
            width: logo.width,
            height: logo.height,
        });
        let lacks = workspace.plan.check_feature(Feature::Logo).err();
        Self {
            form,
            flaw: None,
            id,
            logo,
            lacks: lacks.map(|lacks| lacks.to_string()),
            standard: Accent::STANDARD.to_string(),
            version: workspace.version,
        }
    }
}

fn logo_href(logo: EntryId) -> String {
    format!("/brand/logo/{logo}")
}

fn to_input(workspace: &Workspace) -> BrandInput {
    BrandInput {
        name: workspace.name.clone(),
        accent: workspace.accent.unwrap_or(Accent::STANDARD).to_string(),
        standard: String::new(),
    }
}

fn filled_form(workspace: &Workspace) -> Form {
    Form::filled(&to_input(workspace))
}

async fn load_workspace(team: &TeamAccess) -> Result<Workspace, PageError> {
    team.store.get_workspace().await?.ok_or(PageError::NotFound)
}

pub(crate) async fn get(team: TeamAccess) -> Result<Reply, PageError> {
    let workspace = load_workspace(&team).await?;
    let form = filled_form(&workspace);
    let id = team.ctx.app.new_id();
    team.ctx.render(&BrandingPage::new(form, &workspace, id))
}

pub(crate) async fn post(
    team: TeamAccess,
    form: ProtectedForm<BrandInput>,
) -> Result<Reply, PageError> {
    let before = load_workspace(&team).await?;
    let (stored, base) = (to_input(&before), form.base(before.version));
    let merged = Merged::new(form.input, &stored, base)?;
    match merged.check().and_then(|()| merged.input.parse()) {
        Ok((name, accent)) => {
            let after = Workspace {
                name,
                accent,
                ..before.clone()
            };
            update_workspace(&team, &before, after).await?;
            Ok(see_other(PATH).flash(merged.flash("saved")))
        }
        Err(invalid) => {
            let form = merged.refuse(&invalid, &stored);
            let id = team.ctx.app.new_id();
            team.ctx
                .render_refused(&BrandingPage::new(form, &before, id))
        }
    }
}

async fn update_workspace(
    team: &TeamAccess,
    before: &Workspace,
    after: Workspace,
) -> Result<(), PageError> {
    let after = Workspace {
        version: before.version + 1,
        ..after
    };
    team.store.update_workspace(before, &after).await?;
    team.ctx.evict_workspace();
    Ok(())
}

/// Stores a logo. The image first: nothing refers to it until the workspace is updated.
pub(crate) async fn send_logo(
    team: TeamAccess,
    upload: ProtectedUpload,
) -> Result<Reply, PageError> {
    let before = load_workspace(&team).await?;
    // The page offers the form only where the plan includes a logo.
    if before.plan.check_feature(Feature::Logo).is_err() {
        return Err(PageError::Forbidden);
    }
    let id: EntryId = upload.id()?;
    if before.logo.is_some_and(|logo| logo.id == id) {
        return Ok(see_other(PATH).flash("logo-saved"));
    }
    team.ctx
        .limit_subject(UPLOAD_LIMIT, &team.actor.user.to_string())
        .await?;
    let bytes = upload.bytes.filter(|bytes| bytes.len() <= MAX_LOGO);
    let Some(image) = bytes.and_then(|bytes| render_logo(&bytes)) else {
        return team.ctx.render_refused(&BrandingPage {
            flaw: Some(FLAW),
            ..BrandingPage::new(filled_form(&before), &before, id)
        });
    };
    let files = team.ctx.app.services.files.of(before.id, None);
    let key = team.store.logo_object_key(id);
    if files.put_new(&key, image.png, "image/png").await? == NewObject::Other {
        return Err(PageError::Changed);
    }
    let after = Workspace {
        logo: Some(Logo {
            id,
            width: image.width,
            height: image.height,
        }),
        ..before.clone()
    };
    if let Err(error) = update_workspace(&team, &before, after).await {
        team.store.enqueue_logo_deletion(id).await?;
        return Err(error);
    }
    Ok(see_other(PATH).flash("logo-saved"))
}

/// Removes the logo, on any plan.
pub(crate) async fn remove_logo(
    team: TeamAccess,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let before = load_workspace(&team).await?;
    if before.logo.is_some() {
        let after = Workspace {
            logo: None,
            ..before.clone()
        };
        update_workspace(&team, &before, after).await?;
    }
    Ok(see_other(PATH).flash("logo-removed"))
}

/// The logo, without signing in. The address of a former logo redirects to the present one,
/// so that older mail shows it.
pub(crate) async fn get_logo(
    PublicAccess { ctx }: PublicAccess,
    Ids(LogoPath { logo }): Ids<LogoPath>,
) -> Result<Reply, PageError> {
    let current = ctx.workspace.logo.ok_or(PageError::NotFound)?;
    if current.id != logo {
        return Ok(see_other(&logo_href(current.id)));
    }
    let key = ctx.directory().logo_object_key(&ctx.workspace);
    let key = key.ok_or(PageError::NotFound)?;
    let png = ctx.app.services.files.get(&key).await?;
    Ok(Reply::immutable(
        png.ok_or(PageError::NotFound)?,
        "image/png",
    ))
}

/// The stylesheet of a colour, which depends on the colour alone.
pub(crate) async fn get_stylesheet(
    Ids(ColourPath { accent }): Ids<ColourPath>,
) -> Result<Reply, PageError> {
    let chosen = format!("#{accent}").parse::<Accent>();
    let chosen = chosen.map_err(|_| PageError::NotFound)?;
    if chosen.to_hex() != accent {
        return Err(PageError::NotFound);
    }
    let css = chosen.render_stylesheet().into_bytes();
    Ok(Reply::immutable(css, "text/css; charset=utf-8"))
}
