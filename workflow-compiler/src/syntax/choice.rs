//! Choices: arms with conditions, or patterns of one value.

use workflow_asl::Code;

use super::ast::{Arm, Choice, Expr, Head, Target, When};
use super::attributes::Attributes;
use super::clause::Place;
use super::cursor::{Cursor, Opened};
use super::parser::Parser;
use super::recover::{braces_of_values, skip_in_state};
use super::word::Role;
use crate::problem::Problem;

impl Parser<'_> {
    /// `[nonexhaustive] [match value] { arms }`
    pub(super) fn choice(&mut self, cursor: &mut Cursor) -> (Head, bool) {
        let mut choice = Choice { subject: None, nonexhaustive: None, arms: Vec::new() };
        loop {
            if let Some(word) = cursor.eat_word("nonexhaustive") {
                self.word(&word, Role::Setting("choice"));
                if choice.nonexhaustive.is_some() {
                    self.error(Code::RepeatedClause, word.span(), "`nonexhaustive` is given twice");
                }
                choice.nonexhaustive = Some(word);
            } else if choice.subject.is_none() && cursor.is_word("match") {
                if let Some(word) = cursor.eat_ident() {
                    self.word(&word, Role::Setting("choice"));
                }
                choice.subject = Some(self.head_expr(cursor));
            } else {
                break;
            }
        }
        let Some(opened) = braces_of_values(cursor) else {
            let problem = self.unexpected(cursor, "the arms of the choice in braces");
            self.complain(cursor, problem.help("such as `{ if input.n > 3 -> Large; else -> Small; }`"));
            self.hole(cursor.here_first(), Role::Setting("choice"));
            skip_in_state(cursor, false);
            return (Head::Choice(choice), false);
        };
        cursor.next();
        let patterns = choice.subject.is_some();
        let (arms, complete) = self.arms(opened, patterns);
        choice.arms = arms;
        (Head::Choice(choice), complete)
    }

    /// The arms, and whether all of them and their targets were understood.
    fn arms(&mut self, opened: Opened, patterns: bool) -> (Vec<Arm>, bool) {
        self.within_opened(opened, |parser, cursor| {
            let mut arms: Vec<Arm> = Vec::new();
            let mut complete = true;
            while !cursor.is_end() {
                if cursor.eat_punct(";").is_some() || cursor.eat_punct(",").is_some() {
                    continue;
                }
                let start = cursor.position();
                let attributes = parser.attributes(cursor);
                if cursor.is_end() {
                    parser.dangling(&attributes);
                    break;
                }
                let arm =
                    if patterns { parser.match_arm(attributes, cursor) } else { parser.if_arm(attributes, cursor) };
                complete &= arm.as_ref().is_some_and(|arm| !matches!(arm.target, Target::Missing(_)));
                arms.extend(arm);
                parser.arm_end(cursor, start, patterns);
            }
            parser.hole(cursor.here_first(), Role::Arm);
            (arms, complete)
        })
        .unwrap_or_default()
    }

    /// `if condition -> X`, `else -> X`
    fn if_arm(&mut self, attributes: Attributes, cursor: &mut Cursor) -> Option<Arm> {
        let first = cursor.here();
        let Some(word) = cursor.peek_ident().cloned() else {
            self.expected(cursor, "`if` or `else`");
            return None;
        };
        let comment = self.only_comment(attributes);
        self.word(&word, Role::Arm);
        let when = match word.to_string().as_str() {
            "if" => {
                cursor.next();
                When::If(self.head_expr(cursor))
            }
            "else" => {
                cursor.next();
                if cursor.is_word("if") {
                    let problem = Problem::new(Code::Syntax, first, "arms are tried in order: leave `else` out");
                    self.report(problem.help("write `if condition -> State;`"));
                    cursor.next();
                    When::If(self.head_expr(cursor))
                } else {
                    When::Else(first)
                }
            }
            _ => {
                let problem = self.unexpected(cursor, "`if` or `else`");
                let text = word.to_string();
                self.complain(
                    cursor,
                    problem.suggest(&text, ["if", "else"]).help("an arm is `if condition -> State;`"),
                );
                cursor.next();
                // Read as what was most likely meant, so that its state is not called unreachable.
                if cursor.is_punct("->") { When::Else(first) } else { When::If(self.head_expr(cursor)) }
            }
        };
        let target = self.arrow("->", "an arm", cursor);
        Some(self.arm_rest(comment, when, target, first, cursor))
    }

    /// `"a" | "b" => X`, `_ => X`
    fn match_arm(&mut self, attributes: Attributes, cursor: &mut Cursor) -> Option<Arm> {
        let first = cursor.here();
        let comment = self.only_comment(attributes);
        let when = if cursor.is_word("_") || cursor.is_word("else") {
            cursor.next();
            When::Else(first)
        } else {
            When::Patterns(self.patterns(cursor)?)
        };
        let target = self.arrow("=>", "an arm of `match`", cursor);
        Some(self.arm_rest(comment, when, target, first, cursor))
    }

    fn patterns(&mut self, cursor: &mut Cursor) -> Option<Vec<Expr>> {
        if cursor.is_word("if") {
            let problem = self.unexpected(cursor, "a pattern");
            self.complain(
                cursor,
                problem.help("an arm of `match` is `\"text\" => State,`; for conditions leave `match` out"),
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
            if cursor.is_punct("||") {
                self.error(Code::Syntax, cursor.here(), "patterns are joined by one `|`");
                cursor.advance(2);
            } else if cursor.eat_punct("|").is_none() {
                return Some(patterns);
            }
        }
    }

    fn arm_rest(
        &mut self,
        comment: super::ast::Comment,
        when: When,
        target: Target,
        first: super::ast::Spot,
        cursor: &mut Cursor,
    ) -> Arm {
        let clauses = self.block_clauses(Place::Block { catcher: false }, cursor);
        Arm { comment, when, target, clauses, spot: first.to(cursor.before()) }
    }

    /// The end of an arm: `;`, or `,` in a `match`; not needed after braces and at the end.
    fn arm_end(&mut self, cursor: &mut Cursor, start: usize, patterns: bool) {
        let braces = cursor.ends_in_braces();
        let advanced = cursor.position() > start;
        let wanted = if patterns { "," } else { ";" };
        if cursor.is_end() || (advanced && cursor.eat_punct(wanted).is_some()) || (advanced && braces) {
            return;
        }
        let next_arm = advanced && (cursor.is_word("if") || cursor.is_word("else") || cursor.is_word("_"));
        if advanced && (cursor.eat_punct(";").is_some() || cursor.eat_punct(",").is_some()) {
            self.error(Code::Syntax, cursor.before(), format!("arms end with `{wanted}` here"));
            return;
        }
        if advanced {
            self.expected(cursor, &format!("`{wanted}` after the arm"));
        }
        if !next_arm {
            while !cursor.is_end() && !(cursor.position() > start && (cursor.is_word("if") || cursor.is_word("else"))) {
                if cursor.eat_punct(";").is_some() || cursor.eat_punct(",").is_some() {
                    return;
                }
                cursor.next();
            }
        }
    }
}
