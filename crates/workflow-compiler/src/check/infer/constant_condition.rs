//! Constant conditions: tests whose result follows from the type of a value.

use workflow_asl::Code;
use workflow_asl::document::QueryLanguage;
use workflow_asl::result::Presence;

use crate::check::analysis::Analysis;
use crate::check::path::Path;
use crate::check::sink::Sink;
use crate::check::types::{Ty, article};
use crate::check::value_site::ValueSite;
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{Expr, ExprKind, NodeId, Reference, Root, Segment, TokenSpan};

/// In a use of a fragment, the answer follows from the arguments: other uses have other answers.
impl<'a> Analysis<'a> {
    /// Reports a test, such as `is_present`, whose result is always the same.
    pub(super) fn answer(
        &self,
        place: ValueSite<'_, 'a>,
        (test, span): (&str, TokenSpan),
        argument: &Expr,
        sink: &mut Sink<'_>,
    ) {
        if span.in_use != 0 || test != "$exists" && !test.starts_with("is_") && !test.starts_with("Is") {
            return;
        }
        let Some((reference, ty)) = self.always_there(place, argument) else { return };
        let (answer, is) = match test {
            "$exists" | "is_present" | "IsPresent" => (true, "always present".to_owned()),
            "is_null" | "IsNull" => (false, "never `null`".to_owned()),
            _ => match tells(test, &ty) {
                Some(answer) => (answer, format!("always {}", article(&ty))),
                None => return,
            },
        };
        sink.report(|| {
            let words = Path::of(reference).to_string();
            let message = format!("`{words}` is {is}, so `{test}` always returns `{answer}`");
            as_optional(Problem::new(Code::KnownAnswer, span, message), reference, &ty)
        });
    }

    /// Reports a default, at `span` its operator, that is never used.
    pub(super) fn unused_default(
        &self,
        place: ValueSite<'_, 'a>,
        left: &Expr,
        span: TokenSpan,
        right: &Expr,
        sink: &mut Sink<'_>,
    ) {
        // The default of an argument that may be absent is not in the source, and JSONPath has none.
        if span.in_use != 0 || right.id == NodeId::MADE || place.state.language == QueryLanguage::JsonPath {
            return;
        }
        let Some((reference, ty)) = self.always_there(place, left) else { return };
        sink.report(|| {
            let words = Path::of(reference).to_string();
            let message = format!("`{words}` is always present, so its default is never used");
            let problem = Problem::new(Code::KnownAnswer, span.to(right.span), message)
                .help(format!("write `{words}` alone"))
                .edit(Edit::over(span.to(right.span), ""));
            as_optional(problem, reference, &ty)
        });
    }

    /// Returns a reference to a value that is certainly present and not null, and its type. What is known only since it
    /// was tested before is not among it: that it is tested again does no harm.
    fn always_there<'e>(&self, place: ValueSite<'_, 'a>, value: &'e Expr) -> Option<(&'e Reference, Ty)> {
        let reference = match &value.kind {
            ExprKind::Reference(reference) => reference,
            ExprKind::Paren(inner) => return self.always_there(place, inner),
            _ => return None,
        };
        // A test of a variable asks whether it has a value, and the members of the context and of errors are not
        // declared.
        if matches!(reference.root, Root::Variable(_) | Root::Context | Root::Caught) || reference.optional {
            return None;
        }
        // An array may be shorter, and a map lack a key.
        let may_lack = |(number, segment): (usize, &Segment)| {
            let mut holder = reference.clone();
            holder.segments.truncate(number);
            matches!(segment, Segment::Index(_) | Segment::Slice(_) | Segment::Each { .. })
                || matches!(self.resolve(place.declared(), &holder).ty.present(), Ty::Map(_))
        };
        if reference.segments.iter().enumerate().any(may_lack) {
            return None;
        }
        let resolved = self.resolved(place.declared(), value, reference);
        let ty = &resolved.ty;
        let open = resolved.presence != Presence::Always || ty.may_be_null_or_absent() || ty.is_unknown();
        (!open && !self.type_of(place, value).is_error()).then(|| (reference, ty.clone()))
    }
}

/// Returns the result of a test for a value of this type; `None` if it is unknown.
fn tells(test: &str, ty: &Ty) -> Option<bool> {
    match test {
        "is_string" | "IsString" => Some(ty.is_text()),
        "is_numeric" | "IsNumeric" => Some(ty.is_number()),
        "is_boolean" | "IsBoolean" => Some(*ty == Ty::Bool),
        "is_timestamp" | "IsTimestamp" if *ty == Ty::Timestamp => Some(true),
        "is_timestamp" | "IsTimestamp" if !ty.is_text() => Some(false),
        _ => None,
    }
}

/// Adds how the workflow declares that a value is optional, where it may.
fn as_optional(problem: Problem, reference: &Reference, ty: &Ty) -> Problem {
    let declared = matches!(reference.root, Root::Input | Root::Item | Root::NamedItem(_));
    match declared && !reference.segments.is_empty() {
        true => problem.help(format!("if it may be absent or null, declare it as `Option<{}>`", ty.rust_name())),
        false => problem,
    }
}
