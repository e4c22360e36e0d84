//! The words of the source that the parts of the lowered expressions are made of, for findings about these parts.

use std::ops::Range;

use workflow_asl::jsonata::Node;

use super::{Lowering, ValueSite};
use crate::check::Analysis;
use crate::problem::Problems;
use crate::syntax::ast::{Expr, ExprKind, Member, TokenSpan};
use crate::syntax::spelling::spelled;

/// The maximum number of characters of an expression that a message quotes.
const QUOTED: usize = 60;

/// The mark of the first word. The next ones are less, and all of them greater than any position.
const LAST_MARK: usize = usize::MAX - 1;

/// A value of the source and its lowered form.
#[derive(Debug)]
pub(crate) struct Word {
    /// The number of its state.
    state: usize,
    pub(crate) span: TokenSpan,
    /// The lowered text.
    code: String,
    /// How the source writes it, if a message may name it.
    spelled: Option<String>,
    kind: WordKind,
    /// Whether it is the value of a member that is left out if the value is absent.
    pub(crate) is_left_out: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WordKind {
    /// A reference and its members.
    Path,
    /// Text of the query language, in quotes.
    Raw,
    Other,
}

/// The marks of nodes, and their ranges in a text.
type Marked = Vec<(usize, Range<usize>)>;

/// The words of a workflow.
#[derive(Debug, Default)]
pub(crate) struct Words {
    words: Vec<Word>,
    /// Each expression of the document, with the ranges of the words in it.
    expressions: Vec<(String, Marked)>,
}

/// Returns the words of a workflow, which is lowered again.
pub(crate) fn words(analysis: &Analysis<'_>) -> Words {
    let mut problems = Problems::default();
    let mut lowering = Lowering::new(analysis, &mut problems);
    lowering.words = Some(Words::default());
    lowering.machine();
    lowering.words.unwrap_or_default()
}

impl Words {
    /// Adds an expression of the document, whose words are the printed nodes with marks.
    pub(super) fn add(&mut self, text: &str, marked: Marked) {
        let words = marked.into_iter().filter_map(|(mark, range)| {
            // Other marks are positions in an earlier text.
            let number = LAST_MARK.checked_sub(mark)?;
            let word = self.words.get_mut(number)?;
            word.code = text.get(range.clone())?.to_owned();
            Some((number, range))
        });
        let words = words.collect();
        self.expressions.push((text.to_owned(), words));
    }

    /// Returns the word that a range of an expression is made of, within these words of the source; `None` if the range
    /// has no word of its own.
    pub(crate) fn at(
        &self,
        state: usize,
        text: &str,
        range: &Range<usize>,
        is_near: &dyn Fn(TokenSpan) -> bool,
    ) -> Option<&Word> {
        let of_text = self.expressions.iter().filter(|(known, _)| known == text).flat_map(|(_, words)| words);
        let around = of_text.filter_map(|(number, at)| {
            let word = self.words.get(*number)?;
            let holds = at.start <= range.start && range.end <= at.end;
            (holds && word.state == state && is_near(word.span)).then_some((at, word))
        });
        let (at, word) = around.min_by_key(|(at, _)| at.len())?;
        (at == range || word.kind != WordKind::Other).then_some(word)
    }

    /// Returns a text about a state, in which lowered values that it quotes are as the source writes them.
    pub(crate) fn in_the_source(&self, state: usize, text: &str) -> String {
        let mut words: Vec<_> = self.words.iter().filter(|word| word.state == state).collect();
        words.sort_by_key(|word| word.code.len());
        let source = |part: &str| {
            let is_cut = part.chars().count() == QUOTED;
            let inner = part.trim_start_matches('(');
            let same = |word: &&&Word| word.code == part || is_cut && word.code.starts_with(inner);
            if let Some(word) = words.iter().find(same) {
                return word.spelled.clone();
            }
            let paths = || words.iter().filter(|word| word.kind == WordKind::Path);
            let holder = paths().find_map(|word| {
                let rest = word.code.strip_prefix(part).filter(|rest| rest.starts_with(['.', '[']))?;
                let steps = rest.matches(['.', '[']).count();
                let mut spelled = word.spelled.as_deref()?;
                for _ in 0..steps {
                    spelled = spelled.get(..spelled.rfind(['.', '['])?)?;
                }
                Some(spelled.to_owned())
            });
            holder.or_else(|| {
                paths().rev().find_map(|word| {
                    let rest = part.strip_prefix(&*word.code).filter(|rest| rest.starts_with(['.', '[']))?;
                    Some(format!("{}{rest}", word.spelled.as_deref()?))
                })
            })
        };
        let parts = text.split('`').enumerate().map(|(number, part)| match number % 2 {
            1 => source(part).unwrap_or_else(|| part.to_owned()),
            _ => part.to_owned(),
        });
        parts.collect::<Vec<_>>().join("`")
    }
}

impl Word {
    /// Returns whether it is text of the query language.
    pub(crate) fn is_raw(&self) -> bool {
        self.kind == WordKind::Raw
    }
}

impl<'a> Lowering<'_, 'a> {
    /// Records a value, if words are recorded, and returns the mark of its node.
    pub(super) fn word(&mut self, place: ValueSite<'_, 'a>, expr: &Expr, code: &str) -> Option<Range<usize>> {
        let words = &mut self.words.as_mut()?.words;
        // Parentheses are not part of the value.
        if let ExprKind::Paren(_) = expr.kind {
            return None;
        }
        let kind = match &expr.kind {
            ExprKind::Reference(_) | ExprKind::Access(..) => WordKind::Path,
            ExprKind::Jsonata(_) | ExprKind::Path(_) => WordKind::Raw,
            ExprKind::Text(text) if text.starts_with("{%") => WordKind::Raw,
            _ => WordKind::Other,
        };
        let is_named = match &expr.kind {
            // A chain of operators is long.
            ExprKind::Binary(_, _, left, _) => !matches!(left.kind, ExprKind::Binary(..)),
            ExprKind::Call { .. } | ExprKind::Unary(..) => true,
            _ => kind == WordKind::Path,
        };
        let spelled = is_named.then(|| spelled(expr));
        let mark = LAST_MARK - words.len();
        words.push(Word {
            state: place.state.id,
            span: expr.span,
            code: code.to_owned(),
            spelled,
            kind,
            is_left_out: false,
        });
        Some(mark..usize::MAX)
    }

    /// Lowers the value of a member.
    pub(super) fn member_value(&mut self, place: ValueSite<'_, 'a>, member: &Member) -> Node {
        let node = self.jsonata(place, &member.value);
        let last = self.words.as_mut().and_then(|words| words.words.last_mut());
        last.into_iter().for_each(|word| word.is_left_out = member.optional);
        node
    }
}
