//! The first page of both sides, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    let app = web::lambda::app("pages/dashboard")?;
    app.warm().await;
    web::lambda::serve(&app, dashboard::ROUTES).await
}
