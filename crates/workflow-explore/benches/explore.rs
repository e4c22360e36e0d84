//! Measures executions per second and the states that the search stores: `cargo bench -p workflow-explore`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};
use workflow_explore::Explorer;
use workflow_local::Engine;

/// Returns a chain of tasks, each with a retrier and a catcher.
fn chain(tasks: usize) -> Value {
    let mut states = serde_json::Map::new();
    for number in 0..tasks {
        let next = if number + 1 == tasks { "Done".to_owned() } else { format!("S{}", number + 1) };
        states.insert(
            format!("S{number}"),
            json!({
                "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "ResultPath": null,
                "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": 2 }],
                "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": next }],
                "Next": next,
            }),
        );
    }
    states.insert("Done".to_owned(), json!({ "Type": "Succeed" }));
    json!({ "StartAt": "S0", "States": states })
}

/// Returns a parallel of branches of two tasks each.
fn parallel(branches: usize) -> Value {
    let task = |next: Value| {
        let mut task = json!({ "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f" });
        for (name, value) in next.as_object().into_iter().flatten() {
            task[name] = value.clone();
        }
        task
    };
    let branch = |number: usize| {
        let (first, second) = (format!("A{number}"), format!("B{number}"));
        json!({ "StartAt": first, "States": {
            first.clone(): task(json!({ "Next": second })), second.clone(): task(json!({ "End": true })),
        } })
    };
    let branches: Vec<_> = (0..branches).map(branch).collect();
    json!({ "StartAt": "All", "States": {
        "All": { "Type": "Parallel", "Branches": branches, "Next": "Done",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Failed" }] },
        "Done": { "Type": "Succeed" },
        "Failed": { "Type": "Fail", "Error": "ItFailed" },
    } })
}

fn explore(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("executions");
    group.sample_size(10);
    for (name, definition, faults) in [
        ("chain of 3", chain(3), 2),
        ("chain of 8", chain(8), 2),
        ("chain of 8, 3 faults", chain(8), 3),
        ("4 branches", parallel(4), 2),
    ] {
        let Ok(engine) = Engine::new(&definition) else { continue };
        for merged in [true, false] {
            let Ok(explorer) = Explorer::new(&engine) else { continue };
            let explorer = explorer.faults(faults).executions(20_000);
            let explorer = if merged { explorer } else { explorer.without_reductions() };
            let Ok(report) = explorer.explore() else { continue };
            group.throughput(Throughput::Elements(report.executions));
            let which = if merged { "merged" } else { "plain" };
            println!(
                "{name}, {which}: {} executions, {} ways, {} states",
                report.executions, report.ways, report.states
            );
            group.bench_function(BenchmarkId::new(name, which), |bencher| bencher.iter(|| explorer.explore().is_ok()));
        }
    }
}

/// Returns the peak memory of the process in bytes, if the system reports it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// Prints the memory of each state of an execution, for growing budgets. Run it alone: `-- memory`.
fn memory(_: &mut Criterion) {
    let Ok(engine) = Engine::new(&parallel(7)) else { return };
    for executions in [10_000, 20_000, 40_000, 80_000] {
        let (Ok(explorer), Some(before)) = (Explorer::new(&engine), peak()) else { return };
        let Ok(report) = explorer.executions(executions).explore() else { return };
        let grown = peak().unwrap_or(before);
        let states = report.states.max(1);
        println!(
            "memory, {} executions: {} states, {} MB at most, {} bytes a state",
            report.executions,
            report.states,
            grown / 1_000_000,
            grown / states
        );
    }
}

criterion_group!(benches, memory, explore);
criterion_main!(benches);
