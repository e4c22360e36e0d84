//! Checks that JSONata makes after parsing an expression: steps and bindings in meaningless positions.

use super::ast::{Node, NodeKind, SortTerm};
use crate::syntax_error::SyntaxError;

/// Rejects literals as steps, predicates and groupings after a grouping, misplaced `@`, and a `%` without a parent.
pub(crate) fn check(root: &Node) -> Result<(), SyntaxError> {
    if parents(root)?.is_empty() { Ok(()) } else { Err(no_parent(root)) }
}

fn no_parent(node: &Node) -> SyntaxError {
    SyntaxError::coded(
        "S0217",
        node.span.start,
        "The object representing the 'parent' cannot be derived from this expression",
    )
}

/// Returns whether the reference implementation makes a path of the node. It attaches groupings to paths, otherwise to
/// steps.
fn is_path(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Name(_) | NodeKind::Path(_) | NodeKind::Sort(..) | NodeKind::Index(..) => true,
        NodeKind::Predicate(inner, _)
        | NodeKind::KeepArray(inner)
        | NodeKind::Group(inner, _)
        | NodeKind::Focus(inner, _) => is_path(inner),
        _ => false,
    }
}

fn group_on_step(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Group(inner, _) => !is_path(inner),
        NodeKind::Predicate(inner, _)
        | NodeKind::KeepArray(inner)
        | NodeKind::Focus(inner, _)
        | NodeKind::Index(inner, _) => group_on_step(inner),
        _ => false,
    }
}

fn group_on_result(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Group(..) => true,
        NodeKind::Predicate(inner, _) | NodeKind::KeepArray(inner) | NodeKind::Focus(inner, _) => {
            group_on_result(inner)
        }
        NodeKind::Index(inner, _) | NodeKind::Sort(inner, _) => is_path(inner) && group_on_result(inner),
        NodeKind::Path(steps) => steps.first().is_some_and(|first| is_path(first) && group_on_result(first)),
        _ => false,
    }
}

/// Returns whether the last step has a predicate.
fn has_predicate(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Predicate(..) => true,
        NodeKind::KeepArray(inner)
        | NodeKind::Group(inner, _)
        | NodeKind::Focus(inner, _)
        | NodeKind::Index(inner, _) => has_predicate(inner),
        NodeKind::Path(steps) => steps.last().is_some_and(has_predicate),
        _ => false,
    }
}

fn ends_in_sort(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Sort(..) => true,
        NodeKind::KeepArray(inner)
        | NodeKind::Group(inner, _)
        | NodeKind::Focus(inner, _)
        | NodeKind::Index(inner, _) => ends_in_sort(inner),
        _ => false,
    }
}

/// Returns the step without its attachments.
pub(crate) fn bare(node: &Node) -> &Node {
    match &node.kind {
        NodeKind::Predicate(inner, _)
        | NodeKind::KeepArray(inner)
        | NodeKind::Group(inner, _)
        | NodeKind::Focus(inner, _)
        | NodeKind::Index(inner, _) => bare(inner),
        _ => node,
    }
}

fn has_focus(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Focus(..) => true,
        NodeKind::Predicate(inner, _)
        | NodeKind::KeepArray(inner)
        | NodeKind::Group(inner, _)
        | NodeKind::Index(inner, _) => has_focus(inner),
        _ => false,
    }
}

fn literal(node: &Node) -> Option<String> {
    match &bare(node).kind {
        NodeKind::Number(number) => Some(number.to_string()),
        NodeKind::Bool(flag) => Some(flag.to_string()),
        NodeKind::Null => Some("null".to_owned()),
        NodeKind::Negate(inner) => match inner.kind {
            NodeKind::Number(number) => Some((-number).to_string()),
            _ => None,
        },
        NodeKind::Sort(inner, _) => literal(inner),
        _ => None,
    }
}

/// The levels of each `%` whose parent is outside.
type OpenParents = Result<Vec<usize>, SyntaxError>;

fn misplaced(node: &Node, code: &'static str, message: &str) -> OpenParents {
    Err(SyntaxError::coded(code, node.span.start, message))
}

/// Checks the node. Returns the level of each `%` inside it whose parent is outside.
///
/// Each kind has its own function, which keeps the stack small for nested nodes.
fn parents(node: &Node) -> OpenParents {
    match &node.kind {
        NodeKind::Parent => Ok(vec![1]),
        NodeKind::Path(steps) => path(steps),
        NodeKind::Sort(inner, terms) => sort(inner, terms),
        NodeKind::Predicate(inner, filter) => predicate(node, inner, filter),
        NodeKind::Group(inner, _) => group(node, inner),
        NodeKind::Focus(inner, _) => focus(node, inner),
        // A `%` inside them does not reach outside.
        NodeKind::Lambda { .. } | NodeKind::Transform { .. } | NodeKind::Apply(..) => all(node, 0).map(|_| Vec::new()),
        NodeKind::Call(procedure, _) | NodeKind::Partial(procedure, _) => {
            parents(procedure)?;
            all(node, 1)
        }
        _ => all(node, 0),
    }
}

/// Checks the children of a node from an index on.
fn all(node: &Node, from: usize) -> OpenParents {
    let mut open = Vec::new();
    for part in node.children().into_iter().skip(from) {
        open.extend(parents(part)?);
    }
    Ok(open)
}

fn path(steps: &[Node]) -> OpenParents {
    let mut open = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let sought = parents(step)?;
        if let Some(value) = literal(step) {
            let message = format!("The literal value {value} cannot be used as a step within a path expression");
            return misplaced(step, "S0213", &message);
        }
        if at > 0 {
            resolve(steps.get(..at).unwrap_or(&[]), sought, &mut open)?;
        } else if is_path(step) || matches!(step.kind, NodeKind::Parent) {
            open.extend(sought);
        }
    }
    Ok(open)
}

fn sort(inner: &Node, terms: &[SortTerm]) -> OpenParents {
    let mut open = parents(inner)?;
    let steps = match &inner.kind {
        NodeKind::Path(steps) => steps.as_slice(),
        _ => std::slice::from_ref(inner),
    };
    for term in terms {
        resolve(steps, parents(&term.key)?, &mut open)?;
    }
    Ok(open)
}

fn predicate(node: &Node, inner: &Node, filter: &Node) -> OpenParents {
    let mut open = parents(inner)?;
    if group_on_step(inner) {
        return misplaced(node, "S0209", "A predicate cannot follow a grouping expression in a step");
    }
    let sought = parents(filter)?;
    // The reference does not process a lone `%`.
    if matches!(filter.kind, NodeKind::Parent) {
        return Ok(open);
    }
    let last = match &inner.kind {
        NodeKind::Path(steps) => steps.last().unwrap_or(inner),
        _ => inner,
    };
    for level in sought {
        let level = if level == 1 { seek(bare(last), level)? } else { level - 1 };
        if level > 0 {
            open.push(level);
        }
    }
    Ok(open)
}

fn group(node: &Node, inner: &Node) -> OpenParents {
    let open = parents(inner)?;
    if group_on_result(inner) {
        return misplaced(node, "S0210", "Each step can only have one grouping expression");
    }
    all(node, 1)?;
    Ok(open)
}

fn focus(node: &Node, inner: &Node) -> OpenParents {
    let open = parents(inner)?;
    if has_predicate(inner) {
        return misplaced(node, "S0215", "A context variable binding must precede any predicates on a step");
    }
    if ends_in_sort(inner) {
        return misplaced(node, "S0216", "A context variable binding must precede the 'order-by' clause on a step");
    }
    Ok(open)
}

/// Finds the parent of each level among the earlier steps, from the last one. The rest stays open.
fn resolve(steps: &[Node], sought: Vec<usize>, open: &mut Vec<usize>) -> Result<(), SyntaxError> {
    for mut level in sought {
        let mut before = steps.iter().rev().peekable();
        while level > 0 {
            let Some(mut step) = before.next() else {
                open.push(level);
                break;
            };
            while has_focus(step) {
                match before.next_if(|earlier| has_focus(earlier)) {
                    Some(earlier) => step = earlier,
                    None => break,
                }
            }
            level = seek(bare(step), level)?;
        }
    }
    Ok(())
}

/// Returns the level that remains after a step.
fn seek(step: &Node, level: usize) -> Result<usize, SyntaxError> {
    match &step.kind {
        // As a step, a string is a name.
        NodeKind::Name(_) | NodeKind::String(_) | NodeKind::Wildcard => Ok(level.saturating_sub(1)),
        NodeKind::Parent => Ok(level + 1),
        NodeKind::Block(expressions) => expressions.last().map_or(Ok(level), |last| seek(bare(last), level)),
        NodeKind::Path(steps) => {
            let mut level = level;
            for step in steps.iter().rev() {
                if level == 0 {
                    break;
                }
                level = seek(bare(step), level)?;
            }
            Ok(level)
        }
        _ => Err(no_parent(step)),
    }
}
