//! The page of one picture: large, with the way to the others, and what can be done
//! with it.

use domain::evidence::{
    self, Evidence, EvidenceRefusal, KEPT, caption as captioned, may_change, may_restore,
};
use domain::file::size_label;
use domain::finding::Finding;
use domain::id::EvidenceId;
use domain::input::FieldErrors;
use domain::person::Actor;
use futures::future::try_join3;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use web::{
    ClientAccess, Crumb, EmptyForm, Form, Ids, Page, PageError, ProtectedForm, Reply, see_other,
};

use crate::evidence::read;
use crate::paths::{EvidencePath, FindingPath};
use crate::shots::title;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct EvidencePage {
    title: String,
    image: String,
    caption: String,
    width: u32,
    height: u32,
    size: String,
    sha256: String,
    by: String,
    side: &'static str,
    at: Timestamp,
    internal: bool,
    /// Until when it can be restored, where it is deleted.
    deleted: Option<Timestamp>,
    place: Option<Place>,
    back: String,
    reference: String,
    version: i64,
    recaption: Option<Recaption>,
    delete: Option<String>,
    restore: Option<String>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// Which of how many it is.
#[derive(Debug, Serialize)]
struct Place {
    number: usize,
    of: usize,
    previous: Option<String>,
    next: Option<String>,
}

#[derive(Debug, Serialize)]
struct Recaption {
    action: String,
    form: Form,
}

/// Another caption, as typed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaptionForm {
    caption: String,
}

impl Page for EvidencePage {
    const TEMPLATE: &'static str = "pages/findings/picture.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let one = crate::shots::evidence_sample();
        let other = |n| Evidence {
            id: EvidenceId::new(1, n),
            ..one.clone()
        };
        let all = [other(0), one.clone(), other(2)];
        let wrong = FieldErrors::at("caption", "Use one line, without control characters.");
        let frame = Frame {
            actor: &web::view::actor_sample(),
            here: "/clients/c/engagements/e/findings/f",
            now: Timestamp::UNIX_EPOCH,
        };
        let words = CaptionForm {
            caption: "a\u{7}".to_owned(),
        };
        let form = Form::failed(&words, &wrong);
        Self::new(&one, &all, &frame, form, Vec::new())
    }
}

/// Where the page is shown, to whom, and when.
struct Frame<'a> {
    actor: &'a Actor,
    here: &'a str,
    now: Timestamp,
}

impl Place {
    /// Of a picture among those that aren't deleted.
    fn of(id: EvidenceId, all: &[Evidence], base: &str) -> Option<Self> {
        let there: Vec<_> = all.iter().filter(|one| one.deleted.is_none()).collect();
        let at = there.iter().position(|one| one.id == id)?;
        let href = |at: usize| there.get(at).map(|one| format!("{base}/{}", one.id));
        Some(Self {
            number: at + 1,
            of: there.len(),
            previous: at.checked_sub(1).and_then(href),
            next: href(at + 1),
        })
    }
}

impl EvidencePage {
    fn new(
        one: &Evidence,
        all: &[Evidence],
        frame: &Frame<'_>,
        form: Form,
        crumbs: Vec<Crumb>,
    ) -> Self {
        let base = crate::shots::base(frame.here);
        let here = format!("{base}/{}", one.id);
        let may = may_change(one, frame.actor);
        let ends = one.deleted.and_then(|at| at.checked_add(KEPT).ok());
        let restore = may_restore(one, frame.actor, frame.now);
        Self {
            title: title(one),
            image: format!("{here}/image"),
            caption: one.caption.clone(),
            width: one.picture.width,
            height: one.picture.height,
            size: size_label(one.picture.bytes),
            sha256: one.picture.sha256.clone(),
            by: one.by_name.clone(),
            side: if one.by_team { "team" } else { "client" },
            at: one.at,
            internal: !one.shared,
            deleted: ends,
            place: Place::of(one.id, all, &base),
            back: format!("{}#evidence", frame.here),
            reference: format!("![{}]({}{})", one.caption, evidence::SCHEME, one.id),
            version: one.version,
            recaption: may.then(|| Recaption {
                action: format!("{here}/caption"),
                form,
            }),
            delete: may.then(|| format!("{here}/remove")),
            restore: restore.then(|| format!("{here}/restore")),
            crumbs,
        }
    }
}

async fn shown(
    inside: &ClientAccess,
    path: EvidencePath,
    failed: Option<Form>,
) -> Result<EvidencePage, PageError> {
    let store = &inside.store;
    let read = try_join3(
        store.about(),
        store.engagement(path.engagement),
        store.pictures(path.engagement, path.finding),
    );
    let (Some(client), Some(engagement), Some((finding, all))) = read.await? else {
        return Err(PageError::NotFound);
    };
    let one = all.iter().find(|one| one.id == path.evidence);
    let one = one.ok_or(PageError::NotFound)?;
    let around = format!("{}/engagements/{}", inside.base, engagement.id);
    let here = format!("{around}/findings/{}", finding.id);
    let mut crumbs = inside.crumbs(&client.name);
    crumbs.push(Crumb::to(&engagement.title, around));
    crumbs.push(Crumb::to(&finding.title, &here));
    let frame = Frame {
        actor: &inside.actor,
        here: &here,
        now: inside.ctx.now,
    };
    let form = failed.unwrap_or_else(|| {
        Form::filled(&CaptionForm {
            caption: one.caption.clone(),
        })
    });
    Ok(EvidencePage::new(one, &all, &frame, form, crumbs))
}

pub(crate) async fn get(
    inside: ClientAccess,
    Ids(path): Ids<EvidencePath>,
) -> Result<Reply, PageError> {
    let page = shown(&inside, path, None).await?;
    let origin = inside.ctx.app.services.files.origin().await?;
    Ok(inside.ctx.page(&page)?.with_pictures(&origin))
}

/// The picture as the page showed it; another version of it is somebody else's change.
async fn seen(
    inside: &ClientAccess,
    path: EvidencePath,
    version: Option<i64>,
) -> Result<(Finding, Evidence), PageError> {
    let (finding, evidence) = read(inside, path).await?;
    if version == Some(evidence.version) {
        Ok((finding, evidence))
    } else {
        Err(PageError::Changed)
    }
}

fn there(inside: &ClientAccess, path: FindingPath) -> String {
    let (engagement, finding) = (path.engagement, path.finding);
    format!(
        "{}/engagements/{engagement}/findings/{finding}",
        inside.base
    )
}

/// Puts what was decided in its place.
async fn change(
    inside: &ClientAccess,
    path: EvidencePath,
    (finding, before): (&Finding, &Evidence),
    after: Result<Evidence, EvidenceRefusal>,
) -> Result<Option<FieldErrors>, PageError> {
    let after = match after {
        Ok(after) => after,
        Err(EvidenceRefusal::Invalid(invalid)) => return Ok(Some(invalid)),
        Err(EvidenceRefusal::Role) => return Err(PageError::Forbidden),
        Err(EvidenceRefusal::State) => return Err(PageError::Changed),
    };
    let changed = inside
        .store
        .change_evidence(path.engagement, finding, (before, &after));
    changed.await?;
    Ok(None)
}

pub(crate) async fn caption(
    inside: ClientAccess,
    Ids(path): Ids<EvidencePath>,
    form: ProtectedForm<CaptionForm>,
) -> Result<Reply, PageError> {
    let (finding, before) = seen(&inside, path, form.version).await?;
    let after = captioned(&before, &inside.actor, &form.input.caption);
    if let Some(invalid) = change(&inside, path, (&finding, &before), after).await? {
        let form = Form::failed(&form.input, &invalid);
        let page = shown(&inside, path, Some(form)).await?;
        let origin = inside.ctx.app.services.files.origin().await?;
        return Ok(inside.ctx.refused(&page)?.with_pictures(&origin));
    }
    let there = there(&inside, path.into());
    Ok(see_other(&format!("{there}/evidence/{}", before.id)).flash("saved"))
}

pub(crate) async fn delete(
    inside: ClientAccess,
    Ids(path): Ids<EvidencePath>,
    form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let (finding, before) = seen(&inside, path, form.version).await?;
    let after = evidence::delete(&before, &inside.actor, inside.ctx.now);
    change(&inside, path, (&finding, &before), after).await?;
    let there = there(&inside, path.into());
    Ok(see_other(&format!("{there}#evidence")).flash("picture-deleted"))
}

pub(crate) async fn restore(
    inside: ClientAccess,
    Ids(path): Ids<EvidencePath>,
    form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let (finding, before) = seen(&inside, path, form.version).await?;
    let after = evidence::restore(&before, &inside.actor, inside.ctx.now);
    change(&inside, path, (&finding, &before), after).await?;
    let there = there(&inside, path.into());
    Ok(see_other(&format!("{there}#evidence")).flash("picture-restored"))
}
