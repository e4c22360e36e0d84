//! The service on AWS, with the region and credentials of the environment. `STATE_MACHINE` names the state machine,
//! whose alias `live` selects the version.

use std::env;
use std::error::Error;
use std::sync::Arc;

use example_service::{FulfilOrder, router};
use tokio::net::TcpListener;
use workflow_runtime::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let name = env::var("STATE_MACHINE").unwrap_or_else(|_| "FulfilOrder".to_owned());
    let machine = Client::<FulfilOrder>::from_env().await.attach_by_name(&name).await?;
    let orders = machine.alias("live").machine().clone();
    let listener = TcpListener::bind(env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned())).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router(Arc::new(orders))).await?;
    Ok(())
}
