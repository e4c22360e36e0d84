//! Tests params that name resources: their forms, the policy, and the inputs of exports.

use crate::command::{Done, workflow};

use serde_json::{Value, json};
use workflow_cases::every;

const ARNS: &[(&str, &str)] = &[
    ("resize", "arn:aws:lambda:eu-west-1:123456789012:function:resize:live"),
    ("jobs", "arn:aws-cn:sqs:cn-north-1:123456789012:jobs.fifo"),
    ("photos", "arn:aws:s3:::pics"),
    ("Rows", "arn:aws:dynamodb:eu-west-1:123456789012:table/rows"),
    ("done", "arn:aws:sns:eu-west-1:123456789012:done"),
    ("child", "arn:aws:states:eu-west-1:123456789012:stateMachine:child"),
];

fn run(what: &str, more: &[&str]) -> Done {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files/resources.rs");
    workflow(what, file.as_ref(), more)
}

fn json_of(what: &str, more: &[&str]) -> Value {
    let done = run(what, more);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    serde_json::from_str(&done.stdout).unwrap()
}

fn given() -> Vec<String> {
    ARNS.iter().flat_map(|(name, arn)| ["--param".to_owned(), format!("{name}={arn}")]).collect()
}

fn resources(policy: &Value) -> Vec<&str> {
    let statements = policy["Statement"].as_array().unwrap();
    let resources = statements.iter().flat_map(|statement| match &statement["Resource"] {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => vec![one.as_str().unwrap()],
    });
    resources.filter(|resource| !resource.contains(":events:")).collect()
}

#[test]
fn a_value_gets_the_form_of_its_place() {
    let given = given();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let states = json_of("asl", &given)["States"].take();
    let of = |state: &str| states[state]["Arguments"].clone();
    assert_eq!(
        of("Small"),
        json!({"FunctionName": ARNS[0].1, "Payload": {"from": "{% 's3://' & \"pics\" & '/in.jpg' %}", "to": ARNS[2].1}})
    );
    assert_eq!(states["Again"]["Resource"], ARNS[0].1);
    assert_eq!(of("Save")["Bucket"], "pics");
    assert_eq!(of("Note")["TableName"], "rows");
    assert_eq!(of("Send")["QueueUrl"], "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/jobs.fifo");
    assert_eq!((&of("Tell")["TopicArn"], &of("Run")["StateMachineArn"]), (&json!(ARNS[4].1), &json!(ARNS[5].1)));
}

#[test]
fn the_arn_of_another_kind_is_refused() {
    every(
        ["arn:aws:sns:eu-west-1:123456789012:jobs", "jobs", "arn:aws:sqs:eu-west-1:123456789012:", "${jobs}"],
        |arn| {
            let done = run("asl", &["--param", &format!("jobs={arn}")]);
            assert_eq!(done.code, Some(2));
            assert!(done.stderr.contains("the param `jobs` has the type `sqs::Queue`"), "{}", done.stderr);
        },
    );
}

#[test]
fn a_policy_names_the_resources_with_and_without_values() {
    let mut open = resources(&json_of("iam", &[])).join(" ");
    assert_eq!(
        open,
        "${Rows} ${resize} ${resize}:* ${photos}/* ${done} ${jobs} arn:aws:states:*:*:execution:${child.name}:* ${child}"
    );
    assert_eq!(run("iam", &[]).stderr.matches("wide:").count(), 1, "{}", run("iam", &[]).stderr);
    let given = given();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    for (name, arn) in ARNS {
        open = open.replace(&format!("${{{name}}}"), arn);
    }
    // An alias of the function takes no other qualifier.
    let open = open.replace(" arn:aws:lambda:eu-west-1:123456789012:function:resize:live:*", "");
    let known = open
        .replace("arn:aws:states:*:*:execution:${child.name}", "arn:aws:states:eu-west-1:123456789012:execution:child");
    assert_eq!(resources(&json_of("iam", &given)).join(" "), known);
}

#[test]
fn exports_have_typed_inputs() {
    let template = json_of("export", &["--to", "cloudformation"]);
    assert_eq!(
        template["Parameters"]["Jobs"],
        json!({"Type": "String", "AllowedPattern": "arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+"})
    );
    let part = |by: &str, at: u8, of: &str| json!({"Fn::Select": [at, {"Fn::Split": [by, {"Ref": of}]}]});
    let values = &template["Resources"]["StateMachine"]["Properties"]["DefinitionSubstitutions"];
    assert_eq!(values["PhotosName"], part(":", 5, "Photos"));
    assert_eq!(values["RowsName"], part("/", 1, "Rows"));
    assert_eq!(values["JobsUrl"]["Fn::Sub"][1]["Region"], part(":", 3, "Jobs"));
    let role = template["Resources"]["StateMachineRole"]["Properties"]["Policies"].to_string();
    assert!(role.contains(r#"{"Fn::Sub":"${Photos}/*"}"#), "{role}");
    assert!(role.contains(r#":execution:${ChildName}:*",{"ChildName":{"Fn::Select":[6"#), "{role}");

    let terraform = json_of("export", &["--to", "terraform"]);
    let condition = &terraform["variable"]["resize_jobs"]["validation"]["condition"];
    assert!(condition.as_str().unwrap().contains(":sqs:"), "{condition}");
    let definition = terraform["resource"]["aws_sfn_state_machine"]["resize"]["definition"].as_str().unwrap();
    assert!(definition.contains("jsonencode(local.resize_photos_name)"), "{definition}");
    assert_eq!(terraform["locals"]["resize_photos_name"], r#"${split(":", var.resize_photos)[5]}"#);
    // A quote of an expression inside the JSON of the policy would be escaped.
    let policy = terraform["resource"]["aws_iam_role_policy"]["resize"]["policy"].as_str().unwrap();
    assert!(policy.contains(":execution:${local.resize_child_name}:*"), "{policy}");

    let cdk = run("export", &["--to", "cdk"]).stdout;
    every(
        [
            "import * as sqs from 'aws-cdk-lib/aws-sqs';",
            "readonly jobs: sqs.IQueue;",
            "JobsUrl: props.jobs.queueUrl,",
            "RowsName: props.rows.tableName,",
            "`${props.photos.bucketArn}/*`",
        ],
        |text| assert!(cdk.contains(text), "{cdk}"),
    );
}

#[test]
fn the_schema_has_the_patterns() {
    let schema = json_of("types", &["--to", "json-schema"]);
    let params = &schema["$defs"]["ResizeParams"]["properties"];
    assert_eq!(params["photos"]["pattern"], "^arn:aws[a-z-]*:s3:::[A-Za-z0-9_.-]+$");
}
