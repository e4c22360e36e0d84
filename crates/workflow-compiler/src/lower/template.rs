//! Lowers values of a JSONPath state to payload templates. The names of computed members end in `.$`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-inputpath-params.html>

use serde_json::{Map, Value};
use workflow_asl::{Code, Pointer};

use super::intrinsic::{self, escape_template};
use super::reference::LoweredReference;
use super::slot::Source;
use super::{Lowering, ValueSite};
use crate::fragment::Escape;
use crate::problem::Problem;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Member, UnaryOp};

/// The suffix of a computed member's name.
const COMPUTED: &str = ".$";

/// A value of a JSONPath state.
pub(super) enum Template {
    /// A constant value.
    Plain(Value),
    /// An object or array that contains a computed value.
    Nested(Value),
    /// A path or an intrinsic function.
    Computed(String),
}

impl<'a> Lowering<'_, 'a> {
    /// Lowers a value of a JSONPath state to the pointer `at`.
    pub(super) fn template(&mut self, place: ValueSite<'_, 'a>, expr: &Expr, at: &Pointer) -> Template {
        self.source_map.put(at.clone(), expr.span);
        match &expr.kind {
            ExprKind::Object(members) => self.template_object(place, members, at),
            ExprKind::Array(items) => self.template_array(place, items, expr, at),
            ExprKind::Paren(inner) => self.template(place, inner, at),
            ExprKind::Reference(reference) => match self.path(place, expr, reference) {
                LoweredReference::Data(path) => Template::Computed(path),
                LoweredReference::Param(source, _) => Template::Plain(self.slots.value(source, Escape::Json)),
            },
            ExprKind::Path(path) => Template::Computed(path.value.clone()),
            ExprKind::Call { name, arguments } if name.value == "timestamp" => match arguments.first() {
                Some(time) => self.template(place, time, at),
                None => Template::Plain(Value::Null),
            },
            ExprKind::Binary(BinaryOp::Add, ..) if self.is_fixed_text(place, expr) => {
                Template::Plain(self.fixed_text(expr, Escape::Text).into())
            }
            ExprKind::Binary(BinaryOp::Add | BinaryOp::Subtract, ..) | ExprKind::Call { .. } | ExprKind::Access(..) => {
                Template::Computed(self.intrinsic(place, expr))
            }
            _ => match self.scalar_literal(expr, Escape::Json) {
                Some(value) => Template::Plain(value),
                None => {
                    self.unsayable(expr);
                    Template::Plain(Value::Null)
                }
            },
        }
    }

    fn template_object(&mut self, place: ValueSite<'_, 'a>, members: &[Member], at: &Pointer) -> Template {
        let mut object = Map::new();
        let mut plain = true;
        for Member { key, optional, value, .. } in members {
            if *optional {
                self.needs_jsonata(key.span, "an optional member");
            }
            let key_span = key.span;
            let key = key.value.as_str();
            self.source_map.put_key(at.child(key), key_span);
            let lowered = self.template(place, value, &at.child(key));
            plain &= matches!(lowered, Template::Plain(_)) && !key.ends_with(COMPUTED);
            match lowered {
                Template::Plain(value) | Template::Nested(value) => drop(object.insert(key.to_owned(), value)),
                Template::Computed(text) => {
                    let name = if key.ends_with(COMPUTED) { key.to_owned() } else { format!("{key}{COMPUTED}") };
                    self.source_map.put(at.child(&name), value.span);
                    self.source_map.put_key(at.child(&name), key_span);
                    object.insert(name, text.into());
                }
            }
        }
        if plain { Template::Plain(object.into()) } else { Template::Nested(object.into()) }
    }

    fn template_array(&mut self, place: ValueSite<'_, 'a>, items: &[Expr], whole: &Expr, at: &Pointer) -> Template {
        // Paths as items are checked first, so that nothing is reported twice.
        if items.iter().any(|item| self.is_computed(place, item)) {
            return Template::Computed(self.intrinsic(place, whole));
        }
        let mut plain = true;
        let mut array = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let lowered = self.template(place, item, &at.index(index));
            plain &= !matches!(lowered, Template::Nested(_));
            array.push(match lowered {
                Template::Plain(value) | Template::Nested(value) => value,
                Template::Computed(_) => Value::Null,
            });
        }
        if plain { Template::Plain(array.into()) } else { Template::Nested(array.into()) }
    }

    /// Returns whether the whole value is a path or an intrinsic function.
    fn is_computed(&self, place: ValueSite<'_, 'a>, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Paren(inner) => self.is_computed(place, inner),
            ExprKind::Reference(reference) => self.param(reference).is_none(),
            ExprKind::Array(items) => items.iter().any(|item| self.is_computed(place, item)),
            ExprKind::Binary(BinaryOp::Add, ..) => !self.is_fixed_text(place, expr),
            ExprKind::Path(_) | ExprKind::Access(..) | ExprKind::Binary(BinaryOp::Subtract | BinaryOp::Range, ..) => {
                true
            }
            ExprKind::Call { name, .. } => name.value != "timestamp",
            _ => false,
        }
    }

    /// Returns whether the value is a constant string of literals and parameters.
    pub(super) fn is_fixed_text(&self, place: ValueSite<'_, 'a>, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Binary(BinaryOp::Add, _, left, right) => {
                self.is_text_sum(place, expr) && self.is_fixed_text(place, left) && self.is_fixed_text(place, right)
            }
            ExprKind::Paren(inner) => self.is_fixed_text(place, inner),
            ExprKind::Reference(reference) => self.param(reference).is_some(),
            ExprKind::Text(_)
            | ExprKind::Number(_)
            | ExprKind::Bool(_)
            | ExprKind::Variant { .. }
            | ExprKind::Constant(_) => true,
            _ => false,
        }
    }

    /// Returns a constant string of literals and parameters: as text, or as the template of `States.Format`.
    pub(super) fn fixed_text(&mut self, expr: &Expr, escape: Escape) -> String {
        match &expr.kind {
            ExprKind::Binary(_, _, left, right) => self.fixed_text(left, escape) + &self.fixed_text(right, escape),
            ExprKind::Paren(inner) => self.fixed_text(inner, escape),
            ExprKind::Constant(path) => self.slots.inside(Source::Constant(path.clone()), escape),
            ExprKind::Reference(reference) => {
                self.param(reference).map_or_else(String::new, |source| self.slots.inside(source, escape))
            }
            // Braces that the user wrote keep their meaning.
            ExprKind::Text(text) if escape == Escape::Intrinsic => escape_template(text),
            _ => match self.literal(expr) {
                Value::String(text) if escape == Escape::Intrinsic => intrinsic::escape(&text, true),
                Value::String(text) => text,
                other => other.to_string(),
            },
        }
    }

    /// Reports a value that JSONPath cannot express.
    pub(super) fn unsayable(&mut self, expr: &Expr) {
        let what = match &expr.kind {
            ExprKind::If(..) => "a conditional value",
            ExprKind::Unary(UnaryOp::Not, _) => "the negation of a value",
            ExprKind::Unary(UnaryOp::Negate, _) => "the negative of a value",
            ExprKind::Binary(BinaryOp::Default, ..) => "a default for an absent value",
            ExprKind::Binary(BinaryOp::Multiply, ..) => "a product",
            ExprKind::Binary(BinaryOp::Divide, ..) => "a quotient",
            ExprKind::Binary(BinaryOp::Remainder, ..) => "a remainder",
            ExprKind::Binary(BinaryOp::Add, ..) => "this sum: only text and whole numbers can be added",
            ExprKind::Binary(BinaryOp::Subtract, ..) => {
                "this difference: only a whole number literal can be subtracted from a whole number"
            }
            ExprKind::Binary(BinaryOp::Range, ..) => "a range next to other items",
            ExprKind::Binary(..) => "a comparison that is a value",
            ExprKind::Object(_) => "an object in the argument of a function",
            ExprKind::Jsonata(_) | ExprKind::Raw(_) => {
                let problem =
                    Problem::new(Code::WrongLanguageField, expr.span, "this state's query language is JSONPath");
                self.problems.push(problem.help("use `path \"…\"`, or give this state the clause `query jsonata`"));
                return;
            }
            ExprKind::Call { .. } => "this call",
            _ => "this value",
        };
        self.needs_jsonata(expr.span, what);
    }
}
