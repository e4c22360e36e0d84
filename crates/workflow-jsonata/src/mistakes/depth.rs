//! How many parts of an expression are certainly evaluated inside one another.

use crate::syntax::ast::{Node, NodeKind};

/// Returns the levels that evaluating a node certainly takes; see [`Limits::depth`](crate::Limits::depth).
pub(super) fn certain(node: &Node) -> u32 {
    let most = |parts: &mut dyn Iterator<Item = &Node>| parts.map(certain).max().unwrap_or(0);
    let inside = match &node.kind {
        // Attached to what precedes them.
        NodeKind::Predicate(inner, _)
        | NodeKind::KeepArray(inner)
        | NodeKind::Group(inner, _)
        | NodeKind::Focus(inner, _)
        | NodeKind::Index(inner, _)
        | NodeKind::Sort(inner, _) => return certain(inner),
        // A path of one step.
        NodeKind::Name(_) => 1,
        // Later steps are evaluated only if there are items.
        NodeKind::Path(steps) => most(&mut steps.iter().take(1)),
        NodeKind::Binary("and" | "or", left, _) => certain(left),
        NodeKind::Condition(test, ..) => certain(test),
        NodeKind::Apply(left, _) => certain(left),
        NodeKind::Negate(inner) if matches!(inner.kind, NodeKind::Number(_)) => 0,
        NodeKind::Lambda { .. } | NodeKind::Transform { .. } => 0,
        _ => most(&mut node.children().into_iter()),
    };
    inside + 1
}
