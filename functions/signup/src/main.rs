//! Signing up at the front, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    let app = web::lambda::app("pages/signup")?;
    app.warm().await;
    web::lambda::serve(&app, signup::ROUTES).await
}
