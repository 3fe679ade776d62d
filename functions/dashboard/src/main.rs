//! The first page of both sides, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    web::lambda::serve(dashboard::ROUTES).await
}
