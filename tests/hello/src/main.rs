//! The least that a function can be: what the cold starts of ours are held against.

use std::convert::Infallible;

use lambda_http::{Body, Error, Request, Response, run, service_fn};

async fn hello(_: Request) -> Result<Response<Body>, Infallible> {
    Ok(Response::new("Hello.".into()))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(hello)).await
}
