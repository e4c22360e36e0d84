//! References in the query languages: `$.a.b`, `$states.input.a.b`.

use workflow_asl::path::in_brackets;

use super::slot::Source;
use super::{Lowering, ValueSite};
use crate::check::{AccessStep, Base, Ty};
use crate::syntax::ast::{Expr, Reference, Segment};

/// The lowered form of a reference.
pub(super) enum LoweredReference {
    /// A path or expression.
    Data(String),
    /// A parameter.
    Param(Source, Ty),
}

impl<'a> Lowering<'_, 'a> {
    /// Returns a reference as a JSONPath.
    pub(super) fn path(&mut self, place: ValueSite<'_, 'a>, expr: &Expr, reference: &Reference) -> LoweredReference {
        let resolved = self.analysis.resolved(place, expr, reference);
        let mut path = match &resolved.base {
            Base::Param(name) => return LoweredReference::Param(Source::Param(name.clone()), resolved.ty.clone()),
            Base::Context => "$$".to_owned(),
            Base::Variable(name) => format!("${name}"),
            // The context determines which of them `$` is. An unknown reference was reported.
            Base::StateInput | Base::Result | Base::ErrorOutput | Base::Nothing => "$".to_owned(),
        };
        for step in &resolved.steps {
            match step {
                AccessStep::Member { name, quoted } => push_path_member(&mut path, name, *quoted),
                AccessStep::Index(index) => path.push_str(&format!("[{index}]")),
                AccessStep::Each => path.push_str("[*]"),
                AccessStep::Computed(segment) => {
                    let Some(Segment::Index(index)) = reference.segments.get(*segment) else { continue };
                    self.needs_jsonata(index.span, "an index that is computed");
                }
            }
        }
        LoweredReference::Data(path)
    }

    /// Returns a reference as a JSONata expression, which has the highest precedence.
    pub(super) fn jsonata_reference(
        &mut self,
        place: ValueSite<'_, 'a>,
        expr: &Expr,
        reference: &Reference,
    ) -> LoweredReference {
        let resolved = self.analysis.resolved(place, expr, reference);
        let text = match &resolved.base {
            Base::Param(name) => return LoweredReference::Param(Source::Param(name.clone()), resolved.ty.clone()),
            Base::Context => "$states.context".to_owned(),
            Base::Result => "$states.result".to_owned(),
            Base::ErrorOutput => "$states.errorOutput".to_owned(),
            Base::Variable(name) => format!("${name}"),
            // An unknown reference was reported.
            Base::StateInput | Base::Nothing => "$states.input".to_owned(),
        };
        let steps = (resolved.steps.as_slice(), reference.segments.as_slice());
        LoweredReference::Data(self.jsonata_steps(place, text, steps, &resolved.ty).text)
    }
}

/// Returns whether both languages accept it as a member's name without quotes.
fn is_word(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|other| other.is_ascii_alphanumeric() || other == '_')
}

/// Appends a member to a JSONPath, in brackets if it is not a plain word, or if the source has brackets.
pub(super) fn push_path_member(path: &mut String, name: &str, quoted: bool) {
    if is_word(name) && !quoted {
        path.push('.');
        path.push_str(name);
    } else {
        // A name that brackets cannot contain is malformed, which the rules report.
        path.push_str(&in_brackets(name).unwrap_or_else(|| format!("['{name}']")));
    }
}

/// The words of JSONata that are not names.
const JSONATA_WORDS: [&str; 7] = ["and", "or", "in", "true", "false", "null", "function"];

/// Appends a member to a JSONata path, in back-ticks if it is not a plain name.
pub(super) fn push_jsonata_member(text: &mut String, name: &str) {
    text.push('.');
    if name.contains('`') {
        // A back-ticked name cannot contain a back-tick.
        text.truncate(text.len() - 1);
        let object = std::mem::take(text);
        *text = format!("$lookup({object}, {})", super::jsonata::quote(name));
    } else if is_word(name) && !JSONATA_WORDS.contains(&name) {
        text.push_str(name);
    } else {
        text.push_str(&format!("`{name}`"));
    }
}
