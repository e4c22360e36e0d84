//! Exports a Terraform configuration, as JSON: <https://developer.hashicorp.com/terraform/language/syntax/json>.

use serde_json::{Value, json};
use workflow_compiler::fragment::Escape;
use workflow_services::ResourceForm;

use super::model::{
    ACCOUNT, Deployment, ExportFragment, KEY_SECONDS, MACHINE, NAME, PARTITION, ParamKind, REGION, Stack, filled,
    map_texts, names,
};

/// Returns the configuration. All its names begin with the workflow's name, so that a module can have several.
pub(super) fn configuration(stack: &Stack<'_>) -> Value {
    let mut blocks = json!({
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.6"}}},
        "data": {}, "variable": {}, "resource": {}, "output": {},
    });
    for deployment in &stack.deployments {
        Module { deployment, label: identifier(&deployment.title), blocks: &mut blocks }.add();
    }
    blocks
}

/// A state machine's part of a configuration.
struct Module<'m> {
    deployment: &'m Deployment<'m>,
    label: String,
    blocks: &'m mut Value,
}

impl Module<'_> {
    fn resource(&mut self, kind: &str, label: &str, body: Value) {
        self.blocks["resource"][kind][label] = body;
    }

    fn add(mut self) {
        let (deployment, settings, label) = (self.deployment, self.deployment.settings, self.label.clone());
        let taken = "state_machine_name";
        let names = names(&deployment.params, &[taken], identifier);
        let whole = |name: &str| match deployment.started.get(name) {
            Some(other) => format!("aws_sfn_state_machine.{}.arn", identifier(other)),
            None => format!("var.{label}_{}", names.get(name).map_or(name, String::as_str)),
        };
        // An expression with quotes cannot be inside the JSON of a policy.
        let variable = |name: &str| match deployment.resources.form(name) {
            Some((param, _, form)) => {
                format!("local.{label}_{}_{}", names.get(param).map_or(param, String::as_str), form.member())
            }
            None => whole(name),
        };
        for placeholder in deployment.resources.placeholders().filter(|name| deployment.uses(name)) {
            let Some((param, kind, form)) = deployment.resources.form(&placeholder) else { continue };
            let part = |(by, at): (char, usize)| format!("split(\"{by}\", {})[{at}]", whole(param));
            let (region, account, name) = (part((':', 3)), part((':', 4)), part(kind.name_at()));
            let suffix = format!("data.aws_partition.{label}.dns_suffix");
            let value = match form {
                ResourceForm::Url => {
                    format!("format(\"https://sqs.%s.%s/%s/%s\", {region}, {suffix}, {account}, {name})")
                }
                ResourceForm::Arn | ResourceForm::Name => name,
            };
            let own = variable(&placeholder);
            self.blocks["locals"][own.trim_start_matches("local.")] = format!("${{{value}}}").into();
        }
        let reference = |name: &str| {
            let of = match name {
                NAME => format!("var.{label}_{taken}"),
                MACHINE => format!("aws_sfn_state_machine.{label}.arn"),
                PARTITION => format!("data.aws_partition.{label}.partition"),
                REGION => format!("data.aws_region.{label}.id"),
                ACCOUNT => format!("data.aws_caller_identity.{label}.account_id"),
                name => variable(name),
            };
            format!("${{{of}}}")
        };
        let text = |text: &str| Value::String(filled(text, escaped, reference));
        for data in ["aws_partition", "aws_region", "aws_caller_identity"] {
            self.blocks["data"][data][&label] = json!({});
        }
        let name = json!({"type": "string", "default": deployment.name});
        self.blocks["variable"][format!("{label}_{taken}")] = name;
        for param in &deployment.params {
            let kind = match (param.kind, param.items) {
                (_, Some(items)) => format!("list({})", kind_name(items)),
                (kind, None) => kind_name(kind).to_owned(),
            };
            let mut own = json!({"type": kind});
            if let Some(comment) = &param.comment {
                own["description"] = escaped(comment).into();
            }
            let name = names.get(&param.name).unwrap_or(&param.name);
            if let Some(kind) = param.resource {
                let condition = format!("${{can(regex(\"^{}$\", var.{label}_{name}))}}", kind.pattern());
                let message = format!("It must be the ARN of {}.", kind.words());
                own["validation"] = json!({"condition": condition, "error_message": message});
            }
            self.blocks["variable"][format!("{label}_{name}")] = own;
        }
        let tagged = |mut body: Value| {
            if !settings.tags.is_empty() {
                let tags = settings.tags.iter().map(|(key, value)| (escaped(key), escaped(value).into()));
                body["tags"] = Value::Object(tags.collect());
            }
            body
        };
        let role = settings.role.as_deref().map_or_else(|| format!("${{aws_iam_role.{label}.arn}}"), escaped);
        let mut machine = json!({
            "name": reference(NAME),
            "type": deployment.type_name(),
            "definition": definition(deployment, &variable),
            "role_arn": role,
            "publish": true,
            "logging_configuration": {
                "level": deployment.log_level(),
                "include_execution_data": settings.log_data,
                "log_destination": format!("${{aws_cloudwatch_log_group.{label}.arn}}:*"),
            },
            "tracing_configuration": {"enabled": settings.tracing},
        });
        if let Some(key) = &settings.kms_key {
            machine["encryption_configuration"] = json!({"type": "CUSTOMER_MANAGED_KMS_KEY", "kms_key_id": escaped(key),
                "kms_data_key_reuse_period_seconds": KEY_SECONDS});
        }
        let group = json!({"name": text(&deployment.log_group()), "retention_in_days": settings.log_days});
        self.resource("aws_cloudwatch_log_group", &label, tagged(group));
        if settings.role.is_none() {
            let trust = map_texts(&deployment.trust(), &text);
            let mut role = json!({"name_prefix": "states-", "assume_role_policy": trust.to_string()});
            for (name, given) in
                [("path", &settings.role_path), ("permissions_boundary", &settings.permissions_boundary)]
            {
                if let Some(given) = given {
                    role[name] = escaped(given).into();
                }
            }
            self.resource("aws_iam_role", &label, tagged(role));
            if let Some(document) = &deployment.document {
                let document = map_texts(document, &text);
                let role = format!("${{aws_iam_role.{label}.id}}");
                self.resource("aws_iam_role_policy", &label, json!({"role": role, "policy": document.to_string()}));
                machine["depends_on"] = json!([format!("aws_iam_role_policy.{label}")]);
            }
        }
        self.resource("aws_sfn_state_machine", &label, tagged(machine));
        let version = format!("${{aws_sfn_state_machine.{label}.state_machine_version_arn}}");
        let routing = json!([{"state_machine_version_arn": version, "weight": 100}]);
        self.resource("aws_sfn_alias", &label, json!({"name": settings.alias, "routing_configuration": routing}));
        for alarm in &deployment.alarms {
            let properties = map_texts(&alarm.properties(settings.alarm_topic.as_deref()), &text);
            let mut own = json!({"alarm_name": format!("{}-{}", reference(NAME), alarm.id)});
            for (name, value) in properties.as_object().into_iter().flatten() {
                // The only list of objects.
                let value = match value.pointer("/0/Name").and_then(Value::as_str) {
                    Some(dimension) => json!({dimension: value[0]["Value"]}),
                    None => value.clone(),
                };
                own[identifier(name)] = value;
            }
            self.resource("aws_cloudwatch_metric_alarm", &format!("{label}_{}", identifier(alarm.id)), own);
        }
        if settings.dashboard {
            let body = text(&deployment.dashboard().to_string());
            let dashboard = json!({"dashboard_name": reference(NAME), "dashboard_body": body});
            self.resource("aws_cloudwatch_dashboard", &label, dashboard);
        }
        let outputs = [("state_machine_arn", "aws_sfn_state_machine"), ("alias_arn", "aws_sfn_alias")];
        for (output, of) in outputs {
            self.blocks["output"][format!("{label}_{output}")] = json!({"value": format!("${{{of}.{label}.arn}}")});
        }
    }
}

fn kind_name(kind: ParamKind) -> &'static str {
    match kind {
        ParamKind::Text => "string",
        ParamKind::Number => "number",
        ParamKind::Bool => "bool",
        ParamKind::Json => "any",
    }
}

fn definition(deployment: &Deployment<'_>, variable: &impl Fn(&str) -> String) -> String {
    deployment.definition.text(escaped, |part| match part {
        ExportFragment::Text(text) => text.clone(),
        ExportFragment::Json(name) => format!("${{jsonencode({})}}", variable(name)),
        ExportFragment::Inside(name, _) if deployment.resources.has(name) => format!("${{{}}}", variable(name)),
        ExportFragment::Inside(name, escape) => {
            let is_text = deployment.kind(name) == ParamKind::Text;
            let value = if is_text { variable(name) } else { format!("jsonencode({})", variable(name)) };
            inside(&match escape {
                Escape::JsonataText => format!("replace({}, \"'\", \"\\\\u0027\")", json_text(&value)),
                Escape::Intrinsic => format!("replace({value}, \"/[\\\\\\\\'{{}}]/\", \"\\\\$0\")"),
                _ => value,
            })
        }
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
