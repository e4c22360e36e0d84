//! Lowers the conditions of a JSONPath choice to comparisons with typed operators, joined by `And`, `Or` and `Not`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html>

use serde_json::Value;
use workflow_asl::Pointer;
use workflow_asl::document::{Operand, Operator, Relation};

use super::object::Fields;
use super::reference::LoweredReference;
use super::{Lowering, ValueSite};
use crate::check::Ty;
use crate::fragment::Escape;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Text, TokenSpan, UnaryOp};

/// Returns the operator type for comparing values of this type.
fn compared_type(ty: &Ty) -> Option<Operand> {
    Some(match ty.present() {
        Ty::Text | Ty::Arn | Ty::Enum(_) => Operand::Text,
        Ty::Integer(_) | Ty::Number | Ty::Float(_) => Operand::Number,
        Ty::Bool => Operand::Flag,
        Ty::Timestamp => Operand::Timestamp,
        _ => return None,
    })
}

pub(super) fn relation(op: BinaryOp) -> Option<Relation> {
    Some(match op {
        BinaryOp::Equal | BinaryOp::NotEqual => Relation::Equal,
        BinaryOp::Less => Relation::Less,
        BinaryOp::LessEqual => Relation::LessOrEqual,
        BinaryOp::Greater => Relation::Greater,
        BinaryOp::GreaterEqual => Relation::GreaterOrEqual,
        _ => return None,
    })
}

/// A side of a comparison.
enum Side {
    /// A path to data.
    Path(String),
    /// A constant or a parameter.
    Known(Value),
    /// `null`
    Null,
}

/// Returns the operator for swapped operands.
fn swapped(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessEqual => BinaryOp::GreaterEqual,
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterEqual => BinaryOp::LessEqual,
        other => other,
    }
}

impl<'a> Lowering<'_, 'a> {
    /// Lowers a condition to the fields of a rule.
    pub(super) fn condition(&mut self, place: ValueSite<'_, 'a>, expr: &Expr, rule: &mut Fields) {
        self.source_map.put(rule.pointer.clone(), expr.span);
        match &expr.kind {
            ExprKind::Paren(inner) => self.condition(place, inner, rule),
            ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), _, left, right) => {
                let mut parts = Vec::new();
                flatten(*op, left, &mut parts);
                flatten(*op, right, &mut parts);
                self.junction(place, if *op == BinaryOp::And { "And" } else { "Or" }, &parts, rule);
            }
            ExprKind::Unary(UnaryOp::Not, inner) => {
                let inner = self.part(place, inner, rule.pointer.child("Not"));
                rule.insert("Not", inner);
            }
            ExprKind::Binary(BinaryOp::In, _, of, list) => match &list.unparen().kind {
                ExprKind::Array(items) if items.iter().any(Expr::is_range) => {
                    self.needs_jsonata(list.span, "a range in a condition");
                }
                ExprKind::Array(items) if !items.is_empty() => self.patterns(place, of, items, rule),
                ExprKind::Invalid(_) => {}
                // Anything but a list was reported.
                _ if self.analysis.type_of(place, list).items().is_none() => {}
                _ => self.needs_jsonata(list.span, "a list that is not written out"),
            },
            ExprKind::Binary(op, span, left, right) => self.comparison(place, (*op, *span), left, right, rule),
            ExprKind::Call { name, arguments } => self.test(place, name, arguments, expr, true, rule),
            ExprKind::Reference(_) | ExprKind::Path(_) => match self.side(place, expr) {
                Some(Side::Path(path)) => variable(path, Operator::BooleanEquals, true.into(), rule),
                Some(Side::Known(_)) => {
                    let help = "compare it with data: `params.x == input.y`";
                    self.report_unsayable(expr.span, "a condition without data", help);
                }
                Some(Side::Null) | None => {}
            },
            ExprKind::Invalid(_) => {}
            ExprKind::Bool(_) | ExprKind::Text(_) | ExprKind::Constant(_) | ExprKind::Number(_) | ExprKind::Null => {
                self.needs_jsonata(expr.span, "a condition that is one value");
            }
            _ => self.unsayable(expr),
        }
    }

    /// Lowers rules joined by `And` or `Or`.
    pub(super) fn junction(&mut self, place: ValueSite<'_, 'a>, word: &str, parts: &[&Expr], rule: &mut Fields) {
        let at = rule.pointer.child(word);
        let parts = parts.iter().enumerate().map(|(index, part)| self.part(place, part, at.index(index)));
        let parts = Value::Array(parts.collect());
        rule.insert(word, parts);
    }

    fn part(&mut self, place: ValueSite<'_, 'a>, expr: &Expr, at: Pointer) -> Value {
        let mut rule = Fields::new(at);
        self.condition(place, expr, &mut rule);
        Value::Object(rule.map)
    }

    /// Lowers `a == b`, `a < b`, ….
    pub(super) fn comparison(
        &mut self,
        place: ValueSite<'_, 'a>,
        (op, span): (BinaryOp, TokenSpan),
        left: &Expr,
        right: &Expr,
        rule: &mut Fields,
    ) {
        if op == BinaryOp::NotEqual {
            // An absent value is not equal to `null` or any other value.
            for (value, null) in [(left, right), (right, left)] {
                if matches!(null.unparen().kind, ExprKind::Null)
                    && self.analysis.type_of(place, value).may_be_absent()
                    && let Some(Side::Path(path)) = self.side(place, value)
                {
                    return self.if_present(path, Operator::IsNull, false, rule);
                }
            }
            return with_outcome(false, rule, |rule| {
                self.comparison(place, (BinaryOp::Equal, span), left, right, rule)
            });
        }
        if relation(op).is_none() {
            let whole = ExprKind::Binary(op, span, Box::new(left.clone()), Box::new(right.clone()));
            self.unsayable(&Expr::made(whole, left.span.to(right.span)));
            return;
        }
        // `is_present(x) == false` is the operand of the test. `!is_present(x)` is `Not`.
        for (test, value) in [(left, right), (right, left)] {
            if let (ExprKind::Call { name, arguments }, ExprKind::Bool(value), BinaryOp::Equal) =
                (&test.unparen().kind, &value.unparen().kind, op)
                && name.value != "timestamp"
            {
                self.test(place, name, arguments, test, *value, rule);
                return;
            }
        }
        let types = (self.analysis.type_of(place, left), self.analysis.type_of(place, right));
        let (Some(one), Some(two)) = (self.side(place, left), self.side(place, right)) else { return };
        let (op, path, ty, other, other_ty, words) = match (one, two) {
            (Side::Path(path), other) => (op, path, types.0, other, types.1, left),
            (other, Side::Path(path)) => (swapped(op), path, types.1, other, types.0, right),
            _ => {
                let what = "a comparison without data";
                self.report_unsayable(left.span.to(right.span), what, "one side must be data of the execution");
                return;
            }
        };
        let (operand, is_path) = match other {
            Side::Path(path) => (Value::from(path), true),
            Side::Known(value) => (value, false),
            // An optional member is null if it is present and null.
            Side::Null if ty.may_be_absent() => {
                return self.if_present(path, Operator::IsNull, true, rule);
            }
            Side::Null => return variable(path, Operator::IsNull, true.into(), rule),
        };
        let Some(compared) = common_type(&ty, &other_ty) else {
            let help = "use the comparison's ASL name, such as `NumericLessThan(a, 3)` or `NumericLessThanPath(a, b)`";
            self.report_unsayable(words.span, "a comparison of values of unknown types", help);
            return;
        };
        match relation(op).and_then(|relation| Operator::of(compared, relation, is_path)) {
            Some(operator) => variable(path, operator, operand, rule),
            None => self.needs_jsonata(span, "a comparison of booleans by order"),
        }
    }

    /// Lowers a test with this outcome that is false for an absent value, unlike the ASL operator.
    fn if_present(&mut self, path: String, operator: Operator, outcome: bool, rule: &mut Fields) {
        let at = rule.pointer.child("And");
        let [mut present, mut part] = [0, 1].map(|number| Fields::new(at.index(number)));
        variable(path.clone(), Operator::IsPresent, true.into(), &mut present);
        with_outcome(outcome, &mut part, |part| variable(path, operator, true.into(), part));
        rule.insert("And", vec![Value::Object(present.map), Value::Object(part.map)].into());
    }

    /// Lowers a function or an ASL operator that is a condition, compared with `outcome`.
    fn test(
        &mut self,
        place: ValueSite<'_, 'a>,
        name: &Text,
        arguments: &[Expr],
        whole: &Expr,
        outcome: bool,
        rule: &mut Fields,
    ) {
        if let word @ ("all" | "any") = name.value.as_str() {
            let word = if word == "all" { "And" } else { "Or" };
            let parts: Vec<_> = arguments.iter().collect();
            return with_outcome(outcome, rule, |rule| self.junction(place, word, &parts, rule));
        }
        let operator = match name.value.as_str() {
            "is_present" => Some(Operator::IsPresent),
            "is_null" => Some(Operator::IsNull),
            "is_string" => Some(Operator::IsString),
            "is_numeric" => Some(Operator::IsNumeric),
            "is_boolean" => Some(Operator::IsBoolean),
            "is_timestamp" => Some(Operator::IsTimestamp),
            "matches" => Some(Operator::StringMatches),
            other => Operator::from_name(other),
        };
        let (Some(operator), Some(value)) = (operator, arguments.first()) else {
            // JSONata functions, unknown functions and wrong numbers of arguments have been reported.
            if name.value.starts_with("States.") {
                let help = "compute it before, in a `pass` with `assign`, or use `query jsonata`";
                self.report_unsayable(whole.span, "a function in a condition", help);
            }
            return;
        };
        let path = match self.side(place, value) {
            Some(Side::Path(path)) => path,
            Some(Side::Known(_) | Side::Null) => {
                let help = "the first argument must be data of the execution";
                self.report_unsayable(value.span, "a test of a value that is known at compile time", help);
                return;
            }
            None => return,
        };
        let own = name.value.starts_with("is_") && operator != Operator::IsPresent;
        if own && self.analysis.type_of(place, value).may_be_absent() {
            return with_outcome(outcome, rule, |rule| self.if_present(path, operator, true, rule));
        }
        let operand = match arguments.get(1) {
            None => Value::Bool(outcome),
            Some(operand) => match self.operand(place, operator, operand) {
                Some(operand) => operand,
                None => return,
            },
        };
        with_outcome(outcome || arguments.len() == 1, rule, |rule| variable(path, operator, operand, rule));
    }

    /// Returns the second argument of an ASL operator that is called by name.
    fn operand(&mut self, place: ValueSite<'_, 'a>, operator: Operator, expr: &Expr) -> Option<Value> {
        let wants_path = operator.operand() == Operand::Path;
        let side = match &expr.kind {
            ExprKind::Text(path) if wants_path => Side::Path(path.clone()),
            _ => self.side(place, expr)?,
        };
        match side {
            Side::Path(path) if wants_path => Some(path.into()),
            Side::Path(_) if operator == Operator::StringMatches => {
                self.needs_jsonata(expr.span, "a pattern that is computed");
                None
            }
            Side::Path(_) => {
                let help = format!("`{}Path` compares with data, where there is one", operator.name());
                self.report_unsayable(expr.span, &format!("`{}` with data", operator.name()), &help);
                None
            }
            Side::Known(_) | Side::Null if wants_path => {
                let help = "the name without `Path` compares with a value";
                self.report_unsayable(expr.span, &format!("`{}` with a value", operator.name()), help);
                None
            }
            Side::Known(value) => Some(value),
            Side::Null => Some(Value::Null),
        }
    }

    /// Returns a side of a comparison; `None` for a value that cannot be expressed, which was reported.
    fn side(&mut self, place: ValueSite<'_, 'a>, expr: &Expr) -> Option<Side> {
        Some(match &expr.kind {
            ExprKind::Paren(inner) => return self.side(place, inner),
            ExprKind::Null => Side::Null,
            ExprKind::Invalid(_) | ExprKind::Regex(_) => return None,
            ExprKind::Reference(reference) => match self.path(place, expr, reference) {
                LoweredReference::Data(path) => Side::Path(path),
                LoweredReference::Param(source, _) => Side::Known(self.slots.value(source, Escape::Json)),
            },
            ExprKind::Path(path) => Side::Path(path.value.clone()),
            ExprKind::Call { name, arguments } if name.value == "timestamp" => {
                return arguments.first().and_then(|time| self.side(place, time));
            }
            ExprKind::Call { name, .. } if name.value.starts_with('$') => return None,
            ExprKind::Binary(..) | ExprKind::Call { .. } | ExprKind::Access(..) => {
                let help = "compute it before, in a `pass` with `assign`, or use `query jsonata`";
                self.report_unsayable(expr.span, "a computed value in a condition", help);
                return None;
            }
            _ => match self.scalar_literal(expr, Escape::Json) {
                Some(value) => Side::Known(value),
                None => {
                    self.unsayable(expr);
                    return None;
                }
            },
        })
    }
}

/// Returns the operator type for comparing values of these types. A string next to a timestamp is compared as a
/// timestamp.
fn common_type(one: &Ty, other: &Ty) -> Option<Operand> {
    match (compared_type(one), compared_type(other)) {
        (Some(Operand::Timestamp), _) | (_, Some(Operand::Timestamp)) => Some(Operand::Timestamp),
        (one, other) => one.or(other),
    }
}

fn variable(path: String, operator: Operator, operand: Value, rule: &mut Fields) {
    rule.insert("Variable", path.into());
    rule.insert(operator.name(), operand);
}

/// Adds a rule that has this outcome: what `write` adds, or `Not` around it.
fn with_outcome(outcome: bool, rule: &mut Fields, write: impl FnOnce(&mut Fields)) {
    if outcome {
        return write(rule);
    }
    let mut inner = Fields::new(rule.pointer.child("Not"));
    write(&mut inner);
    rule.insert("Not", inner.map.into());
}

/// Collects the operands of `a && b && c`. An operand in parentheses is one part.
fn flatten<'e>(op: BinaryOp, expr: &'e Expr, parts: &mut Vec<&'e Expr>) {
    match &expr.kind {
        ExprKind::Binary(inner, _, left, right) if *inner == op => {
            flatten(op, left, parts);
            flatten(op, right, parts);
        }
        _ => parts.push(expr),
    }
}
