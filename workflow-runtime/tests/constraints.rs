//! Tests `#[validate(…)]` on the fields of a workflow: in its schemas, and in those of workflows that use its types.

#![deny(warnings, missing_docs)]
use workflow_cases::every;
use workflow_runtime::__private::schema::Unmet;
use workflow_runtime::__private::serde_json::{Value, from_str, json};
use workflow_runtime::{Workflow, workflow};

workflow! {
    /// Ships an order.
    pub workflow Ship {
        input {
            #[validate(range(min = 1, max = 10))]
            count: u8,
            #[validate(range(min = -0.5, max = 1e3))]
            weight: f64,
            #[validate(length(min = 2, max = 4))]
            code: Option<String>,
            #[validate(length(max = 2))]
            #[serde(default)]
            lines: Vec<Line>,
            #[validate(length(equal = 1))]
            by: Option<Map<i64>>,
            #[validate(range(max = 3))]
            rank: Option<i64>,
            #[validate(regex(pattern = "^[A-Z]{2}\\d+$"))]
            number: Option<String>,
        }
        struct Line { #[validate(length(min = 1))] article: String }
        pass Only -> end;
    }

    workflow Own {
        input { parcel: Parcel }
        pass Only -> end;
    }

    workflow Other {
        input { order: ShipInput }
        pass Only -> end;
    }
}

/// A type with constraints of its own. Schemas cannot express the last two.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, workflow_runtime::Schema)]
#[serde(rename_all = "camelCase")]
pub struct Parcel {
    #[validate(range(min = -1.5, max = 30))]
    gross_weight: f64,
    #[validate(length(min = 1, max = 2), regex(pattern = r"^\w+$"))]
    marks: Option<String>,
    #[validate(email, custom(function = "is_known"))]
    by: Option<String>,
}

#[test]
fn constraints_of_a_derived_schema_are_those_of_the_workflow() {
    let schema: Value = from_str(Own::input_schema()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    every(
        [
            (json!({"grossWeight": -1.5, "marks": "ab", "by": "x"}), None),
            (json!({"grossWeight": 30.5}), Some(("input.parcel.grossWeight", "a number, -1.5 to 30"))),
            (json!({"grossWeight": 1, "marks": "abc"}), Some(("input.parcel.marks", "text with 1 to 2 characters"))),
            (json!({"grossWeight": 1, "marks": "a-"}), Some(("input.parcel.marks", "text that matches `^\\w+$`"))),
        ],
        |(parcel, wrong)| {
            let input = json!({"parcel": parcel});
            let found = Unmet::first(Own::TYPES.input, &input, "input");
            let found = found.as_ref().map(|unmet| (unmet.path.as_str(), unmet.expected.as_str()));
            assert_eq!(found, wrong);
            assert_eq!(schema.is_valid(&input), wrong.is_none());
        },
    );
}

#[test]
fn schemas_and_clients_refuse_the_same_inputs() {
    let right = json!({"count": 1, "weight": 0});
    let schemas = [Ship::input_schema(), Other::input_schema()].map(|text| {
        let schema: Value = from_str(text).unwrap();
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    });
    every(
        [
            (json!({}), None),
            (json!({"count": 10, "weight": 1000, "code": "äöüß", "by": {"a": 1}, "rank": -7}), None),
            (json!({"count": 0}), Some("input.count")),
            (json!({"count": 11}), Some("input.count")),
            (json!({"weight": -0.6}), Some("input.weight")),
            (json!({"weight": 1000.5}), Some("input.weight")),
            (json!({"code": "x"}), Some("input.code")),
            (json!({"code": "äöüßx"}), Some("input.code")),
            (json!({"code": null}), None),
            (json!({"lines": [{"article": "a"}, {"article": "b"}]}), None),
            (json!({"lines": [{"article": "a"}, {"article": "b"}, {"article": "c"}]}), Some("input.lines")),
            (json!({"lines": [{"article": "a"}, {"article": ""}]}), Some("input.lines[1].article")),
            (json!({"by": {}}), Some("input.by")),
            (json!({"by": {"a": 1, "b": 2}}), Some("input.by")),
            (json!({"rank": 4}), Some("input.rank")),
            (json!({"number": "DE7"}), None),
            (json!({"number": "de7"}), Some("input.number")),
        ],
        |(members, wrong): (Value, Option<&str>)| {
            let mut input = right.clone();
            for (name, member) in members.as_object().unwrap() {
                input[name] = member.clone();
            }
            let found = Unmet::first(Ship::TYPES.input, &input, "input");
            assert_eq!(found.as_ref().map(|unmet| unmet.path.as_str()), wrong, "{found:?}");
            assert_eq!(schemas[0].is_valid(&input), wrong.is_none(), "the schema");
            #[cfg(feature = "plan")]
            {
                let schema = from_str(Ship::input_schema()).unwrap();
                let found = workflow_runtime::plan::schema::mismatches(&schema, &input);
                assert_eq!(found.first().map(|mismatch| mismatch.member.as_str()), wrong);
            }
            assert_eq!(
                schemas[1].is_valid(&json!({"order": input})),
                wrong.is_none(),
                "the schema of another workflow"
            );
        },
    );
}
