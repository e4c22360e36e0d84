//! Starts a server, and tells how long that takes, what memory it needs idle, and how many executions 64 clients start a
//! second, with data on disk and without.
//!
//! `durable PROGRAM [SECONDS]`: PROGRAM is `cargo-workflow`, built in release.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const CLIENTS: usize = 64;
const MACHINE: &str = r#"{"name":"M","roleArn":"arn:aws:iam::123456789012:role/r","definition":"{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true}}}"}"#;

struct Serving {
    process: Child,
    address: String,
    took: Duration,
}

impl Serving {
    fn new(program: &str, data: Option<&Path>) -> Self {
        let mut command = Command::new(program);
        command.args(["workflow", "serve", "--port", "0"]);
        if let Some(data) = data {
            command.arg("--data").arg(data);
        }
        let began = Instant::now();
        let mut process = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("it prints")).read_line(&mut line).expect("it prints");
        let took = began.elapsed();
        let address = line.trim().strip_prefix("listening on http://").expect("it listens").to_owned();
        Self { process, address, took }
    }

    /// Resident memory in KiB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
    }

    fn connect(&self) -> BufReader<TcpStream> {
        let stream = TcpStream::connect(&self.address).expect("it accepts");
        stream.set_nodelay(true).expect("a setting");
        BufReader::new(stream)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a request on a connection, and tells whether it was carried out.
fn call(connection: &mut BufReader<TcpStream>, operation: &str, body: &str) -> bool {
    let request = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSStepFunctions.{operation}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    if connection.get_mut().write_all(request.as_bytes()).is_err() {
        return false;
    }
    let (mut first, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if connection.read_line(&mut line).unwrap_or(0) == 0 {
            return false;
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some(told) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = told.trim().parse().unwrap_or(0);
        }
        if first.is_empty() {
            first = line;
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).is_ok() && first.contains(" 200 ")
}

fn rate(serving: &Serving, seconds: u64) -> f64 {
    assert!(call(&mut serving.connect(), "CreateStateMachine", MACHINE), "the state machine is made");
    let started = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let until = began + Duration::from_secs(seconds);
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let started = Arc::clone(&started);
            let mut connection = serving.connect();
            scope.spawn(move || {
                let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:M";
                for number in 0_u64.. {
                    if Instant::now() >= until {
                        return;
                    }
                    let body =
                        format!(r#"{{"stateMachineArn":"{machine}","name":"c{client}-{number}","input":"{{}}"}}"#);
                    assert!(call(&mut connection, "StartExecution", &body), "an execution starts");
                    started.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    started.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64()
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().expect("the path of cargo-workflow");
    let seconds = arguments.next().and_then(|seconds| seconds.parse().ok()).unwrap_or(5);
    let mut starts: Vec<_> = (0..9).map(|_| Serving::new(&program, None)).map(|serving| serving.took).collect();
    starts.sort();
    println!(
        "start-up, median of 9: {:.1} ms, least {:.1} ms",
        starts[4].as_secs_f64() * 1e3,
        starts[0].as_secs_f64() * 1e3
    );
    let serving = Serving::new(&program, None);
    std::thread::sleep(Duration::from_millis(500));
    println!("idle memory: {:.1} MiB", serving.memory() as f64 / 1024.0);
    println!("starts a second, {CLIENTS} clients, in memory: {:.0}", rate(&serving, seconds));
    println!("memory then: {:.1} MiB", serving.memory() as f64 / 1024.0);
    drop(serving);
    let folder = std::env::temp_dir().join(format!("workflow-durable-{}", std::process::id()));
    let serving = Serving::new(&program, Some(&folder));
    println!("starts a second, {CLIENTS} clients, on disk: {:.0}", rate(&serving, seconds));
    drop(serving);
    let serving = Serving::new(&program, Some(&folder));
    println!("start-up with what that left: {:.1} ms", serving.took.as_secs_f64() * 1e3);
    drop(serving);
    let _ = std::fs::remove_dir_all(folder);
}
