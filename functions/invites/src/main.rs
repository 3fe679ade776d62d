//! Invitations to the portal, and their acceptance, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    web::lambda::serve(invites::ROUTES).await
}
