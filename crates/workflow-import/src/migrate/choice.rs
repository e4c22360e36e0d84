//! The rules of choices as conditions.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use workflow_asl::Pointer;
use workflow_asl::document::{Operand, Operator, Relation};
use workflow_asl::json_kind::JsonKind;
use workflow_asl::jsonata::Node;
use workflow_asl::path::{JsonPath, literal};
use workflow_asl::pattern::Pattern;

use super::call::escaped;
use super::value::{Data, Place};
use super::{Doubt, Writer};

/// The timestamps of ASL: a profile of RFC 3339.
const TIMESTAMP: &str = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+\-]\d\d:\d\d)$";

/// The paths whose values are known to be present.
type Present = BTreeSet<String>;

impl Writer {
    /// Returns a rule of a choice. `data` is its input.
    pub(super) fn rule(&mut self, rule: &Map<String, Value>, data: &Data<'_>, at: &Pointer) -> Map<String, Value> {
        let mut out = Map::new();
        for (key, value) in rule {
            match key.as_str() {
                "Assign" => drop(out.insert(key.clone(), self.assign(value, data, &at.child(key)))),
                "And" | "Or" | "Not" | "Variable" => {}
                key if Operator::from_name(key).is_some() => {}
                _ => {
                    out.insert(key.clone(), value.clone());
                    continue;
                }
            }
            if !out.contains_key("Condition") && key != "Assign" {
                let condition = self.condition(rule, data, at, &mut Present::new());
                let condition = condition.map_or(Value::Null, |node| self.text(node, at));
                out.insert("Condition".to_owned(), condition);
            }
        }
        out
    }

    /// Returns a condition. `present` has what is known to be present if it is true so far, and learns of this one.
    fn condition(
        &mut self,
        rule: &Map<String, Value>,
        data: &Data<'_>,
        at: &Pointer,
        present: &mut Present,
    ) -> Option<Node> {
        for (name, sign) in [("And", "and"), ("Or", "or")] {
            let Some(Value::Array(parts)) = rule.get(name) else { continue };
            let mut tests = Vec::new();
            for (number, part) in parts.iter().enumerate() {
                let mut own = present.clone();
                let test = self.condition(part.as_object()?, data, &at.child(name).index(number), &mut own)?;
                tests.push(test.within(sign));
                if name == "And" {
                    *present = own;
                }
            }
            return tests.into_iter().reduce(|all, test| all.binary(sign, test));
        }
        if let Some(Value::Object(inner)) = rule.get("Not") {
            let test = self.condition(inner, data, &at.child("Not"), &mut present.clone())?;
            return Some(Node::call("not", [test]));
        }
        let variable = rule.get("Variable").and_then(Value::as_str)?;
        let (operator, operand) = rule.iter().find_map(|(key, value)| Some((Operator::from_name(key)?, value)))?;
        let value = self.compared(variable, data, at, (operator, present))?;
        let other = match operator.operand() {
            Operand::Path => Some(self.compared(operand.as_str()?, data, at, (operator, present))?),
            _ => None,
        };
        let is_dated = operator == Operator::IsTimestamp || matches!(operator.order(), Some((Operand::Timestamp, _)));
        if is_dated && !matches!(variable, "$$.Execution.StartTime" | "$$.State.EnteredTime") {
            self.doubt(at, Doubt::Dated, variable);
        }
        let wanted = *operand == Value::Bool(true);
        let of_type = |name: &str| {
            let sign = if wanted { "=" } else { "!=" };
            Node::call("type", [value.clone()]).binary(sign, Node::string(name))
        };
        let not_if = |test: Node| if wanted { test } else { Node::call("not", [test]) };
        Some(match operator {
            Operator::IsPresent => {
                if wanted {
                    present.extend(JsonPath::parse(variable).map(|path| path.normalized()));
                }
                not_if(Node::call("exists", [value.clone()]))
            }
            Operator::IsNull => value.clone().binary(if wanted { "=" } else { "!=" }, Node::null()),
            Operator::IsNumeric => of_type("number"),
            Operator::IsString => of_type("string"),
            Operator::IsBoolean => of_type("boolean"),
            Operator::IsTimestamp => not_if(is_timestamp(&value)),
            Operator::StringMatches => matches(value, operand.as_str()?),
            _ => {
                let (compared, relation) = operator.order()?;
                let literal = match &other {
                    Some(node) => node.clone(),
                    None => literal(operand)?,
                };
                let known = |field: &str, text: &Value| {
                    let path = text.as_str().and_then(|text| JsonPath::parse(text).ok());
                    path.and_then(|path| self.kind_of(&path, &at.child(field)))
                };
                let kinds = [known("Variable", &variable.into()), known(operator.name(), operand)];
                ordered((compared, relation), (value, literal), kinds, other.is_some())
            }
        })
    }

    /// Returns a side of a comparison.
    fn compared(
        &mut self,
        text: &str,
        data: &Data<'_>,
        at: &Pointer,
        (operator, present): (Operator, &Present),
    ) -> Option<Node> {
        let is_known = JsonPath::parse(text).is_ok_and(|path| present.contains(&path.normalized()));
        if operator != Operator::IsPresent && !is_known && text != "$" {
            self.doubt(at, Doubt::Decided, text);
        }
        self.path_text(text, data, at, Place::Whole)
    }
}

/// Returns a comparison of two sides, of which the kinds may be known.
fn ordered(
    (compared, relation): (Operand, Relation),
    (value, other): (Node, Node),
    kinds: [Option<JsonKind>; 2],
    by_path: bool,
) -> Node {
    let sign = if relation == Relation::Equal { "=" } else { relation.sign() };
    let (kind, name) = match compared {
        Operand::Text => (Some(JsonKind::Text), "string"),
        Operand::Number => (Some(JsonKind::Number), "number"),
        Operand::Flag => (Some(JsonKind::Bool), "boolean"),
        _ => (None, ""),
    };
    // Values of other types make the rule false, and would be an error of JSONata's `<`. Equal values have one type.
    let is_equal = relation == Relation::Equal && kind.is_some();
    let checked = [by_path || !is_equal, by_path && !is_equal];
    let mut tests = Vec::new();
    for ((side, known), checked) in [&value, &other].into_iter().zip(kinds).zip(checked) {
        if checked && (kind.is_none() || known != kind) {
            tests.push(match kind {
                Some(_) => Node::call("type", [side.clone()]).binary("=", Node::string(name)),
                None => is_timestamp(side),
            });
        }
    }
    let (value, other) = match compared {
        Operand::Timestamp => (Node::call("toMillis", [value]), Node::call("toMillis", [other])),
        _ => (value, other),
    };
    let test = value.binary(sign, other);
    tests.into_iter().chain([test.clone()]).reduce(|all, test| all.binary("and", test)).unwrap_or(test)
}

fn is_timestamp(value: &Node) -> Node {
    matches_regex(value.clone(), TIMESTAMP.to_owned())
}

fn matches_regex(value: Node, pattern: String) -> Node {
    let is_text = Node::call("type", [value.clone()]).binary("=", Node::string("string"));
    is_text.binary("and", Node::call("contains", [value, Node::regex(pattern)]))
}

/// Returns a comparison with a pattern of `StringMatches`.
fn matches(value: Node, pattern: &str) -> Node {
    let pattern = Pattern::new(pattern);
    let pieces = pattern.pieces();
    let [first, .., last] = pieces else {
        return value.binary("=", Node::string(pieces.concat()));
    };
    if pieces.iter().all(String::is_empty) {
        return Node::call("type", [value]).binary("=", Node::string("string"));
    }
    let mut regex = pieces.iter().map(|piece| escaped(piece)).collect::<Vec<_>>().join("[\\s\\S]*");
    // Any text at an end needs no pattern.
    if last.is_empty() {
        regex.truncate(regex.trim_end_matches("[\\s\\S]*").len());
    } else {
        regex.push('$');
    }
    if first.is_empty() {
        regex = regex.trim_start_matches("[\\s\\S]*").to_owned();
    } else {
        regex.insert(0, '^');
    }
    matches_regex(value, regex)
}
