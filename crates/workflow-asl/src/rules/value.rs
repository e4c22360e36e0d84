//! The rule on values: each has the form that the table gives its field.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use workflow_services::Arn;

use super::Definition;
use super::expression::Strings;
use super::object_index::{ObjectAt, ObjectKind};
use super::{api, expression};
use crate::document::{Field, Form, Operand, Operator, QueryLanguage, wrong_type};
use crate::path::{JsonPath, Root};
use crate::resource::Resource;
use crate::template::{self, Computed, syntax_error};
use crate::texts::Texts;
use crate::{Code, Diagnostic, Finding, Pointer, SyntaxError, intrinsic, jsonata, nearest, placeholder, timestamp};

/// A field's value has the form of the field: a number in its range, a word of its list, a path,
/// an expression, a template, a timestamp, an ARN.
pub(super) fn has_the_form_of_its_field(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for object in &definition.index.objects {
        for field in &object.present {
            // The reader has checked text, and other rules check names and nested objects.
            let elsewhere = matches!(
                field.form,
                Form::Nested(_) | Form::StateName | Form::Text | Form::TextList | Form::ErrorNames
            );
            if !object.takes(field) || elsewhere {
                continue;
            }
            if let Some(value) = object.object.value_of(field.name) {
                check(&definition.texts, object, field, &value, found);
            }
        }
    }
}

fn check(texts: &Texts<'_>, object: &ObjectAt<'_>, field: &Field, value: &Value, found: &mut Vec<Diagnostic>) {
    let at = object.at.child(field.name);
    let jsonata = object.language == QueryLanguage::Jsonata;
    let text = value.as_str();
    let unknown = text.is_some_and(placeholder::contained);
    let strings = Strings { expressions: texts.expressions, of: object.kind, field };
    match field.form {
        Form::Template | Form::Computed if jsonata => {
            let before = found.len();
            strings.check_all(value, &at, found);
            if field.name == "Items" && found.len() == before {
                expression::check_items(value, &at, found);
            }
        }
        Form::Template | Form::Computed => check_template(texts, field, value, &at, found),
        Form::Json => check_static(value, &at, found),
        Form::Condition => strings.check_condition(value, &at, found),
        Form::Integer { expression: true, .. } | Form::Number { expression: true, .. } if jsonata && text.is_some() => {
            strings.check_whole(text.unwrap_or_default(), &at, found);
        }
        Form::TextOrExpression | Form::Timestamp if jsonata && text.is_some_and(expression::is_begun) => {
            strings.check_whole(text.unwrap_or_default(), &at, found);
        }
        Form::Integer { min, max, .. } => match value {
            Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() == 0.0) => {
                // Up to 2^53 exact, which is far above every limit.
                check_range(number.as_f64(), (min as f64, max as f64), (field, true), &at, found);
            }
            _ => wrong_type(value, "Integer", &at, found),
        },
        Form::Number { min, max, .. } => match value {
            Value::Number(number) => check_range(number.as_f64(), (min, max), (field, false), &at, found),
            _ => wrong_type(value, "Number", &at, found),
        },
        _ if unknown => {}
        Form::Word(words) => {
            if let Some(word) = text.filter(|word| !words.contains(word)) {
                let near = nearest::nearest(word, words.iter().copied()).map(str::to_owned);
                let allowed = words.iter().map(|word| (*word).to_owned()).collect();
                found.push(Finding::NotOneOf { value: word.to_owned(), allowed, near }.at(at));
            }
        }
        Form::Path | Form::PathOrNull => {
            if let Some(path) = text {
                check_path(texts, path, &at, found);
            }
        }
        Form::ReferencePath | Form::InputReferencePath | Form::ReferencePathOrNull => {
            if let Some(path) = text {
                check_reference_path(texts, path, field, &at, found);
            }
        }
        Form::PathOrIntrinsic => {
            if let Some(text) = text {
                check_fail_path(texts, text, &at, found);
            }
        }
        Form::Timestamp => {
            if let Some(text) = text.filter(|text| timestamp::parse(text).is_none()) {
                found.push(Finding::NotATimestamp { text: text.to_owned() }.at(at));
            }
        }
        Form::Resource => {
            if let Some(arn) = text {
                check_resource(object, arn, &at, found);
            }
        }
        Form::Text | Form::TextOrExpression | Form::StateName | Form::Flag | Form::ErrorNames => {}
        Form::TextList | Form::Nested(_) => {}
    }
}

fn check_range(
    number: Option<f64>,
    (min, max): (f64, f64),
    (field, whole): (&Field, bool),
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    let Some(number) = number else { return };
    let field = field.name;
    if number < min {
        found.push(Finding::NumberTooSmall { number, min, whole, field }.at(at.clone()));
    } else if number > max {
        found.push(Finding::NumberTooLarge { number, max, whole, field }.at(at.clone()));
    }
}

/// Checks a path that may select several values.
pub(super) fn check_path(texts: &Texts<'_>, path: &str, at: &Pointer, found: &mut Vec<Diagnostic>) {
    if let Some(read) = read_path(texts, path, at, found) {
        read.iter().for_each(|path| template::check_path(path, at, found));
    }
}

/// Parses a path in the document; `None` if a placeholder makes it unknown.
fn read_path(
    texts: &Texts<'_>,
    path: &str,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) -> Option<Arc<Result<JsonPath, SyntaxError>>> {
    let read = (!placeholder::may_complete(path)).then(|| texts.paths.read(path))?;
    if let Err(error) = &*read {
        let is_path = path.starts_with('$');
        let meant = format!("$.{path}");
        let mut error = error.clone();
        if path == "null" {
            error.help = Some("this is text: write `null`, without quotes".to_owned());
        } else if !is_path && JsonPath::parse(&meant).is_ok_and(|meant| meant.is_reference_path()) {
            error = SyntaxError { offset: 0, ..error }.with_instead(path.len(), meant);
        }
        let mut diagnostic = syntax_error(Code::BadJsonPath, at.clone(), path, error.clone());
        if !is_path {
            diagnostic.finding = Box::new(Finding::NoPath { error });
        }
        found.push(diagnostic);
    }
    Some(read)
}

/// A reference path names one place: by member names and indices only, from the input or a variable on. Of the context
/// object `ItemsPath` and the paths to times may tell, and no other.
///
/// <https://states-language.net/#ref-paths>,
/// <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>
fn check_reference_path(texts: &Texts<'_>, text: &str, field: &Field, at: &Pointer, found: &mut Vec<Diagnostic>) {
    let Some(read) = read_path(texts, text, at, found) else { return };
    let Ok(read) = &*read else { return };
    let path = text.to_owned();
    let finding = if !read.is_definite() {
        Finding::PathOfMany { path }
    } else if !read.is_reference_path() {
        Finding::NotAReferencePath { path }
    } else if field.name == "ResultPath" && *read.root() != Root::Value {
        Finding::ResultIntoPath { path }
    } else if field.form == Form::InputReferencePath && *read.root() == Root::Context {
        Finding::PathIntoContext { path, field: field.name }
    } else {
        return;
    };
    found.push(finding.at(at.clone()));
}

fn check_fail_path(texts: &Texts<'_>, text: &str, at: &Pointer, found: &mut Vec<Diagnostic>) {
    match &*texts.computed.read(text) {
        Ok(Computed::Path(path)) => template::check_path(path, at, found),
        Ok(computed @ Computed::Intrinsic(intrinsic)) => {
            template::check_arguments(computed, text, at, found);
            let function = intrinsic.call.function;
            if !function.allowed_in_fail_paths() {
                found.push(Finding::GivesNoString { function: function.name() }.at(at.clone()));
            }
        }
        Err(error) => {
            let code = if intrinsic::is_begun(text) { Code::BadIntrinsic } else { Code::BadJsonPath };
            let mut error = error.clone();
            if !text.starts_with('$') && code == Code::BadJsonPath {
                error.help = Some("for literal text, use the field without `Path`".to_owned());
            }
            found.push(syntax_error(code, at.clone(), text, error));
        }
    }
}

fn check_template(texts: &Texts<'_>, field: &Field, value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) {
    match value {
        Value::Object(_) => {
            template::check(&texts.computed, value, at, found);
            check_plain_keys(value, at, found);
        }
        // The input of a batch may be any JSON, and so may a request (the service accepts arrays).
        _ if field.form == Form::Computed => template::check(&texts.computed, value, at, found),
        Value::Array(_) => template::check(&texts.computed, value, at, found),
        _ => wrong_type(value, "Object", at, found),
    }
}

/// Members of requests whose values are JSONPaths for the called service: members of SageMaker's batch transform, of
/// EventBridge's targets, of CloudWatch's metric filters, of Glue's classifiers and of API Gateway's routes.
pub(super) const PATHS_OF_THE_SERVICE: &[&str] = &[
    "InputFilter",
    "OutputFilter",
    "InputPath",
    "InputPathsMap",
    "MetricValue",
    "JsonPath",
    "RouteKey",
    "RouteSelectionExpression",
];

/// Warns of strings that look like paths under keys without `.$`.
fn check_plain_keys(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) {
    let Value::Object(members) = value else { return };
    let meant = |key: &str| key.ends_with(template::SUFFIX) || PATHS_OF_THE_SERVICE.contains(&key);
    for (key, value) in members.iter().filter(|(key, _)| !meant(key)) {
        match value {
            Value::String(text) if jsonata::expression(text).is_some_and(|code| jsonata::parse(code).is_ok()) => {
                found.push(Finding::ExpressionInJsonPath { text: text.clone() }.at(at.child(key)));
            }
            Value::String(text) if template::looks_computed(text) => {
                let finding = Finding::PathUnderPlainKey { text: text.clone(), key: key.clone() };
                found.push(finding.at(at.child(key)));
            }
            Value::Object(_) => check_plain_keys(value, &at.child(key), found),
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    let at = at.child(key).index(i);
                    if let Some(text) = item.as_str().filter(|text| template::looks_computed(text)) {
                        found.push(Finding::PathAmongItems { text: text.to_owned(), key: key.clone() }.at(at));
                    } else {
                        check_plain_keys(item, &at, found);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Returns whether a string is an expression rather than text: `$name` of an assigned variable, a path that a rule
/// compares with, or one in a Fail state.
pub(super) fn references_are_not_text(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let assigned: BTreeSet<_> = definition.assigned.iter().map(|one| one.name).collect();
    for object in &definition.index.objects {
        let jsonata = object.language == QueryLanguage::Jsonata;
        for field in object.present.iter().filter(|field| object.takes(field)) {
            let computed = matches!(field.form, Form::Template | Form::Computed | Form::Json);
            let constant = field.form == Form::TextOrExpression;
            let Some(value) = (computed || constant).then(|| object.object.value_of(field.name)).flatten() else {
                continue;
            };
            let at = object.at.child(field.name);
            let is_own = !jsonata && !definition.annotations.lowered;
            match &*value {
                Value::String(text) if constant && !jsonata => {
                    if template::looks_computed(text) || names_variable(text, &assigned) {
                        found.push(Finding::FieldAsText { text: text.clone(), field: field.name }.at(at));
                    }
                }
                value => plain_texts(value, "", jsonata, &at, &mut |text, key, at| {
                    if let Some(inner) = in_other_braces(text).filter(|_| jsonata) {
                        let (text, inner) = (text.to_owned(), inner.to_owned());
                        found.push(Finding::OtherBraces { text, inner }.at(at.clone()));
                        return;
                    }
                    if placeholder::likely(text) {
                        return;
                    }
                    let expression = jsonata && !text.contains("{%") && calls_function(text);
                    // A path that is the whole `Result` is reported with its fields.
                    let is_path =
                        is_own && !key.is_empty() && field.form == Form::Json && template::looks_computed(text);
                    if !expression && !is_path && !names_variable(text, &assigned) {
                        return;
                    }
                    let (text, key) = (text.to_owned(), key.to_owned());
                    let finding = match (jsonata, field.form) {
                        (true, _) => Finding::BareExpression { text },
                        (false, Form::Json) => Finding::StaticResult { text },
                        (false, _) if at.tokens().last().as_deref() != Some(&*key) => {
                            Finding::PathAmongItems { text, key }
                        }
                        (false, _) => Finding::PathUnderPlainKey { text, key },
                    };
                    found.push(finding.at(at.clone()));
                }),
            }
        }
    }
    for rule in &definition.index.rules {
        for comparison in &rule.rule.comparisons {
            if let (Operand::Text, Value::String(text)) = (comparison.operator.operand(), &comparison.operand)
                && Operator::from_name(&format!("{}Path", comparison.operator.name())).is_some()
                && (template::looks_computed(text) || names_variable(text, &assigned))
            {
                let operator = comparison.operator.name();
                found.push(Finding::OperandAsText { text: text.clone(), operator }.at(rule.at.child(operator)));
            }
        }
    }
}

/// Visits every string of a literal value, with its key.
fn plain_texts(value: &Value, key: &str, jsonata: bool, at: &Pointer, visit: &mut impl FnMut(&str, &str, &Pointer)) {
    match value {
        Value::String(text) => visit(text, key, at),
        Value::Object(members) => {
            for (key, value) in members.iter().filter(|(key, _)| jsonata || !key.ends_with(template::SUFFIX)) {
                plain_texts(value, key, jsonata, &at.child(key), visit);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| plain_texts(item, key, jsonata, &at.index(i), visit));
        }
        _ => {}
    }
}

/// Returns whether a string is a path from one of these variables on.
fn names_variable(text: &str, variables: &BTreeSet<&str>) -> bool {
    let Some(rest) = text.strip_prefix('$') else { return false };
    let name = rest.split(['.', '[']).next().unwrap_or_default();
    variables.contains(name) && JsonPath::parse(text).is_ok()
}

/// Returns the expression of JSONata in `{{ … }}` or `${ … }`, if it reads the state.
fn in_other_braces(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    let inner = inner.or_else(|| text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')))?.trim();
    (inner.starts_with("$states.") && jsonata::parse(inner).is_ok()).then_some(inner)
}

/// Returns whether a string is a call of one of JSONata's functions.
fn calls_function(text: &str) -> bool {
    let named = text.strip_prefix('$').and_then(|rest| rest.split_once('(')).map(|(name, _)| name);
    named.is_some_and(jsonata::is_function) && text.ends_with(')') && jsonata::parse(text).is_ok()
}

/// Warns of paths inside the literal `Result` of a pass.
fn check_static(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) {
    let mut warn = |text: &str, at: Pointer| {
        found.push(Finding::StaticResult { text: text.to_owned() }.at(at));
    };
    if let Some(text) = value.as_str().filter(|text| template::looks_computed(text)) {
        warn(text, at.clone());
    }
    template::walk(value, at, &mut |member| {
        if let Some(text) = member.value.as_str().filter(|text| template::looks_computed(text)) {
            warn(text, member.at);
        }
    });
}

fn check_resource(object: &ObjectAt<'_>, arn: &str, at: &Pointer, found: &mut Vec<Diagnostic>) {
    // An integration's name can be checked for any partition, region and account.
    let known = Arn::parse(arn).and_then(Arn::integration).unwrap_or(arn);
    if placeholder::likely(known) {
        return;
    }
    let allowed: &[_] = match object.kind {
        ObjectKind::ItemReader => api::READERS,
        ObjectKind::ResultWriter => api::WRITERS,
        _ => &[],
    };
    let finding = match Resource::parse(arn) {
        None => Finding::NotAResource { arn: arn.to_owned(), near: api::operation_meant(arn).map(str::to_owned) },
        Some(Resource::Integration(call)) if !allowed.is_empty() => {
            let name = format!("{}:{}", call.service, call.action);
            if allowed.iter().any(|(allowed, _)| *allowed == name) {
                return;
            }
            let allowed = allowed.iter().map(|(name, _)| format!("arn:aws:states:::{name}")).collect();
            Finding::NotOneOf { value: arn.to_owned(), allowed, near: None }
        }
        Some(_) => return,
    };
    found.push(finding.at(at.clone()));
}
