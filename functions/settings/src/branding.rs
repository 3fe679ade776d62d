//! The workspace's brand: its name, its colour, its logo.

use domain::brand::{Accent, BrandInput, Logo, MAX_LOGO};
use domain::id::EntryId;
use domain::input::FieldErrors;
use domain::plan::Feature;
use domain::workspace::Workspace;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::RateLimit;
use web::{
    Crumb, EmptyForm, Form, Ids, Page, PageError, ProtectedForm, ProtectedUpload, PublicAccess,
    Reply, TeamAccess, see_other,
};

use crate::logo::{FLAW, draw};

const HERE: &str = "/settings/branding";
const SENDING: RateLimit = RateLimit {
    rule: "logo",
    most: 30,
    window: SignedDuration::from_hours(24),
};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct Branding {
    form: Form,
    /// What is wrong with a file that was sent.
    flaw: Option<&'static str>,
    /// The id of the next logo.
    id: EntryId,
    logo: Option<Shown>,
    /// Why no logo can be had, where that is so.
    lacks: Option<String>,
    standard: String,
    version: i64,
}

#[derive(Debug, Serialize)]
struct Shown {
    href: String,
    width: u32,
    height: u32,
}

#[derive(Deserialize)]
pub(crate) struct LogoQuery {
    logo: EntryId,
}

#[derive(Deserialize)]
pub(crate) struct ColourQuery {
    accent: String,
}

impl Page for Branding {
    const TEMPLATE: &'static str = "pages/settings/branding.html";

    fn title(&self) -> String {
        "Branding".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Settings", "/settings")]
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
        let invalid = FieldErrors::at("accent", "White text on this colour is hard to read.");
        Self {
            flaw: Some(FLAW),
            lacks: None,
            ..Self::new(
                Form::failed(&input, &invalid),
                &workspace,
                EntryId::new(1, 2),
            )
        }
    }
}

impl Branding {
    fn new(form: Form, workspace: &Workspace, id: EntryId) -> Self {
        let logo = workspace.logo.map(|logo| Shown {
            href: path(logo.id),
            width: logo.width,
            height: logo.height,
        });
        let lacks = workspace.plan.demand(Feature::Logo).err();
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

fn path(logo: EntryId) -> String {
    format!("/brand/logo/{logo}")
}

fn filled(workspace: &Workspace) -> Form {
    Form::filled(&BrandInput {
        name: workspace.name.clone(),
        accent: workspace.accent.unwrap_or(Accent::STANDARD).to_string(),
        standard: String::new(),
    })
}

async fn read(team: &TeamAccess) -> Result<Workspace, PageError> {
    team.store.workspace().await?.ok_or(PageError::NotFound)
}

pub(crate) async fn get(team: TeamAccess) -> Result<Reply, PageError> {
    let workspace = read(&team).await?;
    let form = filled(&workspace);
    let id = team.ctx.app.new_id();
    team.ctx.page(&Branding::new(form, &workspace, id))
}

pub(crate) async fn post(
    team: TeamAccess,
    form: ProtectedForm<BrandInput>,
) -> Result<Reply, PageError> {
    let before = read(&team).await?;
    let parsed = if form.version == Some(before.version) {
        form.input.parse()
    } else {
        Err(FieldErrors::at(
            "form",
            "Somebody else changed the settings meanwhile. Look at them again, then save.",
        ))
    };
    match parsed {
        Ok((name, accent)) => {
            let after = Workspace {
                name,
                accent,
                ..before.clone()
            };
            change(&team, &before, after).await?;
            Ok(see_other(HERE).flash("saved"))
        }
        Err(invalid) => {
            let form = Form::failed(&form.input, &invalid);
            let id = team.ctx.app.new_id();
            team.ctx.refused(&Branding::new(form, &before, id))
        }
    }
}

async fn change(team: &TeamAccess, before: &Workspace, after: Workspace) -> Result<(), PageError> {
    let after = Workspace {
        version: before.version + 1,
        ..after
    };
    team.store.update_workspace(before, &after).await?;
    team.ctx.forget_workspace();
    Ok(())
}

/// Takes a logo. The picture first: until the workspace says that it has it, nobody
/// sees it.
pub(crate) async fn send(team: TeamAccess, upload: ProtectedUpload) -> Result<Reply, PageError> {
    let before = read(&team).await?;
    // The page offers it where the plan has it only.
    if before.plan.demand(Feature::Logo).is_err() {
        return Err(PageError::Forbidden);
    }
    let id = upload.id.as_deref().and_then(|id| id.parse().ok());
    let id: EntryId = id.ok_or(PageError::BadRequest("the form has no id"))?;
    if before.logo.is_some_and(|logo| logo.id == id) {
        return Ok(see_other(HERE).flash("logo-saved"));
    }
    team.ctx
        .limit(SENDING, &team.actor.user.to_string())
        .await?;
    let bytes = upload.bytes.filter(|bytes| bytes.len() <= MAX_LOGO);
    let Some((png, width, height)) = bytes.and_then(|bytes| draw(&bytes)) else {
        return team.ctx.refused(&Branding {
            flaw: Some(FLAW),
            ..Branding::new(filled(&before), &before, id)
        });
    };
    let files = team.ctx.app.services.files.of(before.id, None);
    let object = team.store.logo_object(id);
    files.put(&object, png, "image/png").await?;
    let after = Workspace {
        logo: Some(Logo { id, width, height }),
        ..before.clone()
    };
    if let Err(error) = change(&team, &before, after).await {
        team.store.forget_logo(id).await?;
        return Err(error);
    }
    Ok(see_other(HERE).flash("logo-saved"))
}

/// Takes it off, on whatever plan.
pub(crate) async fn remove(
    team: TeamAccess,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let before = read(&team).await?;
    if before.logo.is_some() {
        let after = Workspace {
            logo: None,
            ..before.clone()
        };
        change(&team, &before, after).await?;
    }
    Ok(see_other(HERE).flash("logo-removed"))
}

/// The logo, for everybody; by the address of a former one, the way to the present one:
/// mail that was sent shows it.
pub(crate) async fn logo(
    PublicAccess { ctx }: PublicAccess,
    Ids(LogoQuery { logo }): Ids<LogoQuery>,
) -> Result<Reply, PageError> {
    let now = ctx.workspace.logo.ok_or(PageError::NotFound)?;
    if now.id != logo {
        return Ok(see_other(&path(now.id)));
    }
    let object = ctx.directory().logo_of(&ctx.workspace);
    let object = object.ok_or(PageError::NotFound)?;
    let png = ctx.app.services.files.get(&object).await?;
    Ok(Reply::lasting(png.ok_or(PageError::NotFound)?, "image/png"))
}

/// The stylesheet of a colour: it follows from the colour alone.
pub(crate) async fn colour(
    Ids(ColourQuery { accent }): Ids<ColourQuery>,
) -> Result<Reply, PageError> {
    let chosen = format!("#{accent}").parse::<Accent>();
    let chosen = chosen.map_err(|_| PageError::NotFound)?;
    if chosen.hex() != accent {
        return Err(PageError::NotFound);
    }
    let css = chosen.stylesheet().into_bytes();
    Ok(Reply::lasting(css, "text/css; charset=utf-8"))
}
