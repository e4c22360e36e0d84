//! Paths as JSONata.

use serde_json::Value;
use workflow_jsonata::{Node, NodeKind};

use super::filter::{Condition, Filter, Operand, Operator};
use super::{JsonPath, PathStep};

/// The value to which a step or a filter is applied: `$`.
fn context() -> Node {
    Node::variable("")
}

impl JsonPath {
    /// Returns the path as a JSONata expression, whose `$` is `root`. A path that may select several values is a list,
    /// in which lists are joined. An error is the part that JSONata does not have, or has with another meaning.
    ///
    /// ```
    /// use workflow_asl::jsonata::{Node, print};
    /// use workflow_asl::path::JsonPath;
    ///
    /// let input = Node::variable("states").member("input");
    /// let text = |path: &str| print(JsonPath::parse(path).unwrap().in_jsonata(input.clone()).unwrap(), "").text;
    /// assert_eq!(text("$.orders[0]['a b']"), "$states.input.orders[0].`a b`");
    /// assert_eq!(text("$.orders[?(@.id == 'a')].total"), "[$states.input.orders[id = 'a'].total]");
    /// assert!(JsonPath::parse("$.orders[0:-1]").unwrap().in_jsonata(input).is_err());
    /// ```
    ///
    /// # Errors
    /// Returns the text of the step that has no counterpart.
    pub fn in_jsonata(&self, root: Node) -> Result<Node, String> {
        let node = steps(&self.steps, root.clone(), &root)?;
        Ok(if self.is_definite() { node } else { Node::array([node]) })
    }
}

/// Applies steps to a node. `root` is the root of the whole path, which filters may read.
fn steps(steps: &[PathStep], from: Node, root: &Node) -> Result<Node, String> {
    let (mut node, mut several, mut open) = (from, false, false);
    for (number, step) in steps.iter().enumerate() {
        let refused = || Err(step.to_string());
        // After `[*]`, a step applies to each item.
        let of_each =
            |made: &dyn Fn(Node) -> Node, node: Node| if open { node.step(made(context())) } else { made(node) };
        node = match step {
            PathStep::Child(name) if matches!(node.kind, NodeKind::Variable(ref own) if own.is_empty()) => {
                NodeKind::Name(name.clone()).into()
            }
            PathStep::Child(name) => node.member(name.clone()),
            PathStep::Index(index) => of_each(&|node| node.item(Node::number(*index as f64)), node),
            PathStep::FromLength(back) => of_each(&|node| node.item(Node::number(-*back as f64)), node),
            PathStep::Children(names) if number + 1 == steps.len() && !several => {
                let names = Node::array(names.iter().map(Node::string));
                let test = Node::lambda(["value", "name"], Node::variable("name").binary("in", names));
                // Without a member, `$sift` gives nothing.
                let members = [Node::object::<String>([]), Node::call("sift", [node, test])];
                Node::call("merge", [Node::array(members)])
            }
            // JSONata returns the items in the order of the list.
            PathStep::Indices(indices) if indices.is_sorted() && indices.first().is_some_and(|first| *first >= 0) => {
                let indices = Node::array(indices.iter().map(|index| Node::number(*index as f64)));
                of_each(&|node| node.item(indices.clone()), node)
            }
            PathStep::Slice { from, to } if !several => {
                let index = || Node::variable("index");
                let bounds = [(*from, ">="), (*to, "<")];
                let bounds = bounds.into_iter().filter_map(|(bound, sign)| Some((bound?, sign)));
                let mut tests = Vec::new();
                let both = from.is_some() && to.is_some();
                for (bound, sign) in bounds {
                    let number = Node::number(bound as f64);
                    tests.push(match bound {
                        0.. => index().binary(sign, number),
                        _ if both => return refused(),
                        _ => {
                            let count = Node::call("count", [Node::variable("list")]);
                            index().binary(sign, count.binary("-", Node::number(-(bound as f64))))
                        }
                    });
                }
                match tests.into_iter().reduce(|all, test| all.binary("and", test)) {
                    Some(test) => Node::call("filter", [node, Node::lambda(["item", "index", "list"], test)]),
                    None => node,
                }
            }
            PathStep::Wildcard if open => node.step(context()),
            PathStep::Wildcard => node,
            PathStep::Descendants => node.step(NodeKind::Descendants.into()),
            PathStep::Filter(filter) if !open => node.item(condition(filter, root)?),
            _ => return refused(),
        };
        several |= !matches!(step, PathStep::Child(_) | PathStep::Index(_) | PathStep::FromLength(_));
        open = matches!(step, PathStep::Wildcard);
    }
    Ok(node)
}

/// Returns a filter as the condition of a predicate.
pub(super) fn condition(filter: &Filter, root: &Node) -> Result<Node, String> {
    test(&filter.condition, root).ok_or_else(|| format!("[?({})]", filter.source))
}

fn test(condition: &Condition, root: &Node) -> Option<Node> {
    let joined = |all: &[Condition], sign: &'static str| {
        let tests: Option<Vec<_>> = all.iter().map(|one| Some(test(one, root)?.within(sign))).collect();
        tests?.into_iter().reduce(|all, test| all.binary(sign, test))
    };
    match condition {
        Condition::Or(any) => joined(any, "or"),
        Condition::And(all) => joined(all, "and"),
        Condition::Not(one) => Some(Node::call("not", [test(one, root)?])),
        Condition::Exists(of) => {
            let of = operand(of, root)?;
            Some(Node::call("exists", [of.clone()]).binary("and", of.binary("!=", Node::null())))
        }
        Condition::Compare(left, operator, right) => {
            let (left, right) = (operand(left, root)?, operand(right, root)?);
            let sign = match operator {
                Operator::Equal | Operator::SameTypeEqual => "=",
                // An absent value differs from all others; JSONata's `!=` is false then.
                Operator::NotEqual | Operator::SameTypeNotEqual => {
                    return Some(Node::call("not", [left.binary("=", right)]));
                }
                Operator::Less => "<",
                Operator::LessOrEqual => "<=",
                Operator::Greater => ">",
                Operator::GreaterOrEqual => ">=",
                Operator::In => "in",
                _ => return None,
            };
            if matches!(sign, "=" | "in") {
                return Some(left.binary(sign, right));
            }
            let tests = of_one_type(&left, &right)?;
            tests.into_iter().chain([left.binary(sign, right)]).reduce(|all, test| all.binary("and", test))
        }
    }
}

/// Returns the tests that two values can be ordered: others are left out, and would be an error in JSONata. `None` if a
/// literal has no order.
fn of_one_type(left: &Node, right: &Node) -> Option<Vec<Node>> {
    let type_of = |node: &Node| Node::call("type", [node.clone()]);
    let literal = |node: &Node| match node.kind {
        NodeKind::Number(_) | NodeKind::Negate(_) => Some(Some("number")),
        NodeKind::String(_) => Some(Some("string")),
        NodeKind::Bool(_) | NodeKind::Null | NodeKind::Array(_) | NodeKind::Object(_) => None,
        _ => Some(None),
    };
    Some(match (literal(left)?, literal(right)?) {
        (None, Some(name)) => vec![type_of(left).binary("=", Node::string(name))],
        (Some(name), None) => vec![type_of(right).binary("=", Node::string(name))],
        (Some(one), Some(other)) if one == other => Vec::new(),
        (Some(_), Some(_)) => return None,
        (None, None) => {
            let ordered = Node::array(["number", "string"].map(Node::string));
            vec![type_of(left).binary("=", type_of(right)), type_of(left).binary("in", ordered)]
        }
    })
}

fn operand(operand: &Operand, root: &Node) -> Option<Node> {
    match operand {
        Operand::Current(path) => steps(path, context(), root).ok(),
        Operand::Root(path) => steps(path, root.clone(), root).ok(),
        Operand::Literal(value) => literal(value),
        Operand::Pattern(_) => None,
    }
}

/// Returns a JSON value as a literal of JSONata; `None` for a number that JSONata does not have.
pub fn literal(value: &Value) -> Option<Node> {
    Some(match value {
        Value::Null => Node::null(),
        Value::Bool(value) => Node::bool(*value),
        Value::Number(number) => {
            let double = number.as_f64().filter(|double| double.is_finite())?;
            // A large integer may not be a double.
            let integer = number.as_i64().map(i64::unsigned_abs).or_else(|| number.as_u64());
            let exact = integer.is_none_or(|integer| integer <= 1 << 53);
            Node::number(exact.then_some(double)?)
        }
        Value::String(text) => Node::string(text),
        Value::Array(items) => Node::array(items.iter().map(literal).collect::<Option<Vec<_>>>()?),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| Some((name.as_str(), literal(value)?)));
            Node::object(members.collect::<Option<Vec<_>>>()?)
        }
    })
}
