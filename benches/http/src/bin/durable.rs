//! Measures the start-up time of a server, its idle memory, and how many executions 64 clients start per second, with
//! and without data on disk.
//!
//! `durable PROGRAM [SECONDS]`: PROGRAM is a release build of `cargo-workflow`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serving::{Serving, call};

#[path = "../serving.rs"]
mod serving;

const CLIENTS: usize = 64;
const MACHINE: &str = r#"{"name":"M","roleArn":"arn:aws:iam::123456789012:role/r","definition":"{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true}}}"}"#;

fn rate(serving: &Serving, seconds: u64) -> f64 {
    assert!(call(&mut serving.connect(), "CreateStateMachine", MACHINE).is_some(), "the state machine is made");
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
                    assert!(call(&mut connection, "StartExecution", &body).is_some(), "an execution starts");
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
    let mut starts: Vec<_> = (0..9).map(|_| Serving::new(&program, &[])).map(|serving| serving.took).collect();
    starts.sort();
    println!(
        "start-up, median of 9: {:.1} ms, least {:.1} ms",
        starts[4].as_secs_f64() * 1e3,
        starts[0].as_secs_f64() * 1e3
    );
    let serving = Serving::new(&program, &[]);
    std::thread::sleep(Duration::from_millis(500));
    println!("idle memory: {:.1} MiB", serving.memory());
    println!("starts a second, {CLIENTS} clients, in memory: {:.0}", rate(&serving, seconds));
    println!("memory then: {:.1} MiB", serving.memory());
    drop(serving);
    let folder = std::env::temp_dir().join(format!("workflow-durable-{}", std::process::id()));
    let data = ["--data", folder.to_str().expect("a path")];
    let serving = Serving::new(&program, &data);
    println!("starts a second, {CLIENTS} clients, on disk: {:.0}", rate(&serving, seconds));
    drop(serving);
    let serving = Serving::new(&program, &data);
    println!("start-up with what that left: {:.1} ms", serving.took.as_secs_f64() * 1e3);
    drop(serving);
    let _ = std::fs::remove_dir_all(folder);
}
