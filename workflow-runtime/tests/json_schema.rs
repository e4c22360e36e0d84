//! Validates values with the schemas of workflows, by an independent validator: it must accept what serde accepts.

use std::collections::BTreeMap;

use jsonschema::{Draft, Validator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use workflow_cases::every;
use workflow_runtime::__private::serde_json::{Value, from_str, from_value, json};
use workflow_runtime::{Schema, Workflow, workflow};

workflow! {
    /// Takes an order.
    workflow TakeOrder {
        /// What is ordered.
        input {
            /// Its number.
            id: u32,
            #[serde(rename = "class")]
            kind: Kind,
            lines: Vec<Line>,
            note: Option<String>,
            due: Timestamp,
            by: Map<u16>,
            extra: Json,
        }
        returns { total: f64, first: Option<Line> }
        params { table: Arn, limit: u64 }
        enum Kind { Book, #[serde(rename = "else \"where\"")] Other }
        #[serde(rename_all = "camelCase")]
        struct Line { article_name: String, pieces: i64, inside: Option<Größe> }
        struct Größe { m: f64 }

        pass Params { table: params.table, limit: params.limit } -> First;
        pass First { total: 1.5, first: input.lines[0] } -> end;
    }

    workflow Nothing {
        pass Only -> end;
    }
}

/// A tree of one's own, whose members have names that references must escape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Tree {
    #[serde(rename = "left/right~%\"ü")]
    inside: Vec<Tree>,
    leaf: Option<Box<Leaf>>,
    #[serde(default)]
    height: u8,
    counts: Option<Counts>,
    huge: Option<i128>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Leaf {
    #[serde(flatten)]
    ripe: Ripe,
    next: Option<Box<Leaf>>,
    pair: (bool, String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Counts {
    total: u64,
    #[serde(flatten)]
    others: BTreeMap<String, i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(tag = "ripe")]
enum Ripe {
    Yes { day: String },
    No,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
enum Choice {
    None,
    One(i8),
    Two { a: bool },
}

/// A type of which nothing is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Plain {
    x: i64,
}

workflow! {
    workflow Grow {
        input { tree: Tree, chosen: Choice, plain: Option<Plain>, near: Near }
        returns Tree;
        struct Near { trees: Vec<Tree> }
        pass Only = input.tree -> end;
    }
}

/// A validator of another crate, and the schema for ours.
struct Checker {
    validator: Validator,
    schema: Value,
}

fn validator(schema: &str) -> Checker {
    let schema: Value = from_str(schema).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    assert_eq!(Draft::default().detect(&schema), Draft::Draft202012, "{schema}");
    Checker { validator: jsonschema::validator_for(&schema).unwrap(), schema }
}

impl Checker {
    fn is_valid(&self, value: &Value) -> bool {
        #[cfg(feature = "plan")]
        {
            let found = workflow_runtime::plan::schema::mismatches(&self.schema, value);
            assert_eq!(found.is_empty(), self.validator.is_valid(value), "{} {value} {found:?}", self.schema);
        }
        self.validator.is_valid(value)
    }
}

fn agrees<T: DeserializeOwned>(checker: &Checker, value: &Value, fits: bool) {
    let read = from_value::<T>(value.clone());
    assert_eq!(read.is_ok(), fits, "serde: {:?}", read.err());
    let errors: Vec<_> = checker.validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert_eq!(checker.is_valid(value), fits, "the validator: {errors:?}");
}

/// Returns the value with another one at this place, or without it.
fn with(value: &Value, place: &str, other: Option<Value>) -> Value {
    let mut value = value.clone();
    let (above, name) = place.rsplit_once('/').unwrap();
    let above = value.pointer_mut(above).unwrap();
    match (above, other) {
        (Value::Object(members), Some(other)) => drop(members.insert(name.to_owned(), other)),
        (Value::Object(members), None) => drop(members.remove(name)),
        (Value::Array(items), Some(other)) => items[name.parse::<usize>().unwrap()] = other,
        (above, other) => assert!(other.is_none() && above.is_null(), "{above} has no members"),
    }
    value
}

#[test]
fn inputs_are_those_that_serde_reads() {
    let input = validator(TakeOrder::input_schema());
    let right = json!({
        "id": 1, "class": "else \"where\"", "lines": [{"articleName": "a", "pieces": -1, "inside": {"m": 1.5}}],
        "due": "2026-01-01T00:00:00Z", "by": {"a": 3}, "extra": null, "unknown": true,
    });
    agrees::<TakeOrderInput>(&input, &right, true);
    every(
        [
            ("/note", None, true),
            ("/note", Some(json!(null)), true),
            ("/note", Some(json!("n")), true),
            ("/note", Some(json!(1)), false),
            ("/id", None, false),
            ("/id", Some(json!(-1)), false),
            ("/id", Some(json!(4_294_967_295_u64)), true),
            ("/id", Some(json!(4_294_967_296_u64)), false),
            ("/id", Some(json!(1.5)), false),
            ("/class", Some(json!("Book")), true),
            ("/class", Some(json!("Other")), false),
            ("/lines/0/pieces", None, false),
            ("/lines/0/inside", Some(json!(null)), true),
            ("/lines/0/inside/m", Some(json!("1")), false),
            ("/lines", Some(json!([])), true),
            ("/lines", Some(json!({})), false),
            ("/by", Some(json!({"b": 65536})), false),
            ("/extra", Some(json!({"any": []})), true),
        ],
        |(place, other, fits)| {
            let value = with(&right, place, other);
            agrees::<TakeOrderInput>(&input, &value, fits);
            assert_eq!(TakeOrder::validate_input(&value).is_ok(), fits);
        },
    );
}

#[test]
fn outputs_and_params_have_schemas() {
    let output = validator(TakeOrder::output_schema());
    agrees::<TakeOrderOutput>(&output, &json!({"total": 1}), true);
    agrees::<TakeOrderOutput>(&output, &json!({"total": "1"}), false);
    let params = validator(TakeOrder::params_schema());
    assert!(params.is_valid(&json!({"table": "arn:aws:s3:::b", "limit": 7})));
    assert!(!params.is_valid(&json!({"table": "arn:aws:s3:::b"})));
    assert!(!params.is_valid(&json!({"table": "arn:aws:s3:::b", "limit": -7})));
}

#[test]
fn a_schema_has_the_types_that_it_uses_and_their_comments() {
    let schema: Value = from_str(TakeOrder::input_schema()).unwrap();
    let names: Vec<_> = schema["$defs"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["Kind", "Line", "Größe", "TakeOrderInput"]);
    assert_eq!(schema["$defs"]["TakeOrderInput"]["description"], "What is ordered.");
    assert_eq!(schema["$defs"]["TakeOrderInput"]["properties"]["id"]["description"], "Its number.");
}

#[test]
fn what_declares_nothing_takes_anything() {
    for schema in [Nothing::input_schema(), Nothing::output_schema()] {
        assert!(validator(schema).is_valid(&json!([null])));
    }
    assert!(validator(<Nothing as Workflow>::params_schema()).is_valid(&json!({})));
}

#[test]
fn types_of_ones_own_are_those_that_serde_reads() {
    let input = validator(Grow::input_schema());
    let names: Vec<_> =
        from_str::<Value>(Grow::input_schema()).unwrap()["$defs"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["Near", "GrowInput", "Choice", "Plain", "Tree"]);
    let leaf = json!({"ripe": "Yes", "day": "d", "pair": [true, "p"], "more": 3});
    let tree = json!({"left/right~%\"ü": [{"left/right~%\"ü": []}], "leaf": leaf});
    let right = json!({"tree": tree, "chosen": {"Two": {"a": true}}, "near": {"trees": [tree]}});
    agrees::<GrowInput>(&input, &right, true);
    let inner = "/tree/left~1right~0%\"ü/0";
    assert!(right.pointer(inner).is_some());
    every(
        [
            ("/tree/height".to_owned(), Some(json!(256)), false),
            ("/tree/height".to_owned(), Some(json!(255)), true),
            ("/tree/leaf".to_owned(), None, true),
            ("/tree/leaf/day".to_owned(), None, false),
            ("/tree/leaf/ripe".to_owned(), Some(json!("No")), true),
            ("/tree/leaf/ripe".to_owned(), Some(json!("Maybe")), false),
            ("/tree/leaf/pair".to_owned(), Some(json!([true])), false),
            ("/tree/leaf/pair".to_owned(), Some(json!([true, "p", 1])), false),
            ("/tree/leaf/pair/0".to_owned(), Some(json!(1)), false),
            ("/tree/huge".to_owned(), Some(json!(-1)), true),
            ("/tree/counts".to_owned(), Some(json!({"total": 1, "a": -1})), true),
            ("/tree/counts".to_owned(), Some(json!({"total": -1, "a": -1})), false),
            ("/tree/counts".to_owned(), Some(json!({"total": 1, "a": "text"})), false),
            ("/tree/leaf/next".to_owned(), Some(json!({"ripe": "No", "pair": [true, ""]})), true),
            ("/tree/leaf/next".to_owned(), Some(json!({"ripe": "No", "pair": [1, ""]})), false),
            (format!("{inner}/height"), Some(json!("x")), false),
            (format!("{inner}/leaf"), Some(json!(null)), true),
            (format!("{inner}/leaf"), Some(json!({"pair": []})), false),
            ("/chosen".to_owned(), Some(json!("None")), true),
            ("/chosen".to_owned(), Some(json!("One")), false),
            ("/chosen".to_owned(), Some(json!({"One": 127})), true),
            ("/chosen".to_owned(), Some(json!({"One": 128})), false),
            ("/near/trees/0/height".to_owned(), Some(json!(-1)), false),
        ],
        |(place, other, fits)| {
            let value = with(&right, &place, other);
            agrees::<GrowInput>(&input, &value, fits);
            assert_eq!(Grow::validate_input(&value).is_ok(), fits);
        },
    );
    agrees::<Tree>(&validator(Grow::output_schema()), &right["tree"], true);
    // Only serde knows the members of a type without `Schema`.
    let plain = with(&right, "/plain", Some(json!({"y": 1})));
    assert!(input.is_valid(&plain) && from_value::<GrowInput>(plain).is_err());
}
