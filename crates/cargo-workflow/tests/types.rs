//! Tests that the readers of `cargo workflow types`' output, JSON Schema, tsc and pydantic, accept exactly what serde
//! accepts.

#[path = "files/contract.rs"]
mod contract;
use crate::tools;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};
use tools::{folder, stdout, tool, workflow};

/// Numbers that look random but are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        // xorshift64
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        let at = self.below(of.len());
        of[at].clone()
    }
}

/// The fault of a value, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// A member is missing, or has another kind.
    Form,
    /// A number has a fraction or is out of range, which TypeScript does not detect.
    Number,
}

/// Generates values of a schema, some of them with one fault.
struct Values<'s> {
    random: Random,
    schema: &'s Value,
    fault: Fault,
    /// The number of positions until the fault is inserted.
    until: usize,
    /// Whether the next value may also be null.
    nullable: bool,
}

impl Values<'_> {
    fn any(&mut self) -> Value {
        self.random.one(&[
            json!(null),
            json!(1.5),
            json!("x"),
            json!([1, {"a": null}]),
            json!({"b": [true]}),
            json!(-3),
        ])
    }

    fn of(&mut self, schema: &Value) -> Value {
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            let of = self.schema.pointer(name.trim_start_matches('#')).unwrap().clone();
            return self.of(&of);
        }
        if let Some(all) = schema.get("anyOf").and_then(Value::as_array) {
            let one = self.random.one(all);
            self.nullable = true;
            return self.of(&one);
        }
        let nullable = std::mem::take(&mut self.nullable);
        let Some(kind) = schema.get("type").and_then(Value::as_str) else { return self.any() };
        if kind == "null" {
            return Value::Null;
        }
        let here = self.until == 1;
        self.until = self.until.saturating_sub(1);
        if here && self.fault == Fault::Form {
            self.fault = Fault::None;
            let others: Vec<_> = [json!(true), json!("text"), json!([null]), json!({"q": 1}), json!(null), json!(7)]
                .into_iter()
                .filter(|value| !(nullable && value.is_null()))
                .filter(|value| match kind {
                    "boolean" => !value.is_boolean(),
                    "string" => schema.get("enum").is_some() || schema.get("const").is_some() || !value.is_string(),
                    "array" => !value.is_array(),
                    // An object of another kind has other members.
                    "object" => !value.is_object(),
                    _ => !value.is_number(),
                })
                .collect();
            return self.random.one(&others);
        }
        match kind {
            "boolean" => json!(self.random.below(2) == 0),
            "string" if schema.get("const").is_some() => schema["const"].clone(),
            "string" => match schema.get("enum").and_then(Value::as_array) {
                Some(texts) => self.random.one(texts),
                None => json!(self.random.one(&["", "a", "ü\"\\\n", "2026-01-01T00:00:00Z", "{% $x %}"])),
            },
            "number" => self.random.one(&[json!(0), json!(-2.5), json!(1e30), json!(3), json!(4_294_967_296_u64)]),
            "integer" => {
                let (least, greatest) = (&schema["minimum"], &schema["maximum"]);
                if here && self.fault == Fault::Number {
                    self.fault = Fault::None;
                    let beyond = least
                        .as_i64()
                        .and_then(|least| least.checked_sub(1))
                        .map_or(json!(-1e25), |least| json!(least));
                    return self.random.one(&[json!(1.5), beyond, json!(1e25)]);
                }
                self.random.one(&[least.clone(), greatest.clone(), json!(7)])
            }
            "array" if schema.get("prefixItems").is_some() => {
                schema["prefixItems"].as_array().unwrap().iter().map(|item| self.of(item)).collect()
            }
            "array" => {
                let count = self.random.below(3);
                (0..count).map(|_| self.of(&schema["items"])).collect()
            }
            _ => self.object(schema),
        }
    }

    fn object(&mut self, schema: &Value) -> Value {
        let mut made = Map::new();
        if let Some(value) = schema.get("additionalProperties") {
            for name in ["a", "", "ß"].into_iter().take(self.random.below(4)) {
                made.insert(name.to_owned(), self.of(value));
            }
        }
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if required.contains(&name.as_str()) || self.random.below(2) == 0 {
                made.insert(name.clone(), self.of(member));
            }
        }
        if self.fault == Fault::Form && self.until == 0 && !required.is_empty() {
            self.fault = Fault::None;
            made.shift_remove(self.random.one(&required));
        }
        Value::Object(made)
    }
}

/// Returns values for a part, each with its fault, and whether serde accepts it.
fn values(schema: &Value, part: &str, takes: impl Fn(&Value) -> bool) -> Vec<Judged> {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let root = schema["properties"][part].clone();
    let made = (0..1000).map(|number| {
        let fault = [Fault::None, Fault::None, Fault::Form, Fault::Number][number % 4];
        let seed = random.below(usize::MAX) as u64 | 1;
        let mut values = Values { random: Random(seed), schema, fault, until: random.below(12), nullable: false };
        let value = values.of(&root);
        // A fault without a position is no fault.
        let made = if values.fault == Fault::None { fault } else { Fault::None };
        let taken = takes(&value);
        assert_eq!(taken, made == Fault::None, "{part}, {made:?}: {value}");
        (value, made, taken)
    });
    made.collect()
}

/// A value, its fault, and whether serde accepts it.
type Judged = (Value, Fault, bool);

fn all_values() -> Vec<(&'static str, Vec<Judged>)> {
    let output = workflow(&["types", "--to", "json-schema", "contract.rs"]);
    let schema: Value = serde_json::from_str(&stdout(&output)).unwrap();
    fn takes<T: serde::de::DeserializeOwned>(value: &Value) -> bool {
        serde_json::from_str::<T>(&value.to_string()).is_ok()
    }
    vec![
        ("TakeOrderInput", values(&schema, "input", takes::<contract::TakeOrderInput>)),
        ("TakeOrderOutput", values(&schema, "output", takes::<contract::TakeOrderOutput>)),
    ]
}

#[test]
fn an_object_of_an_externally_tagged_enum_has_one_member() {
    let output = workflow(&["types", "--to", "json-schema", "contract.rs"]);
    let schema: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let most = |name: &str| schema["$defs"][name]["maxProperties"].clone();
    assert_eq!(["Pay", "Sent", "Found", "Change"].map(most), [json!(1), Value::Null, Value::Null, Value::Null]);
}

#[test]
fn json_schema_takes_what_serde_takes() {
    let faults: usize = all_values().iter().flat_map(|(_, all)| all).filter(|(.., taken)| !taken).count();
    assert!(faults > 300, "{faults}");
}

#[test]
#[ignore = "needs tsc; `.ci/run --full` runs it"]
fn typescript_takes_what_serde_takes() {
    let tsc = tool("node/node_modules/.bin/tsc");
    let folder = folder("typescript");
    std::fs::write(folder.join("types.ts"), stdout(&workflow(&["types", "--to", "typescript", "contract.rs"])))
        .unwrap();
    let mut text = "import type { TakeOrderInput, TakeOrderOutput } from './types';\n".to_owned();
    let mut wrong = BTreeSet::new();
    let mut line = 1;
    for (name, all) in all_values() {
        for (value, fault, _) in all {
            line += 1;
            let _ = writeln!(text, "export const v{line}: {name} = {value};");
            if fault == Fault::Form {
                wrong.insert(line);
            }
        }
    }
    std::fs::write(folder.join("values.ts"), text).unwrap();
    let arguments = ["--noEmit", "--strict", "--pretty", "false", "values.ts"];
    let output = Command::new(tsc).args(arguments).current_dir(&folder).output().unwrap();
    let said = stdout(&output);
    let refused: BTreeSet<i32> =
        said.lines().filter_map(|line| line.strip_prefix("values.ts(")?.split(',').next()?.parse().ok()).collect();
    let differing: Vec<_> = wrong.symmetric_difference(&refused).take(5).collect();
    assert!(differing.is_empty(), "{differing:?} of {}\n{said}", folder.display());
}

#[test]
#[ignore = "needs pydantic; `.ci/run --full` runs it"]
fn pydantic_takes_what_serde_takes() {
    let python = tool("python/bin/python");
    let folder = folder("python");
    std::fs::write(folder.join("types_of_order.py"), stdout(&workflow(&["types", "--to", "python", "contract.rs"])))
        .unwrap();
    let mut lines = String::new();
    let mut expected = Vec::new();
    for (name, all) in all_values() {
        for (value, _, taken) in all {
            let _ = writeln!(lines, "{name} {value}");
            expected.push((taken, value));
        }
    }
    std::fs::write(folder.join("values"), lines).unwrap();
    let program = "import types_of_order as t\nfor line in open('values', encoding='utf-8'):\n    name, value = line.rstrip('\\n').split(' ', 1)\n    try:\n        getattr(t, name).model_validate_json(value)\n        print('true')\n    except ValueError:\n        print('false')\n";
    let output =
        Command::new(python).args(["-c", program]).current_dir(&folder).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success());
    let said = stdout(&output);
    assert_eq!(said.lines().count(), expected.len());
    for (said, (taken, value)) in said.lines().zip(&expected) {
        assert_eq!(said == "true", *taken, "{value}");
    }
}

#[test]
fn a_document_declares_no_types() {
    let output = workflow(&["types", "--to", "typescript", "-"]);
    assert_eq!(output.status.code(), Some(2));
}
