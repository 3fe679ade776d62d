//! Invoices as PDF files, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    let app = web::lambda::app("pages/invoice-pdf")?;
    app.warm().await;
    web::lambda::serve(&app, invoice_pdf::ROUTES).await
}
