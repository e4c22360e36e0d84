//! Finds the parts of the input and of task results that the expressions of a definition need: members, kinds,
//! constants.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;
use workflow_asl::StateKind;
use workflow_asl::document::{Operand, Operator, PathField, State, StateMachine};
use workflow_asl::graph::{Edge, Graph};
use workflow_asl::intrinsic::{Argument, ArgumentKind, Function, FunctionCall};
use workflow_asl::jsonata::{self, Node, NodeKind};
use workflow_asl::path::JsonPath;
use workflow_asl::template::Computed;
use workflow_plan::data::{Source, Use};

use super::expression::{Scope, Walk};

/// The step to any item of a list.
pub(super) const ITEM: &str = "[]";

/// The kind of value that an expression needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Bool,
    Number,
    /// A string that is JSON.
    Json,
    /// A string in Base64.
    Base64,
    Timestamp,
    Text,
    Array,
    Object,
}

impl Kind {
    /// Returns the kind of a parameter in the signature of a function.
    pub(super) fn of_letter(letter: &str) -> Option<Self> {
        match letter {
            "s" => Some(Self::Text),
            "n" => Some(Self::Number),
            "b" => Some(Self::Bool),
            "a" => Some(Self::Array),
            "o" => Some(Self::Object),
            _ => None,
        }
    }
}

/// The test of a value in a condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Probe {
    /// Comparison with a constant.
    Constant(Value),
    /// Comparison with another, unknown value.
    Other,
    /// Match with a pattern with `*`.
    Pattern(String),
    Present,
    Null,
    /// Whether the value is of a kind.
    Is(Kind),
    Truth,
}

impl Probe {
    /// Returns the tests of a value that is compared with a variable, whose assignments have constants.
    pub(super) fn of_variable(name: &str, assigned: &BTreeMap<String, Vec<Value>>) -> Vec<Self> {
        let constants = assigned.get(name).into_iter().flatten();
        std::iter::once(Self::Other).chain(constants.cloned().map(Self::Constant)).collect()
    }
}

/// What expressions need of a value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) kind: Option<Kind>,
    pub(crate) probes: Vec<Probe>,
    /// Whether the definition itself adds the value on other paths, so that it may be absent.
    pub(crate) added: bool,
    /// The members of the value; `[]` and `[0]` for items. [`settle`](Self::settle) makes members of the open steps of paths.
    pub(crate) members: BTreeMap<String, Wanted>,
}

/// What expressions need of a value that none reads.
pub(super) static NOTHING: Wanted = Wanted { kind: None, probes: Vec::new(), added: false, members: BTreeMap::new() };

impl Wanted {
    pub(super) fn of(kind: Option<Kind>, probe: Option<Probe>) -> Self {
        Self { kind, probes: probe.into_iter().collect(), ..Self::default() }
    }

    /// Returns whether an expression needs anything.
    pub(super) fn is_read(&self) -> bool {
        self.kind.is_some() || !self.members.is_empty() || !self.probes.is_empty()
    }

    /// Returns what expressions need of a member.
    pub(super) fn member(&self, name: &str) -> &Self {
        self.members.get(name).unwrap_or(&NOTHING)
    }

    /// Returns what expressions need of a part.
    pub(super) fn inside(&mut self, way: impl IntoIterator<Item = String>) -> &mut Self {
        way.into_iter().fold(self, |place, name| place.members.entry(name).or_default())
    }

    pub(super) fn narrow(&mut self, kind: Option<Kind>) {
        self.kind = match (self.kind, kind) {
            (Some(Kind::Text), Some(Kind::Array)) | (Some(Kind::Array), Some(Kind::Text)) => Some(Kind::Array),
            // A number that is also read as a string is a number: a number can be converted to a string.
            (Some(known), Some(new)) => Some(known.min(new)),
            (known, new) => known.or(new),
        };
    }

    /// Makes the members with these names objects, wherever the first one is, unless more is known of them.
    fn objects(&mut self, names: &[&str]) {
        self.members.values_mut().for_each(|member| member.objects(names));
        let mut place = self;
        for name in names {
            let Some(member) = place.members.get_mut(*name) else { return };
            if member.probes.iter().all(|probe| matches!(probe, Probe::Present | Probe::Null)) {
                member.kind.get_or_insert(Kind::Object);
            }
            place = member;
        }
    }

    pub(super) fn probe(&mut self, probe: Probe) {
        if !self.probes.contains(&probe) {
            self.probes.push(probe);
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.narrow(other.kind);
        other.probes.iter().for_each(|probe| self.probe(probe.clone()));
        self.added |= other.added;
        other.members.iter().for_each(|(name, member)| self.members.entry(name.clone()).or_default().add(member));
    }

    /// Makes members and items of the [open steps](JsonPath::open_steps) of paths: only members if other paths name some, and
    /// a list that is not empty if they have the number of an item. A value of which only `.*` is read may be both.
    pub(super) fn settle(&mut self) {
        let is_item = |name: &str| name.starts_with('[');
        let known = || self.members.keys().filter(|name| !["[:]", "*", ".."].contains(&name.as_str()));
        let is_object = self.kind == Some(Kind::Object) || known().any(|name| !is_item(name));
        let is_list = self.kind == Some(Kind::Array) || known().any(|name| is_item(name));
        let below = self.members.remove("..");
        for (name, inner) in below.iter().filter(|_| !is_list).flat_map(|below| &below.members) {
            if !is_object || !is_item(name) && name != "*" {
                self.inside([name.clone()]).add(inner);
            }
        }
        let any = self.members.remove("*");
        if let Some(any) = any.as_ref().filter(|_| !is_object && !is_list) {
            self.inside(["key".to_owned()]).add(any);
        }
        let each = [below, any, self.members.remove("[:]")];
        for each in each.iter().flatten().filter(|_| !is_object) {
            match self.members.keys().any(|name| is_item(name) && name != "[]") {
                true => self.members.iter_mut().filter(|(name, _)| is_item(name)).for_each(|(_, item)| item.add(each)),
                false => self.inside([ITEM.to_owned()]).add(each),
            }
        }
        self.members.values_mut().for_each(Self::settle);
    }
}

fn walk(value: &Value, see: &mut impl FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            see(members);
            members.values().for_each(|value| walk(value, see));
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, see)),
        _ => {}
    }
}

/// Returns what expressions need, by source.
pub(super) fn wanted(machine: &StateMachine, document: &Value, uses: &[Use]) -> BTreeMap<Source, Wanted> {
    let mut all: BTreeMap<Source, Wanted> = BTreeMap::new();
    let assigned = assigned(document);
    for used in uses {
        let mut place = all.entry(used.source.clone()).or_default();
        for (number, name) in used.path.iter().enumerate() {
            place = place.members.entry(name.clone()).or_default();
            if used.added == Some(number + 1) {
                place.added = true;
            }
        }
        let found = look(document, used, &assigned);
        match used.exact {
            true => place.add(&found),
            // It says little about the value from which the used one was computed.
            false => found.probes.into_iter().for_each(|probe| place.probe(probe)),
        }
    }
    for (source, way) in mapped(machine) {
        all.entry(source).or_default().inside(way).narrow(Some(Kind::Array));
    }
    let graph = Graph::of(machine.scope());
    let regular = graph.flow().reached(graph.start(), |edge| !edge.is_caught());
    let caught = |number: &usize| regular.get(*number) == Some(&false);
    let caught: Vec<_> = (0..graph.states().len()).filter(caught).map(|number| graph.state_pointer(number)).collect();
    walk(document, &mut |members| {
        // A result is put into an object: `$.errors.Charge` needs none that is a text.
        let path = members.get("ResultPath").and_then(Value::as_str).and_then(|path| path.strip_prefix("$."));
        // If only handlers read it of the input, it is the result, which may not be there.
        let names: Vec<_> = path.into_iter().flat_map(|path| path.split('.')).map(str::to_owned).collect();
        let mut read = uses.iter().filter(|used| used.source == Source::Input && used.path.starts_with(&names));
        if read.clone().next().is_some() && read.all(|used| caught.iter().any(|at| used.pointer.is_within(at))) {
            all.entry(Source::Input).or_default().inside(names).added |= path.is_some();
        }
        if let Some((around, _)) = path.and_then(|path| path.rsplit_once('.')) {
            let names: Vec<_> = around.split('.').collect();
            all.values_mut().for_each(|place| place.objects(&names));
        }
    });
    all
}

/// The most constants of a variable with which a value is compared.
const CONSTANTS: usize = 3;

fn assigned(document: &Value) -> BTreeMap<String, Vec<Value>> {
    let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    walk(document, &mut |members| {
        for (name, value) in members.get("Assign").and_then(Value::as_object).into_iter().flatten() {
            let found = all.entry(name.trim_end_matches(".$").to_owned()).or_default();
            let mut add = |number: Value| {
                if found.len() < CONSTANTS && !found.contains(&number) {
                    found.push(number);
                }
            };
            match value {
                Value::Number(_) => add(value.clone()),
                Value::String(text) => {
                    if let Some(code) = jsonata::expression(text).and_then(|code| jsonata::parse(code).ok()) {
                        literals(&code.root, &mut add);
                    } else if let Ok(Computed::Intrinsic(call)) = Computed::parse(text) {
                        let numbers = call.call.args.iter().filter_map(|argument| match argument {
                            Argument::Number(number) => Some(Value::Number(number.clone())),
                            _ => None,
                        });
                        numbers.for_each(add);
                    }
                }
                _ => {}
            }
        }
    });
    all
}

fn literals(node: &Node, add: &mut impl FnMut(Value)) {
    if let NodeKind::Number(number) = node.kind {
        add(jsonata::number(number));
    }
    node.children().into_iter().for_each(|part| literals(part, add));
}

/// Returns the parts of sources that are the items of a map which names no others: its whole input.
fn mapped(machine: &StateMachine) -> Vec<(Source, Vec<String>)> {
    let has = |state: &State, fields: &[&str]| fields.iter().any(|field| state.has(field));
    let mut found = Vec::new();
    for graph in Graph::all(machine) {
        let states = || graph.states().iter().enumerate().map(|(number, (_, state))| (number, *state));
        let maps = states().filter(|(_, state)| {
            state.kind == StateKind::Map && !has(state, &["Items", "ItemsPath", "ItemReader", "InputPath"])
        });
        // A choice or a wait gives its input.
        let gives = |state: &State| {
            let is_kind = matches!(state.kind, StateKind::Choice | StateKind::Wait);
            is_kind && !has(state, &["InputPath", "OutputPath", "Output"])
        };
        let gives = |edge: &Edge<'_>| graph.states().get(edge.from).is_some_and(|(_, state)| gives(state));
        let leads = graph.flow().reaching(maps.map(|(number, _)| number), gives);
        let leads = |to: Option<usize>| to.is_some_and(|to| leads.get(to) == Some(&true));
        if graph.scope().pointer.as_str().is_empty() && leads(graph.start()) {
            found.push((Source::Input, Vec::new()));
        }
        for (number, before) in states().filter(|(_, state)| state.kind == StateKind::Task) {
            let next = before.next.as_deref().and_then(|next| graph.number(next));
            let way = match &before.output_path {
                _ if !leads(next) || has(before, &["ResultPath", "ResultSelector", "Output"]) => continue,
                Some(PathField::Path(path)) => path.split('.').skip(1).map(str::to_owned).collect(),
                Some(PathField::Null) => continue,
                None => Vec::new(),
            };
            found.push((Source::Result(graph.state_pointer(number)), way));
        }
    }
    found
}

/// What the text that uses a value needs of it.
fn look(document: &Value, used: &Use, assigned: &BTreeMap<String, Vec<Value>>) -> Wanted {
    let Some(text) = document.pointer(used.pointer.as_str()).and_then(Value::as_str) else { return Wanted::default() };
    let field = used.pointer.tokens().last().unwrap_or_default();
    let mut found = Wanted::of(of_field(&field), None);
    if let Some(code) = jsonata::expression(text) {
        let Ok(ast) = jsonata::parse(code) else { return Wanted::default() };
        let range = used.range.start.saturating_sub(2)..used.range.end.saturating_sub(2);
        found.probes.extend((field == "Condition").then_some(Probe::Truth));
        let deep: &[Probe] = if field == "Seconds" { &[Probe::Other] } else { &[] };
        let mut walk = Walk { range, assigned, found: Wanted::default() };
        walk.visit(&ast.root, &found, deep, &Scope::new());
        return walk.found;
    }
    if used.pointer.as_str().contains("/Choices/") {
        rule(&mut found, document, used, (&field, assigned));
    }
    if let Ok(Computed::Intrinsic(call)) = Computed::parse(text) {
        found.kind = of_call(&call.call, &used.range).or(found.kind);
    }
    match text.get(used.range.clone()).map(JsonPath::parse) {
        Some(Ok(path)) if !used.made && !path.open_steps().is_empty() => go_on(&found, &path, assigned),
        _ => found,
    }
}

/// Returns needs at the end of a path, of which only the first steps are literal.
fn go_on(needs: &Wanted, path: &JsonPath, assigned: &BTreeMap<String, Vec<Value>>) -> Wanted {
    let steps = path.open_steps();
    // A path to several values gives a list or an object of them, whatever each is.
    let is_one = path.is_definite() && steps.iter().all(|(names, _)| names.len() == 1);
    // The use is not in the text of a filter.
    let mut walk = Walk { range: usize::MAX..usize::MAX, assigned, found: Wanted::default() };
    let mut ways = vec![Vec::new()];
    for (names, filter) in steps {
        let further = |way: &Vec<String>| {
            names.iter().map(|name| [way.as_slice(), std::slice::from_ref(name)].concat()).collect::<Vec<_>>()
        };
        ways = ways.iter().flat_map(further).collect();
        // Its parts have their places in the printed text.
        let filter = filter.and_then(|filter| jsonata::parse(&jsonata::print(filter, "").text).ok());
        for (filter, way) in filter.iter().flat_map(|filter| ways.iter().map(move |way| (filter, way))) {
            let scope = Scope::from([(String::new(), way.clone())]);
            walk.visit(&filter.root, &Wanted::of(None, Some(Probe::Truth)), &[], &scope);
        }
    }
    for way in ways {
        walk.found.inside(way).add(if is_one { needs } else { &NOTHING });
    }
    walk.found
}

fn of_field(field: &str) -> Option<Kind> {
    match field {
        "ItemsPath" | "Items" => Some(Kind::Array),
        "TimestampPath" | "Timestamp" => Some(Kind::Timestamp),
        "MaxConcurrencyPath" | "MaxConcurrency" => Some(Kind::Number),
        name if name.ends_with("SecondsPath") || name.ends_with("Seconds") => Some(Kind::Number),
        name if name.starts_with("ToleratedFailure") => Some(Kind::Number),
        "Cause" | "CausePath" | "Error" | "ErrorPath" => Some(Kind::Text),
        // A result is put into it.
        "ResultPath" => Some(Kind::Object),
        _ => None,
    }
}

/// Adds what a rule of a choice in JSONPath needs.
fn rule(found: &mut Wanted, document: &Value, used: &Use, (field, assigned): (&str, &BTreeMap<String, Vec<Value>>)) {
    let rule = used.pointer.parent().and_then(|at| document.pointer(at.as_str())?.as_object());
    let Some(rule) = rule else { return };
    let named = rule.iter().find_map(|(name, operand)| Some((Operator::from_name(name)?, operand)));
    let Some((operator, operand)) = named else { return };
    let kind = match operator.order() {
        Some((Operand::Number, _)) => Some(Kind::Number),
        Some((Operand::Flag, _)) => Some(Kind::Bool),
        Some((Operand::Timestamp, _)) => Some(Kind::Timestamp),
        Some(_) => Some(Kind::Text),
        None => (operator == Operator::StringMatches).then_some(Kind::Text),
    };
    found.kind = kind.or(found.kind);
    found.probes.push(match operator {
        _ if operator.operand() == Operand::Path => {
            let variable = rule.get("Variable").filter(|_| field != "Variable").and_then(Value::as_str);
            let name = variable.and_then(|path| path.strip_prefix('$')).filter(|name| !name.starts_with('.'));
            return found.probes.extend(Probe::of_variable(name.unwrap_or_default(), assigned));
        }
        _ if field != "Variable" => return,
        Operator::IsPresent => Probe::Present,
        Operator::IsNull => Probe::Null,
        Operator::IsNumeric => Probe::Is(Kind::Number),
        Operator::IsString => Probe::Is(Kind::Text),
        Operator::IsBoolean => Probe::Is(Kind::Bool),
        Operator::IsTimestamp => Probe::Is(Kind::Timestamp),
        Operator::StringMatches => Probe::Pattern(operand.as_str().unwrap_or_default().to_owned()),
        _ => Probe::Constant(operand.clone()),
    });
}

/// Returns the kind of the argument of an intrinsic function that is the use.
fn of_call(call: &FunctionCall, range: &Range<usize>) -> Option<Kind> {
    call.args.iter().enumerate().find_map(|(number, argument)| match (argument, call.function) {
        (Argument::Call(inner), _) => of_call(inner, range),
        (Argument::Path(path), _) if path.range() != *range => None,
        (Argument::Path(_), Function::StringToJson) => Some(Kind::Json),
        (Argument::Path(_), Function::Base64Decode) => Some(Kind::Base64),
        (Argument::Path(_), function) => match function.argument(number)? {
            ArgumentKind::String => Some(Kind::Text),
            ArgumentKind::Integer => Some(Kind::Number),
            ArgumentKind::Boolean => Some(Kind::Bool),
            ArgumentKind::Array => Some(Kind::Array),
            ArgumentKind::Object => Some(Kind::Object),
            _ => None,
        },
        _ => None,
    })
}
