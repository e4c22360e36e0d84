//! Tests third-party clients: boto3 and the AWS CLI, run with the Python whose path is in `WORKFLOW_CLIENTS`. Both are
//! configured with the endpoint, fake credentials, a region, and no `sync-` prefix of the host.

use std::path::Path;

use workflow_server::Server;

use crate::client::workflows::serve;

/// Runs a script with a client and its own server.
async fn run(client: &str, script: &str) {
    let python = std::env::var_os("WORKFLOW_CLIENTS");
    let python = python.expect("`.ci/run --full` installs boto3 and the AWS CLI, and sets WORKFLOW_CLIENTS");
    let server = serve(Server::builder()).await;
    let mut command = std::process::Command::new(python);
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("client/boto").join(script))
        .arg(client)
        .env("AWS_ENDPOINT_URL_SFN", server.endpoint_url())
        .env("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")
        .env("AWS_ACCESS_KEY_ID", "made-up")
        .env("AWS_SECRET_ACCESS_KEY", "made-up")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{script} with {client}: {}{}", text(&output.stdout), text(&output.stderr));
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs boto3 and the AWS CLI; `.ci/run --full` runs it"]
async fn boto3_gets_through_every_operation() {
    run("boto3", "operations.py").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs boto3 and the AWS CLI; `.ci/run --full` runs it"]
async fn the_aws_cli_gets_through_every_operation() {
    run("aws", "operations.py").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs boto3 and the AWS CLI; `.ci/run --full` runs it"]
async fn what_breaks_the_model_is_refused() {
    run("boto3", "constraints.py").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs boto3 and the AWS CLI; `.ci/run --full` runs it"]
async fn what_terraform_asks_is_answered() {
    run("boto3", "terraform.py").await;
}
