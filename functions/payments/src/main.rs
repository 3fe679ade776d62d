//! Payments by Stripe, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    let app = web::lambda::app("pages/payments")?;
    app.warm().await;
    web::lambda::serve(&app, payments::ROUTES).await
}
