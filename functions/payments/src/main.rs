//! Payments by Stripe, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    web::lambda::serve(payments::ROUTES).await
}
