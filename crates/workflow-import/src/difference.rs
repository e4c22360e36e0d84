//! Compares two documents.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;
use workflow_asl::Pointer;
use workflow_asl::document::{Form, TABLES};
use workflow_asl::intrinsic::{Argument, FunctionCall, Intrinsic};
use workflow_asl::jsonata::{constant, expression, parse};
use workflow_asl::placeholder;

use super::same_expression::same_expression;

/// The prefix of intrinsic functions' names.
const PREFIX: &str = "States.";
/// The query language whose expressions are compared.
const JSONATA: &str = "JSONata";

/// The properties of a place in a document that the comparison of its strings depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The whole document or a body in a state, and whether JSONata is its query language.
    Machine(bool),
    /// The states of one.
    States(bool),
    /// A state or an object of it, such as a catcher, and whether JSONata is the state's query language.
    Object(bool),
    /// A value with JSONata in its strings.
    Computed,
    /// Anything else.
    Plain,
}

impl Place {
    fn of(value: &Value, make: fn(bool) -> Self, outer: bool) -> Self {
        make(value.get("QueryLanguage").map_or(outer, |language| language == JSONATA))
    }

    /// Returns the place of a member.
    fn member(self, name: &str, value: &Value) -> Self {
        match (self, name) {
            (Self::Machine(jsonata), "States") => Self::States(jsonata),
            (Self::States(jsonata), _) => Self::of(value, Self::Object, jsonata),
            (Self::Object(jsonata), "Branches" | "ItemProcessor" | "Iterator") => Self::Machine(jsonata),
            (Self::Object(true), _) => {
                let fields = TABLES.iter().flat_map(|table| table.fields);
                let forms = || fields.clone().filter(|field| field.name == name).map(|field| field.form);
                if forms().any(is_computed) {
                    Self::Computed
                } else if forms().any(|form| matches!(form, Form::Nested(_))) {
                    self
                } else {
                    Self::Plain
                }
            }
            (Self::Computed, _) => self,
            _ => Self::Plain,
        }
    }
}

/// Returns whether a JSONata state may compute the value of a field.
fn is_computed(form: Form) -> bool {
    match form {
        Form::Integer { expression, .. } | Form::Number { expression, .. } => expression,
        Form::TextOrExpression | Form::Timestamp | Form::Template | Form::Computed | Form::Condition => true,
        _ => false,
    }
}

/// Returns the deepest pointers at which the documents differ; for a missing member, the member's pointer.
pub(super) fn differences(left: &Value, right: &Value) -> BTreeSet<Pointer> {
    let mut found = BTreeSet::new();
    walk(left, right, &Pointer::root(), Place::of(left, Place::Machine, false), &mut found);
    found
}

/// Returns whether two documents are equal except for differences without meaning: in calls of intrinsic functions and
/// in filters of paths, blanks; in JSONata, blanks, the kind of quotes, parentheses that change nothing, the names of
/// parameters, `$string(x)` next to `&`, and whether a call is written with `~>` and a literal in `{% … %}`.
///
/// ```
/// use serde_json::json;
/// use workflow_import::is_same;
///
/// let pass = |output: &str| json!({"StartAt": "A", "QueryLanguage": "JSONata", "States": {
///     "A": {"Type": "Pass", "Output": output, "End": true}}});
/// assert!(is_same(&pass("{% ($states.input.a)&'b'%}"), &pass("{% $states.input.a & \"b\" %}")));
/// assert!(!is_same(&pass("{% [$states.input.a] %}"), &pass("{% $states.input.a %}")));
/// assert!(is_same(&json!({"a.$": "States.Format('{}',$.x)"}), &json!({"a.$": "States.Format('{}', $.x)"})));
/// assert!(is_same(&json!({"a.$": "$.x[?(@.y<1)]"}), &json!({"a.$": "$.x[?(@.y < 1)]"})));
/// assert!(!is_same(&json!({"a": "x,y"}), &json!({"a": "x, y"})));
/// ```
pub fn is_same(document: &Value, other: &Value) -> bool {
    differences(document, other).is_empty()
}

/// Returns whether two texts are calls of intrinsic functions with the same arguments, or paths with the same filters.
fn same_path_or_call(left: &str, right: &str) -> bool {
    // In a call, an escaped brace is not a placeholder.
    let names = |text: &str| placeholder::named(text).map(|(_, name)| name.to_owned()).collect::<Vec<_>>();
    let call = |text: &str| Intrinsic::parse(text).ok().filter(|_| text.starts_with(PREFIX)).map(|call| call.call);
    if left == right {
        return true;
    }
    let (left, right) = (without_blanks_in_filters(left), without_blanks_in_filters(right));
    if left.starts_with('$') {
        return left == right;
    }
    names(&left) == names(&right) && call(&left).zip(call(&right)).is_some_and(|(left, right)| same_call(&left, &right))
}

/// Returns whether two calls are the same, wherever they are in their texts.
fn same_call(left: &FunctionCall, right: &FunctionCall) -> bool {
    let same = |(left, right): (&Argument, &Argument)| match (left, right) {
        (Argument::Call(left), Argument::Call(right)) => same_call(left, right),
        _ => left == right,
    };
    left.function == right.function
        && left.args.len() == right.args.len()
        && left.args.iter().zip(&right.args).all(same)
}

/// Returns a text without the blanks beside the signs of filters, which have no meaning.
fn without_blanks_in_filters(text: &str) -> Cow<'_, str> {
    if !text.contains("[?") || !text.starts_with('$') && !text.starts_with(PREFIX) {
        return text.into();
    }
    let is_word = |ch: Option<&char>| ch.is_some_and(|ch| ch.is_alphanumeric() || *ch == '_');
    let mut out = String::with_capacity(text.len());
    let (mut quote, mut escaped) = (None, false);
    let mut chars = text.chars().peekable();
    while let Some(ch) = chars.next() {
        match quote {
            Some(open) => {
                if !escaped && ch == open {
                    quote = None;
                }
                escaped = !escaped && ch == '\\';
            }
            None if matches!(ch, '\'' | '"') => quote = Some(ch),
            None if ch == ' ' && !(is_word(out.chars().next_back().as_ref()) && is_word(chars.peek())) => continue,
            None => {}
        }
        out.push(ch);
    }
    out.into()
}

/// Returns whether two values of a JSONata state are the same expression, or an expression and its value.
fn same_computed(left: &Value, right: &Value) -> bool {
    let code = |value: &'_ Value| value.as_str().and_then(expression).map(str::to_owned);
    let is_value = |code: String, value: &Value| {
        parse(&code).is_ok_and(|ast| constant(&ast.root).is_some_and(|constant| constant == *value))
    };
    match (code(left), code(right)) {
        (Some(left), Some(right)) => same_expression(&left, &right),
        (Some(left), None) => is_value(left, right),
        (None, Some(right)) => is_value(right, left),
        (None, None) => false,
    }
}

fn walk(left: &Value, right: &Value, at: &Pointer, place: Place, found: &mut BTreeSet<Pointer>) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            for (key, value) in left {
                match right.get(key) {
                    Some(other) => walk(value, other, &at.child(key), place.member(key, value), found),
                    None => drop(found.insert(at.child(key))),
                }
            }
            found.extend(right.keys().filter(|key| !left.contains_key(*key)).map(|key| at.child(key)));
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                walk(left, right, &at.index(index), place, found);
            }
        }
        (Value::String(left), Value::String(right)) if same_path_or_call(left, right) => {}
        _ if left == right => {}
        _ if place == Place::Computed && same_computed(left, right) => {}
        _ => drop(found.insert(at.clone())),
    }
}
