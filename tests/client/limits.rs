//! Tests the server with clients that are slow, silent or foreign, and with handlers that never return.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use workflow_local::TaskError;
use workflow_server::{Limits, Quotas, Server};

use crate::client::http::{call, code, read_answer, send};
use crate::client::workflows::serve;

const SHORT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(60);

const ROLE: &str = "arn:aws:iam::123456789012:role/r";

/// The time limit for events that must happen, but not immediately.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, future).await.expect("it did not come")
}

async fn machine(server: &Server, name: &str, kind: &str, state: &Value) -> String {
    let definition = json!({"StartAt": "A", "States": {"A": state}}).to_string();
    let body = json!({"name": name, "definition": definition, "roleArn": ROLE, "type": kind});
    let (status, created) = call(server, "CreateStateMachine", body.to_string().as_bytes()).await;
    assert_eq!(status, 200, "{created}");
    created["stateMachineArn"].as_str().unwrap().to_owned()
}

async fn start(server: &Server, machine: &str) -> String {
    let body = json!({"stateMachineArn": machine}).to_string();
    let (status, started) = call(server, "StartExecution", body.as_bytes()).await;
    assert_eq!(status, 200, "{started}");
    started["executionArn"].as_str().unwrap().to_owned()
}

/// Waits for the end of an execution, and returns its description.
async fn ended(server: &Server, execution: &str) -> Value {
    let body = json!({"executionArn": execution}).to_string();
    soon(async {
        loop {
            let (_, described) = call(server, "DescribeExecution", body.as_bytes()).await;
            if described["status"] != "RUNNING" {
                return described;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
}

fn task(function: &str) -> Value {
    json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": function}, "End": true
    })
}

/// Sends text on its own connection.
async fn connect(server: &Server, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.local_addr()).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Returns the head of a request with a body of this many bytes.
fn head(operation: &str, length: usize) -> String {
    format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSStepFunctions.{operation}\r\nContent-Length: {length}\r\n\r\n"
    )
}

#[tokio::test]
async fn shutdown_answers_a_synchronous_execution_that_still_runs() {
    let called = Arc::new(Notify::new());
    let call = Arc::clone(&called);
    let server = serve(Server::builder().on_lambda_async("slow", move |_: Value| {
        call.notify_one();
        std::future::pending::<Result<Value, TaskError>>()
    }))
    .await;
    let arn = machine(&server, "Long", "EXPRESS", &task("slow")).await;
    let address = server.local_addr();
    let waiting = tokio::spawn(async move {
        let body = json!({"stateMachineArn": arn}).to_string();
        let target = [("X-Amz-Target", "AWSStepFunctions.StartSyncExecution")];
        send(address, "POST", "/", &target, body.as_bytes()).await
    });
    soon(called.notified()).await;
    assert!(!waiting.is_finished());
    soon(server.shutdown()).await;
    assert_eq!(code(&soon(waiting).await.unwrap()), (503, "ServiceUnavailable"));
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn shutdown_ends_whatever_clients_do() {
    let server = serve(Server::builder()).await;
    let idle = connect(&server, "").await;
    let half_a_line = connect(&server, "POST / HT").await;
    let half_a_head = connect(&server, "POST / HTTP/1.1\r\nHost: local").await;
    // The server responds when it begins to read the body.
    let expecting = head("ListStateMachines", 100).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    let mut half_a_body = connect(&server, &expecting).await;
    let mut go_on = [0; 25];
    soon(half_a_body.read_exact(&mut go_on)).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    half_a_body.write_all(b"{").await.unwrap();
    let no_body = connect(&server, &head("ListStateMachines", 100)).await;
    let mut kept = connect(&server, &(head("ListStateMachines", 2) + "{}")).await;
    let mut answer = [0; 15];
    soon(kept.read_exact(&mut answer)).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    soon(server.shutdown()).await;
    assert_eq!(code(&soon(read_answer(&mut half_a_body)).await), (503, "ServiceUnavailable"));
    drop((idle, half_a_line, half_a_head, no_body, kept));
}

#[tokio::test]
async fn a_server_that_is_dropped_closes_its_connections() {
    let server = serve(Server::builder()).await;
    let mut waiting = connect(&server, &(head("ListStateMachines", 100) + "{")).await;
    tokio::time::sleep(SHORT).await;
    drop(server);
    let mut rest = Vec::new();
    let _ = soon(waiting.read_to_end(&mut rest)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handlers_that_never_return_leave_the_server_and_other_executions_alone() {
    let builder = Server::builder()
        .on_lambda("stuck", |_: Value| -> Result<Value, TaskError> {
            loop {
                std::thread::park();
            }
        })
        .on_lambda_async("quick", |_: Value| async { Ok("done") });
    let server = serve(builder).await;
    let stuck = machine(&server, "Stuck", "STANDARD", &task("stuck")).await;
    for _ in 0..600 {
        start(&server, &stuck).await;
    }
    soon(async {
        while server.running_handlers().len() < Limits::default().handlers {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    let pass = machine(&server, "Pass", "STANDARD", &json!({"Type": "Pass", "End": true})).await;
    assert_eq!(ended(&server, &start(&server, &pass).await).await["status"], "SUCCEEDED");
    let quick = machine(&server, "Quick", "STANDARD", &task("quick")).await;
    let described = ended(&server, &start(&server, &quick).await).await;
    assert!(described["output"].as_str().unwrap().contains(r#""Payload":"done""#), "{described}");
    let test = json!({"definition": r#"{"Type":"Pass","End":true}"#}).to_string();
    assert_eq!(soon(call(&server, "TestState", test.as_bytes())).await.1["status"], "SUCCEEDED");
    soon(server.shutdown()).await;
    // The end of this test shows that such handlers do not keep the runtime from ending.
}

#[tokio::test]
async fn a_task_without_a_thread_fails_and_names_the_handler_that_is_stuck() {
    let limits = Limits { handlers: 2, handler_wait: SHORT, ..Limits::default() };
    let builder = Server::builder().limits(limits).on_lambda("stuck", |_: Value| -> Result<Value, TaskError> {
        loop {
            std::thread::park();
        }
    });
    let server = serve(builder).await;
    let arn = machine(&server, "Stuck", "STANDARD", &task("stuck")).await;
    let first = start(&server, &arn).await;
    soon(async {
        while server.running_handlers().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    start(&server, &arn).await;
    let described = ended(&server, &start(&server, &arn).await).await;
    assert_eq!(described["error"], "States.TaskFailed");
    let cause = described["cause"].as_str().unwrap();
    let expected = format!(
        "no thread is free: 2 handlers run, and none of them has returned for 0 s; the handler of state `A` of {first} has run for "
    );
    assert!(cause.starts_with(&expected), "{cause}");
    let running = server.running_handlers();
    assert_eq!((running.len(), running[0].execution_arn.as_deref()), (2, Some(first.as_str())));

    // A test of a task also waits for a thread.
    let test = json!({"definition": task("stuck").to_string(), "roleArn": ROLE}).to_string();
    assert_eq!(code(&soon(call(&server, "TestState", test.as_bytes())).await), (500, "InternalServerError"));
}

#[tokio::test]
async fn more_handlers_than_threads_take_turns() {
    let limits = Limits { handlers: 3, handler_wait: LONG, ..Limits::default() };
    let builder = Server::builder().limits(limits).on_lambda("nap", |n: u64| {
        std::thread::sleep(Duration::from_millis(1));
        Ok(n)
    });
    let server = serve(builder).await;
    let mut nap = task("nap");
    nap["Parameters"]["Payload.$"] = json!("$");
    nap["OutputPath"] = json!("$.Payload");
    let each = json!({
        "Type": "Map", "End": true, "ItemProcessor": {"StartAt": "B", "States": {"B": nap}}
    });
    let arn = machine(&server, "Naps", "EXPRESS", &each).await;
    let numbers: Vec<u64> = (0..100).collect();
    let body = json!({"stateMachineArn": arn, "input": json!(numbers).to_string()}).to_string();
    let (status, answer) = soon(call(&server, "StartSyncExecution", body.as_bytes())).await;
    assert_eq!((status, answer["output"].as_str()), (200, Some(json!(numbers).to_string().as_str())), "{answer}");
    // The answer is sent before the thread of the last handler is free.
    let free = async {
        while !server.running_handlers().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    soon(free).await;
}

#[tokio::test]
async fn requests_with_a_foreign_host_or_origin_are_refused() {
    let server = serve(Server::builder().allow_host("states.test")).await;
    let port = server.local_addr().port();
    let ask = async |headers: &str| {
        let request = format!(
            "POST / HTTP/1.1\r\n{headers}Connection: close\r\nX-Amz-Target: AWSStepFunctions.ListStateMachines\r\nContent-Length: 2\r\n\r\n{{}}"
        );
        soon(read_answer(&mut connect(&server, &request).await)).await
    };
    for own in [
        format!("Host: 127.0.0.1:{port}\r\n"),
        "Host: localhost\r\n".to_owned(),
        "Host: sync-localhost:8083\r\n".to_owned(),
        "Host: states.test\r\n".to_owned(),
        format!("Host: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n"),
    ] {
        assert_eq!(ask(&own).await.0, 200, "{own}");
    }
    for foreign in [
        "Host: evil.example\r\n",
        "Host: 192.168.0.7\r\n",
        "Host: localhost\r\nHost: evil.example\r\n",
        "Host: localhost\r\nOrigin: http://evil.example\r\n",
        "Host: localhost\r\nOrigin: null\r\n",
        "Host: localhost\r\nOrigin: http://localhost:3000\r\n",
    ] {
        assert_eq!(code(&ask(foreign).await), (403, "AccessDeniedException"), "{foreign}");
    }
    assert_eq!(code(&ask("").await), (400, "ValidationException"));
}

#[tokio::test]
async fn heads_bodies_and_idle_connections_have_time_limits() {
    let limits = Limits { idle: SHORT, body: SHORT, ..Limits::default() };
    let server = serve(Server::builder().limits(limits)).await;
    for start in ["", "POST / HT", "POST / HTTP/1.1\r\nHost: localhost\r\nX-"] {
        let mut stream = connect(&server, start).await;
        let mut rest = Vec::new();
        let _ = soon(stream.read_to_end(&mut rest)).await;
        // Closed, perhaps with an error response.
        assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&rest));
    }
    let mut stream = connect(&server, &(head("ListStateMachines", 100) + "{")).await;
    assert_eq!(code(&soon(read_answer(&mut stream)).await), (408, "RequestTimeoutException"));
    // A client that continues too slowly is treated like one that stops.
    let mut stream = connect(&server, "POST / HTTP/1.1\r\nHost: localhost\r\n").await;
    soon(async {
        while stream.write_all(b"X-A: b\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn heads_have_a_size_limit() {
    let server = serve(Server::builder()).await;
    let mut stream = TcpStream::connect(server.local_addr()).await.unwrap();
    let many = "X-A: b\r\n".repeat(20_000);
    let _ = stream.write_all(format!("POST / HTTP/1.1\r\nHost: localhost\r\n{many}").as_bytes()).await;
    let (status, _) = soon(read_answer(&mut stream)).await;
    assert!([0, 431].contains(&status), "{status}");
    let mut stream = TcpStream::connect(server.local_addr()).await.unwrap();
    let _ = stream.write_all(b"POST /").await;
    let mut rest = Vec::new();
    soon(async {
        while stream.write_all(&[b'a'; 4096]).await.is_ok() {}
        let _ = stream.read_to_end(&mut rest).await;
    })
    .await;
    assert_eq!(call(&server, "ListStateMachines", b"{}").await.0, 200);
}

#[tokio::test]
async fn answers_that_nobody_reads_do_not_keep_a_connection() {
    let limits = Limits { unread: SHORT, connections: 1, ..Limits::default() };
    let server = serve(Server::builder().limits(limits)).await;
    let comment = "x".repeat(1_000_000);
    let definition = json!({"Comment": comment, "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}).to_string();
    let body = json!({"name": "Big", "definition": definition, "roleArn": ROLE}).to_string();
    let created = call(&server, "CreateStateMachine", body.as_bytes()).await.1;
    let describe = json!({"stateMachineArn": created["stateMachineArn"]}).to_string();
    let request = head("DescribeStateMachine", describe.len()) + &describe;
    let mut greedy = connect(&server, "").await;
    let _ = tokio::time::timeout(SHORT, greedy.write_all(request.repeat(200).as_bytes())).await;
    // The only slot is free again.
    assert_eq!(soon(call(&server, "ListStateMachines", b"{}")).await.0, 200);
    drop(greedy);
}

#[tokio::test]
async fn connections_above_the_limit_wait_for_a_place() {
    let limits = Limits { idle: Duration::from_secs(1), connections: 1, ..Limits::default() };
    let server = serve(Server::builder().limits(limits)).await;
    let _idle: Vec<_> = [connect(&server, "").await, connect(&server, "").await].into();
    assert_eq!(soon(call(&server, "ListStateMachines", b"{}")).await.0, 200);
}

/// The time limit for what would take far longer if others were starved.
const AT_ONCE: Duration = Duration::from_secs(15);

/// Returns the status and the body of a path, whatever its type.
async fn get(server: &Server, path: &str) -> (u16, String) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    connect(server, &request).await.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

#[tokio::test]
async fn long_polls_leave_places_for_other_calls() {
    let limits = Limits { connections: 8, ..Limits::default() };
    let server = serve(Server::builder().limits(limits)).await;
    let activity = call(&server, "CreateActivity", br#"{"name": "a"}"#).await.1;
    let body = json!({"activityArn": activity["activityArn"]}).to_string();
    let poll = head("GetActivityTask", body.len()) + &body;
    let mut polls = Vec::new();
    for _ in 0..30 {
        polls.push(connect(&server, &poll).await);
    }
    for _ in 0..3 {
        assert_eq!(tokio::time::timeout(AT_ONCE, get(&server, "/health")).await.unwrap().0, 200);
        let listed = tokio::time::timeout(AT_ONCE, call(&server, "ListStateMachines", b"{}")).await.unwrap();
        assert_eq!(listed.0, 200);
    }
    // Half of the places are for polls. All others were refused, and their connections closed.
    let mut refused = 0;
    for poll in &mut polls {
        if let Ok(answer) = tokio::time::timeout(SHORT, read_answer(poll)).await {
            assert_eq!(code(&answer), (503, "ThrottlingException"));
            refused += 1;
        }
    }
    assert_eq!(refused, 26);
    let metrics = get(&server, "/metrics").await.1;
    assert!(metrics.contains("\nworkflow_long_polls_waiting 4\n"), "{metrics}");
    let counted = "workflow_requests_total{operation=\"GetActivityTask\",outcome=\"ThrottlingException\"} 26\n";
    assert!(metrics.contains(counted), "{metrics}");
}

#[tokio::test]
async fn clients_that_keep_the_server_waiting_give_their_places_to_others() {
    let limits = Limits { connections: 3, ..Limits::default() };
    let server = serve(Server::builder().limits(limits)).await;
    let mut slow = [
        connect(&server, "").await,
        connect(&server, "POST / HT").await,
        connect(&server, &(head("ListStateMachines", 100) + "{")).await,
    ];
    let listed = tokio::time::timeout(AT_ONCE, call(&server, "ListStateMachines", b"{}")).await.unwrap();
    assert_eq!(listed.0, 200);
    for stream in &mut slow {
        let mut rest = Vec::new();
        let _ = tokio::time::timeout(AT_ONCE, stream.read_to_end(&mut rest)).await.unwrap();
        assert_eq!(rest, b"");
    }
}

#[tokio::test]
async fn unfinished_bodies_share_memory_and_give_way() {
    const LARGE: usize = 4 * 1024 * 1024;
    let limits = Limits { bodies: LARGE, body: LONG, ..Limits::default() };
    let server = serve(Server::builder().limits(limits)).await;
    let unfinished = head("ListStateMachines", LARGE).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    let mut first = connect(&server, &unfinished).await;
    // The server responds when it begins to read a body.
    let mut go_on = [0; 25];
    soon(first.read_exact(&mut go_on)).await.unwrap();
    let mut second = connect(&server, &unfinished).await;
    assert!(tokio::time::timeout(SHORT, second.read_exact(&mut go_on)).await.is_err());
    // A small one does not wait.
    let listed = tokio::time::timeout(AT_ONCE, call(&server, "ListStateMachines", b"{}")).await.unwrap();
    assert_eq!(listed.0, 200);
    // The first gives way to the second, and the second to this one.
    let comment = "x".repeat(1_000_000);
    let definition = json!({"Comment": comment, "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}).to_string();
    let body = json!({"name": "Big", "definition": definition, "roleArn": ROLE}).to_string();
    let created = tokio::time::timeout(AT_ONCE, call(&server, "CreateStateMachine", body.as_bytes())).await.unwrap();
    assert_eq!(created.0, 200, "{}", created.1);
    let answer = soon(read_answer(&mut first)).await;
    assert_eq!(code(&answer), (408, "RequestTimeoutException"));
    let message = "the body of the request did not come within 1 s, while other requests wait for its memory";
    assert_eq!(answer.1["message"], message);
}

#[tokio::test]
async fn open_executions_have_a_limit_for_clients_and_tasks() {
    let limits = Limits { open_executions: 3, express_executions: 1, ..Limits::default() };
    let never = |_: Value| std::future::pending::<Result<Value, TaskError>>();
    let server = serve(Server::builder().limits(limits).on_lambda_async("never", never)).await;
    let wait = machine(&server, "Wait", "STANDARD", &json!({"Type": "Wait", "Seconds": 1000, "End": true})).await;
    let nested = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "Parameters": {"StateMachineArn": wait},
        "End": true
    });
    let nested = machine(&server, "Nested", "STANDARD", &nested).await;
    for _ in 0..2 {
        start(&server, &wait).await;
    }
    // It is the third, and would start a fourth.
    let failed = ended(&server, &start(&server, &nested).await).await;
    assert_eq!(failed["error"], "StepFunctions.ExecutionLimitExceededException", "{failed}");
    let cause = failed["cause"].as_str().unwrap();
    let message = "The maximum number of running executions has been reached. Running executions must end or be stopped before \
                   a new execution can be started.";
    assert!(cause.starts_with(message) && cause.contains("Error Code: ExecutionLimitExceeded;"), "{cause}");

    let last = start(&server, &wait).await;
    let body = json!({"stateMachineArn": wait}).to_string();
    let refused = call(&server, "StartExecution", body.as_bytes()).await;
    assert_eq!(code(&refused), (400, "ExecutionLimitExceeded"));
    assert_eq!(refused.1["message"], message);
    let redrive = json!({"executionArn": failed["executionArn"]}).to_string();
    assert_eq!(code(&call(&server, "RedriveExecution", redrive.as_bytes()).await), (400, "ExecutionLimitExceeded"));
    let stop = json!({"executionArn": last}).to_string();
    assert_eq!(call(&server, "StopExecution", stop.as_bytes()).await.0, 200);
    soon(async {
        while call(&server, "StartExecution", body.as_bytes()).await.0 != 200 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;

    let express = machine(&server, "Express", "EXPRESS", &task("never")).await;
    start(&server, &express).await;
    let body = json!({"stateMachineArn": express}).to_string();
    for operation in ["StartExecution", "StartSyncExecution"] {
        assert_eq!(code(&call(&server, operation, body.as_bytes()).await), (400, "ThrottlingException"), "{operation}");
    }
    let metrics = get(&server, "/metrics").await.1;
    for sample in [
        "workflow_executions_running{type=\"STANDARD\"} 3",
        "workflow_executions_running{type=\"EXPRESS\"} 1",
        "workflow_executions_started_total{type=\"STANDARD\"} 5",
        "workflow_executions_ended_total{type=\"STANDARD\",status=\"FAILED\"} 1",
        "workflow_executions_ended_total{type=\"STANDARD\",status=\"ABORTED\"} 1",
        "workflow_journal_writes_waiting 0",
    ] {
        assert!(metrics.lines().any(|line| line == sample), "{sample}: {metrics}");
    }
}

#[tokio::test]
async fn quotas_of_aws_throttle_by_the_clock_of_the_server() {
    let server = serve(Server::builder().quotas(Quotas::aws())).await;
    let created = async || call(&server, "CreateActivity", br#"{"name": "a"}"#).await;
    let mut count = 0;
    let refused = loop {
        match created().await {
            (200, _) => count += 1,
            refused => break refused,
        }
    };
    // The bucket has 100 tokens, and gains one per second.
    assert!((100..160).contains(&count), "{count}");
    assert_eq!(code(&refused), (400, "ThrottlingException"));
    assert_eq!(refused.1["message"], "Rate exceeded");
    assert_eq!(call(&server, "ListActivities", b"{}").await.0, 200);
    server.advance(Duration::from_secs(2));
    assert_eq!(created().await.0, 200);
}

#[tokio::test]
async fn a_token_is_required_of_all_but_health_checks() {
    let server = serve(Server::builder().token("t0ken")).await;
    let with = async |path: &str, authorization: &str| {
        let target = ("X-Amz-Target", "AWSStepFunctions.ListStateMachines");
        let headers = [target, ("Authorization", authorization)];
        let method = if path == "/" { "POST" } else { "GET" };
        send(server.local_addr(), method, path, &headers, if path == "/" { b"{}" } else { b"" }).await
    };
    let signed = |key: &str| format!("AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/states/aws4_request, x");
    for known in [signed("t0ken"), "Bearer t0ken".to_owned()] {
        assert_eq!(with("/", &known).await.0, 200, "{known}");
    }
    assert_eq!(code(&with("/", &signed("AKID")).await), (403, "UnrecognizedClientException"));
    assert_eq!(code(&call(&server, "ListStateMachines", b"{}").await), (403, "UnrecognizedClientException"));
    assert_eq!(get(&server, "/metrics").await.0, 403);
    assert_eq!(with("/metrics", "Bearer t0ken").await.0, 200);
    for open in ["/health", "/ready"] {
        assert_eq!(get(&server, open).await.0, 200, "{open}");
    }
    let refused = Server::builder().token("a/b").bind("127.0.0.1:0").await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_that_starts_itself_twice_has_an_end_and_leaves_others_alone() {
    let limits = Limits { open_executions: 5000, ..Limits::default() };
    let server = serve(Server::builder().limits(limits)).await;
    let branch = |name: &str| {
        let start_itself = json!({
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "End": true,
            "Parameters": {"StateMachineArn.$": "$$.StateMachine.Id"}
        });
        json!({"StartAt": name, "States": {name: start_itself}})
    };
    let start_itself = json!({"Type": "Parallel", "End": true, "Branches": [branch("B"), branch("C")]});
    let arn = machine(&server, "Twice", "STANDARD", &start_itself).await;
    start(&server, &arn).await;
    let limit_reached = async {
        // Those that find no place fail.
        let none = "workflow_executions_ended_total{type=\"STANDARD\",status=\"FAILED\"} 0\n";
        while get(&server, "/metrics").await.1.contains(none) {
            tokio::time::sleep(SHORT).await;
        }
    };
    soon(limit_reached).await;
    let calls = async {
        for _ in 0..10 {
            assert_eq!(call(&server, "ListStateMachines", b"{}").await.0, 200);
        }
    };
    tokio::time::timeout(AT_ONCE, calls).await.unwrap();
}
