//! Previews while typing: markdown, and the score of a vector.

use domain::cvss::CvssVector;
use serde::Deserialize;
use serde_json::json;
use web::links;
use web::{AllowedImages, ClientAccess, Ids, PageError, ProtectedForm, Query, Reply, TeamAccess};

use crate::paths::FindingPath;

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

/// The preview of a finding's text, which may show the finding's evidence.
pub(crate) async fn finding_markdown(
    access: ClientAccess,
    Ids(path): Ids<FindingPath>,
    form: ProtectedForm<MarkdownForm>,
) -> Result<Reply, PageError> {
    let finding = access
        .store
        .get_finding_with_evidence(path.engagement, path.finding)
        .await?;
    let (finding, evidence) = finding.ok_or(PageError::NotFound)?;
    let images = AllowedImages {
        base: links::evidence_list(access.base, path.engagement, finding.id),
        ids: evidence.iter().map(|evidence| evidence.id).collect(),
    };
    Ok(Reply::html(web::markdown(&form.input.text, &images)))
}

pub(crate) async fn score(
    _team: TeamAccess,
    Query(query): Query<ScoreQuery>,
) -> Result<Reply, PageError> {
    Ok(Reply::json(&match query.vector.parse::<CvssVector>() {
        Ok(vector) => json!({
            "score": vector.score().to_string(),
            "severity": vector.severity().name(),
        }),
        Err(error) => json!({ "error": error.to_string() }),
    }))
}
