//! Finds changes of JSONata expressions (conditions, bounds, literals) and of calls of intrinsic functions.

use std::ops::Range;

use workflow_asl::intrinsic::Intrinsic;
use workflow_asl::jsonata::{Node, NodeKind, parse};
use workflow_asl::path::JsonPath;

use super::Operator;
use super::literal::other;

/// A change of an expression.
#[derive(Debug)]
pub(super) struct Altered {
    pub(super) operator: Operator,
    /// The bytes to replace.
    pub(super) range: Range<usize>,
    pub(super) text: String,
    pub(super) description: String,
}

/// Returns the changes of an expression, in the order of the source. Returns none if it does not parse.
pub(super) fn altered(text: &str, is_condition: bool) -> Vec<Altered> {
    let Ok(ast) = parse(text) else { return Vec::new() };
    let mut walk = Walk { text, found: Vec::new() };
    if is_condition {
        walk.negate(&ast.root);
    }
    walk.node(&ast.root);
    walk.found
}

/// Returns the changes of the literals of an intrinsic function call, in the order of the source. Returns none if it
/// does not parse.
pub(super) fn altered_call(text: &str) -> Vec<Altered> {
    let Ok(intrinsic) = Intrinsic::parse(text) else { return Vec::new() };
    let paths: Vec<_> = intrinsic.paths().into_iter().map(JsonPath::range).collect();
    let mut walk = Walk { text, found: Vec::new() };
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(path) = paths.iter().find(|path| path.start <= at && at < path.end) {
            at = path.end;
            continue;
        }
        let of_word = rest.find([',', '(', ')', ' ', '\t', '\n', '\r']).unwrap_or(rest.len());
        let (length, changed) = match rest.strip_prefix('\'') {
            Some(inside) => {
                let length = end_of_text(inside);
                (length + 2, inside.get(..length).map(|inside| format!("'{}'", other(inside))))
            }
            None => match rest.get(..of_word).unwrap_or_default() {
                "true" => (of_word, Some("false".to_owned())),
                "false" => (of_word, Some("true".to_owned())),
                word => (of_word, word.parse().ok().map(increased)),
            },
        };
        if let Some(changed) = changed {
            walk.add(Operator::ChangeLiteral, at..at + length, changed);
        }
        at += length.max(1);
    }
    walk.found
}

/// Returns the end of a string whose opening apostrophe precedes `inside`.
fn end_of_text(inside: &str) -> usize {
    let mut escaped = false;
    let end = inside.find(|c| {
        let ends = c == '\'' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.unwrap_or(inside.len())
}

struct Walk<'t> {
    text: &'t str,
    found: Vec<Altered>,
}

impl Walk<'_> {
    fn add(&mut self, operator: Operator, range: Range<usize>, text: String) {
        let Some(word) = self.text.get(range.clone()) else { return };
        let description = match operator {
            Operator::NegateCondition => format!("`{}` is negated", word.trim()),
            _ => format!("`{word}` becomes `{text}`"),
        };
        self.found.push(Altered { operator, range, text, description });
    }

    /// Negates a condition and each operand of its `and` and `or`.
    fn negate(&mut self, node: &Node) {
        let Some(word) = self.text.get(node.span.clone()) else { return };
        self.add(Operator::NegateCondition, node.span.clone(), format!("$not({word})"));
        if let NodeKind::Binary("and" | "or", left, right) = &node.kind {
            self.negate(left);
            self.negate(right);
        }
    }

    /// Changes a node and its children. The tree is shallow, so this may recurse.
    fn node(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Binary(sign, left, right) => {
                let is_bound = matches!(*sign, "<" | "<=" | ">" | ">=");
                for side in [left, right] {
                    match side.kind {
                        NodeKind::Number(number) if is_bound || matches!(*sign, "=" | "!=") => {
                            self.add(Operator::MoveBound, side.span.clone(), increased(number));
                            if is_bound {
                                self.add(Operator::MoveBound, side.span.clone(), (number - 1.0).to_string());
                            }
                        }
                        _ => self.node(side),
                    }
                }
                let is_it = |one: &Altered| one.operator == Operator::NegateCondition && one.range == node.span;
                let is_negated = self.found.iter().any(is_it);
                let (operator, other) = match *sign {
                    "<" | ">" => (Operator::MoveBound, format!("{sign}=")),
                    "<=" | ">=" => (Operator::MoveBound, sign.replace('=', "")),
                    "and" => (Operator::SwapConnective, "or".to_owned()),
                    "or" => (Operator::SwapConnective, "and".to_owned()),
                    // A part of a condition is already negated.
                    "=" | "!=" if !is_negated => return self.negate(node),
                    _ => return,
                };
                let between = self.text.get(left.span.end..right.span.start).unwrap_or_default();
                if let Some(at) = between.find(sign) {
                    let at = left.span.end + at;
                    self.add(operator, at..at + sign.len(), other);
                }
            }
            NodeKind::Number(number) => self.add(Operator::ChangeLiteral, node.span.clone(), increased(*number)),
            NodeKind::String(_) => {
                let word = self.text.get(node.span.clone()).unwrap_or_default();
                // The first and the last byte are quotes.
                if let Some((open, rest)) = word.split_at_checked(1)
                    && let Some(inner) = rest.strip_suffix(open)
                {
                    self.add(Operator::ChangeLiteral, node.span.clone(), format!("{open}{}{open}", other(inner)));
                }
            }
            NodeKind::Bool(truth) => self.add(Operator::ChangeLiteral, node.span.clone(), (!truth).to_string()),
            NodeKind::Condition(test, ..) => {
                self.negate(test);
                self.parts(node);
            }
            _ => self.parts(node),
        }
    }

    /// Changes the parts of a node. The keys of an object are names, so they stay.
    fn parts(&mut self, node: &Node) {
        let pairs = match &node.kind {
            NodeKind::Object(pairs) | NodeKind::Group(_, pairs) => pairs.as_slice(),
            _ => &[],
        };
        let is_name = |part: &Node| {
            matches!(part.kind, NodeKind::String(_)) && pairs.iter().any(|(key, _)| std::ptr::eq(key, part))
        };
        node.children().into_iter().filter(|part| !is_name(part)).for_each(|part| self.node(part));
    }
}

/// Returns the number plus one, as a string.
fn increased(number: f64) -> String {
    (number + 1.0).to_string()
}
