//! Findings: lists, pages, moves, imports, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::lambda::Failure> {
    let app = web::lambda::app("pages/findings")?;
    app.warm().await;
    web::lambda::serve(&app, findings::ROUTES).await
}
