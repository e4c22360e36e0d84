//! Tests `cargo workflow export`: the input of CloudFormation, SAM, Terraform and the CDK, and AWS's Python SDK
//! template.

use crate::tools;

use std::process::Command;
use workflow_cases::every;

use serde_json::{Value, json};
use tools::{files, folder, stdout, tool, workflow};
use workflow_asl::source::{Format, Source};

/// Files with one workflow each, or the name of the workflow to use.
const WORKFLOWS: &[(&str, &str)] = &[
    ("order.rs", "ShipOrder"),
    ("policies.rs", "Shipping"),
    ("policies.rs", "Paths"),
    ("export.rs", "Export"),
    ("contract.rs", "TakeOrder"),
    ("../../../../examples/src/order_saga.rs", "OrderSaga"),
    ("../../../../examples/src/process.rs", "Process"),
];

fn export(to: &str, file: &str, name: &str, more: &[&str]) -> String {
    let output = workflow(&[&["export", "--to", to, file, "--name", name], more].concat());
    assert!(output.status.success(), "{to} {file} {name}: {}", String::from_utf8_lossy(&output.stderr));
    stdout(&output)
}

fn exported(to: &str, file: &str, name: &str, more: &[&str]) -> Value {
    serde_json::from_str(&export(to, file, name, more)).unwrap()
}

#[test]
fn the_same_file_gives_the_same_bytes() {
    every(["asl", "cloudformation", "sam", "terraform", "cdk"], |to| {
        for (file, name) in WORKFLOWS {
            assert_eq!(export(to, file, name, &[]), export(to, file, name, &[]));
        }
    });
}

#[test]
fn a_template_has_machine_role_policy_log_group_version_and_alias() {
    let template = exported("cloudformation", "order.rs", "ShipOrder", &["--tracing"]);
    let kinds: Vec<_> = template["Resources"].as_object().unwrap().values().map(|resource| &resource["Type"]).collect();
    assert_eq!(
        kinds,
        [
            "AWS::Logs::LogGroup",
            "AWS::IAM::Role",
            "AWS::StepFunctions::StateMachine",
            "AWS::StepFunctions::StateMachineVersion",
            "AWS::StepFunctions::StateMachineAlias"
        ]
    );
    // The parameter and the constant are parameters, and occur in the definition and in the policy.
    assert_eq!(
        template["Parameters"],
        json!({"StateMachineName": {"Type": "String", "Default": "ShipOrder"}, "Shipping": {"Type": "String"},
            "MAXPARCELS": {"Type": "String", "Description": "As JSON."}})
    );
    let machine = &template["Resources"]["StateMachine"]["Properties"];
    let definition = machine["DefinitionString"].as_str().unwrap();
    assert!(definition.contains(r#""FunctionName": "${Shipping}""#), "{definition}");
    assert!(definition.contains(r#""limit": ${MAXPARCELS}"#), "{definition}");
    assert_eq!(
        machine["DefinitionSubstitutions"],
        json!({"MAXPARCELS": {"Ref": "MAXPARCELS"}, "Shipping": {"Ref": "Shipping"}})
    );
    let statements =
        template.pointer("/Resources/StateMachineRole/Properties/Policies/0/PolicyDocument/Statement").unwrap();
    let actions = statements.to_string();
    for action in
        ["lambda:InvokeFunction", "logs:CreateLogDelivery", "xray:PutTraceSegments", r#"{"Fn::Sub":"${Shipping}"}"#]
    {
        assert!(actions.contains(action), "{action}: {actions}");
    }
    assert_eq!(machine["TracingConfiguration"], json!({"Enabled": true}));
}

/// Returns the value of `Ref`, `Fn::Join` and `Fn::Split`.
fn evaluated(value: &Value, greeting: &str) -> String {
    match value.pointer("/Fn::Join") {
        None if value["Ref"] == "Greeting" => greeting.to_owned(),
        None => "3".to_owned(),
        Some(join) => {
            let split = &join[1]["Fn::Split"];
            evaluated(&split[1], greeting).replace(split[0].as_str().unwrap(), join[0].as_str().unwrap())
        }
    }
}

#[test]
fn a_value_does_not_leave_the_expression_or_the_string_that_it_is_in() {
    let source = r#"workflow! {
        pub workflow Inject {
            input { id: String }
            params { greeting: String, limit: u64 }
            task Tell = lambda::invoke { FunctionName: "f", Payload: { say: params.greeting + input.id, to: params.greeting } } -> Two;
            pass Two { n: params.limit + 1 } -> end;
        }
    }"#;
    let path = super::command::file("export", "inject.rs", source);
    let path = path.to_str().unwrap();
    let template = exported("cloudformation", path, "Inject", &[]);
    let machine = &template["Resources"]["StateMachine"]["Properties"];
    for greeting in ["it's", "a\"b\\c", "' & $x & '", "\\' & $x"] {
        let mut definition = machine["DefinitionString"].as_str().unwrap().to_owned();
        for (key, value) in machine["DefinitionSubstitutions"].as_object().unwrap() {
            definition = definition.replace(&format!("${{{key}}}"), &evaluated(value, greeting));
        }
        let definition: Value =
            serde_json::from_str(&definition).unwrap_or_else(|error| panic!("{error}: {definition}"));
        let payload = &definition["States"]["Tell"]["Arguments"]["Payload"];
        assert_eq!(payload["to"], *greeting);
        // JSONata supports the escapes of JSON.
        let say = payload["say"].as_str().unwrap();
        let literal = say.strip_prefix("{% '").and_then(|rest| rest.split_once("' & $states")).unwrap().0;
        assert!(!literal.contains('\''), "{say}");
        let literal = literal.replace("\\\"", "\"").replace('"', "\\\"");
        assert_eq!(serde_json::from_str::<String>(&format!("\"{literal}\"")).unwrap(), greeting, "{say}");
    }
    let configuration = exported("terraform", path, "Inject", &[]);
    let definition = configuration["resource"]["aws_sfn_state_machine"]["inject"]["definition"].as_str().unwrap();
    let inside = r#"{% '${replace(jsonencode(replace(replace(jsonencode(var.greeting), "/^\"|\"$/", ""), "'", "\\u0027")), "/^\"|\"$/", "")}' & "#;
    assert!(definition.contains(inside), "{definition}");
    let construct = export("cdk", path, "Inject", &[]);
    assert!(
        construct.contains(r#"GreetingInJsonata: Fn.join("\\\"", Fn.split("\"", Fn.join("\\\\u0027", "#),
        "{construct}"
    );
}

#[test]
fn a_gradual_release_is_the_tool_s_own() {
    let shift = ["--shift", "10%/5m", "--alarm", "failed"];
    let template = exported("cloudformation", "order.rs", "ShipOrder", &shift);
    let alias = &template["Resources"]["StateMachineAlias"]["Properties"];
    let preference = json!({"Type": "LINEAR", "Percentage": 10, "Interval": 5, "Alarms": ["failed"],
        "StateMachineVersionArn": {"Ref": "StateMachineVersion"}});
    assert_eq!(*alias, json!({"Name": "live", "DeploymentPreference": preference}));
    let sam = exported("sam", "export.rs", "Export", &["--shift", "canary:5%/1h"]);
    let preference = &sam["Resources"]["StateMachine"]["Properties"]["DeploymentPreference"];
    assert_eq!(*preference, json!({"Type": "CANARY", "Percentage": 5, "Interval": 60}));
    let construct = export("cdk", "order.rs", "ShipOrder", &shift);
    let line = r#"deploymentPreference: { stateMachineVersionArn: version.attrArn, type: 'LINEAR', percentage: 10, interval: 5, alarms: ["failed"] },"#;
    assert!(construct.contains(line), "{construct}");
    for (to, steps) in [("terraform", "10%/5m"), ("cloudformation", "10%/5s")] {
        let refused = workflow(&["export", "--to", to, "order.rs", "--name", "ShipOrder", "--shift", steps]);
        assert!(!refused.status.success(), "{to} {steps}");
    }
}

#[test]
fn a_param_with_a_value_is_no_parameter() {
    let template =
        exported("cloudformation", "contract.rs", "TakeOrder", &["--param", "limit=3", "--param", "table=orders"]);
    let names: Vec<_> = template["Parameters"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["StateMachineName"]);
    let definition = template["Resources"]["StateMachine"]["Properties"]["DefinitionString"].as_str().unwrap();
    let definition: Value = serde_json::from_str(definition).unwrap();
    let output = &definition["States"]["Params"]["Output"];
    assert_eq!((&output["limit"], &output["table"]), (&json!(3), &json!("orders")));
}

#[test]
fn sam_has_its_own_resource_where_that_can_hold_the_definition() {
    let kind = |name| exported("sam", "contract.rs", name, &[])["Resources"]["StateMachine"]["Type"].clone();
    // `limit` stands for a whole number, which an object cannot contain.
    assert_eq!(kind("TakeOrder"), "AWS::StepFunctions::StateMachine");
    let saga = exported("sam", "export.rs", "Export", &[]);
    assert_eq!(saga["Resources"]["StateMachine"]["Type"], "AWS::Serverless::StateMachine");
    assert_eq!(saga["Resources"]["StateMachine"]["Properties"]["AutoPublishAlias"], "live");
}

#[test]
fn terraform_has_variables_and_no_expressions_of_others() {
    let configuration = exported("terraform", "contract.rs", "TakeOrder", &[]);
    assert_eq!(configuration["variable"]["limit"]["type"], "number");
    let definition = configuration["resource"]["aws_sfn_state_machine"]["take_order"]["definition"].as_str().unwrap();
    assert!(definition.contains(r#""limit": ${jsonencode(var.limit)}"#), "{definition}");
    // Every expression refers to a variable.
    assert!(definition.split("${").skip(1).all(|rest| rest.starts_with("jsonencode(var.")), "{definition}");
    let values = definition.replace("${jsonencode(var.limit)}", "3").replace("${jsonencode(var.table)}", "\"t\"");
    let made: Value = serde_json::from_str(&values).unwrap();
    assert_eq!(made["States"]["Params"]["Output"]["limit"], 3);
}

/// The arguments that a configuration may have, by resource and block, in the schema of Terraform's AWS provider
/// 6.25.0. Required ones have a `!`.
const TERRAFORM: [(&str, &[&str]); 8] = [
    (
        "aws_sfn_state_machine",
        &[
            "definition!",
            "name",
            "name_prefix",
            "publish",
            "region",
            "role_arn!",
            "tags",
            "type",
            "encryption_configuration",
            "logging_configuration",
            "tracing_configuration",
            "depends_on",
        ],
    ),
    ("logging_configuration", &["include_execution_data", "level", "log_destination"]),
    ("tracing_configuration", &["enabled"]),
    ("aws_sfn_alias", &["description", "name!", "region", "routing_configuration!"]),
    ("routing_configuration", &["state_machine_version_arn!", "weight!"]),
    (
        "aws_iam_role",
        &["assume_role_policy!", "description", "name", "name_prefix", "path", "permissions_boundary", "tags"],
    ),
    ("aws_iam_role_policy", &["name", "name_prefix", "policy!", "role!"]),
    (
        "aws_cloudwatch_log_group",
        &["kms_key_id", "log_group_class", "name", "name_prefix", "retention_in_days", "tags"],
    ),
];

fn has_terraform_arguments(of: &str, given: &Value) {
    let known = TERRAFORM.iter().find(|(name, _)| *name == of).map(|(_, known)| *known).unwrap_or_default();
    assert!(!known.is_empty(), "{of}");
    let given = given.as_object().unwrap();
    for argument in known.iter().filter_map(|argument| argument.strip_suffix('!')) {
        assert!(given.contains_key(argument), "{of} lacks {argument}");
    }
    for (argument, value) in given {
        assert!(known.iter().any(|known| known.trim_end_matches('!') == argument), "{of} has no {argument}");
        let blocks = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for block in blocks.iter().filter(|block| block.is_object()) {
            has_terraform_arguments(argument, block);
        }
    }
}

#[test]
fn terraform_gives_arguments_that_the_provider_has() {
    every([&[][..], &["--tracing"], &["--role", "arn:aws:iam::123456789012:role/r", "--alias", "prod"]], |options| {
        for (file, name) in WORKFLOWS {
            let configuration = exported("terraform", file, name, options);
            for (kind, resources) in configuration["resource"].as_object().unwrap() {
                for resource in resources.as_object().unwrap().values() {
                    has_terraform_arguments(kind, resource);
                }
            }
        }
    });
}

#[test]
fn the_template_of_the_python_sdk_is_covered() {
    let Some(seeds) = workflow_recorded::data("seed-sdk") else { return };
    let golden = std::fs::read(seeds.join("cloudformation_hello_world_branching.yaml")).unwrap();
    let golden = Source::read(&golden, Format::Yaml).unwrap().into_value();
    let component = &golden["Resources"]["StateMachineComponent"];
    let properties = &component["Properties"];
    let definition: Value = serde_json::from_str(properties["DefinitionString"].as_str().unwrap()).unwrap();
    let folder = folder("export-golden");
    let file = folder.join("machine.asl.json");
    std::fs::write(&file, definition.to_string()).unwrap();
    let (name, role) = (properties["StateMachineName"].as_str().unwrap(), properties["RoleArn"].as_str().unwrap());
    let template = exported("cloudformation", file.to_str().unwrap(), "machine", &["--machine", name, "--role", role]);
    assert_eq!(template["AWSTemplateFormatVersion"], golden["AWSTemplateFormatVersion"]);
    assert!(template["Description"].is_string());
    let machine = &template["Resources"]["StateMachine"];
    assert_eq!(machine["Type"], component["Type"]);
    assert_eq!(machine["Properties"]["RoleArn"], properties["RoleArn"]);
    assert_eq!(template["Parameters"]["StateMachineName"]["Default"], properties["StateMachineName"]);
    let own = machine["Properties"]["DefinitionString"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(own).unwrap(), definition);
    assert!(template["Resources"].get("StateMachineRole").is_none());
}

#[test]
#[ignore = "needs cfn-lint; `.ci/run --full` runs it"]
fn cfn_lint_finds_nothing() {
    let lint = tool("python/bin/cfn-lint");
    let folder = folder("export-lint");
    let mut files = Vec::new();
    every(["cloudformation", "sam"], |to| {
        for (file, name) in WORKFLOWS {
            let path = folder.join(format!("{name}.{to}.json"));
            std::fs::write(&path, export(to, file, name, &[])).unwrap();
            files.push(path);
        }
    });
    let output = Command::new(lint).args(&files).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty(), "{}", stdout(&output));
}

#[test]
#[ignore = "needs tsc; `.ci/run --full` runs it"]
fn the_construct_compiles() {
    let tsc = tool("node/node_modules/.bin/tsc");
    // Modules are searched in the folders above a file.
    let folder = tool("node").join("export");
    std::fs::create_dir_all(&folder).unwrap();
    let mut names = Vec::new();
    every(WORKFLOWS, |(file, name)| {
        std::fs::write(folder.join(format!("{name}.ts")), export("cdk", file, name, &[])).unwrap();
        names.push(format!("{name}.ts"));
    });
    let options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext"];
    let output = Command::new(tsc).args(options).args(&names).current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", stdout(&output));
}

#[test]
fn files_of_the_tests_are_there() {
    every(WORKFLOWS, |(file, _)| {
        assert!(files().join(file).is_file(), "{file}");
    });
}
