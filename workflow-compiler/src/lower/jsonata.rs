//! Values in a JSONata state: JSON whose strings may be expressions in `{% … %}`, with the parentheses that JSONata's
//! precedence requires.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>
//! <https://docs.jsonata.org/overview.html>

use serde_json::{Map, Value};
use workflow_asl::{Code, Pointer};

use super::list::is_constructor;
use super::reference::LoweredReference;
use super::slot::Source;
use super::{Lowering, ValueField, ValueSite};
use crate::check::Ty;
use crate::fragment::Escape;
use crate::problem::Problem;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Member, UnaryOp};

/// The start of an expression in AWS.
const OPEN: &str = "{%";

/// Returns an expression as a string of the document.
pub(super) fn braced(text: &str) -> Value {
    format!("{{% {text} %}}").into()
}

/// The precedence of an expression's operator, according to JSONata's binding powers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binds {
    /// `c ? a : b`, and raw text, whose precedence is unknown.
    Ternary,
    Or,
    And,
    Comparison,
    /// `+`, `-` and `&` alike.
    Sum,
    Product,
    Minus,
    /// Operands that need no parentheses.
    Operand,
}

/// An expression's text.
pub(super) struct Jsonata {
    pub(super) text: String,
    pub(super) binds: Binds,
}

impl Jsonata {
    pub(super) fn new(text: impl Into<String>, binds: Binds) -> Self {
        Self { text: text.into(), binds }
    }

    pub(super) fn operand(text: impl Into<String>) -> Self {
        Self::new(text, Binds::Operand)
    }

    /// Returns the text as an operand of an operator with precedence `least`.
    pub(super) fn within(self, least: Binds) -> String {
        if self.binds < least { format!("({})", self.text) } else { self.text }
    }
}

/// Returns a string literal. JSONata has no escape for an apostrophe, so text with one is in double quotes.
pub(super) fn quote(text: &str) -> String {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for ch in text.chars() {
        match ch {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ch if ch == quote => out.extend(['\\', ch]),
            ch if ch.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(ch))),
            ch => out.push(ch),
        }
    }
    out.push(quote);
    out
}

/// Returns the contents of `{% … %}`.
pub(super) fn expression(text: &str) -> Option<&str> {
    workflow_asl::jsonata::expression(text)
}

fn operator(op: BinaryOp) -> (&'static str, Binds) {
    match op {
        BinaryOp::Default => ("", Binds::Ternary),
        BinaryOp::Or => ("or", Binds::Or),
        BinaryOp::And => ("and", Binds::And),
        BinaryOp::Equal => ("=", Binds::Comparison),
        BinaryOp::NotEqual => ("!=", Binds::Comparison),
        BinaryOp::Less => ("<", Binds::Comparison),
        BinaryOp::LessEqual => ("<=", Binds::Comparison),
        BinaryOp::Greater => (">", Binds::Comparison),
        BinaryOp::GreaterEqual => (">=", Binds::Comparison),
        BinaryOp::Add => ("+", Binds::Sum),
        BinaryOp::Subtract => ("-", Binds::Sum),
        BinaryOp::Multiply => ("*", Binds::Product),
        BinaryOp::Divide => ("/", Binds::Product),
        BinaryOp::Remainder => ("%", Binds::Product),
    }
}

/// Returns the next higher precedence, for the right operand of a left-associative operator.
fn tighter(binds: Binds) -> Binds {
    match binds {
        Binds::Ternary => Binds::Or,
        Binds::Or => Binds::And,
        Binds::And => Binds::Comparison,
        Binds::Comparison => Binds::Sum,
        Binds::Sum => Binds::Product,
        Binds::Product => Binds::Minus,
        Binds::Minus | Binds::Operand => Binds::Operand,
    }
}

impl<'a> Lowering<'_, 'a> {
    /// Lowers a value of a JSONata state to the pointer `at`.
    pub(super) fn jsonata_value(&mut self, place: ValueSite<'_, 'a>, expr: &Expr, at: &Pointer) -> Value {
        self.source_map.put(at.clone(), expr.span);
        match &expr.kind {
            ExprKind::Paren(inner) => self.jsonata_value(place, inner, at),
            ExprKind::Object(members) if members.iter().any(|member| member.optional) => {
                self.spans_within(expr, at);
                braced(&self.constructor(place, members).text)
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
            ExprKind::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(index, item)| self.jsonata_value(place, item, &at.index(index))).collect()
            }
            ExprKind::Text(text) => self.jsonata_text(text),
            ExprKind::Call { name, arguments } if name.value == "timestamp" => match arguments.first() {
                Some(time) => self.jsonata_value(place, time, at),
                None => Value::Null,
            },
            ExprKind::Reference(reference) if self.param(reference).is_some() => match self.param(reference) {
                Some(source) => self.slots.value(source, Escape::JsonataTemplate),
                None => Value::Null,
            },
            ExprKind::Variant { .. } => match self.literal(expr) {
                Value::String(text) => self.jsonata_text(&text),
                other => other,
            },
            _ => match self.scalar_literal(expr, Escape::JsonataTemplate) {
                Some(value) => value,
                None => {
                    let Jsonata { text, .. } = self.jsonata(place, expr);
                    braced(&text)
                }
            },
        }
    }

    /// Records the spans of the parts of an object that becomes one expression.
    fn spans_within(&mut self, expr: &Expr, at: &Pointer) {
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

    /// Lowers text: raw JSONata is unchanged, and text that AWS would interpret as JSONata is quoted.
    fn jsonata_text(&mut self, text: &str) -> Value {
        if text.starts_with(OPEN) && expression(text).is_none() { braced(&quote(text)) } else { text.into() }
    }

    /// Returns an expression as JSONata.
    pub(super) fn jsonata(&mut self, place: ValueSite<'_, 'a>, expr: &Expr) -> Jsonata {
        match &expr.kind {
            ExprKind::Paren(inner) => self.jsonata(place, inner),
            ExprKind::Number(text) if text.starts_with('-') => Jsonata::new(text.clone(), Binds::Minus),
            ExprKind::Text(text) => match expression(text) {
                Some(raw) => Jsonata::new(raw.trim(), Binds::Ternary),
                None => Jsonata::operand(quote(text)),
            },
            ExprKind::Jsonata(text) => {
                Jsonata::new(expression(&text.value).unwrap_or(&text.value).trim(), Binds::Ternary)
            }
            ExprKind::Path(_) => {
                self.path_in_jsonata(expr);
                Jsonata::operand("null")
            }
            ExprKind::Object(members) => self.constructor(place, members),
            ExprKind::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.array_item(place, item)).collect();
                Jsonata::operand(format!("[{}]", items.join(", ")))
            }
            ExprKind::Reference(reference) => match self.jsonata_reference(place, expr, reference) {
                LoweredReference::Data(text) => Jsonata::operand(text),
                LoweredReference::Param(source, _) => Jsonata::operand(self.slots.literal(source, Escape::Jsonata)),
            },
            ExprKind::Constant(path) => {
                Jsonata::operand(self.slots.literal(Source::Constant(path.clone()), Escape::Jsonata))
            }
            ExprKind::Access(value, segments) => {
                let text = self.jsonata(place, value).within(Binds::Operand);
                let (steps, ty) = self.analysis.access_steps(place, value, segments);
                self.jsonata_steps(place, text, (&steps, segments), &ty)
            }
            ExprKind::Unary(UnaryOp::Not, operand) => {
                let operand = self.jsonata(place, operand);
                Jsonata::operand(format!("$not({})", operand.text))
            }
            ExprKind::Unary(UnaryOp::Negate, operand) => {
                let operand = self.jsonata(place, operand).within(Binds::Operand);
                Jsonata::new(format!("-{operand}"), Binds::Minus)
            }
            ExprKind::Binary(op, _, left, right) => self.jsonata_binary(place, *op, left, right),
            ExprKind::If(condition, yes, no) => {
                let condition = self.jsonata(place, condition).within(Binds::Or);
                let yes = self.jsonata(place, yes).within(Binds::Or);
                // The last part may be another conditional without parentheses.
                let no = self.jsonata(place, no).text;
                Jsonata::new(format!("{condition} ? {yes} : {no}"), Binds::Ternary)
            }
            ExprKind::Call { name, arguments } => self.jsonata_call(place, name, arguments),
            _ => match self.scalar_literal(expr, Escape::Json) {
                Some(Value::String(text)) => Jsonata::operand(quote(&text)),
                Some(other) => Jsonata::operand(other.to_string()),
                None => Jsonata::operand("null"),
            },
        }
    }

    /// Returns `{'a': x}`, which omits absent members.
    pub(super) fn constructor(&mut self, place: ValueSite<'_, 'a>, members: &[Member]) -> Jsonata {
        let members = members.iter().map(|member| {
            let value = self.jsonata(place, &member.value);
            format!("{}: {}", quote(&member.key.value), value.text)
        });
        let members: Vec<_> = members.collect();
        Jsonata::operand(format!("{{{}}}", members.join(", ")))
    }

    /// Returns an item of an array constructor, which would flatten an array that is not in brackets.
    fn array_item(&mut self, place: ValueSite<'_, 'a>, item: &Expr) -> String {
        let ty = self.analysis.type_of(place, item);
        let literal = is_constructor(item);
        let text = self.jsonata(place, item).text;
        match ty.present() {
            Ty::Array(_) | Ty::Tuple(_) if !literal => format!("[{text}]"),
            ty if ty.is_open() && matches!(item.kind, ExprKind::Reference(_)) => {
                format!("$type({text}) = 'array' ? [{text}] : {text}")
            }
            _ => text,
        }
    }

    fn jsonata_binary(&mut self, place: ValueSite<'_, 'a>, op: BinaryOp, left: &Expr, right: &Expr) -> Jsonata {
        let left_ty = self.analysis.type_of(place, left);
        let right_ty = self.analysis.type_of(place, right);
        let (mut word, binds) = operator(op);
        if op == BinaryOp::Default {
            let value = self.jsonata(place, left);
            if has_default(left) {
                // A value that occurs three times would grow threefold with each nested default.
                let rest = self.jsonata(place, right).text;
                let name = self.unused_variable("given");
                let text =
                    format!("(${name} := {}; $exists(${name}) and ${name} != null ? ${name} : {rest})", value.text);
                return Jsonata::operand(text);
            }
            let exists = format!("$exists({})", value.text);
            let nullable = left_ty.is_option() || left_ty.is_open();
            let value = value.within(Binds::Sum);
            // JSON's null is present, but is not a value.
            let condition = if nullable { format!("{exists} and {value} != null") } else { exists };
            let default = self.jsonata(place, right).text;
            return Jsonata::new(format!("{condition} ? {value} : {default}"), Binds::Ternary);
        }
        if op == BinaryOp::Add && (left_ty.present().is_text() || right_ty.present().is_text()) {
            word = "&";
        }
        let compares = binds == Binds::Comparison;
        let instants = compares && self.is_instant(place, left, right);
        // Comparisons are left-associative in JSONata too, but readers should not need to know that.
        let least = if compares { tighter(binds) } else { binds };
        let sides = [left, right];
        let [left, right] = [(left, least), (right, tighter(binds))].map(|(side, least)| {
            let side = self.jsonata(place, side);
            if instants { format!("$toMillis({})", side.text) } else { side.within(least) }
        });
        let text = format!("{left} {word} {right}");
        let orders = compares && !matches!(op, BinaryOp::Equal | BinaryOp::NotEqual);
        if orders
            && place.position == ValueField::Condition
            && sides.iter().any(|side| self.analysis.may_be_nothing(place, side))
        {
            // A comparison with an absent value is absent, which is no condition, and so is its `$boolean`.
            return Jsonata::new(format!("({text}) = true"), Binds::Comparison);
        }
        Jsonata::new(text, binds)
    }

    /// Returns a name for a variable of one expression that does not hide a known variable of the workflow.
    pub(super) fn unused_variable(&self, name: &str) -> String {
        let names = (1..10).map(|number| if number == 1 { name.to_owned() } else { format!("{name}_{number}") });
        let free =
            |name: &String| self.analysis.lacks_variable(name) && self.analysis.state_of_variable(name).is_none();
        names.into_iter().find(free).unwrap_or_else(|| name.to_owned())
    }

    /// Returns whether both sides are timestamps, which may have different offsets.
    fn is_instant(&self, place: ValueSite<'_, 'a>, left: &Expr, right: &Expr) -> bool {
        let sides = [left, right].map(|side| self.analysis.type_of(place, side).present().clone());
        let instant = |ty: &Ty| *ty == Ty::Timestamp;
        sides.iter().any(instant)
            && sides.iter().all(|ty| instant(ty) || matches!(ty, Ty::Text | Ty::Listed(_)) || ty.is_open())
    }

    pub(super) fn path_in_jsonata(&mut self, expr: &Expr) {
        let problem = Problem::new(Code::WrongLanguageField, expr.span, "this state's query language is JSONata");
        self.problems.push(problem.help("write a reference or `\"{% … %}\"`, or give this state `query jsonpath`"));
    }
}

/// Returns whether a value contains a default.
fn has_default(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Binary(BinaryOp::Default, ..) => true,
        ExprKind::Binary(_, _, left, right) => has_default(left) || has_default(right),
        ExprKind::Unary(_, inner) | ExprKind::Paren(inner) | ExprKind::Access(inner, _) => has_default(inner),
        ExprKind::If(condition, yes, no) => [condition, yes, no].into_iter().any(|part| has_default(part)),
        ExprKind::Call { arguments, .. } => arguments.iter().any(has_default),
        ExprKind::Array(items) => items.iter().any(has_default),
        ExprKind::Object(members) => members.iter().any(|member| has_default(&member.value)),
        _ => false,
    }
}
