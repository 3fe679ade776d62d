//! A page of the stand-ins that no SDK fetches.

use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// What went wrong on the way.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The body of the page at `url`, where it answers with success.
pub async fn get(url: &str) -> Result<Vec<u8>, Failure> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<&'static [u8]>>();
    let answer = client.get(url.parse()?).await?;
    if !answer.status().is_success() {
        return Err(format!("{url} answered {}", answer.status()).into());
    }
    Ok(answer.into_body().collect().await?.to_bytes().to_vec())
}
