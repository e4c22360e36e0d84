//! Instructions per state, counted by callgrind, which repeat exactly however busy the machine is.
//!
//! `cargo bench -p workflow-local --bench instructions`, with Valgrind on the path. Each workload runs under it twice,
//! for 1 and for 5 executions; the difference is what four cost, without the start of the process.
//! `… -- W3 5` runs 5 executions of W3 and nothing else, for a profile.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

#[path = "../engine/workloads.rs"]
mod workloads;

use std::env;
use std::process::Command;

use workflow_local::Engine;
use workloads::Workload;

fn main() {
    // `cargo bench` gives `--bench` too.
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let workloads: Vec<Workload> = workloads::all().into_iter().chain(workloads::lists()).collect();
    if let [name, times] = arguments.as_slice() {
        let workload = workloads.iter().find(|workload| workload.name == name).unwrap();
        return run(workload, times.parse().unwrap());
    }
    println!("{:<22} {:>10} {:>16}", "workload", "states", "instructions each");
    for workload in workloads.iter().filter(|workload| arguments.is_empty() || arguments[0] == workload.name) {
        let (one, five) = (count(workload, 1), count(workload, 5));
        println!("{:<22} {:>10} {:>16}", workload.name, workload.states, (five - one) / 4 / workload.states);
    }
}

fn run(workload: &Workload, times: u32) {
    let engine = Engine::new(&workload.definition).unwrap();
    let execution = engine.run(&workload.input).unwrap();
    assert_eq!(execution.output().unwrap().value(), &workload.output);
    for _ in 1..times {
        engine.run(&workload.input).unwrap().assert_succeeded();
    }
}

/// Instructions of a process of its own.
fn count(workload: &Workload, times: u32) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().unwrap())
        .args([workload.name, &times.to_string()])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let collected = told.lines().find_map(|line| line.split_once("Collected :")).unwrap().1;
    collected.trim().parse().unwrap()
}
