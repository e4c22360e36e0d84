//! Tests a workflow's definition: borrowed if it has no parameters, otherwise spliced and escaped.

use workflow_runtime::__private::{Escape, Fragment};
use workflow_runtime::{Arn, Express, Json, MachineType, Params, Standard, Workflow, WorkflowState};

#[derive(Clone, Copy)]
enum State {
    Only,
}

impl WorkflowState for State {
    const ALL: &'static [Self] = &[State::Only];
    fn name(self) -> &'static str {
        "The only one"
    }
}

struct Fixed;

const FIXED: &str = r#"{"StartAt":"The only one","States":{"The only one":{"Type":"Succeed"}}}"#;

impl Workflow for Fixed {
    const NAME: &'static str = "Fixed";
    type Kind = Express;
    const FRAGMENTS: &'static [Fragment] = &[Fragment::Text(FIXED)];
    type Input = Json;
    type Output = Json;
    type Params = ();
    type State = State;
}

#[derive(Debug, Clone)]
struct SplicedParams {
    bucket: String,
    role: Arn,
    limit: i64,
}
workflow_runtime::__private::parameters! { SplicedParams { bucket = "bucket", role = "role", limit = "limit" } }

struct Spliced;

impl Workflow for Spliced {
    const NAME: &'static str = "Spliced";
    type Kind = Standard;
    const FRAGMENTS: &'static [Fragment] = &[
        Fragment::Text(r#"{"Bucket":"#),
        Fragment::Param { name: "bucket", escape: Escape::Json },
        Fragment::Text(r#","Uri":"s3://"#),
        Fragment::Param { name: "bucket", escape: Escape::Text },
        Fragment::Text(r#"/x","Key":"{% "#),
        Fragment::Param { name: "bucket", escape: Escape::Jsonata },
        Fragment::Text(r#" & 'in "#),
        Fragment::Param { name: "bucket", escape: Escape::JsonataText },
        Fragment::Text(r#"' %}","Name.$":"States.Format('"#),
        Fragment::Param { name: "bucket", escape: Escape::Intrinsic },
        Fragment::Text(r#"-{}', $.x)","Limit":"#),
        Fragment::Param { name: "limit", escape: Escape::Json },
        Fragment::Text(r#","Role":"#),
        Fragment::Param { name: "role", escape: Escape::Json },
        Fragment::Text("}"),
    ];
    type Input = Json;
    type Output = Json;
    type Params = SplicedParams;
    type State = State;
}

#[test]
fn a_definition_without_parameters_is_the_static_text() {
    let definition = Fixed::definition();
    assert_eq!(definition.as_str(), FIXED);
    assert!(std::ptr::eq(definition.as_str(), Fixed::definition().as_str()), "the text is not copied");
    assert_eq!((definition.name(), definition.machine_type()), ("Fixed", MachineType::Express));
    assert_eq!(Fixed::definition_with(&()).unwrap(), definition);
    assert_eq!(State::ALL[0].name(), "The only one");
}

#[test]
fn parameters_are_spliced_and_escaped_for_where_they_land() {
    let params = SplicedParams { bucket: r#"it's "{b}" \"#.into(), role: "arn:aws:iam::1:role/r".into(), limit: -3 };
    let text = Spliced::definition_with(&params).unwrap().into_string();
    let json: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(json["Bucket"], params.bucket);
    assert_eq!(json["Uri"], format!("s3://{}/x", params.bucket));
    assert_eq!(json["Key"], r#"{% "it's \"{b}\" \\" & 'in it\u0027s \"{b}\" \\' %}"#);
    assert_eq!(json["Name.$"], r#"States.Format('it\'s "\{b\}" \\-{}', $.x)"#);
    assert_eq!(json["Limit"], -3);
    assert_eq!(json["Role"], params.role.as_str());
}

#[test]
fn a_parameter_without_a_json_value_is_an_error_that_names_it() {
    struct NoJson;
    impl Params for NoJson {
        fn value(&self, _name: &str) -> Option<Json> {
            None
        }
    }
    struct Broken;
    impl Workflow for Broken {
        const NAME: &'static str = "Broken";
        type Kind = Standard;
        const FRAGMENTS: &'static [Fragment] = &[Fragment::Param { name: "bucket", escape: Escape::Json }];
        type Input = Json;
        type Output = Json;
        type Params = NoJson;
        type State = State;
    }
    let error = Broken::definition_with(&NoJson).unwrap_err();
    assert_eq!(error.to_string(), "parameter `bucket` cannot be written as JSON");
}
