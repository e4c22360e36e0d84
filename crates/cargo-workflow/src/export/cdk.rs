//! A construct of the CDK, in TypeScript: <https://docs.aws.amazon.com/cdk/v2/guide/constructs.html>.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;
use workflow_asl::placeholder;
use workflow_services::{ResourceForm, ResourceKind};

use super::model::{
    ACCOUNT, Deployment, KEY_SECONDS, MACHINE, NAME, PARTITION, ParamKind, Preference, REGION, Stack, filled, names,
    pascal,
};

/// Returns a construct for each state machine, and in a stack one that has all of them.
pub(super) fn constructs(stack: &Stack<'_>) -> String {
    let constructs: Vec<String> = stack.deployments.iter().map(construct).collect();
    let titles: Vec<&str> = stack.deployments.iter().map(|deployment| deployment.title.as_str()).collect();
    let uses = |of: &str| constructs.iter().any(|text| text.contains(of));
    let core = ["CfnDeletionPolicy", "Fn", "RemovalPolicy", "Stack", "Tags"];
    let core: Vec<&str> = core.into_iter().filter(|name| uses(&format!("{name}."))).collect();
    let mut text = format!(
        "// The state machine{} {}, with role, policy, log group and alias.\n\
         import {{ {} }} from 'aws-cdk-lib';\n",
        if titles.len() == 1 { "" } else { "s" },
        titles.join(", ").replace('\n', " "),
        core.join(", ")
    );
    let modules = ["cloudwatch", "dynamodb", "iam", "lambda", "logs", "s3", "sfn", "sns", "sqs"];
    for name in modules {
        let is_used = match name {
            // The definition may contain the name of the service.
            "dynamodb" | "lambda" | "s3" | "sns" | "sqs" => uses(&format!(": {name}.I")),
            _ => uses(&format!("{name}.")),
        };
        let module = if name == "sfn" { "stepfunctions" } else { name };
        if is_used {
            let _ = writeln!(text, "import * as {name} from 'aws-cdk-lib/aws-{module}';");
        }
    }
    text.push_str("import { Construct } from 'constructs';\n\n");
    text.push_str(&constructs.join("\n"));
    if titles.len() > 1 {
        text.push_str(&all(stack));
    }
    text
}

/// The interface of each kind of resource, and the beginning of its properties: `queueArn`, `queueName`, `queueUrl`.
const RESOURCES: [(ResourceKind, &str, &str); 6] = [
    (ResourceKind::Function, "lambda.IFunction", "function"),
    (ResourceKind::Queue, "sqs.IQueue", "queue"),
    (ResourceKind::Bucket, "s3.IBucket", "bucket"),
    (ResourceKind::Table, "dynamodb.ITable", "table"),
    (ResourceKind::Topic, "sns.ITopic", "topic"),
    (ResourceKind::StateMachine, "sfn.IStateMachine", "stateMachine"),
];

fn interface(kind: ResourceKind) -> (&'static str, &'static str) {
    let row = RESOURCES.iter().find(|(of, ..)| *of == kind);
    row.map_or(("string", ""), |(_, interface, start)| (interface, start))
}

/// Returns the expression for the value of a parameter, or of a form of its resource.
fn value_of(deployment: &Deployment<'_>, names: &BTreeMap<String, String>, name: &str) -> String {
    let own = (name, deployment.resources.0.get(name).copied(), ResourceForm::Arn);
    let (param, kind, form) =
        deployment.resources.form(name).map_or(own, |(param, kind, form)| (param, Some(kind), form));
    let prop = format!("props.{}", member(names, param));
    let is_started = deployment.started.contains_key(param);
    let arn = match kind {
        Some(kind) if !is_started => format!("{prop}.{}Arn", interface(kind).1),
        _ => prop.clone(),
    };
    match (kind, form) {
        (None, _) | (_, ResourceForm::Arn) => arn,
        // A state machine's interface has no name.
        (Some(kind @ ResourceKind::StateMachine), _) => {
            let (by, at) = kind.name_at();
            format!("Fn.select({at}, Fn.split('{by}', {arn}))")
        }
        (Some(kind), form) => format!("{prop}.{}{}", interface(kind).1, pascal(form.member())),
    }
}

/// Returns the construct that has all of a stack.
fn all(stack: &Stack<'_>) -> String {
    let name = |deployment: &Deployment<'_>| (class_name(&deployment.title), camel(&deployment.title));
    let mut text = "\nexport interface WorkflowsProps {\n".to_owned();
    for deployment in &stack.deployments {
        let (class, member) = name(deployment);
        let own: Vec<String> = deployment.started.keys().map(|param| quoted(&camel(param))).collect();
        let props =
            if own.is_empty() { format!("{class}Props") } else { format!("Omit<{class}Props, {}>", own.join(" | ")) };
        let mark = if deployment.params.is_empty() { "?" } else { "" };
        let _ = writeln!(text, "  readonly {member}{mark}: {props};");
    }
    let needs = stack.deployments.iter().any(|deployment| !deployment.params.is_empty());
    text.push_str(
        "}\n\n/** All of them: the parents start their children. */\nexport class Workflows extends Construct {\n",
    );
    for deployment in &stack.deployments {
        let (class, member) = name(deployment);
        let _ = writeln!(text, "  public readonly {member}: {class};");
    }
    let default = if needs { "" } else { " = {}" };
    let _ = writeln!(
        text,
        "\n  constructor(scope: Construct, id: string, props: WorkflowsProps{default}) {{\n    super(scope, id);"
    );
    for deployment in &stack.deployments {
        let (class, member) = name(deployment);
        let started = deployment
            .started
            .iter()
            .map(|(param, other)| format!(", {}: this.{}.stateMachine.attrArn", camel(param), camel(other)));
        let started: String = started.collect();
        let _ = writeln!(text, "    this.{member} = new {class}(this, '{class}', {{ ...props.{member}{started} }});");
    }
    text.push_str("  }\n}\n");
    text
}

fn construct(deployment: &Deployment<'_>) -> String {
    let settings = deployment.settings;
    let class = class_name(&deployment.title);
    let mut names = names(&deployment.params, &["stateMachineName"], camel);
    names.extend(deployment.started.keys().map(|param| (param.clone(), camel(param))));
    let mut ids = super::model::names(&deployment.params, &[NAME], pascal);
    ids.extend(deployment.resources.placeholders().map(|name| (name.clone(), pascal(&name))));
    let (definition, values) = deployment.substituted(&ids);
    let definition = serde_json::from_str::<Value>(&definition).map_or(definition, |value| format!("{value:#}"));
    let definition_name = format!("{}Definition", camel(&class));
    let mut text = String::new();
    let _ = writeln!(text, "export interface {class}Props {{");
    let _ =
        writeln!(text, "  /** The name in AWS; {} if it is not given. */", quoted(&deployment.name).replace("*/", "*"));
    text.push_str("  readonly stateMachineName?: string;\n");
    for param in &deployment.params {
        if let Some(comment) = &param.comment {
            let _ = writeln!(text, "  /** {} */", comment.replace('\n', " ").replace("*/", "*"));
        }
        let kind = |kind| match kind {
            ParamKind::Text => "string",
            ParamKind::Number => "number",
            ParamKind::Bool => "boolean",
            ParamKind::Json => "unknown",
        };
        let kind = match (param.resource, param.items) {
            (Some(resource), _) => interface(resource).0.to_owned(),
            (None, Some(items)) => format!("{}[]", kind(items)),
            (None, None) => kind(param.kind).to_owned(),
        };
        let _ = writeln!(text, "  readonly {}: {kind};", member(&names, &param.name));
    }
    for (param, other) in &deployment.started {
        let _ = writeln!(text, "  /** The ARN of the state machine {other}. */\n  readonly {}: string;", camel(param));
    }
    text.push_str("}\n\n");
    let _ = writeln!(text, "export class {class} extends Construct {{");
    text.push_str(
        "  public readonly stateMachine: sfn.CfnStateMachine;\n  public readonly alias: sfn.CfnStateMachineAlias;\n",
    );
    text.push_str("  /** For grants and metrics. */\n  public readonly machine: sfn.IStateMachine;\n");
    text.push_str("  public readonly logGroup: logs.LogGroup;\n");
    if settings.role.is_none() {
        text.push_str("  public readonly role: iam.Role;\n");
    }
    let has_params = !deployment.params.is_empty() || !deployment.started.is_empty();
    let props = if !has_params { format!("{class}Props = {{}}") } else { format!("{class}Props") };
    let _ = write!(
        text,
        "\n  constructor(scope: Construct, id: string, props: {props}) {{\n    super(scope, id);\n\
         \x20   const stack = Stack.of(this);\n    const name = props.stateMachineName ?? {};\n",
        quoted(&deployment.name)
    );
    let template = |text: &str| template(text, &|name| value_of(deployment, &names, name));
    let _ = write!(
        text,
        "    this.logGroup = new logs.LogGroup(this, 'Logs', {{\n      logGroupName: {},\n      retention: {},\n\
         \x20     removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,\n    }});\n",
        template(&deployment.log_group()),
        settings.log_days
    );
    let role = match &settings.role {
        Some(role) => quoted(role),
        None => {
            text.push_str("    this.role = new iam.Role(this, 'Role', {\n");
            text.push_str("      assumedBy: new iam.ServicePrincipal('states.amazonaws.com', {\n        conditions: ");
            let trust = deployment.trust();
            let conditions =
                trust.pointer("/Statement/0/Condition").cloned().unwrap_or_else(|| Value::Object(Default::default()));
            text.push_str(&json(&conditions, 4, &template));
            text.push_str(",\n      }),\n");
            if let Some(document) = &deployment.document {
                text.push_str("      inlinePolicies: {\n        StateMachine: iam.PolicyDocument.fromJson(");
                text.push_str(&json(document, 4, &template));
                text.push_str("),\n      },\n");
            }
            if let Some(path) = &settings.role_path {
                let _ = writeln!(text, "      path: {},", quoted(path));
            }
            if let Some(boundary) = &settings.permissions_boundary {
                let boundary = quoted(boundary);
                let policy = format!("iam.ManagedPolicy.fromManagedPolicyArn(this, 'Boundary', {boundary})");
                let _ = writeln!(text, "      permissionsBoundary: {policy},");
            }
            text.push_str("    });\n");
            "this.role.roleArn".to_owned()
        }
    };
    let _ = write!(
        text,
        "    this.stateMachine = new sfn.CfnStateMachine(this, 'StateMachine', {{\n\
         \x20     stateMachineName: name,\n      stateMachineType: '{}',\n      roleArn: {role},\n\
         \x20     definitionString: {definition_name},\n",
        deployment.type_name()
    );
    if !values.is_empty() {
        text.push_str("      definitionSubstitutions: {\n");
        for (key, (name, replacements)) in &values {
            let value = value_of(deployment, &names, name);
            let is_text = deployment.kind(name) == ParamKind::Text;
            let replacements = if deployment.started.contains_key(*name) { &[][..] } else { replacements };
            let value = if is_text { value } else { format!("JSON.stringify({value})") };
            // They work for tokens too.
            let value = replacements.iter().fold(value, |value, (from, to)| {
                format!("Fn.join({}, Fn.split({}, {value}))", quoted(to), quoted(from))
            });
            let _ = writeln!(text, "        {key}: {value},");
        }
        text.push_str("      },\n");
    }
    let _ = write!(
        text,
        "      loggingConfiguration: {{\n        level: '{}',\n        includeExecutionData: {},\n\
         \x20       destinations: [{{ cloudWatchLogsLogGroup: {{ logGroupArn: this.logGroup.logGroupArn }} }}],\n      }},\n\
         \x20     tracingConfiguration: {{ enabled: {} }},\n    }});\n",
        deployment.log_level(),
        settings.log_data,
        settings.tracing
    );
    if let Some(key) = &settings.kms_key {
        let encryption = format!(
            "{{ type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: {}, kmsDataKeyReusePeriodSeconds: {KEY_SECONDS} }}",
            quoted(key)
        );
        let _ = writeln!(text, "    this.stateMachine.encryptionConfiguration = {encryption};");
    }
    if settings.role.is_none() {
        text.push_str("    this.stateMachine.node.addDependency(this.role);\n");
    }
    text.push_str(
        "    this.machine = sfn.StateMachine.fromStateMachineArn(this, 'Machine', this.stateMachine.attrArn);\n",
    );
    let routing = match &deployment.preference {
        None => "routingConfiguration: [{ stateMachineVersionArn: version.attrArn, weight: 100 }]".to_owned(),
        Some(Preference { kind, percent, minutes, alarms }) => format!(
            "deploymentPreference: {{ stateMachineVersionArn: version.attrArn, type: '{kind}', percentage: {percent}, interval: \
             {minutes}, alarms: {} }}",
            Value::from(alarms.clone())
        ),
    };
    let _ = write!(
        text,
        "    const version = new sfn.CfnStateMachineVersion(this, 'Version', {{\n\
         \x20     stateMachineArn: this.stateMachine.attrArn,\n\
         \x20     stateMachineRevisionId: this.stateMachine.attrStateMachineRevisionId,\n    }});\n\
         \x20   // Keep replaced versions, because executions may run on them.\n\
         \x20   version.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;\n\
         \x20   version.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;\n\
         \x20   this.alias = new sfn.CfnStateMachineAlias(this, 'Alias', {{\n      name: {},\n\
         \x20     {routing},\n    }});\n",
        quoted(&settings.alias)
    );
    for alarm in &deployment.alarms {
        let properties = json(&camel_case(alarm.properties(settings.alarm_topic.as_deref())), 2, &template);
        let _ = writeln!(text, "    new cloudwatch.CfnAlarm(this, '{}Alarm', {properties});", alarm.id);
    }
    if settings.dashboard {
        let body = json(&deployment.dashboard(), 3, &template);
        let _ = writeln!(
            text,
            "    new cloudwatch.CfnDashboard(this, 'Dashboard', {{\n      dashboardName: name,\n\
             \x20     dashboardBody: stack.toJsonString({body}),\n    }});"
        );
    }
    for (key, value) in &settings.tags {
        let _ = writeln!(text, "    Tags.of(this).add({}, {});", quoted(key), quoted(value));
    }
    text.push_str("  }\n}\n");
    format!("{text}\nconst {definition_name} = {};\n", template_literal(&definition))
}

/// Returns the properties of a CloudFormation resource with the names of the CDK.
fn camel_case(properties: Value) -> Value {
    match properties {
        Value::Array(items) => items.into_iter().map(camel_case).collect(),
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| (camel(&name), camel_case(value)));
            Value::Object(members.collect())
        }
        other => other,
    }
}

/// Returns a string as a multi-line literal without expressions.
fn template_literal(text: &str) -> String {
    format!("`{}`", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${")
}

/// Returns a string with placeholders as a template literal, or a string without any as a string.
fn template(text: &str, value_of: &impl Fn(&str) -> String) -> String {
    if placeholder::named(text).next().is_none() {
        return quoted(text);
    }
    let value = |name: &str| {
        let of = match name {
            NAME => "name".to_owned(),
            MACHINE => "this.stateMachine.attrArn".to_owned(),
            PARTITION => "stack.partition".to_owned(),
            REGION => "stack.region".to_owned(),
            ACCOUNT => "stack.account".to_owned(),
            name => value_of(name),
        };
        format!("${{{of}}}")
    };
    format!("`{}`", filled(text, escaped, value))
}

/// Writes JSON as a multi-line expression, indented by `levels`.
fn json(value: &Value, levels: usize, text: &impl Fn(&str) -> String) -> String {
    let (outer, inner) = ("  ".repeat(levels), "  ".repeat(levels + 1));
    match value {
        Value::String(of) => text(of),
        Value::Array(items) if !items.is_empty() => {
            let items: String =
                items.iter().map(|item| format!("{inner}{},\n", json(item, levels + 1, text))).collect();
            format!("[\n{items}{outer}]")
        }
        Value::Object(members) if !members.is_empty() => {
            let members: String = members
                .iter()
                .map(|(name, value)| format!("{inner}{}: {},\n", quoted(name), json(value, levels + 1, text)))
                .collect();
            format!("{{\n{members}{outer}}}")
        }
        other => other.to_string(),
    }
}

fn member<'n>(names: &'n BTreeMap<String, String>, name: &'n str) -> &'n str {
    names.get(name).map_or(name, String::as_str)
}

fn camel(name: &str) -> String {
    let pascal = pascal(name);
    let (first, rest) = pascal.split_at(1);
    format!("{}{rest}", first.to_lowercase())
}

fn class_name(title: &str) -> String {
    let name = pascal(title);
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("StateMachine{name}") } else { name }
}

/// Returns a TypeScript string. TypeScript supports JSON's escapes.
fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}
