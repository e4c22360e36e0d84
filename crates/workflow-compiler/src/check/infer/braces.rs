//! References in the text of a string, `"order {input.id}"`, which are no references here; and the defaults of absent values.

use workflow_asl::Code;

use crate::check::analysis::Analysis;
use crate::check::sink::Sink;
use crate::check::types::Ty;
use crate::check::value_site::ValueSite;
use crate::problem::Problem;
use crate::syntax::ast::{Expr, ExprKind, Reference, Root, TokenSpan, plain};
use crate::syntax::reference_in_text;
use crate::syntax::spelling::spelled_reference;

impl<'a> Analysis<'a> {
    /// A string with references in braces, as other languages fill them in: `"order {input.id}"`.
    pub(in crate::check) fn braces_in_text(
        &self,
        place: ValueSite<'_, 'a>,
        (text, span): (&str, TokenSpan),
        sink: &mut Sink<'_>,
    ) {
        if !sink.listens() || !text.contains('{') || text.starts_with("{%") {
            return;
        }
        let (mut first, mut parts, mut rest, mut is_text) = (None, Vec::new(), text, true);
        while let Some((before, words, reference, after)) = self.in_braces(rest, span) {
            first.get_or_insert(words);
            parts.extend((!before.is_empty()).then(|| format!("{before:?}")));
            parts.push(spelled_reference(&reference));
            is_text &= self.type_of(place, &Expr::made(ExprKind::Reference(reference), span)).is_text();
            rest = after;
        }
        let Some(words) = first else { return };
        parts.extend((!rest.is_empty()).then(|| format!("{rest:?}")));
        let problem = Problem::new(Code::ReferenceAsText, span, format!("`{words}` is treated as text"));
        sink.push(match is_text {
            true => problem.write(parts.join(" + ")),
            false => problem.help("text is joined with `+`: `\"order \" + input.id`"),
        });
    }

    /// Returns the first reference in braces: the text before it, its words with the braces, itself, the text after it.
    fn in_braces<'t>(&self, text: &'t str, span: TokenSpan) -> Option<(&'t str, &'t str, Reference, &'t str)> {
        let mut from = 0;
        while let Some(open) = text.get(from..)?.find('{').map(|at| from + at) {
            let close = text.get(open..)?.find('}').map(|at| open + at)?;
            let inner = text.get(open + 1..close)?;
            if let Some(reference) = reference_in_text(inner.trim().trim_start_matches('{').trim(), span)
                && self.is_reference(&reference)
            {
                let start = if inner.starts_with('{') { open } else { open - prefix(text.get(..open)?) };
                let is_double = inner.starts_with('{') && text.get(close + 1..)?.starts_with('}');
                let end = close + 1 + usize::from(is_double);
                return Some((text.get(..start)?, text.get(start..end)?, reference, text.get(end..)?));
            }
            from = open + 1;
        }
        None
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

/// Returns the number of characters before a brace that belong to it: `$` or `#`.
fn prefix(before: &str) -> usize {
    usize::from(before.ends_with(['$', '#']))
}

/// Returns a default for an absent value, for types that it certainly fits.
pub(super) fn written_default(ty: &Ty) -> Option<&'static str> {
    Some(match ty {
        Ty::Bool => "false",
        Ty::Text => "\"\"",
        ty if ty.is_number() => "0",
        ty if ty.is_array() => "[]",
        _ => return None,
    })
}
