//! Tests reading, checking, writing and drawing with arbitrary JSON: mutated definitions and very long ones.

use serde_json::{Map, Value, json};
use workflow_asl::document::MachineType;
use workflow_asl::{Diagnostic, StateMachine, rules};

/// A generator of numbers that is the same on every run (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) >> 1).unwrap_or(0) % bound.max(1)
    }
}

fn everything() -> Value {
    json!({"Comment": "c", "StartAt": "T", "TimeoutSeconds": 60, "States": {
        "T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f", "a.$": "States.Format('{}', $.x)", "b": [{"c.$": "$$.Execution.Id"}]},
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "BackoffRate": 1.5, "JitterStrategy": "FULL"}],
            "Catch": [{"ErrorEquals": ["E"], "ResultPath": "$.e", "Next": "F"}], "Assign": {"v.$": "$.y"}, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"And": [{"Variable": "$.x", "IsPresent": true}, {"Not": {"Variable": "$v", "StringMatches": "a*"}}], "Next": "W"}], "Default": "P"},
        "W": {"Type": "Wait", "Timestamp": "2024-01-01T00:00:00Z", "Next": "J"},
        "J": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.x[y > 1] %}", "Next": "P"},
        "P": {"Type": "Parallel", "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1, "End": true}}}], "Next": "M"},
        "M": {"Type": "Map", "ItemsPath": "$.items", "Label": "l", "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b"}, "ReaderConfig": {"InputType": "JSON", "MaxItems": 3}},
            "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"x.$": "$.y"}},
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "I", "States": {"I": {"Type": "Succeed"}}},
            "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}}, "End": true},
        "F": {"Type": "Fail", "Error": "E", "CausePath": "$.e.Cause"}}})
}

/// Every string of the document, keys included, to put in other places.
fn strings(value: &Value, all: &mut Vec<String>) {
    match value {
        Value::String(text) => all.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, all)),
        Value::Object(members) => {
            for (key, value) in members {
                all.push(key.clone());
                strings(value, all);
            }
        }
        _ => {}
    }
}

/// Some other value, often one that is right elsewhere.
fn other(numbers: &mut Numbers, words: &[String]) -> Value {
    match numbers.below(9) {
        0 => Value::Null,
        1 => json!(numbers.below(2) == 0),
        2 => json!(numbers.below(1 << 40)),
        3 => json!(-1.5),
        4 => json!([]),
        5 => json!({}),
        6 => json!(["${X}", 1, {"a.$": "{% $ %}"}]),
        _ => {
            let word = words.get(numbers.below(words.len())).cloned().unwrap_or_default();
            let end = (0..=numbers.below(word.len() + 1)).rev().find(|end| word.is_char_boundary(*end)).unwrap_or(0);
            word.get(..end).unwrap_or_default().into()
        }
    }
}

/// Changes one value or key somewhere inside.
fn mutate(value: &mut Value, numbers: &mut Numbers, words: &[String]) {
    let inside = numbers.below(6) > 0;
    match value {
        Value::Object(members) if inside && !members.is_empty() => {
            let place = numbers.below(members.len());
            match numbers.below(8) {
                0 => {
                    let key = members.keys().nth(place).cloned().unwrap_or_default();
                    members.shift_remove(&key);
                }
                1 => {
                    let key = words.get(numbers.below(words.len())).cloned().unwrap_or_default();
                    members.insert(key, other(numbers, words));
                }
                2 => {
                    let renamed: Map<_, _> = std::mem::take(members)
                        .into_iter()
                        .enumerate()
                        .map(|(i, (key, value))| (if i == place { format!("{key}.$") } else { key }, value))
                        .collect();
                    *members = renamed;
                }
                _ => {
                    if let Some(member) = members.values_mut().nth(place) {
                        mutate(member, numbers, words);
                    }
                }
            }
        }
        Value::Array(items) if inside && !items.is_empty() => {
            let place = numbers.below(items.len());
            if let Some(item) = items.get_mut(place) {
                mutate(item, numbers, words);
            }
        }
        value => *value = other(numbers, words),
    }
}

#[test]
fn nothing_panics_and_nothing_is_lost() {
    let original = everything();
    let (_, found) = StateMachine::read(&original);
    assert_eq!(found, []);
    let mut words = Vec::new();
    strings(&original, &mut words);
    let mut numbers = Numbers(2024);
    for _ in 0..if crate::is_thorough() { 3000 } else { 800 } {
        let mut definition = original.clone();
        for _ in 0..=numbers.below(4) {
            mutate(&mut definition, &mut numbers, &words);
        }
        let (machine, _) = StateMachine::read(&definition);
        assert_eq!(machine.write(), definition);
        rules::check(&machine, MachineType::Express);
        let (machine, found) = rules::check_to_run(&definition, MachineType::Express);
        assert_eq!(machine.is_none(), found.iter().any(Diagnostic::prevents_running), "{definition}");
    }
}

/// A chain of tasks with retriers, choices and catchers.
fn long(states: usize) -> Value {
    let mut all = Map::new();
    for i in 0..states {
        let next = if i + 1 == states { "end".to_owned() } else { format!("s{}", i + 1) };
        let state = match i % 3 {
            0 => {
                json!({"Type": "Choice", "Choices": [{"Variable": "$.x", "NumericEquals": 1, "Next": next}], "Default": next})
            }
            1 => {
                json!({"Type": "Pass", "Parameters": {"a.$": "$.w.y"}, "ResultPath": "$.p", "Assign": {"v.$": "$.a"}, "Next": next})
            }
            _ => {
                json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f", "Payload.$": "$"}, "ResultPath": "$.r", "Next": next,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "end"}]})
            }
        };
        all.insert(format!("s{i}"), state);
    }
    all.insert("end".to_owned(), json!({"Type": "Succeed"}));
    json!({"StartAt": "s0", "States": all})
}

#[test]
fn long_documents_are_checked_whole() {
    let mut definition = long(1500);
    assert_eq!(rules::check_definition(&definition, MachineType::Standard), []);
    for (i, (_, state)) in definition["States"].as_object_mut().into_iter().flatten().enumerate() {
        state["Next"] = json!(format!("unknown {i}"));
        state["Field"] = json!(1);
    }
    let found = rules::check_definition(&definition, MachineType::Standard);
    let fields = found.iter().filter(|found| found.message() == "field `Field` is not supported");
    assert_eq!(fields.count(), 1501);
}
