//! Choices: arms with conditions, or patterns of one value.

use proc_macro2::{Delimiter, TokenTree};
use workflow_asl::Code;

use super::ast::{Arm, Choice, Comment, Expr, ExprKind, Head, Repeated, Repetition, Target, TokenSpan, When};
use super::attributes::Attributes;
use super::clause::ClauseOwner;
use super::cursor::{Cursor, OpenGroup};
use super::keyword::FOR;
use super::other_language::{Form, Place, form};
use super::parser::Parser;
use super::recover::{attributes_length, braces_of_values, item_starts_here, skip_in_state};
use super::word::Role;
use crate::problem::{Edit, Problem, Reported};

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

/// Returns the problem of words in an arm, and what is written in their place.
fn instead(span: TokenSpan, message: impl Into<String>, text: &str) -> Problem {
    let problem = Problem::new(Code::Syntax, span, message).edit(Edit::over(span, text));
    problem.help(if text.is_empty() { "remove it".to_owned() } else { format!("write `{}`", text.trim()) })
}

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
        let mut opened = braces(cursor);
        let complete = opened.is_some();
        if !complete {
            let is_condition = cursor.is_word("if");
            let is_value = !(cursor.is_end() || is_condition || cursor.is_any(&[";", "->"]))
                && cursor.peek_group(Delimiter::Bracket).is_none();
            let help = match is_value && choice.subject.is_none() {
                true => {
                    "a value that is compared follows `match`: `choice Which match input.kind { \"a\" -> First; _ -> Second; }`"
                }
                false => "for example `{ if input.n > 3 -> Large; else -> Small; }`",
            };
            self.expected_as(cursor, "the arms of the choice in braces", help);
            self.hole(cursor.here_first(), Role::Setting("choice"));
            if is_condition {
                // The arms end in `;` too.
                cursor.skip_until(item_starts_here);
            } else if choice.subject.is_none() {
                cursor.skip_until(|cursor| cursor.is_punct(";") || braces(cursor).is_some());
                // The arms may be patterns.
                cursor.advance(usize::from(braces(cursor).is_some()));
            } else {
                skip_in_state(cursor, false);
                opened = braces(cursor);
            }
        }
        if let Some(opened) = opened {
            cursor.next();
            let (arms, understood) = self.arms(opened, choice.subject.is_some(), repeats);
            choice.arms = arms;
            return (Head::Choice(choice), complete && understood);
        }
        (Head::Choice(choice), false)
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
        let when = match form(Place::Arm, &text).filter(|_| alone) {
            Some(Form::Words("else")) => {
                cursor.next();
                if text != others && (text != "else" || !patterns) {
                    let message = format!("the arm for all other cases is `{others}` here, not `{text}`");
                    slip(slips, instead(first, message, others));
                }
                match cursor.eat_word("if") {
                    Some(word) => {
                        let span = first.to(word.span().into());
                        slip(slips, instead(span, "arms are tried in order, without `else`", "if"));
                        When::If(self.head_expr(cursor))
                    }
                    None => When::Else(first),
                }
            }
            Some(Form::Words("if")) => {
                cursor.next();
                let begin = if patterns { "" } else { "if" };
                let message =
                    format!("an arm begins with {}, not with `{text}`", if patterns { "its value" } else { "`if`" });
                slip(slips, instead(first, message, begin));
                if patterns { When::Patterns(self.patterns(cursor, slips)?) } else { When::If(self.head_expr(cursor)) }
            }
            _ if patterns => When::Patterns(self.patterns(cursor, slips)?),
            _ if text == "if" => {
                cursor.next();
                When::If(self.head_expr(cursor))
            }
            _ => {
                let problem = self.unexpected(cursor, "`if` or `else`").suggest(&text, ["if", "else"]);
                slips.missing.get_or_insert_with(|| self.report(problem.help("an arm is `if condition -> State;`")));
                word?;
                if cursor.is_punct_at(1, ":") && !cursor.is_punct_at(1, "::") {
                    // The fields of a rule: none of them is an arm.
                    while cursor.next().is_some() {}
                    return None;
                }
                if text == "true" || text == "false" {
                    When::If(self.head_expr(cursor))
                } else if cursor.is_punct_at(1, "->") {
                    // Parsed as the most likely arm, so that its state is not reported as unreachable.
                    cursor.next();
                    When::Else(first)
                } else {
                    cursor.advance(usize::from(alone && cursor.peek_group_at(1, Delimiter::Parenthesis).is_none()));
                    When::If(self.head_expr(cursor))
                }
            }
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
        let first = cursor.here();
        let word = cursor.peek_ident().map(ToString::to_string).unwrap_or_default();
        let length = match cursor.peek() {
            _ if cursor.is_punct("=>") => 2,
            // `Mode:Full ->` is another mistake.
            Some(TokenTree::Punct(_))
                if cursor.is_punct(":") && !cursor.is_punct("::") && !cursor.is_punct_at(2, "->") =>
            {
                1
            }
            _ if form(Place::Arm, &word) == Some(Form::Words("->")) => 1 + usize::from(cursor.is_punct_at(1, ":")),
            _ if cursor.is_punct("->") => return self.arrow("an arm", cursor),
            _ => {
                let (problem, target) = self.without_arrow("an arm", cursor);
                return match target {
                    Some(target) => {
                        slip(slips, problem);
                        target
                    }
                    None => {
                        let reported = *slips.missing.get_or_insert_with(|| self.report(problem));
                        Target::Missing(cursor.before(), reported)
                    }
                };
            }
        };
        let found = cursor.found();
        cursor.advance(length);
        let span = first.to(cursor.before());
        let arrow = if found == "`:`" { " ->" } else { "->" };
        slip(slips, instead(span, format!("expected `->` in an arm, found {found}"), arrow));
        self.target(span, cursor)
    }

    fn patterns(&mut self, cursor: &mut Cursor, slips: &mut Slips) -> Option<Vec<Expr>> {
        if cursor.is_word("if") {
            let problem = self.unexpected(cursor, "a pattern");
            self.complain(
                cursor,
                problem.help("an arm of `match` is `\"text\" -> State;`; for conditions, omit `match`"),
            );
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
            if let Some(sign) = cursor.eat_punct("||").or_else(|| cursor.eat_punct(",")) {
                slip(slips, instead(sign, "patterns are joined by one `|`", "|"));
                continue;
            }
            if cursor.eat_punct("|").is_some() {
                continue;
            }
            if matches!(cursor.peek(), Some(TokenTree::Group(_))) || cursor.is_punct("..") || cursor.is_word("if") {
                let problem = self.unexpected(cursor, "`|` or `->` after a pattern");
                let help =
                    "a pattern is a value; for conditions, omit `match`: `choice Which { if input.n > 3 -> State; … }`";
                let reported = self.complain(cursor, problem.help(help));
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
        if let (true, Some(comma)) = (advanced, cursor.eat_punct(",")) {
            return slip(slips, instead(comma, "an arm ends with `;`, not with `,`", ";"));
        }
        if cursor.is_end() || (advanced && (cursor.eat_punct(";").is_some() || braces)) {
            return;
        }
        let is_arm = |cursor: &Cursor| ["if", "else", "_"].iter().any(|word| cursor.is_word(word));
        if advanced && is_whole && is_arm(cursor) {
            let message = format!("expected `;` after the arm, found {}", cursor.found());
            let problem = Problem::new(Code::Syntax, cursor.here(), message).help("write `;` before it");
            return slip(slips, problem.edit(Edit::after(cursor.before(), ";")));
        }
        if advanced && is_whole {
            self.expected(cursor, "`;` after the arm");
        }
        while !(cursor.is_end() || cursor.position() > start && is_arm(cursor)) {
            if cursor.eat_punct(";").is_some() || cursor.eat_punct(",").is_some() {
                return;
            }
            cursor.next();
        }
    }
}
