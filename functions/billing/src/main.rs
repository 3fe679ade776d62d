//! The workspace's own plan, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    let app = web::lambda::app("pages/billing")?;
    app.warm().await;
    web::lambda::serve(&app, billing::ROUTES).await
}
