//! The remediation of a finding: assignee, due date and tags.

use domain::finding::{RemediationInput, apply_remediation};
use domain::input::FieldErrors;
use futures::future::try_join;
use web::links;
use web::{ClientAccess, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::finding;
use crate::panels::RefusedForm;
use crate::paths::FindingPath;

pub(crate) async fn post(
    access: ClientAccess,
    Ids(path): Ids<FindingPath>,
    form: ProtectedForm<RemediationInput>,
) -> Result<Reply, PageError> {
    let ctx = &access.ctx;
    let (finding, people) = try_join(
        access.store.get_finding(path.engagement, path.finding),
        access.list_assignable_people(),
    )
    .await?;
    let finding = finding.ok_or(PageError::NotFound)?;
    let version = form
        .version
        .ok_or(PageError::BadRequest("the form has no version"))?;
    let href = links::finding(access.base, path.engagement, path.finding);
    let invalid = match form.input.parse(&finding.remediation(), &people) {
        Ok(remediation) if version == finding.version || remediation == finding.remediation() => {
            let change = apply_remediation(&finding, &remediation, &access.actor, ctx.now);
            let Some(change) = change.map_err(|_| PageError::Forbidden)? else {
                return Ok(see_other(&href));
            };
            let entry = ctx.app.new_id();
            let applied = access
                .store
                .apply_finding_change(path.engagement, &change, entry);
            applied.await?;
            return Ok(see_other(&href).flash("planned"));
        }
        Ok(_) => FieldErrors::of(
            "form",
            "Somebody else changed this finding meanwhile. Look at it again first.",
        ),
        Err(invalid) => invalid,
    };
    finding::render_refused(&access, path, RefusedForm::Remediation(form.input, invalid)).await
}
