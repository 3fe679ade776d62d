//! Help while writing: how markdown will look, what a vector scores.

use domain::score::Vector;
use serde::Deserialize;
use serde_json::json;
use web::{Error, ProtectedForm, Query, Reply, Team};

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
    Ok(Reply::html(web::markdown(&form.input.text)))
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
