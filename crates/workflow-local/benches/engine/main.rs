//! States per second of the engine in this process, beside the floor: what the cheapest
//! thinkable interpreter of W3 does, which keeps the same two history events a state.
//!
//! `cargo bench -p workflow-local --bench engine`; criterion prints states as `elem/s`.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

mod workloads;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};
use workflow_local::Engine;

criterion_group!(benches, speed, growth);
criterion_main!(benches);

fn speed(criterion: &mut Criterion) {
    for workload in workloads::all() {
        let mut group = criterion.benchmark_group(workload.name);
        group.throughput(Throughput::Elements(workload.states));
        let engine = Engine::new(&workload.definition).unwrap();
        let execution = engine.run(&workload.input).unwrap();
        assert_eq!(execution.output().unwrap().value(), &workload.output);
        group.bench_function("engine", |bencher| bencher.iter(|| engine.run(black_box(&workload.input)).unwrap()));
        if workload.name == "W3" {
            assert_eq!(floor().len() as u64, 2 * workload.states - 3);
            group.bench_function("floor", |bencher| bencher.iter(floor));
        }
        group.finish();
    }
}

/// How cost grows: by the number of states, of items, of bytes. The rates of a group should be alike.
fn growth(criterion: &mut Criterion) {
    let mut chains = criterion.benchmark_group("chain");
    for states in [10, 100, 1_000, 10_000] {
        chains.throughput(Throughput::Elements(states as u64));
        let engine = Engine::new(&workloads::chain(states)).unwrap();
        chains.bench_function(states.to_string(), |bencher| bencher.iter(|| engine.run(&json!({ "a": 1 })).unwrap()));
    }
    chains.finish();
    let mut maps = criterion.benchmark_group("map");
    let engine = Engine::new(&workloads::map()).unwrap();
    for items in [10_u64, 100, 1_000, 5_000] {
        maps.throughput(Throughput::Elements(items));
        let input = json!({ "items": (0..items).collect::<Value>() });
        maps.bench_function(items.to_string(), |bencher| bencher.iter(|| engine.run(&input).unwrap()));
    }
    maps.finish();
    let mut selectors = criterion.benchmark_group("map with selector");
    let mut definition = workloads::map();
    definition["States"]["M"]["ItemSelector"] = json!({ "item.$": "$$.Map.Item.Value" });
    let engine = Engine::new(&definition).unwrap();
    for items in [10_u64, 100, 1_000, 5_000] {
        selectors.throughput(Throughput::Elements(items));
        let input = json!({ "items": (0..items).collect::<Value>() });
        selectors.bench_function(items.to_string(), |bencher| bencher.iter(|| engine.run(&input).unwrap()));
    }
    selectors.finish();
    let mut bytes = criterion.benchmark_group("bytes");
    // As many states as hide what reading and copying the input costs.
    let engine = Engine::new(&workloads::chain(10_000)).unwrap();
    bytes.throughput(Throughput::Elements(10_000));
    for size in [10, 1_000, 200_000] {
        let input = json!({ "text": "x".repeat(size) });
        bytes.bench_function(size.to_string(), |bencher| bencher.iter(|| engine.run(&input).unwrap()));
    }
    bytes.finish();
}

/// W3 by a loop that looks states up by name, copies the value that it changes, and keeps for each
/// state what was entered and what left it.
#[allow(clippy::disallowed_types, reason = "the floor is what is cheapest, and its order does not show")]
fn floor() -> Vec<(u64, String, Value)> {
    let states = std::collections::HashMap::from([("Check".to_owned(), 0), ("Inc".to_owned(), 1)]);
    let mut history = Vec::new();
    let mut value = json!({ "n": 0 });
    let mut at = "Check".to_owned();
    loop {
        history.push((history.len() as u64, at.clone(), value.clone()));
        let count = value.get("n").and_then(Value::as_i64).unwrap();
        if states[&at] == 1 {
            let mut changed = value.clone();
            changed["n"] = json!(count + 1);
            value = changed;
            at = "Check".to_owned();
        } else if count < 1_000 {
            at = "Inc".to_owned();
        } else {
            return history;
        }
        history.push((history.len() as u64, at.clone(), value.clone()));
    }
}
