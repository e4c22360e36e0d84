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
    ("resources.rs", "Resize"),
    ("../../../../examples/src/order_saga.rs", "OrderSaga"),
    ("../../../../examples/src/process.rs", "Process"),
];

/// Options that give everything that an export can have.
const EVERYTHING: &[&str] = &[
    "--role-path",
    "/states/",
    "--permissions-boundary",
    "arn:aws:iam::123456789012:policy/boundary",
    "--log-level",
    "all",
    "--log-data",
    "--log-days",
    "90",
    "--tracing",
    "--kms-key",
    "alias/orders",
    "--tag",
    "team=orders",
    "--alarms",
    "--alarm-topic",
    "arn:aws:sns:eu-west-1:123456789012:alarms",
    "--dashboard",
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
        json!({"StateMachineName": {"Type": "String", "Default": "ShipOrder"},
            "Shipping": {"Type": "String", "AllowedPattern": r"(?!\{%)[^\x00-\x1f]*"},
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
    let inside = r#"{% '${replace(jsonencode(replace(replace(jsonencode(var.inject_greeting), "/^\"|\"$/", ""), "'", "\\u0027")), "/^\"|\"$/", "")}' & "#;
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

/// Returns the export of a parent with the two children that it starts.
fn stack(to: &str, more: &[&str]) -> String {
    let source = r#"workflow! {
        /// Charges a card.
        pub workflow Charge {
            input { id: String }
            returns { ok: bool }
            succeed Done { ok: true }
        }
        pub workflow Order {
            input { id: String }
            params { charge: Arn, notify: Arn, queue: String, names: Vec<String> }
            task Pay = workflow::<Charge>.sync:2 { StateMachineArn: params.charge, Input: { id: input.id } } timeout 1h -> Tell;
            task Tell = workflow::<Notify>.sync:2 { StateMachineArn: params.notify, Input: { text: "paid" } } timeout 1h -> Queue;
            task Queue = sqs::sendMessage { QueueUrl: params.queue, MessageBody: { names: params.names } } timeout 1m -> end;
        }
        pub workflow Notify {
            input { text: String }
            params { topic: Arn }
            task Send = sns::publish { TopicArn: params.topic, Message: input.text } timeout 1m -> end;
        }
    }"#;
    let path = super::command::file("export-stack", "orders.rs", source);
    let output = workflow(&[&["export", "--stack", "--to", to, path.to_str().unwrap()], more].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    stdout(&output)
}

#[test]
fn a_stack_has_all_workflows_and_their_references() {
    let template: Value = serde_json::from_str(&stack("cloudformation", &[])).unwrap();
    let parameters: Vec<_> = template["Parameters"].as_object().unwrap().keys().collect();
    assert_eq!(
        parameters,
        [
            "ChargeStateMachineName",
            "NotifyStateMachineName",
            "NotifyTopic",
            "OrderStateMachineName",
            "OrderQueue",
            "OrderNames"
        ]
    );
    let machine = &template["Resources"]["OrderStateMachine"]["Properties"];
    let substitutions = machine["DefinitionSubstitutions"].as_object().unwrap();
    assert!(substitutions.values().any(|value| *value == json!({"Ref": "ChargeStateMachine"})), "{substitutions:?}");
    let policy = template["Resources"]["OrderStateMachineRole"]["Properties"]["Policies"].to_string();
    assert!(policy.contains(r#"{"Fn::Sub":"${NotifyStateMachine}"}"#), "{policy}");
    let configuration: Value = serde_json::from_str(&stack("terraform", EVERYTHING)).unwrap();
    let definition = configuration["resource"]["aws_sfn_state_machine"]["order"]["definition"].as_str().unwrap();
    assert!(definition.contains("${jsonencode(aws_sfn_state_machine.charge.arn)}"), "{definition}");
    let variables: Vec<_> = configuration["variable"].as_object().unwrap().keys().collect();
    assert!(variables.iter().all(|name| ["charge_", "notify_", "order_"].iter().any(|own| name.starts_with(own))));
    assert_eq!(configuration["variable"]["order_names"]["type"], "list(string)");
    let constructs = stack("cdk", &[]);
    let child = "new Order(this, 'Order', { ...props.order, charge: this.charge.stateMachine.attrArn, notify: this.notify.stateMachine.attrArn })";
    assert!(constructs.contains(child), "{constructs}");
    assert!(constructs.contains("readonly names: string[];"), "{constructs}");
}

#[test]
fn an_export_has_what_a_deployment_has() {
    let template = exported("cloudformation", "order.rs", "ShipOrder", EVERYTHING);
    let resources = &template["Resources"];
    let machine = &resources["StateMachine"]["Properties"];
    let tags = json!([{"Key": "team", "Value": "orders"}]);
    assert_eq!((&machine["Tags"], &resources["StateMachineRole"]["Properties"]["Tags"]), (&tags, &tags));
    assert_eq!(machine["LoggingConfiguration"]["Level"], "ALL");
    assert_eq!(machine["LoggingConfiguration"]["IncludeExecutionData"], true);
    assert_eq!(machine["EncryptionConfiguration"]["KmsKeyId"], "alias/orders");
    assert_eq!(resources["StateMachineLogs"]["Properties"]["RetentionInDays"], 90);
    assert_eq!(resources["StateMachineLogs"]["DeletionPolicy"], "RetainExceptOnCreate");
    assert_eq!(resources["StateMachineRole"]["Properties"]["Path"], "/states/");
    let alarm = &resources["TimedOutAlarm"]["Properties"];
    assert_eq!(alarm["Dimensions"], json!([{"Name": "StateMachineArn", "Value": {"Fn::Sub": "${StateMachine}"}}]));
    assert_eq!(alarm["AlarmActions"], json!(["arn:aws:sns:eu-west-1:123456789012:alarms"]));
    let body = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"].as_str().unwrap();
    assert!(serde_json::from_str::<Value>(body).is_ok() && body.contains(r#""region":"${AWS::Region}""#), "{body}");
    // A task of at most one minute, and some time for AWS itself.
    let known: Value = serde_json::from_str(&stack("cloudformation", &["--alarms"])).unwrap();
    assert_eq!(known["Resources"]["NotifyLongAlarm"]["Properties"]["Threshold"], 126_000);
    assert_eq!(known["Description"], "The state machines Charge, Notify, Order");
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
    assert_eq!(configuration["variable"]["take_order_limit"]["type"], "number");
    let definition = configuration["resource"]["aws_sfn_state_machine"]["take_order"]["definition"].as_str().unwrap();
    assert!(definition.contains(r#""limit": ${jsonencode(var.take_order_limit)}"#), "{definition}");
    // Every expression refers to a variable.
    assert!(definition.split("${").skip(1).all(|rest| rest.starts_with("jsonencode(var.")), "{definition}");
    let values = definition
        .replace("${jsonencode(var.take_order_limit)}", "3")
        .replace("${jsonencode(var.take_order_table)}", "\"t\"");
    let made: Value = serde_json::from_str(&values).unwrap();
    assert_eq!(made["States"]["Params"]["Output"]["limit"], 3);
}

/// The arguments that a configuration may have, by resource and block, in the schema of Terraform's AWS provider
/// 6.25.0. Required ones have a `!`.
const TERRAFORM: [(&str, &[&str]); 11] = [
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
    ("encryption_configuration", &["kms_data_key_reuse_period_seconds", "kms_key_id", "type"]),
    (
        "aws_cloudwatch_metric_alarm",
        &[
            "alarm_actions",
            "alarm_description",
            "alarm_name!",
            "comparison_operator!",
            "dimensions",
            "evaluation_periods!",
            "metric_name",
            "namespace",
            "period",
            "statistic",
            "tags",
            "threshold",
            "treat_missing_data",
        ],
    ),
    ("aws_cloudwatch_dashboard", &["dashboard_body!", "dashboard_name!", "region"]),
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
        // Those are maps.
        let is_block = |block: &&Value| block.is_object() && !["tags", "dimensions"].contains(&argument.as_str());
        for block in blocks.iter().filter(is_block) {
            has_terraform_arguments(argument, block);
        }
    }
}

#[test]
fn terraform_gives_arguments_that_the_provider_has() {
    every([&[][..], EVERYTHING, &["--role", "arn:aws:iam::123456789012:role/r", "--alias", "prod"]], |options| {
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
            let path = folder.join(format!("{name}-everything.{to}.json"));
            std::fs::write(&path, export(to, file, name, EVERYTHING)).unwrap();
            files.push(path);
        }
        let path = folder.join(format!("stack.{to}.json"));
        std::fs::write(&path, stack(to, EVERYTHING)).unwrap();
        files.push(path);
    });
    let output = Command::new(lint).args(&files).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty(), "{}", stdout(&output));
    let sam = files.iter().filter(|file| file.to_str().unwrap().ends_with(".sam.json"));
    let python = Command::new(tool("python/bin/python")).args(["-c", TRANSLATE]).args(sam).output().unwrap();
    assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
}

/// Translates SAM templates to CloudFormation, with AWS's own code.
const TRANSLATE: &str = r#"
import json, os, sys
os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"
from samtranslator.translator.transform import transform
class NoPolicies:
    def load(self): return {}
for file in sys.argv[1:]:
    template = json.load(open(file))
    values = {name: parameter.get("Default", "x") for name, parameter in template["Parameters"].items()}
    kinds = {resource["Type"] for resource in transform(template, values, NoPolicies())["Resources"].values()}
    assert "AWS::StepFunctions::StateMachineAlias" in kinds and not any("Serverless" in kind for kind in kinds), file
"#;

/// Collects the expressions in the strings of a configuration: what is between `${` and its `}`.
fn expressions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            for (start, _) in text.match_indices("${").filter(|(at, _)| !text[..*at].ends_with('$')) {
                let (mut depth, mut quoted, mut escaped) = (1, false, false);
                let end = text[start + 2..].find(|letter: char| {
                    match letter {
                        _ if escaped => escaped = false,
                        '\\' => escaped = true,
                        '"' => quoted = !quoted,
                        '{' if !quoted => depth += 1,
                        '}' if !quoted => depth -= 1,
                        _ => {}
                    }
                    depth == 0
                });
                found.push(text[start + 2..start + 2 + end.unwrap()].to_owned());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| expressions(item, found)),
        Value::Object(members) => members.values().for_each(|member| expressions(member, found)),
        _ => {}
    }
}

#[test]
#[ignore = "needs python-hcl2; `.ci/run --full` runs it"]
fn the_expressions_of_terraform_can_be_read() {
    let mut found = Vec::new();
    for (file, name) in WORKFLOWS {
        expressions(&exported("terraform", file, name, EVERYTHING), &mut found);
    }
    expressions(&serde_json::from_str(&stack("terraform", EVERYTHING)).unwrap(), &mut found);
    assert!(found.len() > 100, "{found:?}");
    let file = folder("export-hcl").join("all.tf");
    let lines = found.iter().enumerate().map(|(number, expression)| format!("a{number} = {expression}\n"));
    std::fs::write(&file, lines.collect::<String>()).unwrap();
    let output = Command::new(tool("python/bin/hcl2tojson")).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Synthesizes a CDK app with the constructs of all files, and grants a role the start of each.
const SYNTHESIZE: &str = r#"
const { App, Stack } = require('aws-cdk-lib');
const iam = require('aws-cdk-lib/aws-iam');
const app = new App();
const aws = (module) => require('aws-cdk-lib/aws-' + module);
const resources = (stack) => ({
  resize: aws('lambda').Function.fromFunctionName(stack, 'F', 'resize'),
  jobs: aws('sqs').Queue.fromQueueArn(stack, 'Q', 'arn:aws:sqs:eu-west-1:123456789012:jobs'),
  photos: aws('s3').Bucket.fromBucketName(stack, 'B', 'pics'),
  rows: aws('dynamodb').Table.fromTableName(stack, 'R', 'rows'),
  done: aws('sns').Topic.fromTopicArn(stack, 'T', 'arn:aws:sns:eu-west-1:123456789012:done'),
  child: aws('stepfunctions').StateMachine.fromStateMachineName(stack, 'C', 'child'),
});
for (const file of process.argv.slice(1)) {
  const stack = new Stack(app, file.replace('.ts', ''));
  const all = require('./' + file.replace('.ts', '.js'));
  if (all.Workflows) {
    new all.Workflows(stack, 'All', { order: { queue: 'q', names: ['a'] }, notify: { topic: 't' } });
    continue;
  }
  const known = file.startsWith('Resize') ? resources(stack) : {};
  const any = (_, name) => known[name] ?? (name === 'stateMachineName' ? undefined : `of ${String(name)}`);
  const made = new (Object.values(all)[0])(stack, 'It', new Proxy({}, { get: any }));
  made.machine.grantStartExecution(new iam.Role(stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() }));
  made.machine.metricFailed();
}
for (const stack of app.synth().stacks) {
  const kinds = Object.values(stack.template.Resources).map((resource) => resource.Type);
  if (!kinds.includes('AWS::StepFunctions::StateMachineAlias')) throw new Error(stack.stackName);
}
"#;

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
        std::fs::write(folder.join(format!("{name}All.ts")), export("cdk", file, name, EVERYTHING)).unwrap();
        names.extend([format!("{name}.ts"), format!("{name}All.ts")]);
    });
    std::fs::write(folder.join("Stack.ts"), stack("cdk", EVERYTHING)).unwrap();
    names.push("Stack.ts".to_owned());
    let options = ["--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext"];
    let output = Command::new(tsc).args(options).args(&names).current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", stdout(&output));
    let synthesized = Command::new("node").args(["-e", SYNTHESIZE]).args(&names).current_dir(&folder).output().unwrap();
    assert!(synthesized.status.success(), "{}", String::from_utf8_lossy(&synthesized.stderr));
}

#[test]
fn files_of_the_tests_are_there() {
    every(WORKFLOWS, |(file, _)| {
        assert!(files().join(file).is_file(), "{file}");
    });
}
