//! Help while writing: how markdown will look, what a vector scores.

use domain::score::Vector;
use serde::Deserialize;
use serde_json::json;
use web::{Error, Ids, Inside, Pictures, ProtectedForm, Query, Reply, Team};

use crate::paths::AtFinding;
use crate::shots::base;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    text: String,
}

#[derive(Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    vector: String,
}

pub(crate) async fn markdown(_team: Team, form: ProtectedForm<Text>) -> Result<Reply, Error> {
    let html = web::markdown(&form.input.text, &Pictures::default());
    Ok(Reply::html(html))
}

/// The same for a text of a finding, which may show its pictures.
pub(crate) async fn of_finding(
    inside: Inside,
    Ids(path): Ids<AtFinding>,
    form: ProtectedForm<Text>,
) -> Result<Reply, Error> {
    let found = inside.store.pictures(path.engagement, path.finding).await?;
    let (finding, evidence) = found.ok_or(Error::NotFound)?;
    let (around, id) = (path.engagement, finding.id);
    let pictures = Pictures {
        base: base(&format!(
            "{}/engagements/{around}/findings/{id}",
            inside.base
        )),
        ids: evidence.iter().map(|one| one.id).collect(),
    };
    Ok(Reply::html(web::markdown(&form.input.text, &pictures)))
}

pub(crate) async fn score(_team: Team, Query(typed): Query<Typed>) -> Result<Reply, Error> {
    Ok(Reply::json(&match typed.vector.parse::<Vector>() {
        Ok(vector) => json!({
            "score": vector.score().to_string(),
            "severity": vector.score().severity().name(),
        }),
        Err(error) => json!({ "error": error.to_string() }),
    }))
}
