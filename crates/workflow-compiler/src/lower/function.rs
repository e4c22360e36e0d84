//! Lowers the language's own functions, such as `is_present` and `matches`, to JSONata.

use super::{Lowering, ValueSite};
use crate::check::function::gives_sequence;
use crate::check::{Ty, callback};
use crate::problem::Problem;
use crate::syntax::ast::{Expr, ExprKind, Text};
use workflow_asl::Code;
use workflow_asl::jsonata::{self, FunctionId as Row, Node, NodeKind, Parameter};

/// The pattern of `is_timestamp`: RFC 3339 with a `T` and an offset, without the checks that a regular expression
/// cannot do.
const TIMESTAMP: &str = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$";

/// Returns the regular expression for a pattern of `matches`, which must match the whole string: `*` matches any
/// string, `\*` an asterisk, `\\` a backslash.
fn glob(pattern: &str) -> String {
    let mut regex = String::from("^");
    let mut chars = pattern.chars();
    while let Some(ch) = chars.next() {
        let literal = match ch {
            '*' => {
                regex.push_str(r"[\s\S]*");
                continue;
            }
            '\\' => chars.next().unwrap_or('\\'),
            other => other,
        };
        match literal {
            '\n' => regex.push_str("\\n"),
            '\r' => regex.push_str("\\r"),
            '.' | '*' | '+' | '?' | '^' | '$' | '{' | '}' | '(' | ')' | '|' | '[' | ']' | '\\' | '/' => {
                regex.extend(['\\', literal]);
            }
            literal => regex.push(literal),
        }
    }
    regex.push('$');
    regex
}

impl<'a> Lowering<'_, 'a> {
    /// Returns a call as JSONata.
    pub(super) fn jsonata_call(&mut self, place: ValueSite<'_, 'a>, name: &Text, arguments: &[Expr]) -> Node {
        match (name.value.as_str(), arguments) {
            ("all" | "any", [condition]) => Node::block([self.jsonata(place, condition)]),
            ("matches", [value, pattern]) => self.matches(place, value, pattern),
            ("timestamp", [time]) => self.jsonata(place, time),
            (test, [value]) if test.starts_with("is_") => {
                let value = self.jsonata(place, value);
                type_test(test, value).unwrap_or_else(|| Node::bool(false))
            }
            (_, arguments) if callback(&name.value, arguments).is_some() => {
                self.call_with_closure(place, name, arguments)
            }
            (function, _) => {
                let known = function.strip_prefix('$').and_then(jsonata::function);
                let mut parameters = known.into_iter().flat_map(jsonata::Function::parameters);
                let is_list = |ty: Ty| ty.is_open() || ty.present().is_array();
                // Of a list and nothing, `$append` may give a single item.
                let may_be_item = function == "$append"
                    && !arguments.iter().all(|argument| is_list(self.analysis.type_of(place, argument)));
                let arguments: Vec<_> = arguments
                    .iter()
                    .map(|argument| {
                        let lowered = self.jsonata_argument(place, argument, parameters.next());
                        let ty = self.analysis.type_of(place, argument);
                        if known.is_some_and(|row| joins_lists(row.id)) && ty.is_option() && ty.present().is_array() {
                            // `null` would be an item.
                            return self.or_default((argument, lowered), true, Node::array([]));
                        }
                        if known.is_some_and(|row| is_absent_of_none(row.id)) { unlisted(lowered) } else { lowered }
                    })
                    .collect();
                match function.strip_prefix('$') {
                    Some(function) => {
                        let call = Node::call(function, arguments);
                        let is_sequence = jsonata::function(function).is_some_and(gives_sequence);
                        if is_sequence || may_be_item { Node::array([call]) } else { call }
                    }
                    // Reported elsewhere.
                    None => NodeKind::Call(Box::new(NodeKind::Name(function.to_owned()).into()), arguments).into(),
                }
            }
        }
    }

    /// Returns an argument of one of JSONata's functions. An array whose items cannot be lists needs no brackets around
    /// an item of an unknown type.
    fn jsonata_argument(&mut self, place: ValueSite<'_, 'a>, argument: &Expr, parameter: Option<Parameter>) -> Node {
        match &argument.kind {
            ExprKind::Array(items) if parameter.is_some_and(|parameter| parameter.items.is_some()) => {
                let is_unknown = |item: &Expr| self.analysis.type_of(place, item).present().is_open();
                let unknown: Vec<_> = items.iter().map(is_unknown).collect();
                Node::array(items.iter().zip(unknown).map(|(item, is_unknown)| match is_unknown {
                    true => self.jsonata(place, item),
                    false => self.array_item(place, item),
                }))
            }
            _ => self.jsonata(place, argument),
        }
    }

    /// Returns the test of a text by a pattern that is written out.
    fn matches(&mut self, place: ValueSite<'_, 'a>, value: &Expr, pattern: &Expr) -> Node {
        let value = self.jsonata(place, value);
        match &pattern.kind {
            ExprKind::Text(pattern) => Node::call("contains", [value, Node::regex(glob(pattern))]),
            ExprKind::Invalid(_) | ExprKind::Regex(_) => Node::bool(false),
            _ => {
                let problem =
                    Problem::new(Code::BadLiteral, pattern.span, "the pattern of `matches` must be text in quotes");
                let help = "for a pattern that is only known at run time, use `$contains(text, part)`";
                self.problems.push(problem.help(help));
                Node::bool(false)
            }
        }
    }
}

/// Returns whether a function has the same result for an absent list as for an empty one.
fn is_absent_of_none(function: Row) -> bool {
    matches!(function, Row::Count | Row::Max | Row::Min | Row::Average)
}

/// Returns whether a function accepts lists that may be absent or null.
fn joins_lists(function: Row) -> bool {
    matches!(function, Row::Count | Row::Append | Row::Distinct | Row::Merge | Row::Zip)
}

/// Returns the value that an array constructor makes a list of. A function that takes a list also takes one item.
fn unlisted(list: Node) -> Node {
    match list.kind {
        NodeKind::Array(mut items) => match items.pop() {
            Some(only) if items.is_empty() && matches!(only.kind, NodeKind::Path(_) | NodeKind::Call(..)) => only,
            last => Node::array(items.into_iter().chain(last)),
        },
        _ => list,
    }
}

fn type_test(test: &str, value: Node) -> Option<Node> {
    let of_type = |value: Node, ty: &str| Node::call("type", [value]).binary("=", Node::string(ty));
    Some(match test {
        "is_present" => Node::call("exists", [value]),
        "is_null" => of_type(value, "null"),
        "is_string" => of_type(value, "string"),
        "is_numeric" => of_type(value, "number"),
        "is_boolean" => of_type(value, "boolean"),
        "is_timestamp" => {
            let shape = Node::call("contains", [value.clone(), Node::regex(TIMESTAMP)]);
            of_type(value, "string").binary("and", shape)
        }
        _ => return None,
    })
}
