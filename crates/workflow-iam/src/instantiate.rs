//! Fills the known values of a task into the texts of the table:
//! `arn:${Partition}:glue:${Region}:${Account}:job/{JobName}`.
//!
//! `workflow_services::Statement` documents the placeholders.

use std::collections::{BTreeMap, BTreeSet};

use super::pattern::{ANY, is_open, joined};
use super::request::{ParameterValue, Request};
use super::{PARTITION, Setting, arn};

/// The most resources that one text of the table may expand to. Above it, its parameters count as unknown.
const MAX_RESOURCES: usize = 256;

/// Where a resource is. `*` stands for an unknown part.
#[derive(Clone)]
pub(crate) struct ArnContext {
    pub(crate) partition: String,
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) machine: String,
}

impl ArnContext {
    /// Returns the place of a task with that resource.
    pub(crate) fn of(setting: &Setting, resource: &str) -> Self {
        let named = resource.strip_prefix("arn:").and_then(|rest| rest.split_once(':')).map(|(partition, _)| partition);
        let named = named.filter(|partition| !partition.is_empty() && !is_open(partition));
        let or_any = |given: &Option<String>| given.clone().unwrap_or_else(|| ANY.to_owned());
        Self {
            partition: setting.partition.as_deref().or(named).unwrap_or(PARTITION).to_owned(),
            region: or_any(&setting.region),
            account: or_any(&setting.account),
            machine: or_any(&setting.machine),
        }
    }

    /// Returns an ARN in this region and account.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition, self.region, self.account)
    }

    /// Returns an ARN in this account, for resources without a region.
    pub(crate) fn global_arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}::{}:{resource}", self.partition, self.account)
    }

    /// Returns the ARN of the state machine.
    pub(crate) fn itself(&self) -> String {
        self.arn("states", &format!("stateMachine:{}", self.machine))
    }
}

/// Fills in the texts of one statement.
pub(crate) struct Instantiation<'a> {
    request: &'a Request<'a>,
    place: &'a ArnContext,
    /// The parameters that are unknown or only partly known.
    pub(crate) open: BTreeSet<String>,
    /// The parameters whose values do not fully determine the resource.
    pub(crate) doubts: BTreeMap<String, Imprecision>,
}

/// Why a value does not fully determine the resource.
#[derive(Clone, Copy)]
pub(crate) enum Imprecision {
    /// It is not the URL of a queue.
    NoQueue,
    /// It stands for models that it does not name.
    Models,
}

/// A piece of a string of the table.
enum TextPart<'a> {
    Text(&'a str),
    /// `${X}`
    ArnContext(&'a str),
    /// `{X}`
    Parameter(&'a str),
    /// `<x>`
    Special(&'a str),
}

fn pieces(text: &str) -> Vec<TextPart<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut cut = |open: &str, close: char| {
            let (inside, after) = rest.strip_prefix(open)?.split_once(close)?;
            rest = after;
            Some(inside)
        };
        let piece = if let Some(name) = cut("${", '}') {
            TextPart::ArnContext(name)
        } else if let Some(name) = cut("{", '}') {
            TextPart::Parameter(name)
        } else if let Some(name) = cut("<", '>') {
            TextPart::Special(name)
        } else {
            let first = rest.chars().next().map_or(0, char::len_utf8);
            let end =
                rest.get(first..).and_then(|rest| rest.find(['$', '{', '<'])).map_or(rest.len(), |end| end + first);
            let (text, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            rest = after;
            TextPart::Text(text)
        };
        pieces.push(piece);
    }
    pieces
}

/// Returns the parameters that a string names.
pub(crate) fn parameters(text: &str) -> impl Iterator<Item = String> {
    pieces(text).into_iter().flat_map(|piece| match piece {
        TextPart::Parameter(text) => {
            let names = text.split([':', '?']).next().unwrap_or(text);
            names.split('|').filter(|name| is_parameter(name)).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    })
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:")
}

/// Returns whether an alternative is a parameter. The others are literal texts.
fn is_parameter(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
}

impl<'a> Instantiation<'a> {
    pub(crate) fn new(request: &'a Request<'a>, place: &'a ArnContext) -> Self {
        Self { request, place, open: BTreeSet::new(), doubts: BTreeMap::new() }
    }

    /// Expands a string. Returns nothing for an optional parameter that is absent.
    pub(crate) fn fill(&mut self, text: &str) -> Vec<String> {
        let pieces = pieces(text);
        let mut made = vec![String::new()];
        // A parameter that holds an ARN where a name was expected replaces the whole resource.
        let mut whole = Vec::new();
        let count = pieces.len();
        for (place, piece) in pieces.into_iter().enumerate() {
            let alternatives = match piece {
                TextPart::Text(text) => vec![text.to_owned()],
                TextPart::ArnContext("Partition") => vec![self.place.partition.clone()],
                TextPart::ArnContext("Region") => vec![self.place.region.clone()],
                TextPart::ArnContext("Account") => vec![self.place.account.clone()],
                TextPart::Special("self") => vec![self.place.machine.clone()],
                // The ARN of an execution contains the name of its state machine and its own name.
                TextPart::Special("executions") if self.place.machine == ANY => {
                    vec![self.place.arn("states", "execution:*")]
                }
                TextPart::Special("executions") => {
                    vec![self.place.arn("states", &format!("execution:{}:*", self.place.machine))]
                }
                TextPart::Special("task role" | "execution role") => vec![self.place.global_arn("iam", "role/*")],
                TextPart::ArnContext(_) | TextPart::Special(_) => vec![ANY.to_owned()],
                TextPart::Parameter(parameter) => {
                    let mut values = self.parameter(parameter, place == 0);
                    if place > 0 && place + 1 == count {
                        whole.extend(values.extract_if(.., |value| is_arn(value)));
                    }
                    values
                }
            };
            let mut next = Vec::new();
            for before in &made {
                for alternative in &alternatives {
                    // The text already has the slash that the path begins with.
                    let alternative =
                        if before.ends_with('/') { alternative.trim_start_matches('/') } else { alternative };
                    // An ARN where a name was expected replaces the part of the ARN before it.
                    let before = if is_arn(before) && is_arn(alternative) { String::new() } else { before.clone() };
                    next.push(joined(before, alternative));
                }
            }
            made = if next.len() > MAX_RESOURCES { vec![ANY.to_owned()] } else { next };
        }
        made.extend(whole);
        // A function ARN that already has a qualifier takes no other.
        if text == "{FunctionName:lambda}:*" {
            made.retain(|arn| arn.split_once("function:").is_none_or(|(_, name)| name.matches(':').count() < 2));
        }
        made
    }

    /// Returns the values of `X`, `X|Y|z`, `X:kind` or `X:kind?`.
    fn parameter(&mut self, text: &str, is_first: bool) -> Vec<String> {
        let (text, optional) = text.strip_suffix('?').map_or((text, false), |text| (text, true));
        let (names, kind) = text.split_once(':').map_or((text, None), |(names, kind)| (names, Some(kind)));
        let mut values = Vec::new();
        let mut name = "";
        for alternative in names.split('|') {
            if !is_parameter(alternative) {
                values.push(alternative.to_owned());
                return values;
            }
            name = alternative;
            let mut absent = false;
            for given in self.request.find(name) {
                match given {
                    ParameterValue::Absent => absent = true,
                    ParameterValue::Text(text) => self.value(name, kind, &text, is_first, &mut values),
                    ParameterValue::Dynamic => self.value(name, kind, ANY, is_first, &mut values),
                }
            }
            if !absent {
                return values;
            }
        }
        if !optional {
            self.value(name, kind, ANY, is_first, &mut values);
        }
        values
    }

    fn value(&mut self, name: &str, kind: Option<&str>, value: &str, is_first: bool, values: &mut Vec<String>) {
        if is_open(value) {
            self.open.insert(name.to_owned());
        } else if kind == Some("sqs") && !arn::is_queue(value) && !is_arn(value) {
            self.doubts.insert(name.to_owned(), Imprecision::NoQueue);
        } else if kind == Some("bedrock") && arn::is_over_models(value) {
            self.doubts.insert(name.to_owned(), Imprecision::Models);
        }
        match kind {
            Some(kind) => values.extend(arn::of_kind(kind, name, value, self.place)),
            None if !is_first => values.push(value.to_owned()),
            None if value == ANY => values.push(arn::of_unknown(name, self.place)),
            None if arn::is_role(name) => values.extend(arn::of_kind("role", name, value, self.place)),
            None => values.push(value.to_owned()),
        }
    }
}
