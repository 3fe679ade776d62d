//! Who fixes a finding, by when, and its tags.

use domain::finding::{RemediationInput, plan};
use domain::input::FieldErrors;
use domain::person::Person;
use futures::future::try_join;
use web::{ClientAccess, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::finding::{self, RefusedForm};
use crate::paths::FindingPath;

/// Those whom a finding may be given to: the client's contacts, and for the team
/// the team as well.
pub(crate) async fn people(inside: &ClientAccess) -> Result<Vec<Person>, PageError> {
    let team = inside.ctx.session.as_ref();
    let team = team.and_then(store::session::Session::team_store);
    let (team, contacts) = try_join(
        async {
            match &team {
                Some(team) => team.people().await,
                None => Ok(Vec::new()),
            }
        },
        inside.store.people(),
    )
    .await?;
    Ok([team, contacts].concat())
}

pub(crate) async fn post(
    inside: ClientAccess,
    Ids(path): Ids<FindingPath>,
    form: ProtectedForm<RemediationInput>,
) -> Result<Reply, PageError> {
    let ctx = &inside.ctx;
    let (found, people) = try_join(
        async { Ok(inside.store.finding(path.engagement, path.finding).await?) },
        people(&inside),
    )
    .await?;
    let found = found.ok_or(PageError::NotFound)?;
    let seen = form
        .version
        .ok_or(PageError::BadRequest("the form has no version"))?;
    let there = format!(
        "{}/engagements/{}/findings/{}",
        inside.base, path.engagement, path.finding
    );
    let invalid = match form.input.parse(&found.plan(), &people) {
        Ok(wished) if seen == found.version || wished == found.plan() => {
            let change = plan(&found, &wished, &inside.actor, ctx.now);
            let Some(change) = change.map_err(|_| PageError::Forbidden)? else {
                return Ok(see_other(&there));
            };
            let entry = ctx.app.new_id();
            let planned = inside.store.move_finding(path.engagement, &change, entry);
            planned.await?;
            return Ok(see_other(&there).flash("planned"));
        }
        Ok(_) => FieldErrors::at(
            "form",
            "Somebody else changed this finding meanwhile. Look at it again first.",
        ),
        Err(invalid) => invalid,
    };
    finding::refused(&inside, path, RefusedForm::Plan(form.input, invalid)).await
}
