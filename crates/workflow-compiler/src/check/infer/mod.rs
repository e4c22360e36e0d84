//! Infers the type of every expression, and checks operands and arguments.

mod call;
pub(super) mod closure;
mod compare;
mod constant_condition;
mod jsonata;
mod operator;

use std::borrow::Cow;
use std::rc::Rc;

use workflow_asl::Code;
use workflow_asl::document::QueryLanguage;
use workflow_asl::result::Presence;

use self::closure::learn_of_items;
use self::compare::unknown_variant;
use super::analysis::Analysis;
use super::analysis::Inferred;
use super::expression_text::path_of;
use super::path::{Path, PathRoot, PathSegment, optional_text};
use super::regex::misplaced;
use super::resolution::{Base, Resolved};
use super::resolve::WalkStart;
use super::sink::Sink;
use super::types::{Ty, unlike};
use super::value_site::{ValueField, ValueSite};
use crate::problem::{Edit, Problem};
use crate::question::QuestionKind;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Reference, Root, Segment, Text, TokenSpan, UnaryOp, plain};
use crate::syntax::reference_in_text;
use crate::syntax::spelling::spelled;

impl<'a> Analysis<'a> {
    /// The known type of an expression in its place. The checks report its problems.
    pub fn type_of(&self, place: ValueSite<'_, 'a>, expr: &Expr) -> Ty {
        self.infer(place, expr, &mut Sink::silent())
    }

    /// Returns the same for a value that the state gives, with the values that are known to be present when the state
    /// begins.
    pub(super) fn narrowed_type(&self, place: ValueSite<'_, 'a>, expr: &Expr) -> Ty {
        self.type_of(place.knowing(self.narrowing(place.state)), expr).assume_present()
    }

    /// Resolves the reference that this expression is; never fails. Unknown members keep their text, and their type is
    /// unknown.
    pub fn resolved(&self, place: ValueSite<'_, 'a>, expr: &Expr, reference: &Reference) -> Rc<Resolved> {
        match self.expressions.read(place, expr.id) {
            Some(Inferred::Reference(resolved)) => resolved,
            _ => Rc::new(self.resolve(place, reference)),
        }
    }

    /// Returns the part of a value that this expression reads after the value.
    pub fn accessed(
        &self,
        place: ValueSite<'_, 'a>,
        expr: &Expr,
        (value, segments): (&Expr, &[Segment]),
    ) -> Rc<Resolved> {
        match self.expressions.read(place, expr.id) {
            Some(Inferred::Reference(accessed)) => accessed,
            _ => Rc::new(self.infer_access(place, value, segments, &mut Sink::silent())),
        }
    }

    /// Returns whether an expression may give nothing, or `null`, by its known type.
    pub fn may_be_null_or_absent(&self, place: ValueSite<'_, 'a>, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Paren(inner) | ExprKind::Unary(UnaryOp::Negate, inner) => {
                self.may_be_null_or_absent(place, inner)
            }
            ExprKind::Binary(op, _, left, right) if *op >= BinaryOp::Add => {
                self.may_be_null_or_absent(place, left) || self.may_be_null_or_absent(place, right)
            }
            ExprKind::Reference(reference) => {
                let resolved = self.resolved(place, expr, reference);
                resolved.presence != Presence::Always || resolved.ty.is_option() || resolved.ty.is_open()
            }
            // The result of raw JSONata is unknown.
            ExprKind::Jsonata(_) => true,
            ExprKind::Raw(raw) if raw.ty.is_none() => true,
            ExprKind::Text(text) => text.starts_with("{%"),
            _ => {
                let ty = self.type_of(place, expr);
                ty.is_option() || ty.is_open()
            }
        }
    }

    /// Returns the type of an expression; every problem in it goes to the sink. With a silent sink, the stored type is
    /// returned.
    pub(super) fn infer(&self, place: ValueSite<'_, 'a>, expr: &Expr, sink: &mut Sink<'_>) -> Ty {
        let trial = place.is_trial();
        if let (false, false, Some(inferred)) = (trial, sink.listens(), self.expressions.read(place, expr.id)) {
            return inferred.into_ty();
        }
        let inferred = match &expr.kind {
            ExprKind::Reference(reference) => {
                let are_right = self.infer_indices(place, &reference.segments, sink);
                let sink = if are_right { sink } else { &mut Sink::silent() };
                Inferred::Reference(Rc::new(self.follow(place, reference, sink)))
            }
            ExprKind::Access(value, segments) => {
                Inferred::Reference(Rc::new(self.infer_access(place, value, segments, sink)))
            }
            _ => {
                let ty = self.infer_value(place, expr, sink);
                Inferred::Type(
                    expr.declared.iter().fold(ty, |ty, declared| self.as_declared(ty, &self.types.ty(declared))),
                )
            }
        };
        if !trial {
            self.expressions.note(place, expr.id, &inferred);
        }
        inferred.into_ty()
    }

    /// Returns the part of a value that is not a reference.
    fn infer_access(
        &self,
        place: ValueSite<'_, 'a>,
        value: &Expr,
        segments: &[Segment],
        sink: &mut Sink<'_>,
    ) -> Resolved {
        let ty = self.infer(place, value, sink);
        let are_right = self.infer_indices(place, segments, sink);
        let sink = if are_right { sink } else { &mut Sink::silent() };
        let mut steps = Vec::new();
        let unknown = if matches!(value.kind, ExprKind::Object(_)) { "{…}" } else { "…" };
        let path = path_of(value, unknown);
        let mut facts = Cow::Borrowed(place.facts);
        if segments.first().is_some_and(Segment::is_each) {
            let mut item = path.clone().into_owned();
            item.segments.push(PathSegment::Each);
            learn_of_items(facts.to_mut(), value, &item);
        }
        let (ty, presence) = self.walk(path, ty, (segments, &[]), WalkStart::Value, &facts, &mut steps, sink);
        Resolved { base: Base::Nothing, steps, ty, presence }
    }

    /// Returns the type of an expression that is neither a reference nor a part of a value.
    fn infer_value(&self, place: ValueSite<'_, 'a>, expr: &Expr, sink: &mut Sink<'_>) -> Ty {
        match &expr.kind {
            ExprKind::Null => Ty::Null,
            ExprKind::Bool(_) => Ty::Bool,
            ExprKind::Number(text) if text.parse().is_ok_and(|number: f64| number.fract() != 0.0) => Ty::FLOAT,
            ExprKind::Number(_) | ExprKind::Duration(_) => Ty::INTEGER,
            ExprKind::Text(text) => {
                let raw = place.state.language == QueryLanguage::Jsonata && text.starts_with("{%");
                if raw {
                    return self.infer_jsonata(place, (text, expr.span), Vec::new(), sink);
                }
                if place.position != ValueField::Literal {
                    self.braces_in_text((text, expr.span), sink);
                }
                Ty::Text
            }
            ExprKind::Object(members) => {
                let typed = members.iter().map(|member| {
                    if place.state.language == QueryLanguage::Jsonata && member.key.value.ends_with(".$") {
                        sink.report(|| jsonpath_key(&member.key));
                    }
                    let ty = match member.optional {
                        true => self.infer(place.knowing(&place.facts.asking()), &member.value, sink),
                        false => self.infer(place, &member.value, sink),
                    };
                    if !member.optional {
                        self.needed(place, &member.value, Some(&member.key), sink);
                    }
                    match member.key.value.strip_suffix(".$") {
                        Some(key) if place.state.language == QueryLanguage::JsonPath => (key.to_owned(), Ty::Unknown),
                        _ if member.optional => (member.key.value.clone(), ty.or_absent()),
                        _ => (member.key.value.clone(), ty.assume_present()),
                    }
                });
                Ty::object(typed)
            }
            ExprKind::Array(items) => {
                let typed = items.iter().map(|item| {
                    let ty = self.infer(place, item, sink).assume_present();
                    self.needed(place, item, None, sink);
                    ty
                });
                let types: Vec<_> = typed.collect();
                types.into_iter().reduce(Ty::join).map_or(Ty::NO_ITEMS, |item| Ty::Array(Box::new(item)))
            }
            ExprKind::Unary(op, operand) => self.infer_unary(place, *op, operand, sink),
            ExprKind::Binary(op, span, left, right) => self.infer_binary(place, (*op, *span), left, right, sink),
            ExprKind::If(condition, yes, no) => {
                self.infer_condition(place, condition, sink);
                let yes = self.infer(place.knowing(&place.facts.and(condition, true)), yes, sink);
                let no = self.infer(place.knowing(&place.facts.and(condition, false)), no, sink);
                yes.join(no)
            }
            ExprKind::Call { name, arguments } => self.infer_call(place, (name, arguments), expr.span, sink),
            ExprKind::Closure(closure) => {
                let ty = sink.error(|| closure::no_closure(None, closure));
                self.infer_body(place, closure, &[], sink);
                ty
            }
            ExprKind::Variant { ty, variant } => {
                let name = plain(ty);
                let Some(decl) = self.types.enums.get(&name) else {
                    if let Some(reported) = self.may_be_declared(&name) {
                        return Ty::Error(reported);
                    }
                    return sink.error(|| {
                        let problem = Problem::new(Code::UnknownType, ty.span(), format!("unknown enum `{name}`"));
                        if self.types.enums_with_data.contains(&name) {
                            let message = format!("`{name}` has variants with data, so `{name}::{variant}` is not a text");
                            return Problem::new(Code::UnknownType, ty.span(), message)
                                .help("write the JSON of the variant: an object, or its name in quotes");
                        }
                        if self.states.contains_key(&name) {
                            let written = format!("{name}.{}", plain(variant));
                            let whole = TokenSpan::from(ty.span()).to(variant.span().into());
                            return problem.help(format!("write `{written}`")).edit(Edit::over(whole, written));
                        }
                        let problem = problem.suggest(&name, self.types.enums.keys().map(String::as_str));
                        problem.or_help(|| {
                            format!("declare it: `enum {name} {{ {variant} }}`; a constant of your Rust code is `const {name}::{variant}`")
                        })
                    });
                };
                if self.types.variant_wire(&name, &plain(variant)).is_none() {
                    return sink.error(|| {
                        let known: Vec<_> = decl.variants.iter().map(|decl| plain(&decl.name)).collect();
                        let message = format!("`{name}` has no variant `{}`", plain(variant));
                        unknown_variant(message, variant.span().into(), &plain(variant), &known, false)
                    });
                }
                Ty::Enum(name)
            }
            ExprKind::Paren(inner) => self.infer(place, inner, sink),
            ExprKind::Jsonata(text) => self.infer_jsonata(place, (&text.value, text.span), Vec::new(), sink),
            ExprKind::Raw(raw) => self.infer_raw(place, raw, sink),
            ExprKind::Regex(_) => sink.error(|| misplaced(expr.span)),
            ExprKind::Invalid(reported) => Ty::Error(*reported),
            ExprKind::Reference(_) | ExprKind::Access(..) | ExprKind::Constant(_) | ExprKind::Path(_) => Ty::Unknown,
        }
    }

    /// A value that must be present: an absent value fails the state that reads it.
    pub(super) fn needed(&self, place: ValueSite<'_, 'a>, expr: &Expr, key: Option<&Text>, sink: &mut Sink<'_>) {
        match &expr.kind {
            ExprKind::Paren(inner) => self.needed(place, inner, key, sink),
            ExprKind::If(condition, yes, no) => {
                self.needed(place.knowing(&place.facts.and(condition, true)), yes, key, sink);
                self.needed(place.knowing(&place.facts.and(condition, false)), no, key, sink);
            }
            ExprKind::Binary(BinaryOp::Default, _, left, right)
                if self.type_of(place, left).may_be_null_or_absent() =>
            {
                self.needed(place, right, key, sink);
            }
            // Another finding reports that JSONPath cannot express `?`.
            ExprKind::Reference(reference)
                if sink.listens() && (place.state.language == QueryLanguage::Jsonata || !reference.optional) =>
            {
                let read = self.resolved(place, expr, reference);
                let in_jsonata = place.state.language == QueryLanguage::Jsonata;
                let help = |words: &str, default: &str| left_out_help(place, reference, (words, default), key);
                if read.is_left_out() {
                    sink.report(|| {
                        let words = optional_text(reference);
                        let message = format!("`{words}` may be absent, in which case this state fails");
                        let problem = Problem::new(Code::UnguardedOption, expr.span, message);
                        // The steps that are tested with `?.` stay so.
                        let written = if in_jsonata { spelled(expr) } else { words };
                        let default = written_default(read.ty.present());
                        let problem = help(&written, default).into_iter().fold(problem, Problem::help);
                        match in_jsonata && default != OPEN {
                            true => problem.edit(Edit::over(expr.span, format!("{written} ?? {default}"))),
                            false => problem,
                        }
                    });
                } else if let (Ty::Foreign(of), false) = (&read.ty, reference.optional) {
                    sink.ask(of, expr.span, || {
                        let words = optional_text(reference);
                        let help = help(&words, "…");
                        QuestionKind::Present { words, effect: ", in which case this state fails", help }
                    });
                }
            }
            ExprKind::Call { .. } | ExprKind::Access(..) if sink.listens() && self.gives_nothing(place, expr) => {
                let message = "this value may be absent, in which case this state fails";
                let problem = Problem::new(Code::UnguardedOption, expr.span, message);
                sink.push(problem.help("give a default with `??`"));
            }
            _ => {}
        }
    }

    /// Returns whether a function or an item gives nothing if its operand is absent.
    pub(in crate::check) fn gives_nothing(&self, place: ValueSite<'_, 'a>, expr: &Expr) -> bool {
        let absent = |value: &Expr| match &value.kind {
            ExprKind::Reference(reference) => self.resolved(place, value, reference).is_left_out(),
            // The fragment by itself tests the optional members of its arguments.
            ExprKind::Access(of, _) if of.declared.is_some() => false,
            _ => self.type_of(place, value).may_be_absent(),
        };
        // An absent list is an empty one where lists are joined.
        let joined = |value: &Expr| absent(value) && !self.type_of(place, value).present().is_array();
        match &expr.kind {
            ExprKind::Call { name, arguments } => match (name.value.as_str(), arguments.as_slice()) {
                ("$boolean" | "$not" | "$type", [value]) => absent(value),
                ("$distinct" | "$merge", [value]) => joined(value),
                ("$append", [a, b]) => joined(a) && joined(b),
                _ => absent(expr),
            },
            _ => absent(expr),
        }
    }

    /// Returns whether each index may be a number.
    fn infer_indices(&self, place: ValueSite<'_, 'a>, segments: &[Segment], sink: &mut Sink<'_>) -> bool {
        let mut are_right = true;
        let mut infer = |index: &Expr| {
            let ty = self.infer(place, index, sink);
            if ty.is_unknown() || ty.is_number() {
                return;
            }
            are_right = false;
            let problem = unlike(Code::UnlikeTypes, index.span, "an index must be a number", &ty);
            sink.push(match ty {
                Ty::Bool => problem.help("in JSONata `$filter(…, |x| x.total > 10)` selects the items of a condition"),
                ty if ty.is_text() && !matches!(index.kind, ExprKind::Text(_)) => {
                    problem.help(format!("in JSONata `$lookup(…, {})` is a member of a map", spelled(index)))
                }
                _ => problem,
            });
        };
        for segment in segments {
            match segment {
                // A text in brackets is a name, unless more follows, which is reported.
                Segment::Index(Expr { kind: ExprKind::Text(_), .. }) => {}
                Segment::Index(index) => infer(index),
                Segment::Slice(slice) => slice.bounds().for_each(&mut infer),
                Segment::Member { .. } | Segment::Each { .. } => {}
            }
        }
        are_right
    }

    /// A string with references in braces, as other languages fill them in: `"order {input.id}"`.
    pub(in crate::check) fn braces_in_text(&self, (text, span): (&str, TokenSpan), sink: &mut Sink<'_>) {
        if !sink.listens() || !text.contains('{') || text.starts_with("{%") {
            return;
        }
        let inside = text.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0));
        let named = inside.filter(|words| {
            reference_in_text(words.trim(), span).is_some_and(|reference| self.is_reference(&reference))
        });
        if let Some(words) = named.into_iter().next() {
            let problem = Problem::new(Code::ReferenceAsText, span, format!("`{{{words}}}` is treated as text"));
            sink.push(problem.help(format!("text is joined with `+`: `\"…\" + {}`", words.trim())));
        }
    }

    /// Returns whether words in a string surely name something of the workflow.
    fn is_reference(&self, reference: &Reference) -> bool {
        !reference.segments.is_empty()
            && match &reference.root {
                Root::StateResult(name) => self.states.contains_key(&plain(name)),
                Root::Variable(name) => !self.lacks_variable(name),
                _ => true,
            }
    }
}

/// Stands for a default that is not known.
const OPEN: &str = "…";

/// Returns a default for an absent value, for types that it certainly fits.
fn written_default(ty: &Ty) -> &'static str {
    match ty {
        Ty::Bool => "false",
        Ty::Text => "\"\"",
        ty if ty.is_number() => "0",
        ty if ty.is_array() => "[]",
        _ => OPEN,
    }
}

/// Returns how to fix a read of a possibly absent value, which is a member's value if `key` is given.
fn left_out_help(
    place: ValueSite<'_, '_>,
    reference: &Reference,
    (text, default): (&str, &str),
    key: Option<&Text>,
) -> Vec<String> {
    match (place.state.language, &reference.root) {
        (QueryLanguage::Jsonata, _) => {
            let mut help = vec![format!("give a default: `{text} ?? {default}`")];
            help.extend(key.map(|key| format!("or omit the member: `{}?: {text}`", key.value)));
            help
        }
        (QueryLanguage::JsonPath, Root::Result) => {
            let segments = Path::of(reference).segments;
            let later = Path { root: PathRoot::StateResult((&place.state.name).into()), segments };
            vec![format!("read `{later}` in a later state, where a choice has tested `is_present({later})`")]
        }
        (QueryLanguage::JsonPath, _) => vec![format!("test it in an earlier choice: `is_present({text})`")],
    }
}

/// JSONata computes values, never keys: `x.$` would be the field's whole name.
fn jsonpath_key(key: &Text) -> Problem {
    let name = key.value.trim_end_matches(".$");
    let message = format!("in a JSONata state, `{}` is the literal name of a field", key.value);
    Problem::new(Code::JsonPathKey, key.span, message).help(format!(
        "write `{name}: …` with a reference such as `input.x` or `state.x`, or give the state `query jsonpath`"
    ))
}
