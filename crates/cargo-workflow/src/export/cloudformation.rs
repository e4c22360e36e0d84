//! Exports to CloudFormation and SAM templates, as JSON.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html>,
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html>

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::model::{
    Deployment, ExportFragment, LOG_DAYS, NAME, ParamKind, Replacements, filled, map_texts, names, pascal,
};

/// The logical IDs of the resources, which no parameter may have.
const RESOURCES: [&str; 6] =
    ["StateMachine", "StateMachineRole", "StateMachineLogs", "StateMachineVersion", "StateMachineAlias", NAME];

pub(super) fn template(deployment: &Deployment, sam: bool) -> Value {
    let names = names(&deployment.params, &RESOURCES, pascal);
    let sub = |text: &str| {
        let named = |name: &str| format!("${{{}}}", names.get(name).map_or(name, String::as_str));
        // `${!X}` is a literal `${X}`.
        json!({"Fn::Sub": filled(text, |text| text.replace("${", "${!"), named)})
    };
    let mut template = Map::new();
    template.insert("AWSTemplateFormatVersion".to_owned(), "2010-09-09".into());
    if sam {
        template.insert("Transform".to_owned(), "AWS::Serverless-2016-10-31".into());
    }
    template.insert("Description".to_owned(), format!("The state machine {}", deployment.title).into());
    template.insert("Parameters".to_owned(), parameters(deployment, &names));
    let mut resources = Map::new();
    resources.insert(
        "StateMachineLogs".to_owned(),
        json!({
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": {"LogGroupName": sub(&deployment.log_group()), "RetentionInDays": LOG_DAYS},
        }),
    );
    if deployment.role.is_none() {
        let mut role = json!({
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": map_texts(&deployment.trust(), &sub)},
        });
        if let Some(document) = &deployment.document {
            let document = map_texts(document, &sub);
            role["Properties"]["Policies"] = json!([{"PolicyName": "StateMachine", "PolicyDocument": document}]);
        }
        resources.insert("StateMachineRole".to_owned(), role);
    }
    let role = match &deployment.role {
        Some(role) => json!(role),
        None => json!({"Fn::GetAtt": ["StateMachineRole", "Arn"]}),
    };
    machine(deployment, sam, &names, &role, &mut resources);
    template.insert("Resources".to_owned(), resources.into());
    let mut outputs = json!({"StateMachineArn": {"Value": {"Ref": "StateMachine"}}});
    // SAM creates the alias itself.
    if !sam || !is_sam(deployment) {
        outputs["AliasArn"] = json!({"Value": {"Ref": "StateMachineAlias"}});
    }
    template.insert("Outputs".to_owned(), outputs);
    Value::Object(template)
}

/// Returns whether SAM's own resource can contain the definition: as an object in which every value is inside a string.
fn is_sam(deployment: &Deployment) -> bool {
    deployment.definition.parts.iter().all(|part| match part {
        ExportFragment::Text(_) | ExportFragment::Inside(..) => true,
        ExportFragment::Json(name) => deployment.kind(name) == ParamKind::Text,
    })
}

fn machine(
    deployment: &Deployment,
    sam: bool,
    names: &BTreeMap<String, String>,
    role: &Value,
    resources: &mut Map<String, Value>,
) {
    let (text, values) = deployment.substituted(names);
    let value = |(name, replacements): (&str, Replacements)| {
        let replaced =
            |value: Value, (from, to): &(&str, &str)| json!({"Fn::Join": [to, {"Fn::Split": [from, value]}]});
        replacements.iter().fold(json!({"Ref": id(names, name)}), replaced)
    };
    let substitutions: Map<String, Value> = values.into_iter().map(|(key, of)| (key, value(of))).collect();
    let log = json!({
        "Level": deployment.log_level(),
        "IncludeExecutionData": false,
        "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": {"Fn::GetAtt": ["StateMachineLogs", "Arn"]}}}],
    });
    let mut properties = Map::new();
    if sam && is_sam(deployment) {
        let definition: Value = serde_json::from_str(&text).unwrap_or_default();
        properties.insert("Name".to_owned(), json!({"Ref": NAME}));
        properties.insert("Type".to_owned(), deployment.type_name().into());
        properties.insert("Definition".to_owned(), definition);
        substitute(&mut properties, substitutions);
        properties.insert("Role".to_owned(), role.clone());
        properties.insert("Logging".to_owned(), log);
        properties.insert("Tracing".to_owned(), json!({"Enabled": deployment.tracing}));
        properties.insert("AutoPublishAlias".to_owned(), deployment.alias.clone().into());
        if let Some(preference) = &deployment.preference {
            properties.insert("DeploymentPreference".to_owned(), preference.to_json());
        }
        let machine = json!({"Type": "AWS::Serverless::StateMachine", "Properties": properties});
        resources.insert("StateMachine".to_owned(), machine);
        return;
    }
    // The readable form, if no value stands for a whole number or object.
    let parsed = serde_json::from_str::<Value>(&text);
    let text = parsed.map_or(text, |definition| format!("{definition:#}"));
    properties.insert("StateMachineName".to_owned(), json!({"Ref": NAME}));
    properties.insert("StateMachineType".to_owned(), deployment.type_name().into());
    properties.insert("DefinitionString".to_owned(), text.into());
    substitute(&mut properties, substitutions);
    properties.insert("RoleArn".to_owned(), role.clone());
    properties.insert("LoggingConfiguration".to_owned(), log);
    properties.insert("TracingConfiguration".to_owned(), json!({"Enabled": deployment.tracing}));
    let machine = json!({"Type": "AWS::StepFunctions::StateMachine", "Properties": properties});
    resources.insert("StateMachine".to_owned(), machine);
    // Keep replaced versions, because executions may run on them.
    resources.insert(
        "StateMachineVersion".to_owned(),
        json!({
            "Type": "AWS::StepFunctions::StateMachineVersion",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": {
                "StateMachineArn": {"Ref": "StateMachine"},
                "StateMachineRevisionId": {"Fn::GetAtt": ["StateMachine", "StateMachineRevisionId"]},
            },
        }),
    );
    let version = json!({"Ref": "StateMachineVersion"});
    let mut alias = json!({"Name": deployment.alias});
    if let Some(preference) = &deployment.preference {
        alias["DeploymentPreference"] = preference.to_json();
        alias["DeploymentPreference"]["StateMachineVersionArn"] = version;
    } else {
        alias["RoutingConfiguration"] = json!([{"StateMachineVersionArn": version, "Weight": 100}]);
    }
    let alias = json!({"Type": "AWS::StepFunctions::StateMachineAlias", "Properties": alias});
    resources.insert("StateMachineAlias".to_owned(), alias);
}

fn substitute(properties: &mut Map<String, Value>, substitutions: Map<String, Value>) {
    if !substitutions.is_empty() {
        properties.insert("DefinitionSubstitutions".to_owned(), substitutions.into());
    }
}

fn id<'n>(names: &'n BTreeMap<String, String>, name: &'n str) -> &'n str {
    names.get(name).map_or(name, String::as_str)
}

fn parameters(deployment: &Deployment, names: &BTreeMap<String, String>) -> Value {
    let mut made = Map::new();
    made.insert(NAME.to_owned(), json!({"Type": "String", "Default": deployment.name}));
    for param in &deployment.params {
        let mut own = match param.kind {
            ParamKind::Text => json!({"Type": "String"}),
            ParamKind::Number => json!({"Type": "Number"}),
            ParamKind::Bool => json!({"Type": "String", "AllowedValues": ["true", "false"]}),
            ParamKind::Json => json!({"Type": "String"}),
        };
        let json = (param.kind == ParamKind::Json).then_some("As JSON.");
        let said: Vec<_> = param.comment.as_deref().into_iter().chain(json).collect();
        if !said.is_empty() {
            own["Description"] = said.join(" ").into();
        }
        made.insert(id(names, &param.name).to_owned(), own);
    }
    Value::Object(made)
}
