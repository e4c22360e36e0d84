//! Measures states per second over HTTP: this project's server, others, and one that runs nothing, side by side. See
//! README.md.
//!
//! `benches/http/run` installs the other servers and starts this program.

mod client;
mod null;
mod peer;
#[path = "../../../crates/workflow-local/benches/engine/workloads.rs"]
mod workloads;

use std::time::{Duration, Instant};

use client::{Client, Job};
use peer::Peer;
use serde_json::json;
use workloads::Workload;

/// The number of turns of every server.
const ROUNDS: usize = 9;
/// The duration of a turn, if more than one execution fits into it.
const TURN: Duration = Duration::from_millis(100);
/// The maximum time to measure a server with one workload, unless one execution takes longer.
const MOST: Duration = Duration::from_secs(20);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["serve", "null", port] => return null::serve(port.parse().unwrap()),
        ["serve", "workflow-server", port] => return serve(port.parse().unwrap()),
        _ => {}
    }
    let mut peers = vec![Peer::own("workflow-server")];
    let mut wanted = Vec::new();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("--") {
            Some(name) => peers.push(Peer::start(name, &arguments.next().unwrap())),
            None => wanted.push(argument),
        }
    }
    peers.push(Peer::own("null"));
    let clients: Vec<Client> = peers.iter().map(Client::new).collect();
    println!(
        "states/s of the median execution, and the first server's rate as a multiple of it; load average before\n"
    );
    println!("| workload | {} | load |", peers.iter().map(|peer| &*peer.name).collect::<Vec<_>>().join(" | "));
    println!("|{}", " --- |".repeat(peers.len() + 2));
    let mut failures = Vec::new();
    for workload in
        workloads().iter().filter(|workload| wanted.is_empty() || wanted.contains(&workload.name.to_owned()))
    {
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let rates = measure(workload, &clients);
        let ours = rates[0].as_ref().ok().copied();
        let cell = |rate: &Result<f64, String>| match (rate, ours) {
            (Ok(rate), Some(ours)) => {
                format!("{rate:.0} (x {:.*})", if ours / rate < 10.0 { 1 } else { 0 }, ours / rate)
            }
            (Ok(rate), None) => format!("{rate:.0}"),
            (Err(_), _) => "cannot".to_owned(),
        };
        let cells: Vec<String> = rates.iter().map(cell).collect();
        println!("| {} | {} | {} |", workload.name, cells.join(" | "), load.split(' ').next().unwrap_or_default());
        for (peer, rate) in peers.iter().zip(&rates) {
            if let Err(error) = rate {
                failures.push(format!(
                    "{} {}: {}",
                    workload.name,
                    peer.name,
                    error.chars().take(200).collect::<String>()
                ));
            }
        }
    }
    println!("\n{}", failures.join("\n"));
}

/// Returns the engine's workloads, and those that only servers support.
fn workloads() -> Vec<Workload> {
    let small = json!({ "a": 1 });
    let chain = |name, states: usize| Workload {
        name,
        definition: workloads::chain(states),
        input: small.clone(),
        output: small.clone(),
        states: states as u64,
    };
    let mut all = workloads::all();
    all.insert(0, chain("W1", 1));
    all.insert(all.len() - 1, chain("W8", 100));
    let of = all.iter().find(|workload| workload.name == "W9").unwrap();
    let long = Workload { input: of.input.clone(), output: of.output.clone(), ..chain("W9-long", 200) };
    all.extend([chain("W9-small", 20), long]);
    all
}

/// Returns every server's states per second, or why there are none.
fn measure(workload: &Workload, clients: &[Client]) -> Vec<Result<f64, String>> {
    let executions = if workload.name == "W8" { 100 } else { 1 };
    let mut jobs: Vec<Result<Job, String>> =
        clients.iter().map(|client| client.prepare(workload, executions)).collect();
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); clients.len()];
    for round in 0..=ROUNDS {
        for (job, times) in jobs.iter_mut().zip(&mut times) {
            if times.iter().sum::<Duration>() > MOST {
                continue;
            }
            let began = Instant::now();
            while let Ok(ready) = job {
                match ready.run() {
                    // The first round is a warm-up.
                    Ok(took) if round == 0 && took < TURN => break,
                    Ok(took) => times.push(took),
                    Err(error) => *job = Err(error),
                }
                if began.elapsed() >= TURN {
                    break;
                }
            }
        }
    }
    let rate = |(job, mut times): (Result<Job, String>, Vec<Duration>)| {
        job?;
        times.sort();
        Ok((workload.states * executions as u64) as f64 / times[times.len() / 2].as_secs_f64())
    };
    jobs.into_iter().zip(times).map(rate).collect()
}

#[tokio::main]
async fn serve(port: u16) {
    let _server = workflow_server::Server::builder().bind(("127.0.0.1", port)).await.unwrap();
    std::future::pending::<()>().await;
}
