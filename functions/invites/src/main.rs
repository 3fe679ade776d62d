//! Invitations to the portal, and their acceptance, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    let app = web::lambda::app("pages/invites")?;
    app.warm().await;
    web::lambda::serve(&app, invites::ROUTES).await
}
