//! The formats of files with state machines: where each has them, and what it calls their properties.

use std::borrow::Cow;

use serde_json::{Map, Value};
use workflow_asl::Pointer;

use super::terraform::{FILE, MODULE, RESOURCE};

/// The names of a state machine's properties in a format.
pub(super) struct Form {
    /// The property with the type of the state machine.
    pub(super) machine_type: &'static str,
    /// The property with the definition as an object.
    pub(super) definition: &'static str,
    /// The property with the definition as text.
    pub(super) text: &'static str,
    /// The properties with the path of the file of the definition.
    pub(super) files: &'static [&'static str],
    /// The property with the values of its placeholders, where the format has one. Other placeholders are then unknown.
    pub(super) substitutions: Option<&'static str>,
    /// The properties for logging, each with the member that turns it on.
    pub(super) logging: &'static [(&'static str, &'static str)],
    /// The same for tracing.
    pub(super) tracing: &'static [(&'static str, &'static str)],
}

impl Form {
    /// Returns the path of the file with the definition, if the properties name one.
    pub(super) fn file<'v>(&self, properties: &'v Value) -> Option<&'v str> {
        let text = |name: &str| properties.get(name).and_then(Value::as_str);
        // A variable of the Serverless Framework.
        let variable = text(self.definition).and_then(|text| text.strip_prefix("${file(")?.strip_suffix(")}"));
        let is_written = || [self.definition, self.text].iter().any(|name| properties.get(*name).is_some());
        variable.or_else(|| self.files.iter().find_map(|name| text(name)).filter(|_| !is_written()))
    }

    /// Returns whether a property belongs to the definition.
    pub(super) fn is_of_definition(&self, name: &str) -> bool {
        name == self.definition || name == self.text || self.substitutions == Some(name) || self.files.contains(&name)
    }
}

const CLOUDFORMATION: Form = Form {
    machine_type: "StateMachineType",
    definition: "Definition",
    text: "DefinitionString",
    files: &["DefinitionUri", "DefinitionS3Location"],
    substitutions: Some("DefinitionSubstitutions"),
    logging: &[("LoggingConfiguration", "Level"), ("Logging", "Level")],
    tracing: &[("TracingConfiguration", "Enabled"), ("Tracing", "Enabled")],
};

/// The types of resources of a template that are state machines, with their properties.
const STATE_MACHINES: [(&str, Form); 2] = [
    ("AWS::StepFunctions::StateMachine", CLOUDFORMATION),
    ("AWS::Serverless::StateMachine", Form { machine_type: "Type", ..CLOUDFORMATION }),
];

/// The plugin serverless-step-functions: <https://github.com/serverless-operations/serverless-step-functions>.
const SERVERLESS: Form = Form {
    machine_type: "type",
    definition: "definition",
    text: "definition",
    files: &[],
    substitutions: None,
    logging: &[("loggingConfig", "level")],
    tracing: &[("tracingConfig", "enabled")],
};

/// Where a file of the Serverless Framework has its state machines.
const SERVERLESS_PATH: [&str; 2] = ["stepFunctions", "stateMachines"];

/// Terraform's resource: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sfn_state_machine>.
const TERRAFORM: Form = Form {
    files: &[FILE],
    logging: &[("logging_configuration", "level")],
    tracing: &[("tracing_configuration", "enabled")],
    ..SERVERLESS
};

/// The members of a document in which Terraform prints the resources of a plan, and of a state.
const PLANS: [&str; 2] = ["planned_values", "values"];

/// A state machine in a document.
pub(super) struct Entry<'a> {
    pub(super) name: Cow<'a, str>,
    /// The pointer of its properties.
    pub(super) at: Pointer,
    pub(super) properties: Cow<'a, Value>,
    pub(super) form: &'static Form,
}

/// Returns the resources of a template of CloudFormation or SAM, also in a file of the Serverless Framework, with their
/// pointer.
pub(super) fn resources(document: &Value) -> Option<(Pointer, &Map<String, Value>)> {
    let here = document.get("Resources").and_then(Value::as_object);
    let inside = || document.get("resources")?.get("Resources")?.as_object();
    let root = Pointer::root;
    here.map(|all| (root().child("Resources"), all))
        .or_else(|| Some((root().child("resources").child("Resources"), inside()?)))
}

/// Returns whether a document has a format with state machines: a template, a file of the Serverless Framework, or a
/// configuration, plan or state of Terraform.
pub(super) fn is_one(document: &Value) -> bool {
    let has = |key: &str| document.get(key).is_some();
    let is_plan = || has("terraform_version") && PLANS.iter().any(|name| has(name));
    !has("States")
        && !has("StartAt")
        && (resources(document).is_some()
            || has("service") && has("provider")
            || document.get("resource").is_some_and(Value::is_object)
            || document.get("module").is_some_and(Value::is_object)
            || is_plan())
}

/// Returns whether the text of a file has the words of a format's state machines.
pub(crate) fn may_have_machines(text: &str) -> bool {
    let mut words = STATE_MACHINES.iter().map(|(word, _)| *word).chain([RESOURCE, MODULE]);
    words.any(|word| text.contains(word)) || SERVERLESS_PATH.iter().all(|word| text.contains(word))
}

/// The maximum number of resources of a template: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
const RESOURCES: usize = 500;

/// The names of the loops around a resource, and their values in one turn.
type Loops<'a> = Vec<(&'a str, &'a str)>;

/// Adds the state machines among resources, also in each turn of a loop.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>
fn of_resources<'a>(at: &Pointer, resources: &'a Map<String, Value>, loops: &Loops<'a>, found: &mut Vec<Entry<'a>>) {
    for (key, resource) in resources {
        let at = at.child(key);
        if let (true, Value::Array(parts)) = (key.starts_with("Fn::ForEach::"), resource) {
            let [Value::String(name), list, Value::Object(body)] = parts.as_slice() else { continue };
            let at = at.index(2);
            let Value::Array(items) = list else {
                // A value that only a deployment knows: the name stays a placeholder.
                of_resources(&at, body, loops, found);
                continue;
            };
            for item in items.iter().filter_map(Value::as_str) {
                if found.len() < RESOURCES {
                    let mut inner = loops.clone();
                    inner.push((name, item));
                    of_resources(&at, body, &inner, found);
                }
            }
            continue;
        }
        let resource_type = resource.get("Type").and_then(Value::as_str);
        let Some((_, form)) = STATE_MACHINES.iter().find(|(known, _)| Some(*known) == resource_type) else { continue };
        let properties = match (resource.get("Properties"), loops.is_empty()) {
            (Some(properties), true) => Cow::Borrowed(properties),
            (Some(properties), false) => Cow::Owned(in_loops(properties, loops)),
            (None, _) => Cow::Owned(Value::Null),
        };
        let name = if loops.is_empty() { Cow::Borrowed(key.as_str()) } else { Cow::Owned(text_in_loops(key, loops)) };
        found.push(Entry { name, at: at.child("Properties"), properties, form });
    }
}

fn text_in_loops(text: &str, loops: &Loops<'_>) -> String {
    loops.iter().fold(text.to_owned(), |text, (name, item)| {
        text.replace(&format!("${{{name}}}"), item).replace(&format!("&{{{name}}}"), item)
    })
}

/// Returns the value in one turn of the loops around it.
fn in_loops(value: &Value, loops: &Loops<'_>) -> Value {
    let reference = value.as_object().filter(|members| members.len() == 1).and_then(|members| members.get("Ref"));
    let referred = reference.and_then(|of| loops.iter().find(|(name, _)| of == name));
    match (referred, value) {
        (Some((_, item)), _) => Value::String((*item).to_owned()),
        (None, Value::String(text)) => Value::String(text_in_loops(text, loops)),
        (None, Value::Array(items)) => items.iter().map(|item| in_loops(item, loops)).collect(),
        (None, Value::Object(members)) => {
            members.iter().map(|(key, value)| (text_in_loops(key, loops), in_loops(value, loops))).collect()
        }
        (None, value) => value.clone(),
    }
}

/// Returns the state machines of a document, in its order.
pub(super) fn all(document: &Value) -> Vec<Entry<'_>> {
    let mut found = Vec::new();
    if let Some((at, resources)) = resources(document) {
        of_resources(&at, resources, &Vec::new(), &mut found);
    }
    let mut members = |path: &[&str], form: &'static Form, is_one: fn(&Value) -> bool| {
        let at = path.iter().fold(Pointer::root(), |at, name| at.child(name));
        let named = document.pointer(at.as_str()).and_then(Value::as_object).into_iter().flatten();
        for (name, properties) in named.filter(|(_, properties)| is_one(properties)) {
            let at = at.child(name);
            found.push(Entry { name: Cow::Borrowed(name), at, properties: Cow::Borrowed(properties), form });
        }
    };
    members(&SERVERLESS_PATH, &SERVERLESS, Value::is_object);
    members(&["resource", RESOURCE], &TERRAFORM, Value::is_object);
    members(&["module"], &TERRAFORM, |module| {
        module.get("source").and_then(Value::as_str).is_some_and(|source| source.contains(MODULE))
    });
    for name in PLANS {
        if let Some(module) = document.get(name).and_then(|values| values.get("root_module")) {
            of_module(module, &Pointer::root().child(name).child("root_module"), &mut found);
        }
    }
    found
}

/// Adds the state machines of a module of a plan, and of the modules in it.
fn of_module<'a>(module: &'a Value, at: &Pointer, found: &mut Vec<Entry<'a>>) {
    let list = |name: &str| module.get(name).and_then(Value::as_array).into_iter().flatten().enumerate();
    for (index, resource) in list("resources") {
        let text = |name: &str| resource.get(name).and_then(Value::as_str);
        if text("type") == Some(RESOURCE)
            && text("mode") != Some("data")
            && let Some((name, properties)) = text("name").zip(resource.get("values"))
        {
            let at = at.child("resources").index(index).child("values");
            let properties = Cow::Borrowed(properties);
            found.push(Entry { name: Cow::Borrowed(name), at, properties, form: &TERRAFORM });
        }
    }
    for (index, module) in list("child_modules") {
        of_module(module, &at.child("child_modules").index(index), found);
    }
}
