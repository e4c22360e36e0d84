//! Parses the fields of a definition that the rules have passed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{CheckedExpression, CheckedObject, CheckedObjects, CheckedValue};
use crate::document::{Field, Form, Operand, QueryLanguage};
use crate::rules::object_index::{ObjectAt, ObjectIndex, ObjectKind, RuleAt};
use crate::template::{self, Computed, syntax_error};
use crate::texts::Texts;
use crate::{Code, Diagnostic, Finding, Pointer, SyntaxError, jsonata, placeholder};

/// The parsed fields of each object, by its place.
///
/// # Errors
/// What the rules let pass because a placeholder may stand for something else.
pub(crate) fn objects(index: &ObjectIndex<'_>, texts: &Texts<'_>) -> Result<CheckedObjects, Vec<Diagnostic>> {
    let mut targets = vec![BTreeMap::new(); index.scopes.len()];
    for state in &index.states {
        if let Some(scope) = targets.get_mut(state.scope) {
            scope.insert(state.name, scope.len());
        }
    }
    let mut parser = Parser { texts, targets, found: Vec::new() };
    let mut rules = index.rules.iter();
    // Scopes are listed in the order of the objects that hold them.
    let mut scopes = 0..index.scopes.len();
    let objects = index.objects.iter().map(|object| {
        let scope = match object.kind {
            ObjectKind::Machine | ObjectKind::Branch | ObjectKind::Processor => scopes.next(),
            _ => object.state.and_then(|state| Some(index.states.get(state)?.scope)),
        };
        let rule = match object.kind {
            ObjectKind::Rule | ObjectKind::NestedRule => rules.next(),
            _ => None,
        };
        (object.at.clone(), parser.object(object, scope, rule))
    });
    let objects = objects.collect();
    if parser.found.is_empty() { Ok(objects) } else { Err(parser.found) }
}

struct Parser<'p, 'a> {
    texts: &'p Texts<'p>,
    /// For each scope, its states by name.
    targets: Vec<BTreeMap<&'a str, usize>>,
    found: Vec<Diagnostic>,
}

impl Parser<'_, '_> {
    fn object(&mut self, object: &ObjectAt<'_>, scope: Option<usize>, rule: Option<&RuleAt<'_>>) -> CheckedObject {
        let mut checked = CheckedObject::default();
        for field in object.present.iter().filter(|field| field.form.is_parsed() || field.form == Form::StateName) {
            let Some(value) = object.object.value_of(field.name) else { continue };
            let at = object.at.child(field.name);
            if field.form != Form::StateName {
                checked.values.push((field.name, self.field(object.language, field, &value, &at)));
                continue;
            }
            let name = value.as_str().unwrap_or_default();
            match scope.and_then(|scope| self.targets.get(scope)?.get(name)) {
                Some(state) => checked.targets.push((field.name, *state)),
                None => self.found.push(Finding::UnknownTarget { name: name.to_owned(), near: None }.at(at)),
            }
        }
        for comparison in rule.iter().flat_map(|rule| &rule.rule.comparisons) {
            let name = comparison.operator.name();
            if let (Operand::Path, Value::String(path)) = (comparison.operator.operand(), &comparison.operand) {
                checked.values.push((name, self.path(path, &object.at.child(name))));
            }
        }
        checked
    }

    fn field(&mut self, language: QueryLanguage, field: &Field, value: &Value, at: &Pointer) -> CheckedValue {
        match value {
            Value::String(text) if field.form == Form::PathOrIntrinsic => self.computed(text, at),
            Value::String(text) if field.form.is_path() => self.path(text, at),
            _ => self.value(language, value, at),
        }
    }

    /// A value with its computed parts: under keys that end in `.$`, or in strings that contain JSONata.
    fn value(&mut self, language: QueryLanguage, value: &Value, at: &Pointer) -> CheckedValue {
        let is_jsonata = language == QueryLanguage::Jsonata;
        match value {
            Value::String(text) if is_jsonata => match jsonata::expression(text) {
                Some(code) => self.jsonata(text, code, at),
                None => CheckedValue::Literal(value.clone()),
            },
            Value::Object(members) => {
                let members = members.iter().map(|(key, value)| {
                    let at = at.child(key);
                    match (key.strip_suffix(template::SUFFIX), value) {
                        (Some(name), Value::String(text)) if !is_jsonata => (name.to_owned(), self.computed(text, &at)),
                        _ => (key.clone(), self.value(language, value, &at)),
                    }
                });
                CheckedValue::of_object(members.collect())
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                CheckedValue::of_array(items.map(|(i, item)| self.value(language, item, &at.index(i))).collect())
            }
            literal => CheckedValue::Literal(literal.clone()),
        }
    }

    fn path(&mut self, text: &str, at: &Pointer) -> CheckedValue {
        match &*self.texts.paths.read(text) {
            Ok(path) => CheckedValue::Path(path.clone()),
            Err(error) => self.malformed(Code::BadJsonPath, text, error, at),
        }
    }

    fn computed(&mut self, text: &str, at: &Pointer) -> CheckedValue {
        match &*self.texts.computed.read(text) {
            Ok(Computed::Path(path)) => CheckedValue::Path(path.clone()),
            Ok(Computed::Intrinsic(call)) => CheckedValue::Intrinsic(call.clone()),
            Err(error) => self.malformed(template::code_of(text), text, error, at),
        }
    }

    fn jsonata(&mut self, text: &str, code: &str, at: &Pointer) -> CheckedValue {
        match &*self.texts.expressions.read(code) {
            Ok((ast, _)) => {
                CheckedValue::Jsonata(CheckedExpression { source: code.trim().to_owned(), ast: ast.clone() })
            }
            Err(error) => self.malformed(Code::BadJsonata, text, &error.clone().shifted("{%".len()), at),
        }
    }

    fn malformed(&mut self, code: Code, text: &str, error: &SyntaxError, at: &Pointer) -> CheckedValue {
        let placeholder = placeholder::in_code(text).next().and_then(|range| text.get(range));
        self.found.push(match placeholder.map(str::to_owned) {
            Some(placeholder) => {
                Finding::UnfilledCode { code, placeholder, error: Box::new(error.clone()) }.at(at.clone())
            }
            None => syntax_error(code, at.clone(), text, error.clone()),
        });
        CheckedValue::Literal(Value::Null)
    }
}
