//! Lowers values of a JSONata state to JSON whose strings may be expressions in `{% … %}`. An expression is lowered to
//! a tree, which is printed once. The rules receive the tree too.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>
//! <https://docs.jsonata.org/overview.html>

use serde_json::{Map, Value};
use workflow_asl::document::Relation;
use workflow_asl::jsonata::{Node, NodeKind, Printed, expression, parse, print};
use workflow_asl::{Code, Pointer};

use super::condition::relation;
use super::list::ITEM;
use super::slot::Source;
use super::{Lowering, ValueField, ValueSite};
use crate::check::Ty;
use crate::check::regex::Regex;
use crate::fragment::Escape;
use crate::problem::Problem;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Member, Raw, UnaryOp};
use crate::syntax::spelling;

/// The delimiter that begins an expression.
const OPEN: &str = "{%";

/// Returns the JSONata sign of an operator. A default is lowered to a conditional.
fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Range => "..",
        BinaryOp::Default => "?",
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::Equal => "=",
        op => spelling::sign(op),
    }
}

impl<'a> Lowering<'_, 'a> {
    /// Returns an expression as a string of the document.
    pub(super) fn braced(&mut self, root: Node) -> Value {
        let Printed { text, ast, marked } = print(root, " ");
        if let Some(words) = &mut self.words {
            words.add(&text, marked);
        }
        let value = format!("{{%{text}%}}").into();
        if let Some(ast) = ast {
            self.expressions.push((text, ast));
        }
        value
    }

    /// Returns the expression in a string of the document.
    pub(super) fn unbraced(&self, text: &str) -> Option<Node> {
        let text = expression(text)?;
        let known = self.expressions.iter().rev().find(|(known, _)| known == text);
        Some(known.map_or_else(|| Node::verbatim(text.trim()), |(_, ast)| ast.root.clone()))
    }

    /// Lowers a value of a JSONata state to the pointer `at`.
    pub(super) fn jsonata_value(&mut self, place: ValueSite<'_, 'a>, expr: &Expr, at: &Pointer) -> Value {
        self.source_map.put(at.clone(), expr.span);
        if let ExprKind::Reference(reference) = &expr.kind
            && let Some(source) = self.param(reference)
        {
            return self.slots.value(source, Escape::JsonataTemplate);
        }
        match &expr.kind {
            ExprKind::Paren(inner) => self.jsonata_value(place, inner, at),
            ExprKind::Object(members) if members.iter().any(|member| member.optional) => {
                self.spans_within(expr, at);
                let object = self.constructor(place, members);
                self.braced(object)
            }
            ExprKind::Object(members) => {
                let members = members.iter().map(|member| {
                    let key = member.key.value.clone();
                    self.source_map.put_key(at.child(&key), member.key.span);
                    let value = self.jsonata_value(place, &member.value, &at.child(&key));
                    (key, value)
                });
                Value::Object(members.collect::<Map<_, _>>())
            }
            ExprKind::Array(items) if items.iter().any(Expr::is_range) => {
                self.spans_within(expr, at);
                let array = self.jsonata(place, expr);
                self.braced(array)
            }
            ExprKind::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(index, item)| self.jsonata_value(place, item, &at.index(index))).collect()
            }
            ExprKind::Text(text) => self.jsonata_text(text),
            ExprKind::Call { name, arguments } if name.value == "timestamp" => match arguments.first() {
                Some(time) => self.jsonata_value(place, time, at),
                None => Value::Null,
            },
            ExprKind::Variant { .. } => match self.literal(expr) {
                Value::String(text) => self.jsonata_text(&text),
                other => other,
            },
            _ => match self.scalar_literal(expr, Escape::JsonataTemplate) {
                Some(value) => value,
                None => {
                    let expression = self.jsonata(place, expr);
                    self.braced(expression)
                }
            },
        }
    }

    /// Records the spans of the parts of an object that becomes one expression.
    pub(super) fn spans_within(&mut self, expr: &Expr, at: &Pointer) {
        match &expr.kind {
            ExprKind::Paren(inner) => self.spans_within(inner, at),
            ExprKind::Object(members) => {
                for member in members {
                    let at = at.child(&member.key.value);
                    self.source_map.put_key(at.clone(), member.key.span);
                    self.source_map.put(at.clone(), member.value.span);
                    self.spans_within(&member.value, &at);
                }
            }
            ExprKind::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let at = at.index(index);
                    self.source_map.put(at.clone(), item.span);
                    self.spans_within(item, &at);
                }
            }
            _ => {}
        }
    }

    fn verbatim(&mut self, text: &str) -> Node {
        self.compares = true;
        Node::verbatim(text.trim())
    }

    /// Lowers a string. Raw JSONata is unchanged, and a string that AWS would interpret as JSONata is quoted.
    fn jsonata_text(&mut self, text: &str) -> Value {
        if text.starts_with(OPEN) && expression(text).is_none() {
            return self.braced(Node::string(text));
        }
        self.compares |= expression(text).is_some();
        text.into()
    }

    /// Returns raw JSONata. As a list, it is an array of its values, which are a sequence in JSONata.
    fn raw_text(&mut self, place: ValueSite<'_, 'a>, expr: &Expr, raw: &Raw) -> Node {
        let text = self.jsonata(place, &raw.text);
        let (ExprKind::Jsonata(written), Some(_), Ty::Array(item)) =
            (&raw.text.kind, &raw.ty, self.analysis.type_of(place, expr))
        else {
            return text;
        };
        match parse(expression(&written.value).unwrap_or(&written.value)).map(|ast| ast.root) {
            Ok(Node { kind: NodeKind::Array(_), .. }) => text,
            Ok(root) if item.present().is_array() => Node::array([keeping_array(root)]),
            _ => Node::array([text]),
        }
    }

    /// Returns an expression as JSONata.
    pub(super) fn jsonata(&mut self, place: ValueSite<'_, 'a>, expr: &Expr) -> Node {
        let mut node = self.jsonata_node(place, expr);
        if let Some(mark) = self.word(place, expr, "") {
            node.span = mark;
        }
        node
    }

    fn jsonata_node(&mut self, place: ValueSite<'_, 'a>, expr: &Expr) -> Node {
        match &expr.kind {
            ExprKind::Paren(inner) => self.jsonata(place, inner),
            ExprKind::Text(text) => match expression(text) {
                Some(raw) => self.verbatim(raw),
                None => Node::string(text),
            },
            ExprKind::Jsonata(text) => self.verbatim(expression(&text.value).unwrap_or(&text.value)),
            ExprKind::Raw(raw) if raw.variables.is_empty() => self.raw_text(place, expr, raw),
            ExprKind::Raw(raw) => {
                let bound = raw
                    .variables
                    .iter()
                    .map(|Member { key, value, .. }| self.jsonata(place, value).bound_to(key.value.clone()));
                let mut parts: Vec<_> = bound.collect();
                parts.push(self.raw_text(place, expr, raw));
                Node::block(parts)
            }
            ExprKind::Path(_) => {
                self.path_in_jsonata(expr);
                Node::null()
            }
            // An invalid one was reported.
            ExprKind::Regex(text) => Regex::read(&text.value)
                .map_or_else(|_| Node::null(), |Regex { pattern, flags }| NodeKind::Regex { pattern, flags }.into()),
            ExprKind::Object(members) => self.constructor(place, members),
            ExprKind::Array(items) => Node::array(items.iter().map(|item| self.array_item(place, item))),
            ExprKind::Reference(reference) => self.jsonata_reference(place, expr, reference),
            ExprKind::Constant(path) => self.jsonata_slot(Source::Constant(path.clone())),
            ExprKind::Access(value, segments) => {
                let accessed = self.analysis.accessed(place, expr, (value, segments));
                let value = self.jsonata(place, value);
                self.jsonata_steps(place, value, (&accessed.steps, segments), &accessed.ty)
            }
            ExprKind::Unary(UnaryOp::Not, operand) => Node::call("not", [self.jsonata(place, operand)]),
            ExprKind::Unary(UnaryOp::Negate, operand) => self.jsonata(place, operand).within(".").negated(),
            ExprKind::Binary(op, _, left, right) => self.jsonata_binary(place, *op, left, right),
            ExprKind::If(condition, yes, no) => {
                let condition = self.jsonata(place, condition);
                let yes = self.jsonata(place, yes).within("or");
                condition.condition(yes, self.jsonata(place, no))
            }
            ExprKind::Call { name, arguments } => self.jsonata_call(place, name, arguments),
            _ => match self.scalar_literal(expr, Escape::Json) {
                Some(Value::String(text)) => Node::string(text),
                Some(Value::Bool(value)) => Node::bool(value),
                Some(Value::Number(number)) => number.as_f64().map_or_else(Node::null, Node::number),
                _ => Node::null(),
            },
        }
    }

    /// Returns a slot as a string literal.
    pub(super) fn jsonata_slot(&mut self, source: Source) -> Node {
        Node::string(self.slots.literal(source, Escape::Jsonata))
    }

    /// Returns `{'a': x}`, which omits absent members.
    pub(super) fn constructor(&mut self, place: ValueSite<'_, 'a>, members: &[Member]) -> Node {
        Node::object(members.iter().map(|member| (&member.key.value, self.member_value(place, member))))
    }

    /// Returns an item of an array constructor. An array that is not in brackets would be flattened, as is one that is
    /// the result of a condition.
    pub(super) fn array_item(&mut self, place: ValueSite<'_, 'a>, item: &Expr) -> Node {
        let ty = self.analysis.type_of(place, item);
        let value = self.jsonata(place, item);
        match ty.present() {
            Ty::Array(_) | Ty::Tuple(_) if !matches!(value.kind, NodeKind::Array(_)) => Node::array([value]),
            ty if ty.is_open() && !matches!(value.kind, NodeKind::Array(_)) => {
                let kept = |value: Node| {
                    let is_array = Node::call("type", [value.clone()]).binary("=", Node::string("array"));
                    is_array.condition(Node::array([Node::array([value.clone()])]), value)
                };
                if matches!(item.kind, ExprKind::Reference(_)) {
                    return kept(value);
                }
                // The value is computed once.
                let name = self.unused_variable(ITEM);
                Node::block([value.bound_to(&name), kept(Node::variable(&name))])
            }
            _ => value,
        }
    }

    fn jsonata_binary(&mut self, place: ValueSite<'_, 'a>, op: BinaryOp, left: &Expr, right: &Expr) -> Node {
        let left_ty = self.analysis.type_of(place, left);
        let right_ty = self.analysis.type_of(place, right);
        if op == BinaryOp::Default {
            let value = self.jsonata(place, left);
            let default = self.jsonata(place, right);
            let nullable = (left_ty.is_option() || left_ty.is_open()) && !is_number_or_nothing(left);
            return self.or_default((left, value), nullable, default);
        }
        if op == BinaryOp::Range {
            return self.jsonata(place, left).range(self.jsonata(place, right));
        }
        if op == BinaryOp::In {
            self.compares = true;
            return self.membership(place, left, right);
        }
        let is_text = op == BinaryOp::Add && (left_ty.present().is_text() || right_ty.present().is_text());
        let relation = relation(op);
        self.compares |= relation.is_some();
        let instants = relation.is_some() && self.is_instant(place, left, right);
        let [one, other] = [left, right].map(|side| {
            let side = self.jsonata(place, side);
            match relation {
                _ if instants => Node::call("toMillis", [side]),
                // Comparisons are left-associative in JSONata too. The parentheses are for the reader.
                Some(_) => side.within("+"),
                None => side,
            }
        });
        let operation = one.binary(if is_text { "&" } else { sign(op) }, other);
        if relation.is_some_and(|relation| relation != Relation::Equal)
            && place.position == ValueField::Condition
            && [left, right].into_iter().any(|side| self.analysis.may_be_null_or_absent(place, side))
        {
            // A comparison with an absent value is absent, and so is its `$boolean`. An absent value is not a valid
            // condition.
            return Node::block([operation]).binary("=", Node::bool(true));
        }
        operation
    }

    /// Returns a value, or `default` if it is absent or, where it may be, null.
    pub(super) fn or_default(&mut self, (expr, value): (&Expr, Node), nullable: bool, default: Node) -> Node {
        // JSON's null is present, but a default replaces it.
        let is_value = |value: &Node| value.clone().binary("!=", Node::null());
        if has_default(expr) {
            // Without a variable, the value would be repeated three times at each level of nested defaults.
            let name = self.unused_variable("given");
            let given = Node::variable(&name);
            let exists = Node::call("exists", [given.clone()]).binary("and", is_value(&given));
            return Node::block([value.bound_to(name), exists.condition(given, default)]);
        }
        let exists = Node::call("exists", [value.clone()]);
        let value = value.within("+");
        let condition = if nullable { exists.binary("and", is_value(&value)) } else { exists };
        condition.condition(value, default)
    }

    /// Returns `left in right`. Timestamps may have different offsets, so their instants are compared.
    fn membership(&mut self, place: ValueSite<'_, 'a>, left: &Expr, right: &Expr) -> Node {
        let instants = match &right.kind {
            ExprKind::Array(items) => items.iter().any(|item| self.is_instant(place, left, item)),
            _ => self.analysis.type_of(place, right).items().is_some_and(|item| {
                let sides = [self.analysis.type_of(place, left), item.clone()];
                compares_instants(&sides)
            }),
        };
        let value = self.jsonata(place, left);
        let list = self.jsonata(place, right);
        if !instants {
            return value.within("+").binary("in", list.within("+"));
        }
        let item = self.unused_variable(ITEM);
        let instant = Node::lambda([&item], Node::call("toMillis", [Node::variable(&item)]));
        Node::call("toMillis", [value]).binary("in", Node::call("map", [list, instant]))
    }

    /// Returns a name for a variable of one expression that does not hide a variable of the workflow.
    pub(super) fn unused_variable(&self, name: &str) -> String {
        let names = (1..10).map(|number| if number == 1 { name.to_owned() } else { format!("{name}_{number}") });
        let free = |name: &String| self.is_unused(name);
        names.into_iter().find(free).unwrap_or_else(|| name.to_owned())
    }

    /// Returns whether neither the workflow nor an enclosing closure has a variable with this name.
    pub(super) fn is_unused(&self, name: &str) -> bool {
        self.analysis.lacks_variable(name)
            && self.analysis.state_of_variable(name).is_none()
            && !self.analysis.holds_item(name)
            && self.parameters.iter().all(|(_, used)| used != name)
    }

    /// Returns whether both operands are timestamps, which may have different offsets.
    fn is_instant(&self, place: ValueSite<'_, 'a>, left: &Expr, right: &Expr) -> bool {
        compares_instants(&[left, right].map(|side| self.analysis.type_of(place, side)))
    }

    pub(super) fn path_in_jsonata(&mut self, expr: &Expr) {
        let problem = Problem::new(Code::WrongLanguageField, expr.span, "this state's query language is JSONata");
        self.problems.push(problem.help("write a reference or `\"{% … %}\"`, or give this state `query jsonpath`"));
    }
}

/// Returns raw JSONata that keeps a single item which is a list.
fn keeping_array(node: Node) -> Node {
    let kind = match node.kind {
        NodeKind::Block(mut parts) => {
            let last = parts.pop().map(keeping_array);
            parts.extend(last);
            NodeKind::Block(parts)
        }
        NodeKind::Condition(condition, yes, no) => {
            NodeKind::Condition(condition, Box::new(keeping_array(*yes)), no.map(|no| Box::new(keeping_array(*no))))
        }
        NodeKind::Call(..) | NodeKind::Path(_) | NodeKind::Apply(..) | NodeKind::Predicate(..) => {
            return node.kept_array();
        }
        other => other,
    };
    kind.into()
}

/// Returns whether a value is never null: the greatest, least or mean number of a list, which may have none.
fn is_number_or_nothing(expr: &Expr) -> bool {
    let ExprKind::Call { name, .. } = &expr.kind else { return false };
    matches!(name.value.as_str(), "$max" | "$min" | "$average")
}

/// Returns whether a comparison of values of these types is one of timestamps.
fn compares_instants(sides: &[Ty; 2]) -> bool {
    let instant = |ty: &Ty| *ty.present() == Ty::Timestamp;
    let text = |ty: &Ty| *ty.present() == Ty::Text || ty.present().is_open();
    sides.iter().any(instant) && sides.iter().all(|ty| instant(ty) || text(ty))
}

/// Returns whether a value contains a default.
fn has_default(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Binary(BinaryOp::Default, ..) => true,
        ExprKind::Binary(_, _, left, right) => has_default(left) || has_default(right),
        ExprKind::Unary(_, inner) | ExprKind::Paren(inner) | ExprKind::Access(inner, _) => has_default(inner),
        ExprKind::If(condition, yes, no) => [condition, yes, no].into_iter().any(|part| has_default(part)),
        ExprKind::Call { arguments, .. } => arguments.iter().any(has_default),
        ExprKind::Closure(closure) => has_default(&closure.body),
        ExprKind::Array(items) => items.iter().any(has_default),
        ExprKind::Object(members) => members.iter().any(|member| has_default(&member.value)),
        _ => false,
    }
}
