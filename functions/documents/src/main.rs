//! Documents: sent, listed, taken away, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    let app = web::lambda::app("pages/documents")?;
    app.warm().await;
    web::lambda::serve(&app, documents::ROUTES).await
}
