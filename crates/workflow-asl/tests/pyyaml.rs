//! Tests that YAML is read as PyYAML reads it, which SAM and the AWS CLI use. `pyyaml.py` writes PyYAML's results.

use serde_json::Value;
use workflow_asl::source::{Format, Source};

/// What PyYAML refuses and libyaml reads: a tab as a blank.
fn is_looser(text: &str) -> bool {
    text.contains('\t')
}

#[test]
fn yaml_is_read_as_pyyaml_reads_it() {
    let cases: Vec<(String, Option<Value>)> = serde_json::from_str(include_str!("pyyaml.json")).unwrap();
    assert!(cases.len() > 200 && cases.iter().filter(|case| case.1.is_some()).count() > 100);
    for (text, expected) in &cases {
        match (Source::read_repeated(text.as_bytes(), Format::Yaml), expected) {
            (Ok(source), Some(expected)) => assert!(alike(source.value(), &expected["value"]), "{text}\n{source:?}"),
            (Err(error), Some(_)) => panic!("{error}\n{text}"),
            (Ok(source), None) => assert!(is_looser(text), "{text}\n{source:?}"),
            (Err(_), None) => {}
        }
    }
}

/// Whether they are equal, numbers by their value.
fn alike(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) => ours.as_f64() == theirs.as_f64(),
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| alike(ours, theirs))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(key, value)| theirs.get(key).is_some_and(|other| alike(value, other)))
        }
        _ => ours == theirs,
    }
}
