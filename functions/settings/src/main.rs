//! The workspace's settings and one's own account, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    let app = web::lambda::app("pages/settings")?;
    app.warm().await;
    web::lambda::serve(&app, settings::ROUTES).await
}
