//! Clients and their engagements, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    let app = web::lambda::app("pages/engagements")?;
    app.warm().await;
    web::lambda::serve(&app, engagements::ROUTES).await
}
