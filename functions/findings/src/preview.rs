//! Help while writing: how markdown will look, what a vector scores.

use domain::score::CvssVector;
use serde::Deserialize;
use serde_json::json;
use web::{AllowedImages, ClientAccess, Ids, PageError, ProtectedForm, Query, Reply, TeamAccess};

use crate::paths::FindingPath;
use crate::shots::base;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MarkdownForm {
    text: String,
}

#[derive(Deserialize)]
pub(crate) struct ScoreQuery {
    #[serde(default)]
    vector: String,
}

pub(crate) async fn markdown(
    _team: TeamAccess,
    form: ProtectedForm<MarkdownForm>,
) -> Result<Reply, PageError> {
    let html = web::markdown(&form.input.text, &AllowedImages::default());
    Ok(Reply::html(html))
}

/// The same for a text of a finding, which may show its pictures.
pub(crate) async fn of_finding(
    inside: ClientAccess,
    Ids(path): Ids<FindingPath>,
    form: ProtectedForm<MarkdownForm>,
) -> Result<Reply, PageError> {
    let found = inside.store.pictures(path.engagement, path.finding).await?;
    let (finding, evidence) = found.ok_or(PageError::NotFound)?;
    let (around, id) = (path.engagement, finding.id);
    let pictures = AllowedImages {
        base: base(&format!(
            "{}/engagements/{around}/findings/{id}",
            inside.base
        )),
        ids: evidence.iter().map(|one| one.id).collect(),
    };
    Ok(Reply::html(web::markdown(&form.input.text, &pictures)))
}

pub(crate) async fn score(
    _team: TeamAccess,
    Query(typed): Query<ScoreQuery>,
) -> Result<Reply, PageError> {
    Ok(Reply::json(&match typed.vector.parse::<CvssVector>() {
        Ok(vector) => json!({
            "score": vector.score().to_string(),
            "severity": vector.score().severity().name(),
        }),
        Err(error) => json!({ "error": error.to_string() }),
    }))
}
