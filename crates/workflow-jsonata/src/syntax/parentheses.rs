//! Adds the parentheses that the grammar requires, so that the printed text parses to the same tree.

use super::ast::{Node, NodeKind};
use super::parser::binding_power;

/// The binding power of a node that no operator can split.
const CLOSED: u8 = 100;
/// The binding power of a node that extends as far as possible, such as the last part of a conditional.
const OPEN: u8 = 5;
/// The binding power of the `:` of a conditional or of an object's member.
const COLON: u8 = 1;

/// Returns the binding power of a node's own operator.
pub(super) fn own_power(kind: &NodeKind) -> u8 {
    match kind {
        NodeKind::Verbatim(_) => COLON,
        NodeKind::Bind(..) => binding_power(":="),
        NodeKind::Condition(..) => binding_power("?"),
        NodeKind::Binary(sign, ..) => binding_power(sign),
        NodeKind::Apply(..) => binding_power("~>"),
        NodeKind::Sort(..) => binding_power("^"),
        NodeKind::Negate(_) | NodeKind::Group(..) => binding_power("{"),
        NodeKind::Path(_) => binding_power("."),
        NodeKind::Predicate(..)
        | NodeKind::KeepArray(_)
        | NodeKind::Focus(..)
        | NodeKind::Index(..)
        | NodeKind::Call(..)
        | NodeKind::Partial(..)
        | NodeKind::Lambda { .. } => binding_power("("),
        _ => CLOSED,
    }
}

/// The binding powers at both ends of a printed node.
#[derive(Clone, Copy)]
pub(super) struct Edges {
    /// The binding power of the weakest operator whose left operand begins the text.
    left: u8,
    /// The lowest power at which the end of the text is parsed. The end absorbs each operator that binds tighter.
    right: u8,
    /// Whether a slash after the node is a division. After some signs, JSONata expects a regular expression.
    divides: bool,
}

const OPERAND: Edges = Edges { left: CLOSED, right: CLOSED, divides: true };

/// Puts a node in parentheses.
fn wrap(node: &mut Node) {
    let inner = std::mem::replace(node, Node { kind: NodeKind::Null, span: 0..0, height: 1 });
    *node = Node::block([inner]);
}

/// Adds parentheses around the left operand of an operator with this power, if it needs them.
fn left_operand(node: &mut Node, power: u8) -> Edges {
    let edges = parenthesize(node);
    if edges.right >= power {
        return edges;
    }
    wrap(node);
    OPERAND
}

/// Adds parentheses around an operand that is parsed at this power, if it needs them.
fn right_operand(node: &mut Node, power: u8) -> Edges {
    let edges = parenthesize(node);
    if edges.left > power {
        return edges;
    }
    wrap(node);
    OPERAND
}

/// Adds the parentheses inside nodes that need none themselves.
fn each<'n>(nodes: impl IntoIterator<Item = &'n mut Node>) {
    for node in nodes {
        parenthesize(node);
    }
}

/// Adds the parentheses that the parts of a node need.
pub(super) fn parenthesize(node: &mut Node) -> Edges {
    let power = own_power(&node.kind);
    let postfix = |left: Edges, divides| Edges { left: left.left.min(power), right: CLOSED, divides };
    let infix = |left: Edges, right: Edges| Edges {
        left: left.left.min(power),
        right: right.right.min(power),
        divides: right.divides,
    };
    let edges = match &mut node.kind {
        NodeKind::Verbatim(_) => Edges { left: COLON, right: 0, divides: false },
        NodeKind::Name(_)
        | NodeKind::String(_)
        | NodeKind::Number(_)
        | NodeKind::Bool(_)
        | NodeKind::Null
        | NodeKind::Variable(_)
        | NodeKind::Regex { .. }
        | NodeKind::Wildcard
        | NodeKind::Descendants
        | NodeKind::Parent => return OPERAND,
        NodeKind::Path(steps) => path(steps, power),
        NodeKind::Predicate(left, filter) => {
            parenthesize(filter);
            postfix(left_operand(left, power), true)
        }
        NodeKind::KeepArray(left) => postfix(left_operand(left, power), false),
        NodeKind::Focus(left, _) | NodeKind::Index(left, _) => postfix(left_operand(left, power), true),
        NodeKind::Group(left, members) => {
            pairs(members);
            postfix(left_operand(left, power), true)
        }
        NodeKind::Sort(left, terms) => {
            each(terms.iter_mut().map(|term| &mut term.key));
            postfix(left_operand(left, power), false)
        }
        NodeKind::Call(procedure, arguments) => {
            each(arguments);
            postfix(left_operand(procedure, power), true)
        }
        NodeKind::Partial(procedure, arguments) => {
            each(arguments.iter_mut().flatten());
            postfix(left_operand(procedure, power), true)
        }
        NodeKind::Negate(inner) => {
            let inner = right_operand(inner, power);
            Edges { left: CLOSED, right: inner.right.min(power), divides: inner.divides }
        }
        NodeKind::Array(items) | NodeKind::Block(items) => {
            each(items);
            OPERAND
        }
        NodeKind::Range(left, right) => {
            parenthesize(left);
            parenthesize(right);
            OPERAND
        }
        NodeKind::Object(members) => {
            pairs(members);
            OPERAND
        }
        NodeKind::Binary(sign, left, right) => {
            let mut first = left_operand(left, power);
            if *sign == "/" && !first.divides {
                wrap(left);
                first = OPERAND;
            }
            infix(first, right_operand(right, power))
        }
        NodeKind::Apply(left, right) => infix(left_operand(left, power), right_operand(right, power)),
        // `:=` is right-associative.
        NodeKind::Bind(_, value) => {
            let value = right_operand(value, power - 1);
            Edges { left: power, right: value.right.min(power - 1), divides: value.divides }
        }
        NodeKind::Condition(condition, then, otherwise) => {
            let condition = left_operand(condition, power);
            // Without a `:` of its own, it would take the `:` of the enclosing conditional.
            let last = match otherwise {
                Some(otherwise) => {
                    left_operand(then, COLON);
                    right_operand(otherwise, 0).right.min(OPEN)
                }
                None => {
                    right_operand(then, 0);
                    0
                }
            };
            Edges { left: condition.left.min(power), right: last, divides: false }
        }
        NodeKind::Lambda { body, .. } => {
            parenthesize(body);
            postfix(OPERAND, false)
        }
        NodeKind::Transform { pattern, update, delete } => {
            each([pattern, update].into_iter().chain(delete).map(|part| &mut **part));
            Edges { divides: false, ..OPERAND }
        }
    };
    // Parentheses are nodes, so the height may have changed.
    node.measure();
    edges
}

fn pairs(members: &mut [(Node, Node)]) {
    for (key, value) in members {
        left_operand(key, COLON);
        parenthesize(value);
    }
}

fn path(steps: &mut [Node], power: u8) -> Edges {
    let mut edges = OPERAND;
    let last = steps.len().saturating_sub(1);
    for (number, step) in steps.iter_mut().enumerate() {
        let nested = matches!(step.kind, NodeKind::Path(_));
        let mut own = if number == 0 { left_operand(step, power) } else { right_operand(step, power) };
        // A path inside a path would be merged with it.
        if nested && matches!(step.kind, NodeKind::Path(_)) || number < last && own.right < power {
            wrap(step);
            own = OPERAND;
        }
        let left = if number == 0 { own.left.min(power) } else { edges.left };
        edges = Edges { left, right: own.right.min(power), divides: own.divides };
    }
    edges
}
