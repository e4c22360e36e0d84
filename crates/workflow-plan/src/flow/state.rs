//! Computes the output of a state from its input.

use serde_json::Value;
use workflow_asl::document::{PathField, QueryLanguage, State};
use workflow_asl::path::JsonPath;
use workflow_asl::{Pointer, StateKind};

use super::expression::Data;
use super::symbol::{Symbol, ValueSource};
use super::{Failure, Incoming, Reader, StateData, Variables, call, joined, text};

/// Where an execution continues after a state.
#[derive(Default)]
pub(super) struct Steps<'m> {
    /// The states that may follow, with their input.
    pub(super) next: Vec<(&'m str, Incoming)>,
    /// The output, if the execution ends successfully here.
    pub(super) output: Option<Symbol>,
    /// The value to which `OutputPath` is applied, if there is one.
    before_output_path: Option<Symbol>,
}

impl<'m> Reader<'m> {
    pub(super) fn state(
        &mut self,
        name: &'m str,
        state: &'m State,
        at: &Pointer,
        incoming: Incoming,
        context: &Symbol,
    ) -> Steps<'m> {
        let language = self.language(state);
        let variables = incoming.variables.clone();
        let own = Data { input: &incoming.input, result: None, context, variables: &variables };
        let effective = match language {
            QueryLanguage::JsonPath => through(&own, &incoming.input, state.input_path.as_ref()),
            QueryLanguage::Jsonata => incoming.input.clone(),
        };
        let data = Data { input: &effective, ..own.clone() };
        let request = self.request(state, language, &data);
        let result = match state.kind {
            StateKind::Task if self.by_task => Some(Symbol::origin(ValueSource::Task(at.clone()))),
            StateKind::Task => Some(call::result(state, request.as_ref(), &self.name(name))),
            StateKind::Parallel => {
                let given = request.clone().unwrap_or_else(|| effective.clone());
                let branches = state.scopes(name, at).into_iter().map(|scope| {
                    let incoming = Incoming { input: given.clone(), variables: variables.clone() };
                    joined(self.scope(&scope, incoming, context))
                });
                Some(Symbol::Tuple(branches.collect()).sized())
            }
            StateKind::Map => Some(self.map(name, state, at, &data, language)),
            StateKind::Pass if language == QueryLanguage::JsonPath => {
                let result = state.result.as_ref().map(Symbol::literal);
                result.or_else(|| request.clone())
            }
            _ => None,
        };
        if state.kind == StateKind::Fail {
            let error = state.error.as_ref().map(|text| data.template(language, &Value::String(text.clone())));
            let error = error.or_else(|| state.error_path.as_deref().map(|path| data.computed(path)));
            let failure = Failure { state: self.name(name), error };
            if !self.flow.failures.iter().any(|known| known.state == failure.state) {
                self.flow.failures.push(failure);
            }
        }
        let steps = self.steps(state, language, &incoming, &effective, result.as_ref(), context);
        let known = StateData {
            name: self.name(name),
            incoming,
            effective,
            context: context.clone(),
            request: request.filter(|_| state.kind == StateKind::Task),
            result,
            before_output_path: steps.before_output_path.clone(),
        };
        self.flow.states.insert(at.clone(), known);
        steps
    }

    /// Returns the request of a state if it defines one. A task without a request sends its input.
    fn request(&self, state: &State, language: QueryLanguage, data: &Data<'_>) -> Option<Symbol> {
        let field = language.pick(&state.parameters, &state.arguments).as_ref();
        let written = field.map(|field| data.template(language, field));
        written.or_else(|| (state.kind == StateKind::Task).then(|| data.input.clone()))
    }

    fn steps(
        &self,
        state: &'m State,
        language: QueryLanguage,
        incoming: &Incoming,
        effective: &Symbol,
        result: Option<&Symbol>,
        context: &Symbol,
    ) -> Steps<'m> {
        let variables = &incoming.variables;
        let raw = &incoming.input;
        let plain = Data { input: effective, result, context, variables };
        let mut before_output_path = None;
        let output = match language {
            QueryLanguage::JsonPath => {
                let shaped = match (result, &state.result_selector) {
                    (Some(result), Some(selector)) => {
                        Data { input: result, ..plain.clone() }.template(language, selector)
                    }
                    (Some(result), None) => result.clone(),
                    (None, _) => effective.clone(),
                };
                let whole = match (&state.result_path, result) {
                    (None, _) => shaped,
                    (Some(PathField::Null), _) => raw.clone(),
                    (Some(PathField::Path(path)), _) => put(raw, path, shaped),
                };
                let output = through(&Data { input: &whole, ..plain.clone() }, &whole, state.output_path.as_ref());
                before_output_path = state.output_path.is_some().then_some(whole);
                output
            }
            QueryLanguage::Jsonata => match &state.output {
                Some(output) => plain.template(language, output),
                None => result.unwrap_or(raw).clone(),
            },
        };
        // In JSONPath, `$` in `Assign` is the result; in JSONata, `$states` has both.
        let assigning = match language {
            QueryLanguage::JsonPath => Data { input: result.unwrap_or(effective), ..plain.clone() },
            QueryLanguage::Jsonata => plain.clone(),
        };
        let assigned = assign(&assigning, language, state.assign.as_ref());
        let given = Incoming { input: output.clone(), variables: assigned };
        let mut steps = Steps { before_output_path, ..Steps::default() };
        match state.kind {
            StateKind::Succeed => steps.output = Some(output),
            StateKind::Fail => {}
            StateKind::Choice => {
                for rule in state.choices.iter().flatten() {
                    let Some(target) = rule.next.as_deref() else { continue };
                    let mut given = given.clone();
                    if let (QueryLanguage::Jsonata, Some(output)) = (language, &rule.output) {
                        given.input = plain.template(language, output);
                    }
                    if rule.assign.is_some() {
                        given.variables = assign(&plain, language, rule.assign.as_ref());
                    }
                    steps.next.push((target, given));
                }
                steps.next.extend(state.default.as_deref().map(|target| (target, given)));
            }
            _ if state.end == Some(true) => steps.output = Some(output),
            _ => steps.next.extend(state.next.as_deref().map(|target| (target, given))),
        }
        let error = Symbol::object([
            ("Error", Symbol::Part { of: ValueSource::Error, path: vec!["Error".to_owned()] }),
            ("Cause", Symbol::Part { of: ValueSource::Error, path: vec!["Cause".to_owned()] }),
        ]);
        for catcher in state.catch.iter().flatten() {
            let Some(target) = catcher.next.as_deref() else { continue };
            let data = Data { input: &error, result: None, context, variables };
            let input = match (language, &catcher.result_path, &catcher.output) {
                (QueryLanguage::JsonPath, Some(PathField::Null), _) => raw.clone(),
                (QueryLanguage::JsonPath, Some(PathField::Path(path)), _) => put(raw, path, error.clone()),
                (QueryLanguage::Jsonata, _, Some(output)) => {
                    Data { input: raw, ..data.clone() }.template(language, output)
                }
                _ => error.clone(),
            };
            let variables = assign(&data, language, catcher.assign.as_ref());
            steps.next.push((target, Incoming { input, variables }));
        }
        steps
    }
}

/// Applies `InputPath` or `OutputPath` to a value.
pub(super) fn through(data: &Data<'_>, value: &Symbol, field: Option<&PathField>) -> Symbol {
    match field {
        None => value.clone(),
        Some(PathField::Null) => Symbol::empty(),
        Some(PathField::Path(path)) => JsonPath::parse(path).map_or(Symbol::Unknown, |path| data.path(&path)),
    }
}

/// Returns the input with a value at a reference path.
fn put(raw: &Symbol, path: &str, value: Symbol) -> Symbol {
    let Ok(path) = JsonPath::parse(path) else { return Symbol::Unknown };
    let Some(segments) = path.segments() else { return Symbol::Unknown };
    let steps = segments.iter().map(|segment| match segment {
        workflow_asl::path::Segment::Name(name) => (*name).to_owned(),
        workflow_asl::path::Segment::Index(index) => format!("[{index}]"),
    });
    raw.with(&steps.collect::<Vec<_>>(), value)
}

/// Returns the variables after an `Assign`.
fn assign(data: &Data<'_>, language: QueryLanguage, assigned: Option<&Value>) -> Variables {
    let mut variables = data.variables.clone();
    if let Some(assigned) = assigned
        && let Symbol::Object { members, .. } = data.template(language, assigned)
    {
        variables.extend(members.into_iter().map(|(name, value)| (name, value.bounded())));
    }
    variables
}

/// Returns the text of a request member if it is a constant in the definition.
pub(crate) fn written<'s>(request: Option<&'s Symbol>, name: &str) -> Option<&'s str> {
    match request? {
        Symbol::Object { members, .. } => match members.get(name)? {
            Symbol::Scalar(value) => text(Some(value)),
            Symbol::Computed { text, of, .. } if of.is_empty() => Some(text),
            _ => None,
        },
        _ => None,
    }
}
