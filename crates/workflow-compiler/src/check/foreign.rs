//! References into user-defined Rust types, and the questions about their values.

use workflow_asl::Code;

use super::flow::Narrowing;
use super::function::Argument;
use super::path::{Path, PathSegment, unknown_member};
use super::sink::Sink;
use super::types::{Ty, article};
use crate::question::{DEPTH, Foreign, ForeignMember, ForeignStep, QuestionKind};
use crate::syntax::ast::{Expr, ExprKind, Segment, TokenSpan};
use crate::syntax::spelling::spelled;

/// Kinds of JSON values, as workflow-runtime counts them.
pub(super) mod kinds {
    use workflow_asl::json_kind::JsonKind;

    /// `null`
    pub(in crate::check) const NULL: u8 = 1;
    /// `true` and `false`
    pub(in crate::check) const BOOL: u8 = 2;
    /// Whole numbers.
    pub(in crate::check) const WHOLE: u8 = 4;
    /// Numbers with or without a fraction.
    pub(in crate::check) const NUMBER: u8 = WHOLE | FRACTION | OPEN;
    /// Text.
    pub(in crate::check) const TEXT: u8 = 8;
    /// Arrays.
    pub(in crate::check) const ARRAY: u8 = 16;
    /// Objects.
    pub(in crate::check) const OBJECT: u8 = 32;
    /// Together with [`WHOLE`]: numbers with a fraction.
    pub(in crate::check) const FRACTION: u8 = 64;
    /// Together with [`FRACTION`]: numbers that may have a fraction.
    pub(in crate::check) const OPEN: u8 = 128;

    /// Returns the values of a kind.
    pub(in crate::check) fn of(kind: JsonKind) -> u8 {
        match kind {
            JsonKind::Null => NULL,
            JsonKind::Bool => BOOL,
            JsonKind::Number => NUMBER,
            JsonKind::Text => TEXT,
            JsonKind::Array => ARRAY,
            JsonKind::Object => OBJECT,
        }
    }
}

impl Foreign {
    /// Returns the type of its items.
    pub(super) fn item(&self) -> Ty {
        let mut item = self.clone();
        item.steps.push(ForeignStep { to: ForeignMember::Computed, certain: true, tag: None });
        Ty::Foreign(Box::new(item))
    }

    /// Follows a step of a reference; `path` is the one before it.
    pub(super) fn step(
        &self,
        (segment, last): (&Segment, bool),
        path: &Path<'_>,
        input: bool,
        facts: &Narrowing,
        sink: &mut Sink<'_>,
    ) -> Ty {
        if self.steps.len() >= DEPTH {
            return Ty::Unknown;
        }
        let span = segment.span();
        let step = PathSegment::of(segment);
        let to = match &step {
            PathSegment::Member(name) => ForeignMember::Name(name.clone().into_owned()),
            PathSegment::Index(index) => ForeignMember::Index(*index),
            PathSegment::Computed | PathSegment::Slice(_) | PathSegment::Each => ForeignMember::Computed,
        };
        let mut inner = path.clone();
        inner.segments.push(step);
        let certain = facts.present(&inner);
        let mut next = self.clone();
        next.steps.push(ForeignStep { to, certain, tag: facts.tag_in(path) });
        let code = unknown_member(input);
        sink.ask(&next, span, || QuestionKind::Member { words: path.to_string(), code, last });
        Ty::Foreign(Box::new(next))
    }
}

impl Sink<'_> {
    /// Makes rustc compare the type of a user-defined value with the required type.
    pub(super) fn hold(&mut self, ty: &Ty, span: TokenSpan, kinds: u8, code: Code, wanted: &str) {
        if let Ty::Foreign(foreign) = ty.present() {
            let help = Vec::new();
            self.ask(foreign, span, || QuestionKind::Kind { kinds, wanted: wanted.to_owned(), code, help });
        }
    }

    /// The same for an operand that is compared with a value of another type.
    pub(super) fn hold_like(&mut self, (ty, operand): (&Ty, &Expr), (other, literal): (&Ty, &Expr)) {
        let Ty::Foreign(foreign) = ty.present() else { return };
        if let (ExprKind::Text(text), Ty::Text) = (&literal.kind, other) {
            self.ask(foreign, literal.span, || QuestionKind::Text { text: text.clone(), words: spelled(operand) });
        }
        // An optional value may be compared with `null`.
        let Some(kinds) = kinds_compared_with(other).filter(|_| *other != Ty::Null) else { return };
        let wanted = format!("`{}` cannot be compared with {}", spelled(operand), article(other));
        self.hold(ty, operand.span, kinds, Code::UnlikeTypes, &wanted);
    }
}

/// Returns the kinds of values that an argument may be.
pub(super) fn kinds_of_argument(argument: Argument) -> u8 {
    match argument {
        Argument::Any => u8::MAX,
        Argument::Regex => 0,
        Argument::Text => kinds::TEXT,
        Argument::Number => kinds::NUMBER,
        Argument::Numeric => kinds::NUMBER | kinds::TEXT | kinds::BOOL,
        Argument::List | Argument::Texts | Argument::Numbers => kinds::ARRAY,
        Argument::Bool => kinds::BOOL,
        Argument::Object | Argument::Objects => kinds::OBJECT | kinds::ARRAY,
    }
}

/// Returns the kinds of values that can be equal to one of a known type: a whole number is compared with any number.
pub(super) fn kinds_compared_with(ty: &Ty) -> Option<u8> {
    let kinds = kinds_of(ty)?;
    Some(if kinds & kinds::NUMBER == 0 { kinds } else { kinds | kinds::NUMBER })
}

/// Returns the kinds of values that a known type has; `None` where it is not known.
pub(super) fn kinds_of(ty: &Ty) -> Option<u8> {
    let present = ty.present();
    let kind = match present {
        _ if ty.is_unknown() => return None,
        Ty::Null => kinds::NULL,
        Ty::Bool => kinds::BOOL,
        Ty::Integer(_) => kinds::WHOLE,
        Ty::Float(_) => kinds::WHOLE | kinds::FRACTION,
        Ty::Number => kinds::NUMBER,
        ty if ty.is_text() => kinds::TEXT,
        Ty::Array(_) | Ty::Tuple(_) => kinds::ARRAY,
        _ => kinds::OBJECT,
    };
    Some(if ty.is_option() { kind | kinds::NULL } else { kind })
}
