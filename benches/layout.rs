//! Measures the layout of a picture: `cargo bench --package workflow-graph --features layout`.

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Map, Value, json};
use workflow_graph::{Direction, Graph};

/// Returns a machine with this many states: tasks that may fail, choices that skip ahead or go back, parallels.
fn machine(states: usize) -> Value {
    let mut all = Map::new();
    let name = |number: usize| format!("State number {number}");
    let mut number = 0;
    while number < states {
        let next = if number + 1 < states { name(number + 1) } else { "Done".to_owned() };
        let state = match number % 10 {
            3 => json!({"Type": "Choice", "Default": next, "Choices": [
                {"Variable": "$.again", "BooleanEquals": true, "Next": name(number.saturating_sub(3))},
                {"Variable": "$.skip", "NumericGreaterThan": 3, "Next": name((number + 4).min(states - 1))}]}),
            6 => json!({"Type": "Wait", "Seconds": 5, "Next": next}),
            _ => json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": next,
                "Retry": [{"ErrorEquals": ["Lambda.TooManyRequestsException"]}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]}),
        };
        all.insert(name(number), state);
        number += 1;
    }
    all.insert("Done".to_owned(), json!({"Type": "Succeed"}));
    all.insert("Failed".to_owned(), json!({"Type": "Fail"}));
    json!({"StartAt": name(0), "States": all})
}

fn layout(criterion: &mut Criterion) {
    for states in [100, 1000] {
        let graph = Graph::of_definition(&machine(states));
        criterion.bench_function(&format!("layout of {states} states"), |bench| {
            bench.iter(|| graph.layout(Direction::TopDown));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = layout
}
criterion_main!(benches);
