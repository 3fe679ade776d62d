//! Writing a finding: by hand, and changing it later.

use domain::cvss::CvssVector;
use domain::finding::{
    Finding, FindingContent, FindingEvent, FindingInput, TransitionRefusal,
    create_finding as new_finding, update_content as changed,
};
use domain::id::{FindingId, TemplateId, UploadId};
use domain::input::FieldErrors;
use domain::library::find_starter;
use domain::severity::Severity;
use futures::future::try_join;
use serde::{Deserialize, Serialize};
use store::WriteOutcome;
use web::links::{self, LinkBase};
use web::{
    ClientAccess, Crumb, EngagementContext, Form, FormError, Ids, Merged, Page, PageError,
    ProtectedForm, Query, Reply, SAVED_BEFORE, TeamAccess, see_other,
};

use crate::evidence_gallery::PasteTarget;
use crate::finding_fields::{CalculatorForm, ContentOptions, CvssCalculator, FindingFields};
use crate::paths::{EngagementPath, FindingPath, FindingRef};

#[derive(Debug, Serialize)]
pub(crate) struct FindingFormPage {
    id: Option<FindingId>,
    version: Option<i64>,
    form: Form,
    options: ContentOptions,
    score: Option<ScoreView>,
    calculators: Vec<CvssCalculator>,
    calculate: String,
    action: String,
    submit: &'static str,
    cancel: String,
    library: Option<String>,
    heading: &'static str,
    preview_url: String,
    /// Where pasted images are sent, once the finding exists.
    paste: Option<PasteTarget>,
    score_url: &'static str,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Serialize)]
struct ScoreView {
    score: String,
    severity: &'static str,
}

impl Page for FindingFormPage {
    const TEMPLATE: &'static str = "pages/findings/finding_form.html";

    fn title(&self) -> String {
        self.heading.to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn samples() -> Vec<Self> {
        let (id, context) = (FindingId::new(1, 1), EngagementContext::sample());
        let fields = FindingInput::default().into();
        let edit = Self {
            paste: Some(PasteTarget::new(FindingRef::sample(), UploadId::new(1, 1))),
            ..Self::for_edit(&fields, None, id, 2, LinkBase::Portal, context)
        };
        vec![Self::sample(), edit]
    }

    fn sample() -> Self {
        let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned();
        let input = FindingInput {
            vector,
            severity: Severity::High.name().to_owned(),
            ..FindingInput::default()
        };
        let invalid = FieldErrors::of("title", "Fill this in.");
        Self::for_new(
            &input.into(),
            Some(&invalid),
            FindingId::new(1, 1),
            LinkBase::Portal,
            EngagementContext::sample(),
        )
    }
}

impl FindingFormPage {
    fn for_new(
        fields: &FindingFields,
        invalid: Option<&FieldErrors>,
        id: FindingId,
        base: LinkBase,
        context: EngagementContext,
    ) -> Self {
        let input = &fields.input;
        let engagement = context.engagement.id;
        let scored = input.vector.parse::<CvssVector>().ok();
        Self {
            id: Some(id),
            version: None,
            form: invalid.map_or_else(
                || Form::filled(input),
                |invalid| Form::with_errors(input, invalid),
            ),
            options: ContentOptions::default(),
            score: scored.map(|vector| ScoreView {
                score: vector.score().to_string(),
                severity: vector.severity().name(),
            }),
            calculators: fields.calculators(),
            calculate: links::finding_new_calculate(base, engagement),
            action: links::findings(base, engagement),
            submit: "Add finding",
            cancel: context.href,
            library: Some(links::engagement_library(base, engagement)),
            heading: "Add finding",
            preview_url: "/preview".to_owned(),
            paste: None,
            score_url: "/score",
            crumbs: context.crumbs,
        }
    }

    fn for_edit(
        fields: &FindingFields,
        invalid: Option<&FieldErrors>,
        id: FindingId,
        version: i64,
        base: LinkBase,
        context: EngagementContext,
    ) -> Self {
        let engagement = context.engagement.id;
        Self {
            id: None,
            version: Some(version),
            calculate: links::finding_calculate(base, engagement, id),
            action: links::finding_edit(base, engagement, id),
            preview_url: links::finding_preview(base, engagement, id),
            submit: "Save",
            cancel: links::finding(base, engagement, id),
            library: None,
            heading: "Edit finding",
            ..Self::for_new(fields, invalid, id, base, context)
        }
    }

    /// Renders the form of an existing finding.
    async fn render_edit(
        self,
        access: &ClientAccess,
        path: FindingPath,
        refused: bool,
    ) -> Result<Reply, PageError> {
        let finding = FindingRef::new(access, path);
        let page = Self {
            paste: Some(PasteTarget::new(finding, access.ctx.app.new_id())),
            ..self
        };
        let origin = access.ctx.app.services.files.origin().await?;
        let reply = if refused {
            access.ctx.render_refused(&page)
        } else {
            access.ctx.render(&page)
        };
        Ok(reply?.with_images(&origin))
    }
}

/// The engagement, the finding and its content, for the forms that change a finding.
async fn load_finding(
    access: &ClientAccess,
    path: FindingPath,
) -> Result<(EngagementContext, Finding, FindingContent), PageError> {
    let (context, (finding, content)) = try_join(access.engagement(path.engagement), async {
        let store = &access.store;
        let found = store.get_finding_with_content(path.engagement, path.finding);
        found.await?.ok_or(PageError::NotFound)
    })
    .await?;
    Ok((context, finding, content))
}

/// The template that the form starts from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FormTemplate {
    starter: Option<String>,
    template: Option<TemplateId>,
}

impl FormTemplate {
    /// The form's input; not found where the template doesn't exist.
    async fn load_input(self, team: &TeamAccess) -> Result<FindingInput, PageError> {
        let draft = match (self.template, self.starter) {
            (Some(id), _) => team
                .store
                .get_template(id)
                .await?
                .map(|(_, own)| own.content),
            (None, Some(id)) => find_starter(&id).map(|starter| starter.content.clone()),
            (None, None) => return Ok(FindingInput::default()),
        };
        draft
            .as_ref()
            .map(FindingInput::from)
            .ok_or(PageError::NotFound)
    }
}

pub(crate) async fn new(
    access: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<EngagementPath>,
    Query(template): Query<FormTemplate>,
) -> Result<Reply, PageError> {
    let engagement = access.engagement(path.engagement);
    let (context, input) = try_join(engagement, template.load_input(&team)).await?;
    let id = access.ctx.app.new_id();
    access.ctx.render(&FindingFormPage::for_new(
        &input.into(),
        None,
        id,
        access.base,
        context,
    ))
}

/// The form with the vector that the calculator chose.
pub(crate) async fn calculate_new(
    access: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    form: ProtectedForm<CalculatorForm>,
) -> Result<Reply, PageError> {
    let context = access.engagement(path.engagement).await?;
    let id = form.id()?;
    let (fields, invalid) = form.input.into_fields();
    access.ctx.render(&FindingFormPage::for_new(
        &fields,
        invalid.as_ref(),
        id,
        access.base,
        context,
    ))
}

/// The same for the form of an existing finding.
pub(crate) async fn calculate_edit(
    access: ClientAccess,
    Ids(path): Ids<FindingPath>,
    form: ProtectedForm<CalculatorForm>,
) -> Result<Reply, PageError> {
    let (context, finding, _) = load_finding(&access, path).await?;
    let version = form.version.unwrap_or(finding.version);
    let (fields, invalid) = form.input.clone().into_fields();
    let (id, base) = (finding.id, access.base);
    let page = FindingFormPage::for_edit(&fields, invalid.as_ref(), id, version, base, context);
    let page = FindingFormPage {
        form: page.form.clone().shown_as_sent(&form),
        ..page
    };
    page.render_edit(&access, path, false).await
}

pub(crate) async fn create(
    access: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    form: ProtectedForm<FindingFields>,
) -> Result<Reply, PageError> {
    let context = access.engagement(path.engagement).await?;
    let id = form.id()?;
    let fields = form.input.with_calculated_vector();
    let (id, invalid) = match fields.input.parse() {
        Ok(draft) => match create_draft(&access, path, id, &draft).await {
            Ok(()) => {
                let href = links::finding(access.base, path.engagement, id);
                return Ok(see_other(&href).flash("finding-added"));
            }
            Err(error) => (access.ctx.app.new_id(), error.fields()?),
        },
        Err(invalid) => (id, invalid),
    };
    let page = FindingFormPage::for_new(&fields, Some(&invalid), id, access.base, context);
    access.ctx.render_refused(&page)
}

/// Creates a draft. The same form that was sent before creates nothing new.
async fn create_draft(
    access: &ClientAccess,
    path: EngagementPath,
    id: FindingId,
    draft: &FindingContent,
) -> Result<(), FormError> {
    let (store, ctx, engagement) = (&access.store, &access.ctx, path.engagement);
    let new = new_finding(id, draft, &access.actor, FindingEvent::Created, ctx.now);
    let change = new.map_err(to_page_error)?;
    let created = store.create_finding(engagement, &change, draft, ctx.plan(), ctx.app.new_id());
    match created.await {
        Ok(WriteOutcome::Done) => Ok(()),
        Ok(WriteOutcome::Repeated) => {
            let saved = store.get_finding_with_content(engagement, id).await?;
            let same = saved.is_some_and(|(_, saved)| saved == *draft);
            if same {
                Ok(())
            } else {
                Err(FieldErrors::of("form", SAVED_BEFORE).into())
            }
        }
        Err(store::StoreError::Full(full)) => Err(FieldErrors::of("form", full.to_string()).into()),
        // The engagement was read a moment ago, so it exists: it is full.
        Err(store::StoreError::Refused(_)) => {
            let why = "This engagement holds as many findings as it can. Add another engagement.";
            Err(FieldErrors::of("form", why).into())
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn edit(
    access: ClientAccess,
    Ids(path): Ids<FindingPath>,
) -> Result<Reply, PageError> {
    let (context, finding, draft) = load_finding(&access, path).await?;
    let fields = FindingInput::from(&draft).into();
    let (id, version) = (finding.id, finding.version);
    FindingFormPage::for_edit(&fields, None, id, version, access.base, context)
        .render_edit(&access, path, false)
        .await
}

pub(crate) async fn update(
    access: ClientAccess,
    Ids(path): Ids<FindingPath>,
    form: ProtectedForm<FindingFields>,
) -> Result<Reply, PageError> {
    let (context, finding, before) = load_finding(&access, path).await?;
    let base = form.base(finding.version);
    let fields = form.input.with_calculated_vector();
    let stored = FindingInput::from(&before);
    let merged = Merged::new(fields.input.clone(), &stored, base)?;
    let after = match merged.check().and_then(|()| merged.input.parse()) {
        Ok(after) => after,
        Err(invalid) => {
            let (id, version) = (finding.id, finding.version);
            let page = FindingFormPage::for_edit(&fields, None, id, version, access.base, context);
            let form = merged.refuse(&invalid, &stored);
            let page = FindingFormPage { form, ..page };
            return page.render_edit(&access, path, true).await;
        }
    };
    let reply = see_other(&links::finding(access.base, path.engagement, path.finding));
    let (actor, ctx) = (&access.actor, &access.ctx);
    let change = changed(&finding, &before, &after, actor, &ctx.workspace, ctx.now);
    let Some(change) = change.map_err(to_page_error)? else {
        return Ok(reply);
    };
    access
        .store
        .update_finding_content(path.engagement, &change, &after, access.ctx.app.new_id())
        .await?;
    Ok(reply.flash(merged.flash(change.edit_flash())))
}

/// Writing content is refused for one reason only: the role.
fn to_page_error(_: TransitionRefusal) -> PageError {
    PageError::Forbidden
}
