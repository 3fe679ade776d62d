//! The workspace's own plan, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    web::lambda::serve(billing::ROUTES).await
}
