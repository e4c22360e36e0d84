//! Lowers references to the query languages: `$.a.b`, `$states.input.a.b`.

use workflow_asl::jsonata::Node;
use workflow_asl::path::in_brackets;

use super::path_list::Matches;
use super::slot::Source;
use super::{Lowering, ValueSite};
use crate::check::{Base, Ty, is_express_child};
use crate::syntax::ast::{Expr, Quotes, Reference};

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
            Base::Param(name) => return LoweredReference::Param(self.source(name, reference), resolved.ty.clone()),
            Base::Context => "$$".to_owned(),
            Base::Variable(name) | Base::Parameter(name) => format!("${name}"),
            // The context determines the meaning of `$`. An unknown reference was reported.
            Base::StateInput | Base::Result | Base::ErrorOutput | Base::Nothing => "$".to_owned(),
        };
        self.push_steps(&mut path, (&resolved.steps, &reference.segments), Matches::One);
        self.word(place, expr, &path);
        LoweredReference::Data(path)
    }

    /// Returns a reference as JSONata.
    pub(super) fn jsonata_reference(&mut self, place: ValueSite<'_, 'a>, expr: &Expr, reference: &Reference) -> Node {
        let resolved = self.analysis.resolved(place, expr, reference);
        let mut steps = resolved.steps.as_slice();
        let base = match &resolved.base {
            Base::Param(name) => return self.jsonata_slot(self.source(name, reference)),
            Base::Context => states("context"),
            Base::Result if is_express_child(place.state) => {
                let (base, rest) = self.express_result(place, steps);
                steps = rest;
                base
            }
            Base::Result => states("result"),
            Base::ErrorOutput => states("errorOutput"),
            Base::Variable(name) => Node::variable(name),
            Base::Parameter(name) => Node::variable(self.parameter(name)),
            // An unknown reference was reported.
            Base::StateInput | Base::Nothing => states("input"),
        };
        self.jsonata_steps(place, base, (steps, reference.segments.as_slice()), &resolved.ty)
    }
}

/// Returns whether a path accepts a member's name after a dot.
pub fn fits_after_dot(name: &str) -> bool {
    let plain = |ch: char| ch.is_ascii_alphanumeric() || matches!(ch, '_' | '-' | '$' | '{' | '}');
    !name.is_empty() && name.chars().all(plain)
}

/// Returns `$states.member`.
pub(super) fn states(member: &str) -> Node {
    Node::variable("states").member(member)
}

/// Returns whether a path accepts a member's name without quotes.
fn is_word(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|other| other.is_ascii_alphanumeric() || other == '_')
}

/// Appends a member to a JSONPath, in brackets if it is not a plain word, or if the source has brackets.
pub(super) fn push_path_member(path: &mut String, name: &str, quoted: Quotes) {
    let dotted = match quoted {
        Quotes::None => is_word(name),
        Quotes::Brackets => false,
        Quotes::Dot => fits_after_dot(name),
    };
    if dotted {
        path.push('.');
        path.push_str(name);
    } else {
        // Brackets cannot contain this name. The rules report it as malformed.
        path.push_str(&in_brackets(name).unwrap_or_else(|| format!("['{name}']")));
    }
}
