//! Signing in and out, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    let app = web::lambda::app("pages/auth")?;
    futures::join!(app.warm(), app.warm_identity());
    web::lambda::serve(&app, auth::ROUTES).await
}
