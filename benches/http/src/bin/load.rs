//! Measures how large numbers affect other executions: executions, connections, loops, tasks that never end, ended
//! executions, long lists, and a restart with all of them.
//!
//! `load PROGRAM`: PROGRAM is a release build of `cargo-workflow`. A latency is that of a short execution, from its
//! start until a description says that it has ended: the median and the 99th of 100.

use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use serving::{Serving, call};

#[path = "../serving.rs"]
mod serving;

const PREFIX: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:";

type Connection = BufReader<TcpStream>;

fn ok(connection: &mut Connection, operation: &str, body: &Value) -> Value {
    let answer = call(connection, operation, &body.to_string()).expect("it is carried out");
    serde_json::from_slice(&answer).expect("it is JSON")
}

fn machine(connection: &mut Connection, name: &str, states: Value) {
    let definition = json!({"StartAt": "A", "States": states}).to_string();
    let body = json!({"name": name, "roleArn": "arn:aws:iam::123456789012:role/r", "definition": definition});
    ok(connection, "CreateStateMachine", &body);
}

fn start(connection: &mut Connection, name: &str, input: &str) -> Value {
    let started = json!({"stateMachineArn": format!("{PREFIX}{name}"), "input": input});
    ok(connection, "StartExecution", &started)["executionArn"].clone()
}

fn is_running(connection: &mut Connection, execution: &Value) -> bool {
    ok(connection, "DescribeExecution", &json!({"executionArn": execution}))["status"] == "RUNNING"
}

/// Returns the median latency of a short execution, and the 99th of 100, in milliseconds.
fn latency(connection: &mut Connection) -> String {
    let mut took: Vec<_> = (0..100)
        .map(|_| {
            let began = Instant::now();
            let execution = start(connection, "Short", "{}");
            while is_running(connection, &execution) {}
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    took.sort_by(f64::total_cmp);
    format!("{:.2} ms, 99th {:.2} ms", took[50], took[98])
}

fn serving(program: &str, options: &[&str]) -> (Serving, Connection) {
    let serving = Serving::new(program, options);
    let mut connection = serving.connect();
    machine(&mut connection, "Short", json!({"A": {"Type": "Pass", "End": true}}));
    (serving, connection)
}

fn executions(program: &str) {
    let (serving, mut connection) = serving(program, &[]);
    println!("alone: {}", latency(&mut connection));
    machine(&mut connection, "Wait", json!({"A": {"Type": "Wait", "Seconds": 3, "End": true}}));
    let began = Instant::now();
    let all: Vec<_> = (0..1000).map(|_| start(&mut connection, "Wait", "{}")).collect();
    println!("beside 1,000 executions that wait: {}", latency(&mut connection));
    while all.iter().any(|execution| is_running(&mut connection, execution)) {}
    println!("1,000 executions of 3 s, started and ended: {:.2} s", began.elapsed().as_secs_f64());
    println!("memory then: {:.1} MiB", serving.memory());
}

fn connections(program: &str) {
    let (serving, mut connection) = serving(program, &[]);
    let mut held = Vec::new();
    for number in 0..1200 {
        let mut stream = TcpStream::connect(&serving.address).expect("it accepts");
        if number % 6 == 0 {
            let begun = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"a";
            stream.write_all(begun).expect("it reads");
        }
        held.push(stream);
    }
    println!("beside 1,000 idle and 200 slow connections: {}", latency(&mut connection));
    println!("memory then: {:.1} MiB", serving.memory());
}

fn loops(program: &str) {
    let (_serving, mut connection) = serving(program, &[]);
    let states = json!({"A": {"Type": "Pass", "Next": "B"}, "B": {
        "Type": "Choice", "Choices": [{"Variable": "$.n", "NumericLessThan": 0, "Next": "C"}], "Default": "A"
    }, "C": {"Type": "Succeed"}});
    machine(&mut connection, "Endless", states);
    // Each ends when its history is full.
    for _ in 0..100 {
        start(&mut connection, "Endless", r#"{"n": 0}"#);
    }
    println!("beside 100 endless loops: {}", latency(&mut connection));
}

fn stuck(program: &str) {
    let functions = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", functions.local_addr().expect("an address"));
    // It accepts calls but never answers.
    std::thread::spawn(move || functions.incoming().collect::<Vec<_>>());
    let (serving, mut connection) = serving(program, &["--lambda-endpoint", &url]);
    let task = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true});
    machine(&mut connection, "Stuck", json!({"A": task}));
    for _ in 0..600 {
        start(&mut connection, "Stuck", "{}");
    }
    println!("beside 600 tasks that are never answered: {}", latency(&mut connection));
    println!("memory then: {:.1} MiB", serving.memory());
}

fn ended(program: &str) {
    let (serving, mut connection) = serving(program, &["--retain-count", "1000"]);
    let began = Instant::now();
    for count in 1..=100_000 {
        start(&mut connection, "Short", "{}");
        if [10_000, 50_000, 100_000].contains(&count) {
            println!("{count} executions, 1,000 of them kept: {:.1} MiB", serving.memory());
        }
    }
    println!("a second, from one client: {:.0}", 100_000.0 / began.elapsed().as_secs_f64());
}

fn lists(program: &str) {
    let (serving, mut connection) = serving(program, &["--retain-count", "200000"]);
    for _ in 0..101_000 {
        start(&mut connection, "Short", "{}");
    }
    println!("101,000 executions kept: {:.1} MiB", serving.memory());
    let mut page = |token: &Value| {
        let list = json!({
            "stateMachineArn": format!("{PREFIX}Short"), "statusFilter": "SUCCEEDED", "maxResults": 1000, "nextToken": token,
        });
        let began = Instant::now();
        let answer = ok(&mut connection, "ListExecutions", &list);
        (answer["nextToken"].clone(), began.elapsed().as_secs_f64() * 1e3)
    };
    let (mut token, mut took) = (Value::Null, Vec::new());
    for _ in 0..=100 {
        let (next, time) = page(&token);
        token = next;
        took.push(time);
    }
    let median = |times: &[f64]| {
        let mut times = times.to_vec();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    println!("a page of 1,000, median of the first 9: {:.2} ms", median(&took[..9]));
    println!("a page of 1,000, median of 9 from 92,000 on: {:.2} ms", median(&took[92..]));
}

fn restart(program: &str) {
    let folder = std::env::temp_dir().join(format!("workflow-load-{}", std::process::id()));
    let data = ["--data", folder.to_str().expect("a path")];
    let (server, mut connection) = serving(program, &data);
    machine(&mut connection, "Wait", json!({"A": {"Type": "Wait", "Seconds": 3600, "End": true}}));
    std::thread::scope(|scope| {
        for client in 0..11 {
            let mut connection = server.connect();
            let name = if client == 0 { "Wait" } else { "Short" };
            scope.spawn(move || (0..1000).for_each(|_| drop(start(&mut connection, name, "{}"))));
        }
    });
    std::thread::sleep(Duration::from_secs(1));
    // It is killed.
    drop(server);
    let server = Serving::new(program, &data);
    println!("restart with 10,000 executions that ended and 1,000 that run: {:.0} ms", server.took.as_secs_f64() * 1e3);
    println!("memory then: {:.1} MiB", server.memory());
    let mut connection = server.connect();
    let list = json!({"stateMachineArn": format!("{PREFIX}Wait"), "statusFilter": "RUNNING", "maxResults": 1000});
    let running = ok(&mut connection, "ListExecutions", &list)["executions"].as_array().map_or(0, Vec::len);
    assert_eq!(running, 1000, "executions that run");
    drop(server);
    let _ = std::fs::remove_dir_all(folder);
}

fn main() {
    let program = std::env::args().nth(1).expect("the path of cargo-workflow");
    for part in [executions, connections, loops, stuck, ended, lists, restart] {
        part(&program);
    }
}
