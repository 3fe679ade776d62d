//! Invoices: written, sent, paid, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    let app = web::lambda::app("pages/invoices")?;
    app.warm().await;
    web::lambda::serve(&app, invoices::ROUTES).await
}
