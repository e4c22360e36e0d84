//! The deployment, independent of the tool.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::{Value, json};
use workflow_asl::document::MachineType;
use workflow_asl::policy::{self, Policy, Setting};
use workflow_asl::{StateMachine, placeholder};
use workflow_compiler::fragment::Escape;
use workflow_compiler::lower::escape_at;
use workflow_compiler::syntax::ast::{DeclarationKind, FieldDecl, TypeKind, Workflow};
use workflow_services::ResourceKind;

use super::alarms::{self, Alarm};
use super::{LogLevel, Settings};
use crate::Failure;
use crate::definition::started_by;
use crate::params::Values;
use crate::resources::Resources;
use crate::shift::Steps;
use crate::source::Machine;

/// The placeholders for values that every deployment knows, in the texts of the model.
pub(super) const PARTITION: &str = "AWS::Partition";
pub(super) const REGION: &str = "AWS::Region";
pub(super) const ACCOUNT: &str = "AWS::AccountId";
pub(super) const NAME: &str = "StateMachineName";

/// How many seconds Step Functions uses a data key before it asks KMS for another one.
pub(super) const KEY_SECONDS: u64 = 300;

/// The placeholder for the ARN of the state machine itself.
pub(super) const MACHINE: &str = "StateMachine";

/// Returns the policies of older definitions whose permissions a role keeps.
pub(super) type Keep<'k> = &'k dyn Fn(&Setting) -> Result<Vec<Policy>, Failure>;

/// The state machines to deploy together, each after those that it starts.
pub(super) struct Stack<'s> {
    pub(super) deployments: Vec<Deployment<'s>>,
}

/// A state machine with its resources. `${X}` in its texts stands for a value that the deployment knows.
pub(super) struct Deployment<'s> {
    /// The workflow's name, or the file's. No other one in the stack has it.
    pub(super) title: String,
    /// What it says about itself.
    pub(super) comment: Option<String>,
    /// The state machine's name in AWS, unless the deployment gives another one.
    pub(super) name: String,
    pub(super) machine_type: MachineType,
    pub(super) definition: Definition,
    pub(super) params: Vec<Param>,
    /// The policy of its own role; `None` with an existing role.
    pub(super) policy: Option<Policy>,
    /// That policy as JSON; `None` if it allows nothing.
    pub(super) document: Option<Value>,
    pub(super) settings: &'s Settings,
    /// How the alias moves to a new version, if not at once.
    pub(super) preference: Option<&'s Preference>,
    /// The parameters that are another state machine of the stack, with its title. They are not in `params`.
    pub(super) started: BTreeMap<String, String>,
    /// The parameters that name resources.
    pub(super) resources: Resources,
    pub(super) alarms: Vec<Alarm>,
    pub(super) notes: Vec<String>,
}

/// A gradual release by CloudFormation.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-stepfunctions-statemachinealias-deploymentpreference.html>
pub(super) struct Preference {
    pub(super) kind: &'static str,
    pub(super) percent: u8,
    pub(super) minutes: u64,
    pub(super) alarms: Vec<String>,
}

impl Preference {
    pub(super) fn of(steps: Steps, alarms: Vec<String>) -> Result<Self, Failure> {
        let (minutes, rest) = (steps.every.as_secs() / 60, steps.every.as_secs() % 60);
        if rest != 0 || !(1..=2100).contains(&minutes) {
            return Err("error: CloudFormation takes steps of 1 to 2100 whole minutes".to_owned().into());
        }
        let kind = if steps.is_canary { "CANARY" } else { "LINEAR" };
        Ok(Self { kind, percent: steps.percent, minutes, alarms })
    }

    /// Returns the members that CloudFormation and SAM have in common.
    pub(super) fn to_json(&self) -> Value {
        let mut json = json!({"Type": self.kind, "Percentage": self.percent, "Interval": self.minutes});
        if !self.alarms.is_empty() {
            json["Alarms"] = json!(self.alarms);
        }
        json
    }
}

/// A definition as text with embedded values.
pub(super) struct Definition {
    pub(super) parts: Vec<ExportFragment>,
}

/// A part of a definition.
pub(super) enum ExportFragment {
    /// Literal JSON.
    Text(String),
    /// The value of a parameter as JSON.
    Json(String),
    /// The text of a parameter, inside a string, and how it is written there.
    Inside(String, Escape),
}

/// The texts that are replaced in a value before it is part of a definition, in this order.
pub(super) type Replacements = &'static [(&'static str, &'static str)];

/// Inside a JSON string.
const IN_TEXT: Replacements = &[(r"\", r"\\"), ("\"", r#"\""#)];
/// Inside a JSONata string, inside a JSON string. JSONata has no escape for an apostrophe but its code.
const IN_JSONATA: Replacements = &[(r"\", r"\\\\"), ("'", r"\\u0027"), ("\"", r#"\""#)];
/// Inside a literal of an intrinsic function, inside a JSON string.
const IN_LITERAL: Replacements = &[(r"\", r"\\\\"), ("'", r"\\'"), ("{", r"\\{"), ("}", r"\\}"), ("\"", r#"\""#)];

/// A parameter of the deployment.
pub(super) struct Param {
    pub(super) name: String,
    pub(super) comment: Option<String>,
    pub(super) kind: ParamKind,
    /// Whether its value is an ARN.
    pub(super) is_arn: bool,
    /// The kind of resource whose ARN it is.
    pub(super) resource: Option<ResourceKind>,
    /// The kind of its items, for a list of texts, numbers or booleans.
    pub(super) items: Option<ParamKind>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ParamKind {
    Text,
    Number,
    Bool,
    /// Any JSON.
    Json,
}

impl<'s> Stack<'s> {
    pub(super) fn of(
        machines: Vec<Machine>,
        values: &Values,
        name: Option<&str>,
        settings: &'s Settings,
        preference: Option<&'s Preference>,
        keep: Keep<'_>,
    ) -> Result<Self, Failure> {
        let mut known: BTreeMap<Vec<String>, String> = BTreeMap::new();
        let mut deployments: Vec<Deployment<'s>> = Vec::new();
        for machine in machines {
            let starts = machine.starting.iter().filter_map(|(state, path)| {
                let (_, param) = placeholder::named(started_by(&machine.value, state)?).next()?;
                Some((param.to_owned(), known.get(path)?.clone()))
            });
            let (started, path) = (starts.collect(), machine.path.clone());
            let mut deployment = Deployment::of(machine, values, name, settings, started, keep)?;
            while deployments.iter().any(|other| other.title == deployment.title) {
                deployment.title.push('2');
            }
            deployment.preference = preference;
            known.insert(path, deployment.title.clone());
            deployments.push(deployment);
        }
        Ok(Self { deployments })
    }

    /// Returns the only deployment, if there are not several.
    pub(super) fn only(&self) -> Option<&Deployment<'s>> {
        if let [only] = self.deployments.as_slice() { Some(only) } else { None }
    }
}

impl<'s> Deployment<'s> {
    fn of(
        machine: Machine,
        values: &Values,
        name: Option<&str>,
        settings: &'s Settings,
        started: BTreeMap<String, String>,
        keep: Keep<'_>,
    ) -> Result<Self, Failure> {
        let workflow = machine.workflow.as_deref();
        let given = machine.definition.names();
        let open: BTreeSet<String> = given.into_iter().filter(|name| values.get(name).is_none()).collect();
        let is_constant = |name: &str| is_constant(workflow, name);
        let unknown = |name: &str| is_constant(name) && !machine.definition.is_text(name);
        let mut resources = Resources::of(workflow);
        resources.0.retain(|param, _| open.contains(param));
        let placeholders = open.iter().cloned().chain(resources.placeholders()).collect();
        let (definition, bare) = Definition::of_text(&machine.definition.printed(values)?, &placeholders, &unknown);
        let mut params = params(workflow, &open, &bare, values);
        if let Some(taken) = params.iter().find(|param| [NAME, MACHINE].contains(&param.name.as_str())) {
            return Err(format!("error: a param cannot be called `{}` in an export", taken.name).into());
        }
        let own = |name: &str| Some(format!("${{{name}}}"));
        let readable = &machine.value;
        let mut urls = BTreeSet::new();
        in_urls(readable, false, &mut urls);
        // If a resource is given by URL, its ARN contains another name.
        let named = params
            .iter()
            .enumerate()
            .filter(|(_, param)| param.resource.is_none() && !urls.contains(param.name.as_str()));
        let stand_ins: Vec<(&Param, String)> = named.map(|(number, param)| (param, stand_in(number, param))).collect();
        let values = stand_ins.iter().map(|(param, stand_in)| (param.name.clone(), stand_in.clone()));
        let mut setting = Setting {
            partition: own(PARTITION),
            region: own(REGION),
            account: own(ACCOUNT),
            machine: own(NAME),
            values: values.collect::<BTreeMap<_, _>>(),
            logging: true,
            tracing: settings.tracing,
            patterns: machine.patterns.clone(),
            key: settings.kms_key.clone(),
        };
        resources.fill(&mut setting);
        let mut policy = settings.role.is_none().then(|| policy::of(&StateMachine::read(readable).0, &setting));
        if let Some(policy) = &mut policy {
            resources.name(policy, &setting);
            policy.keep(&keep(&setting)?);
        }
        // IAM rejects a policy without statements.
        let document = policy.as_ref().filter(|policy| !policy.statements.is_empty()).map(|policy| {
            stand_ins.iter().fold(policy.to_json(), |document, (param, stand_in)| {
                replaced(&document, stand_in, &format!("${{{}}}", param.name))
            })
        });
        drop(stand_ins);
        let constants = params.iter().filter(|param| is_constant(&param.name));
        let notes = constants.map(|param| {
            let form = if param.kind == ParamKind::Json { "its value as JSON" } else { "its value" };
            format!("`{}` is a Rust constant, which only rustc knows: provide {form}", param.name)
        });
        let notes = notes.collect();
        params.retain(|param| !started.contains_key(&param.name));
        let machine_type = if settings.express { MachineType::Express } else { machine.machine_type };
        let name = name.map(str::to_owned).or(machine.aws_name).unwrap_or_else(|| machine.name.clone());
        Ok(Self {
            alarms: if settings.alarms { alarms::of(&machine.value, machine_type) } else { Vec::new() },
            comment: machine.value.get("Comment").and_then(Value::as_str).map(str::to_owned),
            title: machine.name,
            name,
            machine_type,
            definition,
            params,
            policy,
            document,
            settings,
            preference: None,
            started,
            resources,
            notes,
        })
    }

    /// Returns the kind of a parameter.
    pub(super) fn kind(&self, name: &str) -> ParamKind {
        self.params.iter().find(|param| param.name == name).map_or(ParamKind::Text, |param| param.kind)
    }

    /// Returns whether the definition or the policy has this placeholder.
    pub(super) fn uses(&self, placeholder: &str) -> bool {
        let in_definition = self.definition.parts.iter().any(|part| match part {
            ExportFragment::Text(_) => false,
            ExportFragment::Json(name) | ExportFragment::Inside(name, _) => name == placeholder,
        });
        let text = format!("${{{placeholder}}}");
        in_definition || self.document.as_ref().is_some_and(|document| document.to_string().contains(&text))
    }

    /// Returns what a tool that inserts values as text must replace in a value.
    fn replacements(&self, part: &ExportFragment) -> Replacements {
        let is_plain = |name: &str| self.params.iter().any(|param| param.name == name && param.is_arn);
        match part {
            ExportFragment::Text(_) => &[],
            // The pattern of its ARN has no sign to replace.
            ExportFragment::Json(name) | ExportFragment::Inside(name, _) if self.resources.has(name) => &[],
            ExportFragment::Json(name) if self.kind(name) == ParamKind::Text && !is_plain(name) => IN_TEXT,
            ExportFragment::Json(_) => &[],
            ExportFragment::Inside(name, _) if matches!(self.kind(name), ParamKind::Number | ParamKind::Bool) => &[],
            ExportFragment::Inside(_, Escape::JsonataText) => IN_JSONATA,
            ExportFragment::Inside(_, Escape::Intrinsic) => IN_LITERAL,
            ExportFragment::Inside(name, _) if is_plain(name) => &[],
            ExportFragment::Inside(..) => IN_TEXT,
        }
    }

    /// Returns the definition for such a tool, with a placeholder for each value, and the values by the names of their
    /// placeholders: the parameter and what is replaced in it.
    pub(super) fn substituted(
        &self,
        names: &BTreeMap<String, String>,
    ) -> (String, BTreeMap<String, (&str, Replacements)>) {
        let mut values = BTreeMap::new();
        let mut text = String::new();
        for part in &self.definition.parts {
            let name = match part {
                ExportFragment::Text(literal) => {
                    text.push_str(literal);
                    continue;
                }
                ExportFragment::Json(name) | ExportFragment::Inside(name, _) => name,
            };
            let replacements = self.replacements(part);
            let own = self.replacements(&ExportFragment::Json(name.clone()));
            let context = match replacements {
                replacements if replacements == own => "",
                [] | IN_TEXT => "InText",
                IN_JSONATA => "InJsonata",
                _ => "InLiteral",
            };
            let mut key = format!("{}{context}", names.get(name).unwrap_or(name));
            while values.get(&key).is_some_and(|(other, _)| *other != name) {
                key.push_str("Param");
            }
            let quote =
                if matches!(part, ExportFragment::Json(_)) && self.kind(name) == ParamKind::Text { "\"" } else { "" };
            text.push_str(&format!("{quote}${{{key}}}{quote}"));
            values.insert(key, (name.as_str(), replacements));
        }
        (text, values)
    }

    /// Returns the trust policy of its own role, limited to the account.
    pub(super) fn trust(&self) -> Value {
        let own = |name: &str| Some(format!("${{{name}}}"));
        let setting =
            Setting { partition: own(PARTITION), region: own(REGION), account: own(ACCOUNT), ..Setting::default() };
        policy::trust(&setting)
    }

    /// Returns the logging level. Logs are the only history of an Express execution.
    pub(super) fn log_level(&self) -> &'static str {
        match self.settings.log_level {
            None if self.machine_type == MachineType::Express => "ALL",
            Some(LogLevel::All) => "ALL",
            Some(LogLevel::Fatal) => "FATAL",
            None | Some(LogLevel::Error) => "ERROR",
        }
    }

    pub(super) fn type_name(&self) -> &'static str {
        self.machine_type.as_str()
    }

    pub(super) fn log_group(&self) -> String {
        format!("/aws/vendedlogs/states/${{{NAME}}}")
    }
}

impl Definition {
    /// Creates a definition from printed JSON. `open` are the names that stand for values, `typed` the names that stand
    /// for JSON other than text. For the `unknown` ones, it is not known whether they are text.
    fn of_text(text: &str, open: &BTreeSet<String>, unknown: &dyn Fn(&str) -> bool) -> (Self, BTreeSet<String>) {
        let (mut parts, mut bare) = (Vec::new(), BTreeSet::new());
        let mut from = 0;
        let mut inside = InString::default();
        for (range, name) in placeholder::named(text).filter(|(_, name)| open.contains(*name)) {
            let before = text.get(from..range.start).unwrap_or_default();
            inside.follow(from, before);
            let is_whole =
                inside.0 == Some(range.start) && text.get(range.end..).is_some_and(|rest| rest.starts_with('"'));
            if let Some(begin) = inside.0.filter(|_| !is_whole) {
                parts.push(ExportFragment::Text(before.to_owned()));
                parts.push(ExportFragment::Inside(name.to_owned(), escape_in(text, begin, range.start)));
                from = range.end;
            } else {
                // Including its quotes.
                let quote = usize::from(is_whole);
                let kept = before.get(..before.len() - quote).unwrap_or_default();
                parts.push(ExportFragment::Text(kept.to_owned()));
                parts.push(ExportFragment::Json(name.to_owned()));
                if !is_whole || unknown(name) {
                    bare.insert(name.to_owned());
                }
                from = range.end + quote;
                inside = InString(None);
            }
        }
        parts.push(ExportFragment::Text(text.get(from..).unwrap_or_default().to_owned()));
        (Self { parts }, bare)
    }

    /// Returns the whole text, with each parameter as `value` writes it.
    pub(super) fn text(&self, escape: impl Fn(&str) -> String, value: impl Fn(&ExportFragment) -> String) -> String {
        let write = |part: &ExportFragment| match part {
            ExportFragment::Text(text) => escape(text),
            part => value(part),
        };
        self.parts.iter().map(write).collect()
    }
}

/// Returns a stand-in for the value of a parameter while the policy is made: an ARN for an ARN, otherwise a name.
fn stand_in(number: usize, param: &Param) -> String {
    let name = format!("ParamNumber{number}StandsHere");
    if param.is_arn { format!("arn:{name}") } else { name }
}

/// Returns the value with one text replaced by another.
fn replaced(value: &Value, from: &str, to: &str) -> Value {
    match value {
        Value::String(text) => text.replace(from, to).into(),
        Value::Array(items) => items.iter().map(|item| replaced(item, from, to)).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), replaced(value, from, to)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

/// Collects the placeholders in members that contain URLs, such as `QueueUrl`.
fn in_urls<'v>(value: &'v Value, is_url: bool, found: &mut BTreeSet<&'v str>) {
    match value {
        Value::String(text) if is_url => found.extend(placeholder::named(text).map(|(_, name)| name)),
        Value::Array(items) => items.iter().for_each(|item| in_urls(item, is_url, found)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            let name = name.trim_end_matches(".$");
            in_urls(value, name.ends_with("Url") || name.ends_with("Uri") || name.ends_with("Endpoint"), found);
        }),
        _ => {}
    }
}

/// Returns how a value is written at a position of a string in JSON that begins at `begin`.
fn escape_in(text: &str, begin: usize, at: usize) -> Escape {
    let mut escaped = false;
    let closes = |byte: u8| {
        let is_escape = byte == b'\\' && !escaped;
        let closes = byte == b'"' && !escaped;
        escaped = is_escape;
        closes
    };
    let end = text.bytes().skip(at).position(closes).map_or(text.len(), |end| at + end);
    let read = |range: Range<usize>| {
        let raw = text.get(range).unwrap_or_default();
        serde_json::from_str::<String>(&format!("\"{raw}\"")).unwrap_or_default()
    };
    escape_at(&read(begin..end), read(begin..at).len())
}

/// The string in JSON that a position is in: where it begins.
#[derive(Default)]
struct InString(Option<usize>);

impl InString {
    /// Moves past this text, which is at `from`.
    fn follow(&mut self, from: usize, text: &str) {
        let mut escaped = false;
        for (at, letter) in text.char_indices() {
            match letter {
                _ if escaped => escaped = false,
                '\\' if self.0.is_some() => escaped = true,
                '"' => self.0 = if self.0.is_none() { Some(from + at + 1) } else { None },
                _ => {}
            }
        }
    }
}

/// Returns the parameters of a deployment: parameters without a value, constants, the placeholders of a document. Those
/// in `bare` stand for JSON other than text.
fn params(
    workflow: Option<&Workflow>,
    open: &BTreeSet<String>,
    bare: &BTreeSet<String>,
    values: &Values,
) -> Vec<Param> {
    let declared: Vec<&FieldDecl> = declared(workflow).filter(|field| values.get(&field.wire).is_none()).collect();
    let mut params: Vec<Param> = declared
        .iter()
        .map(|field| Param {
            name: field.wire.clone(),
            comment: field.comment.as_ref().map(|text| text.value.clone()),
            kind: kind(&field.ty.kind, bare.contains(&field.wire)),
            is_arn: matches!(field.ty.kind, TypeKind::Arn),
            resource: field.resource,
            items: match &field.ty.kind {
                TypeKind::Vec(item) => Some(kind(&item.kind, false)).filter(|_| is_scalar(&item.kind)),
                _ => None,
            },
        })
        .collect();
    let rest = open.iter().filter(|name| !declared.iter().any(|field| field.wire == **name));
    params.extend(rest.map(|name| Param {
        name: name.clone(),
        comment: None,
        kind: if bare.contains(name) { ParamKind::Json } else { ParamKind::Text },
        is_arn: name.ends_with("Arn"),
        resource: None,
        items: None,
    }));
    params
}

fn declared(workflow: Option<&Workflow>) -> impl Iterator<Item = &FieldDecl> {
    let declarations = workflow.into_iter().flat_map(|workflow| &workflow.declarations);
    let params = declarations.filter_map(|declaration| match &declaration.kind {
        DeclarationKind::Params(fields) => Some(fields),
        _ => None,
    });
    params.flatten()
}

fn is_constant(workflow: Option<&Workflow>, name: &str) -> bool {
    workflow.is_some() && !declared(workflow).any(|field| field.wire == name)
}

fn is_scalar(ty: &TypeKind) -> bool {
    matches!(ty, TypeKind::Integer(_) | TypeKind::Float(_) | TypeKind::Bool | TypeKind::String | TypeKind::Arn)
}

fn kind(ty: &TypeKind, bare: bool) -> ParamKind {
    match ty {
        TypeKind::Integer(_) | TypeKind::Float(_) => ParamKind::Number,
        TypeKind::Bool => ParamKind::Bool,
        _ if bare => ParamKind::Json,
        _ => ParamKind::Text,
    }
}

/// Returns a name in Pascal case, with only letters and digits: `ShippingUrl` for `shipping_url`.
pub(super) fn pascal(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let made: String = words
        .map(|word| {
            let (first, rest) = word.split_at(1);
            format!("{}{rest}", first.to_uppercase())
        })
        .collect();
    if made.is_empty() { "Param".to_owned() } else { made }
}

/// Renames the parameters so that their names are unique and not taken.
pub(super) fn names(params: &[Param], taken: &[&str], make: impl Fn(&str) -> String) -> BTreeMap<String, String> {
    let mut used: BTreeSet<String> = taken.iter().map(|name| (*name).to_owned()).collect();
    let mut names = BTreeMap::new();
    for param in params {
        let mut name = make(&param.name);
        while !used.insert(name.clone()) {
            name.push_str("Param");
        }
        names.insert(param.name.clone(), name);
    }
    names
}

/// Returns the value with every text replaced that has placeholders.
pub(super) fn map_texts(value: &Value, replace: &impl Fn(&str) -> Value) -> Value {
    match value {
        Value::String(text) if placeholder::named(text).next().is_some() => replace(text),
        Value::Array(items) => items.iter().map(|item| map_texts(item, replace)).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), map_texts(value, replace)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

/// Returns a string with each placeholder as `value` writes it, and the rest as `escape` writes it.
pub(super) fn filled(text: &str, escape: impl Fn(&str) -> String, value: impl Fn(&str) -> String) -> String {
    let mut made = String::new();
    let mut from = 0;
    for (range, name) in placeholder::named(text) {
        made.push_str(&escape(text.get(from..range.start).unwrap_or_default()));
        made.push_str(&value(name));
        from = range.end;
    }
    made.push_str(&escape(text.get(from..).unwrap_or_default()));
    made
}
