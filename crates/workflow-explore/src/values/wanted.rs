//! Finds the parts of the input and of task results that the expressions of a definition need: members, kinds,
//! constants.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;
use workflow_asl::StateKind;
use workflow_asl::document::{Operand, Operator, State, StateMachine};
use workflow_asl::graph::Graph;
use workflow_asl::intrinsic::{Argument, ArgumentKind, Function, FunctionCall};
use workflow_asl::jsonata::{self, Node, NodeKind};
use workflow_asl::path::JsonPath;
use workflow_asl::template::Computed;
use workflow_plan::data::{Source, Use};

use super::items::{Focus, any_item};

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
    fn of_letter(letter: &str) -> Option<Self> {
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
    /// Comparison with a variable, whose assignments have constants.
    Variable(String),
    /// Match with a pattern with `*`.
    Pattern(String),
    /// Whether the value is present.
    Present,
    /// Whether the value is null.
    Null,
    /// Whether the value is of a kind.
    Is(Kind),
    /// Whether the value is true.
    Truth,
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

    fn probe(&mut self, probe: Probe) {
        if !self.probes.contains(&probe) {
            self.probes.push(probe);
        }
    }

    fn add(&mut self, other: &Self) {
        self.narrow(other.kind);
        other.probes.iter().for_each(|probe| self.probe(probe.clone()));
        self.added |= other.added;
        other.members.iter().for_each(|(name, member)| self.members.entry(name.clone()).or_default().add(member));
    }

    /// Makes members and items of the [open steps](JsonPath::open_steps) of paths: only members if other paths name some, and
    /// a list that is not empty if they have the number of an item.
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
        let each = [below, self.members.remove("*"), self.members.remove("[:]")];
        for each in each.iter().flatten().filter(|_| !is_object) {
            match self.members.keys().any(|name| is_item(name) && name != "[]") {
                true => self.members.iter_mut().filter(|(name, _)| is_item(name)).for_each(|(_, item)| item.add(each)),
                false => self.inside(any_item()).add(each),
            }
        }
        self.members.values_mut().for_each(Self::settle);
    }
}

/// Sees each object of a document.
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
        let mut found = Found::default();
        found.look(document, used);
        found.put(place, used.exact, &assigned);
    }
    for source in mapped(machine) {
        all.entry(source).or_default().narrow(Some(Kind::Array));
    }
    walk(document, &mut |members| {
        // A result is put into an object: `$.errors.Charge` needs none that is a text.
        let path = members.get("ResultPath").and_then(Value::as_str).and_then(|path| path.strip_prefix("$."));
        if let Some((around, _)) = path.and_then(|path| path.rsplit_once('.')) {
            let names: Vec<_> = around.split('.').collect();
            all.values_mut().for_each(|place| place.objects(&names));
        }
    });
    all
}

/// The most constants of a variable with which a value is compared.
const CONSTANTS: usize = 3;

/// Returns the numbers in the assignments of each variable.
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
        add(number_value(number));
    }
    node.children().into_iter().for_each(|part| literals(part, add));
}

/// Returns the sources that are the items of a map which names no others: its whole input.
fn mapped(machine: &StateMachine) -> Vec<Source> {
    let mut found = Vec::new();
    for graph in Graph::all(machine) {
        let takes_all = |state: &State| {
            let fields = ["Items", "ItemsPath", "ItemReader", "InputPath"];
            state.kind == StateKind::Map && fields.iter().all(|field| !state.has(field))
        };
        for (number, (name, _)) in graph.states().iter().enumerate().filter(|(_, (_, state))| takes_all(state)) {
            if graph.scope().pointer.as_str().is_empty() && graph.start() == Some(number) {
                found.push(Source::Input);
            }
            let before = graph.states().iter().enumerate().filter(|(_, (_, before))| {
                let changes = ["ResultPath", "ResultSelector", "OutputPath", "Output"];
                before.kind == StateKind::Task
                    && before.next.as_deref() == Some(*name)
                    && changes.iter().all(|field| !before.has(field))
            });
            found.extend(before.map(|(number, _)| Source::Result(graph.state_pointer(number))));
        }
    }
    found
}

/// What an expression needs of a value that it uses.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) kind: Option<Kind>,
    pub(super) probes: Vec<Probe>,
    /// What the expression needs of members and items, by their path.
    pub(super) inside: Vec<(Vec<String>, Found)>,
}

impl Found {
    /// Adds the needs of the expression to `place`. `exact` is false if the expression uses a value that was computed
    /// from it. `assigned` has the constants of variables.
    fn put(self, place: &mut Wanted, exact: bool, assigned: &BTreeMap<String, Vec<Value>>) {
        for probe in self.probes {
            match probe {
                Probe::Variable(name) => {
                    place.probe(Probe::Other);
                    let constants = assigned.get(&name).into_iter().flatten();
                    constants.for_each(|constant| place.probe(Probe::Constant(constant.clone())));
                }
                probe => place.probe(probe),
            }
        }
        if !exact {
            return;
        }
        place.narrow(self.kind);
        for (way, found) in self.inside {
            found.put(place.inside(way), exact, assigned);
        }
    }

    fn look(&mut self, document: &Value, used: &Use) {
        let Some(text) = document.pointer(used.pointer.as_str()).and_then(Value::as_str) else { return };
        let field = used.pointer.tokens().last().unwrap_or_default();
        match jsonata::expression(text) {
            Some(code) => {
                let Ok(ast) = jsonata::parse(code) else { return };
                let range = used.range.start.saturating_sub(2)..used.range.end.saturating_sub(2);
                self.node(&ast.root, &ast.root, &range);
                if field == "Seconds" {
                    self.probes.push(Probe::Other);
                }
                if covers(&ast.root, &range) {
                    self.field(&field);
                    if field == "Condition" {
                        self.probes.push(Probe::Truth);
                    }
                }
            }
            None => {
                self.field(&field);
                if used.pointer.as_str().contains("/Choices/") {
                    self.rule(document, used, &field);
                }
                if let Ok(Computed::Intrinsic(call)) = Computed::parse(text) {
                    self.call(&call.call, &used.range);
                }
                if let Some(Ok(path)) = text.get(used.range.clone()).map(JsonPath::parse).filter(|_| !used.made) {
                    self.go_on(&path);
                }
            }
        }
    }

    /// Moves the needs to the end of a path, of which only the first steps are literal.
    fn go_on(&mut self, path: &JsonPath) {
        let steps = path.open_steps();
        // A path to several values gives a list or an object of them, whatever each is.
        let is_one = path.is_definite() && steps.iter().all(|(names, _)| names.len() == 1);
        if steps.is_empty() {
            return;
        }
        let needs = std::mem::take(self);
        let mut ways = vec![Vec::new()];
        for (names, filter) in steps {
            let further = |way: &Vec<String>| {
                names.iter().map(|name| [way.as_slice(), std::slice::from_ref(name)].concat()).collect::<Vec<_>>()
            };
            ways = ways.iter().flat_map(further).collect();
            // Its parts have their places in the printed text.
            let filter = filter.and_then(|filter| jsonata::parse(&jsonata::print(filter, "").text).ok());
            for (filter, way) in filter.iter().flat_map(|filter| ways.iter().map(move |way| (filter, way))) {
                self.through(&filter.root, Focus::Context, way, true);
            }
        }
        let needs = || if is_one { needs.clone() } else { Self::default() };
        self.inside.extend(ways.into_iter().map(|way| (way, needs())));
    }

    /// Records the kind of value that a field takes.
    fn field(&mut self, field: &str) {
        self.kind = match field {
            "ItemsPath" | "Items" => Some(Kind::Array),
            "TimestampPath" | "Timestamp" => Some(Kind::Timestamp),
            "MaxConcurrencyPath" | "MaxConcurrency" | "Seconds" => Some(Kind::Number),
            name if name.ends_with("SecondsPath") || name.ends_with("Seconds") => Some(Kind::Number),
            name if name.starts_with("ToleratedFailure") => Some(Kind::Number),
            "Cause" | "CausePath" | "Error" | "ErrorPath" => Some(Kind::Text),
            // A result is put into it.
            "ResultPath" => Some(Kind::Object),
            _ => self.kind,
        };
    }

    /// Records a rule of a choice in JSONPath.
    fn rule(&mut self, document: &Value, used: &Use, field: &str) {
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
        self.kind = kind.or(self.kind);
        let probe = match operator {
            _ if operator.operand() == Operand::Path => {
                let variable = rule.get("Variable").filter(|_| field != "Variable").and_then(Value::as_str);
                let name = variable.and_then(|path| path.strip_prefix('$')).filter(|name| !name.starts_with('.'));
                name.map_or(Probe::Other, |name| Probe::Variable(name.to_owned()))
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
        };
        self.probes.push(probe);
    }

    /// Records an argument of an intrinsic function.
    fn call(&mut self, call: &FunctionCall, range: &Range<usize>) {
        for (number, argument) in call.args.iter().enumerate() {
            match argument {
                Argument::Path(path) if path.range() == *range => {
                    self.kind = match call.function.argument(number) {
                        _ if call.function == Function::StringToJson => Some(Kind::Json),
                        _ if call.function == Function::Base64Decode => Some(Kind::Base64),
                        Some(ArgumentKind::String) => Some(Kind::Text),
                        Some(ArgumentKind::Integer) => Some(Kind::Number),
                        Some(ArgumentKind::Boolean) => Some(Kind::Bool),
                        Some(ArgumentKind::Array) => Some(Kind::Array),
                        Some(ArgumentKind::Object) => Some(Kind::Object),
                        _ => self.kind,
                    };
                }
                Argument::Call(inner) => self.call(inner, range),
                _ => {}
            }
        }
    }

    /// Records the use in a JSONata node that contains it.
    pub(super) fn node(&mut self, root: &Node, node: &Node, range: &Range<usize>) {
        match &node.kind {
            NodeKind::Binary(sign, left, right) => {
                for (side, other) in
                    [(left, right), (right, left)].into_iter().filter(|(side, _)| contains(side, range))
                {
                    match *sign {
                        "+" | "-" | "*" | "/" | "%" if covers(side, range) => self.kind = Some(Kind::Number),
                        "=" | "!=" | "<" | "<=" | ">" | ">=" => self.compared(side, other, range),
                        "in" => match &other.kind {
                            NodeKind::Array(items) => items.iter().for_each(|item| self.compared(side, item, range)),
                            _ => self.probes.push(Probe::Other),
                        },
                        "and" | "or" if covers(side, range) => {
                            self.kind = Some(Kind::Bool);
                            self.probes.push(Probe::Truth);
                        }
                        _ => {}
                    }
                }
            }
            NodeKind::Condition(test, ..) if covers(test, range) => self.probes.push(Probe::Truth),
            NodeKind::Call(function, arguments) => {
                if let NodeKind::Variable(name) = &function.kind {
                    self.called_with_items(name, arguments, range);
                    self.argument(name, arguments, range);
                }
            }
            NodeKind::Negate(inner) if covers(inner, range) => self.kind = Some(Kind::Number),
            NodeKind::Path(steps) => self.path(root, node, steps, range),
            NodeKind::Block(parts) => {
                for (number, part) in parts.iter().enumerate() {
                    if let NodeKind::Bind(name, value) = &part.kind
                        && covers(value, range)
                    {
                        self.bound(name, parts.get(number + 1..).unwrap_or_default());
                    }
                }
            }
            NodeKind::Range(of, inner) if covers(of, range) || covers(inner, range) => self.kind = Some(Kind::Number),
            NodeKind::Predicate(of, inner) if covers(of, range) => self.filtered(inner),
            _ => {}
        }
        node.children().into_iter().filter(|part| contains(part, range)).for_each(|part| self.node(root, part, range));
    }

    /// Records an argument of a function.
    fn argument(&mut self, name: &str, arguments: &[Node], range: &Range<usize>) {
        for (number, argument) in arguments.iter().enumerate().filter(|(_, argument)| covers(argument, range)) {
            match (name, jsonata::function(name)) {
                ("exists", _) => self.probes.push(Probe::Present),
                ("not" | "boolean", _) => self.probes.push(Probe::Truth),
                ("contains", _) => arguments.iter().for_each(|other| self.compared(argument, other, range)),
                ("number", _) => self.kind = Some(Kind::Number),
                ("toMillis", _) if number == 0 => self.kind = Some(Kind::Timestamp),
                ("parse", _) => self.kind = Some(Kind::Json),
                ("base64decode", _) => self.kind = Some(Kind::Base64),
                ("keys" | "spread" | "lookup", _) if number == 0 => {
                    self.kind = Some(Kind::Object);
                    if let Some(NodeKind::String(name)) = arguments.get(1).map(|name| &name.kind) {
                        self.inside.push((vec![name.clone()], Self::default()));
                    }
                }
                (_, function) => {
                    let Some(parameter) = function.and_then(|function| function.parameters().nth(number)) else {
                        continue;
                    };
                    self.kind = Kind::of_letter(parameter.kinds).or(self.kind);
                    let item = parameter.items.and_then(Kind::of_letter);
                    let item = item.map(|kind| Self { kind: Some(kind), ..Self::default() });
                    self.inside.extend(item.map(|item| (vec!["[]".to_owned()], item)));
                }
            }
        }
    }

    fn compared(&mut self, side: &Node, other: &Node, range: &Range<usize>) {
        let (kind, probe) = match &other.kind {
            NodeKind::String(text) => (Some(Kind::Text), Probe::Constant(text.clone().into())),
            NodeKind::Number(number) => (Some(Kind::Number), Probe::Constant(number_value(*number))),
            NodeKind::Negate(inner) => match inner.kind {
                NodeKind::Number(number) => (Some(Kind::Number), Probe::Constant(number_value(-number))),
                _ => (None, Probe::Other),
            },
            NodeKind::Bool(truth) => (Some(Kind::Bool), Probe::Constant((*truth).into())),
            NodeKind::Null => (None, Probe::Null),
            NodeKind::Variable(name) => (None, Probe::Variable(name.clone())),
            _ => (None, Probe::Other),
        };
        if covers(side, range) {
            self.kind = kind.or(self.kind);
        }
        self.probes.push(probe);
    }
}

pub(super) fn number_value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        #[expect(clippy::cast_possible_truncation, reason = "the number has no fraction and is small")]
        return Value::from(number as i64);
    }
    Value::from(number)
}

fn contains(node: &Node, range: &Range<usize>) -> bool {
    node.span.start <= range.start && range.end <= node.span.end
}

/// Returns whether a node is the use, or the use if there is one: `$exists(x) ? x : []`.
pub(super) fn gives(node: &Node, range: &Range<usize>) -> bool {
    match &node.kind {
        NodeKind::Block(parts) if parts.len() == 1 => parts.first().is_some_and(|part| gives(part, range)),
        NodeKind::Condition(_, then, other) => {
            [Some(then), other.as_ref()].into_iter().flatten().any(|part| gives(part, range))
        }
        _ => covers(node, range),
    }
}

/// Returns whether a node is exactly the use, ignoring blanks and brackets.
pub(super) fn covers(node: &Node, range: &Range<usize>) -> bool {
    match &node.kind {
        NodeKind::Block(parts) if parts.len() == 1 => parts.first().is_some_and(|part| covers(part, range)),
        NodeKind::KeepArray(inner) => covers(inner, range),
        _ => node.span == *range,
    }
}
