//! Messages: an engagement's thread, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    let app = web::lambda::app("pages/messages")?;
    app.warm().await;
    web::lambda::serve(&app, messages::ROUTES).await
}
