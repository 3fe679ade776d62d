//! The workspace's settings and one's own account, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    web::lambda::serve(settings::ROUTES).await
}
