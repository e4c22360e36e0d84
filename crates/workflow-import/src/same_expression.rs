//! Compares two JSONata expressions by their meaning.
//!
//! Blanks, the quotes of strings, parentheses that change nothing and the names of parameters are not compared. Nor is
//! `$string(x)` next to `&`, which converts its operands itself, and `x ~> $f(y)` is `$f(x, y)`.

use workflow_asl::jsonata::{Node, NodeKind, ResultKind, called, function, is_function, parse};

/// The start of a comment, which an expression in the language would lose.
const COMMENT: &str = "/*";

/// Returns whether two expressions have the same result wherever they are.
pub(super) fn same_expression(left: &str, right: &str) -> bool {
    if left.trim() == right.trim() {
        return true;
    }
    if left.contains(COMMENT) || right.contains(COMMENT) {
        return false;
    }
    match (parse(left), parse(right)) {
        (Ok(left), Ok(right)) => same(&left.root, &right.root),
        _ => false,
    }
}

/// Returns whether two nodes have the same result at the same place.
pub(super) fn same<'n>(left: &'n Node, right: &'n Node) -> bool {
    Comparison::default().same(bare(left), bare(right))
}

/// The parameters of the functions around the compared nodes, by their names on both sides.
#[derive(Default)]
struct Comparison<'n> {
    parameters: Vec<(&'n str, &'n str)>,
}

impl<'n> Comparison<'n> {
    fn same(&mut self, left: &'n Node, right: &'n Node) -> bool {
        if let (Some((function, arguments)), Some((other, others))) = (call(left), call(right)) {
            let [arguments, others] = [arguments, others].map(|all| all.into_iter().map(bare).collect::<Vec<_>>());
            return self.same(bare(function), bare(other)) && self.each(&arguments, &others);
        }
        let outer = self.parameters.len();
        let alike = match (&left.kind, &right.kind) {
            (NodeKind::Variable(left), NodeKind::Variable(right))
            | (NodeKind::Bind(left, _), NodeKind::Bind(right, _)) => self.same_name(left, right),
            (NodeKind::Name(left), NodeKind::Name(right))
            | (NodeKind::String(left), NodeKind::String(right))
            | (NodeKind::Focus(_, left), NodeKind::Focus(_, right))
            | (NodeKind::Index(_, left), NodeKind::Index(_, right)) => left == right,
            (NodeKind::Number(left), NodeKind::Number(right)) => left == right,
            (NodeKind::Bool(left), NodeKind::Bool(right)) => left == right,
            (NodeKind::Regex { .. }, NodeKind::Regex { .. }) => left.kind == right.kind,
            (NodeKind::Binary(left, ..), NodeKind::Binary(right, ..)) => left == right,
            (NodeKind::Sort(_, left), NodeKind::Sort(_, right)) => {
                left.iter().map(|term| term.descending).eq(right.iter().map(|term| term.descending))
            }
            (NodeKind::Partial(_, left), NodeKind::Partial(_, right)) => {
                left.iter().map(Option::is_some).eq(right.iter().map(Option::is_some))
            }
            (
                NodeKind::Lambda { params: left, signature, .. },
                NodeKind::Lambda { params: right, signature: other, .. },
            ) => {
                self.parameters.extend(left.iter().map(String::as_str).zip(right.iter().map(String::as_str)));
                left.len() == right.len() && signature == other
            }
            (left, right) => std::mem::discriminant(left) == std::mem::discriminant(right),
        };
        let same = alike && self.each(&self.parts(left), &self.parts(right));
        self.parameters.truncate(outer);
        same
    }

    fn each(&mut self, left: &[&'n Node], right: &[&'n Node]) -> bool {
        left.len() == right.len() && left.iter().zip(right).all(|(left, right)| self.same(left, right))
    }

    /// Returns the children of a node, without parentheses that change nothing there.
    fn parts(&self, node: &'n Node) -> Vec<&'n Node> {
        let children = node.children().into_iter();
        match &node.kind {
            NodeKind::Binary("&", ..) if self.same_name("string", "string") => children.map(text_operand).collect(),
            NodeKind::Binary(..)
            | NodeKind::Condition(..)
            | NodeKind::Call(..)
            | NodeKind::Object(_)
            | NodeKind::Bind(..)
            | NodeKind::Block(_)
            | NodeKind::Negate(_)
            | NodeKind::Lambda { .. } => children.map(bare).collect(),
            // An array constructor that is not in parentheses keeps its items together.
            NodeKind::Array(_) => {
                children.map(|item| Some(bare(item)).filter(|item| !is_array(item)).unwrap_or(item)).collect()
            }
            _ => children.collect(),
        }
    }

    fn same_name(&self, left: &str, right: &str) -> bool {
        let known = self.parameters.iter().rev().find(|(one, other)| *one == left || *other == right);
        known.map_or(left == right, |known| *known == (left, right))
    }
}

fn is_array(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Array(_))
}

/// Returns the node in parentheses, unless they limit the scope of a variable.
pub(super) fn bare(node: &Node) -> &Node {
    match &node.kind {
        NodeKind::Block(parts) => match parts.as_slice() {
            [only] if !binds(only) => bare(only),
            _ => node,
        },
        _ => node,
    }
}

fn binds(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Bind(..)) || node.children().into_iter().any(binds)
}

/// Returns an operand of `&`, without a call of `$string`.
fn text_operand(node: &Node) -> &Node {
    let node = bare(node);
    match called(node) {
        Some(("string", [only])) => text_operand(only),
        _ => node,
    }
}

/// Returns the function and the arguments of a call, or of a chain that is one.
pub(super) fn call(node: &Node) -> Option<(&Node, Vec<&Node>)> {
    match &node.kind {
        NodeKind::Call(function, arguments) => Some((function, arguments.iter().collect())),
        NodeKind::Apply(first, then) if is_value(first) => match &then.kind {
            NodeKind::Call(function, arguments) => {
                Some((function, std::iter::once(&**first).chain(arguments).collect()))
            }
            NodeKind::Variable(_) => Some((then, vec![first])),
            _ => None,
        },
        _ => None,
    }
}

/// Returns whether a value is certainly not a function, which `~>` would compose with the next one.
fn is_value(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Path(_)
        | NodeKind::String(_)
        | NodeKind::Number(_)
        | NodeKind::Array(_)
        | NodeKind::Object(_)
        | NodeKind::Binary(..) => true,
        NodeKind::Call(function, _) => is_known(function),
        NodeKind::Apply(first, then) => match &then.kind {
            NodeKind::Call(function, _) => is_known(function),
            _ => is_known(then) && is_value(first),
        },
        _ => false,
    }
}

/// Returns whether it is one of JSONata's functions. They return no functions.
fn is_known(function: &Node) -> bool {
    matches!(&function.kind, NodeKind::Variable(name) if is_function(name))
}

/// Returns whether a function gives a list, which the language writes without brackets around the call.
pub(super) fn gives_list(called: &Node) -> bool {
    matches!(&called.kind, NodeKind::Variable(name) if function(name).is_some_and(|row| row.gives != ResultKind::Value))
}

/// Returns the value that a condition of a default tests: `$exists(x) and x != null`.
pub(super) fn defaulted(condition: &Node) -> Option<&Node> {
    let NodeKind::Binary("and", exists, present) = &bare(condition).kind else { return None };
    let ("exists", [tested]) = called(bare(exists))? else { return None };
    let NodeKind::Binary("!=", value, null) = &bare(present).kind else { return None };
    (null.kind == NodeKind::Null && same(value, tested)).then_some(tested)
}

#[cfg(test)]
mod tests {
    use super::same_expression;

    #[test]
    fn expressions_with_one_meaning_are_the_same() {
        for (left, right) in [
            (" $states.input.a ", "$states.input.a"),
            ("$a&'-'&$b", " $a & \"-\" & $b "),
            ("($a = 1) and ($b = 2)", "$a = 1 and $b = 2"),
            ("$f(($a))", "$f($a)"),
            ("[($a)]", "[$a]"),
            ("'a' & $b", "'a' & $string($b)"),
            ("$xs.a ~> $sum() ~> $string", "$string($sum($xs.a))"),
            ("$map($xs, function($v) { $v.a })", "$map($xs, function($w) { $w.a })"),
            ("$reduce($xs, function($a, $b) { $a + $b }, 0)", "$reduce($xs, function($b, $a) { $b + $a }, 0)"),
        ] {
            assert!(same_expression(left, right), "{left}   {right}");
        }
    }

    #[test]
    fn expressions_with_other_meanings_are_not() {
        for (left, right) in [
            ("$a - ($b - $c)", "$a - $b - $c"),
            ("($xs.a)[0]", "$xs.a[0]"),
            ("[([1, 2])]", "[[1, 2]]"),
            ("[$xs.a]", "$xs.a"),
            ("$xs.a[]", "$xs.a"),
            ("$a + $string($b)", "$a + $b"),
            ("($x := 1)", "$x := 1"),
            ("$x ~> $f", "$f($x)"),
            ("$a /* why */ + 1", "$a + 1"),
            ("$a = 1", "$a = '1'"),
            ("$contains($a, /x/i)", "$contains($a, /x/)"),
            ("$map($xs, function($v) { $v + $w })", "$map($xs, function($w) { $w + $w })"),
            ("$map($xs, function($v) { $w })", "$map($xs, function($w) { $w })"),
            ("$map($xs, function($v)<n:n> { $v })", "$map($xs, function($v) { $v })"),
        ] {
            assert!(!same_expression(left, right), "{left}   {right}");
            assert!(!same_expression(right, left), "{right}   {left}");
        }
    }
}
