//! Exports a Terraform configuration, as JSON: <https://developer.hashicorp.com/terraform/language/syntax/json>.

use serde_json::{Map, Value, json};
use workflow_compiler::fragment::Escape;

use super::model::{
    ACCOUNT, Deployment, ExportFragment, LOG_DAYS, NAME, PARTITION, ParamKind, REGION, filled, map_texts, names,
};

pub(super) fn configuration(deployment: &Deployment) -> Value {
    let label = identifier(&deployment.title);
    let names = names(&deployment.params, &["state_machine_name"], identifier);
    let variable = |name: &str| format!("var.{}", names.get(name).map_or(name, String::as_str));
    let reference = |name: &str| {
        let of = match name {
            NAME => "var.state_machine_name".to_owned(),
            PARTITION => "data.aws_partition.current.partition".to_owned(),
            REGION => "data.aws_region.current.id".to_owned(),
            ACCOUNT => "data.aws_caller_identity.current.account_id".to_owned(),
            name => variable(name),
        };
        format!("${{{of}}}")
    };
    let text = |text: &str| Value::String(filled(text, escaped, reference));
    let definition = deployment.definition.text(escaped, |part| match part {
        ExportFragment::Text(text) => text.clone(),
        ExportFragment::Json(name) => format!("${{jsonencode({})}}", variable(name)),
        ExportFragment::Inside(name, escape) => {
            let is_text = deployment.kind(name) == ParamKind::Text;
            let value = if is_text { variable(name) } else { format!("jsonencode({})", variable(name)) };
            inside(&match escape {
                Escape::JsonataText => format!("replace({}, \"'\", \"\\\\u0027\")", json_text(&value)),
                Escape::Intrinsic => format!("replace({value}, \"/[\\\\\\\\'{{}}]/\", \"\\\\$0\")"),
                _ => value,
            })
        }
    });
    let mut variables = Map::new();
    variables.insert("state_machine_name".to_owned(), json!({"type": "string", "default": deployment.name}));
    for param in &deployment.params {
        let kind = match param.kind {
            ParamKind::Text => "string",
            ParamKind::Number => "number",
            ParamKind::Bool => "bool",
            ParamKind::Json => "any",
        };
        let mut own = json!({"type": kind});
        if let Some(comment) = &param.comment {
            own["description"] = escaped(comment).into();
        }
        variables.insert(names.get(&param.name).unwrap_or(&param.name).clone(), own);
    }
    let mut machine = Map::new();
    machine.insert("name".to_owned(), json!("${var.state_machine_name}"));
    machine.insert("type".to_owned(), deployment.type_name().into());
    machine.insert("definition".to_owned(), definition.into());
    let role = deployment.role.as_deref().map_or_else(|| format!("${{aws_iam_role.{label}.arn}}"), escaped);
    machine.insert("role_arn".to_owned(), role.into());
    machine.insert("publish".to_owned(), true.into());
    machine.insert(
        "logging_configuration".to_owned(),
        json!({
            "level": deployment.log_level(),
            "include_execution_data": false,
            "log_destination": format!("${{aws_cloudwatch_log_group.{label}.arn}}:*"),
        }),
    );
    machine.insert("tracing_configuration".to_owned(), json!({"enabled": deployment.tracing}));
    let mut resources = Map::new();
    let mut resource = |kind: &str, body: Value| {
        resources.insert(kind.to_owned(), json!({ label.as_str(): body }));
    };
    resource("aws_cloudwatch_log_group", json!({"name": text(&deployment.log_group()), "retention_in_days": LOG_DAYS}));
    if deployment.role.is_none() {
        let trust = map_texts(&deployment.trust(), &text);
        resource("aws_iam_role", json!({"name_prefix": "states-", "assume_role_policy": trust.to_string()}));
        if let Some(document) = &deployment.document {
            let document = map_texts(document, &text);
            let role = format!("${{aws_iam_role.{label}.id}}");
            resource("aws_iam_role_policy", json!({"role": role, "policy": document.to_string()}));
            machine.insert("depends_on".to_owned(), json!([format!("aws_iam_role_policy.{label}")]));
        }
    }
    resource("aws_sfn_state_machine", machine.into());
    resource(
        "aws_sfn_alias",
        json!({
            "name": deployment.alias,
            "routing_configuration": [{
                "state_machine_version_arn": format!("${{aws_sfn_state_machine.{label}.state_machine_version_arn}}"),
                "weight": 100,
            }],
        }),
    );
    json!({
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.6"}}},
        "data": {
            "aws_partition": {"current": {}},
            "aws_region": {"current": {}},
            "aws_caller_identity": {"current": {}},
        },
        "variable": variables,
        "resource": resources,
        "output": {
            "state_machine_arn": {"value": format!("${{aws_sfn_state_machine.{label}.arn}}")},
            "alias_arn": {"value": format!("${{aws_sfn_alias.{label}.arn}}")},
        },
    })
}

/// Returns the value of an expression inside a JSON string: its JSON without the quotes.
fn inside(expression: &str) -> String {
    format!("${{{}}}", json_text(expression))
}

fn json_text(expression: &str) -> String {
    format!("replace(jsonencode({expression}), \"/^\\\"|\\\"$/\", \"\")")
}

/// Escapes a string so that Terraform finds no expression in it.
fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// Returns a Terraform identifier: letters, digits and `_`, in lower case.
fn identifier(name: &str) -> String {
    let mut made = String::new();
    let mut before_lower = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && before_lower {
            made.push('_');
        }
        before_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        made.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' });
    }
    if made.starts_with(|c: char| c.is_ascii_digit()) || made.is_empty() {
        made.insert(0, '_');
    }
    made
}
