//! States: their heads, clauses and transitions.

use std::borrow::Cow;

use serde_json::{Map, Value};
use workflow_asl::Pointer;

use super::KeptKind;
use super::handler::commented;
use super::printer::{Fields, Printer, Spelling, ValuePosition};
use super::shapes::{INVOKE, state_at};
use super::text::{BREAK, MARK, MARK_END, braces, comment, duration, key, object, quoted, width};
use super::value::looks_computed;

/// The maximum length of a state on one line.
const LINE: usize = 100;

/// The common properties of the states of a machine, branch or map.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    /// The pointer of the scope.
    pub(super) pointer: &'a Pointer,
    /// Whether the machine's own language is JSONata.
    pub(super) jsonata: bool,
    /// Whether it is in a distributed map.
    pub(super) distributed: bool,
}

/// The parts of a state.
pub(super) struct Parts {
    pub(super) head: String,
    pub(super) clauses: Vec<String>,
}

impl Printer<'_> {
    /// Writes `StartAt` and `States` in braces, after the given lines.
    pub(super) fn body(&mut self, fields: &mut Fields<'_>, at: &Pointer, around: &Scope<'_>, before: &str) -> String {
        let lines = self.states(fields, at, around);
        braces(&format!("{before}{lines}"))
    }

    /// Writes the states and the start.
    pub(super) fn states(&mut self, fields: &mut Fields<'_>, at: &Pointer, around: &Scope<'_>) -> String {
        let states_at = at.child("States");
        let scope = Scope { pointer: &states_at, ..*around };
        let start = fields.take_text("StartAt");
        let Some(Value::Object(states)) = fields.take("States") else {
            self.refuse(at, "`States` is missing");
            return String::new();
        };
        let mut out = String::new();
        if let Some(start) = start
            && states.keys().next().is_none_or(|first| first != start)
        {
            let start = self.target(start, &at.child("StartAt"), &scope);
            out.push_str(&format!("start {start};\n\n"));
        }
        let states = states.iter().map(|(name, state)| self.state(name, state, &states_at.child(name), &scope));
        let states: Vec<_> = states.collect();
        out.push_str(&states.join("\n"));
        out
    }

    /// Returns the identifier of a transition's target.
    pub(super) fn target(&mut self, name: &str, at: &Pointer, scope: &Scope<'_>) -> String {
        match self.idents.get(&scope.pointer.child(name)) {
            Some(ident) => ident.to_owned(),
            None => {
                self.refuse(at, format!("unknown state \"{name}\""));
                String::new()
            }
        }
    }

    fn state(&mut self, name: &str, state: &Value, at: &Pointer, scope: &Scope<'_>) -> String {
        let Value::Object(map) = state else {
            self.refuse(at, "a state must be an object");
            return String::new();
        };
        let Some(kind) = map.get("Type").and_then(Value::as_str) else {
            self.refuse(at, "the state has no `Type`");
            return String::new();
        };
        let text = self.counted(|printer| printer.state_of(kind, name, map, at, scope));
        format!("{text}\n")
    }

    fn state_of(
        &mut self,
        kind: &str,
        name: &str,
        map: &Map<String, Value>,
        at: &Pointer,
        scope: &Scope<'_>,
    ) -> String {
        let mut fields = Fields::new(map);
        fields.take("Type");
        let mut parts = Parts { head: kind.to_lowercase(), clauses: Vec::new() };
        let ident = self.idents.get(at).unwrap_or_default();
        parts.head.push_str(&format!(" {ident}"));
        if ident != name {
            parts.head.push_str(&format!(" as {}", quoted(name)));
        }
        let mut jsonata = scope.jsonata;
        if let Some(language @ ("JSONata" | "JSONPath")) = fields.take_text("QueryLanguage") {
            jsonata = language == "JSONata";
            parts.clauses.push(format!("query {}", language.to_lowercase()));
        }
        let here = ValuePosition { jsonata, root: "state", distributed: scope.distributed, selector: false };
        let mut lines = String::new();
        if let Some(text) = fields.take_text("Comment") {
            match comment(text, "///") {
                Some(comment) => lines = comment,
                None => parts.clauses.push(format!("comment {}", quoted(text))),
            }
        }
        match kind {
            "Task" => self.task(&mut fields, at, here, &mut parts),
            "Pass" => self.pass(&mut fields, at, here, &mut parts),
            "Wait" => self.wait(&mut fields, at, here, &mut parts),
            "Choice" => match self.choice(&mut fields, at, here, scope) {
                Some(body) => parts.head.push_str(&body),
                None => self.refuse(&at.child("Choices"), "the language cannot express these rules"),
            },
            "Parallel" => self.parallel(&mut fields, at, scope, &mut parts),
            "Map" => self.map(&mut fields, at, here, scope, &mut parts),
            "Succeed" => {
                if jsonata {
                    self.output_in_head(&mut fields, at, here, &mut parts);
                }
            }
            "Fail" => self.fail(&mut fields, at, here, &mut parts),
            other => self.refuse(&at.child("Type"), format!("unknown kind of state `{other}`")),
        }
        if self.unchecked.contains(at) {
            parts.clauses.push("unchecked".to_owned());
        }
        self.clauses(kind, &mut fields, at, here, &mut parts);
        self.handlers(&mut fields, at, here, scope, &mut parts);
        let mut transition = String::new();
        if fields.get("End") == Some(&Value::Bool(true)) && !fields.has("Next") {
            fields.take("End");
            transition = " -> end".to_owned();
        } else if let Some(next) = fields.take_text("Next") {
            transition = format!(" -> {}", self.target(next, &at.child("Next"), scope));
        }
        let raw: Vec<_> = fields.rest().collect();
        if !raw.is_empty() {
            let mut members = Vec::new();
            for (name, value) in raw {
                let at = at.child(name);
                self.keep(&at, KeptKind::Field, None);
                members.push(format!("{}: {}", key(name), self.constant(value, &at)));
            }
            parts.clauses.push(format!("raw {}", object(&members)));
        }
        format!("{lines}{}", assemble(&parts, &transition))
    }

    fn task(&mut self, fields: &mut Fields<'_>, at: &Pointer, here: ValuePosition, parts: &mut Parts) {
        match fields.take_text("Resource") {
            Some(arn) => {
                let resource = self.resource(arn, &at.child("Resource"));
                parts.head.push_str(&format!(" = {resource}"));
            }
            None => self.refuse(at, "the task has no `Resource`"),
        }
        let name = if here.jsonata { "Arguments" } else { "Parameters" };
        if fields.get(name).is_some_and(Value::is_object)
            && let Some(request) = fields.take(name)
        {
            parts.head.push_str(&format!(" {}", self.value(request, &at.child(name), here)));
        }
    }

    /// Writes a resource: a service's action, a parameter, or a literal ARN.
    pub(super) fn resource(&mut self, arn: &str, at: &Pointer) -> String {
        if let Some(mut service) = service(arn) {
            let types = self.known.shapes.filter(|_| arn == INVOKE);
            if let Some(ty) = types.and_then(|types| types.payload_type(&state_at(at))) {
                service.push_str(&format!("<{ty}>"));
            }
            return self.spell(at, vec![Spelling::in_language(service), Spelling::in_language(quoted(arn))]);
        }
        let mut spellings = self.params.spellings(arn);
        if arn.contains(":activity:") {
            let activities: Vec<_> =
                spellings.iter().cloned().map(|one| one.map(|text| format!("activity({text})"))).collect();
            spellings.splice(0..0, activities);
        }
        self.spell(at, spellings)
    }

    fn pass(&mut self, fields: &mut Fields<'_>, at: &Pointer, here: ValuePosition, parts: &mut Parts) {
        if here.jsonata {
            self.output_in_head(fields, at, here, parts);
            return;
        }
        let both = fields.has("Result") && fields.has("Parameters");
        if both {
            return;
        }
        if let Some(result) = fields.get("Result").filter(|result| !looks_computed(result)) {
            fields.take("Result");
            let text = self.constant(result, &at.child("Result"));
            parts.head.push_str(&head_value(result, &text));
        } else if let Some(template @ Value::Object(_)) = fields.get("Parameters").filter(|value| looks_computed(value))
        {
            fields.take("Parameters");
            let text = self.value(template, &at.child("Parameters"), here);
            parts.head.push_str(&format!(" {text}"));
        }
    }

    fn output_in_head(&mut self, fields: &mut Fields<'_>, at: &Pointer, here: ValuePosition, parts: &mut Parts) {
        if let Some(output) = fields.take("Output") {
            let text = self.value(output, &at.child("Output"), here);
            parts.head.push_str(&head_value(output, &text));
        }
    }

    fn wait(&mut self, fields: &mut Fields<'_>, at: &Pointer, here: ValuePosition, parts: &mut Parts) {
        for (name, with_path, word) in [("Seconds", "SecondsPath", "for"), ("Timestamp", "TimestampPath", "until")] {
            if let Some(text) = self.scalar_or_path(fields, [name, with_path], at, here) {
                parts.head.push_str(&format!(" {word} {text}"));
                return;
            }
        }
    }

    /// Returns the value of a field or, in JSONPath, of the field for its path.
    pub(super) fn scalar_or_path(
        &mut self,
        fields: &mut Fields<'_>,
        [name, with_path]: [&'static str; 2],
        at: &Pointer,
        here: ValuePosition,
    ) -> Option<String> {
        if let Some(value) = fields.take(name) {
            return Some(self.scalar(value, &at.child(name), here, name.ends_with("Seconds")));
        }
        let path = if here.jsonata { None } else { fields.take_text(with_path) };
        path.map(|path| self.path(path, &at.child(with_path), here))
    }

    /// Writes a number of seconds, or text.
    fn scalar(&mut self, value: &Value, at: &Pointer, here: ValuePosition, seconds: bool) -> String {
        match value {
            Value::Number(number) if seconds => duration(number),
            Value::String(text) => self.text(text, at, here),
            other => self.constant(other, at),
        }
    }

    fn fail(&mut self, fields: &mut Fields<'_>, at: &Pointer, here: ValuePosition, parts: &mut Parts) {
        let mut members = Vec::new();
        for (name, with_path, word) in [("Error", "ErrorPath", "error"), ("Cause", "CausePath", "cause")] {
            if let Some(value) = fields.take(name) {
                members.push(format!("{word}: {}", self.scalar(value, &at.child(name), here, false)));
            } else if !here.jsonata
                && let Some(text) = fields.take_text(with_path)
            {
                let at = at.child(with_path);
                let mut spellings = self.computed(text, here);
                spellings.push(Spelling::kept(format!("path {}", quoted(text)), KeptKind::Path));
                members.push(format!("{word}: {}", self.spell(&at, spellings)));
            }
        }
        if !members.is_empty() {
            parts.head.push_str(&format!(" {}", object(&members)));
        }
    }

    fn parallel(&mut self, fields: &mut Fields<'_>, at: &Pointer, scope: &Scope<'_>, parts: &mut Parts) {
        let Some(Value::Array(branches)) = fields.take("Branches") else {
            self.refuse(at, "the parallel has no `Branches`");
            return;
        };
        let mut lines = String::new();
        for (index, branch) in branches.iter().enumerate() {
            let at = at.child("Branches").index(index);
            let Value::Object(branch) = branch else {
                self.refuse(&at, "a branch must be an object");
                continue;
            };
            let mut inner = Fields::new(branch);
            lines.push_str(&commented(inner.take_text("Comment")));
            lines.push_str(&format!("branch {}\n", self.body(&mut inner, &at, scope, "")));
        }
        parts.head.push_str(&format!(" {}", braces(&lines)));
    }

    /// Writes the fields whose clause has the same meaning on every kind of state.
    fn clauses(&mut self, kind: &str, fields: &mut Fields<'_>, at: &Pointer, here: ValuePosition, parts: &mut Parts) {
        let works = matches!(kind, "Task" | "Parallel" | "Map");
        let takes_parameters = works || kind == "Pass";
        let flows = kind != "Fail";
        // The meaning of `$` in `Assign` of a JSONPath state.
        let assign = here.with_root(if works || kind == "Pass" { "result" } else { "state" });
        let selector = here.with_root("result");
        // In the order of a state's processing. Paths and constants are literal.
        let clauses = [
            ("InputPath", "input_path", None, !here.jsonata && flows),
            ("Arguments", "arguments", Some(here), here.jsonata && matches!(kind, "Task" | "Parallel")),
            ("Parameters", "parameters", Some(here), !here.jsonata && takes_parameters),
            ("Result", "result", None, !here.jsonata && kind == "Pass"),
            ("Credentials", "credentials", Some(here), kind == "Task"),
            ("ResultSelector", "result_selector", Some(selector), !here.jsonata && works),
            ("ResultPath", "result_path", None, !here.jsonata && takes_parameters),
            ("OutputPath", "output_path", None, !here.jsonata && flows),
            ("Assign", "assign", Some(assign), flows && kind != "Succeed"),
            ("Output", "output", Some(here), here.jsonata && flows),
        ];
        for (name, word, here, allowed) in clauses {
            let Some(value) = fields.get(name).filter(|_| allowed) else { continue };
            let own = if name == "Assign" { self.known.captures.without(value) } else { Some(Cow::Borrowed(value)) };
            let Some(value) = own.as_deref() else {
                fields.take(name);
                continue;
            };
            let at = at.child(name);
            let text = match (here, value) {
                (Some(here), value) => self.value(value, &at, here),
                (None, value) if word == "result" => self.constant(value, &at),
                (None, Value::String(path)) => quoted(path),
                (None, Value::Null) => "null".to_owned(),
                (None, _) => continue,
            };
            fields.take(name);
            parts.clauses.push(format!("{word} {text}"));
        }
        let times = [
            ("TimeoutSeconds", "TimeoutSecondsPath", "timeout"),
            ("HeartbeatSeconds", "HeartbeatSecondsPath", "heartbeat"),
        ];
        for (name, with_path, word) in times.into_iter().filter(|_| kind == "Task") {
            let text = self.scalar_or_path(fields, [name, with_path], at, here);
            parts.clauses.extend(text.map(|text| format!("{word} {text}")));
        }
    }

    fn handlers(
        &mut self,
        fields: &mut Fields<'_>,
        at: &Pointer,
        here: ValuePosition,
        scope: &Scope<'_>,
        parts: &mut Parts,
    ) {
        if let Some(value) = fields.get("Retry")
            && let Some(retriers) = self.retriers(value, &at.child("Retry"))
        {
            fields.take("Retry");
            parts.clauses.extend(retriers);
        }
        if let Some(value) = fields.get("Catch")
            && let Some(catchers) = self.catchers(value, &at.child("Catch"), here, scope)
        {
            fields.take("Catch");
            parts.clauses.extend(catchers);
        }
    }
}

/// Returns a value at a state's head: an object in its own braces, anything else after `=`.
fn head_value(value: &Value, text: &str) -> String {
    // A mark has a number.
    let is_mark = |ch: char| ch.is_ascii_digit() || [MARK, MARK_END].contains(&ch);
    let is_object = value.is_object() || text.trim_start_matches(is_mark).starts_with('{');
    if is_object { format!(" {text}") } else { format!(" = {text}") }
}

fn assemble(parts: &Parts, transition: &str) -> String {
    let joined: String = parts.clauses.iter().map(|clause| format!(" {clause}")).collect();
    let short = format!("{}{joined}{transition}", parts.head);
    let closed = transition.is_empty()
        && parts.clauses.is_empty()
        && parts.head.trim_end_matches(super::text::CLOSE).ends_with('}');
    let end = if closed { "" } else { ";" };
    if parts.clauses.is_empty() || (!short.contains(['\n', BREAK]) && width(&short) <= LINE) {
        return format!("{short}{end}");
    }
    let mut lines: String = parts.clauses.iter().map(|clause| format!("{clause}\n")).collect();
    if !transition.is_empty() {
        lines.push_str(transition.trim_start());
        lines.push('\n');
    }
    format!("{}\n{}{end}", parts.head, super::text::indented(&lines).trim_end())
}

/// Returns an integration's ARN as `lambda::invoke`, `aws_sdk::s3::listObjectsV2`.
fn service(arn: &str) -> Option<String> {
    let words = arn.strip_prefix("arn:aws:states:::")?;
    let (call, pattern) = match words.split_once('.') {
        Some((call, pattern)) => (call, format!(".{pattern}")),
        None => (words, String::new()),
    };
    let words: Vec<_> = call.split(':').map(|word| word.replace('-', "_")).collect();
    let names = (2..=3).contains(&words.len()) && words.iter().all(|word| super::text::is_name(word));
    let fits = matches!(pattern.as_str(), "" | ".sync" | ".sync:2" | ".waitForTaskToken");
    (names && fits).then(|| format!("{}{pattern}", words.join("::")))
}
