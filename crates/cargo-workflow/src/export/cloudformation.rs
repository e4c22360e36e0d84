//! Exports to CloudFormation and SAM templates, as JSON.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html>,
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html>

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use workflow_asl::placeholder;
use workflow_services::{ResourceForm, ResourceKind};

use super::model::{
    Deployment, ExportFragment, KEY_SECONDS, MACHINE, NAME, ParamKind, Replacements, Stack, filled, map_texts, names,
    pascal,
};

/// Keeps a resource that is removed from the stack or replaced, except if its first deployment fails.
const KEPT: &str = "RetainExceptOnCreate";

/// The logical IDs of the resources, which no parameter may have; in a stack, with the workflow's name before them.
const RESOURCES: [&str; 12] = [
    MACHINE,
    "StateMachineRole",
    "StateMachineLogs",
    "StateMachineVersion",
    "StateMachineAlias",
    "StateMachineArn",
    "Dashboard",
    "FailedAlarm",
    "LongAlarm",
    "ThrottledAlarm",
    "TimedOutAlarm",
    NAME,
];

/// The logical IDs of a state machine's resources and parameters.
struct Ids {
    prefix: String,
    /// By the names of placeholders.
    names: BTreeMap<String, String>,
    /// The expressions for forms of resources, by the names of their placeholders.
    forms: BTreeMap<String, Value>,
}

impl Ids {
    fn of(stack: &Stack<'_>, deployment: &Deployment<'_>) -> Self {
        let prefix = |title: &str| if stack.deployments.len() == 1 { String::new() } else { pascal(title) };
        let own = prefix(&deployment.title);
        let mut names = names(&deployment.params, &RESOURCES, pascal);
        let machines = deployment.started.iter().map(|(param, other)| (param.clone(), prefix(other) + MACHINE));
        names.values_mut().for_each(|name| name.insert_str(0, &own));
        names.extend(machines);
        names.extend([NAME, MACHINE].map(|name| (name.to_owned(), own.clone() + name)));
        let forms = deployment.resources.placeholders().filter_map(|placeholder| {
            let (param, kind, form) = deployment.resources.form(&placeholder)?;
            let value = of_arn(names.get(param)?, kind, form);
            Some((placeholder, value))
        });
        let forms: BTreeMap<_, _> = forms.collect();
        names.extend(forms.keys().map(|name| (name.clone(), own.clone() + &pascal(name))));
        Self { prefix: own, names, forms }
    }

    fn own(&self, resource: &str) -> String {
        self.prefix.clone() + resource
    }

    fn of_value<'n>(&'n self, name: &'n str) -> &'n str {
        self.names.get(name).map_or(name, String::as_str)
    }

    /// Returns a text with its placeholders. `${!X}` is a literal `${X}`.
    fn sub(&self, text: &str) -> Value {
        let named = |name: &str| format!("${{{}}}", self.of_value(name));
        let made = filled(text, |text| text.replace("${", "${!"), named);
        let forms = placeholder::named(text)
            .filter_map(|(_, name)| Some((self.of_value(name).to_owned(), self.forms.get(name)?)));
        let forms: BTreeMap<_, _> = forms.collect();
        if forms.is_empty() { json!({"Fn::Sub": made}) } else { json!({"Fn::Sub": [made, forms]}) }
    }

    fn value(&self, name: &str) -> Value {
        self.forms.get(name).cloned().unwrap_or_else(|| json!({"Ref": self.of_value(name)}))
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Value {
        json!({"Fn::GetAtt": [self.own(resource), attribute]})
    }

    fn reference(&self, resource: &str) -> Value {
        json!({"Ref": self.own(resource)})
    }
}

/// Returns the expression for a form of the resource whose ARN a parameter is.
fn of_arn(parameter: &str, kind: ResourceKind, form: ResourceForm) -> Value {
    let part = |by: char, at: usize| json!({"Fn::Select": [at, {"Fn::Split": [by, {"Ref": parameter}]}]});
    let (by, at) = kind.name_at();
    match form {
        ResourceForm::Url => json!({"Fn::Sub": [
            "https://sqs.${Region}.${AWS::URLSuffix}/${Account}/${Name}",
            {"Region": part(':', 3), "Account": part(':', 4), "Name": part(by, at)},
        ]}),
        ResourceForm::Arn | ResourceForm::Name => part(by, at),
    }
}

pub(super) fn template(stack: &Stack<'_>, sam: bool) -> Value {
    let mut template = Map::new();
    template.insert("AWSTemplateFormatVersion".to_owned(), "2010-09-09".into());
    if sam {
        template.insert("Transform".to_owned(), "AWS::Serverless-2016-10-31".into());
    }
    template.insert("Description".to_owned(), description(stack).into());
    let (mut parameters, mut resources, mut outputs) = (Map::new(), Map::new(), Map::new());
    for deployment in &stack.deployments {
        let ids = Ids::of(stack, deployment);
        add_parameters(deployment, &ids, &mut parameters);
        add_resources(deployment, sam, &ids, &mut resources);
        outputs.insert(ids.own("StateMachineArn"), json!({"Value": ids.reference(MACHINE)}));
        // SAM creates the alias itself.
        if !sam || !is_sam(deployment) {
            outputs.insert(ids.own("AliasArn"), json!({"Value": ids.reference("StateMachineAlias")}));
        }
    }
    template.insert("Parameters".to_owned(), parameters.into());
    template.insert("Resources".to_owned(), resources.into());
    template.insert("Outputs".to_owned(), outputs.into());
    Value::Object(template)
}

/// The most bytes of a template's description.
const DESCRIPTION_BYTES: usize = 1024;

fn description(stack: &Stack<'_>) -> String {
    let comment = stack.only().and_then(|own| own.comment.clone());
    if let Some(comment) = comment.filter(|text| text.len() <= DESCRIPTION_BYTES) {
        return comment;
    }
    let titles: Vec<&str> = stack.deployments.iter().map(|deployment| deployment.title.as_str()).collect();
    format!("The state machine{} {}", if titles.len() == 1 { "" } else { "s" }, titles.join(", "))
}

fn add_resources(deployment: &Deployment<'_>, sam: bool, ids: &Ids, resources: &mut Map<String, Value>) {
    let settings = deployment.settings;
    let tags: Vec<Value> = settings.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    let tagged = |mut resource: Value| {
        if !tags.is_empty() {
            resource["Properties"]["Tags"] = tags.clone().into();
        }
        resource
    };
    resources.insert(
        ids.own("StateMachineLogs"),
        tagged(json!({
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": KEPT,
            "UpdateReplacePolicy": "Retain",
            "Properties": {"LogGroupName": ids.sub(&deployment.log_group()), "RetentionInDays": settings.log_days},
        })),
    );
    let role = match &settings.role {
        Some(role) => json!(role),
        None => {
            let trust = map_texts(&deployment.trust(), &|text: &str| ids.sub(text));
            let mut role = json!({"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}});
            for (name, given) in
                [("Path", &settings.role_path), ("PermissionsBoundary", &settings.permissions_boundary)]
            {
                if let Some(given) = given {
                    role["Properties"][name] = json!(given);
                }
            }
            if let Some(document) = &deployment.document {
                let document = map_texts(document, &|text: &str| ids.sub(text));
                role["Properties"]["Policies"] = json!([{"PolicyName": "StateMachine", "PolicyDocument": document}]);
            }
            resources.insert(ids.own("StateMachineRole"), tagged(role));
            ids.attribute("StateMachineRole", "Arn")
        }
    };
    add_machine(deployment, sam, ids, &role, &tags, resources);
    for alarm in &deployment.alarms {
        let properties = map_texts(&alarm.properties(settings.alarm_topic.as_deref()), &|text: &str| ids.sub(text));
        let alarm_id = ids.own(&format!("{}Alarm", alarm.id));
        resources.insert(alarm_id, json!({"Type": "AWS::CloudWatch::Alarm", "Properties": properties}));
    }
    if settings.dashboard {
        let body = ids.sub(&deployment.dashboard().to_string());
        let properties = json!({"DashboardName": ids.reference(NAME), "DashboardBody": body});
        resources.insert(ids.own("Dashboard"), json!({"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}));
    }
}

/// Returns whether SAM's own resource can contain the definition: as an object in which every value is inside a string.
/// It has no key of KMS.
fn is_sam(deployment: &Deployment<'_>) -> bool {
    let has_key = deployment.settings.kms_key.is_some();
    !has_key
        && deployment.definition.parts.iter().all(|part| match part {
            ExportFragment::Text(_) | ExportFragment::Inside(..) => true,
            ExportFragment::Json(name) => deployment.kind(name) == ParamKind::Text,
        })
}

fn add_machine(
    deployment: &Deployment<'_>,
    sam: bool,
    ids: &Ids,
    role: &Value,
    tags: &[Value],
    resources: &mut Map<String, Value>,
) {
    let settings = deployment.settings;
    let (text, values) = deployment.substituted(&ids.names);
    let value = |(name, replacements): (&str, Replacements)| {
        let replaced =
            |value: Value, (from, to): &(&str, &str)| json!({"Fn::Join": [to, {"Fn::Split": [from, value]}]});
        // A state machine of the stack has a plain ARN.
        let replacements = if deployment.started.contains_key(name) { &[] } else { replacements };
        replacements.iter().fold(ids.value(name), replaced)
    };
    let substitutions: Map<String, Value> = values.into_iter().map(|(key, of)| (key, value(of))).collect();
    let group = ids.attribute("StateMachineLogs", "Arn");
    let log = json!({
        "Level": deployment.log_level(),
        "IncludeExecutionData": settings.log_data,
        "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": group}}],
    });
    let mut properties = Map::new();
    if sam && is_sam(deployment) {
        let definition: Value = serde_json::from_str(&text).unwrap_or_default();
        properties.insert("Name".to_owned(), ids.reference(NAME));
        properties.insert("Type".to_owned(), deployment.type_name().into());
        properties.insert("Definition".to_owned(), definition);
        substitute(&mut properties, substitutions);
        properties.insert("Role".to_owned(), role.clone());
        properties.insert("Logging".to_owned(), log);
        properties.insert("Tracing".to_owned(), json!({"Enabled": settings.tracing}));
        properties.insert("AutoPublishAlias".to_owned(), settings.alias.clone().into());
        if !settings.tags.is_empty() {
            let tags: Map<_, _> = settings.tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
            properties.insert("Tags".to_owned(), tags.into());
        }
        if let Some(preference) = &deployment.preference {
            properties.insert("DeploymentPreference".to_owned(), preference.to_json());
        }
        let machine = json!({"Type": "AWS::Serverless::StateMachine", "Properties": properties});
        resources.insert(ids.own(MACHINE), machine);
        return;
    }
    // The readable form, if no value stands for a whole number or object.
    let parsed = serde_json::from_str::<Value>(&text);
    let text = parsed.map_or(text, |definition| format!("{definition:#}"));
    properties.insert("StateMachineName".to_owned(), ids.reference(NAME));
    properties.insert("StateMachineType".to_owned(), deployment.type_name().into());
    properties.insert("DefinitionString".to_owned(), text.into());
    substitute(&mut properties, substitutions);
    properties.insert("RoleArn".to_owned(), role.clone());
    properties.insert("LoggingConfiguration".to_owned(), log);
    properties.insert("TracingConfiguration".to_owned(), json!({"Enabled": settings.tracing}));
    if let Some(key) = &settings.kms_key {
        let encryption = json!({
            "Type": "CUSTOMER_MANAGED_KMS_KEY", "KmsKeyId": key, "KmsDataKeyReusePeriodSeconds": KEY_SECONDS});
        properties.insert("EncryptionConfiguration".to_owned(), encryption);
    }
    if !tags.is_empty() {
        properties.insert("Tags".to_owned(), tags.into());
    }
    let machine = json!({"Type": "AWS::StepFunctions::StateMachine", "Properties": properties});
    resources.insert(ids.own(MACHINE), machine);
    // Keep replaced versions, because executions may run on them.
    resources.insert(
        ids.own("StateMachineVersion"),
        json!({
            "Type": "AWS::StepFunctions::StateMachineVersion",
            "DeletionPolicy": KEPT,
            "UpdateReplacePolicy": "Retain",
            "Properties": {
                "StateMachineArn": ids.reference(MACHINE),
                "StateMachineRevisionId": ids.attribute(MACHINE, "StateMachineRevisionId"),
            },
        }),
    );
    let version = ids.reference("StateMachineVersion");
    let mut alias = json!({"Name": settings.alias});
    if let Some(preference) = &deployment.preference {
        alias["DeploymentPreference"] = preference.to_json();
        alias["DeploymentPreference"]["StateMachineVersionArn"] = version;
    } else {
        alias["RoutingConfiguration"] = json!([{"StateMachineVersionArn": version, "Weight": 100}]);
    }
    let alias = json!({"Type": "AWS::StepFunctions::StateMachineAlias", "Properties": alias});
    resources.insert(ids.own("StateMachineAlias"), alias);
}

fn substitute(properties: &mut Map<String, Value>, substitutions: Map<String, Value>) {
    if !substitutions.is_empty() {
        properties.insert("DefinitionSubstitutions".to_owned(), substitutions.into());
    }
}

/// The values of a text that CloudFormation can insert: it does not escape line breaks, and a value that begins with
/// `{%` would be an expression.
const TEXT: &str = r"(?!\{%)[^\x00-\x1f]*";

fn add_parameters(deployment: &Deployment<'_>, ids: &Ids, made: &mut Map<String, Value>) {
    made.insert(ids.own(NAME), json!({"Type": "String", "Default": deployment.name}));
    for param in &deployment.params {
        let mut own = match (param.kind, param.resource) {
            (_, Some(kind)) => json!({"Type": "String", "AllowedPattern": kind.pattern()}),
            (ParamKind::Text, None) => json!({"Type": "String", "AllowedPattern": TEXT}),
            (ParamKind::Number, None) => json!({"Type": "Number"}),
            (ParamKind::Bool, None) => json!({"Type": "String", "AllowedValues": ["true", "false"]}),
            (ParamKind::Json, None) => json!({"Type": "String"}),
        };
        let json = (param.kind == ParamKind::Json).then_some("As JSON.");
        let said: Vec<_> = param.comment.as_deref().into_iter().chain(json).collect();
        if !said.is_empty() {
            own["Description"] = said.join(" ").into();
        }
        made.insert(ids.of_value(&param.name).to_owned(), own);
    }
}
