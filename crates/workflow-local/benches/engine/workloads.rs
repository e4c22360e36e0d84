//! The workloads: a machine, its input, its output, and how many states (or items) one execution is.

use serde_json::{Value, json};

/// What one execution does.
pub(crate) struct Workload {
    /// `W3` and the like.
    pub(crate) name: &'static str,
    /// The machine.
    pub(crate) definition: Value,
    /// What an execution starts with.
    pub(crate) input: Value,
    /// What it must end with.
    pub(crate) output: Value,
    /// States that are entered; of the map, its items.
    pub(crate) states: u64,
}

/// How far the loops count.
const COUNT: u64 = 1_000;

/// Returns a chain of 100; a loop in JSONPath; one in JSONata; a map; parallels in parallels; 200 kB through 20 states.
pub(crate) fn all() -> Vec<Workload> {
    let counted = json!({ "n": COUNT });
    let small = json!({ "a": 1 });
    let items: Value = (0..COUNT).collect();
    let rows: Value = (0..2_000).map(|id| json!({ "id": id, "name": "x".repeat(80) })).collect();
    let blob = json!({ "rows": rows });
    let workload = |name, definition, input: &Value, output: &Value, states| Workload {
        name,
        definition,
        input: input.clone(),
        output: output.clone(),
        states,
    };
    let tens = |of: &Value| Value::Array(vec![of.clone(); 10]);
    vec![
        workload("W2", chain(100), &small, &small, 100),
        workload("W3", loop_in_jsonpath(), &json!({ "n": 0 }), &counted, 2 * COUNT + 2),
        workload("W4", loop_in_jsonata(), &json!({}), &counted, 2 * COUNT + 3),
        workload("W5", map(), &json!({ "items": items }), &items, COUNT),
        workload("W6", parallels(), &small, &tens(&tens(&small)), 111),
        workload("W9", chain(20), &blob, &blob, 20),
    ]
}

/// Maps over lists of two lengths whose selectors read the list: what an item costs must not depend on the list.
#[allow(dead_code, reason = "each benchmark takes what it needs")]
pub(crate) fn lists() -> Vec<Workload> {
    let list = |name, count: u64, selector: &str, value: &str| {
        let mut definition = map();
        let state = &mut definition["States"]["M"];
        match selector {
            "$states" => {
                definition["QueryLanguage"] = json!("JSONata");
                let state = &mut definition["States"]["M"];
                state["Items"] = json!("{% $states.input.items %}");
                state.as_object_mut().unwrap().remove("ItemsPath");
                state["ItemSelector"] =
                    json!({ "of": format!("{{% {value} %}}"), "item": "{% $states.context.Map.Item.Value %}" });
            }
            _ => state["ItemSelector"] = json!({ "of.$": value, "item.$": "$$.Map.Item.Value" }),
        }
        let output = (0..count).map(|item| json!({ "of": "x", "item": item })).collect();
        let input = json!({ "items": (0..count).collect::<Value>(), "of": "x" });
        Workload { name, definition, input, output, states: count }
    };
    vec![
        list("selector-250", 250, "$", "$.of"),
        list("selector-1000", 1_000, "$", "$.of"),
        list("jsonata-selector-250", 250, "$states", "$states.input.of"),
        list("jsonata-selector-1000", 1_000, "$states", "$states.input.of"),
    ]
}

/// So many Pass states, one after the other.
pub(crate) fn chain(states: usize) -> Value {
    let state = |i: usize| {
        let mut state = json!({ "Type": "Pass" });
        match i == states {
            true => state["End"] = json!(true),
            false => state["Next"] = json!(format!("S{}", i + 1)),
        }
        (format!("S{i}"), state)
    };
    json!({ "StartAt": "S1", "States": (1..=states).map(state).collect::<serde_json::Map<_, _>>() })
}

fn loop_in_jsonpath() -> Value {
    json!({ "StartAt": "Check", "States": {
        "Check": { "Type": "Choice", "Default": "Done", "Choices": [
            { "Variable": "$.n", "NumericLessThan": COUNT, "Next": "Inc" }] },
        "Inc": { "Type": "Pass", "Parameters": { "n.$": "States.MathAdd($.n, 1)" }, "Next": "Check" },
        "Done": { "Type": "Succeed" } } })
}

fn loop_in_jsonata() -> Value {
    json!({ "QueryLanguage": "JSONata", "StartAt": "Init", "States": {
        "Init": { "Type": "Pass", "Assign": { "n": 0 }, "Next": "Check" },
        "Check": { "Type": "Choice", "Default": "Done", "Choices": [
            { "Condition": format!("{{% $n < {COUNT} %}}"), "Next": "Inc" }] },
        "Inc": { "Type": "Pass", "Assign": { "n": "{% $n + 1 %}" }, "Next": "Check" },
        "Done": { "Type": "Pass", "Output": { "n": "{% $n %}" }, "End": true } } })
}

fn leaf(name: &str) -> Value {
    json!({ "StartAt": name, "States": { name: { "Type": "Pass", "End": true } } })
}

/// Returns a map whose iterations are one Pass state.
pub(crate) fn map() -> Value {
    let mut processor = leaf("P");
    processor["ProcessorConfig"] = json!({ "Mode": "INLINE" });
    json!({ "StartAt": "M", "States": {
        "M": { "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "End": true } } })
}

fn parallels() -> Value {
    let ten = |branch: &dyn Fn(usize) -> Value| {
        let branches: Value = (0..10).map(branch).collect();
        json!({ "Type": "Parallel", "Branches": branches, "End": true })
    };
    let inner = |i: usize| {
        let name = format!("I{i}");
        json!({ "StartAt": name, "States": { &name: ten(&|j| leaf(&format!("P{i}_{j}"))) } })
    };
    json!({ "StartAt": "Outer", "States": { "Outer": ten(&inner) } })
}
