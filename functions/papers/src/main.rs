//! Invoices as PDF files, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    let app = web::lambda::app("pages/papers")?;
    app.warm().await;
    web::lambda::serve(&app, papers::ROUTES).await
}
