//! The direct children of a node.

use super::ast::{Node, NodeKind};

impl Node {
    /// Returns the direct children of this node, in the order of the text.
    pub fn children(&self) -> Vec<&Node> {
        match &self.kind {
            NodeKind::Name(_)
            | NodeKind::String(_)
            | NodeKind::Number(_)
            | NodeKind::Bool(_)
            | NodeKind::Null
            | NodeKind::Variable(_)
            | NodeKind::Regex { .. }
            | NodeKind::Wildcard
            | NodeKind::Descendants
            | NodeKind::Parent
            | NodeKind::Verbatim(_) => Vec::new(),
            NodeKind::Path(nodes) | NodeKind::Array(nodes) | NodeKind::Block(nodes) => nodes.iter().collect(),
            NodeKind::KeepArray(node)
            | NodeKind::Focus(node, _)
            | NodeKind::Index(node, _)
            | NodeKind::Negate(node)
            | NodeKind::Bind(_, node)
            | NodeKind::Lambda { body: node, .. } => vec![node],
            NodeKind::Predicate(left, right)
            | NodeKind::Range(left, right)
            | NodeKind::Binary(_, left, right)
            | NodeKind::Apply(left, right) => vec![left, right],
            NodeKind::Group(node, pairs) => {
                std::iter::once(&**node).chain(pairs.iter().flat_map(|(key, value)| [key, value])).collect()
            }
            NodeKind::Object(pairs) => pairs.iter().flat_map(|(key, value)| [key, value]).collect(),
            NodeKind::Sort(node, terms) => std::iter::once(&**node).chain(terms.iter().map(|term| &term.key)).collect(),
            NodeKind::Condition(condition, then, otherwise) => {
                [&**condition, &**then].into_iter().chain(otherwise.as_deref()).collect()
            }
            NodeKind::Call(procedure, args) => std::iter::once(&**procedure).chain(args).collect(),
            NodeKind::Partial(procedure, args) => std::iter::once(&**procedure).chain(args.iter().flatten()).collect(),
            NodeKind::Transform { pattern, update, delete } => {
                [&**pattern, &**update].into_iter().chain(delete.as_deref()).collect()
            }
        }
    }
}
