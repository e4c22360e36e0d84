//! The range that a finding is about within a string of the user's own: an expression, a path.

use std::ops::Range;

use serde_json::Value;
use workflow_asl::{Diagnostic, jsonata};

use super::{overlap, state_of};
use crate::check::Analysis;
use crate::literal_range::LiteralRange;
use crate::span::Locate;
use crate::syntax::ast::TokenSpan;

/// Returns the literal whose text the finding is about, and the part of it.
pub(super) fn within_text(
    finding: &Diagnostic,
    analysis: &Analysis<'_>,
    definition: &Value,
    span: TokenSpan,
    locate: Locate<'_>,
) -> Option<(TokenSpan, LiteralRange)> {
    let (start, length) = finding.range?;
    let whole = definition.pointer(finding.pointer.as_str())?.as_str()?;
    let mut found = None;
    analysis.texts(state_of(&finding.pointer, analysis)?, &mut |text, literal| {
        if found.is_none() && overlap(literal, span, locate) {
            let range = part_of(whole, text, start..start.saturating_add(length));
            found = range.and_then(|range| Some((literal, LiteralRange::new(text, range)?)));
        }
    });
    found
}

/// Returns where a part of a string in the document is in the text that the string was made of.
fn part_of(whole: &str, text: &str, part: Range<usize>) -> Option<Range<usize>> {
    let code = jsonata::expression(text).unwrap_or(text);
    let inner = code.trim();
    let from = text.find(code)? + (code.len() - code.trim_start().len());
    let mut places = whole.match_indices(inner).map(|(at, _)| at);
    let (at, None) = (places.next()?, places.next()) else { return None };
    let end = at + inner.len();
    if inner.is_empty() || part.start < at {
        return None;
    }
    if part.start >= end {
        let rest = whole.get(end..)?.trim_start();
        return matches!(rest, "" | "%}").then(|| from + inner.len()..from + inner.len());
    }
    Some(from + part.start - at..from + part.end.min(end) - at)
}
