//! Tests enums with data: their JSON is that of serde's derives, their schema is true, and references into them are
//! checked.

#![deny(warnings, missing_docs)]
use workflow_cases::every;
use workflow_runtime::__private::serde_json::{Value, from_str, from_value, json, to_value};
use workflow_runtime::workflow;

workflow! {
    /// Takes one event in each of serde's forms.
    pub workflow Take {
        input {
            plain: Option<Plain>,
            tagged: Option<Tagged>,
            beside: Option<Beside>,
            free: Option<Free>,
        }
        /// With the name as the only member.
        #[serde(rename_all = "snake_case")]
        enum Plain {
            Empty,
            #[serde(rename = "one")]
            Single(String),
            Pair(i64, bool),
            Named { first: Line, #[serde(rename = "second")] other: Option<i64> },
        }
        #[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
        #[derive(Default)]
        enum Tagged {
            #[default]
            NotPaid,
            PaidNow { total_amount: f64, #[serde(default)] by_card: bool },
            Line(Line),
        }
        #[serde(tag = "t", content = "c")]
        enum Beside { None, Some(Vec<Line>), Two(i64, i64) }
        #[serde(untagged)]
        enum Free { Number(i64), Text(String), Object { a: i64 }, Nothing }
        struct Line { sku: String }

        choice Which {
            if (input.tagged?.kind ?? "") == "paidNow" -> Paid;
            else -> Done;
        }
        pass Paid { total: (input.tagged?.totalAmount ?? 0) } -> end;
        succeed Done;
    }
}

/// The same enums, with serde's derives.
mod derived {
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub(super) struct Line {
        sku: String,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub(super) enum Plain {
        Empty,
        #[serde(rename = "one")]
        Single(String),
        Pair(i64, bool),
        Named {
            first: Line,
            #[serde(rename = "second", skip_serializing_if = "Option::is_none")]
            other: Option<i64>,
        },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
    pub(super) enum Tagged {
        NotPaid,
        PaidNow {
            total_amount: f64,
            #[serde(default)]
            by_card: bool,
        },
        Line(Line),
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "t", content = "c")]
    pub(super) enum Beside {
        None,
        Some(Vec<Line>),
        Two(i64, i64),
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    pub(super) enum Free {
        Number(i64),
        Text(String),
        Object { a: i64 },
        Nothing,
    }
}

/// Returns the JSON of a value that was read, or `None` if it cannot be read.
fn again<T: serde::Serialize + serde::de::DeserializeOwned>(value: &Value) -> Option<Value> {
    from_value::<T>(value.clone()).ok().map(|read| to_value(read).unwrap())
}

#[test]
fn the_json_is_that_of_derives() {
    let schema: Value = from_str(Take::input_schema()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    #[cfg(feature = "plan")]
    let ours = schema.clone();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let values = [
        json!("empty"),
        json!("Empty"),
        json!({"empty": null}),
        json!({"one": "a"}),
        json!({"one": 1}),
        json!({"pair": [1, true]}),
        json!({"pair": [1]}),
        json!({"named": {"first": {"sku": "a"}}}),
        json!({"named": {"first": {"sku": "a"}, "second": 2}}),
        json!({"named": {"second": 2}}),
        json!({"kind": "notPaid"}),
        json!({"kind": "paidNow", "totalAmount": 1.5}),
        json!({"kind": "paidNow", "totalAmount": 1.5, "byCard": true}),
        json!({"kind": "paidNow"}),
        json!({"kind": "line", "sku": "a"}),
        json!({"kind": "line"}),
        json!({"kind": "Line", "sku": "a"}),
        json!({"sku": "a"}),
        json!({"t": "None"}),
        json!({"t": "Some", "c": [{"sku": "a"}]}),
        json!({"t": "Some"}),
        json!({"t": "Two", "c": [1, 2]}),
        json!({"t": "Three"}),
        json!(7),
        json!("text"),
        json!({"a": 1}),
        json!({"a": "1"}),
        json!(null),
        json!([]),
        json!(true),
    ];
    every(values, |value| {
        let pairs = [
            ("plain", again::<Plain>(&value), again::<derived::Plain>(&value)),
            ("tagged", again::<Tagged>(&value), again::<derived::Tagged>(&value)),
            ("beside", again::<Beside>(&value), again::<derived::Beside>(&value)),
            ("free", again::<Free>(&value), again::<derived::Free>(&value)),
        ];
        #[cfg(feature = "plan")]
        for (name, ..) in &pairs {
            let input = json!({ *name: value });
            let found = workflow_runtime::plan::schema::mismatches(&ours, &input);
            assert_eq!(found.is_empty(), schema.is_valid(&input), "{input} {found:?}");
        }
        for (name, ours, derived) in pairs {
            assert_eq!(ours, derived, "{name}: {value}");
            // serde reads more than it writes: what it writes is always valid.
            if let Some(written) = ours {
                assert!(schema.is_valid(&json!({ name: written })), "{name}: {written}");
            }
            if derived.is_none() && !value.is_null() {
                assert!(!schema.is_valid(&json!({ name: value })), "{name}: {value}");
            }
        }
    });
    // Objects of a schema are open, so this one is valid for the schema alone.
    let two = json!({"one": "a", "pair": [1, true]});
    assert_eq!((again::<Plain>(&two), again::<derived::Plain>(&two)), (None, None));
    assert_eq!(Tagged::default(), Tagged::NotPaid);
}
