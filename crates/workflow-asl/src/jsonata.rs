//! JSONata expressions as the service supports them (version 2.0): their syntax tree and the names they use.
//!  The language itself is [`workflow_jsonata`]; this module is about its use in definitions. See
//! <https://docs.jsonata.org/overview> and
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>.

use std::ops::Range;

use serde_json::Value;

use crate::SyntaxError;
use crate::texts::Parsed;
pub use workflow_jsonata::{
    Ast, Callback, FUNCTIONS, Function, FunctionId, Limits, Names, Node, NodeKind, Origin, Parameter, Passed, Printed,
    ResultKind, ResultType, Returned, STATES_MEMBERS, Use, ast, changing, function, is_function, parse, print,
    print_with, regex_literal, translate_foreign_operators,
};

/// An expression with the names it uses, or why it is none.
pub type Read = Result<(Ast, Names), SyntaxError>;

/// The expressions of a definition that were parsed so far, by the text between `{%` and `%}`.
pub type Expressions = Parsed<(Ast, Names)>;

/// The expression inside `{%` and `%}`; `None` where the text is a literal.
///
/// The text must begin and end with them exactly, without blanks around.
pub fn expression(text: &str) -> Option<&str> {
    text.strip_prefix("{%")?.strip_suffix("%}")
}

/// Returns a number as JSON, a whole one without a fraction.
pub fn number(number: f64) -> Value {
    // Exact below 2^53.
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        #[expect(clippy::cast_possible_truncation, reason = "the number has no fraction and is small")]
        return Value::from(number as i64);
    }
    Value::from(number)
}

/// Returns the value of an expression that is the same wherever it is; `None` for other expressions, and for an object
/// with a duplicate key.
pub fn constant(node: &Node) -> Option<Value> {
    Some(match &node.kind {
        NodeKind::String(text) => text.as_str().into(),
        NodeKind::Bool(value) => (*value).into(),
        NodeKind::Null => Value::Null,
        NodeKind::Number(value) => number(*value),
        NodeKind::Negate(inner) => match inner.kind {
            NodeKind::Number(value) => number(-value),
            _ => return None,
        },
        NodeKind::Array(items) => return items.iter().map(constant).collect(),
        NodeKind::Object(members) => {
            let mut object = serde_json::Map::new();
            for (name, value) in members {
                let NodeKind::String(name) = &name.kind else { return None };
                if object.insert(name.clone(), constant(value)?).is_some() {
                    return None;
                }
            }
            object.into()
        }
        _ => return None,
    })
}

/// Returns whether an expression certainly gives nothing, or fails, if the reference at this place gives nothing.
pub(crate) fn needs(node: &Node, used: &Range<usize>, names: &Names) -> bool {
    let needs = |part: &Node| needs(part, used, names);
    // Without an argument, these give a value too.
    let gives = |id| matches!(id, FunctionId::Exists | FunctionId::Count | FunctionId::Append | FunctionId::Zip);
    let applies = |callee: &Node| {
        let call = names.calls.iter().find(|call| call.span == callee.span);
        let known = call.and_then(|call| function(&call.name));
        known.is_some_and(|known| !gives(known.id) && known.parameters().next().is_some_and(|first| !first.optional))
    };
    match &node.kind {
        _ if node.span == *used => true,
        NodeKind::Path(steps) => {
            let begins = node.span.start == used.start && used.end <= node.span.end;
            // A grouping makes an object of nothing.
            !steps.iter().any(groups) && (begins || steps.first().is_some_and(needs))
        }
        NodeKind::Block(parts) => parts.last().is_some_and(needs),
        NodeKind::Negate(part) | NodeKind::Predicate(part, _) | NodeKind::KeepArray(part) => needs(part),
        NodeKind::Binary("+" | "-" | "*" | "/" | "%" | "<" | "<=" | ">" | ">=", one, other) => {
            needs(one) || needs(other)
        }
        NodeKind::Call(callee, arguments) => applies(callee) && arguments.first().is_some_and(needs),
        NodeKind::Apply(piped, called) => {
            let NodeKind::Call(callee, _) = &called.kind else { return applies(called) && needs(piped) };
            applies(callee) && needs(piped)
        }
        _ => false,
    }
}

fn groups(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Group(..)) || node.children().into_iter().any(groups)
}

/// Returns the name and the arguments of a call of a variable, such as `$count(x)`.
pub fn called(node: &Node) -> Option<(&str, &[Node])> {
    let NodeKind::Call(function, arguments) = &node.kind else { return None };
    match &function.kind {
        NodeKind::Variable(name) => Some((name, arguments)),
        _ => None,
    }
}
