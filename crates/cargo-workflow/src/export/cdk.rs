//! A construct of the CDK, in TypeScript: <https://docs.aws.amazon.com/cdk/v2/guide/constructs.html>.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;
use workflow_asl::placeholder;

use super::model::{
    ACCOUNT, Deployment, LOG_DAYS, NAME, PARTITION, ParamKind, Preference, REGION, filled, names, pascal,
};

pub(super) fn construct(deployment: &Deployment) -> String {
    let class = class_name(&deployment.title);
    let names = names(&deployment.params, &["stateMachineName"], camel);
    let ids = super::model::names(&deployment.params, &[NAME], pascal);
    let (definition, values) = deployment.substituted(&ids);
    let definition = serde_json::from_str::<Value>(&definition).map_or(definition, |value| format!("{value:#}"));
    let fn_import = if values.values().any(|(_, replacements)| !replacements.is_empty()) { "Fn, " } else { "" };
    let mut text = format!(
        "// The state machine {}, with its role, policy, log group and alias.\n\
         import {{ CfnDeletionPolicy, {fn_import}Stack }} from 'aws-cdk-lib';\n\
         import * as iam from 'aws-cdk-lib/aws-iam';\n\
         import * as logs from 'aws-cdk-lib/aws-logs';\n\
         import * as sfn from 'aws-cdk-lib/aws-stepfunctions';\n\
         import {{ Construct }} from 'constructs';\n\n",
        deployment.title.replace('\n', " ")
    );
    let _ = writeln!(text, "export interface {class}Props {{");
    let _ =
        writeln!(text, "  /** The name in AWS; {} if it is not given. */", quoted(&deployment.name).replace("*/", "*"));
    text.push_str("  readonly stateMachineName?: string;\n");
    for param in &deployment.params {
        if let Some(comment) = &param.comment {
            let _ = writeln!(text, "  /** {} */", comment.replace('\n', " ").replace("*/", "*"));
        }
        let kind = match param.kind {
            ParamKind::Text => "string",
            ParamKind::Number => "number",
            ParamKind::Bool => "boolean",
            ParamKind::Json => "unknown",
        };
        let _ = writeln!(text, "  readonly {}: {kind};", member(&names, &param.name));
    }
    text.push_str("}\n\n");
    let _ = writeln!(text, "export class {class} extends Construct {{");
    text.push_str(
        "  public readonly stateMachine: sfn.CfnStateMachine;\n  public readonly alias: sfn.CfnStateMachineAlias;\n",
    );
    text.push_str("  public readonly logGroup: logs.LogGroup;\n");
    if deployment.role.is_none() {
        text.push_str("  public readonly role: iam.Role;\n");
    }
    let props = if deployment.params.is_empty() { format!("{class}Props = {{}}") } else { format!("{class}Props") };
    let _ = write!(
        text,
        "\n  constructor(scope: Construct, id: string, props: {props}) {{\n    super(scope, id);\n\
         \x20   const stack = Stack.of(this);\n    const name = props.stateMachineName ?? {};\n",
        quoted(&deployment.name)
    );
    let template = |text: &str| template(text, &names);
    let _ = write!(
        text,
        "    this.logGroup = new logs.LogGroup(this, 'Logs', {{\n      logGroupName: {},\n      retention: {LOG_DAYS},\n    }});\n",
        template(&deployment.log_group())
    );
    let role = match &deployment.role {
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
            text.push_str("    });\n");
            "this.role.roleArn".to_owned()
        }
    };
    let _ = write!(
        text,
        "    this.stateMachine = new sfn.CfnStateMachine(this, 'StateMachine', {{\n\
         \x20     stateMachineName: name,\n      stateMachineType: '{}',\n      roleArn: {role},\n\
         \x20     definitionString: definition,\n",
        deployment.type_name()
    );
    if !values.is_empty() {
        text.push_str("      definitionSubstitutions: {\n");
        for (key, (name, replacements)) in &values {
            let value = format!("props.{}", member(&names, name));
            let is_text = deployment.kind(name) == ParamKind::Text;
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
        "      loggingConfiguration: {{\n        level: '{}',\n        includeExecutionData: false,\n\
         \x20       destinations: [{{ cloudWatchLogsLogGroup: {{ logGroupArn: this.logGroup.logGroupArn }} }}],\n      }},\n\
         \x20     tracingConfiguration: {{ enabled: {} }},\n    }});\n",
        deployment.log_level(),
        deployment.tracing
    );
    if deployment.role.is_none() {
        text.push_str("    this.stateMachine.node.addDependency(this.role);\n");
    }
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
         \x20   version.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN;\n\
         \x20   version.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;\n\
         \x20   this.alias = new sfn.CfnStateMachineAlias(this, 'Alias', {{\n      name: {},\n\
         \x20     {routing},\n    }});\n  }}\n}}\n",
        quoted(&deployment.alias)
    );
    format!("{text}\nconst definition = {};\n", template_literal(&definition))
}

/// Returns a string as a multi-line literal without expressions.
fn template_literal(text: &str) -> String {
    format!("`{}`", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${")
}

/// Returns a string with placeholders as a template literal, or a string without any as a string.
fn template(text: &str, names: &BTreeMap<String, String>) -> String {
    if placeholder::named(text).next().is_none() {
        return quoted(text);
    }
    let value = |name: &str| {
        let of = match name {
            NAME => "name".to_owned(),
            PARTITION => "stack.partition".to_owned(),
            REGION => "stack.region".to_owned(),
            ACCOUNT => "stack.account".to_owned(),
            name => format!("props.{}", member(names, name)),
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
