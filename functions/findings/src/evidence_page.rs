//! The page of one image: large, with links to the others, and changes of it.

use domain::evidence::{
    Evidence, EvidenceRefusal, RETENTION, SCHEME, delete_evidence, may_change, may_restore,
    restore_evidence, update_caption,
};
use domain::file::format_size;
use domain::finding::Finding;
use domain::id::EvidenceId;
use domain::input::FieldErrors;
use domain::person::Actor;
use futures::future::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use web::links;
use web::{
    ClientAccess, Crumb, EmptyForm, Form, FormError, Ids, Page, PageError, ProtectedForm, Reply,
    see_other,
};

use crate::evidence::load_evidence;
use crate::evidence_gallery::evidence_title;
use crate::paths::{EvidencePath, FindingRef};

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
    place: Option<EvidencePosition>,
    back: String,
    reference: String,
    version: i64,
    recaption: Option<CaptionPanel>,
    delete: Option<String>,
    restore: Option<String>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// The position of the image among the others.
#[derive(Debug, Serialize)]
struct EvidencePosition {
    number: usize,
    of: usize,
    previous: Option<String>,
    next: Option<String>,
}

#[derive(Debug, Serialize)]
struct CaptionPanel {
    action: String,
    form: Form,
}

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

    fn samples() -> Vec<Self> {
        let evidence = Evidence {
            caption: String::new(),
            deleted: Some(Timestamp::UNIX_EPOCH),
            shared: false,
            ..crate::evidence_gallery::evidence_sample()
        };
        let view = ViewContext {
            actor: &web::view::actor_sample(),
            finding: FindingRef::sample(),
            now: Timestamp::UNIX_EPOCH,
        };
        let all = std::slice::from_ref(&evidence);
        let deleted = Self::new(&evidence, all, &view, Form::default(), Vec::new());
        vec![Self::sample(), deleted]
    }

    fn sample() -> Self {
        let evidence = crate::evidence_gallery::evidence_sample();
        let other = |n| Evidence {
            id: EvidenceId::new(1, n),
            ..evidence.clone()
        };
        let all = [other(0), evidence.clone(), other(2)];
        let wrong = FieldErrors::of("caption", "Use one line, without control characters.");
        let view = ViewContext {
            actor: &web::view::actor_sample(),
            finding: FindingRef::sample(),
            now: Timestamp::UNIX_EPOCH,
        };
        let input = CaptionForm {
            caption: "a\u{7}".to_owned(),
        };
        let form = Form::with_errors(&input, &wrong);
        Self::new(&evidence, &all, &view, form, Vec::new())
    }
}

/// The actor, the addresses and the time of the page.
struct ViewContext<'a> {
    actor: &'a Actor,
    finding: FindingRef,
    now: Timestamp,
}

impl EvidencePosition {
    /// The place of an image among those that are not deleted.
    fn of(id: EvidenceId, all: &[Evidence], finding: FindingRef) -> Option<Self> {
        let present: Vec<_> = all
            .iter()
            .filter(|evidence| evidence.deleted.is_none())
            .collect();
        let at = present.iter().position(|evidence| evidence.id == id)?;
        let href = |at: usize| {
            let evidence = present.get(at)?;
            let FindingRef {
                base,
                engagement,
                finding,
            } = finding;
            Some(links::evidence(base, engagement, finding, evidence.id))
        };
        Some(Self {
            number: at + 1,
            of: present.len(),
            previous: at.checked_sub(1).and_then(href),
            next: href(at + 1),
        })
    }
}

impl EvidencePage {
    fn new(
        evidence: &Evidence,
        all: &[Evidence],
        view: &ViewContext<'_>,
        form: Form,
        crumbs: Vec<Crumb>,
    ) -> Self {
        let FindingRef {
            base,
            engagement,
            finding,
        } = view.finding;
        let is_changeable = may_change(evidence, view.actor);
        let deleted = evidence.deleted;
        let restorable_until = deleted.and_then(|at| at.checked_add(RETENTION).ok());
        let is_restorable = may_restore(evidence, view.actor, view.now);
        Self {
            title: evidence_title(evidence),
            image: links::evidence_image(base, engagement, finding, evidence.id),
            caption: evidence.caption.clone(),
            width: evidence.image.width,
            height: evidence.image.height,
            size: format_size(evidence.image.bytes),
            sha256: evidence.image.sha256.clone(),
            by: evidence.by_name.clone(),
            side: if evidence.by_team { "team" } else { "client" },
            at: evidence.at,
            internal: !evidence.shared,
            deleted: restorable_until,
            place: EvidencePosition::of(evidence.id, all, view.finding),
            back: format!("{}#evidence", view.finding.href()),
            reference: format!("![{}]({}{})", evidence.caption, SCHEME, evidence.id),
            version: evidence.version,
            recaption: is_changeable.then(|| CaptionPanel {
                action: links::evidence_caption(base, engagement, finding, evidence.id),
                form,
            }),
            delete: is_changeable
                .then(|| links::evidence_remove(base, engagement, finding, evidence.id)),
            restore: is_restorable
                .then(|| links::evidence_restore(base, engagement, finding, evidence.id)),
            crumbs,
        }
    }
}

async fn load_page(
    access: &ClientAccess,
    path: EvidencePath,
    refused: Option<Form>,
) -> Result<EvidencePage, PageError> {
    let store = &access.store;
    let (context, (finding, all)) = try_join(access.engagement(path.engagement), async {
        let finding = store.get_finding_with_evidence(path.engagement, path.finding);
        finding.await?.ok_or(PageError::NotFound)
    })
    .await?;
    let evidence = all.iter().find(|evidence| evidence.id == path.evidence);
    let evidence = evidence.ok_or(PageError::NotFound)?;
    let finding_ref = FindingRef::new(access, path.into());
    let mut crumbs = context.crumbs;
    crumbs.push(Crumb::to(&finding.title, finding_ref.href()));
    let view = ViewContext {
        actor: &access.actor,
        finding: finding_ref,
        now: access.ctx.now,
    };
    let form = refused.unwrap_or_else(|| {
        Form::filled(&CaptionForm {
            caption: evidence.caption.clone(),
        })
    });
    Ok(EvidencePage::new(evidence, &all, &view, form, crumbs))
}

pub(crate) async fn get(
    access: ClientAccess,
    Ids(path): Ids<EvidencePath>,
) -> Result<Reply, PageError> {
    let page = load_page(&access, path, None).await?;
    let origin = access.ctx.app.services.files.origin().await?;
    Ok(access.ctx.render(&page)?.with_images(&origin))
}

/// The evidence and its finding, in the version that the page showed.
async fn load_shown(
    access: &ClientAccess,
    path: EvidencePath,
    version: Option<i64>,
) -> Result<(Finding, Evidence), PageError> {
    let (finding, evidence) = load_evidence(access, path).await?;
    if version == Some(evidence.version) {
        Ok((finding, evidence))
    } else {
        Err(PageError::Changed)
    }
}

/// Stores a permitted change.
async fn apply_change(
    access: &ClientAccess,
    path: EvidencePath,
    finding: &Finding,
    before: &Evidence,
    after: Result<Evidence, EvidenceRefusal>,
) -> Result<(), FormError> {
    let after = match after {
        Ok(after) => after,
        Err(EvidenceRefusal::Invalid(invalid)) => return Err(invalid.into()),
        Err(EvidenceRefusal::Role) => return Err(PageError::Forbidden.into()),
        Err(EvidenceRefusal::State) => return Err(PageError::Changed.into()),
    };
    let updated = access
        .store
        .update_evidence(path.engagement, finding, before, &after);
    Ok(updated.await?)
}

pub(crate) async fn caption(
    access: ClientAccess,
    Ids(path): Ids<EvidencePath>,
    form: ProtectedForm<CaptionForm>,
) -> Result<Reply, PageError> {
    let (finding, before) = load_shown(&access, path, form.version).await?;
    let after = update_caption(&before, &access.actor, &form.input.caption);
    if let Err(error) = apply_change(&access, path, &finding, &before, after).await {
        let form = Form::with_errors(&form.input, &error.fields()?);
        let page = load_page(&access, path, Some(form)).await?;
        let origin = access.ctx.app.services.files.origin().await?;
        return Ok(access.ctx.render_refused(&page)?.with_images(&origin));
    }
    let href = links::evidence(access.base, path.engagement, path.finding, before.id);
    Ok(see_other(&href).flash("saved"))
}

/// Deleting and restoring have no fields to correct.
fn ignore_fields(error: FormError) -> PageError {
    match error.fields() {
        Ok(_) => PageError::Changed,
        Err(error) => error,
    }
}

pub(crate) async fn delete(
    access: ClientAccess,
    Ids(path): Ids<EvidencePath>,
    form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let (finding, before) = load_shown(&access, path, form.version).await?;
    let after = delete_evidence(&before, &access.actor, access.ctx.now);
    apply_change(&access, path, &finding, &before, after)
        .await
        .map_err(ignore_fields)?;
    let href = FindingRef::new(&access, path.into()).href();
    Ok(see_other(&format!("{href}#evidence")).flash("picture-deleted"))
}

pub(crate) async fn restore(
    access: ClientAccess,
    Ids(path): Ids<EvidencePath>,
    form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let (finding, before) = load_shown(&access, path, form.version).await?;
    let after = restore_evidence(&before, &access.actor, access.ctx.now);
    apply_change(&access, path, &finding, &before, after)
        .await
        .map_err(ignore_fields)?;
    let href = FindingRef::new(&access, path.into()).href();
    Ok(see_other(&format!("{href}#evidence")).flash("picture-restored"))
}
