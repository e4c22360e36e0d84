//! The references of a definition's expressions: every path and every JSONata name, with its place and its root.

use std::collections::BTreeSet;
use std::ops::Range;

use indexmap::IndexMap;
use serde_json::Value;

pub use workflow_jsonata::{LiteralKind, LiteralStep};

use crate::document::{Field, Form, Operand, Operator, QueryLanguage, StateKind, StateMachine};
use crate::jsonata::{self, Expressions};
use crate::path::{JsonPath, Root};
use crate::rules::object_index::{ObjectAt, ObjectIndex, ObjectKind, RuleAt, StateAt};
use crate::template::{self, Computed};
use crate::texts::Texts;
use crate::{Diagnostic, Finding, Pointer, intrinsic, placeholder};

/// The value that a reference starts from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ReferenceRoot {
    /// The state's input as it came: `$` before an `InputPath` and where there is none; `$states.input`.
    Input,
    /// The input after `InputPath`: `$` in the fields after it.
    Effective,
    /// The raw result of the state: `$` in `ResultSelector` and `Assign`; `$states.result`.
    Result,
    /// The input with the result in it: `$` in `OutputPath`.
    Output,
    /// The error of a catcher: `$` in its `Assign`; `$states.errorOutput`.
    ErrorOutput,
    /// The context object: `$$`; `$states.context`.
    Context,
    /// A variable, without its `$`.
    Variable(String),
    /// `$states` as a whole.
    States,
}

/// One reference that an expression makes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Reference<'a> {
    /// The name of the state that makes it.
    pub state: &'a str,
    /// Where that state is.
    pub state_at: Pointer,
    /// The string that holds it.
    pub pointer: Pointer,
    /// The range in that string, in bytes: its root and the steps below.
    pub range: Range<usize>,
    /// The language of the expression.
    pub language: QueryLanguage,
    /// Its root.
    pub root: ReferenceRoot,
    /// The member names and indices that follow, up to the first step of another kind. In JSONata, as in a path
    /// of JSONPath after a wildcard, a name also reads the members of an array's items.
    pub steps: Vec<LiteralStep>,
    /// Whether only those steps follow.
    pub exact: bool,
    /// Whether the state certainly fails if the value is absent: the expression then gives nothing, and the field is always
    /// evaluated.
    pub needed: bool,
    /// The number of the state among the parts of the definition.
    pub(crate) state_number: usize,
    /// Whether it only tests if the value exists.
    pub guard: bool,
}

impl Reference<'_> {
    pub(crate) fn diagnostic(&self, finding: Finding) -> Diagnostic {
        finding.at(self.pointer.clone()).with_range(self.range.start, self.range.len())
    }
}

/// Returns every reference in the expressions of a definition, in the order of its objects.
///
/// JSONPath in fields, payload templates, arguments of intrinsic functions and choice rules; JSONata in strings. Left
/// out are `ResultPath`, which is written to, paths inside the filters of other paths, what does not parse, and
/// JSONPaths with a placeholder.
///
/// ```
/// use workflow_asl::StateMachine;
/// use workflow_asl::references::{self, ReferenceRoot};
/// let (machine, _) = StateMachine::read(&serde_json::json!({"StartAt": "A", "States": {
///     "A": {"Type": "Pass", "Parameters": {"id.$": "States.Format('{}-{}', $.order.id, $prefix)"}, "End": true}}}));
/// let found = references::references(&machine);
/// assert_eq!((&found[0].root, found[0].range.clone()), (&ReferenceRoot::Input, 23..33));
/// assert_eq!(found[1].root, ReferenceRoot::Variable("prefix".to_owned()));
/// ```
pub fn references(machine: &StateMachine) -> Vec<Reference<'_>> {
    of_index(&ObjectIndex::of(machine, false), &Texts::of(&Expressions::default()))
}

/// Returns the variables that each state refers to, as DescribeStateMachine gives them in `variableReferences`: states
/// without any are absent, names have no `$`.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html>
pub fn variable_references(machine: &StateMachine) -> IndexMap<String, BTreeSet<String>> {
    let mut variables: IndexMap<String, BTreeSet<String>> = IndexMap::new();
    for reference in references(machine) {
        if let ReferenceRoot::Variable(name) = reference.root {
            variables.entry(reference.state.to_owned()).or_default().insert(name);
        }
    }
    variables
}

/// The references of the parts of a definition.
pub(crate) fn of_index<'a>(index: &ObjectIndex<'a>, texts: &Texts<'_>) -> Vec<Reference<'a>> {
    search(index, texts, false)
}

/// The calls of JSONata's functions by their names, as if these were variables.
pub(crate) fn calls<'a>(index: &ObjectIndex<'a>, texts: &Texts<'_>) -> Vec<Reference<'a>> {
    let mut calls = search(index, texts, true);
    calls.retain(|call| call.language == QueryLanguage::Jsonata);
    calls
}

fn search<'a>(index: &ObjectIndex<'a>, texts: &Texts<'_>, calls: bool) -> Vec<Reference<'a>> {
    let mut found = Vec::new();
    let mut rules = index.rules.iter();
    // The index of the current rule in its state.
    let mut rule_number = 0;
    for object in &index.objects {
        let Some((number, state)) = object.state.and_then(|number| Some((number, index.states.get(number)?))) else {
            continue;
        };
        let mut place = ReferenceSearch { object, state, number, texts, needed: true, calls, found: &mut found };
        match object.kind {
            ObjectKind::State(kind) => {
                rule_number = 0;
                // A Fail state fails in any case.
                place.needed = kind != StateKind::Fail;
            }
            ObjectKind::Rule | ObjectKind::NestedRule => {
                rule_number += usize::from(object.kind == ObjectKind::Rule);
                // The first rule is always tried, a rule inside another not always to its end.
                place.needed = object.kind == ObjectKind::Rule && rule_number == 1;
                if let Some(rule) = rules.next() {
                    place.comparisons(rule);
                }
                continue;
            }
            ObjectKind::Catcher => place.needed = false,
            _ => {}
        }
        place.fields();
    }
    found
}

/// A part whose references are being looked for.
struct ReferenceSearch<'p, 'a> {
    object: &'p ObjectAt<'a>,
    state: &'p StateAt<'a>,
    number: usize,
    texts: &'p Texts<'p>,
    needed: bool,
    /// Whether it looks for calls instead.
    calls: bool,
    found: &'p mut Vec<Reference<'a>>,
}

impl ReferenceSearch<'_, '_> {
    fn fields(&mut self) {
        self.object.present.iter().for_each(|field| self.field(field));
    }

    fn field(&mut self, field: &Field) {
        // A `ResultPath` is written to.
        let reads = field.form.is_parsed() && field.name != "ResultPath" && self.object.takes(field);
        let Some(value) = reads.then(|| self.object.object.value_of(field.name)).flatten() else { return };
        let at = self.object.at.child(field.name);
        let always = self.needed;
        // The map may have no items.
        let each = match field.name {
            "ItemSelector" | "BatchInput" => true,
            "Parameters" => self.object.kind == ObjectKind::State(StateKind::Map),
            _ => false,
        };
        self.needed &= !each;
        match (self.object.language, &*value) {
            (QueryLanguage::Jsonata, value) => self.strings(value, &at),
            (_, Value::String(text)) if field.form == Form::PathOrIntrinsic => self.computed(text, field.name, at),
            (_, Value::String(text)) if field.form.is_path() => {
                self.plain_path(text, field.name, at, false);
            }
            (_, value) if matches!(field.form, Form::Template | Form::Computed) => {
                template::walk(value, &at, &mut |member| {
                    if let Value::String(text) = member.value {
                        self.computed(text, field.name, member.at);
                    }
                });
            }
            _ => {}
        }
        self.needed = always;
    }

    /// Adds the references of a rule's comparisons and of its other fields.
    fn comparisons(&mut self, rule: &RuleAt<'_>) {
        let always = self.needed;
        // The assignments and the output of a rule only matter if the rule is true.
        self.needed = false;
        if self.object.language == QueryLanguage::JsonPath {
            let asks = |operator| operator == Operator::IsPresent;
            let guard = rule.rule.comparisons.iter().any(|comparison| asks(comparison.operator));
            self.needed = always && !guard;
            if let Some(path) = &rule.rule.variable {
                self.plain_path(path, "Variable", rule.at.child("Variable"), guard);
            }
            for comparison in &rule.rule.comparisons {
                if let (Operand::Path, Value::String(path)) = (comparison.operator.operand(), &comparison.operand) {
                    let name = comparison.operator.name();
                    self.plain_path(path, name, rule.at.child(name), false);
                }
            }
            self.needed = false;
        }
        for field in self.object.present.iter().filter(|field| field.name != "Variable") {
            self.needed = always && field.form == Form::Condition;
            self.field(field);
        }
    }

    /// The JSONata inside the strings of a value.
    fn strings(&mut self, value: &Value, at: &Pointer) {
        match value {
            Value::String(text) => self.jsonata(text, at),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(i, item)| self.strings(item, &at.index(i)));
            }
            Value::Object(members) => {
                members.iter().for_each(|(key, value)| self.strings(value, &at.child(key)));
            }
            _ => {}
        }
    }

    fn jsonata(&mut self, text: &str, at: &Pointer) {
        let Some(read) = jsonata::expression(text).map(|code| self.texts.expressions.read(code)) else { return };
        let Ok((ast, names)) = &*read else { return };
        // The markers before the expression.
        let shift = text.len() - text.strip_prefix("{%").map_or(text.len(), str::len);
        let moved = |range: &Range<usize>| range.start + shift..range.end + shift;
        if self.calls {
            for used in names.calls.iter().filter(|used| jsonata::is_function(&used.name)) {
                let root = ReferenceRoot::Variable(used.name.clone());
                self.push(root, at.clone(), moved(&used.span), Vec::new(), true, false, false);
            }
            return;
        }
        let states = names.states.iter().map(|used| {
            let root = match used.name.as_str() {
                "" => ReferenceRoot::States,
                "input" => ReferenceRoot::Input,
                "context" => ReferenceRoot::Context,
                "result" => ReferenceRoot::Result,
                "errorOutput" => ReferenceRoot::ErrorOutput,
                _ => return None,
            };
            Some((used, root))
        });
        let variables = names.variables.iter().map(|used| {
            let function = jsonata::is_function(&used.name);
            (!function).then(|| (used, ReferenceRoot::Variable(used.name.clone())))
        });
        for (used, root) in states.chain(variables).flatten() {
            let steps = used.steps.iter();
            let steps = steps.map(|step| LiteralStep { kind: step.kind.clone(), range: moved(&step.range) }).collect();
            let guard = names.guarded.contains(&used.span);
            let decides = jsonata::needs(&ast.root, &used.whole(), names);
            self.push(root, at.clone(), moved(&used.whole()), steps, used.exact, decides, guard);
        }
    }

    /// A path, or the paths in a call of an intrinsic function.
    fn computed(&mut self, text: &str, field: &'static str, at: Pointer) {
        if placeholder::contained(text) && !intrinsic::is_begun(text) {
            return;
        }
        let computed = self.texts.computed.read(text);
        for path in computed.iter().flat_map(Computed::paths) {
            self.path(path, field, at.clone(), false);
        }
    }

    fn plain_path(&mut self, text: &str, field: &'static str, at: Pointer, guard: bool) {
        if let (false, Ok(path)) = (placeholder::contained(text), &*self.texts.paths.read(text)) {
            self.path(path, field, at, guard);
        }
    }

    fn path(&mut self, path: &JsonPath, field: &'static str, at: Pointer, guard: bool) {
        let root = match path.root() {
            Root::Value => self.value_root(field),
            Root::Context => ReferenceRoot::Context,
            Root::Variable(name) => ReferenceRoot::Variable(name.clone()),
        };
        let steps = path.literal_steps();
        let exact = steps.len() == path.len();
        self.push(root, at, path.range(), steps, exact, path.is_definite() && !guard, guard);
    }

    #[expect(clippy::too_many_arguments, reason = "one for each part of a reference")]
    fn push(
        &mut self,
        root: ReferenceRoot,
        pointer: Pointer,
        range: Range<usize>,
        steps: Vec<LiteralStep>,
        exact: bool,
        decides: bool,
        guard: bool,
    ) {
        self.found.push(Reference {
            state: self.state.name,
            state_at: self.state.at.clone(),
            pointer,
            range,
            language: self.object.language,
            root,
            steps,
            exact,
            needed: self.needed && decides,
            state_number: self.number,
            guard,
        });
    }

    /// Returns the meaning of `$` in a field.
    fn value_root(&self, field: &str) -> ReferenceRoot {
        let state = self.state.state;
        let effective = || match state.field_value("InputPath") {
            None => ReferenceRoot::Input,
            Some(Value::String(path)) if path == "$" => ReferenceRoot::Input,
            Some(_) => ReferenceRoot::Effective,
        };
        // The result of a Pass is its input if it computes nothing.
        let works = match state.kind {
            StateKind::Task | StateKind::Parallel | StateKind::Map => true,
            StateKind::Pass => state.has("Result") || state.has("Parameters"),
            _ => false,
        };
        match (self.object.kind, field) {
            (ObjectKind::State(_), "InputPath") => ReferenceRoot::Input,
            (ObjectKind::Catcher, "Assign") => ReferenceRoot::ErrorOutput,
            (ObjectKind::State(_), "ResultSelector") => ReferenceRoot::Result,
            (ObjectKind::State(_), "Assign") if works => ReferenceRoot::Result,
            (ObjectKind::State(_), "OutputPath") if state.field_value("ResultPath") == Some(Value::Null) => {
                ReferenceRoot::Input
            }
            (ObjectKind::State(_), "OutputPath") if works || state.has("ResultPath") => ReferenceRoot::Output,
            _ => effective(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Returns each reference as `state field root steps`, with `!` if it is required and `…` if more follows.
    fn found(definition: &Value) -> Vec<String> {
        let (machine, problems) = StateMachine::read(definition);
        assert_eq!(problems, []);
        let mut lines = Vec::new();
        for reference in references(&machine) {
            let text = definition.pointer(reference.pointer.as_str()).and_then(Value::as_str).unwrap();
            let steps: Vec<_> = reference.steps.iter().map(|step| &text[step.range.clone()]).collect();
            let last = reference.pointer.tokens().last().unwrap();
            let sign = if reference.needed { "!" } else { "" };
            let more = if reference.exact { "" } else { "…" };
            assert!(reference.steps.iter().all(|step| step.range.end <= reference.range.end || !reference.exact));
            lines.push(format!(
                "{} {last} {:?}{sign} {}{more} in {}",
                reference.state,
                reference.root,
                steps.join("|"),
                &text[reference.range]
            ));
        }
        lines
    }

    #[test]
    fn paths_templates_and_calls_are_read_by_their_place() {
        let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": "r", "InputPath": "$.order", "TimeoutSecondsPath": "$$.Execution.Input.t",
            "Parameters": {"a.$": "$.items[0]['sku']", "b": [{"c.$": "States.Array($x.y, $.z[*].w, States.UUID())"}], "d": "$.no"},
            "ResultSelector": {"id.$": "$.Payload.id"}, "ResultPath": "$.no", "OutputPath": "$..all",
            "Assign": {"v.$": "$.Payload"},
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.no", "Assign": {"e.$": "$.Cause"}, "Next": "B"}], "Next": "B"},
        "B": {"Type": "Choice", "Assign": {"n.$": "$.n"}, "Default": "C", "Choices": [
            {"Variable": "$x", "NumericEqualsPath": "$.n", "Next": "C"},
            {"And": [{"Variable": "$y", "IsPresent": true}, {"Variable": "$y", "IsNull": true}], "Next": "C"}]},
        "C": {"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}', $$.State.Name)"}}});
        assert_eq!(
            found(&definition),
            [
                "A InputPath Input! .order in $.order",
                "A a.$ Effective! .items|[0]|['sku'] in $.items[0]['sku']",
                "A c.$ Variable(\"x\")! .y in $x.y",
                "A c.$ Effective .z… in $.z[*].w",
                "A TimeoutSecondsPath Context! .Execution|.Input|.t in $$.Execution.Input.t",
                "A id.$ Result! .Payload|.id in $.Payload.id",
                "A OutputPath Output … in $..all",
                "A v.$ Result! .Payload in $.Payload",
                "A e.$ ErrorOutput .Cause in $.Cause",
                "B n.$ Input! .n in $.n",
                "B Variable Variable(\"x\")!  in $x",
                "B NumericEqualsPath Input! .n in $.n",
                "B Variable Variable(\"y\")  in $y",
                "B Variable Variable(\"y\")  in $y",
                "C ErrorPath Input .e in $.e",
                "C CausePath Context .State|.Name in $$.State.Name",
            ]
        );
    }

    #[test]
    fn jsonata_is_read_at_any_depth() {
        let definition = json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Map", "Items": "{% $states.input.orders[0].items[qty > $least] %}", "MaxConcurrency": "{% $limit %}",
            "ItemSelector": {"i": ["{% $states.context.Map.Item.Value %}", "text"]},
            "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "Output": "{% ($x := $outer[1].a; $x & $map) %}", "End": true}}},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput.Cause %}", "Next": "B"}],
            "Output": "{% $states.result %}", "Next": "B"},
        "B": {"Type": "Choice", "Choices": [{"Condition": "{% $exists($a) %}", "Next": "C"}, {"Condition": "{% $b %}", "Next": "C"}]},
        "C": {"Type": "Fail", "Cause": "{% $string($states) %}", "Error": "{ $no %}"}}});
        assert_eq!(
            found(&definition),
            [
                "A Items Input! orders|[0]|items… in $states.input.orders[0].items",
                "A Items Variable(\"least\")  in $least",
                "A 0 Context Map|Item|Value in $states.context.Map.Item.Value",
                "A MaxConcurrency Variable(\"limit\")!  in $limit",
                "A Output Result!  in $states.result",
                "A Output ErrorOutput Cause in $states.errorOutput.Cause",
                "I Output Variable(\"outer\") [1]|a in $outer[1].a",
                "B Condition Variable(\"a\")  in $a",
                "B Condition Variable(\"b\")  in $b",
                "C Cause States  in $states",
            ]
        );
    }

    #[test]
    fn variables_are_listed_by_state() {
        let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "InputPath": "$b", "OutputPath": "$b.c",
        "Parameters": {"x.$": "States.Array($a, $$.State.Name)"}, "End": true}}});
        let (machine, _) = StateMachine::read(&definition);
        let names: Vec<_> = variable_references(&machine).into_iter().collect();
        assert_eq!(names, [("A".to_owned(), BTreeSet::from(["a".to_owned(), "b".to_owned()]))]);
    }
}
