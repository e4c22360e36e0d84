//! Lowers computed values of a JSONPath state to intrinsic functions.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html>

use serde_json::Value;
use workflow_asl::intrinsic::{ArgumentKind, Function};

use super::path_list::is_filter;
use super::reference::LoweredReference;
use super::slot::Source;
use super::{Lowering, ValueSite};
use crate::check::Ty;
use crate::fragment::Escape;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Segment};

/// The template and arguments of a `States.Format` under construction.
#[derive(Default)]
struct Format {
    template: String,
    arguments: Vec<String>,
}

/// Escapes a string between apostrophes. Braces must be escaped only in the template of `States.Format`.
pub(super) fn escape(text: &str, template: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        if matches!(ch, '\'' | '\\') || (template && matches!(ch, '{' | '}')) {
            out.push('\\');
        }
        out.push(ch);
    }
    out
}

/// Escapes a template that the user wrote. `{}` and `\{` keep their meaning.
pub(super) fn escape_template(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(ch) = chars.next() {
        match (ch, chars.peek()) {
            ('\\', Some(&next @ ('\'' | '\\' | '{' | '}'))) => {
                out.extend(['\\', next]);
                chars.next();
            }
            ('\'' | '\\', _) => out.extend(['\\', ch]),
            _ => out.push(ch),
        }
    }
    out
}

fn call(function: Function, arguments: &[String]) -> String {
    format!("{}({})", function.name(), arguments.join(", "))
}

impl<'a> Lowering<'_, 'a> {
    /// Returns a computed value as a path or a call.
    pub(super) fn intrinsic(&mut self, place: ValueSite<'_, 'a>, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Paren(inner) => self.intrinsic(place, inner),
            ExprKind::Reference(reference) => match self.path(place, expr, reference) {
                LoweredReference::Data(path) => path,
                LoweredReference::Param(source, ty) => self.intrinsic_hole(source, &ty),
            },
            ExprKind::Path(path) => path.value.clone(),
            ExprKind::Array(items) => {
                if let [Expr { kind: ExprKind::Binary(BinaryOp::Range, _, first, last), .. }] = items.as_slice() {
                    let arguments = [self.bare(place, first), self.bare(place, last), "1".to_owned()];
                    return call(Function::ArrayRange, &arguments);
                }
                let items: Vec<_> = items.iter().map(|item| self.intrinsic(place, item)).collect();
                call(Function::Array, &items)
            }
            ExprKind::Call { name, arguments } if name.value == "timestamp" => {
                arguments.first().map_or_else(|| "null".to_owned(), |time| self.intrinsic(place, time))
            }
            ExprKind::Call { name, arguments } if is_filter(&name.value, arguments) => self.filtered(place, arguments),
            ExprKind::Call { name, arguments } => {
                if Function::from_name(&name.value).is_none() {
                    // JSONata functions and unknown functions were reported.
                    if crate::check::function::Function::from_name(&name.value).is_some_and(|own| !own.is_jsonata()) {
                        self.unsayable(expr);
                    }
                    return "null".to_owned();
                }
                let format = name.value == Function::Format.name();
                let arguments = arguments.iter().enumerate().map(|(index, argument)| match &argument.kind {
                    _ if format && index == 0 && self.is_fixed_text(place, argument) => {
                        format!("'{}'", self.fixed_text(argument, Escape::Intrinsic))
                    }
                    _ => match Function::from_name(&name.value).and_then(|function| function.argument(index)) {
                        Some(ArgumentKind::Integer | ArgumentKind::Boolean) => self.bare(place, argument),
                        _ => self.intrinsic(place, argument),
                    },
                });
                let arguments: Vec<_> = arguments.collect();
                format!("{}({})", name.value, arguments.join(", "))
            }
            ExprKind::Binary(BinaryOp::Add, _, left, right) if !self.is_text_sum(place, expr) => {
                if !self.is_whole_sum(place, left, right) {
                    self.unsayable(expr);
                }
                let arguments = [self.bare(place, left), self.bare(place, right)];
                call(Function::MathAdd, &arguments)
            }
            ExprKind::Binary(BinaryOp::Add, ..) => {
                let mut format = Format::default();
                self.text_sum(place, expr, &mut format);
                let template = format!("'{}'", format.template);
                let arguments: Vec<_> = std::iter::once(template).chain(format.arguments).collect();
                call(Function::Format, &arguments)
            }
            ExprKind::Binary(BinaryOp::Subtract, _, left, right) => {
                let number = match &right.kind {
                    ExprKind::Number(text) => text.parse::<i64>().ok().and_then(i64::checked_neg),
                    _ => None,
                };
                let number = number.filter(|_| self.may_be_whole(place, left));
                match number {
                    Some(number) => call(Function::MathAdd, &[self.intrinsic(place, left), number.to_string()]),
                    None => self.no_intrinsic(expr),
                }
            }
            ExprKind::Access(value, segments) => {
                if let Some(path) = self.filtered_items(place, expr) {
                    return path;
                }
                let mut text = self.intrinsic(place, value);
                for segment in segments {
                    match segment {
                        Segment::Index(index) => {
                            text = call(Function::ArrayGetItem, &[text, self.intrinsic(place, index)]);
                        }
                        Segment::Member { .. } | Segment::Slice(_) | Segment::Each { .. } => {
                            // A member of a list was reported.
                            let is_list = self.analysis.type_of(place, value).present().is_array();
                            if !is_list || !matches!(segments.first(), Some(Segment::Member { .. })) {
                                let help = "use `query jsonata`; of one item of a filter: `($filter(…)[*].name)[0]`";
                                self.report_unsayable(expr.span, "a part of a function's result", help);
                            }
                            break;
                        }
                    }
                }
                text
            }
            ExprKind::Constant(path) => {
                format!("'{}'", self.slots.inside(Source::Constant(path.clone()), Escape::Intrinsic))
            }
            _ => match self.scalar_literal(expr, Escape::Json) {
                Some(Value::String(text)) => format!("'{}'", escape(&text, false)),
                Some(other) => other.to_string(),
                None => self.no_intrinsic(expr),
            },
        }
    }

    fn no_intrinsic(&mut self, expr: &Expr) -> String {
        self.unsayable(expr);
        "null".to_owned()
    }

    /// Returns an argument that is a number or a boolean. A constant gets no apostrophes.
    fn bare(&mut self, place: ValueSite<'_, 'a>, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Paren(inner) => self.bare(place, inner),
            ExprKind::Constant(path) => {
                format!("'{}'", self.slots.literal(Source::Constant(path.clone()), Escape::Text))
            }
            _ => self.intrinsic(place, expr),
        }
    }

    pub(super) fn intrinsic_hole(&mut self, source: Source, ty: &Ty) -> String {
        match ty.present() {
            // A number or boolean has no apostrophes.
            Ty::Integer(_) | Ty::Number | Ty::Float(_) | Ty::Bool => {
                format!("'{}'", self.slots.literal(source, Escape::Text))
            }
            _ => format!("'{}'", self.slots.inside(source, Escape::Intrinsic)),
        }
    }

    /// Returns whether `+` joins strings here.
    pub(super) fn is_text_sum(&self, place: ValueSite<'_, 'a>, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Binary(BinaryOp::Add, _, left, right) => {
                self.is_text_sum(place, left) || self.is_text_sum(place, right)
            }
            ExprKind::Paren(inner) => self.is_text_sum(place, inner),
            _ => self.analysis.type_of(place, expr).present().is_text(),
        }
    }

    /// Returns whether both operands may be integers, and at least one is known to be.
    fn is_whole_sum(&self, place: ValueSite<'_, 'a>, left: &Expr, right: &Expr) -> bool {
        let unknown = |side: &Expr| self.analysis.type_of(place, side).is_unknown();
        self.may_be_whole(place, left) && self.may_be_whole(place, right) && !(unknown(left) && unknown(right))
    }

    fn may_be_whole(&self, place: ValueSite<'_, 'a>, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Paren(inner) => self.may_be_whole(place, inner),
            // Problems in it are reported when it is lowered.
            ExprKind::Binary(BinaryOp::Add | BinaryOp::Subtract, ..) => true,
            _ => {
                let ty = self.analysis.type_of(place, expr);
                ty.is_unknown() || matches!(ty.present(), Ty::Integer(_))
            }
        }
    }

    /// Collects the parts of `a + "text" + b`.
    fn text_sum(&mut self, place: ValueSite<'_, 'a>, expr: &Expr, format: &mut Format) {
        match &expr.kind {
            ExprKind::Binary(BinaryOp::Add, _, left, right) if self.is_text_sum(place, expr) => {
                self.text_sum(place, left, format);
                self.text_sum(place, right, format);
            }
            ExprKind::Paren(inner) => self.text_sum(place, inner, format),
            ExprKind::Text(text) => format.template.push_str(&escape(text, true)),
            ExprKind::Number(number) => format.template.push_str(number),
            ExprKind::Variant { .. } => {
                if let Value::String(text) = self.literal(expr) {
                    format.template.push_str(&escape(&text, true));
                }
            }
            ExprKind::Constant(path) => {
                let mark = self.slots.inside(Source::Constant(path.clone()), Escape::Intrinsic);
                format.template.push_str(&mark);
            }
            ExprKind::Reference(reference) if self.param(reference).is_some() => {
                let marks = self.param(reference).map(|source| self.slots.inside(source, Escape::Intrinsic));
                format.template.extend(marks);
            }
            _ => {
                format.template.push_str("{}");
                let argument = self.intrinsic(place, expr);
                format.arguments.push(argument);
            }
        }
    }
}
