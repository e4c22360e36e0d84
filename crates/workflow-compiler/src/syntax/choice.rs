//! Choices: arms with conditions, or patterns of one value.

use proc_macro2::{Delimiter, TokenTree};
use workflow_asl::Code;

use super::ast::{Arm, Choice, Comment, Expr, ExprKind, Head, Repeated, Repetition, Target, When};
use super::attributes::Attributes;
use super::clause::ClauseOwner;
use super::cursor::{Cursor, OpenGroup, attributes_length};
use super::keyword::FOR;
use super::other_language::{Form, Place, form};
use super::parser::Parser;
use super::recover::{braces_of_values, item_starts_here};
use super::word::Role;
use crate::problem::{Problem, Reported};

/// Words and signs of earlier versions and of other languages in the arms of one choice.
#[derive(Default)]
struct Slips {
    /// They are one problem, at the first.
    first: Option<Problem>,
    /// The first arm without a beginning or a state, which stands for the others.
    missing: Option<Reported>,
}

/// Adds a problem with what is written instead.
fn slip(slips: &mut Slips, problem: Problem) {
    match &mut slips.first {
        Some(first) => first.fix.extend(problem.fix),
        None => slips.first = Some(problem),
    }
}

const ARMS: &str =
    "for example `{ if input.n > 3 -> Large; else -> Small; }`, or `match input.kind { \"a\" -> First; _ -> Second; }`";

const PATTERN: &str =
    "a pattern is a value; for conditions, omit `match`: `choice Which { if input.n > 3 -> State; … }`";

impl Parser<'_> {
    /// `[nonexhaustive] [match value] { arms }`
    pub(super) fn choice(&mut self, cursor: &mut Cursor, repeats: &mut Vec<Repetition>) -> (Head, bool) {
        let mut choice = Choice { subject: None, nonexhaustive: None, arms: Vec::new() };
        loop {
            if let Some(word) = cursor.eat_word("nonexhaustive") {
                self.word(&word, Role::Setting("choice"));
                if choice.nonexhaustive.is_some() {
                    self.error(Code::RepeatedClause, word.span(), "`nonexhaustive` is given twice");
                }
                choice.nonexhaustive = Some(word);
            } else if choice.subject.is_none()
                && let Some(word) = cursor.eat_word("match")
            {
                self.word(&word, Role::Setting("choice"));
                choice.subject = Some(self.head_expr(cursor));
            } else {
                break;
            }
        }
        let repeated = |opened: &OpenGroup| opened.inside.is_word_at(attributes_length(&opened.inside, 0), FOR.word);
        let braces = |cursor: &Cursor| {
            let group = cursor.peek_group(Delimiter::Brace);
            group.map(OpenGroup::of).filter(repeated).or_else(|| braces_of_values(cursor))
        };
        let Some(opened) = braces(cursor) else {
            self.expected_as(cursor, "the arms of the choice in braces", ARMS);
            self.hole(cursor.here_first(), Role::Setting("choice"));
            let start = cursor.position();
            cursor.skip_until(item_starts_here);
            self.note_skipped(cursor.since(start));
            return (Head::Choice(choice), false);
        };
        cursor.next();
        let (arms, complete) = self.arms(opened, choice.subject.is_some(), repeats);
        (Head::Choice(Choice { arms, ..choice }), complete)
    }

    /// Parses the arms. Also returns whether all arms and targets were understood.
    fn arms(&mut self, opened: OpenGroup, patterns: bool, repeats: &mut Vec<Repetition>) -> (Vec<Arm>, bool) {
        self.within_opened(opened, |parser, cursor| {
            let (mut arms, mut complete, mut slips) = (Vec::new(), true, Slips::default());
            while !cursor.is_end() {
                if cursor.eat_punct(";").is_some() || cursor.eat_punct(",").is_some() {
                    continue;
                }
                let start = cursor.position();
                let Some(attributes) = parser.attributes_before(cursor) else { break };
                if cursor.is_word(FOR.word) {
                    let comment = parser.only_comment(attributes);
                    let repetition = parser.repeated_arms(comment, arms.len(), patterns, cursor);
                    complete &= repetition.is_some();
                    repeats.extend(repetition);
                    continue;
                }
                let arm = parser.arm(attributes, patterns, cursor, &mut slips);
                let is_whole = arm.as_ref().is_some_and(|arm| !matches!(arm.target, Target::Missing(..)));
                complete &= is_whole;
                parser.arm_end(cursor, start, is_whole, &mut slips);
                arms.extend(arm);
            }
            parser.hole(cursor.here_first(), Role::Arm);
            if let (Some(problem), None) = (slips.first, slips.missing) {
                parser.report(problem);
            }
            (arms, complete)
        })
        .unwrap_or_default()
    }

    fn repeated_arms(
        &mut self,
        comment: Comment,
        place: usize,
        patterns: bool,
        cursor: &mut Cursor,
    ) -> Option<Repetition> {
        self.word(&cursor.peek_ident()?.clone(), Role::Arm);
        let mut all = true;
        let repetition = self.repetition(comment, (place, 0), cursor, |parser, group, _| {
            let mut inner = Vec::new();
            let (arms, complete) = parser.arms(OpenGroup::of(group), patterns, &mut inner);
            all = complete;
            Repeated::Arms(arms, inner)
        });
        repetition.filter(|_| all)
    }

    /// `if condition -> X`, `else -> X`; in a `match`, `"a" | "b" -> X`, `_ -> X`
    fn arm(&mut self, attributes: Attributes, patterns: bool, cursor: &mut Cursor, slips: &mut Slips) -> Option<Arm> {
        let first = cursor.here();
        let comment = self.only_comment(attributes);
        let word = cursor.peek_ident().cloned();
        if let (Some(word), false) = (&word, patterns) {
            self.word(word, Role::Arm);
        }
        let text = word.as_ref().map(ToString::to_string).unwrap_or_default();
        // Before a pattern, these words may be references.
        let alone = !cursor.is_punct_at(1, ".") && !cursor.is_punct_at(1, "::");
        let others = if patterns { "_" } else { "else" };
        let meant = form(Place::Arm, &text).filter(|_| alone);
        if meant == Some(Form::Words("else")) && cursor.is_word_at(1, "if") {
            slip(slips, self.unlike_text(cursor, 1, "`if`", ""));
        } else if meant == Some(Form::Words("if")) {
            let begin = if patterns { "" } else { "if" };
            slip(slips, self.unlike_text(cursor, 1, "an arm", begin));
        }
        let when = if meant == Some(Form::Words("else")) && !cursor.is_word("if") {
            match text == others || text == "else" {
                true => cursor.advance(1),
                false => slip(slips, self.unlike_text(cursor, 1, "an arm for all other cases", others)),
            }
            When::Else(first)
        } else if patterns {
            When::Patterns(self.patterns(cursor, slips)?)
        } else if meant.is_some() || text == "if" {
            cursor.eat_word("if");
            When::If(self.head_expr(cursor))
        } else {
            let problem = self.unexpected(cursor, "`if` or `else`").suggest(&text, ["if", "else"]);
            slips.missing.get_or_insert_with(|| self.report(problem.help("an arm is `if condition -> State;`")));
            return None;
        };
        let target = self.arm_arrow(cursor, slips);
        let (mut when, mut clauses) = (when, Vec::new());
        if let Target::Missing(_, reported) = target {
            // The condition does not end here, so it is another one; braces would have the state.
            if let When::If(condition) = &mut when {
                condition.kind = ExprKind::Invalid(reported);
            }
            cursor.eat_group(Delimiter::Brace);
        } else {
            clauses = self.block_clauses(ClauseOwner::Block { catcher: false }, cursor);
        }
        Some(Arm { comment, when, target, clauses, span: first.to(cursor.before()) })
    }

    /// Parses an arm's arrow and target. Other signs for the arrow are slips.
    fn arm_arrow(&mut self, cursor: &mut Cursor, slips: &mut Slips) -> Target {
        if cursor.is_punct("->") {
            return self.arrow("an arm", cursor);
        }
        let first = cursor.here();
        // `Mode:Full ->` is another mistake.
        let Some(tokens) = self.other_arrow(cursor).filter(|_| !cursor.is_punct_at(2, "->")) else {
            let what = "`->` and a state in an arm";
            let reported = slips.missing.get_or_insert_with(|| self.expected_in(Place::Value, cursor, what));
            return Target::Missing(cursor.before(), *reported);
        };
        slip(slips, self.unlike_text(cursor, tokens, "`->` in an arm", "->"));
        self.target(first.to(cursor.before()), cursor)
    }

    fn patterns(&mut self, cursor: &mut Cursor, slips: &mut Slips) -> Option<Vec<Expr>> {
        if cursor.is_word("if") {
            self.expected_as(cursor, "a pattern", PATTERN);
            return None;
        }
        let mut patterns = Vec::new();
        loop {
            let start = cursor.position();
            patterns.push(self.pattern(cursor));
            if cursor.position() == start {
                return None;
            }
            let here = cursor.here();
            if let Some(sign) = ["||", ","].into_iter().find(|sign| cursor.is_punct(sign)) {
                slip(slips, self.unlike_text(cursor, sign.len(), "`|` between patterns", "|"));
                continue;
            }
            if cursor.eat_punct("|").is_some() {
                continue;
            }
            if matches!(cursor.peek(), Some(TokenTree::Group(_))) || cursor.is_punct("..") || cursor.is_word("if") {
                let reported = self.expected_as(cursor, "`|` or `->` after a pattern", PATTERN);
                cursor.skip_until(|cursor| cursor.is_any(&["=>", "->", ",", ";"]));
                return Some(vec![Expr::made(ExprKind::Invalid(reported), here)]);
            }
            return Some(patterns);
        }
    }

    /// Parses the `;` that ends an arm. It is optional after braces and at the end.
    fn arm_end(&mut self, cursor: &mut Cursor, start: usize, is_whole: bool, slips: &mut Slips) {
        let braces = cursor.ends_in_braces();
        let advanced = cursor.position() > start;
        let is_arm = |cursor: &Cursor| ["if", "else", "_"].iter().any(|word| cursor.is_word(word));
        if advanced && cursor.is_punct(",") {
            return slip(slips, self.unlike_text(cursor, 1, "`;` after an arm", ";"));
        }
        if cursor.is_end() || (advanced && (cursor.eat_punct(";").is_some() || braces)) {
            return;
        }
        if is_whole && is_arm(cursor) {
            return slip(slips, self.unlike_text(cursor, 0, "`;` after an arm", ";"));
        }
        if is_whole {
            self.expected(cursor, "`;` after an arm");
        }
        while !(cursor.is_end() || cursor.position() > start && is_arm(cursor)) {
            if cursor.eat_punct(";").is_some() || cursor.eat_punct(",").is_some() {
                return;
            }
            cursor.next();
        }
    }
}
