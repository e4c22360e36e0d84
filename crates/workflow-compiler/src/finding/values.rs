//! Findings about the values that flow through the document, at the words whose values they are.

use workflow_asl::finding::Vocabulary;
use workflow_asl::{Diagnostic, Finding, jsonata};

use super::expression_range::within_text;
use super::unchecked::Unchecked;
use super::{overlap, state_of};
use crate::check::Analysis;
use crate::lower::{Lowered, Words, words};
use crate::problem::{Problem, Problems};
use crate::span::Locate;
use crate::syntax::ast::{ExprKind, State, TokenSpan, When};

/// Reports findings about values, except at words that have a problem, and about values that lowering made itself.
pub(super) fn report(
    found: Vec<Diagnostic>,
    analysis: &Analysis<'_>,
    lowered: &Lowered,
    unchecked: &mut Unchecked,
    problems: &mut Problems,
    locate: Locate<'_>,
) {
    let known: Vec<TokenSpan> = problems.iter().map(|problem| problem.span).collect();
    let mut words = None;
    for finding in found {
        if unchecked.silences(finding.code, &finding, analysis) {
            continue;
        }
        let words = words.get_or_insert_with(|| self::words(analysis));
        let Some(problem) = problem(&finding, analysis, lowered, words, locate) else { continue };
        let said = known.iter().any(|one| one.in_use == 0 && overlap(*one, problem.span, locate));
        // A pass computes its captured values again.
        let again = |other: &Problem| {
            (other.code, &other.message) == (problem.code, &problem.message)
                && locate(other.span.first).is_some_and(|place| locate(problem.span.first) == Some(place))
        };
        if !said && !problems.iter().any(again) {
            problems.push(problem);
        }
    }
}

/// Returns the patterns of a `match` that are variants of enums.
fn variants(state: &State) -> impl Iterator<Item = TokenSpan> {
    let patterns = state.arms().iter().filter_map(|arm| match &arm.when {
        When::Patterns(patterns) => Some(patterns),
        _ => None,
    });
    let variants = patterns.flatten().filter(|pattern| matches!(pattern.kind, ExprKind::Variant { .. }));
    variants.map(|pattern| pattern.span)
}

fn problem(
    finding: &Diagnostic,
    analysis: &Analysis<'_>,
    lowered: &Lowered,
    words: &Words,
    locate: Locate<'_>,
) -> Option<Problem> {
    let info = state_of(&finding.pointer, analysis)?;
    let span = lowered.source_map.span_at(&finding.pointer)?;
    let is_near = |other: TokenSpan| locate(span.first).is_none() || overlap(other, span, locate);
    let whole = lowered.definition.pointer(finding.pointer.as_str()).and_then(|value| value.as_str());
    let range = finding.range.map(|(start, length)| start..start + length);
    let mut is_written = false;
    analysis.texts(info, &mut |text, literal| {
        let is_code = text.starts_with(['$', '{']) || text.starts_with("States.");
        is_written |= is_code && Some(text) == whole && is_near(literal);
    });
    let word = match (whole.and_then(jsonata::expression), range) {
        (Some(code), Some(range)) if !is_written => {
            // The range counts the mark before the expression.
            let inside = range.start.checked_sub(2)?..range.end.checked_sub(2)?;
            Some(words.at(info.id, code, &inside, &is_near)?)
        }
        _ if is_written || lowered.source_map.has(&finding.pointer) => None,
        _ => return None,
    };
    let span = word.map_or(span, |word| word.span);
    // What is wrong with one argument of a fragment may be right with others.
    if span.in_use != 0 {
        return None;
    }
    match &*finding.finding {
        Finding::ShownAbsent { .. } if word.is_some_and(|word| word.is_left_out) => return None,
        // `match` needs a pattern for each variant.
        Finding::NeverTrue { .. } if variants(info.state).any(|variant| overlap(variant, span, locate)) => {
            return None;
        }
        _ => {}
    }
    let is_raw = is_written || word.is_some_and(|word| word.is_raw());
    let within = if is_raw { within_text(finding, analysis, &lowered.definition, span, locate) } else { None };
    let shown = |text: String| if is_raw { text } else { words.in_the_source(info.id, &text) };
    let (message, help) = (finding.finding.message(Vocabulary::Language), finding.finding.help(Vocabulary::Language));
    let span = within.as_ref().map_or(span, |(literal, _)| *literal);
    let problem = Problem::new(finding.code, span, shown(message)).within(within.map(|(_, part)| part));
    Some(match help {
        Some(help) => problem.help(shown(help)),
        None => problem,
    })
}
