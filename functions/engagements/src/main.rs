//! Clients and their engagements, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    web::lambda::serve(engagements::ROUTES).await
}
