//! Tests the client, and the tasks of a server, with moto, whose address is in `WORKFLOW_MOTO_URL`.

use crate::client::scenario;
use crate::client::workflows::sfn;

/// moto has one account for all tests, so they take turns in one test.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto; `.ci/run --full` runs it"]
async fn the_client_works_with_moto() {
    let url = std::env::var("WORKFLOW_MOTO_URL").expect("`.ci/run --full` starts moto and sets WORKFLOW_MOTO_URL");
    let authority = url.strip_prefix("http://").expect("WORKFLOW_MOTO_URL begins with http://").trim_end_matches('/');
    let address = tokio::net::lookup_host(authority).await.unwrap().next().unwrap();
    // moto keeps machines between runs, and does not run any until it is told to.
    for (path, body) in
        [("/moto-api/reset", ""), ("/moto-api/config", r#"{"stepfunctions": {"execute_state_machine": true}}"#)]
    {
        let (status, answer) = crate::client::http::send(address, "POST", path, &[], body.as_bytes()).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
    }
    scenario::deploys_runs_and_deletes(sfn(&url)).await;
    scenario::stops(sfn(&url)).await;
    crate::client::api::outside::services(&url).await;
}
