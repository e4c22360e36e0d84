//! Lowers lists of a JSONPath state to paths: `[*]`, `[1..3]`, and `$filter(xs, |x| …)`.
//!
//! After a wildcard, a slice or a filter, a JSONPath applies each step to each match, and returns the list of all matches.
//! In the language, `[*]` says so. After a slice or a filter it is therefore not a step of the path.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html>

use serde_json::Value;

use super::intrinsic::escape;
use super::reference::{LoweredReference, push_path_member};
use super::slot::Source;
use super::{Lowering, ValueSite};
use crate::check::{AccessStep, Base, callback, literal_index};
use crate::fragment::Escape;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Reference, Segment, Slice, UnaryOp};
use crate::syntax::spelling::sign;

/// What a path matches so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Matches {
    /// One value.
    One,
    /// The items of a list, which is the value so far.
    List,
    /// Values to which the next step applies one by one.
    Each,
}

/// Returns whether a call is a filter with a closure.
pub(super) fn is_filter(name: &str, arguments: &[Expr]) -> bool {
    name == "$filter" && callback(name, arguments).is_some()
}

/// Returns whether a reference reads several items of a list.
fn reads_several(reference: &Reference) -> bool {
    reference.segments.iter().any(|segment| matches!(segment, Segment::Slice(_) | Segment::Each { .. }))
}

impl<'a> Lowering<'_, 'a> {
    /// Appends the steps of a reference to a path.
    pub(super) fn push_steps(
        &mut self,
        path: &mut String,
        (steps, segments): (&[AccessStep], &[Segment]),
        mut matches: Matches,
    ) {
        let mut steps = steps.iter().peekable();
        while let Some(step) = steps.next() {
            if let (Matches::List, AccessStep::Index(_) | AccessStep::Computed(_) | AccessStep::Slice(_)) =
                (matches, step)
            {
                let index = segments.iter().rfind(|segment| !matches!(segment, Segment::Each { .. }));
                if let Some(span) = index.map(Segment::span) {
                    let what = "an item of a part of a list";
                    self.report_unsayable(span, what, "put the part in parentheses: `(input.list[1..3])[0]`");
                }
                return;
            }
            match step {
                AccessStep::Member { name, quoted } => push_path_member(path, name, *quoted),
                AccessStep::Index(index) => path.push_str(&format!("[{index}]")),
                AccessStep::Computed(segment) => {
                    if let Some(Segment::Index(index)) = segments.get(*segment) {
                        self.needs_jsonata(index.span, "an index that is computed");
                    }
                }
                AccessStep::Each if matches == Matches::List => {}
                AccessStep::Each => path.push_str("[*]"),
                AccessStep::Slice(segment) => {
                    let Some(Segment::Slice(slice)) = segments.get(*segment) else { continue };
                    if matches == Matches::Each && !matches!(steps.peek(), Some(AccessStep::Each)) {
                        let what = "a part of the list of each item: it joins the parts";
                        self.report_unsayable(slice.span, what, "for one list of all, write `[*]` after it");
                    }
                    self.push_slice(path, slice);
                }
            }
            matches = match step {
                AccessStep::Slice(_) => Matches::List,
                AccessStep::Each => Matches::Each,
                _ => matches,
            };
        }
    }

    fn push_slice(&mut self, path: &mut String, slice: &Slice) {
        let mut bound = |bound: &Option<Expr>| {
            let bound = bound.as_ref()?;
            let index = literal_index(bound);
            if index.is_none() {
                self.needs_jsonata(bound.span, "an index that is computed");
            }
            index
        };
        let (mut from, to) = (bound(&slice.from), bound(&slice.to));
        // A path with both indices counts both from the same end.
        match (from, to) {
            (Some(0), Some(..0)) => from = None,
            (Some(1..), Some(..0)) | (Some(..0), Some(0..)) => {
                let what = "a part of a list whose ends are counted from different ends";
                self.report_unsayable(slice.span, what, "count both from one end, or use `query jsonata`");
            }
            _ => {}
        }
        let text = |bound: Option<i64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
        path.push_str(&format!("[{}:{}]", text(from), text(to)));
    }

    /// Returns a filter with the steps after it as a path; `None` if the steps do not read its items.
    pub(super) fn filtered_items(&mut self, place: ValueSite<'_, 'a>, expr: &Expr) -> Option<String> {
        let ExprKind::Access(value, segments) = &expr.kind else { return None };
        let ExprKind::Call { name, arguments } = &value.kind else { return None };
        if !is_filter(&name.value, arguments) || !segments.first().is_some_and(Segment::is_each) {
            return None;
        }
        let mut path = self.filtered(place, arguments);
        let accessed = self.analysis.accessed(place, expr, (value, segments));
        self.push_steps(&mut path, (&accessed.steps, segments), Matches::List);
        Some(path)
    }

    /// Returns `$filter(xs, |x| …)` as a path.
    pub(super) fn filtered(&mut self, place: ValueSite<'_, 'a>, arguments: &[Expr]) -> String {
        let (Some((.., closure)), [list, ..]) = (callback("$filter", arguments), arguments) else {
            return "$".to_owned();
        };
        let path = self.whole_list(place, list);
        if let Some(index) = closure.parameters.get(1) {
            self.needs_jsonata(index.span, "a filter by the index of an item");
        }
        let scope = self.analysis.closure_scope(&place, "$filter", arguments);
        let inner = scope.as_ref().map_or(place, |scope| place.inside(scope));
        let condition = self.filter_condition(inner, &closure.body);
        format!("{path}[?({condition})]")
    }

    /// Returns the path of a list that is a single value.
    fn whole_list(&mut self, place: ValueSite<'_, 'a>, list: &Expr) -> String {
        match &list.kind {
            ExprKind::Paren(inner) => return self.whole_list(place, inner),
            ExprKind::Path(path) => return path.value.clone(),
            ExprKind::Invalid(_) => return "$".to_owned(),
            ExprKind::Reference(reference) if !reads_several(reference) => {
                if let LoweredReference::Data(path) = self.path(place, list, reference) {
                    return path;
                }
            }
            _ => {}
        }
        let help = "filter a list of the data by one condition, `a && b`, or use `query jsonata`";
        self.report_unsayable(list.span, "a filter of a list that is computed", help);
        "$".to_owned()
    }

    /// Returns a condition in the syntax of a filter. Its operators bind like the operators of the language.
    fn filter_condition(&mut self, place: ValueSite<'_, 'a>, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Paren(inner) => format!("({})", self.filter_condition(place, inner)),
            ExprKind::Unary(UnaryOp::Not, inner) => match &inner.kind {
                ExprKind::Paren(_) => format!("!{}", self.filter_condition(place, inner)),
                _ => format!("!({})", self.filter_condition(place, inner)),
            },
            ExprKind::Binary(BinaryOp::In, _, value, list) => match &list.kind {
                ExprKind::Array(items) => {
                    let items: Vec<_> = items.iter().map(|item| self.filter_operand(place, item)).collect();
                    format!("{} in [{}]", self.filter_operand(place, value), items.join(", "))
                }
                _ => self.refuse_condition(expr),
            },
            ExprKind::Binary(op, _, left, right) => {
                if !(BinaryOp::Or..=BinaryOp::GreaterEqual).contains(op) {
                    return self.refuse_condition(expr);
                }
                let sign = sign(*op);
                let [left, right] = [left, right].map(|side| match op {
                    BinaryOp::And | BinaryOp::Or => self.filter_condition(place, side),
                    _ => self.filter_operand(place, side),
                });
                format!("{left} {sign} {right}")
            }
            ExprKind::Call { name, arguments } => match (name.value.as_str(), arguments.as_slice()) {
                ("is_present", [value]) => self.filter_operand(place, value),
                ("is_null", [value]) => format!("{} == null", self.filter_operand(place, value)),
                _ => self.refuse_condition(expr),
            },
            ExprKind::Reference(_) => format!("{} == true", self.filter_operand(place, expr)),
            ExprKind::Invalid(_) => "@".to_owned(),
            _ => self.refuse_condition(expr),
        }
    }

    fn filter_operand(&mut self, place: ValueSite<'_, 'a>, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Paren(inner) => self.filter_operand(place, inner),
            ExprKind::Reference(reference) => self.filter_reference(place, expr, reference),
            ExprKind::Constant(path) => {
                format!("'{}'", self.slots.inside(Source::Constant(path.clone()), Escape::Intrinsic))
            }
            ExprKind::Unary(UnaryOp::Negate, inner) if matches!(inner.kind, ExprKind::Number(_)) => {
                format!("-{}", self.filter_operand(place, inner))
            }
            ExprKind::Invalid(_) => "@".to_owned(),
            _ => match self.scalar_literal(expr, Escape::Json) {
                Some(Value::String(text)) => format!("'{}'", escape(&text, false)),
                Some(other) => other.to_string(),
                None => self.refuse_condition(expr),
            },
        }
    }

    /// Returns a member of the item, a parameter, or data with the same root as the list.
    fn filter_reference(&mut self, place: ValueSite<'_, 'a>, expr: &Expr, reference: &Reference) -> String {
        let resolved = self.analysis.resolved(place, expr, reference);
        let root = match &resolved.base {
            Base::Parameter(_) => "@",
            Base::StateInput | Base::Result | Base::Nothing => "$",
            Base::Param(name) => return self.intrinsic_hole(self.source(name, reference), &resolved.ty.clone()),
            Base::Context | Base::Variable(_) | Base::ErrorOutput => {
                let help = "compare with a literal, a parameter or `state`, or use `query jsonata`";
                self.report_unsayable(expr.span, "a filter that compares with other data", help);
                return "@".to_owned();
            }
        };
        if reads_several(reference) {
            self.refuse_condition(expr);
        }
        let mut path = root.to_owned();
        self.push_steps(&mut path, (&resolved.steps, &reference.segments), Matches::One);
        path
    }

    fn refuse_condition(&mut self, expr: &Expr) -> String {
        // A function of JSONata was reported.
        if !matches!(&expr.kind, ExprKind::Call { name, .. } if name.value.starts_with('$')) {
            let help = "a filter compares members of the item with literals, joined by `&&`, `||` and `!`; `query \
                        jsonata` computes anything else";
            self.report_unsayable(expr.span, "this condition of a filter", help);
        }
        "@".to_owned()
    }
}
