//! Deploys the Hello World workflow with the AWS SDK, runs it, and prints its output and history.
//!
//! By default, it uses a server in this process, on loopback and in virtual time:
//!
//! ```text
//! cargo run -p examples --example deploy --features aws
//! ```
//!
//! With `WORKFLOW_ROLE_ARN`, a role that Step Functions may assume, it uses AWS with your region and credentials. With
//! `AWS_ENDPOINT_URL_SFN`, it uses any server that listens there (credentials must be set, but may be fake). The state
//! machine stays deployed: running the example again changes nothing, and starts one more execution.

use std::env;
use std::error::Error;

use examples::hello_world::{FUNCTION, HelloWorld, HelloWorldInput, to_base64};
use workflow_local::Clock;
use workflow_runtime::{Arn, Client, Workflow, aws_sdk_sfn};
use workflow_server::Server;

const MADE_UP_ROLE: &str = "arn:aws:iam::123456789012:role/hello-world";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let role = env::var("WORKFLOW_ROLE_ARN");
    let elsewhere = role.is_ok() || env::var_os("AWS_ENDPOINT_URL_SFN").is_some();
    let role = Arn::from(role.unwrap_or_else(|_| MADE_UP_ROLE.to_owned()));

    if elsewhere {
        return deploy_and_run(Client::from_env().await, &role).await;
    }
    let server = Server::builder().clock(Clock::Virtual).on_lambda(FUNCTION, to_base64).bind("127.0.0.1:0").await?;
    println!("a server listens on {}", server.endpoint_url());
    deploy_and_run(Client::new(aws_sdk_sfn::Client::from_conf(server.sfn_config())), &role).await?;
    server.shutdown().await;
    Ok(())
}

async fn deploy_and_run(client: Client<HelloWorld>, role: &Arn) -> Result<(), Box<dyn Error>> {
    let deployed = client.deploy(role).await?;
    println!("{:?}: {}", deployed.change, deployed.machine.arn());

    for is_hello_world_example in [true, false] {
        let input = HelloWorldInput { is_hello_world_example };
        let execution = deployed.machine.start(&input).await?;
        println!("\n{input:?}: {}", execution.arn());

        // `wait` returns an error for a failed execution; here it is only printed.
        match execution.wait().await {
            Ok(output) => println!("succeeded: {output:?}"),
            Err(error) => println!("{error}"),
        }
        let mut history = execution.history();
        while let Some(event) = history.next().await? {
            println!("{event:#}");
        }
    }
    println!("\n{} is deployed as {}", HelloWorld::NAME, deployed.machine.arn());
    Ok(())
}
