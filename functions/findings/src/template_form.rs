//! The workspace's own templates: made from a finding, changed, deleted.

use domain::id::TemplateId;
use domain::input::FieldErrors;
use domain::library::{Category, FindingTemplate, TemplateInput};
use futures::future::try_join3;
use serde::Serialize;
use store::WriteOutcome;
use web::view::SelectOption;
use web::{
    ClientAccess, Crumb, EmptyForm, Form, Ids, Page, PageError, ProtectedForm, Reply, SAVED_BEFORE,
    TeamAccess, see_other,
};

use crate::finding_form::SEVERITIES;
use crate::paths::{FindingPath, TemplatePath};

/// The form.
#[derive(Debug, Serialize)]
pub(crate) struct TemplateFormPage {
    id: Option<TemplateId>,
    version: Option<i64>,
    form: Form,
    severities: Vec<SelectOption>,
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
        let failed = FieldErrors::at("category", "Choose a category.");
        let form = Form::failed(&TemplateInput::default(), &failed);
        Self::changing(TemplateId::new(1, 1), 1, form)
    }
}

impl TemplateFormPage {
    fn saving(id: TemplateId, form: Form, finding: &str, crumbs: Vec<Crumb>) -> Self {
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
            severities: SEVERITIES.to_vec(),
            categories: std::iter::once(choose).chain(named).collect(),
            action: format!("{finding}/template"),
            delete: None,
            cancel: finding.to_owned(),
            preview_url: "/preview",
            crumbs,
        }
    }

    fn changing(id: TemplateId, version: i64, form: Form) -> Self {
        let crumbs = vec![
            Crumb::to("Findings", "/findings"),
            Crumb::to("Templates", "/templates"),
        ];
        Self {
            id: None,
            version: Some(version),
            action: format!("/templates/{id}/edit"),
            delete: Some(format!("/templates/{id}/delete")),
            cancel: "/templates".to_owned(),
            ..Self::saving(id, form, "", crumbs)
        }
    }
}

/// The finding's address, the way to it, and the form that its text fills.
async fn finding(
    inside: &ClientAccess,
    path: FindingPath,
) -> Result<(String, Vec<Crumb>, TemplateInput), PageError> {
    let store = &inside.store;
    let read = try_join3(
        store.about(),
        store.engagement(path.engagement),
        store.finding_with_text(path.engagement, path.finding),
    );
    let (Some(client), Some(engagement), Some((finding, draft))) = read.await? else {
        return Err(PageError::NotFound);
    };
    let around = format!("{}/engagements/{}", inside.base, path.engagement);
    let here = format!("{around}/findings/{}", path.finding);
    let mut crumbs = inside.crumbs(&client.name);
    crumbs.push(Crumb::to(&engagement.title, &around));
    crumbs.push(Crumb::to(&finding.title, &here));
    Ok((here, crumbs, TemplateInput::of_finding(&draft)))
}

pub(crate) async fn new(
    inside: ClientAccess,
    Ids(path): Ids<FindingPath>,
) -> Result<Reply, PageError> {
    let (here, crumbs, input) = finding(&inside, path).await?;
    let (id, form) = (inside.ctx.app.new_id(), Form::filled(&input));
    inside
        .ctx
        .page(&TemplateFormPage::saving(id, form, &here, crumbs))
}

pub(crate) async fn create(
    inside: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<FindingPath>,
    form: ProtectedForm<TemplateInput>,
) -> Result<Reply, PageError> {
    let (here, crumbs, _) = finding(&inside, path).await?;
    let id = form.id()?;
    let (id, invalid) = match form.input.parse() {
        Ok(template) => match add(&team, id, &template).await? {
            Ok(()) => return Ok(see_other("/templates").flash("template-saved")),
            Err(why) => (team.ctx.app.new_id(), FieldErrors::at("form", why)),
        },
        Err(invalid) => (id, invalid),
    };
    let form = Form::failed(&form.input, &invalid);
    team.ctx
        .refused(&TemplateFormPage::saving(id, form, &here, crumbs))
}

/// Adds a template; or says why not, for the person.
async fn add(
    team: &TeamAccess,
    id: TemplateId,
    template: &FindingTemplate,
) -> Result<Result<(), &'static str>, PageError> {
    let made = team.store.create_template(id, template, team.ctx.now);
    match made.await {
        Ok(WriteOutcome::Done) => Ok(Ok(())),
        Ok(WriteOutcome::Repeated) => {
            let saved = team.store.template(id).await?;
            let same = saved.is_some_and(|(_, saved)| saved == *template);
            Ok(if same { Ok(()) } else { Err(SAVED_BEFORE) })
        }
        // The third write counts: there is no room.
        Err(store::StoreError::Refused(_)) => Ok(Err(
            "The workspace has 500 templates, as many as it can. Delete one first.",
        )),
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn edit(
    team: TeamAccess,
    Ids(path): Ids<TemplatePath>,
) -> Result<Reply, PageError> {
    let found = team.store.template(path.template).await?;
    let (row, template) = found.ok_or(PageError::NotFound)?;
    let form = Form::filled(&TemplateInput::from(&template));
    team.ctx
        .page(&TemplateFormPage::changing(row.id, row.version, form))
}

pub(crate) async fn update(
    team: TeamAccess,
    Ids(path): Ids<TemplatePath>,
    form: ProtectedForm<TemplateInput>,
) -> Result<Reply, PageError> {
    let found = team.store.template(path.template).await?;
    let (row, before) = found.ok_or(PageError::NotFound)?;
    let parsed = if form.version == Some(row.version) {
        form.input.parse()
    } else {
        Err(FieldErrors::at(
            "form",
            "Somebody else changed this template meanwhile. Compare with it, then save again.",
        ))
    };
    let there = see_other("/templates");
    match parsed {
        Ok(template) if template == before => Ok(there),
        Ok(template) => {
            let at = (row.id, row.version);
            let kept = team.store.update_template(at, &template, team.ctx.now);
            kept.await?;
            Ok(there.flash("template-saved"))
        }
        Err(invalid) => {
            let form = Form::failed(&form.input, &invalid);
            team.ctx
                .refused(&TemplateFormPage::changing(row.id, row.version, form))
        }
    }
}

pub(crate) async fn delete(
    team: TeamAccess,
    Ids(path): Ids<TemplatePath>,
    form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let found = team.store.template(path.template).await?;
    let (row, _) = found.ok_or(PageError::NotFound)?;
    let there = see_other("/templates");
    if form.version != Some(row.version) {
        return Ok(there.flash("changed-meanwhile"));
    }
    team.store.delete_template(&row).await?;
    Ok(there.flash("template-deleted"))
}
