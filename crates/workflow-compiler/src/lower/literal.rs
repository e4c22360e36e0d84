//! Lowers literals, parameters and constants.

use serde_json::{Map, Number, Value};
use workflow_services::ResourceForm;

use super::Lowering;
use super::slot::Source;
use crate::check::form_of;
use crate::fragment::Escape;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Reference, Root, Segment, UnaryOp, plain};

/// Returns the number that a literal spells, within the limits of `serde_json`.
pub(super) fn number(text: &str) -> Value {
    text.parse::<Number>().map_or(Value::Null, Value::Number)
}

/// Returns the negative of a literal number.
fn negative(expr: &Expr) -> Option<Value> {
    match &expr.unparen().kind {
        ExprKind::Number(text) => {
            Some(number(&text.strip_prefix('-').map_or_else(|| format!("-{text}"), str::to_owned)))
        }
        ExprKind::Duration(seconds) => Some(number(&format!("-{seconds}"))),
        _ => None,
    }
}

impl Lowering<'_, '_> {
    /// Returns a literal as JSON, or `null` for anything else, which was reported.
    pub(super) fn literal(&mut self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Object(members) => {
                let members = members.iter().map(|member| (member.key.value.clone(), self.literal(&member.value)));
                Value::Object(members.collect::<Map<_, _>>())
            }
            ExprKind::Array(items) => items.iter().map(|item| self.literal(item)).collect(),
            ExprKind::Paren(inner) => self.literal(inner),
            ExprKind::Reference(reference) => match self.param(reference) {
                Some(source) => self.slots.value(source, Escape::Json),
                None => Value::Null,
            },
            ExprKind::Path(text) | ExprKind::Jsonata(text) => text.value.clone().into(),
            ExprKind::Binary(BinaryOp::Add, ..) => self.joined(expr).map_or(Value::Null, Value::from),
            _ => self.scalar_literal(expr, Escape::Json).unwrap_or_default(),
        }
    }

    /// Returns the concatenation of literals, parameters and constants.
    fn joined(&mut self, expr: &Expr) -> Option<String> {
        Some(match &expr.kind {
            ExprKind::Binary(BinaryOp::Add, _, left, right) => {
                let left = self.joined(left)?;
                left + &self.joined(right)?
            }
            ExprKind::Paren(inner) => self.joined(inner)?,
            ExprKind::Reference(reference) => {
                self.param(reference).map(|from| self.slots.inside(from, Escape::Text))?
            }
            ExprKind::Constant(path) => self.slots.inside(Source::Constant(path.clone()), Escape::Text),
            ExprKind::Text(text) => text.clone(),
            _ => return None,
        })
    }

    /// Returns a literal, variant or constant, or `None` for anything else.
    pub(super) fn scalar_literal(&mut self, expr: &Expr, escape: Escape) -> Option<Value> {
        Some(match &expr.kind {
            // Regular expressions were reported.
            ExprKind::Null | ExprKind::Invalid(_) | ExprKind::Regex(_) => Value::Null,
            ExprKind::Bool(value) => Value::Bool(*value),
            ExprKind::Number(text) => number(text),
            ExprKind::Duration(seconds) => (*seconds).into(),
            ExprKind::Unary(UnaryOp::Negate, inner) => negative(inner)?,
            ExprKind::Text(text) => text.clone().into(),
            ExprKind::Variant { ty, variant } => {
                let (ty, variant) = (plain(ty), plain(variant));
                self.analysis.types.variant_wire(&ty, &variant).unwrap_or(&variant).into()
            }
            ExprKind::Constant(path) => self.slots.value(Source::Constant(path.clone()), escape),
            _ => return None,
        })
    }

    /// Returns the parameter of a reference.
    pub(super) fn param(&self, reference: &Reference) -> Option<Source> {
        match (&reference.root, reference.segments.as_slice()) {
            (Root::Params, [Segment::Member { name, .. }, ..]) => Some(self.source(&name.value, reference)),
            _ => None,
        }
    }

    /// Returns the parameter of this name, in the form that the reference names or its place takes.
    pub(super) fn source(&self, name: &str, reference: &Reference) -> Source {
        let kind = self.analysis.params.get(name).and_then(|field| field.decl.resource);
        let form = reference.segments.get(1).and_then(form_of).or(reference.form).unwrap_or(ResourceForm::Arn);
        Source::Param(name.to_owned(), kind.map(|kind| (kind, form)))
    }
}
