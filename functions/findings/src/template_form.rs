//! The workspace's own templates: created from a finding, edited, deleted.

use domain::id::TemplateId;
use domain::input::FieldErrors;
use domain::library::{Category, FindingTemplate, TemplateInput};
use futures::future::try_join;
use serde::Serialize;
use store::WriteOutcome;
use web::links;
use web::view::SelectOption;
use web::{
    ClientAccess, Crumb, EmptyForm, Form, FormError, Ids, Merged, Page, PageError, ProtectedForm,
    Reply, SAVED_BEFORE, TeamAccess, see_other,
};

use crate::finding_fields::ContentOptions;
use crate::paths::{FindingPath, FindingRef, TemplatePath};

#[derive(Debug, Serialize)]
pub(crate) struct TemplateFormPage {
    id: Option<TemplateId>,
    version: Option<i64>,
    form: Form,
    options: ContentOptions,
    categories: Vec<SelectOption>,
    action: String,
    delete: Option<String>,
    cancel: String,
    preview_url: &'static str,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

impl Page for TemplateFormPage {
    const TEMPLATE: &'static str = "pages/findings/template_form.html";

    fn title(&self) -> String {
        match self.id {
            Some(_) => "Save as template",
            None => "Edit template",
        }
        .to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let invalid = FieldErrors::of("category", "Choose a category.");
        let form = Form::with_errors(&TemplateInput::default(), &invalid);
        Self::for_edit(TemplateId::new(1, 1), 1, form)
    }
}

impl TemplateFormPage {
    /// The form that saves a finding's text as a template.
    fn for_new(id: TemplateId, form: Form, finding: FindingRef, crumbs: Vec<Crumb>) -> Self {
        let action = links::finding_template(finding.base, finding.engagement, finding.finding);
        Self::new(id, form, action, finding.href(), crumbs)
    }

    fn new(id: TemplateId, form: Form, action: String, cancel: String, crumbs: Vec<Crumb>) -> Self {
        let choose = SelectOption {
            value: "",
            label: "Choose one",
        };
        let named = Category::ALL.map(|category| SelectOption {
            value: category.name(),
            label: category.label(),
        });
        Self {
            id: Some(id),
            version: None,
            form,
            options: ContentOptions::default(),
            categories: std::iter::once(choose).chain(named).collect(),
            action,
            delete: None,
            cancel,
            preview_url: "/preview",
            crumbs,
        }
    }

    fn for_edit(id: TemplateId, version: i64, form: Form) -> Self {
        let crumbs = vec![
            Crumb::to("Findings", "/findings"),
            Crumb::to("Templates", "/templates"),
        ];
        Self {
            id: None,
            version: Some(version),
            delete: Some(links::template_delete(id)),
            ..Self::new(
                id,
                form,
                links::template_edit(id),
                "/templates".to_owned(),
                crumbs,
            )
        }
    }
}

/// The finding whose content becomes a template.
struct TemplateSource {
    finding: FindingRef,
    crumbs: Vec<Crumb>,
    input: TemplateInput,
}

async fn load_source(
    access: &ClientAccess,
    path: FindingPath,
) -> Result<TemplateSource, PageError> {
    let store = &access.store;
    let (context, (finding, content)) = try_join(access.engagement(path.engagement), async {
        let finding = store.get_finding_with_content(path.engagement, path.finding);
        finding.await?.ok_or(PageError::NotFound)
    })
    .await?;
    let finding_ref = FindingRef::new(access, path);
    let mut crumbs = context.crumbs;
    crumbs.push(Crumb::to(&finding.title, finding_ref.href()));
    Ok(TemplateSource {
        finding: finding_ref,
        crumbs,
        input: TemplateInput::of_finding(&content),
    })
}

pub(crate) async fn new(
    access: ClientAccess,
    Ids(path): Ids<FindingPath>,
) -> Result<Reply, PageError> {
    let source = load_source(&access, path).await?;
    let (id, form) = (access.ctx.app.new_id(), Form::filled(&source.input));
    access.ctx.render(&TemplateFormPage::for_new(
        id,
        form,
        source.finding,
        source.crumbs,
    ))
}

pub(crate) async fn create(
    access: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<FindingPath>,
    form: ProtectedForm<TemplateInput>,
) -> Result<Reply, PageError> {
    let source = load_source(&access, path).await?;
    let id = form.id()?;
    let (id, invalid) = match form.input.parse() {
        Ok(template) => match create_template(&team, id, &template).await {
            Ok(()) => return Ok(see_other("/templates").flash("template-saved")),
            Err(error) => (team.ctx.app.new_id(), error.fields()?),
        },
        Err(invalid) => (id, invalid),
    };
    let form = Form::with_errors(&form.input, &invalid);
    team.ctx.render_refused(&TemplateFormPage::for_new(
        id,
        form,
        source.finding,
        source.crumbs,
    ))
}

/// Creates a template. The same form that was sent before creates nothing new.
async fn create_template(
    team: &TeamAccess,
    id: TemplateId,
    template: &FindingTemplate,
) -> Result<(), FormError> {
    let refuse = |why: &str| Err(FieldErrors::of("form", why).into());
    let created = team.store.create_template(id, template, team.ctx.now);
    match created.await {
        Ok(WriteOutcome::Done) => Ok(()),
        Ok(WriteOutcome::Repeated) => {
            let stored = team.store.get_template(id).await?;
            if stored.is_some_and(|(_, stored)| stored == *template) {
                Ok(())
            } else {
                refuse(SAVED_BEFORE)
            }
        }
        // The third write counts the templates: there is no room.
        Err(store::StoreError::Refused(_)) => {
            refuse("The workspace has 500 templates, as many as it can. Delete one first.")
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn edit(
    team: TeamAccess,
    Ids(path): Ids<TemplatePath>,
) -> Result<Reply, PageError> {
    let stored = team.store.get_template(path.template).await?;
    let (row, template) = stored.ok_or(PageError::NotFound)?;
    let form = Form::filled(&TemplateInput::from(&template));
    team.ctx
        .render(&TemplateFormPage::for_edit(row.id, row.version, form))
}

pub(crate) async fn update(
    team: TeamAccess,
    Ids(path): Ids<TemplatePath>,
    form: ProtectedForm<TemplateInput>,
) -> Result<Reply, PageError> {
    let stored = team.store.get_template(path.template).await?;
    let (row, before) = stored.ok_or(PageError::NotFound)?;
    let (shown, base) = (TemplateInput::from(&before), form.base(row.version));
    let merged = Merged::new(form.input, &shown, base)?;
    let reply = see_other("/templates");
    match merged.check().and_then(|()| merged.input.parse()) {
        Ok(template) if template == before => Ok(reply),
        Ok(template) => {
            let store = &team.store;
            store
                .update_template(row.id, row.version, &template, team.ctx.now)
                .await?;
            Ok(reply.flash(merged.flash("template-saved")))
        }
        Err(invalid) => {
            let form = merged.refuse(&invalid, &shown);
            team.ctx
                .render_refused(&TemplateFormPage::for_edit(row.id, row.version, form))
        }
    }
}

pub(crate) async fn delete(
    team: TeamAccess,
    Ids(path): Ids<TemplatePath>,
    form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let stored = team.store.get_template(path.template).await?;
    let (row, _) = stored.ok_or(PageError::NotFound)?;
    let reply = see_other("/templates");
    if form.version != Some(row.version) {
        return Ok(reply.flash("changed-meanwhile"));
    }
    team.store.delete_template(&row).await?;
    Ok(reply.flash("template-deleted"))
}
