//! References in the text of a string, `"order {input.id}"`, which are no references here; and the defaults of absent values.

use workflow_asl::Code;

use crate::check::analysis::Analysis;
use crate::check::sink::Sink;
use crate::check::types::Ty;
use crate::problem::Problem;
use crate::syntax::ast::{Reference, Root, TokenSpan, plain};
use crate::syntax::reference_in_text;

impl<'a> Analysis<'a> {
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
pub(super) const OPEN: &str = "…";

/// Returns a default for an absent value, for types that it certainly fits.
pub(super) fn written_default(ty: &Ty) -> &'static str {
    match ty {
        Ty::Bool => "false",
        Ty::Text => "\"\"",
        ty if ty.is_number() => "0",
        ty if ty.is_array() => "[]",
        _ => OPEN,
    }
}
