//! The clauses of states.

use serde_json::{Map, Value, json};
use workflow_asl::error_name::{ALL, QUERY_EVALUATION_ERROR};
use workflow_asl::json_kind::JsonKind;
use workflow_asl::jsonata::Node;
use workflow_asl::path::{JsonPath, Root, Segment};
use workflow_asl::template::SUFFIX;
use workflow_asl::{Pointer, StateKind};

use super::value::{Data, Place, states};
use super::{Doubt, Writer};

type Fields = Map<String, Value>;

/// The clauses of a state that take several of JSONPath's together.
struct Clauses {
    arguments: Option<Value>,
    items: Option<Value>,
    output: Option<Value>,
}

impl Writer {
    /// Returns the clauses of a state in JSONata.
    pub(super) fn state(&mut self, state: &Fields, at: &Pointer) -> Fields {
        if state.get("QueryLanguage").is_some_and(|language| language == "JSONata") {
            return self.nested(state, at);
        }
        let kind = state.get("Type").and_then(Value::as_str).and_then(StateKind::from_name);
        let input = self.input(state, at);
        let is_map = kind == Some(StateKind::Map);
        let parameters = state.get("Parameters");
        let mut clauses = Clauses {
            arguments: match (kind, parameters) {
                (Some(StateKind::Task | StateKind::Parallel), Some(template)) => {
                    Some(self.template(template, &input, &at.child("Parameters")))
                }
                (Some(StateKind::Task | StateKind::Parallel), None) => self.changed_input(&input, at),
                _ => None,
            },
            items: if is_map { self.items(state, &input, at) } else { None },
            output: None,
        };
        let result = match (kind, state.get("Result"), parameters) {
            (Some(StateKind::Pass), Some(result), _) => Data::Literal(result, at.child("Result")),
            (Some(StateKind::Pass), None, Some(template)) => {
                Data::Template(template, at.child("Parameters"), Box::new(input.clone()))
            }
            (Some(StateKind::Task | StateKind::Parallel | StateKind::Map), ..) => Data::Node(states("result")),
            _ => input.clone(),
        };
        clauses.output = self.output(state, &result, kind, at);
        let mut out = Fields::new();
        for (key, value) in state {
            let here = at.child(key);
            let put = match key.as_str() {
                "QueryLanguage" => continue,
                "Parameters" if is_map => Some(("ItemSelector", self.template(value, &input, &here))),
                "InputPath" | "Parameters" if clauses.arguments.is_some() => {
                    if parameters.is_some() && key == "InputPath" {
                        continue;
                    }
                    clauses.arguments.take().map(|value| ("Arguments", value))
                }
                "InputPath" | "ItemsPath" if is_map => clauses.items.take().map(|value| ("Items", value)),
                "InputPath" | "Parameters" | "Result" if is_plain(kind) => {
                    clauses.output.take().map(|value| ("Output", value))
                }
                "InputPath" => continue,
                "ResultSelector" | "ResultPath" | "OutputPath" => clauses.output.take().map(|value| ("Output", value)),
                "ItemSelector" | "BatchInput" | "Credentials" => {
                    Some((key.as_str(), self.template(value, &input, &here)))
                }
                "Assign" => Some((key.as_str(), self.assign(value, &result, &here))),
                "Choices" => Some((key.as_str(), self.rules(value, &input, &here))),
                "Catch" => Some((key.as_str(), self.catchers(value, &here))),
                "ItemReader" | "ResultWriter" | "ItemBatcher" => {
                    Some((key.as_str(), self.of_map(value, &input, &here)))
                }
                path if path.ends_with("Path") => match self.dynamic(path, value, &input, &here) {
                    Some((name, value)) => {
                        out.insert(name, value);
                        None
                    }
                    None => Some((path, value.clone())),
                },
                _ => Some((key.as_str(), self.inner(key, value, &here))),
            };
            if let Some((name, value)) = put {
                out.insert(name.to_owned(), value);
            }
        }
        let left = [("Arguments", clauses.arguments), ("Items", clauses.items), ("Output", clauses.output)];
        for (name, value) in left {
            if let Some(value) = value {
                out.insert(name.to_owned(), value);
            }
        }
        self.look_at_handlers(&out, at);
        out
    }

    /// Returns a state in JSONata, in which states may be in JSONPath.
    fn nested(&mut self, state: &Fields, at: &Pointer) -> Fields {
        state.iter().map(|(key, value)| (key.clone(), self.inner(key, value, &at.child(key)))).collect()
    }

    /// Returns the states in a field.
    fn inner(&mut self, key: &str, value: &Value, at: &Pointer) -> Value {
        match (key, value) {
            ("ItemProcessor" | "Iterator", Value::Object(machine)) => Value::Object(self.machine(machine, at)),
            ("Branches", Value::Array(branches)) => {
                let branches = branches.iter().enumerate();
                branches.map(|(number, branch)| self.inner("Iterator", branch, &at.index(number))).collect()
            }
            _ => value.clone(),
        }
    }

    /// Returns the input after `InputPath`.
    fn input<'d>(&mut self, state: &Fields, at: &Pointer) -> Data<'d> {
        let raw = Data::Node(states("input"));
        match state.get("InputPath") {
            Some(Value::String(path)) => {
                let node = self.path_text(path, &raw, &at.child("InputPath"), Place::Whole);
                node.map_or(raw, Data::Node)
            }
            Some(Value::Null) => Data::Node(Node::object::<String>([])),
            _ => raw,
        }
    }

    /// Returns the input as a field, unless it is the raw one.
    fn changed_input(&mut self, input: &Data<'_>, at: &Pointer) -> Option<Value> {
        match input {
            Data::Node(node) if *node == states("input") => None,
            input => Some(self.field(input, at)),
        }
    }

    fn items(&mut self, state: &Fields, input: &Data<'_>, at: &Pointer) -> Option<Value> {
        let here = at.child("ItemsPath");
        match (state.get("ItemsPath").and_then(Value::as_str), state.contains_key("ItemReader")) {
            (None | Some("$"), true) => None,
            (Some(path), true) => {
                self.doubt(&here, Doubt::Ignored, path);
                None
            }
            (Some(path), false) => {
                let node = self.path_text(path, input, &here, Place::Whole)?;
                self.changed_input(&Data::Node(node), &here)
            }
            (None, false) => self.changed_input(input, at),
        }
    }

    /// Returns the output, unless it is the default one.
    fn output(&mut self, state: &Fields, result: &Data<'_>, kind: Option<StateKind>, at: &Pointer) -> Option<Value> {
        let raw = Data::Node(states("input"));
        let with_result =
            matches!(kind, Some(StateKind::Pass | StateKind::Task | StateKind::Parallel | StateKind::Map));
        let selected = match state.get("ResultSelector") {
            Some(template) => Data::Template(template, at.child("ResultSelector"), Box::new(result.clone())),
            None => result.clone(),
        };
        let result_path = state.get("ResultPath").filter(|_| with_result);
        let here = at.child("ResultPath");
        let written = match result_path {
            Some(Value::Null) => None,
            Some(Value::String(path)) => Some(self.written(path, &here)?),
            _ => Some(JsonPath::parse("$").ok()?),
        };
        let written = written.as_ref().map(|path| path.segments().unwrap_or_default());
        let here = at.child("OutputPath");
        let data = match state.get("OutputPath") {
            Some(Value::Null) => return Some(json!({})),
            Some(Value::String(path)) => match JsonPath::parse(path) {
                Ok(path) if *path.root() == Root::Value => match path.segments() {
                    Some(steps) => self.read_after(&raw, written.as_deref(), &selected, &steps, &here)?,
                    None => {
                        let whole = self.read_after(&raw, written.as_deref(), &selected, &[], &here)?;
                        Data::Node(self.path(&path, &whole, &here, Place::Whole)?)
                    }
                },
                _ => Data::Node(self.path_text(path, &raw, &here, Place::Whole)?),
            },
            _ => self.read_after(&raw, written.as_deref(), &selected, &[], at)?,
        };
        let default = match kind {
            Some(StateKind::Task | StateKind::Parallel | StateKind::Map) => states("result"),
            _ => states("input"),
        };
        match &data {
            Data::Node(node) if *node == default => None,
            _ => Some(self.field(&data, at)),
        }
    }

    /// Returns the path of a `ResultPath`.
    fn written(&mut self, path: &str, at: &Pointer) -> Option<JsonPath> {
        let parsed = JsonPath::parse(path).ok().filter(|path| path.is_reference_path() && *path.root() == Root::Value);
        if parsed.is_none() {
            self.refuse(at, "the path does not name one place");
        }
        if path != "$" {
            // The whole input and the result become parts of an expression.
            self.doubt(at, Doubt::Assumed, path);
        }
        let steps = parsed.as_ref().and_then(JsonPath::segments).unwrap_or_default();
        if steps.iter().any(|step| matches!(step, Segment::Index(_))) {
            self.doubt(at, Doubt::Unwritten, path);
        }
        parsed
    }

    /// Returns what a path reads after the result was written into the input at `written`; the input if it is `None`.
    fn read_after<'d>(
        &mut self,
        raw: &Data<'d>,
        written: Option<&[Segment<'_>]>,
        result: &Data<'d>,
        read: &[Segment<'_>],
        at: &Pointer,
    ) -> Option<Data<'d>> {
        let Some(written) = written else { return self.select(raw, read) };
        if let Some(rest) = read.strip_prefix(written) {
            return self.select(result, rest);
        }
        let base = self.select(raw, read)?;
        match written.strip_prefix(read) {
            Some(rest) => {
                let (base, result) = (self.node(&base)?, self.inside(result, at)?);
                Some(Data::Node(insert(base, rest, result)))
            }
            None => Some(base),
        }
    }

    /// Returns a value that becomes a member of an object, which leaves it out if it is absent.
    fn inside(&mut self, data: &Data<'_>, at: &Pointer) -> Option<Node> {
        let node = self.node(data)?;
        if matches!(data, Data::Node(node) if *node != states("result") && *node != states("errorOutput")) {
            self.doubt(at, Doubt::LeftOut, "ResultPath");
        }
        Some(node)
    }

    pub(super) fn assign(&mut self, assign: &Value, data: &Data<'_>, at: &Pointer) -> Value {
        for name in assign.as_object().into_iter().flat_map(Fields::keys) {
            self.check_variable(name.strip_suffix(SUFFIX).unwrap_or(name), &at.child(name));
        }
        self.template(assign, data, at)
    }

    fn rules(&mut self, rules: &Value, input: &Data<'_>, at: &Pointer) -> Value {
        let rules = rules.as_array().into_iter().flatten().enumerate();
        let rule = |(number, rule): (usize, &Value)| match rule {
            Value::Object(rule) => Value::Object(self.rule(rule, input, &at.index(number))),
            other => other.clone(),
        };
        rules.map(rule).collect()
    }

    fn catchers(&mut self, catchers: &Value, at: &Pointer) -> Value {
        let catchers = catchers.as_array().into_iter().flatten().enumerate();
        catchers.map(|(number, catcher)| self.catcher(catcher, &at.index(number))).collect()
    }

    fn catcher(&mut self, catcher: &Value, at: &Pointer) -> Value {
        let error = Data::Node(states("errorOutput"));
        let mut out = Fields::new();
        for (key, value) in catcher.as_object().into_iter().flatten() {
            let here = at.child(key);
            match (key.as_str(), value) {
                ("ResultPath", Value::Null) => {
                    out.insert("Output".to_owned(), self.text(states("input"), &here));
                }
                ("ResultPath", Value::String(path)) => {
                    let Some(path) = self.written(path, &here) else { continue };
                    let steps = path.segments().unwrap_or_default();
                    if let (false, Some(error)) = (steps.is_empty(), self.node(&error)) {
                        let node = insert(states("input"), &steps, error);
                        out.insert("Output".to_owned(), self.text(node, &here));
                    }
                }
                ("Assign", assign) => drop(out.insert(key.clone(), self.assign(assign, &error, &here))),
                _ => drop(out.insert(key.clone(), value.clone())),
            }
        }
        Value::Object(out)
    }

    /// Returns a reader, writer or batcher of a map.
    fn of_map(&mut self, fields: &Value, input: &Data<'_>, at: &Pointer) -> Value {
        let Value::Object(fields) = fields else { return fields.clone() };
        let mut out = Fields::new();
        for (key, value) in fields {
            let here = at.child(key);
            match key.as_str() {
                "Parameters" => drop(out.insert("Arguments".to_owned(), self.template(value, input, &here))),
                "BatchInput" => drop(out.insert(key.clone(), self.template(value, input, &here))),
                "ReaderConfig" => drop(out.insert(key.clone(), self.of_map(value, input, &here))),
                _ => match self.dynamic(key, value, input, &here) {
                    Some((name, value)) => drop(out.insert(name, value)),
                    None => drop(out.insert(key.clone(), value.clone())),
                },
            }
        }
        Value::Object(out)
    }

    /// Returns a field whose value is a path, as the field without `Path`.
    fn dynamic(&mut self, key: &str, value: &Value, input: &Data<'_>, at: &Pointer) -> Option<(String, Value)> {
        let name = key.strip_suffix("Path")?;
        let node = self.computed(value.as_str()?, input, at, Place::Whole)?;
        let is_number =
            JsonPath::parse(value.as_str()?).is_ok_and(|path| self.kind_of(&path, at) == Some(JsonKind::Number));
        match name {
            "Seconds" => self.doubt(at, Doubt::Fraction, key),
            "Timestamp" | "Error" | "Cause" => {}
            _ if !is_number => self.doubt(at, Doubt::Counted, key),
            _ => {}
        }
        Some((name.to_owned(), self.text(node, at)))
    }

    /// Notes that a handler takes the errors of expressions.
    fn look_at_handlers(&mut self, state: &Fields, at: &Pointer) {
        let handlers = ["Retry", "Catch"].into_iter().filter_map(|name| state.get(name)?.as_array()).flatten();
        let mut names = handlers.filter_map(|handler| handler.get("ErrorEquals")?.as_array()).flatten();
        let takes = names.any(|name| *name == ALL || *name == QUERY_EVALUATION_ERROR);
        if takes && Value::Object(state.clone()).to_string().contains("\"{%") {
            self.doubt(at, Doubt::Caught, "Catch");
        }
    }
}

/// Returns whether the output of a state is its input.
fn is_plain(kind: Option<StateKind>) -> bool {
    matches!(kind, Some(StateKind::Pass | StateKind::Wait | StateKind::Choice | StateKind::Succeed))
}

/// Returns `base` with a value at a path, as `ResultPath` writes it.
fn insert(base: Node, path: &[Segment<'_>], value: Node) -> Node {
    match path.split_first() {
        None => value,
        Some((Segment::Name(name), rest)) => {
            let value = insert(base.clone().member(*name), rest, value);
            Node::call("merge", [Node::array([base, Node::object([(*name, value)])])])
        }
        Some((Segment::Index(index), rest)) => {
            let item = || Node::variable("item");
            let is_it = Node::variable("index").binary("=", Node::number(*index as f64));
            let other = is_it.condition(insert(item(), rest, value), item());
            // A single item stays a list, also one that is a list itself.
            Node::call("map", [base, Node::lambda(["item", "index"], other)]).kept_array()
        }
    }
}
